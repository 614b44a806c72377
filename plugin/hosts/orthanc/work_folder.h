// Temporary folders: patients' files do not stay in them, however Orthanc ends.
#pragma once

#include <filesystem>
#include <string>

namespace orthanc_dosegate {

/// A folder that only this process's user can look into, and that goes away with all it holds. While it is in
/// use it is locked, which ends with the process: one that is not locked was left behind.
class WorkFolder {
 public:
  /// In `parent`; in the system's temporary folder if that is "". Throws Failure.
  explicit WorkFolder(const std::string& parent);
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

/// Removes the folders that Orthancs which were killed have left in `parent`, as above. Those that are in use, that
/// are another user's or that have other names stay.
void remove_left_folders(const std::string& parent) noexcept;

/// At most `limit` bytes from the start of a file; "" if it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::size_t limit = std::string::npos);

}  // namespace orthanc_dosegate
