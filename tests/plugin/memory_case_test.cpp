// Cases from memory against closed forms and counts.
#include "memory_case.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <utility>

namespace dosegate::plugin_test {
namespace {

// Coordinates of the order of 100 mm and doses of 100 Gy: sums of thousands of products of them.
constexpr double kExact = 1e-9;

// 60 x 60 x 60 mm of dose around the origin, 3 mm apart; 20 + gradient . (x, y, z) Gy.
const dosegate_lattice kDoseLattice = lattice({21, 21, 21}, {-30, -30, -30}, {3, 3, 3});
std::vector<double> linear_dose(const Triple& gradient) {
  return voxels_of<double>(kDoseLattice, [&](const Triple& at) {
    return 20.0 + gradient[0] * at[0] + gradient[1] * at[1] + gradient[2] * at[2];
  });
}

// A box on a lattice of its own: x -7 to 13, y -6 to 9, z -8 to 12 mm; 20 x 15 x 20 mm = 6 cc.
const dosegate_lattice kBoxLattice = lattice({10, 5, 5}, {-6, -4.5, -6}, {2, 3, 4});
const std::vector<uint8_t> kBox(250, 1);

std::vector<uint8_t> random_mask(std::size_t count, double odds, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<uint8_t> mask(count);
  std::generate(mask.begin(), mask.end(), [&] {
    return static_cast<uint8_t>(std::uniform_real_distribution<>()(random) < odds ? 1 : 0);
  });
  return mask;
}

TEST(MemoryCase, ABoxMaskInALinearDoseIsExact) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  const std::size_t index = s.make(dose_of(kDoseLattice, values), mask_of(kBoxLattice, kBox));
  const dosegate_dvh_structure box = s.structure(s.dvh_of(index, {}));
  EXPECT_STREQ(box.name, "Mask");
  EXPECT_NEAR(box.volume_cc, 6.0, kExact);
  EXPECT_EQ(box.uncovered_cc, 0.0);
  // The middle of the box is (3, 1.5, 2): 20 + 0.9 - 0.3 + 0.2. A linear dose is its own trilinear
  // interpolation, and its mean over a box the dose in the middle.
  EXPECT_NEAR(box.mean_gy, 20.8, kExact);
  // At the corners (13, -6, 12) and (-7, 9, -8).
  EXPECT_NEAR(box.max_gy, 20.0 + 3.9 + 1.2 + 1.2, kExact);
  EXPECT_NEAR(box.min_gy, 20.0 - 2.1 - 1.8 - 0.8, kExact);
}

TEST(MemoryCase, VolumesAtADoseOfABoxMaskAreExact) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.5, 0, 0});
  const std::size_t index = s.make(dose_of(kDoseLattice, values), mask_of(kBoxLattice, kBox));
  const dosegate_result r = s.dvh_of(index, {"V20Gy[cc]", "V25Gy[%]", "D50%[Gy]"});
  // 20 Gy and more: x from 0 to 13 of -7 to 13, 13 x 15 x 20 mm; 25 Gy and more: x from 10 to 13.
  EXPECT_NEAR(s.metric(r, 0).value, 3.9, kExact);
  EXPECT_NEAR(s.metric(r, 1).value, 15.0, kExact);
  // In the middle, x = 3. A volume is reached to 1e-9 of the structure, here 6e-9 cc of 0.6 cc a Gy.
  EXPECT_NEAR(s.metric(r, 2).value, 21.5, 2e-8);
}

TEST(MemoryCase, AMaskHasNoDoubtOfEndsAndPlanes) {
  // One layer of 4 mm. Drawn, it could be anything from half to twice as thick.
  MemorySession s;
  const std::vector<double> values = linear_dose({0.5, 0, 0});
  const dosegate_lattice layer = lattice({10, 5, 1}, {-6, -4.5, 2}, {2, 3, 4});
  const std::vector<uint8_t> voxels(50, 1);
  const std::size_t index = s.make(dose_of(kDoseLattice, values), mask_of(layer, voxels));
  const dosegate_metric volume = s.metric(s.dvh_of(index, {"V20Gy[cc]"}), 0);
  EXPECT_NEAR(volume.value, 0.78, kExact);  // 13 x 15 x 4 mm
  // What is left is the integration's own error: a few millionths of the structure.
  EXPECT_NEAR(volume.low, volume.value, 1e-4);
  EXPECT_NEAR(volume.high, volume.value, 1e-4);
  for (const char* convention : {"as-eclipse", "as-proknow", "as-raystation"}) {
    auto options = sized<dosegate_options>();
    options.convention = convention;
    EXPECT_NEAR(s.structure(s.dvh_of(index, {}, &options)).volume_cc, 1.2, kExact) << convention;
  }
}

