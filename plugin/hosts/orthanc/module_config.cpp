#include "module_config.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace orthanc_dosegate {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& key, const std::string& what) {
  throw std::runtime_error("Dosegate: \"" + key + "\" " + what);
}

std::string text_of(const std::string& key, const Json& value) {
  if (!value.is_string()) refuse(key, "is not a text.");
  return value.get<std::string>();
}

bool yes_of(const std::string& key, const Json& value) {
  if (!value.is_boolean()) refuse(key, "is neither true nor false.");
  return value.get<bool>();
}

std::vector<std::string> texts_of(const std::string& key, const Json& value) {
  if (!value.is_array()) refuse(key, "is not a list of texts.");
  std::vector<std::string> texts;
  for (const Json& item : value) texts.push_back(text_of(key, item));
  return texts;
}

// The check runs in a folder of its own: a relative path would mean something else there.
std::string path_of(const std::string& key, std::string path) {
  if (path.find('/') != std::string::npos && path.front() != '/') {
    refuse(key, "holds '" + path + "': a path must be absolute.");
  }
  return path;
}

// One argument a value, --key=value: nothing in it can be taken for another option.
void add_arguments(ModuleConfig& config, const std::string& key, const Json& value) {
  if (key == "Protocols") {
    for (const std::string& protocol : texts_of(key, value)) {
      config.arguments.push_back("--protocol=" + path_of(key, protocol));
    }
  } else if (key == "Map") {
    for (const std::string& pair : texts_of(key, value))
      config.arguments.push_back("--map=" + pair);
  } else if (key == "Context") {
    if (!value.is_object()) refuse(key, "is not an object of texts.");
    for (const auto& [name, word] : value.items()) {
      config.arguments.push_back("--context=" + name + "=" + text_of(key, word));
    }
  } else if (key == "Convention") {
    config.arguments.push_back("--convention=" + text_of(key, value));
  } else if (key == "Aliases") {
    config.arguments.push_back("--aliases=" + path_of(key, text_of(key, value)));
  } else {
    refuse(key, "is not known.");
  }
}

void take(ModuleConfig& config, const std::string& key, const Json& value) {
  if (key == "Command") {
    config.command = path_of(key, text_of(key, value));
    if (config.command.empty()) refuse(key, "is empty.");
  } else if (key == "TimeLimitSeconds") {
    if (!value.is_number_unsigned() || value < 1 || value > 86400) {
      refuse(key, "is not a whole number from 1 to 86400.");
    }
    config.time_limit = std::chrono::seconds(value.get<int>());
  } else if (key == "Report") {
    config.report = yes_of(key, value);
  } else if (key == "OnStableStudy") {
    config.on_stable_study = yes_of(key, value);
  } else if (key == "TemporaryDirectory") {
    config.temporary_folder = text_of(key, value);
    if (!std::filesystem::is_directory(config.temporary_folder)) refuse(key, "is not a folder.");
  } else {
    add_arguments(config, key, value);
  }
}

}  // namespace

ModuleConfig read_config(const std::string& json) {
  // Orthanc hands over what it has read itself, so it is JSON.
  const Json whole = Json::parse(json);
  ModuleConfig config;
  // Then what was recorded could not be replaced, and a verdict would outlive its files.
  if (whole.value("CheckRevisions", false)) {
    throw std::runtime_error("Dosegate: this module does not work with \"CheckRevisions\".");
  }
  if (!whole.contains("Dosegate")) return config;
  if (!whole["Dosegate"].is_object()) {
    throw std::runtime_error("Dosegate: the section is not an object.");
  }
  for (const auto& [key, value] : whole["Dosegate"].items()) take(config, key, value);
  return config;
}

}  // namespace orthanc_dosegate
