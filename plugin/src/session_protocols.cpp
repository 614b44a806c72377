#include "session_protocols.h"

#include <fstream>
#include <sstream>

#include "wall.h"

namespace dosegate::plugin {

protocol::Protocol protocol_of(const Session& session, const std::string& name) {
  const auto added = session.added_protocols.find(name);
  if (added != session.added_protocols.end()) return added->second.parsed;
  return unwrap(protocol::read_protocol(name));
}

std::string protocol_text_of(const Session& session, const std::string& name) {
  const auto added = session.added_protocols.find(name);
  if (added != session.added_protocols.end()) return added->second.text;
  const protocol::Protocol p = unwrap(protocol::read_protocol(name));
  if (auto text = protocol::builtin_protocol_text(name)) return *text;
  std::ifstream file(p.origin, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  if (!file)
    refuse(Error{ErrorCode::FileUnreadable, "The protocol file cannot be read.", p.origin});
  return content.str();
}

}  // namespace dosegate::plugin