TEST(MemoryCase, MasksAndContoursMeetInExpressions) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.5, 0, 0});
  // Planes every 4 mm: slabs of z -4 to 8 mm; x from 3 to 20 mm, y as the box and beyond.
  std::vector<double> points;
  for (const double z : {-2.0, 2.0, 6.0}) {
    points.insert(points.end(), {3, -9, z, 20, -9, z, 20, 12, z, 3, 12, z});
  }
  const std::vector<std::size_t> counts = {4, 4, 4};
  auto drawn = sized<dosegate_contours>();
  drawn.number = 2;
  drawn.label.name = "Drawn";
  drawn.points_mm = points.data();
  drawn.point_count = 12;
  drawn.contour_points = counts.data();
  drawn.contour_count = 3;
  const dosegate_builder builder = s.begin();
  s.add(builder, drawn);
  s.add(builder, mask_of(kBoxLattice, kBox));
  s.add(builder, dose_of(kDoseLattice, values));
  const std::size_t index = s.finish(builder);
  const char* const structures[] = {"Mask & Drawn", "Mask - Drawn", "Drawn - Mask"};
  auto request = sized<dosegate_dvh_request>();
  request.structures = structures;
  request.structure_count = 3;
  dosegate_result r = 0;
  ASSERT_EQ(dosegate_dvh(s, index, &request, nullptr, &r), DOSEGATE_OK) << s.error();
  // Common: x 3 to 13, y -6 to 9, z -4 to 8 mm. The drawn one alone is 17 x 21 x 12 mm.
  EXPECT_NEAR(s.structure(r, 0).volume_cc, 1.8, kExact);
  EXPECT_NEAR(s.structure(r, 0).mean_gy, 24.0, kExact);  // x = 8 in the middle
  EXPECT_NEAR(s.structure(r, 1).volume_cc, 6.0 - 1.8, kExact);
  EXPECT_NEAR(s.structure(r, 2).volume_cc, 17 * 21 * 12 / 1000.0 - 1.8, kExact);
}

TEST(MemoryCase, ARandomMaskHoldsItsVoxelsAndTheirDose) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  const dosegate_lattice fine = lattice({23, 17, 11}, {-21.3, -14.2, -9.1}, {1.7, 1.3, 2.1});
  const std::vector<uint8_t> mask = random_mask(23 * 17 * 11, 0.4, 5);  // any seed
  const std::size_t index = s.make(dose_of(kDoseLattice, values), mask_of(fine, mask));
  const dosegate_dvh_structure found = s.structure(s.dvh_of(index, {}));
  double count = 0.0, dose_gy = 0.0;
  std::size_t n = 0;
  for (const double at : voxels_of<double>(
           fine, [](const Triple& p) { return 20.0 + 0.3 * p[0] - 0.2 * p[1] + 0.1 * p[2]; })) {
    if (mask[n++] == 0) continue;
    count += 1.0;
    dose_gy += at;
  }
  const double expected_cc = count * 1.7 * 1.3 * 2.1 / 1000.0;
  EXPECT_NEAR(found.volume_cc, expected_cc, 1e-9 * expected_cc);
  EXPECT_NEAR(found.mean_gy, dose_gy / count, kExact);  // the mean over a box is that of its centre
}

