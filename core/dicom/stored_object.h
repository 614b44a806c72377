// An object on its way from the network to a file. Private to this room.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/whole_file.h"

namespace dosegate::dicom {

/// How much a folder may hold. Shared by all senders.
class Quota {
 public:
  /// Counts what is in the folder.
  Quota(std::string folder, std::uint64_t most);
  /// False where it does not fit; then nothing was taken. What was deleted from the folder meanwhile is found
  /// out when it matters.
  [[nodiscard]] bool take(std::uint64_t bytes);
  void give_back(std::uint64_t bytes);

 private:
  [[nodiscard]] std::uint64_t held() const;

  const std::string folder_;
  const std::uint64_t most_;
  std::mutex mutex_;
  std::uint64_t used_ = 0;
};

/// What the file says of itself before the object begins.
struct ObjectHeader {
  std::string sop_class, sop_instance, transfer_syntax, sender;
};

/// "DICM" and the file meta information (PS3.10 section 7.1), explicit VR little endian.
[[nodiscard]] std::string file_meta_header(const ObjectHeader& header);

/// Digits and dots, at most 64 of them (PS3.5 section 9.1); nothing else may stand in a header of ours.
[[nodiscard]] bool is_uid(std::string_view text);

/// Takes an object piece by piece and never fails before its end, because the sender listens only then.
class StoredObject {
 public:
  /// Nothing is there under `path` before keep() succeeded.
  StoredObject(std::string path, Quota& quota);
  /// What was not kept goes.
  ~StoredObject();
  StoredObject(const StoredObject&) = delete;
  StoredObject& operator=(const StoredObject&) = delete;

  void add(std::string_view bytes);
  /// Errors: FileUnwritable (beyond the quota, disk full, ...); then nothing is there.
  [[nodiscard]] Result<void> keep();

 private:
  void give_up(Error why);

  const std::string path_;
  Quota& quota_;
  std::uint64_t taken_ = 0;
  std::optional<WholeFile> file_;
  std::optional<Error> failed_;
};

}  // namespace dosegate::dicom
