// DVHs that Eclipse wrote into real RT Doses: what is read of them, against tables that were made
// from the same files by other means (tps_dvh.json), and ours beside them. Also writes
// tps_dvhs.md, the page of the comparison: after a wanted change
//     DOSEGATE_APPROVE=1 build/.../bin/test_evaluation --gtest_filter='TpsDvhs*'
// writes it anew, and the difference is read in review.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "dicom/read_case.h"
#include "evaluation/synthetic_case.h"
#include "evaluation/tps_curve.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using Json = nlohmann::json;

const std::string kBreast = "eclipse-breast-dvhseq";
const std::string kSpine = "eclipse-spine-phantom-dose-only-dvhseq";

// The tables hold this many decimals.
constexpr double kSixDecimals = 1e-6;
constexpr double kFiveDecimals = 1e-5;
constexpr double kFourDecimals = 1e-4;

class TpsDvhs : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::is_directory(DOSEGATE_SHARED_DATA_DIR)) {
      GTEST_SKIP() << "The folder of real plans is not there: " << DOSEGATE_SHARED_DATA_DIR;
    }
  }
  static std::string shared(const std::string& name) {
    return std::string(DOSEGATE_SHARED_DATA_DIR) + "/" + name;
  }
  static model::Case read(const std::string& name) {
    const auto outcome = dicom::read_cases({shared(name)}, {dicom::ReadOptions::Need::Nothing});
    if (!outcome) throw std::runtime_error(to_text(outcome.error()));
    return outcome->cases.at(0).value();
  }
  static Json truth(const std::string& name) {
    std::ifstream file(shared(name) + "/tps_dvh.json");
    return Json::parse(file)["rois"];
  }
  static TpsCurves curves(const model::Case& c) {
    return read_tps_curves(c.doses.at(0), c.plan ? c.plan->prescription_gy : std::nullopt);
  }
  static const DvhReport& breast() {
    static const DvhReport report = compute_dvhs(read(kBreast), {}, {}).value();
    return report;
  }
  static const TpsComparison& breast(const std::string& name) {
    for (const TpsComparison& c : breast().tps_dvhs) {
      if (c.name == name) return c;
    }
    throw std::runtime_error("no comparison of " + name);
  }
};

void expect_metrics(const TpsCurve& curve, const Json& roi) {
  for (const auto& [metric, dose] : roi["D_percent_gy"].items()) {
    const double percent = std::stod(metric.substr(1));
    EXPECT_NEAR(curve.hottest_gy(0.01 * percent), dose.get<double>(), kFourDecimals)
        << roi["name"] << ' ' << metric;
  }
  for (const auto& [metric, value] : roi["V_gy"].items()) {
    EXPECT_NEAR(100.0 * curve.share_at(std::stod(metric.substr(1))), value["percent"].get<double>(),
                kFourDecimals)
        << roi["name"] << ' ' << metric;
  }
}

TEST_F(TpsDvhs, BreastIsReadAsItsTableSays) {
  const TpsCurves read_curves = curves(read(kBreast));
  const Json rois = truth(kBreast);
  EXPECT_EQ(read_curves.axis, TpsDoseAxis::Centre);
  ASSERT_EQ(read_curves.curves.size(), rois.size());
  for (std::size_t i = 0; i < rois.size(); ++i) {
    const TpsCurve& curve = read_curves.curves[i];
    const Json& roi = rois[i];
    EXPECT_NEAR(*curve.volume_cc, roi["volume_cc"].get<double>(), kSixDecimals);
    EXPECT_NEAR(curve.curve_mean_gy, roi["from_dvhdata"]["mean_gy"].get<double>(), kFiveDecimals);
    EXPECT_NEAR(*curve.stated_maximum_gy, roi["max_gy"].get<double>(), kSixDecimals);
    if (roi["name"] != "BODY") {
      EXPECT_NEAR(curve.stated_mean_gy.value(), roi["mean_gy"].get<double>(), kSixDecimals);
    }
    expect_metrics(curve, roi);
  }
}

// The statistics are in percent of 14 Gy although DoseUnits says GY; and the mean of BODY, 0.4619 Gy,
// is that of more than its curve holds (0.4883 Gy): what receives less than 0.005 Gy is no part of
// the curve.
TEST_F(TpsDvhs, BreastsContradictionsAreSaid) {
  const TpsCurves read_curves = curves(read(kBreast));
  ASSERT_EQ(count(read_curves.findings, FindingCode::TpsDvhDoubtful), 2);
  EXPECT_TRUE(says(read_curves.findings[0].text, "as percent of the prescription of 14 Gy"));
  EXPECT_TRUE(says(read_curves.findings[1].text,
                   "ROI 1 is 0.4619 Gy, and its curve has a mean of 0.4883 Gy"));
  EXPECT_FALSE(read_curves.curves.at(0).stated_mean_gy);
}

