// The context.yaml that may lie beside a plan (protocol/context_file.h), and whom it is about.
#pragma once

#include <vector>

#include "base/result.h"
#include "model/case.h"
#include "protocol/context_file.h"

namespace dosegate::evaluation {

/// Whether plans of another patient than the case's lie in the folder of its plan.
[[nodiscard]] bool shares_plan_folder(const model::Case& found,
                                      const std::vector<const model::Case*>& all);

/// Adds the context file in the folder of the case's plan to `files`, if there is one that they do not hold yet.
/// `shared`: plans of several patients lie there, so that nobody can tell whom the file is about. Errors:
/// ContextInvalid, FileUnreadable.
[[nodiscard]] Result<void> add_context_beside(const model::Case& found, bool shared,
                                              const std::vector<protocol::Protocol>& protocols,
                                              std::vector<protocol::ContextFile>& files);

}  // namespace dosegate::evaluation
