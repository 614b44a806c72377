// The files of protocols/, built into the library. The definitions are generated at build time by
// cmake/embed_text.cmake. Internal to the room.
#pragma once

#include <span>
#include <string_view>

namespace dosegate::protocol {

struct BuiltinText {
  std::string_view id;  ///< the file's name without its ending
  const unsigned char* bytes;
  std::size_t size;
};

/// Sorted by id.
[[nodiscard]] std::span<const BuiltinText> builtin_texts();

}  // namespace dosegate::protocol
