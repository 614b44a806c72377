// A plan from memory is the plan from its files: what the core's reader found in a sample is handed over
// through the C interface, and verdicts and numbers must be those of the files.
#include <cmath>
#include <functional>
#include <map>

#include "dicom/read_case.h"
#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

// The dose's positions are i times the spacing here and the file's own offsets there, which differ by
// rounding (1e-13 mm); doses are of the order of 100 Gy, volumes of 1000 cc.
constexpr double kSame = 1e-9;
// A dose in cGy a fraction has other roundings in every voxel (1e-14 Gy); sums over the cells of a large
// structure and a D where the curve is nearly flat make up to 4e-8 of them.
constexpr double kRounded = 1e-7;

// The one case of a sample.
model::Case read_sample(const std::string& name) {
  auto outcome = dicom::read_cases({sample(name)});
  EXPECT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->cases.size(), 1U);
  EXPECT_TRUE(outcome->cases[0].has_value());
  return *outcome->cases[0];
}

// A grid that the reader has put in order, as a host would say it.
dosegate_lattice lattice_of(const model::DoseGrid& grid) {
  dosegate_lattice made{};
  for (int a = 0; a < 3; ++a) {
    made.size[a] = grid.size(a);
    made.origin_mm[a] = grid.origin()[a];
    const auto p = grid.positions(a);
    made.spacing_mm[a] = p.back() / static_cast<double>(p.size() - 1);
    for (int c = 0; c < 3; ++c) made.direction[3 * a + c] = grid.axis(a)[c];
  }
  return made;
}

void add_structures(MemorySession& s, dosegate_builder builder, const model::StructureSet& set) {
  for (const model::Roi& roi : set.rois) {
    std::vector<double> points;
    std::vector<std::size_t> counts;
    for (const model::Contour& contour : roi.contours) {
      ASSERT_EQ(contour.type, model::ContourType::ClosedPlanar);
      counts.push_back(contour.points.size());
      for (const model::Vec3& p : contour.points) points.insert(points.end(), {p[0], p[1], p[2]});
    }
    auto contours = sized<dosegate_contours>();
    contours.number = roi.number;
    contours.label = {roi.name.c_str(), roi.interpreted_type.c_str()};
    contours.points_mm = points.data();
    contours.point_count = points.size() / 3;
    contours.contour_points = counts.data();
    contours.contour_count = counts.size();
    s.add(builder, contours);
  }
}

enum class Handed { AsItStands, CentigrayOfOneFraction };

// The case in memory, its number in the session.
std::size_t hand_over(MemorySession& s, const model::Case& from, Handed handed) {
  const int fractions = from.plan->fractions.value();
  auto info = sized<dosegate_new_case>();
  info.fractions = fractions;
  info.prescription_gy = from.plan->prescription_gy.value();
  info.patient_id = from.patient_id.c_str();
  info.plan_label = from.plan->label.c_str();
  info.plan_uid = from.plan->sop_instance_uid.c_str();
  const dosegate_builder builder = s.begin(&info);
  EXPECT_EQ(from.doses.size(), 1U);
  const auto gy = from.doses[0].grid.values();
  std::vector<double> values(gy.begin(), gy.end());
  dosegate_new_dose dose = dose_of(lattice_of(from.doses[0].grid), values);
  if (handed == Handed::CentigrayOfOneFraction) {
    for (double& value : values) value *= 100.0 / fractions;
    dose.unit = DOSEGATE_UNIT_CGY;
    dose.holds = DOSEGATE_ONE_FRACTION_DOSE;
  }
  s.add(builder, dose);
  add_structures(s, builder, *from.structures);
  return s.finish(builder);
}

void expect_same(const dosegate_headroom& a, const dosegate_headroom& b, double tolerance) {
  EXPECT_NEAR(a.up, b.up, tolerance);
  EXPECT_NEAR(a.down, b.down, tolerance);
  EXPECT_EQ(a.verdict_above, b.verdict_above);
  EXPECT_EQ(a.verdict_below, b.verdict_below);
  EXPECT_NEAR(a.pass_from, b.pass_from, tolerance);
  EXPECT_NEAR(a.pass_to, b.pass_to, tolerance);
}

void expect_same(const dosegate_rule& a, const dosegate_rule& b, double tolerance) {
  SCOPED_TRACE(a.id);
  EXPECT_STREQ(a.id, b.id);
  EXPECT_EQ(a.verdict, b.verdict);
  EXPECT_EQ(a.borderline, b.borderline);
  EXPECT_EQ(a.present, b.present);
  EXPECT_STREQ(a.roi, b.roi);
  EXPECT_STREQ(a.measured, b.measured);
  EXPECT_STREQ(a.reason, b.reason);
  EXPECT_NEAR(a.value, b.value, tolerance);
  EXPECT_NEAR(a.low, b.low, tolerance);
  EXPECT_NEAR(a.high, b.high, tolerance);
  expect_same(a.headroom, b.headroom, tolerance);
}