// No structure set: reading only. The means of ROI 1 and 2 are those of their curves; ROI 3 and 4
// begin at a minimum of 0 and lie partly outside of the dose, which their means count and their
// curves do not.
TEST_F(TpsDvhs, SpinesMeansAreThoseOfItsCurves) {
  const TpsCurves read_curves = curves(read(kSpine));
  const Json rois = truth(kSpine);
  EXPECT_EQ(read_curves.axis, TpsDoseAxis::Lower);
  ASSERT_EQ(read_curves.curves.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) {
    const TpsCurve& curve = read_curves.curves[i];
    const Json& roi = rois[i];
    EXPECT_NEAR(*curve.volume_cc, roi["volume_cc"].get<double>(), kSixDecimals);
    EXPECT_NEAR(curve.curve_mean_gy, roi["from_dvhdata"]["mean_gy"].get<double>(), kFiveDecimals);
    EXPECT_NEAR(*curve.stated_maximum_gy, roi["max_gy"].get<double>(), kSixDecimals);
    expect_metrics(curve, roi);
    if (i < 2) {
      EXPECT_NEAR(curve.curve_mean_gy, curve.stated_mean_gy.value(), 1e-4);
    } else {
      EXPECT_FALSE(curve.stated_mean_gy) << i;
    }
  }
  EXPECT_EQ(count(read_curves.findings, FindingCode::TpsDvhDoubtful), 2);
}

// The bars are 2 % of volume and 0.5 Gy. The means of the large organs are far nearer: they do not
// hang on the ends, and both systems read the same dose.
TEST_F(TpsDvhs, BreastsLargeStructuresAgree) {
  const std::pair<const char*, double> means[] = {{"Heart", 0.002}, {"Lt Lung", 0.002}};
  for (const auto& [name, mean_gy] : means) {
    EXPECT_LT(std::abs(*breast(name).difference.mean_gy), mean_gy) << name;
  }
  for (const char* name : {"Breast", "Heart", "Lt Lung", "Tumor Bed Block"}) {
    EXPECT_FALSE(breast(name).differs) << name;
  }
  // Both maxima are the grid's highest voxel, 14.680764 Gy, and theirs is rounded to a percent of
  // 14 Gy with 15 digits.
  EXPECT_NEAR(*breast("Breast").difference.maximum_gy, 0.0, 2e-5);
}

TEST_F(TpsDvhs, BreastsEndCapsExplainTheTumorBed) {
  const TpsComparison& c = breast("Tumor Bed");
  EXPECT_TRUE(c.differs);
  EXPECT_EQ(c.nearest, "no end caps");
  EXPECT_TRUE(says(c.explanation, "that convention explains the difference")) << c.explanation;
  // Without end caps within 0.6 % of their volume, 0.3 mGy of their mean and 0.6 mGy of their
  // maximum.
  const TpsNumbers& none = c.readings.at(1).numbers;
  EXPECT_NEAR(*none.volume_cc, *c.theirs.volume_cc, 0.006 * *c.theirs.volume_cc);
  EXPECT_NEAR(*none.mean_gy, *c.theirs.mean_gy, 0.0003);
  EXPECT_NEAR(*none.maximum_gy, *c.theirs.maximum_gy, 0.0006);
}

TEST_F(TpsDvhs, BreastsBodyIsTheVolumeFrom5MilligrayOn) {
  const TpsComparison& c = breast("BODY");
  EXPECT_TRUE(c.differs);
  EXPECT_EQ(c.nearest,
            "no end caps and only the volume from 0.005 Gy on, where their curve begins");
  // 13 934.3 of their 13 944.4 cc; a step in dose of half a bin is worth a thousand times as much.
  const TpsNumbers& part = c.readings.at(3).numbers;
  EXPECT_NEAR(*part.volume_cc, *c.theirs.volume_cc, 0.001 * *c.theirs.volume_cc);
  EXPECT_NEAR(*part.mean_gy, *c.theirs.mean_gy, 0.002);
}

