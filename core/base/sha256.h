// SHA-256 of files and protocol texts: every result names exactly which bytes it came from.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace dosegate {
inline namespace base {

/// 64 lower-case hex digits of the SHA-256 of `bytes`.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// 64 lower-case hex digits of HMAC-SHA-256 (RFC 2104) of `text`. An empty key is a defect.
[[nodiscard]] std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// sha256_hex() of a file's content, read in blocks. Errors: FileUnreadable.
[[nodiscard]] Result<std::string> sha256_of_file(const std::string& path);

}  // namespace base
}  // namespace dosegate
