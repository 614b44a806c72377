// What must hold between the parts of a protocol file. Internal to the room; used while a file is
// read. All errors are ProtocolInvalid without a place: the reader adds it.
#pragma once

#include <string_view>

#include "base/result.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {

[[nodiscard]] Result<void> check_alpha_beta(double alpha_beta_gy);

/// A key is a word of its own, not one of the guard language, and declares either a number with its
/// range or words. `protocol` holds the keys read so far.
[[nodiscard]] Result<void> check_context_key(const ContextKey& key, const Protocol& protocol);

/// No name or alias stands for two structures, and no alias names a volume derived from its
/// structure.
[[nodiscard]] Result<void> check_structure(const StructureEntry& entry, const Protocol& protocol);

/// Every context key of a guard is declared, and compared as what it is.
[[nodiscard]] Result<void> check_guard_keys(const Guard& guard, const Protocol& protocol);

/// The larger target is the later kind, and no range is empty or beyond any margin that is drawn.
[[nodiscard]] Result<void> check_margin(const MarginCheck& check);

[[nodiscard]] bool has_rule_or_check(const Protocol& protocol, std::string_view id);

}  // namespace dosegate::protocol
