#include "study_check.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "check_result.h"
#include "child_process.h"
#include "digest.h"
#include "failure.h"
#include "settings_probe.h"
#include "study_records.h"
#include "work_folder.h"

namespace orthanc_dosegate {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kLongestSentence = 2000;
constexpr std::size_t kMostOfErrors = 65536;  // bytes that are looked at, of however many there are

// "" if all is there.
std::string missing(const Holds& holds) {
  std::string names;
  for (const char* modality : kNeeded) {
    if (!holds.contains(modality)) names += (names.empty() ? "" : ", ") + std::string(modality);
  }
  return names;
}

// Under names of our own: nothing that a file holds becomes part of a path.
void write_files(const OrthancRest& rest, const Holds& holds, const std::filesystem::path& folder) {
  std::filesystem::create_directory(folder);
  for (const auto& [modality, instances] : holds) {
    int number = 0;
    for (const auto& [instance, mark] : instances) {
      const auto bytes = rest.get("/instances/" + instance + "/file");
      if (!bytes) throw Failure("Orthanc does not give instance " + instance + ".");
      std::ofstream file(folder / (modality + "_" + std::to_string(++number) + ".dcm"),
                         std::ios::binary);
      file.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
      file.close();
      if (!file)
        throw Failure("The temporary folder cannot be written; look for room on its disk.");
    }
  }
}

// What the command said before it gave up, as one line.
std::string said(const std::filesystem::path& errors) {
  std::string text = read_file(errors, kMostOfErrors);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  std::replace_if(text.begin(), text.end(), is_control, ' ');
  text.resize(std::min(text.size(), kLongestSentence));
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

// Exit code of the command -> verdict (README).
const char* verdict_of(int exit_code) {
  constexpr std::array kVerdicts = {"PASS", "FAIL", "UNKNOWN", "VARIATION"};
  return exit_code >= 0 && exit_code < 4 ? kVerdicts[static_cast<std::size_t>(exit_code)] : nullptr;
}

// Throws unless the command came to a verdict.
std::string verdict_of(const ChildResult& child, const ModuleConfig& config,
                       const std::filesystem::path& errors) {
  switch (child.end) {
    case ChildEnd::Exited:
      if (const char* verdict = verdict_of(child.code)) return verdict;
      throw Failure("The check ended with code " + std::to_string(child.code) + ": " +
                    said(errors));
    case ChildEnd::Signalled:
      throw Failure("The check was ended by signal " + std::to_string(child.code) + ".");
    case ChildEnd::TimeLimit:
      throw Failure("The check took longer than the " + std::to_string(config.time_limit.count()) +
                    " s of \"TimeLimitSeconds\" and was ended.");
    default:
      throw Failure("'" + config.command + "' cannot be run (" + std::strerror(child.code) +
                    "); name the command in \"Dosegate\", \"Command\".");
  }
}

std::vector<std::string> words_of(const ModuleConfig& config) {
  std::vector<std::string> words = {config.command, "check", "study", "--json=result.json"};
  if (config.report) words.emplace_back("--html=report.html");
  words.insert(words.end(), config.arguments.begin(), config.arguments.end());
  return words;
}

void record(const OrthancRest& rest, const std::string& uri, const std::string& bytes) {
  if (!rest.put(uri, bytes)) throw Failure("Orthanc does not take " + uri + ".");
}

Json check(const OrthancRest& rest, const ModuleConfig& config, const std::string& study,
           const Holds& holds, const std::atomic<bool>& stop) {
  const WorkFolder folder(config.temporary_folder);
  write_files(rest, holds, folder.path() / "study");
  const ChildRun run{words_of(config), folder.path(), "output", "errors", config.time_limit};
  const ChildResult child = run_child(run, stop);
  if (child.end == ChildEnd::Stopped) return {};
  const std::string verdict = verdict_of(child, config, folder.path() / "errors");
  const std::string text = read_file(folder.path() / "result.json");
  const std::string report = config.report ? read_file(folder.path() / "report.html") : "";
  const CheckResult result = read_result(text, config.arguments);
  if (result.verdict != verdict) {
    throw Failure("The check's exit code and its result do not agree.");
  }
  if (config.report && report.empty()) throw Failure("The check wrote no report.");
  record(rest, attachment_uri(study, kResultAttachment), text);
  if (config.report) record(rest, attachment_uri(study, kReportAttachment), report);
  return {{"status", "checked"},
          {"verdict", verdict},
          {"plans", result.plans},
          {"sentence", ""},
          {"made_with", result.made_with},
          {"result_sha256", sha256_hex(text)},
          {"report_sha256", config.report ? Json(sha256_hex(report)) : Json(nullptr)}};
}

void forget(const OrthancRest& rest, const std::string& study) {
  rest.remove(attachment_uri(study, kReportAttachment));
  rest.remove(attachment_uri(study, kResultAttachment));
  for (const int number : {kResultAttachment, kReportAttachment}) {
    if (rest.get(attachment_uri(study, number) + "/size")) {
      throw Failure("An older result cannot be taken away from the study.");
    }
  }
}

Json state_after_check(const OrthancRest& rest, const ModuleConfig& config,
                       const std::string& study, const Holds& holds,
                       const std::atomic<bool>& stop) {
  try {
    forget(rest, study);
    if (const std::string names = missing(holds); !names.empty()) {
      return {{"status", "incomplete"}, {"sentence", "The study holds no " + names + "."}};
    }
    return check(rest, config, study, holds, stop);
  } catch (const std::exception& problem) {
    return {{"status", "failed"}, {"sentence", problem.what()}};
  }
}

}  // namespace

void check_study(const OrthancRest& rest, const ModuleConfig& config, const std::string& study,
                 Asked asked, const std::atomic<bool>& stop) noexcept {
  try {
    const Holds holds = holds_of(rest, study);
    if (holds.empty() && asked == Asked::ByItself && !rest.get(metadata_uri(study))) return;
    record(rest, metadata_uri(study), dump_state({{"status", "running"}, {"by", this_process()}}));
    Json state = state_after_check(rest, config, study, holds, stop);
    if (state.is_null()) return;  // Orthanc stops
    state["time"] = now();
    state["instances"] = holds;
    state["arguments"] = config.arguments;
    state["configuration"] = configuration_hash(config);
    if (state["status"] == "failed") {
      rest.log_error("study " + study + ": " + state["sentence"].get<std::string>());
    }
    record(rest, metadata_uri(study), dump_state(state));
  } catch (const std::exception& problem) {
    // The study was deleted meanwhile, or Orthanc's database gives up.
    rest.log_error("study " + study + ": " + problem.what());
  }
}

}  // namespace orthanc_dosegate