TEST(MemoryCase, HolesAndVoxelsThatMeetAtAnEdgeAreNeitherFilledNorJoined) {
  // A ring around a hole, and two voxels at its corners that meet it at an edge: 10 voxels of 1 mm^3.
  const std::vector<uint8_t> mask = {1, 0, 0, 0, 0,  //
                                     0, 1, 1, 1, 0,  //
                                     0, 1, 0, 1, 0,  //
                                     0, 1, 1, 1, 0,  //
                                     0, 0, 0, 0, 1};
  MemorySession s;
  const std::vector<double> values = linear_dose({0, 0, 0});
  const dosegate_lattice of = lattice({5, 5, 1}, {0, 0, 0}, {1, 1, 1});
  const std::size_t index = s.make(dose_of(kDoseLattice, values), mask_of(of, mask));
  EXPECT_NEAR(s.structure(s.dvh_of(index, {})).volume_cc, 0.010, 1e-12);
  auto roi = sized<dosegate_roi_info>();
  ASSERT_EQ(dosegate_case_roi(s, index, 0, &roi), DOSEGATE_OK);
  EXPECT_EQ(roi.closed_contours, 4U);
  auto info = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(s, index, &info), DOSEGATE_OK);
  auto finding = sized<dosegate_finding>();
  for (std::size_t f = 0; f < info.finding_count; ++f) {
    ASSERT_EQ(dosegate_case_finding(s, index, f, &finding), DOSEGATE_OK);
    EXPECT_STREQ(finding.where, "") << finding.text;  // of the plan only, not of the ROI
  }
}

template <class Index>
std::vector<Index> list_of(const std::vector<uint8_t>& mask, int first) {
  std::vector<Index> list;
  for (std::size_t n = mask.size(); n-- > 0;) {  // in any order
    if (mask[n] != 0) list.push_back(static_cast<Index>(n + static_cast<std::size_t>(first)));
  }
  list.push_back(list.front());  // twice is once
  return list;
}

template <class Index>
dosegate_voxel_list voxel_list(const dosegate_lattice& of, const std::vector<Index>& indices,
                               int32_t element, int32_t first_index) {
  auto list = sized<dosegate_voxel_list>();
  list.number = 1;
  list.label.name = "Mask";
  list.lattice = of;
  list.indices = indices.data();
  list.index_count = indices.size();
  list.element = element;
  list.first_index = first_index;
  return list;
}

TEST(MemoryCase, AListOfVoxelsIsTheMaskToTheLastByte) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  // As in MATLAB: rows (y) fastest, then columns (x), then slices.
  dosegate_lattice of = lattice({7, 9, 5}, {-9, -10, -8}, {3, 2, 4});
  std::swap_ranges(of.direction, of.direction + 3, of.direction + 3);  // axis 0 is y, axis 1 is x
  const std::vector<uint8_t> mask = random_mask(7 * 9 * 5, 0.5, 7);    // any seed
  const dosegate_new_dose dose = dose_of(kDoseLattice, values);
  const auto rendered = [&](std::size_t index) {
    return s.render(s.dvh_of(index, {"Mean[Gy]", "V21Gy[cc]"}));
  };
  const std::string expected = rendered(s.make(dose, mask_of(of, mask)));
  const auto ones = list_of<double>(mask, 1);
  const auto zeros = list_of<uint32_t>(mask, 0);
  const auto wide = list_of<uint64_t>(mask, 1);
  EXPECT_EQ(rendered(s.make(dose, voxel_list(of, ones, DOSEGATE_F64, 1))), expected);
  EXPECT_EQ(rendered(s.make(dose, voxel_list(of, zeros, DOSEGATE_U32, 0))), expected);
  EXPECT_EQ(rendered(s.make(dose, voxel_list(of, wide, DOSEGATE_U64, 1))), expected);
}

