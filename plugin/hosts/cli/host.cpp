#include "host.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

namespace cli {

int exit_for(int32_t status) {
  if (status == DOSEGATE_OK) return kPass;
  if (status == DOSEGATE_CANCELLED) return kStopped;
  if (status >= 900) return kInternal;
  // Grammar, protocols, names and options are what the user typed; the rest is what the files hold.
  const bool typed = (status >= 400 && status < 600) || status == DOSEGATE_OPTION_INVALID ||
                     status == DOSEGATE_ARGUMENT_INVALID || status == DOSEGATE_FILE_UNWRITABLE;
  return typed ? kUsage : kInput;
}

Library::Library() : Library(dosegate_host{}) {}

Library::Library(dosegate_host host) {
  host.struct_size = sizeof host;
  const int32_t status = dosegate_session_create(&host, &session_);
  if (status != DOSEGATE_OK) throw Stop(kInternal, "The library could not be started.");
}

Library::~Library() {
  (void)dosegate_session_destroy(session_);
}

void Library::check(int32_t status) const {
  if (status != DOSEGATE_OK) throw Stop(exit_for(status), dosegate_last_error(session_));
}

std::string Library::render(dosegate_result result, int32_t format) const {
  const char* text = nullptr;
  std::size_t length = 0;
  check(dosegate_render(session_, result, format, &text, &length));
  return {text, length};
}

void take_key(CommonOptions& common) {
  if (!common.deidentify) {
    if (common.key_file.empty()) return;
    throw Stop(kUsage,
               "--deidentify-key is for --deidentify; give that as well, or nothing is replaced.");
  }
  if (common.key_file.empty()) {
    constexpr std::size_t kRandomBytes = 32;
    std::random_device random;  // the system's
    while (common.key.size() < kRandomBytes) common.key += static_cast<char>(random() & 0xFFU);
    return;
  }
  // A device such as /dev/urandom has no end, and a folder no bytes.
  constexpr std::size_t kMostBytes = 1 << 16;
  std::error_code ignored;
  std::ifstream file(common.key_file, std::ios::binary);
  common.key.resize(kMostBytes + 1);
  const bool folder = std::filesystem::is_directory(common.key_file, ignored);
  if (!folder) file.read(common.key.data(), static_cast<std::streamsize>(common.key.size()));
  common.key.resize(folder ? 0 : static_cast<std::size_t>(file.gcount()));
  if (folder || !file.is_open() || file.bad()) {
    throw Stop(kUsage,
               fmt::format("--deidentify-key {}: the file cannot be read.", common.key_file));
  }
  if (common.key.size() > kMostBytes) {
    throw Stop(kUsage, fmt::format("--deidentify-key {}: a key has at most {} bytes.",
                                   common.key_file, kMostBytes));
  }
  if (common.key.empty()) {
    throw Stop(kUsage, fmt::format("--deidentify-key {}: the file is empty.", common.key_file));
  }
}

std::vector<const char*> pointers(const std::vector<std::string>& texts) {
  std::vector<const char*> result;
  for (const std::string& text : texts) result.push_back(text.c_str());
  return result;
}

dosegate_options options_of(const CommonOptions& common, const std::vector<const char*>& maps) {
  dosegate_options options{};
  options.struct_size = sizeof options;
  options.fractions = common.fractions;
  options.prescription_gy = common.prescription_gy;
  options.fraction_dose = common.fraction_dose == "total" ? DOSEGATE_FRACTION_DOSE_TOTAL
                          : common.fraction_dose == "one" ? DOSEGATE_FRACTION_DOSE_ONE
                                                          : DOSEGATE_FRACTION_DOSE_AUTO;
  options.end_caps = common.end_caps == "none"        ? DOSEGATE_END_CAPS_NONE
                     : common.end_caps == "capped1.5" ? DOSEGATE_END_CAPS_CAPPED_1_5
                     : common.end_caps == "rounded"   ? DOSEGATE_END_CAPS_ROUNDED
                                                      : DOSEGATE_END_CAPS_HALF;
  options.interpolation = common.interpolation == "blend"   ? DOSEGATE_INTERPOLATION_BLEND
                          : common.interpolation == "cubic" ? DOSEGATE_INTERPOLATION_CUBIC
                                                            : DOSEGATE_INTERPOLATION_SLAB;
  options.dose_interpolation =
      common.dose_interpolation == "voxel" ? DOSEGATE_DOSE_VOXEL : DOSEGATE_DOSE_LINEAR;
  if (!common.convention.empty()) options.convention = common.convention.c_str();
  if (!common.aliases.empty()) options.aliases = common.aliases.c_str();
  options.workers = common.workers;
  options.map = maps.data();
  options.map_count = maps.size();
  if (!common.key.empty()) {
    options.deidentify_key = common.key.data();
    options.deidentify_key_length = common.key.size();
  }
  return options;
}

void sum_cases(const CommonOptions& common, std::vector<std::size_t>& cases,
               std::vector<std::size_t>& added, dosegate_options& call) {
  if (!common.sum) return;
  if (cases.size() < 2) {
    throw Stop(kUsage, "--sum adds plans, and there is only one; give the others as well.");
  }
  added.assign(cases.begin() + 1, cases.end());
  cases.resize(1);
  call.add_cases = added.data();
  call.add_case_count = added.size();
}

std::string finding_line(const dosegate_finding& finding) {
  const char* severity = finding.severity == DOSEGATE_ERROR     ? "error"
                         : finding.severity == DOSEGATE_WARNING ? "warning"
                                                                : "note";
  if (finding.where[0] == '\0')
    return fmt::format("{}: {} [{}]", severity, finding.text, finding.code);
  return fmt::format("{}: {}: {} [{}]", severity, finding.where, finding.text, finding.code);
}

namespace {

// What was refused while reading names files and patients.
std::string nameless_refusal(int32_t status) {
  return fmt::format(
      "A plan or file cannot be used; look at the input without --deidentify to see which and why. "
      "[{}]",
      status);
}

// Tells of each file that is DICOM and cannot be read; true if there is one. It may hold a plan
// that nobody then checks.
bool tell_unreadable_files(const Library& library, bool nameless) {
  std::size_t findings = 0;
  library.check(dosegate_read_finding_count(library.session(), &findings));
  bool any = false;
  for (std::size_t i = 0; i < findings; ++i) {
    const auto finding = library.get<dosegate_finding>(dosegate_read_finding, i);
    if (finding.severity != DOSEGATE_ERROR) continue;
    fmt::print(stderr, "{}\n",
               nameless ? fmt::format("error: a file cannot be read [{}]", finding.code)
                        : finding_line(finding));
    any = true;
  }
  return any;
}

}  // namespace

std::vector<std::size_t> read_cases(const Library& library, const CommonOptions& common) {
  const auto paths = pointers(common.inputs);
  std::size_t count = 0;
  const bool nameless = common.deidentify;
  const int32_t status =
      dosegate_read(library.session(), paths.data(), paths.size(), DOSEGATE_READ_COMPLETE, &count);
  if (status != DOSEGATE_OK && nameless) throw Stop(exit_for(status), nameless_refusal(status));
  library.check(status);
  std::vector<std::size_t> wanted;
  std::string refusals;
  for (std::size_t i = 0; i < count; ++i) {
    const auto info = library.get<dosegate_case_info>(dosegate_case_get, i);
    if (info.status != DOSEGATE_OK) {
      refusals += fmt::format("{}{}", refusals.empty() ? "" : "\n",
                              nameless ? nameless_refusal(info.status) : info.refusal);
    } else if (common.plan.empty() || common.plan == info.plan_label ||
               common.plan == info.plan_uid) {
      wanted.push_back(i);
    }
  }
  if (tell_unreadable_files(library, nameless) && refusals.empty()) {
    refusals =
        "A file that may hold a plan could not be read; take it away or export it again, or check "
        "one "
        "plan with --plan LABEL.";
  }
  // A refused plan or an unreadable file ends the command unless the user named another plan: a
  // result without it could be taken for the whole.
  if (!refusals.empty() && (common.plan.empty() || wanted.empty())) throw Stop(kInput, refusals);
  if (wanted.empty())
    throw Stop(kUsage, fmt::format("There is no plan \"{}\" in the input.", common.plan));
  if (!common.plan.empty() && wanted.size() > 1) {
    throw Stop(kUsage,
               fmt::format("Several plans are labelled \"{}\"; name one by its UID.", common.plan));
  }
  return wanted;
}

}  // namespace cli