class MemoryParity : public ::testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_EQ(s.read({sample(GetParam())}), 1U);
    const model::Case from = read_sample(GetParam());
    ASSERT_EQ(hand_over(s, from, Handed::AsItStands), 1U);
    ASSERT_EQ(hand_over(s, from, Handed::CentigrayOfOneFraction), 2U);
  }

  void expect_same_rules(std::size_t memory_case, double tolerance);

  MemorySession s;  // case 0 from files, 1 and 2 from memory
};

void MemoryParity::expect_same_rules(std::size_t memory_case, double tolerance) {
  const char* const protocols[] = {"hcc-rt-ici", "tg101-5fx"};
  const char* const context[] = {"site=hepatic"};
  auto options = sized<dosegate_options>();
  options.protocols = protocols;
  options.protocol_count = 2;
  options.context = context;
  options.context_count = 1;
  std::array<dosegate_result, 2> results{};
  std::array<dosegate_evaluation_info, 2> infos{};
  for (std::size_t c = 0; c < 2; ++c) {
    ASSERT_EQ(dosegate_evaluate(s, c == 0 ? 0 : memory_case, &options, &results[c]), DOSEGATE_OK)
        << s.error();
    infos[c] = sized<dosegate_evaluation_info>();
    ASSERT_EQ(dosegate_evaluation_get(s, results[c], &infos[c]), DOSEGATE_OK);
  }
  EXPECT_EQ(infos[0].verdict, infos[1].verdict);
  EXPECT_STREQ(infos[0].verdict_reason, infos[1].verdict_reason);
  EXPECT_STREQ(infos[0].plan_label, infos[1].plan_label);
  EXPECT_EQ(infos[0].fractions, infos[1].fractions);
  EXPECT_EQ(infos[0].bed_gy, infos[1].bed_gy);
  expect_same(infos[0].headroom, infos[1].headroom, tolerance);
  ASSERT_EQ(infos[0].rule_count, infos[1].rule_count);
  ASSERT_GT(infos[0].rule_count, 10U);
  for (std::size_t i = 0; i < infos[0].rule_count; ++i) {
    auto file = sized<dosegate_rule>(), memory = sized<dosegate_rule>();
    ASSERT_EQ(dosegate_evaluation_rule(s, results[0], i, &file), DOSEGATE_OK);
    ASSERT_EQ(dosegate_evaluation_rule(s, results[1], i, &memory), DOSEGATE_OK);
    expect_same(file, memory, tolerance);
  }
  ASSERT_EQ(infos[0].plan_check_count, infos[1].plan_check_count);
  for (std::size_t i = 0; i < infos[0].plan_check_count; ++i) {
    auto file = sized<dosegate_plan_check>(), memory = sized<dosegate_plan_check>();
    ASSERT_EQ(dosegate_evaluation_plan_check(s, results[0], i, &file), DOSEGATE_OK);
    ASSERT_EQ(dosegate_evaluation_plan_check(s, results[1], i, &memory), DOSEGATE_OK);
    EXPECT_EQ(file.verdict, memory.verdict) << file.id;
  }
}

TEST_P(MemoryParity, VerdictsAndNumbersOfEveryRule) {
  expect_same_rules(1, kSame);
}

TEST_P(MemoryParity, VerdictsAndNumbersOfADoseOfOneFractionInCentigray) {
  expect_same_rules(2, kRounded);
}

TEST_P(MemoryParity, DosesOfEveryStructure) {
  const std::vector<const char*> metrics = {"D95%[Gy]", "D0.03cc[Gy]", "V20Gy[cc]",
                                            "Mean[Gy]@EQD2(ab=3)"};
  const std::array results = {s.dvh_of(0, metrics), s.dvh_of(1, metrics)};
  auto info = sized<dosegate_dvh_info>();
  ASSERT_EQ(dosegate_dvh_get(s, results[0], &info), DOSEGATE_OK);
  ASSERT_GT(info.structure_count, 3U);
  for (std::size_t i = 0; i < info.structure_count; ++i) {
    const dosegate_dvh_structure file = s.structure(results[0], i);
    const dosegate_dvh_structure memory = s.structure(results[1], i);
    SCOPED_TRACE(file.name);
    EXPECT_STREQ(file.name, memory.name);
    EXPECT_EQ(file.present, memory.present);
    EXPECT_NEAR(file.volume_cc, memory.volume_cc, kSame);
    EXPECT_NEAR(file.mean_gy, memory.mean_gy, kSame);
    EXPECT_NEAR(file.min_gy, memory.min_gy, kSame);
    EXPECT_NEAR(file.max_gy, memory.max_gy, kSame);
    for (std::size_t m = 0; m < metrics.size(); ++m) {
      const dosegate_metric a = s.metric(results[0], m, i), b = s.metric(results[1], m, i);
      EXPECT_EQ(a.present, b.present) << a.metric;
      EXPECT_NEAR(a.value, b.value, kSame) << a.metric;
      EXPECT_NEAR(a.low, b.low, kSame) << a.metric;
      EXPECT_NEAR(a.high, b.high, kSame) << a.metric;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Samples, MemoryParity,
                         ::testing::Values("hcc_25fx_pass", "hcc_25fx_fail", "hcc_no_gtv"));

}  // namespace
}  // namespace dosegate::plugin_test
