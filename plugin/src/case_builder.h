// A case that a host puts together from arrays in memory.
#pragma once

#include <string>

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

  /// The case, with what is to be said of it. The builder may be thrown away then, and no more.
  [[nodiscard]] model::Case finish();

 private:
  [[nodiscard]] model::Roi roi(std::int32_t number, const dosegate_label& label) const;
  void note_what_is_missing();

  model::Case case_;
};

}  // namespace dosegate::plugin
