// The committed sample plans: every verdict and every number against expected.json, and then each
// of them spoilt in many ways. A spoilt plan must never pass where the sound one did not, and where
// it still passes it must be for a reason that the spoiling does not touch.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "dicom/read_case.h"
#include "evaluation/synthetic_case.h"
#include "report/json.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using Json = nlohmann::json;
using model::Case;

Case read_sample(const std::string& name) {
  auto outcome = dicom::read_cases({std::string(DOSEGATE_SAMPLES_DIR) + "/" + name});
  if (!outcome) throw std::runtime_error(to_text(outcome.error()));
  if (outcome->cases.size() != 1) throw std::runtime_error("not one case");
  if (!outcome->cases[0]) throw std::runtime_error(to_text(outcome->cases[0].error()));
  return *outcome->cases[0];
}

// ROIs that the protocol's rules ask for.
bool in_rules(const std::string& name) {
  return name.starts_with("GTV") || name == "Liver" || name == "Bowel_Small" || name == "Colon" ||
         name == "Esophagus";
}

class Samples : public ::testing::TestWithParam<std::string> {
 protected:
  Case sound_ = read_sample(GetParam());

  [[nodiscard]] Json expected() const {
    std::ifstream file(std::string(DOSEGATE_SAMPLES_DIR) + "/" + GetParam() + "/expected.json");
    return Json::parse(file);
  }
};

// What is spoilt has no more ROIs than the rules ask for: measuring the others takes most of the
// time.
class SpoiltSamples : public Samples {
 protected:
  SpoiltSamples() {
    std::erase_if(sound_.structures->rois, [](const Roi& roi) { return !in_rules(roi.name); });
    full_ = evaluated(sound_);
    EXPECT_EQ(to_text(full_.verdict), expected()["verdict"].get<std::string>());
  }

  Evaluation full_;

  // The promise of this file, for the plan and for each of its rules.
  void expect_no_new_pass(const Case& spoilt, const std::string& how) const {
    const auto result = evaluate(spoilt, hcc(), {});
    if (!result) return;  // refused aloud
    EXPECT_TRUE(result->verdict != Verdict::Pass || full_.verdict == Verdict::Pass) << how;
    ASSERT_EQ(result->rules.size(), full_.rules.size()) << how;
    for (std::size_t i = 0; i < full_.rules.size(); ++i) {
      const RuleResult& now = result->rules[i];
      EXPECT_TRUE(now.verdict != Verdict::Pass || full_.rules[i].verdict == Verdict::Pass)
          << now.id << ": " << how;
      EXPECT_TRUE(now.verdict == Verdict::Pass || !now.reason.empty()) << now.id << ": " << how;
      if (now.verdict == Verdict::Pass) expect_decided(now, how);
    }
  }

  // A PASS stands on a test whose value, or whose worse bound, meets the limit.
  static void expect_decided(const RuleResult& r, const std::string& how) {
    ASSERT_TRUE(r.deciding.has_value()) << r.id << ": " << how;
    const TestResult& t = r.tests[*r.deciding];
    const bool at_most = t.test.comparator == protocol::Comparator::Less ||
                         t.test.comparator == protocol::Comparator::LessOrEqual;
    const auto& worse = at_most ? t.value.high : t.value.low;
    ASSERT_TRUE(worse.has_value()) << r.id << ": " << how;
    EXPECT_TRUE(protocol::holds(*worse, t.test.comparator, t.test.goal)) << r.id << ": " << how;
  }
};

