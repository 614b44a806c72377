// What a host's name for a protocol stands for: built in, added to the session, or a file.
#pragma once

#include <string>

#include "protocol/protocol_file.h"
#include "session.h"

namespace dosegate::plugin {

/// A name of dosegate_protocol_add(), else a built-in id, else a file. Leaves the call with the
/// error.
[[nodiscard]] protocol::Protocol protocol_of(const Session& session, const std::string& name);

/// The text of that protocol, which was checked.
[[nodiscard]] std::string protocol_text_of(const Session& session, const std::string& name);

}  // namespace dosegate::plugin
