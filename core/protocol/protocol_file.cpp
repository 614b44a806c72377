#include "protocol/protocol_file.h"

#include <algorithm>
#include <filesystem>

#include "base/text.h"
#include "protocol/builtin_texts.h"
#include "protocol/text_file.h"

namespace dosegate::protocol {
namespace {

std::string id_list() {
  std::string list;
  for (const std::string& id : builtin_protocols()) list += (list.empty() ? "" : ", ") + id;
  return list;
}

}  // namespace

std::string_view to_text(Level level) {
  return level == Level::Required ? "required" : "advisory";
}

std::string_view to_text(Mark mark) {
  return mark == Mark::Verified ? "verified" : "derived";
}

std::string_view to_text(TargetKind kind) {
  switch (kind) {
    case TargetKind::Gtv:
      return "GTV";
    case TargetKind::Ctv:
      return "CTV";
    case TargetKind::Ptv:
      return "PTV";
  }
  throw InternalError("unknown TargetKind");
}

std::string to_text(const MarginCheck& check) {
  const auto range = [](const MarginRange& r) {
    return r.least_mm == r.most_mm ? shortest(r.least_mm) + " mm"
                                   : shortest(r.least_mm) + ".." + shortest(r.most_mm) + " mm";
  };
  std::string text =
      std::string(to_text(check.to)) + " = " + std::string(to_text(check.from)) + " + ";
  if (check.axial == check.cranio_caudal) {
    text += range(check.axial);
  } else {
    text += range(check.axial) + " axial, " + range(check.cranio_caudal) + " cranio-caudal";
  }
  if (check.along_vessel) {
    text += ", or " + range(*check.along_vessel) + " along a vessel with thrombus";
  }
  return text;
}

const Source* Protocol::find_source(std::string_view source_id) const {
  const auto found = std::find_if(sources.begin(), sources.end(),
                                  [&](const Source& source) { return source.id == source_id; });
  return found == sources.end() ? nullptr : &*found;
}

const StructureEntry* Protocol::find_structure(std::string_view name) const {
  const auto found = std::find_if(structures.begin(), structures.end(),
                                  [&](const StructureEntry& entry) { return entry.name == name; });
  return found == structures.end() ? nullptr : &*found;
}

const ContextKey* Protocol::find_context_key(std::string_view key) const {
  const auto found = std::find_if(context.begin(), context.end(),
                                  [&](const ContextKey& entry) { return entry.key == key; });
  return found == context.end() ? nullptr : &*found;
}

Result<Protocol> read_protocol_file(const std::string& path) {
  const Result<std::string> text = read_text_file(path, "protocol file", kLargestProtocolFile);
  if (!text) return tl::unexpected(text.error());
  return parse_protocol(*text, path);
}

std::vector<std::string> builtin_protocols() {
  std::vector<std::string> ids;
  for (const BuiltinText& text : builtin_texts()) ids.emplace_back(text.id);
  return ids;
}

Result<std::string> builtin_protocol_text(std::string_view id) {
  for (const BuiltinText& text : builtin_texts()) {
    if (text.id == id) return std::string(text.bytes, text.bytes + text.size);
  }
  return fail(ErrorCode::ProtocolUnknown,
              "no built-in protocol is called '" + printable(id) + "'; there are: " + id_list());
}

Result<Protocol> builtin_protocol(std::string_view id) {
  const Result<std::string> text = builtin_protocol_text(id);
  if (!text) return tl::unexpected(text.error());
  return parse_protocol(*text, std::string(kBuiltInOrigin));
}

Result<Protocol> read_protocol(const std::string& id_or_path) {
  const std::vector<std::string> ids = builtin_protocols();
  if (std::find(ids.begin(), ids.end(), id_or_path) != ids.end())
    return builtin_protocol(id_or_path);
  std::error_code status;
  if (std::filesystem::exists(id_or_path, status)) return read_protocol_file(id_or_path);
  return fail(ErrorCode::ProtocolUnknown,
              "'" + printable(id_or_path) +
                  "' is neither a file nor a built-in protocol; built in "
                  "are: " +
                  id_list());
}

Result<void> check_context(const Context& context, const std::vector<Protocol>& protocols) {
  for (const auto& [key, value] : context) {
    std::string known;
    bool declared = false;
    for (const Protocol& protocol : protocols) {
      for (const ContextKey& candidate : protocol.context) {
        known += (known.empty() ? "" : ", ") + candidate.key;
      }
      const ContextKey* declaration = protocol.find_context_key(key);
      if (declaration == nullptr) continue;
      declared = true;
      const Result<void> outcome = check_context_value(*declaration, value);
      if (!outcome) return outcome;
    }
    if (!declared) {
      return fail(ErrorCode::OptionInvalid, "the context key '" + printable(key) +
                                                "' is not known to the protocol; known are: " +
                                                (known.empty() ? "none" : known));
    }
  }
  return {};
}

}  // namespace dosegate::protocol
