// What a case from memory refuses: a status and a sentence that names what to look at, and the builder is
// as it was.
#include <cstddef>
#include <functional>
#include <limits>

#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

// Codes of core/base/result.h that the header names by their number.
constexpr int32_t kUnitUnusable = 207, kDoseMissing = 213, kStructuresMissing = 214;
constexpr int32_t kGridInvalid = 300, kRegionEmpty = 301, kNotPlanar = 304, kFractionsUnknown = 402;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr uint64_t kHuge = uint64_t{1} << 62;

const dosegate_lattice kLattice = lattice({4, 3, 2}, {0, 0, 0}, {2, 3, 4});

class MemoryErrors : public ::testing::Test {
 protected:
  // Every refusal leaves the builder usable: a good dose and structure can still be added.
  void TearDown() override {
    s.add(builder, dose_of(kLattice, values));
    s.add(builder, mask_of(kLattice, voxels));
    const std::size_t index = s.finish(builder);
    const dosegate_dvh_structure mask = s.structure(s.dvh_of(index, {}));
    EXPECT_NEAR(mask.volume_cc, 24 * 0.024, 1e-12);  // voxels of 2 x 3 x 4 mm
    EXPECT_NEAR(mask.mean_gy, 1.0, 1e-12);
    auto roi = sized<dosegate_roi_info>();
    EXPECT_EQ(dosegate_case_roi(s, index, 1, &roi), DOSEGATE_ARGUMENT_INVALID) << "nothing else";
  }

  void expect_refusal(int32_t status, int32_t expected, const std::string& words) {
    EXPECT_EQ(status, expected) << words;
    const std::string sentence = s.error();
    EXPECT_NE(sentence.find(words), std::string::npos) << sentence;
    EXPECT_NE(sentence.find("[" + std::to_string(expected) + "]"), std::string::npos) << sentence;
  }

  using ChangeDose = std::function<void(dosegate_new_dose&)>;
  void refuses(int32_t expected, const std::string& words, const ChangeDose& change) {
    dosegate_new_dose dose = dose_of(kLattice, values);
    change(dose);
    expect_refusal(dosegate_case_add_dose(s, builder, &dose), expected, words);
  }

  using ChangeMask = std::function<void(dosegate_mask&)>;
  void refuses_mask(int32_t expected, const std::string& words, const ChangeMask& change) {
    dosegate_mask mask = mask_of(kLattice, voxels);
    change(mask);
    expect_refusal(dosegate_case_add_mask(s, builder, &mask), expected, words);
  }

  template <class Index>
  void refuses_list(int32_t expected, const std::string& words, const std::vector<Index>& indices,
                    int32_t element, int32_t first_index) {
    auto list = sized<dosegate_voxel_list>();
    list.label.name = "List";
    list.lattice = kLattice;
    list.indices = indices.data();
    list.index_count = indices.size();
    list.element = element;
    list.first_index = first_index;
    expect_refusal(dosegate_case_add_voxels(s, builder, &list), expected, words);
  }

  MemorySession s;
  dosegate_builder builder = s.begin();
  std::vector<double> values = std::vector<double>(24, 1.0);
  std::vector<uint8_t> voxels = std::vector<uint8_t>(24, 1);
};

