// Cases from memory for tests: arrays that live here, and what a host would say of them.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "plugin_session.h"

namespace dosegate::plugin_test {

using Triple = std::array<double, 3>;

/// A lattice along the patient's axes.
inline dosegate_lattice lattice(std::array<uint64_t, 3> size, Triple origin_mm, Triple spacing_mm) {
  dosegate_lattice made{};
  for (std::size_t a = 0; a < 3; ++a) {
    made.size[a] = size[a];
    made.origin_mm[a] = origin_mm[a];
    made.spacing_mm[a] = spacing_mm[a];
    made.direction[4 * a] = 1.0;
  }
  return made;
}

inline Triple centre(const dosegate_lattice& of, std::array<uint64_t, 3> index) {
  Triple at{};
  for (std::size_t c = 0; c < 3; ++c) {
    at[c] = of.origin_mm[c];
    for (std::size_t a = 0; a < 3; ++a) {
      at[c] += of.direction[3 * a + c] * of.spacing_mm[a] * static_cast<double>(index[a]);
    }
  }
  return at;
}

/// One value a voxel, axis 0 fastest.
template <class T>
std::vector<T> voxels_of(const dosegate_lattice& of, const std::function<T(const Triple&)>& at) {
  std::vector<T> values;
  for (uint64_t k = 0; k < of.size[2]; ++k) {
    for (uint64_t j = 0; j < of.size[1]; ++j) {
      for (uint64_t i = 0; i < of.size[0]; ++i) values.push_back(at(centre(of, {i, j, k})));
    }
  }
  return values;
}

/// A course dose in Gy, f64, packed; points into `values`.
inline dosegate_new_dose dose_of(const dosegate_lattice& of, const std::vector<double>& values) {
  auto dose = sized<dosegate_new_dose>();
  dose.element = DOSEGATE_F64;
  dose.lattice = of;
  dose.values = values.data();
  dose.byte_count = values.size() * sizeof(double);
  dose.scale = 1.0;
  dose.unit = DOSEGATE_UNIT_GY;
  dose.holds = DOSEGATE_COURSE_DOSE;
  dose.type = DOSEGATE_PHYSICAL_DOSE;
  return dose;
}

inline dosegate_mask mask_of(const dosegate_lattice& of, const std::vector<uint8_t>& voxels,
                             int32_t number = 1, const char* name = "Mask") {
  auto mask = sized<dosegate_mask>();
  mask.number = number;
  mask.label.name = name;
  mask.lattice = of;
  mask.voxels = voxels.data();
  mask.byte_count = voxels.size();
  return mask;
}

/// A session in which a case is put together; every status is checked.
class MemorySession : public Session {
 public:
  using Session::Session;

  dosegate_builder begin(const dosegate_new_case* info = nullptr) {
    dosegate_builder builder = 0;
    EXPECT_EQ(dosegate_case_begin(*this, info, &builder), DOSEGATE_OK) << error();
    return builder;
  }
  void add(dosegate_builder builder, const dosegate_new_dose& dose) {
    EXPECT_EQ(dosegate_case_add_dose(*this, builder, &dose), DOSEGATE_OK) << error();
  }
  void add(dosegate_builder builder, const dosegate_mask& mask) {
    EXPECT_EQ(dosegate_case_add_mask(*this, builder, &mask), DOSEGATE_OK) << error();
  }
  void add(dosegate_builder builder, const dosegate_contours& contours) {
    EXPECT_EQ(dosegate_case_add_contours(*this, builder, &contours), DOSEGATE_OK) << error();
  }
  void add(dosegate_builder builder, const dosegate_voxel_list& voxels) {
    EXPECT_EQ(dosegate_case_add_voxels(*this, builder, &voxels), DOSEGATE_OK) << error();
  }
  std::size_t finish(dosegate_builder builder) {
    std::size_t index = 77;
    EXPECT_EQ(dosegate_case_finish(*this, builder, &index), DOSEGATE_OK) << error();
    return index;
  }
  /// A case of one dose and one structure.
  template <class Structure>
  std::size_t make(const dosegate_new_dose& dose, const Structure& structure,
                   const dosegate_new_case* info = nullptr) {
    const dosegate_builder builder = begin(info);
    add(builder, dose);
    add(builder, structure);
    return finish(builder);
  }

  dosegate_result evaluate_case(std::size_t case_index) {
    dosegate_result result = 0;
    EXPECT_EQ(dosegate_evaluate(*this, case_index, nullptr, &result), DOSEGATE_OK) << error();
    return result;
  }
  /// DVHs of all structures of a case.
  dosegate_result dvh_of(std::size_t case_index, const std::vector<const char*>& metrics,
                         const dosegate_options* options = nullptr) {
    auto request = sized<dosegate_dvh_request>();
    request.metrics = metrics.data();
    request.metric_count = metrics.size();
    dosegate_result result = 0;
    EXPECT_EQ(dosegate_dvh(*this, case_index, &request, options, &result), DOSEGATE_OK) << error();
    return result;
  }
  dosegate_dvh_structure structure(dosegate_result result, std::size_t index = 0) {
    auto found = sized<dosegate_dvh_structure>();
    EXPECT_EQ(dosegate_dvh_get_structure(*this, result, index, &found), DOSEGATE_OK) << error();
    return found;
  }
  dosegate_metric metric(dosegate_result result, std::size_t index, std::size_t structure = 0) {
    auto found = sized<dosegate_metric>();
    EXPECT_EQ(dosegate_dvh_metric(*this, result, structure, index, &found), DOSEGATE_OK) << error();
    return found;
  }
};

}  // namespace dosegate::plugin_test
