#include "protocol/context_file.h"

#include <filesystem>
#include <fstream>

#include "base/sha256.h"
#include "base/text.h"
#include "protocol/lint.h"
#include "protocol/yaml_tree.h"

namespace dosegate::protocol {
namespace {

constexpr std::size_t kLargestFile = 64 * 1024;  // bytes; a dozen short lines are the rule

tl::unexpected<Error> invalid(const std::string& name, YamlPlace place, std::string text) {
  Error error = yaml_error(name, place, std::move(text)).value();
  error.code = ErrorCode::ContextInvalid;
  return tl::unexpected(std::move(error));
}

// The declarations of a key, by those in use or by any built-in protocol.
std::vector<const ContextKey*> declarations(const std::vector<Protocol>& protocols,
                                            std::string_view key) {
  std::vector<const ContextKey*> found;
  for (const Protocol& protocol : protocols) {
    if (const ContextKey* declared = protocol.find_context_key(key)) found.push_back(declared);
  }
  return found;
}

std::string known_keys(const std::vector<Protocol>& protocols) {
  std::string known;
  for (const Protocol& protocol : protocols) {
    for (const ContextKey& key : protocol.context) {
      known += (known.empty() ? "" : ", ") + key.key;
    }
  }
  return known.empty() ? "none" : known;
}

Result<void> read_entry(const YamlNode& root, std::size_t index,
                        const std::vector<Protocol>& protocols, ContextFile& file) {
  const std::string& key = root.keys[index];
  const YamlNode& value = root.items[index];
  auto declared = declarations(protocols, key);
  const bool used = !declared.empty();
  if (!used) declared = declarations(protocol_library(), key);
  if (declared.empty()) {
    return invalid(file.path, root.key_places[index],
                   "the context key '" + printable(key) +
                       "' is not known to the protocol; known are: " + known_keys(protocols));
  }
  if (value.kind != YamlNode::Kind::Text || value.text.empty()) {
    return invalid(file.path, value.place,
                   "the context key '" + printable(key) + "' needs one value behind its colon");
  }
  for (const ContextKey* declaration : declared) {
    const Result<void> outcome = check_context_value(*declaration, value.text);
    if (!outcome) return invalid(file.path, value.place, outcome.error().text);
  }
  if (used) {
    file.values.emplace(key, value.text);
  } else {
    file.unused.push_back(key);
  }
  return {};
}

}  // namespace

Result<ContextFile> parse_context_file(std::string_view yaml, const std::string& name,
                                       const std::vector<Protocol>& protocols) {
  if (yaml.size() > kLargestFile) {
    return fail(ErrorCode::ContextInvalid,
                "the file is larger than 64 KiB, which no context file is; check that it is the "
                "right file",
                name);
  }
  const Result<YamlNode> root = read_yaml(yaml, name);
  if (!root) {
    Error error = root.error();
    error.code = ErrorCode::ContextInvalid;
    return tl::unexpected(std::move(error));
  }
  if (root->kind != YamlNode::Kind::Map) {
    return invalid(name, root->place, "expected keys with values, as in 'child_pugh: B7'");
  }
  ContextFile file;
  file.path = name;
  file.sha256 = sha256_hex(yaml);
  for (std::size_t i = 0; i < root->keys.size(); ++i) {
    if (auto read = read_entry(*root, i, protocols, file); !read) {
      return tl::unexpected(read.error());
    }
  }
  return file;
}

Result<ContextFile> read_context_file(const std::string& path,
                                      const std::vector<Protocol>& protocols) {
  std::error_code status;
  std::ifstream stream;
  if (std::filesystem::is_regular_file(path, status)) stream.open(path, std::ios::binary);
  // One byte beyond the limit, so that a file that is too large is seen to be so.
  std::string text(kLargestFile + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!stream.is_open() || (!stream && !stream.eof())) {
    return fail(ErrorCode::FileUnreadable, "the context file cannot be read; check its rights",
                path);
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_context_file(text, path, protocols);
}

}  // namespace dosegate::protocol
