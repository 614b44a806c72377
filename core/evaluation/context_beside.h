// The context.yaml that may lie beside a plan (protocol/context_file.h), and whom it is about.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/case.h"
#include "protocol/context_file.h"

namespace dosegate::evaluation {

/// Whose plans lie in a plan's folder.
enum class PlanFolder { OnePatient, SeveralPatients };

/// Of the folder of the case's plan, as far as `all` tells.
[[nodiscard]] PlanFolder plan_folder_of(const model::Case& found,
                                        const std::vector<const model::Case*>& all);

/// Adds the context file in the folder of the case's plan to `files`, if there is one that they do not hold yet.
/// Where plans of several patients lie nobody can tell whom it is about. Errors: ContextInvalid, FileUnreadable.
[[nodiscard]] Result<void> add_context_beside(const model::Case& found, PlanFolder folder,
                                              const std::vector<protocol::Protocol>& protocols,
                                              std::vector<protocol::ContextFile>& files);

}  // namespace dosegate::evaluation
