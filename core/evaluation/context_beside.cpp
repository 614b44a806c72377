#include "evaluation/context_beside.h"

#include <filesystem>
#include <optional>
#include <string>

#include "base/text.h"

namespace dosegate::evaluation {
namespace {

// Nothing where there is no plan.
std::optional<std::filesystem::path> plan_folder(const model::Case& found) {
  for (const model::InputFile& input : found.inputs) {
    if (input.sop_class != "RT Plan Storage" && input.sop_class != "RT Ion Plan Storage") continue;
    return std::filesystem::path(input.path).parent_path();
  }
  return std::nullopt;
}

}  // namespace

PlanFolder plan_folder_of(const model::Case& found, const std::vector<const model::Case*>& all) {
  const auto folder = plan_folder(found);
  if (!folder) return PlanFolder::OnePatient;
  for (const model::Case* other : all) {
    if (other->patient_id != found.patient_id && plan_folder(*other) == folder) {
      return PlanFolder::SeveralPatients;
    }
  }
  return PlanFolder::OnePatient;
}

Result<void> add_context_beside(const model::Case& found, PlanFolder shared,
                                const std::vector<protocol::Protocol>& protocols,
                                std::vector<protocol::ContextFile>& files) {
  const auto folder = plan_folder(found);
  if (!folder) return {};
  const std::string path = (*folder / protocol::kContextFileName).string();
  std::error_code status;
  if (!std::filesystem::exists(path, status)) return {};
  for (const protocol::ContextFile& known : files) {
    if (known.path == path) return {};
  }
  if (shared == PlanFolder::SeveralPatients) {
    return fail(ErrorCode::ContextInvalid,
                "Plans of several patients lie beside the context file, so it cannot be told whom "
                "it is about; give each patient a folder.",
                printable(path));
  }
  auto file = protocol::read_context_file(path, protocols);
  if (!file) return tl::unexpected<Error>(file.error());
  files.push_back(std::move(*file));
  return {};
}

}  // namespace dosegate::evaluation