TEST_P(Samples, GetTheVerdictsThatAreTrueOfThem) {
  const Json truth = expected();
  const Evaluation full = evaluated(sound_);
  EXPECT_EQ(to_text(full.verdict), truth["verdict"].get<std::string>()) << full.verdict_reason;
  EXPECT_EQ(full.fractions, truth["fractions"].get<int>());
  EXPECT_EQ(full.prescription_gy, truth["prescription_gy"].get<double>());
  EXPECT_NEAR(*full.bed_gy, truth["bed10_gy"].get<double>(), 1e-6);  // written with six decimals
  EXPECT_NEAR(*full.eqd2_gy, truth["eqd2_gy"].get<double>(), 1e-6);
  ASSERT_EQ(truth["rules"].size(), full.rules.size());
  for (const RuleResult& r : full.rules) {
    const Json& row = truth["rules"].at(r.id);
    EXPECT_EQ(to_text(r.verdict), row["verdict"].get<std::string>()) << r.id << ": " << r.reason;
    EXPECT_EQ(to_text(r.level), row["level"].get<std::string>()) << r.id;
    if (row.contains("branch")) {
      EXPECT_EQ(r.branch, row["branch"].get<std::string>()) << r.id;
    }
    // A person must be able to read why.
    EXPECT_TRUE(r.verdict == Verdict::Pass || !r.reason.empty()) << r.id;
  }
}

double number_of(const dvh::Dvh& dvh, const std::string& name) {
  if (name == "volume_cc") return dvh.volume().value();
  if (name == "mean_gy") return dvh.mean()->value();
  if (name == "min_gy") return dvh.minimum()->value();
  if (name == "max_gy") return dvh.maximum()->value();
  return metrics::compute_metric(metrics::parse_metric(name).value(), dvh, {}).value.value();
}

TEST_P(Samples, MeasureWhatIsDrawn) {
  const Json truth = expected();
  DvhRequest request;
  std::vector<std::pair<std::string, Json>> wanted;
  for (const char* part : {"structures", "derived"}) {
    for (const auto& [name, numbers] : truth[part].items()) {
      const std::string text = std::string(part) == "structures" ? '"' + name + '"' : name;
      request.structures.push_back(protocol::parse_structure_expression(text).value());
      wanted.emplace_back(name, numbers);
    }
  }
  const auto report = compute_dvhs(sound_, request, {});
  ASSERT_TRUE(report.has_value());
  std::size_t compared = 0;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    ASSERT_TRUE(report->structures[i].dvh.has_value()) << report->structures[i].reason;
    EXPECT_EQ(report->structures[i].dvh->uncovered().value(), 0.0) << wanted[i].first;
    for (const auto& [name, number] : wanted[i].second.items()) {
      EXPECT_NEAR(number_of(*report->structures[i].dvh, name), number["drawn"].get<double>(),
                  number["tolerance"].get<double>())
          << wanted[i].first << ' ' << name;
      ++compared;
    }
  }
  EXPECT_GE(compared,
            8 * wanted.size());  // volume, mean, min, max, D95%, D50%, D2%, D0.03cc at the least
}

TEST_P(Samples, GiveTheSameBytesWithAnyNumberOfWorkers) {
  std::string first;
  for (const int workers : {1, 2, 8}) {
    EvaluationOptions options;
    options.workers = workers;
    const std::string json = report::to_json(evaluated(sound_, hcc(), options));
    if (first.empty()) first = json;
    EXPECT_EQ(json, first) << workers;
  }
}

TEST_P(Samples, GiveTheSameCurvesToTheBitWithAnyNumberOfWorkers) {
  std::vector<std::vector<double>> first;
  for (const int workers : {1, 2, 8}) {
    EvaluationOptions options;
    options.workers = workers;
    const auto report = compute_dvhs(sound_, {}, options);
    ASSERT_TRUE(report.has_value()) << workers;
    std::vector<std::vector<double>> curves;  // as the engine has them, not as they are shown
    for (const DvhResult& result : report->structures) {
      ASSERT_TRUE(result.dvh.has_value()) << result.name << ": " << result.reason;
      const dvh::Dvh& dvh = *result.dvh;
      curves.push_back(dvh.cumulative_cc(0.01_gy));
      for (const char* name : {"volume_cc", "mean_gy", "min_gy", "max_gy"}) {
        curves.back().push_back(number_of(dvh, name));
      }
    }
    EXPECT_GE(curves.size(), 3U);
    if (first.empty()) first = curves;
    EXPECT_EQ(curves, first) << workers;
  }
}

