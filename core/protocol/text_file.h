// Small text files that a clinic writes by hand, as bytes. Internal to the room.
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace dosegate::protocol {

/// The bytes of a plain file, at most `limit` + 1 of them, so that the caller sees that it is too
/// large. `kind` names it in messages ("protocol file"). Errors: FileUnreadable.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path, const std::string& kind,
                                                 std::size_t limit);

}  // namespace dosegate::protocol
