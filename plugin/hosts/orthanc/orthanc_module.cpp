// Orthanc's entry points: a study that is stable, and the routes
//
//     GET  /studies/{id}/dosegate          the state of its check (recorded_state.h), or "waiting", "running"
//     POST /studies/{id}/dosegate          check it (again); answers "waiting"
//     GET  /studies/{id}/dosegate/result   the JSON of `dosegate check`
//     GET  /studies/{id}/dosegate/report   its report, if the configuration asks for one
#include <exception>
#include <memory>

#include "check_queue.h"
#include "dosegate/dosegate.h"
#include "module_config.h"
#include "orthanc_rest.h"
#include "recorded_state.h"
#include "settings_probe.h"
#include "study_check.h"
#include "work_folder.h"

#define DOSEGATE_TEXT_OF(x) #x
#define DOSEGATE_TEXT(x) DOSEGATE_TEXT_OF(x)

namespace {

using orthanc_dosegate::Asked;
using orthanc_dosegate::CheckQueue;
using orthanc_dosegate::ModuleConfig;
using orthanc_dosegate::OrthancRest;

struct Module {
  OrthancRest rest;
  ModuleConfig config;
  orthanc_dosegate::SettingsProbe probe;
  CheckQueue queue;

  Module(OrthancPluginContext* context, ModuleConfig read)
      : rest(context),
        config(std::move(read)),
        probe(config),
        queue([this](const std::string& study, Asked asked, const std::atomic<bool>& stop) {
          orthanc_dosegate::check_study(rest, config, study, asked, stop);
        }) {}

  std::optional<orthanc_dosegate::RecordedState> state_of(const std::string& study) {
    return orthanc_dosegate::state_of(rest, config, probe, study);
  }
};

// Orthanc's callbacks carry no pointer of ours.
std::unique_ptr<Module> loaded;  // NOLINT: set before Orthanc starts and reset after it stopped

OrthancPluginErrorCode answer(OrthancPluginRestOutput* output, const std::string& text,
                              const char* type) {
  OrthancPluginAnswerBuffer(loaded->rest.context(), output, text.data(),
                            static_cast<uint32_t>(text.size()), type);
  return OrthancPluginErrorCode_Success;
}

OrthancPluginErrorCode answer_status(OrthancPluginRestOutput* output, const std::string& status) {
  return answer(output, "{\n  \"status\": \"" + status + "\"\n}\n", "application/json");
}

OrthancPluginErrorCode not_found(OrthancPluginRestOutput* output, const char* sentence) {
  OrthancPluginSendHttpStatus(loaded->rest.context(), output, 404, sentence,
                              static_cast<uint32_t>(std::string(sentence).size()));
  return OrthancPluginErrorCode_Success;
}

OrthancPluginErrorCode answer_state(OrthancPluginRestOutput* output, const std::string& study) {
  // Before the state is read: a check that ends in between is then told by what it recorded.
  const std::string progress = loaded->queue.progress(study);
  if (!progress.empty()) return answer_status(output, progress);
  const auto state = loaded->state_of(study);
  if (!state) return not_found(output, "The study was not checked; POST here to do so.\n");
  return answer(output, state->json, "application/json");
}

OrthancPluginErrorCode start_check(OrthancPluginRestOutput* output, const std::string& study) {
  loaded->queue.add(study, Asked::ByUser);
  return answer_status(output, "waiting");
}

OrthancPluginErrorCode on_study(OrthancPluginRestOutput* output, const char*,
                                const OrthancPluginHttpRequest* request) {
  try {
    const std::string study = request->groups[0];
    if (!loaded->rest.get("/studies/" + study))
      return not_found(output, "There is no such study.\n");
    if (request->method == OrthancPluginHttpMethod_Get) return answer_state(output, study);
    if (request->method == OrthancPluginHttpMethod_Post) return start_check(output, study);
    OrthancPluginSendMethodNotAllowed(loaded->rest.context(), output, "GET,POST");
    return OrthancPluginErrorCode_Success;
  } catch (const std::exception&) {
    return OrthancPluginErrorCode_InternalError;
  }
}

OrthancPluginErrorCode on_attachment(OrthancPluginRestOutput* output, const char*,
                                     const OrthancPluginHttpRequest* request) {
  try {
    if (request->method != OrthancPluginHttpMethod_Get) {
      OrthancPluginSendMethodNotAllowed(loaded->rest.context(), output, "GET");
      return OrthancPluginErrorCode_Success;
    }
    const std::string study = request->groups[0];
    const bool report = request->groups[1] == std::string("report");
    const auto state = loaded->state_of(study);
    if (!state || !state->checked || !loaded->queue.progress(study).empty()) {
      return not_found(output, "There is none; look at the state of the check.\n");
    }
    const std::string& found = report ? state->report : state->result;
    if (found.empty()) return not_found(output, "The check wrote none.\n");
    return answer(output, found, report ? "text/html; charset=utf-8" : "application/json");
  } catch (const std::exception&) {
    return OrthancPluginErrorCode_InternalError;
  }
}

OrthancPluginErrorCode on_change(OrthancPluginChangeType change, OrthancPluginResourceType,
                                 const char* resource) {
  try {
    if (change == OrthancPluginChangeType_OrthancStarted) loaded->queue.start();
    if (change == OrthancPluginChangeType_OrthancStopped) loaded->queue.stop();
    if (change == OrthancPluginChangeType_StableStudy && loaded->config.on_stable_study) {
      loaded->queue.add(resource, Asked::ByItself);
    }
    return OrthancPluginErrorCode_Success;
  } catch (const std::exception&) {
    return OrthancPluginErrorCode_InternalError;
  }
}

}  // namespace

extern "C" {

ORTHANC_PLUGINS_API int32_t OrthancPluginInitialize(OrthancPluginContext* context) {
  const OrthancRest rest(context);
  if (OrthancPluginCheckVersion(context) == 0) {
    rest.log_error("Orthanc is older than this module was made for.");
    return -1;
  }
  try {
    char* text = OrthancPluginGetConfiguration(context);
    if (text == nullptr) throw std::runtime_error("Orthanc gives no configuration.");
    const std::string json = text;
    OrthancPluginFreeString(context, text);
    loaded = std::make_unique<Module>(context, orthanc_dosegate::read_config(json));
    orthanc_dosegate::remove_left_folders(loaded->config.temporary_folder);
  } catch (const std::exception& problem) {
    rest.log_error(problem.what());
    return -1;
  }
  OrthancPluginSetDescription(context,
                              "Holds stable studies with plan, structures and dose "
                              "against radiotherapy protocols.");
  OrthancPluginRegisterRestCallbackNoLock(context, "/studies/([0-9a-f-]+)/dosegate", on_study);
  OrthancPluginRegisterRestCallbackNoLock(context, "/studies/([0-9a-f-]+)/dosegate/(result|report)",
                                          on_attachment);
  OrthancPluginRegisterOnChangeCallback(context, on_change);
  return 0;
}

ORTHANC_PLUGINS_API void OrthancPluginFinalize() {
  loaded.reset();
}

ORTHANC_PLUGINS_API const char* OrthancPluginGetName() {
  return "dosegate";
}

ORTHANC_PLUGINS_API const char* OrthancPluginGetVersion() {
  return DOSEGATE_TEXT(DOSEGATE_VERSION_MAJOR) "." DOSEGATE_TEXT(
      DOSEGATE_VERSION_MINOR) "." DOSEGATE_TEXT(DOSEGATE_VERSION_PATCH);
}

}  // extern "C"