TEST_P(Samples, NeverPassForWantOfAnyRoi) {
  // Every ROI of the plan as it is, whether a rule names it or not.
  const Verdict full = evaluated(sound_).verdict;
  for (std::size_t i = 0; i < sound_.structures->rois.size(); ++i) {
    const std::string name = sound_.structures->rois[i].name;
    if (full == Verdict::Pass && !in_rules(name)) continue;  // it passes anyway, and without it too
    Case spoilt = sound_;
    spoilt.structures->rois.erase(spoilt.structures->rois.begin() + static_cast<std::ptrdiff_t>(i));
    const Verdict without = evaluated(spoilt).verdict;
    EXPECT_TRUE(without != Verdict::Pass || full == Verdict::Pass) << "without " << name;
    // Nothing says that the liver is spared where there is no liver.
    if (name == "Liver") {
      EXPECT_NE(without, Verdict::Pass) << "without " << name;
    }
  }
}

TEST_P(SpoiltSamples, NeverPassForWantOfAStructure) {
  if (full_.verdict == Verdict::Pass) return;  // it passes anyway
  for (std::size_t i = 0; i < sound_.structures->rois.size(); ++i) {
    Case spoilt = sound_;
    spoilt.structures->rois.erase(spoilt.structures->rois.begin() + static_cast<std::ptrdiff_t>(i));
    expect_no_new_pass(spoilt, "without " + sound_.structures->rois[i].name);
  }
}

TEST_P(SpoiltSamples, NeverPassForASimilarName) {
  if (full_.verdict == Verdict::Pass) return;  // it passes anyway
  for (std::size_t i = 0; i < sound_.structures->rois.size(); ++i) {
    const std::string name = sound_.structures->rois[i].name;
    for (const std::string& similar : {name + "2", name + "-GTV", "z" + name}) {
      Case spoilt = sound_;
      spoilt.structures->rois[i].name = similar;
      expect_no_new_pass(spoilt, name + " called " + similar);
    }
  }
}

TEST_P(SpoiltSamples, NeverPassForContoursThatAreNotThere) {
  if (full_.verdict == Verdict::Pass) return;  // it passes anyway
  for (std::size_t i = 0; i < sound_.structures->rois.size(); ++i) {
    Case spoilt = sound_;
    spoilt.structures->rois[i].contours.clear();
    expect_no_new_pass(spoilt, sound_.structures->rois[i].name + " without contours");
    spoilt = sound_;
    for (auto& contour : spoilt.structures->rois[i].contours)
      contour.type = model::ContourType::Point;
    expect_no_new_pass(spoilt, sound_.structures->rois[i].name + " as points");
  }
}

TEST_P(SpoiltSamples, NeverPassForDoseThatIsNotThere) {
  for (int face = 0; face < 6; ++face) {
    for (const std::size_t layers : {std::size_t{1}, std::size_t{5}, std::size_t{10}}) {
      Case spoilt = sound_;
      spoilt.doses[0].grid = cropped(sound_.doses[0].grid, face, layers);
      expect_no_new_pass(spoilt,
                         "face " + std::to_string(face) + " cut by " + std::to_string(layers));
    }
  }
}

const auto kAllSamples = ::testing::Values("hcc_25fx_pass", "hcc_25fx_variation", "hcc_25fx_spared",
                                           "hcc_25fx_fail", "hcc_5fx_bowel_fail", "hcc_no_gtv");
const auto kName = [](const auto& tested) { return tested.param; };

INSTANTIATE_TEST_SUITE_P(All, Samples, kAllSamples, kName);
INSTANTIATE_TEST_SUITE_P(All, SpoiltSamples, kAllSamples, kName);

}  // namespace
}  // namespace dosegate::evaluation
