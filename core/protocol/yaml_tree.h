// A YAML text as a plain tree with positions, read strictly. Internal to the room: it keeps
// yaml-cpp in one source file, and knows nothing of protocols.
//
// Refused: more than one document, a key that comes twice or is no plain text, text that is not
// UTF-8 or holds characters that cannot be shown safely, nesting and repetition (aliases) beyond
// any real file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace dosegate::protocol {

/// Where a node begins; both 1-based.
struct YamlPlace {
  int line = 1;
  int column = 1;
};

struct YamlNode {
  enum class Kind { Empty, Text, List, Map };
  Kind kind = Kind::Empty;
  YamlPlace place;
  std::string text;  ///< Text: as written; line ends with the blanks around them made one blank
  std::vector<std::string> keys;      ///< Map: in the order of the file, one for each item
  std::vector<YamlPlace> key_places;  ///< Map: where the keys stand
  std::vector<YamlNode> items;        ///< List, Map

  /// Map: the value of `key`, or null.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

/// An Error of ProtocolInvalid at a place of the text called `name`.
[[nodiscard]] tl::unexpected<Error> yaml_error(const std::string& name, YamlPlace place,
                                               std::string text);

/// Errors: ProtocolInvalid, where = "name, line L, column C".
[[nodiscard]] Result<YamlNode> read_yaml(std::string_view yaml, const std::string& name);

}  // namespace dosegate::protocol