// 2 to 6 planes, of which the ends are a large part: their volumes lie between those without and with
// end caps. The scar is a strip of 33 mm2 a plane over 36 mm, about 0.9 mm wide: even without end caps
// ours has 44 % more than the system's raster found in it.
TEST_F(TpsDvhs, BreastsSmallStructuresDiffer) {
  for (const char* name : {"Borders", "Nodes"}) {
    const TpsComparison& c = breast(name);
    EXPECT_TRUE(c.differs) << name;
    EXPECT_TRUE(says(c.explanation, "lies between ours with no end caps")) << c.explanation;
  }
  const TpsComparison& scar = breast("Scar");
  EXPECT_TRUE(scar.differs);
  EXPECT_GT(*scar.readings.at(1).numbers.volume_cc, 1.4 * *scar.theirs.volume_cc);
  EXPECT_TRUE(says(scar.explanation, "None of the readings tried explains it"));
  EXPECT_EQ(count(breast().findings, FindingCode::TpsDvhDiffers), 5);
}

std::string cell(const std::optional<double>& value, int decimals = 3) {
  return value ? fixed(*value, decimals) : std::string("-");
}

std::string signed_cell(const std::optional<double>& value, int decimals) {
  const std::string text = cell(value, decimals);
  return value && text.front() != '-' && text.find_first_not_of("0.") != std::string::npos
             ? "+" + text
             : text;
}

std::string row(const TpsComparison& c) {
  const TpsDifference& d = c.difference;
  return fmt::format(
      "| {} | {} / {} / {} | {} / {} / {} | {} % / {} / {} | {} % at {} Gy | {} Gy at D{}% | {} "
      "|\n",
      c.name, cell(c.theirs.volume_cc), cell(c.theirs.mean_gy), cell(c.theirs.maximum_gy),
      cell(c.ours.volume_cc), cell(c.ours.mean_gy), cell(c.ours.maximum_gy),
      signed_cell(d.volume_pct, 2), signed_cell(d.mean_gy, 3), signed_cell(d.maximum_gy, 3),
      signed_cell(d.curve_pct, 2), cell(d.curve_pct_at_gy), signed_cell(d.curve_gy, 3),
      cell(d.curve_gy_at_pct, 0), c.explanation);
}

std::string page(const DvhReport& report) {
  std::string text =
      "# A planning system's own DVHs beside ours\n\n"
      "Written by `test_evaluation` (`TpsDvhs.PageIsUpToDate`) from a breast plan whose RT Dose "
      "carries nine DVHs by\nEclipse; not to be edited. Volume in cc, mean and maximum in Gy; ours "
      "with the default convention (half end caps),\ndifferences are ours less theirs. Curves: "
      "largest difference at equal dose in percent of the structure, each curve\nrelative to its "
      "own volume from the dose on at which theirs begins; and at equal volume, over D1% to D99%. "
      "Two are said\nto differ beyond 2 % of their volume or 0.5 Gy of mean or maximum.\n\n"
      "| structure | theirs: volume / mean / maximum | ours | difference | curve, equal dose | "
      "curve, equal volume | explanation |\n|---|---|---|---|---|---|---|\n";
  for (const TpsComparison& c : report.tps_dvhs) text += row(c);
  text += "\n## What was odd in their DVHs\n\n";
  for (const Finding& finding : report.findings) {
    if (finding.code == FindingCode::TpsDvhDoubtful) text += "- " + finding.text + "\n";
  }
  text +=
      "\n## Every reading that was tried\n\n| structure | reading | volume | mean | maximum |\n"
      "|---|---|---|---|---|\n";
  for (const TpsComparison& c : report.tps_dvhs) {
    text += fmt::format("| {} | theirs | {} | {} | {} |\n", c.name, cell(c.theirs.volume_cc),
                        cell(c.theirs.mean_gy), cell(c.theirs.maximum_gy));
    for (const TpsAlternative& r : c.readings) {
      text += fmt::format("| | {} | {} | {} | {} |\n", r.reading, cell(r.numbers.volume_cc),
                          cell(r.numbers.mean_gy), cell(r.numbers.maximum_gy));
    }
  }
  return text;
}

TEST_F(TpsDvhs, PageIsUpToDate) {
  const std::string path = DOSEGATE_SOURCE_DIR "/tests/evaluation/tps_dvhs.md";
  const std::string text = page(breast());
  if (std::getenv("DOSEGATE_APPROVE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    GTEST_SKIP() << "written: " << path;
  }
  std::ifstream stream(path, std::ios::binary);
  const std::string approved{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(text, approved) << "see the head of this file";
}

}  // namespace
}  // namespace dosegate::evaluation