TEST(MemoryCase, ElementsStridesAndUnitsAreTheSameDose) {
  MemorySession s;
  const dosegate_mask box = mask_of(kBoxLattice, kBox);
  // Whole numbers of cGy, exact in every element.
  std::vector<double> gy, cgy;
  std::vector<float> f32;
  std::vector<uint16_t> u16;
  std::vector<uint32_t> u32;
  for (const double value : linear_dose({0.3, -0.2, 0.1})) {
    cgy.push_back(std::round(100.0 * value));
    gy.push_back(cgy.back() / 100.0);
    f32.push_back(static_cast<float>(cgy.back()));
    u16.push_back(static_cast<uint16_t>(cgy.back() - 100.0));  // with an offset of 100
    u32.push_back(static_cast<uint32_t>(cgy.back() * 2.0));    // with a scale of 1/2
  }
  const auto mean_gy = [&](const dosegate_new_dose& dose) {
    return s.structure(s.dvh_of(s.make(dose, box), {})).mean_gy;
  };
  dosegate_new_dose dose = dose_of(kDoseLattice, gy);
  const double expected_gy = mean_gy(dose);
  EXPECT_NEAR(expected_gy, 20.8, 0.01);
  dose.unit = DOSEGATE_UNIT_CGY;
  dose.values = cgy.data();
  EXPECT_NEAR(mean_gy(dose), expected_gy, kExact);
  dose.element = DOSEGATE_F32;
  dose.values = f32.data();
  dose.byte_count = 4 * f32.size();
  EXPECT_NEAR(mean_gy(dose), expected_gy, kExact);
  dose.element = DOSEGATE_U32;
  dose.values = u32.data();
  dose.scale = 0.5;
  EXPECT_NEAR(mean_gy(dose), expected_gy, kExact);
  dose.element = DOSEGATE_U16;
  dose.values = u16.data();
  dose.byte_count = 2 * u16.size();
  dose.scale = 1.0;
  dose.offset = 100.0;
  EXPECT_NEAR(mean_gy(dose), expected_gy, kExact);

  // Each voxel as the third of three numbers and one byte off: neither packed nor aligned.
  std::vector<unsigned char> apart(24 * gy.size() + 1);
  for (std::size_t n = 0; n < gy.size(); ++n) std::memcpy(&apart[24 * n + 1], &gy[n], 8);
  dose = dose_of(kDoseLattice, gy);
  dose.values = apart.data() + 1;
  dose.byte_count = apart.size() - 1 - 16;  // up to the end of the last voxel
  for (std::size_t a = 0, stride = 24; a < 3; ++a, stride *= 21) dose.stride_bytes[a] = stride;
  EXPECT_EQ(mean_gy(dose), expected_gy);
}

TEST(MemoryCase, AxesThatRunOtherWaysAreTheSameDoseAndMask) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  const std::size_t plain = s.make(dose_of(kDoseLattice, values), mask_of(kBoxLattice, kBox));
  const dosegate_dvh_structure expected = s.structure(s.dvh_of(plain, {}));
  // Axis 0 along -z, axis 1 along x, axis 2 along -y.
  const auto turned = [](const dosegate_lattice& of) {
    dosegate_lattice t{};
    const std::array<std::size_t, 3> patient = {2, 0, 1};
    const Triple sense = {-1, 1, -1};
    for (std::size_t a = 0; a < 3; ++a) {
      const std::size_t p = patient[a];
      t.size[a] = of.size[p];
      t.spacing_mm[a] = of.spacing_mm[p];
      t.direction[3 * a + p] = sense[a];
      t.origin_mm[p] = of.origin_mm[p];
      if (sense[a] < 0) t.origin_mm[p] += of.spacing_mm[p] * static_cast<double>(of.size[p] - 1);
    }
    return t;
  };
  const dosegate_lattice dose_lattice = turned(kDoseLattice);
  const std::vector<double> moved = voxels_of<double>(dose_lattice, [](const Triple& at) {
    return 20.0 + 0.3 * at[0] - 0.2 * at[1] + 0.1 * at[2];
  });
  const std::size_t other =
      s.make(dose_of(dose_lattice, moved), mask_of(turned(kBoxLattice), kBox));
  const dosegate_dvh_structure found = s.structure(s.dvh_of(other, {}));
  EXPECT_NEAR(found.volume_cc, expected.volume_cc, kExact);
  EXPECT_NEAR(found.mean_gy, expected.mean_gy, kExact);
  EXPECT_NEAR(found.max_gy, expected.max_gy, kExact);
  EXPECT_NEAR(found.min_gy, expected.min_gy, kExact);
}

