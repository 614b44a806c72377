#include "output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "host.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

// A file that is being written; removed again unless it was moved to its final name.
class Draft {
 public:
  explicit Draft(const Output& output)
      : target_(output.path), name_(fmt::format("{}.{}.part", output.path, ::getpid())) {
    // Found out now, not when other results have their final names already; and a device such as
    // /dev/null must not be replaced by a file.
    std::error_code ignored;
    const fs::file_status status = fs::status(target_, ignored);
    if (fs::exists(status) && !fs::is_regular_file(status)) {
      throw Stop(kUsage, fmt::format("{} is not a plain file; name one, or - for standard output.",
                                     target_));
    }
    std::FILE* file = std::fopen(name_.c_str(), "wbx");
    if (file == nullptr) fail();
    const bool written = std::fwrite(output.content.data(), 1, output.content.size(), file) ==
                             output.content.size() &&
                         std::fflush(file) == 0;
    const int reason = errno;
    if (std::fclose(file) != 0 || !written) {
      errno = reason;
      discard();
      fail();
    }
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    if (!done_) discard();
  }
  void finish() {
    std::error_code error;
    fs::rename(name_, target_, error);
    if (error)
      throw Stop(kUsage, fmt::format("{} cannot be written: {}.", target_, error.message()));
    done_ = true;
  }

 private:
  void discard() {
    std::error_code ignored;
    fs::remove(name_, ignored);
  }
  [[noreturn]] void fail() const {
    throw Stop(kUsage, fmt::format("{} cannot be written: {}.", target_, std::strerror(errno)));
  }
  std::string target_, name_;
  bool done_ = false;
};

// Characters of a UTF-8 text: bytes that do not continue one.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

bool uses_standard_output(const std::vector<std::string>& paths) {
  return std::find(paths.begin(), paths.end(), "-") != paths.end();
}

void write_all(const std::vector<Output>& outputs) {
  if (std::count_if(outputs.begin(), outputs.end(), [](const Output& o) { return o.path == "-"; }) >
      1) {
    throw Stop(kUsage, "Only one result can go to standard output; name a file for the other.");
  }
  std::vector<std::unique_ptr<Draft>> drafts;
  for (const Output& output : outputs) {
    if (output.path != "-") drafts.push_back(std::make_unique<Draft>(output));
  }
  for (const auto& draft : drafts) draft->finish();
  for (const Output& output : outputs) {
    if (output.path != "-") continue;
    const bool written = std::fwrite(output.content.data(), 1, output.content.size(), stdout) ==
                         output.content.size();
    if (!written || std::fflush(stdout) != 0)
      throw Stop(kUsage, "Standard output cannot be written.");
  }
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::size_t indent) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line(indent, ' ');
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line += std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cli
