// A case that a host puts together from arrays in memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dosegate/dosegate.h"
#include "model/case.h"

namespace dosegate::plugin {

/// Each function takes a struct whose missing members are zero and leaves the call with the reason where it
/// cannot be used; the builder is then as it was before.
class CaseBuilder {
 public:
  explicit CaseBuilder(const dosegate_new_case& in);

  void add_dose(const dosegate_new_dose& in);
  void add_contours(const dosegate_contours& in);
  void add_mask(const dosegate_mask& in);
  void add_voxels(const dosegate_voxel_list& in);

  struct Made {
    model::Case whole;
    /// A case of each dose, with the number of fractions it is given in, where there are several.
    std::vector<model::Case> parts;
  };
  /// The case, with what is to be said of it. The builder may be thrown away then, and no more.
  [[nodiscard]] Made finish();

 private:
  [[nodiscard]] model::Roi roi(std::int32_t number, const dosegate_label& label) const;
  void note_what_is_missing();

  [[nodiscard]] std::vector<model::Case> parts() const;

  model::Case case_;
  std::vector<std::optional<int>> dose_fractions_;  // of case_.doses
  bool dose_says_fractions_ = true;                 // each dose, in how many it is given
};

}  // namespace dosegate::plugin