TEST(MemoryCase, ATiltedMaskInATiltedDoseIsExact) {
  // Both turned by 30 degrees about z: the dose falls along its own first axis.
  MemorySession s;
  const double c = std::cos(std::acos(-1.0) / 6.0), sn = 0.5;
  const auto tilted = [&](dosegate_lattice of) {
    const double turned[9] = {c, sn, 0, -sn, c, 0, 0, 0, 1};
    std::copy(turned, turned + 9, of.direction);
    const Triple o = {of.origin_mm[0], of.origin_mm[1], of.origin_mm[2]};
    of.origin_mm[0] = c * o[0] - sn * o[1];
    of.origin_mm[1] = sn * o[0] + c * o[1];
    return of;
  };
  const dosegate_lattice dose_lattice = tilted(kDoseLattice);
  const std::vector<double> values = voxels_of<double>(
      dose_lattice, [&](const Triple& at) { return 20.0 + 0.5 * (c * at[0] + sn * at[1]); });
  const std::size_t index =
      s.make(dose_of(dose_lattice, values), mask_of(tilted(kBoxLattice), kBox));
  const dosegate_dvh_structure box = s.structure(s.dvh_of(index, {}));
  EXPECT_NEAR(box.volume_cc, 6.0, kExact);
  EXPECT_NEAR(box.max_gy, 26.5, kExact);  // at 13 mm along the turned axis
  EXPECT_NEAR(box.min_gy, 16.5, kExact);  // at -7 mm
  // Rows do not run along the dose's axes: the mean is a sum over rows, not closed.
  EXPECT_NEAR(box.mean_gy, 21.5, 0.005);
}

TEST(MemoryCase, ADoseOfOneFractionIsMultiplied) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  dosegate_new_dose dose = dose_of(kDoseLattice, values);
  dose.holds = DOSEGATE_ONE_FRACTION_DOSE;
  auto info = sized<dosegate_new_case>();
  info.fractions = 5;
  const std::size_t index = s.make(dose, mask_of(kBoxLattice, kBox), &info);
  EXPECT_NEAR(s.structure(s.dvh_of(index, {})).mean_gy, 5 * 20.8, kExact);
  auto finding = sized<dosegate_finding>();
  ASSERT_EQ(dosegate_case_finding(s, index, 0, &finding), DOSEGATE_OK);
  EXPECT_STREQ(finding.code, "dose-fraction-times-n");
}

TEST(MemoryCase, PlansWithTheirOwnFractionsAreAddedEachConverted) {
  MemorySession s;
  const std::vector<double> first(kDoseLattice.size[0] * 441, 20.0), second(first.size(), 30.0);
  auto info = sized<dosegate_new_case>();
  info.patient_id = "P1";
  info.frame_of_reference_uid = "1.2.3";
  info.fractions = 10;
  info.plan_label = "first";
  const std::size_t a = s.make(dose_of(kDoseLattice, first), mask_of(kBoxLattice, kBox), &info);
  info.fractions = 5;
  info.plan_label = "second";
  const std::size_t b = s.make(dose_of(kDoseLattice, second), mask_of(kBoxLattice, kBox), &info);
  auto options = sized<dosegate_options>();
  options.add_cases = &b;
  options.add_case_count = 1;
  const dosegate_result r = s.dvh_of(a, {"Mean[Gy]", "Mean[Gy]@EQD2(ab=3)"}, &options);
  EXPECT_NEAR(s.metric(r, 0).value, 50.0, kExact);
  // 20 (2 + 3)/(2 + 3) + 30 (6 + 3)/(2 + 3)
  EXPECT_NEAR(s.metric(r, 1).value, 20.0 + 54.0, kExact);
}

TEST(MemoryCase, AnEffectiveDoseIsNeverConverted) {
  MemorySession s;
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  dosegate_new_dose dose = dose_of(kDoseLattice, values);
  dose.type = DOSEGATE_EFFECTIVE_DOSE;
  auto info = sized<dosegate_new_case>();
  info.fractions = 10;
  const std::size_t index = s.make(dose, mask_of(kBoxLattice, kBox), &info);
  const dosegate_metric eqd2 = s.metric(s.dvh_of(index, {"Mean[Gy]@EQD2(ab=3)"}), 0);
  EXPECT_EQ(eqd2.present & DOSEGATE_HAS_VALUE, 0U);
  EXPECT_NE(std::string(eqd2.reason), "");
}

