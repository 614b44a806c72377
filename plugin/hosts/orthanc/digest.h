// SHA-256, by which results name protocols and files. The module is not linked to Dosegate, which has its own.
#pragma once

#include <string>
#include <string_view>

namespace orthanc_dosegate {

/// 64 lower-case hexadecimal digits. Source: FIPS 180-4, section 6.2.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// Of a file's content; "" if it cannot be read.
[[nodiscard]] std::string sha256_of(const std::string& path);

}  // namespace orthanc_dosegate