TEST_F(MemoryErrors, WhatADoseIsMustBeStated) {
  refuses(kUnitUnusable, "unit of the dose is not stated", [](auto& d) { d.unit = 0; });
  refuses(kUnitUnusable, "unit of the dose is not stated", [](auto& d) { d.unit = 3; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "course or of one", [](auto& d) { d.holds = 0; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "course or of one", [](auto& d) { d.holds = 3; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "physical or effective", [](auto& d) { d.type = 0; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "element is none", [](auto& d) { d.element = 0; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "element is none", [](auto& d) { d.element = DOSEGATE_U64; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "scale must be above 0", [](auto& d) { d.scale = 0.0; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "scale must be above 0", [](auto& d) { d.scale = -1.0; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "scale must be above 0", [](auto& d) { d.scale = kNan; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "offset", [](auto& d) { d.offset = kInfinity; });
  refuses(kFractionsUnknown, "does not say how many",
          [](auto& d) { d.holds = DOSEGATE_ONE_FRACTION_DOSE; });
}

TEST_F(MemoryErrors, ADoseThatIsNoNumberIsRefused) {
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    std::vector<double> spoilt = values;
    spoilt[17] = bad;
    refuses(kGridInvalid, "not a finite number", [&](auto& d) { d.values = spoilt.data(); });
  }
  // A finite value that the scale takes beyond all numbers.
  refuses(kGridInvalid, "not a finite number", [](auto& d) {
    d.scale = 1e308;
    d.offset = 1e308;
  });
}

TEST_F(MemoryErrors, LatticesThatAreNoneAreRefused) {
  for (const double bad : {0.0, -2.0, kNan, kInfinity, 1e4}) {
    refuses(kGridInvalid, "spacing of", [&](auto& d) { d.lattice.spacing_mm[1] = bad; });
    refuses_mask(kGridInvalid, "spacing of", [&](auto& m) { m.lattice.spacing_mm[2] = bad; });
  }
  for (const double bad : {kNan, kInfinity, 1e6}) {
    refuses(kGridInvalid, "first voxel", [&](auto& d) { d.lattice.origin_mm[0] = bad; });
  }
  // Nothing stated; not at right angles; not of unit length; no numbers; the same axis twice.
  refuses(kGridInvalid, "right angles", [](auto& d) { d.lattice.direction[0] = 0.0; });
  refuses(kGridInvalid, "right angles", [](auto& d) { d.lattice.direction[1] = 0.01; });
  refuses(kGridInvalid, "right angles", [](auto& d) { d.lattice.direction[4] = 1.01; });
  refuses(kGridInvalid, "right angles", [](auto& d) { d.lattice.direction[8] = kNan; });
  refuses_mask(kGridInvalid, "right angles", [](auto& m) {
    for (double& d : m.lattice.direction) d = 0.0;
  });
  refuses_mask(kGridInvalid, "0.1 mm or more", [](auto& m) { m.lattice.spacing_mm[0] = 0.09; });
}

TEST_F(MemoryErrors, SizesThatOverflowOrDisagreeAreRefused) {
  refuses(kGridInvalid, "axis without voxels", [](auto& d) { d.lattice.size[2] = 0; });
  refuses(kGridInvalid, "more than", [](auto& d) { d.lattice.size[0] = kHuge; });
  refuses(kGridInvalid, "more than", [](auto& d) {
    for (uint64_t& size : d.lattice.size) size = uint64_t{1} << 22;  // their product is 2^66
  });
  refuses_mask(kGridInvalid, "more than", [](auto& m) { m.lattice.size[1] = ~uint64_t{0}; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "are 192 bytes, and byte_count is 184",
          [](auto& d) { d.byte_count -= 8; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "byte_count", [](auto& d) { d.byte_count += 8; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "byte_count", [](auto& d) { d.lattice.size[0] = 5; });
  refuses(DOSEGATE_ARGUMENT_INVALID, "byte_count", [](auto& d) { d.element = DOSEGATE_F32; });
  refuses_mask(DOSEGATE_ARGUMENT_INVALID, "byte_count", [](auto& m) { m.byte_count = 23; });
}

TEST_F(MemoryErrors, StridesThatLeaveTheMemoryAreRefused) {
  const auto strides = [](uint64_t i, uint64_t j, uint64_t k) {
    return [=](auto& array) {
      array.stride_bytes[0] = i;
      array.stride_bytes[1] = j;
      array.stride_bytes[2] = k;
    };
  };
  // 3 x 8 + 2 x 32 + 1 x 96 + 8 = 192 bytes are there, one more is not.
  refuses(DOSEGATE_ARGUMENT_INVALID, "last voxel lies beyond", strides(8, 32, 97));
  refuses(DOSEGATE_ARGUMENT_INVALID, "last voxel lies beyond", strides(8, kHuge, 96));
  refuses(DOSEGATE_ARGUMENT_INVALID, "last voxel lies beyond", strides(~uint64_t{0}, 32, 96));
  refuses(DOSEGATE_ARGUMENT_INVALID, "less than a voxel", strides(8, 32, 0));
  refuses(DOSEGATE_ARGUMENT_INVALID, "less than a voxel", strides(4, 32, 96));
  refuses_mask(DOSEGATE_ARGUMENT_INVALID, "last voxel lies beyond", strides(1, 4, 13));
  refuses_mask(DOSEGATE_ARGUMENT_INVALID, "less than a voxel", strides(0, 4, 12));
}

TEST_F(MemoryErrors, NumbersThatAreNoVoxelsAreRefused) {
  const auto refused = DOSEGATE_ARGUMENT_INVALID;
  refuses_list<uint32_t>(refused, "number 1 of the list is 24", {0, 24}, DOSEGATE_U32, 0);
  refuses_list<uint32_t>(refused, "the voxels 1 to 24", {24, 0}, DOSEGATE_U32, 1);
  refuses_list<uint64_t>(refused, "is 25", {25}, DOSEGATE_U64, 1);
  refuses_list<uint64_t>(refused, "is 18446744073709551615", {~uint64_t{0}}, DOSEGATE_U64, 1);
  for (const double bad : {-1.0, 0.5, 24.0, 1e300, kInfinity, kNan}) {
    refuses_list<double>(refused, "number 0 of the list", {bad}, DOSEGATE_F64, 0);
  }
  refuses_list<uint32_t>(refused, "neither 0 nor 1", {3}, DOSEGATE_U32, 2);
  refuses_list<uint32_t>(refused, "neither 0 nor 1", {3}, DOSEGATE_U32, -1);
  refuses_list<uint32_t>(refused, "element is none", {3}, DOSEGATE_F32, 0);
  refuses_list<uint32_t>(refused, "element is none", {3}, 0, 0);
}

TEST_F(MemoryErrors, StructuresWithoutAnyVoxelAreRefused) {
  const std::vector<uint8_t> nothing(24, 0);
  refuses_mask(kRegionEmpty, "no voxel inside", [&](auto& m) { m.voxels = nothing.data(); });
  refuses_list<uint32_t>(kRegionEmpty, "no voxel inside", {}, DOSEGATE_U32, 0);
}

TEST_F(MemoryErrors, ContoursThatAreNoneAreRefused) {
  const std::vector<double> points = {0, 0, 0, 9, 0, 0, 9, 9, 0, 0, 0, 5, 9, 0, 5, 9, 9, 5};
  const std::vector<std::size_t> counts = {3, 3};
  const auto refuses_contours = [&](int32_t expected, const std::string& words, auto change) {
    auto contours = sized<dosegate_contours>();
    contours.label.name = "Drawn";
    contours.points_mm = points.data();
    contours.point_count = 6;
    contours.contour_points = counts.data();
    contours.contour_count = 2;
    change(contours);
    expect_refusal(dosegate_case_add_contours(s, builder, &contours), expected, words);
  };
  const auto refused = DOSEGATE_ARGUMENT_INVALID;
  const std::vector<std::size_t> empty = {6, 0}, many = {3, 4},
                                 overflow = {3, std::numeric_limits<std::size_t>::max()};
  refuses_contours(refused, "no contour that they belong to", [](auto& c) { c.contour_count = 0; });
  refuses_contours(refused, "contour 1 has no point",
                   [&](auto& c) { c.contour_points = empty.data(); });
  refuses_contours(refused, "more points", [&](auto& c) { c.contour_points = many.data(); });
  refuses_contours(refused, "more points", [&](auto& c) { c.contour_points = overflow.data(); });
  refuses_contours(refused, "1 points less", [](auto& c) { c.point_count = 7; });
  refuses_contours(refused, "points are NULL", [](auto& c) { c.points_mm = nullptr; });
  refuses_contours(refused, "points are NULL", [](auto& c) { c.contour_points = nullptr; });
  for (const double bad : {kNan, kInfinity}) {
    std::vector<double> spoilt = points;
    spoilt[13] = bad;  // the y of contour 1's second point
    refuses_contours(kNotPlanar, "point 1 of contour 1",
                     [&](auto& c) { c.points_mm = spoilt.data(); });
  }
  refuses_contours(refused, "no name", [](auto& c) { c.label.name = nullptr; });
  refuses_contours(refused, "no name", [](auto& c) { c.label.name = "  "; });
}

TEST_F(MemoryErrors, NullPointersAreRefused) {
  const auto refused = DOSEGATE_ARGUMENT_INVALID;
  EXPECT_EQ(dosegate_case_begin(s, nullptr, nullptr), refused);
  EXPECT_EQ(dosegate_case_add_dose(s, builder, nullptr), refused);
  EXPECT_EQ(dosegate_case_add_contours(s, builder, nullptr), refused);
  EXPECT_EQ(dosegate_case_add_mask(s, builder, nullptr), refused);
  EXPECT_EQ(dosegate_case_add_voxels(s, builder, nullptr), refused);
  EXPECT_EQ(dosegate_case_finish(s, builder, nullptr), refused);
  refuses(refused, "voxels are NULL", [](auto& d) { d.values = nullptr; });
  refuses_mask(refused, "voxels are NULL", [](auto& m) { m.voxels = nullptr; });
  auto list = sized<dosegate_voxel_list>();
  list.label.name = "List";
  list.lattice = kLattice;
  list.index_count = 1;
  list.element = DOSEGATE_U32;
  expect_refusal(dosegate_case_add_voxels(s, builder, &list), refused, "list of voxels is NULL");
}

TEST_F(MemoryErrors, StructsWithoutTheirSizeAreRefused) {
  const auto refused = DOSEGATE_ARGUMENT_INVALID;
  refuses(refused, "struct_size", [](auto& d) { d.struct_size = 0; });
  refuses_mask(refused, "struct_size", [](auto& m) { m.struct_size = 4; });
  // An older host's struct that ends before them: not stated.
  refuses(refused, "physical or effective",
          [](auto& d) { d.struct_size = offsetof(dosegate_new_dose, type); });
  const dosegate_new_case info{};
  dosegate_builder other = 77;
  EXPECT_EQ(dosegate_case_begin(s, &info, &other), refused);
  EXPECT_EQ(other, 77U);
}

TEST_F(MemoryErrors, CasesWithImpossibleNumbersAreNotBegun) {
  dosegate_builder other = 77;
  for (const double bad : {-1.0, kNan, kInfinity}) {
    auto info = sized<dosegate_new_case>();
    info.prescription_gy = bad;
    expect_refusal(dosegate_case_begin(s, &info, &other), DOSEGATE_ARGUMENT_INVALID,
                   "prescription");
  }
  auto info = sized<dosegate_new_case>();
  info.fractions = -1;
  expect_refusal(dosegate_case_begin(s, &info, &other), DOSEGATE_ARGUMENT_INVALID, "fractions");
  EXPECT_EQ(other, 77U);
}

TEST_F(MemoryErrors, CasesThatAreNotWholeAreNotFinished) {
  std::size_t index = 77;
  expect_refusal(dosegate_case_finish(s, builder, &index), kDoseMissing, "no dose");
  const dosegate_builder other = s.begin();
  s.add(other, dose_of(kLattice, values));
  expect_refusal(dosegate_case_finish(s, other, &index), kStructuresMissing, "no structure");
  EXPECT_EQ(index, 77U);
  EXPECT_EQ(dosegate_case_discard(s, other), DOSEGATE_OK);
}

TEST(MemoryBuilder, ANumberThatIsTakenIsRefused) {
  MemorySession s;
  const std::vector<uint8_t> voxels(24, 1);
  const dosegate_builder builder = s.begin();
  s.add(builder, mask_of(kLattice, voxels, 3, "Liver"));
  const dosegate_mask mask = mask_of(kLattice, voxels, 3, "Kidney");
  EXPECT_EQ(dosegate_case_add_mask(s, builder, &mask), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_NE(s.error().find("that of \"Liver\" already"), std::string::npos) << s.error();
}

TEST(MemoryBuilder, StaleForeignAndRandomHandlesAreRecognised) {
  MemorySession s, other;
  const std::vector<double> values(24, 1.0);
  const std::vector<uint8_t> voxels(24, 1);
  const dosegate_builder finished = s.begin(), discarded = s.begin(), foreign = other.begin();
  s.add(finished, dose_of(kLattice, values));
  s.add(finished, mask_of(kLattice, voxels));
  const std::size_t index = s.finish(finished);
  EXPECT_EQ(dosegate_case_discard(s, discarded), DOSEGATE_OK);
  const dosegate_result result = s.dvh_of(index, {});
  const dosegate_new_dose dose = dose_of(kLattice, values);
  const dosegate_mask mask = mask_of(kLattice, voxels);
  const auto contours = sized<dosegate_contours>();
  const auto list = sized<dosegate_voxel_list>();
  std::size_t out = 0;
  for (const dosegate_builder bad :
       {dosegate_builder{0}, finished, discarded, foreign, dosegate_builder{result},
        dosegate_builder{s}, dosegate_builder{1}, ~dosegate_builder{0}}) {
    EXPECT_EQ(dosegate_case_add_dose(s, bad, &dose), DOSEGATE_HANDLE_INVALID) << bad;
    EXPECT_EQ(dosegate_case_add_mask(s, bad, &mask), DOSEGATE_HANDLE_INVALID) << bad;
    EXPECT_EQ(dosegate_case_add_contours(s, bad, &contours), DOSEGATE_HANDLE_INVALID) << bad;
    EXPECT_EQ(dosegate_case_add_voxels(s, bad, &list), DOSEGATE_HANDLE_INVALID) << bad;
    EXPECT_EQ(dosegate_case_finish(s, bad, &out), DOSEGATE_HANDLE_INVALID) << bad;
    EXPECT_EQ(dosegate_case_discard(s, bad), DOSEGATE_HANDLE_INVALID) << bad;
  }
  EXPECT_EQ(dosegate_result_release(s, finished), DOSEGATE_HANDLE_INVALID);
  dosegate_builder none = 77;
  EXPECT_EQ(dosegate_case_begin(0, nullptr, &none), DOSEGATE_HANDLE_INVALID);
  EXPECT_EQ(none, 77U);
}

TEST(MemoryBuilder, OutlivesReading) {
  MemorySession s;
  const std::vector<double> values(24, 1.0);
  const std::vector<uint8_t> voxels(24, 1);
  const dosegate_builder builder = s.begin();
  s.add(builder, dose_of(kLattice, values));
  ASSERT_EQ(s.read({small_sample()}), 1U);
  s.add(builder, mask_of(kLattice, voxels));
  EXPECT_EQ(s.finish(builder), 1U);
}

}  // namespace
}  // namespace dosegate::plugin_test
