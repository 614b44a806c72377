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
#include <utility>

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

constexpr std::string_view kDraftStart = ".dosegate-";
constexpr std::string_view kDraftEnd = ".part";

// 0, or why not.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace

WholeFile::WholeFile(std::string path, std::string target, std::string draft, int file)
    : path_(std::move(path)), target_(std::move(target)), draft_(std::move(draft)), file_(file) {}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : path_(std::move(other.path_)),
      target_(std::move(other.target_)),
      draft_(std::move(other.draft_)),
      file_(std::exchange(other.file_, -1)) {}

WholeFile::~WholeFile() {
  if (file_ < 0) return;
  (void)::close(file_);
  (void)::unlink(draft_.c_str());
}

Result<void> WholeFile::give_up(int reason) {
  if (file_ >= 0) (void)::close(std::exchange(file_, -1));
  (void)::unlink(draft_.c_str());
  return unwritable(path_, reason);
}

Result<WholeFile> WholeFile::create(const std::string& path) {
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
      (target.parent_path() / fmt::format("{}{}-{}{}", kDraftStart, ::getpid(), ++count, kDraftEnd))
          .string();
  constexpr mode_t kMode = 0666;  // less what the user's mask takes away
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kMode);
  if (file < 0) return unwritable(path, errno);
  WholeFile whole(path, target.string(), draft, file);
  // A file that only its owner may read stays one.
  constexpr mode_t kPermissions = 07777;
  if (exists && ::fchmod(file, there.st_mode & kPermissions) != 0) {
    return tl::unexpected<Error>(whole.give_up(errno).error());
  }
  return whole;
}

Result<void> WholeFile::write(std::string_view bytes) {
  if (file_ < 0) return unwritable(path_, EBADF);
  const int reason = write_all(file_, bytes);
  return reason == 0 ? Result<void>() : give_up(reason);
}

Result<void> WholeFile::commit() {
  if (file_ < 0) return unwritable(path_, EBADF);
  if (::fsync(file_) != 0) return give_up(errno);
  if (::close(std::exchange(file_, -1)) != 0) return give_up(errno);
  return std::rename(draft_.c_str(), target_.c_str()) == 0 ? Result<void>() : give_up(errno);
}

Result<void> write_whole_file(const std::string& path, std::string_view bytes) {
  auto file = WholeFile::create(path);
  if (!file) return tl::unexpected<Error>(file.error());
  if (const auto written = file->write(bytes); !written) return written;
  return file->commit();
}

bool is_left_draft(std::string_view file_name) {
  return file_name.starts_with(kDraftStart) && file_name.ends_with(kDraftEnd);
}

}  // namespace base
}  // namespace dosegate
