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

}  // namespace base
}  // namespace dosegate
