// Which of several doses make up the dose of one plan. Private to this room.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "dicom/rt_objects.h"

namespace dosegate::dicom {

/// A dose that is not part of the plan's dose, and why.
struct UnusedDose {
  const DoseObject* dose = nullptr;
  std::string reason;  ///< a clause: "the plan has a PLAN dose"
};

struct DoseChoice {
  std::vector<const DoseObject*> used;  ///< empty if none of the candidates is a dose of the plan
  std::vector<UnusedDose> unused;
  Findings findings;
};

/// Chooses among `candidates`, all of which belong to one plan. `plan` is null
/// where the plan is not known. In this order: the one PLAN dose (a dose without a summation type
/// counts as one); the one FRACTION dose; BEAM doses that together name every beam of the plan
/// exactly once, sorted by beam number; the one MULTI_PLAN dose. Errors: DoseAmbiguous (two of a
/// kind, or a beam covered twice), DoseIncomplete (beams not covered).
[[nodiscard]] Result<DoseChoice> choose_doses(const std::vector<const DoseObject*>& candidates,
                                              const model::Plan* plan);

}  // namespace dosegate::dicom
