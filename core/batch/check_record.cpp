#include "batch/check_record.h"

#include <sys/stat.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/whole_file.h"

namespace dosegate::batch {
namespace {

using Json = nlohmann::ordered_json;
using Status = CohortPlan::Status;

constexpr int kFormat = 1;

const char* to_text(Status status) {
  switch (status) {
    case Status::Checked:
      return "checked";
    case Status::Refused:
      return "refused";
    case Status::Unreadable:
      return "unreadable";
  }
  throw InternalError("unknown status of a plan");
}

Status status_of(const std::string& text) {
  if (text == "checked") return Status::Checked;
  return text == "unreadable" ? Status::Unreadable : Status::Refused;
}

// Paths are bytes, and JSON is UTF-8: what is none is not kept, and the file is read again after a restart.
bool is_plain(const std::string& text) {
  return printable(text) == text;
}

}  // namespace

std::optional<FileStamp> stamp_of(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0 || !S_ISREG(there.st_mode)) return std::nullopt;
  constexpr std::int64_t kTicksASecond = 1'000'000'000;
  return FileStamp{static_cast<std::uint64_t>(there.st_size), there.st_ino,
                   there.st_mtim.tv_sec * kTicksASecond + there.st_mtim.tv_nsec};
}

std::optional<CheckRecord> read_record(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return std::nullopt;
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const Json json = Json::parse(text, nullptr, false);
  try {
    if (json.at("record").get<int>() != kFormat) return std::nullopt;
    CheckRecord record;
    record.key = json.at("key").get<std::string>();
    record.status = status_of(json.at("status").get<std::string>());
    record.verdict = json.at("verdict").get<std::string>();
    record.reason = json.at("reason").get<std::string>();
    record.folder = json.at("folder").get<std::string>();
    record.outputs = json.at("outputs").get<std::vector<std::string>>();
    record.fingerprint = json.at("fingerprint").get<std::string>();
    record.software_version = json.at("software_version").get<std::string>();
    for (const Json& input : json.at("inputs")) {
      record.inputs.push_back(
          {input.at("path").get<std::string>(),
           input.at("sha256").get<std::string>(),
           {input.at("size").get<std::uint64_t>(), input.at("inode").get<std::uint64_t>(),
            input.at("changed").get<std::int64_t>()}});
    }
    return record;
  } catch (const Json::exception&) {
    return std::nullopt;  // somebody wrote into it
  }
}

Result<void> write_record(const std::string& path, const CheckRecord& record) {
  Json json;
  json["record"] = kFormat;
  json["software_version"] = printable(record.software_version);
  json["key"] = printable(record.key);
  json["status"] = to_text(record.status);
  json["verdict"] = record.verdict;
  json["reason"] = printable(record.reason);
  json["folder"] = record.folder;
  json["outputs"] = record.outputs;
  json["fingerprint"] = record.fingerprint;
  json["inputs"] = Json::array();
  for (const CheckRecord::Input& input : record.inputs) {
    if (!is_plain(input.path)) continue;
    Json entry;
    entry["path"] = input.path;
    entry["sha256"] = input.sha256;
    entry["size"] = input.stamp.size;
    entry["inode"] = input.stamp.inode;
    entry["changed"] = input.stamp.changed;
    json["inputs"].push_back(std::move(entry));
  }
  constexpr int kIndent = 2;
  return write_whole_file(path, json.dump(kIndent) + "\n");
}

}  // namespace dosegate::batch
