// The C interface: protocols, built in, from files or from memory, and goals of other systems.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "protocol/import_goals.h"
#include "protocol/lint.h"
#include "session_protocols.h"
#include "wall.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

dosegate_protocol_info protocol_view(Session& session, const protocol::Protocol& p) {
  dosegate_protocol_info info{};
  info.rule_count = static_cast<uint32_t>(p.rules.size() + p.plan_checks.size());
  info.id = session.keep_for_good(p.id);
  info.version = session.keep_for_good(p.version);
  info.title = session.keep_for_good(p.title);
  info.sha256 = session.keep_for_good(p.sha256);
  return info;
}

}  // namespace

extern "C" {

int32_t dosegate_protocol_count(dosegate_session handle, size_t* out) noexcept {
  return call(handle, [&](Session&) {
    require_argument(out != nullptr, "An out-parameter is NULL.");
    *out = protocol::builtin_protocols().size();
  });
}

int32_t dosegate_protocol_get(dosegate_session handle, size_t index,
                              dosegate_protocol_info* out) noexcept {
  return call(handle, [&](Session& session) {
    const std::string id = item(protocol::builtin_protocols(), index);
    fill(out, protocol_view(session, unwrap(protocol::builtin_protocol(id))));
  });
}

int32_t dosegate_protocol_text(dosegate_session handle, const char* id_or_path, const char** text,
                               size_t* length) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(id_or_path != nullptr && text != nullptr && length != nullptr,
                     "An argument is NULL.");
    session.protocol_text = protocol_text_of(session, id_or_path);
    *text = session.protocol_text.c_str();
    *length = session.protocol_text.size();
  });
}

int32_t dosegate_protocol_add(dosegate_session handle, const char* name, const char* text,
                              size_t length) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(name != nullptr && name[0] != '\0', "The protocol has no name.");
    require_argument(text != nullptr, "The protocol's text is NULL.");
    require_argument(std::string_view(name).find('/') == std::string_view::npos,
                     "A protocol's name with / could be taken for a file; use a plain name.");
    const auto builtin = protocol::builtin_protocols();
    if (std::find(builtin.begin(), builtin.end(), name) != builtin.end()) {
      refuse(DOSEGATE_ARGUMENT_INVALID,
             fmt::format("\"{}\" is a built-in protocol; give yours another name.", name));
    }
    if (length > protocol::kLargestProtocolFile) {
      refuse(Error{
          ErrorCode::ProtocolInvalid,
          fmt::format("The protocol is larger than {} bytes.", protocol::kLargestProtocolFile),
          printable(name)});
    }
    Session::AddedProtocol added{std::string(text, length), {}};
    added.parsed = unwrap(protocol::parse_protocol(added.text, name));
    session.added_protocols.insert_or_assign(name, std::move(added));
  });
}

int32_t dosegate_protocol_find(dosegate_session handle, const char* id_or_path,
                               dosegate_protocol_info* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(id_or_path != nullptr, "An argument is NULL.");
    fill(out, protocol_view(session, protocol_of(session, id_or_path)));
  });
}

int32_t dosegate_protocol_lint(dosegate_session handle, const char* id_or_path,
                               size_t* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(id_or_path != nullptr && out != nullptr, "An argument is NULL.");
    session.lint_findings.clear();  // should the file be unreadable, there are none
    const protocol::Protocol p = protocol_of(session, id_or_path);
    session.lint_findings = protocol::lint(p, protocol::protocol_library());
    *out = session.lint_findings.size();
  });
}

int32_t dosegate_protocol_lint_get(dosegate_session handle, size_t index,
                                   dosegate_protocol_finding* out) noexcept {
  return call(handle, [&](Session& session) {
    const protocol::LintFinding& found = item(session.lint_findings, index);
    dosegate_protocol_finding finding{};
    finding.rule = found.rule.c_str();
    finding.code = protocol::to_text(found.code).data();
    finding.text = found.text.c_str();
    finding.line = found.place.line;
    finding.column = found.place.column;
    fill(out, finding);
  });
}

int32_t dosegate_goals_import(dosegate_session handle, const char* path, const char** text,
                              size_t* length, size_t* note_count) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(
        path != nullptr && text != nullptr && length != nullptr && note_count != nullptr,
        "An argument is NULL.");
    session.imported = {};  // should the file be refused, there is nothing of the one before
    session.imported = unwrap(protocol::import_goals_file(path));
    *text = session.imported.yaml.c_str();
    *length = session.imported.yaml.size();
    *note_count = session.imported.notes.size();
  });
}

int32_t dosegate_goals_import_note(dosegate_session handle, size_t index,
                                   dosegate_import_note* out) noexcept {
  return call(handle, [&](Session& session) {
    const protocol::ImportNote& found = item(session.imported.notes, index);
    dosegate_import_note note{};
    note.line = found.line;
    note.code = found.code.c_str();
    note.text = found.text.c_str();
    fill(out, note);
  });
}

}  // extern "C"
