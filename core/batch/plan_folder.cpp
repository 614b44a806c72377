#include "batch/plan_folder.h"

#include "base/sha256.h"

namespace dosegate::batch {
namespace {

std::string safe(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string name;
  for (const char c : text.substr(0, kLongest)) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    // A leading dot hides the folder or leaves it, a leading minus is an option to a command.
    const bool inner = c == '.' || c == '-';
    name += letter || c == '_' || (inner && !name.empty()) ? c : '_';
  }
  return name;
}

}  // namespace

std::string plan_folder_name(std::string_view patient_id, std::string_view plan_label,
                             std::string_view key) {
  constexpr std::size_t kDigits = 12;
  std::string name;
  for (const std::string_view part : {patient_id, plan_label}) {
    if (!part.empty()) name += safe(part) + "_";
  }
  return name + sha256_hex(key).substr(0, kDigits);
}

}  // namespace dosegate::batch
