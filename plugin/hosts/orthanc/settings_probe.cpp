#include "settings_probe.h"

#include "child_process.h"
#include "digest.h"
#include "work_folder.h"

namespace orthanc_dosegate {
namespace {

using Json = nlohmann::json;

// To tell its version takes the command some milliseconds.
constexpr std::chrono::seconds kProbeLimit{10};

}  // namespace

std::string configuration_hash(const ModuleConfig& config) {
  return sha256_hex(Json(config.arguments).dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string SettingsProbe::seen(const std::string& key, const std::function<std::string()>& look) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto found = seen_.find(key);
  if (found != seen_.end() && now - found->second.at < kFresh) return found->second.what;
  const std::string what = look();
  seen_[key] = {now, what};
  return what;
}

// "" if it cannot be asked.
std::string SettingsProbe::said_by_command(const std::vector<std::string>& words) const {
  const WorkFolder folder(config_.temporary_folder);
  const std::atomic<bool> go_on{false};
  ChildRun run{{config_.command}, folder.path(), "output", "errors", kProbeLimit};
  run.words.insert(run.words.end(), words.begin(), words.end());
  const ChildResult child = run_child(run, go_on);
  if (child.end != ChildEnd::Exited || child.code != 0) return "";
  return read_file(folder.path() / "output");
}

std::string SettingsProbe::protocol_hash(const std::string& id, const std::string& origin) {
  if (origin != "built in") {
    return seen("file " + origin, [&] { return sha256_of(origin); });
  }
  return seen("protocol " + id, [&] {
    return sha256_hex(said_by_command({"protocols", "show", id}));
  });
}

std::string SettingsProbe::changed(const Json& made_with) {
  const std::string version = seen("version", [&] { return said_by_command({"--version"}); });
  if (version != made_with.at("software").get<std::string>() + "\n") {
    return "the version of the command";
  }
  for (const Json& protocol : made_with.at("protocols")) {
    const std::string id = protocol.at("id");
    if (protocol_hash(id, protocol.at("origin")) != protocol.at("sha256")) return "protocol " + id;
  }
  const Json& aliases = made_with.at("aliases");
  if (!aliases.is_null()) {
    const std::string path = aliases.at("path");
    if (seen("file " + path, [&] { return sha256_of(path); }) != aliases.at("sha256")) {
      return "the aliases";
    }
  }
  return "";
}

}  // namespace orthanc_dosegate
