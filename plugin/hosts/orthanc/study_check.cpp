#include "study_check.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "child_process.h"

namespace orthanc_dosegate {
namespace {

using Json = nlohmann::json;

constexpr std::array kNeeded = {"RTPLAN", "RTSTRUCT", "RTDOSE"};
constexpr std::size_t kLongestSentence = 2000;

// Modality -> Orthanc's numbers of the instances -> what they hold, as a checksum.
using Holds = std::map<std::string, std::map<std::string, std::string>>;

// A sentence of ours that goes into the state.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string study_uri(const std::string& study) {
  return "/studies/" + study;
}

std::string attachment_uri(const std::string& study, int number) {
  return study_uri(study) + "/attachments/" + std::to_string(number);
}

std::string metadata_uri(const std::string& study) {
  return study_uri(study) + "/metadata/" + std::to_string(kStateMetadata);
}

std::string dump(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text{};
  gmtime_r(&seconds, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

// Which Orthanc this is: what an earlier one began goes on no more.
const std::string& this_process() {
  static const std::string kName = std::to_string(getpid()) + " since " + now();
  return kName;
}

Holds holds_of(const OrthancRest& rest, const std::string& study) {
  const auto answer = rest.get(study_uri(study) + "/series");
  if (!answer) throw Failure("Orthanc does not list the study's series.");
  Holds holds;
  for (const Json& series : Json::parse(*answer)) {
    const std::string modality = series.at("MainDicomTags").value("Modality", "");
    if (std::find(kNeeded.begin(), kNeeded.end(), modality) == kNeeded.end()) continue;
    for (const Json& instance : series.at("Instances")) {
      const std::string id = instance.get<std::string>();
      // A file that is sent again under its UIDs has the same number. "StoreMD5": false leaves its date.
      auto mark = rest.get("/instances/" + id + "/attachments/dicom/md5");
      if (!mark || mark->empty()) mark = rest.get("/instances/" + id + "/metadata/ReceptionDate");
      holds[modality][id] = mark.value_or("");
    }
  }
  return holds;
}

// "" if all is there.
std::string missing(const Holds& holds) {
  std::string names;
  for (const char* modality : kNeeded) {
    if (!holds.contains(modality)) names += (names.empty() ? "" : ", ") + std::string(modality);
  }
  return names;
}

// A folder that only this process's user can look into, and that goes away with all it holds.
class WorkFolder {
 public:
  explicit WorkFolder(const std::string& parent) {
    const auto root =
        parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
    std::string name = root / "dosegate_XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
      throw Failure("No temporary folder can be made in " + root.string() + ".");
    }
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

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

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// What the command said before it gave up, as one line.
std::string said(const std::filesystem::path& errors) {
  std::string text = read_file(errors).substr(0, kLongestSentence);
  std::replace(text.begin(), text.end(), '\n', ' ');
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

// What the result says of each plan. Throws if the worst of that is not the verdict of the exit code.
Json plans_of(const std::string& result, const std::string& verdict) {
  const Json whole = Json::parse(result, nullptr, false);
  Json plans = Json::array();
  std::vector<std::string> verdicts;
  for (const Json& one : whole.is_array() ? whole : Json::array({whole})) {
    if (!one.is_object() || !one.contains("verdict") || !one["verdict"].is_string()) {
      throw Failure("The check wrote no result that can be read.");
    }
    verdicts.push_back(one["verdict"]);
    plans.push_back({{"plan_label", one["plan"]["plan_label"]},
                     {"plan_uid", one["plan"]["plan_uid"]},
                     {"verdict", one["verdict"]},
                     {"reason", one["verdict_reason"]}});
  }
  // A failure outranks what is unknown, that outranks a variation.
  for (const char* worse : {"FAIL", "UNKNOWN", "VARIATION", "PASS"}) {
    if (std::find(verdicts.begin(), verdicts.end(), worse) == verdicts.end()) continue;
    if (verdict == worse) return plans;
    break;
  }
  throw Failure("The check's exit code and its result do not agree.");
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
  const std::vector<std::string> words = words_of(config);
  const ChildResult child = run_child(words, folder.path(), "errors", config.time_limit, stop);
  if (child.end == ChildEnd::Stopped) return {};
  const std::string verdict = verdict_of(child, config, folder.path() / "errors");
  const std::string result = read_file(folder.path() / "result.json");
  const std::string report = config.report ? read_file(folder.path() / "report.html") : "";
  Json plans = plans_of(result, verdict);
  if (config.report && report.empty()) throw Failure("The check wrote no report.");
  record(rest, attachment_uri(study, kResultAttachment), result);
  if (config.report) record(rest, attachment_uri(study, kReportAttachment), report);
  return {{"status", "checked"}, {"verdict", verdict}, {"plans", plans}, {"sentence", ""}};
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

Json failed(const std::string& sentence) {
  return {{"status", "failed"}, {"sentence", sentence}};
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
    return failed(problem.what());
  }
}

}  // namespace

void check_study(const OrthancRest& rest, const ModuleConfig& config, const std::string& study,
                 Asked asked, const std::atomic<bool>& stop) noexcept {
  try {
    const Holds holds = holds_of(rest, study);
    if (holds.empty() && asked == Asked::ByItself && !rest.get(metadata_uri(study))) return;
    record(rest, metadata_uri(study), dump({{"status", "running"}, {"by", this_process()}}));
    Json state = state_after_check(rest, config, study, holds, stop);
    if (state.is_null()) return;  // Orthanc stops
    state["time"] = now();
    state["instances"] = holds;
    if (state["status"] == "failed") {
      rest.log_error("study " + study + ": " + state["sentence"].get<std::string>());
    }
    record(rest, metadata_uri(study), dump(state));
  } catch (const std::exception& problem) {
    // The study was deleted meanwhile, or Orthanc's database gives up.
    rest.log_error("study " + study + ": " + problem.what());
  }
}

std::optional<RecordedState> state_of(const OrthancRest& rest, const std::string& study) {
  const auto recorded = rest.get(metadata_uri(study));
  if (!recorded) return std::nullopt;
  Json state = Json::parse(*recorded, nullptr, false);
  const std::string status = state.is_object() ? state.value("status", "") : "";
  if (status == "running" && state.value("by", "") == this_process()) {
    return RecordedState{false, dump({{"status", "running"}})};
  }
  if (status.empty() || status == "running") {
    return RecordedState{
        false, dump(failed("The check was cut off when Orthanc stopped; POST to run it again."))};
  }
  if (state["instances"] != Json(holds_of(rest, study))) {
    return RecordedState{false,
                         dump({{"status", "outdated"},
                               {"sentence",
                                "The study has changed since it was checked. What comes new is "
                                "checked when the study is stable; POST to check it now."}})};
  }
  return RecordedState{status == "checked", dump(state)};
}

}  // namespace orthanc_dosegate
