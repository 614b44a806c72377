// Files that are there as a whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace dosegate {
inline namespace base {

/// Writes under a temporary name beside `path`, makes sure that the disk has it, and renames. A file
/// that was there is replaced in one step and keeps its permissions, a link its target; if anything fails it stays as it was, and the temporary
/// file is gone. Errors (FileUnwritable, with the system's reason): a folder that is not there or not
/// writable, a disk that is full, a `path` that is a folder or a device.
[[nodiscard]] Result<void> write_whole_file(const std::string& path, std::string_view bytes);

/// The same for what is too long to be held in memory: written piece by piece, there once commit() succeeded. Without
/// it the temporary file goes, and what was there stays.
class WholeFile {
 public:
  /// Errors: as write_whole_file().
  [[nodiscard]] static Result<WholeFile> create(const std::string& path);
  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&& other) = delete;
  ~WholeFile();

  /// Errors (FileUnwritable): the disk is full, and the like; then nothing more can be written.
  [[nodiscard]] Result<void> write(std::string_view bytes);
  [[nodiscard]] Result<void> commit();

 private:
  WholeFile(std::string path, std::string target, std::string draft, int file);
  [[nodiscard]] Result<void> give_up(int reason);

  std::string path_, target_, draft_;
  int file_ = -1;
};

/// Whether a file of that name is what an interrupted WholeFile left behind; nothing else is called so.
[[nodiscard]] bool is_left_draft(std::string_view file_name);

}  // namespace base
}  // namespace dosegate
