#include "recorded_state.h"

#include "check_result.h"
#include "digest.h"
#include "failure.h"
#include "study_records.h"

namespace orthanc_dosegate {
namespace {

using Json = nlohmann::json;

RecordedState only(const std::string& status, const std::string& sentence) {
  Json state = {{"status", status}};
  if (!sentence.empty()) state["sentence"] = sentence;
  return {false, dump_state(state), "", ""};
}

// The attachment's bytes if they are those that were recorded.
std::string attached(const OrthancRest& rest, const std::string& study, int number,
                     const Json& hash) {
  if (hash.is_null()) return "";
  auto bytes = rest.get(attachment_uri(study, number) + "/data");
  if (!bytes || sha256_hex(*bytes) != hash.get<std::string>()) {
    throw Failure("What is recorded of the check is not what it wrote; POST to check it again.");
  }
  return *std::move(bytes);
}

// Throws Failure unless verdict and plans are those of the result.
RecordedState with_result(const OrthancRest& rest, const ModuleConfig& config,
                          const std::string& study, const Json& state) {
  RecordedState told{true, dump_state(state), "", ""};
  told.result = attached(rest, study, kResultAttachment, state.at("result_sha256"));
  told.report = attached(rest, study, kReportAttachment, state.at("report_sha256"));
  const CheckResult result = read_result(told.result, config.arguments);
  if (state.at("verdict") != result.verdict || state.at("plans") != result.plans ||
      state.at("made_with") != result.made_with) {
    throw Failure(
        "What is recorded of the check is not what its result says; POST to check it again.");
  }
  return told;
}

RecordedState looked_at(const OrthancRest& rest, const ModuleConfig& config, SettingsProbe& probe,
                        const std::string& study, const Json& state) {
  if (state.at("instances") != Json(holds_of(rest, study))) {
    return only("outdated",
                "The study has changed since it was checked. What comes new is checked when the "
                "study is stable; POST to check it now.");
  }
  const bool checked = state.at("status") == "checked";
  std::string changed;
  if (state.at("configuration") != configuration_hash(config)) {
    changed = "the configuration";
  } else if (checked) {
    changed = probe.changed(state.at("made_with"));
  }
  if (!changed.empty()) {
    return only("outdated", "Not as it was when the study was checked: " + changed +
                                ". POST to check it again.");
  }
  if (checked) return with_result(rest, config, study, state);
  return {false, dump_state(state), "", ""};
}

}  // namespace

std::optional<RecordedState> state_of(const OrthancRest& rest, const ModuleConfig& config,
                                      SettingsProbe& probe, const std::string& study) {
  const auto recorded = rest.get(metadata_uri(study));
  if (!recorded) return std::nullopt;
  try {
    const Json state = Json::parse(*recorded);
    if (state.at("status") != "running") return looked_at(rest, config, probe, study, state);
    if (state.at("by") == this_process()) return only("running", "");
    return only("failed", "The check was cut off when Orthanc stopped; POST to run it again.");
  } catch (const Failure& problem) {
    return only("failed", problem.what());
  } catch (const Json::exception&) {
    return only("failed", "What is recorded of the check cannot be read; POST to run it again.");
  }
}

}  // namespace orthanc_dosegate