TEST(MemoryCase, IsACaseLikeAnyOther) {
  MemorySession s;
  ASSERT_EQ(s.read({small_sample()}), 1U);
  const dosegate_result before = s.quick();
  const std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  auto info = sized<dosegate_new_case>();
  info.fractions = 5;
  info.prescription_gy = 50.0;
  info.patient_id = "P1";
  info.plan_label = "Liver";
  info.plan_uid = "1.2.3.4";
  dosegate_mask mask = mask_of(kBoxLattice, kBox, 12, " Liver ");
  mask.label.interpreted_type = "organ";
  const std::size_t index = s.make(dose_of(kDoseLattice, values), mask, &info);
  EXPECT_EQ(index, 1U) << "after those that were read";
  EXPECT_FALSE(s.render(before).empty()) << "results stay";

  auto told = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(s, index, &told), DOSEGATE_OK);
  EXPECT_EQ(told.status, DOSEGATE_OK);
  EXPECT_STREQ(told.patient_id, "P1");
  EXPECT_STREQ(told.plan_label, "Liver");
  EXPECT_STREQ(told.plan_uid, "1.2.3.4");
  EXPECT_EQ(told.fractions, 5);
  EXPECT_EQ(told.prescription_gy, 50.0);
  EXPECT_EQ(told.roi_count, 1U);
  EXPECT_EQ(told.dose_count, 1U);
  EXPECT_EQ(told.input_count, 2U);
  EXPECT_EQ(told.finding_count, 0U);
  auto roi = sized<dosegate_roi_info>();
  ASSERT_EQ(dosegate_case_roi(s, index, 0, &roi), DOSEGATE_OK);
  EXPECT_EQ(roi.number, 12);
  EXPECT_STREQ(roi.name, "Liver");
  EXPECT_STREQ(roi.interpreted_type, "ORGAN");
  auto dose = sized<dosegate_dose_info>();
  ASSERT_EQ(dosegate_case_dose(s, index, 0, &dose), DOSEGATE_OK);
  EXPECT_EQ(dose.voxels[2], 21U);
  EXPECT_STREQ(dose.type, "PHYSICAL");
  auto input = sized<dosegate_input_info>();
  ASSERT_EQ(dosegate_case_input(s, index, 0, &input), DOSEGATE_OK);
  EXPECT_STREQ(input.path, "memory: dose of plan \"Liver\"");

  auto options = sized<dosegate_options>();
  const char* const context[] = {"site=hepatic"};
  options.context = context;
  options.context_count = 1;
  dosegate_result r = 0;
  ASSERT_EQ(dosegate_evaluate(s, index, &options, &r), DOSEGATE_OK) << s.error();
  EXPECT_NE(s.render(r).find("\"plan_label\": \"Liver\""), std::string::npos);
  EXPECT_FALSE(s.render(r, DOSEGATE_CSV).empty());
  EXPECT_EQ(s.read({small_sample()}), 1U) << "reading replaces cases from memory too";
}

TEST(MemoryCase, WhatIsNotKnownIsSaid) {
  MemorySession s;
  std::vector<double> values = linear_dose({0.3, -0.2, 0.1});
  values[5] = -0.5;
  const dosegate_builder builder = s.begin();
  s.add(builder, dose_of(kDoseLattice, values));
  s.add(builder, mask_of(kBoxLattice, kBox, 1, "Liver"));
  s.add(builder, mask_of(kBoxLattice, kBox, 2, "Liver"));
  const std::size_t index = s.finish(builder);
  std::vector<std::string> codes;
  auto info = sized<dosegate_case_info>();
  ASSERT_EQ(dosegate_case_get(s, index, &info), DOSEGATE_OK);
  for (std::size_t f = 0; f < info.finding_count; ++f) {
    auto finding = sized<dosegate_finding>();
    ASSERT_EQ(dosegate_case_finding(s, index, f, &finding), DOSEGATE_OK);
    codes.emplace_back(finding.code);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"dose-negative", "fractions-missing",
                                             "prescription-missing", "roi-name-duplicate"}));
}

}  // namespace
}  // namespace dosegate::plugin_test
