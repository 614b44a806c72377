#include "base/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "base/text.h"

namespace dosegate {
inline namespace base {
namespace {

tl::unexpected<Error> unwritable(const std::string& path, int reason) {
  return fail(
      ErrorCode::FileUnwritable,
      fmt::format("The file cannot be written: {}.", std::generic_category().message(reason)),
      printable(path));
}

// 0, or why not.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0 ? 0 : errno;
}

}  // namespace

Result<void> write_whole_file(const std::string& path, std::string_view bytes) {
  // A device such as /dev/null must not be replaced by a file.
  struct stat there {};
  const bool exists = ::stat(path.c_str(), &there) == 0;
  if (exists && !S_ISREG(there.st_mode)) {
    return fail(ErrorCode::FileUnwritable, "This is no plain file; name one.", printable(path));
  }
  // Through a link, to what it points to: the link stays one.
  std::error_code error;
  std::filesystem::path target = path;
  constexpr int kMostLinks = 40;  // as Linux follows
  for (int links = 0; std::filesystem::is_symlink(target, error); ++links) {
    if (links == kMostLinks) return unwritable(path, ELOOP);
    target = target.parent_path() / std::filesystem::read_symlink(target, error);
    if (error) return unwritable(path, error.value());
  }
  static std::atomic<unsigned> count = 0;  // two threads may write the same file
  const std::string draft =
      (target.parent_path() / fmt::format(".dosegate-{}-{}.part", ::getpid(), ++count)).string();
  constexpr mode_t kMode = 0666;  // less what the user's mask takes away
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (file < 0) return unwritable(path, errno);
  // A file that only its owner may read stays one.
  constexpr mode_t kPermissions = 07777;
  int reason = exists && ::fchmod(file, there.st_mode & kPermissions) != 0 ? errno : 0;
  if (reason == 0) reason = write_all(file, bytes);
  if (::close(file) != 0 && reason == 0) reason = errno;
  if (reason == 0 && std::rename(draft.c_str(), target.c_str()) != 0) reason = errno;
  if (reason == 0) return {};
  (void)::unlink(draft.c_str());
  return unwritable(path, reason);
}

}  // namespace base
}  // namespace dosegate
