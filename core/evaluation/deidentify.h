// Results without who they are about: the same numbers and verdicts, with pseudonyms (pseudonyms.h).
#pragma once

#include "evaluation/evaluate.h"
#include "evaluation/evaluation.h"
#include "evaluation/pseudonyms.h"

namespace dosegate::evaluation {

/// The evaluation with patient, plan, UIDs, paths and SHA-256 of inputs replaced, wherever they stand; `also`: what
/// the evaluation itself does not say (identities of the cases it was made from). Ids and texts of protocols stay as they are. A
/// finding tells of it.
[[nodiscard]] Evaluation deidentified(Evaluation evaluation, const DeidentifyKey& key,
                                      Identities also = {});
[[nodiscard]] DvhReport deidentified(DvhReport report, const DeidentifyKey& key,
                                     Identities also = {});

}  // namespace dosegate::evaluation
