#include "protocol/text_file.h"

#include <filesystem>
#include <fstream>

namespace dosegate::protocol {

Result<std::string> read_text_file(const std::string& path, const std::string& kind,
                                   std::size_t limit) {
  std::error_code status;
  if (!std::filesystem::is_regular_file(path, status)) {
    return fail(ErrorCode::FileUnreadable,
                "the " + kind + " cannot be read; it is no plain file, or is not there", path);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(limit + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file && !file.eof()) {
    return fail(ErrorCode::FileUnreadable, "the " + kind + " cannot be read; check its rights",
                path);
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace dosegate::protocol
