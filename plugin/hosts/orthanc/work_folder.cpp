#include "work_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

#include "failure.h"

namespace orthanc_dosegate {
namespace {

constexpr const char* kPrefix = "dosegate_orthanc_";

std::filesystem::path root_of(const std::string& parent) {
  return parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
}

// A descriptor that holds the folder's lock; -1 if another has it, or if it is no folder of this user.
int lock_of(const std::filesystem::path& folder) {
  const int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  struct stat about {};
  if (file >= 0 && fstat(file, &about) == 0 && about.st_uid == geteuid() &&
      flock(file, LOCK_EX | LOCK_NB) == 0) {
    return file;
  }
  if (file >= 0) close(file);
  return -1;
}

}  // namespace

WorkFolder::WorkFolder(const std::string& parent) {
  std::string name = root_of(parent) / (std::string(kPrefix) + "XXXXXX");
  if (mkdtemp(name.data()) == nullptr || (lock_ = lock_of(name)) < 0) {
    throw Failure("No temporary folder can be made in " + root_of(parent).string() + ".");
  }
  path_ = name;
}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
  close(lock_);
}

void remove_left_folders(const std::string& parent) noexcept {
  try {
    for (const auto& entry : std::filesystem::directory_iterator(root_of(parent))) {
      if (entry.path().filename().string().rfind(kPrefix, 0) != 0) continue;
      const int lock = lock_of(entry.path());
      if (lock < 0) continue;
      std::error_code ignored;
      std::filesystem::remove_all(entry.path(), ignored);
      close(lock);
    }
  } catch (const std::exception&) {
    // A folder that cannot be looked into: the first check says so.
  }
}

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  std::array<char, 65536> block{};
  while (file && text.size() < limit) {
    file.read(block.data(),
              static_cast<std::streamsize>(std::min(block.size(), limit - text.size())));
    text.append(block.data(), static_cast<std::size_t>(file.gcount()));
  }
  return text;
}

}  // namespace orthanc_dosegate
