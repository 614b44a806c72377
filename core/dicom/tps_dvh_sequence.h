// DVHSequence (3004,0050) of an RT Dose: the planning system's own DVHs. Private to this room.
#pragma once

#include <string>

#include "base/finding.h"
#include "dicom/attributes.h"
#include "model/case.h"

namespace dosegate::dicom {

/// Reads every DVH of the dose; no DVH is worth refusing a dose for, so one that cannot be read is
/// left out with a finding (TpsDvhUnusable), and one that contradicts itself is read with one
/// (TpsDvhDoubtful). `dose_type`: what the grid is; a DVH of another DoseType is left out.
[[nodiscard]] model::TpsDvhs read_tps_dvhs(const Attributes& root, model::DoseType dose_type,
                                           const std::string& path, Findings& findings);

}  // namespace dosegate::dicom
