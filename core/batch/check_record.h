// The record of one check of an inbox: a small JSON file that people may read. Private to this room.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "batch/cohort.h"

namespace dosegate::batch {

/// What tells that a file was not changed, without reading it.
struct FileStamp {
  std::uint64_t size = 0, inode = 0;
  std::int64_t changed = 0;  ///< of its last change, in the file system's own ticks
  bool operator==(const FileStamp&) const = default;
};

/// Absent if there is no such file.
[[nodiscard]] std::optional<FileStamp> stamp_of(const std::string& path);

struct CheckRecord {
  std::string key;  ///< CohortPlan::key
  CohortPlan::Status status = CohortPlan::Status::Refused;
  std::string verdict, reason, folder;  ///< as in CohortPlan
  std::vector<std::string> outputs;     ///< names of the files in the folder
  std::string fingerprint;              ///< of all that the result depends on
  std::string software_version;
  struct Input {
    std::string path, sha256;
    FileStamp stamp;
  };
  std::vector<Input> inputs;
};

/// Absent where there is none, or none that can be read: then the check is made again.
[[nodiscard]] std::optional<CheckRecord> read_record(const std::string& path);
/// Errors: FileUnwritable.
[[nodiscard]] Result<void> write_record(const std::string& path, const CheckRecord& record);

}  // namespace dosegate::batch
