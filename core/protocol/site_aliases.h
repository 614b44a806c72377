// The names that a clinic gives to structures, in a file of its own, so that its protocols need not
// be edited and its plans need no --map:
//
//   site: General Hospital          # optional
//   aliases:
//     Liver: [Leber]
//     Bowel_Small: [Duenndarm, SB_planning]
//
// Matching tries them after the structure's own name and before the aliases of the protocol file
// (names.h). They are compared like those, so a derived volume never becomes an alias of its parent.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace dosegate::protocol {

struct SiteAliases {
  struct Entry {
    std::string name;                  ///< as rules write it
    std::vector<std::string> aliases;  ///< in the order of the file
  };
  std::string origin;  ///< path of the file; empty: no file
  std::string sha256;  ///< of its bytes
  std::string site;    ///< may be empty
  std::vector<Entry> entries;

  /// The aliases of a rule's name, case and separators of the file's key left aside; none if the file
  /// does not hold it.
  [[nodiscard]] const std::vector<std::string>& of(std::string_view name) const;
};

/// Largest alias file, bytes.
inline constexpr std::size_t kLargestAliasFile = 1024 * 1024;

/// `name` stands for the text in messages and in `origin`. Errors: ProtocolInvalid, where = "name,
/// line L, column C", for what is no such file, a name that is a glob, an alias that stands for two
/// names, is a name of the file itself, or is derived from its name.
[[nodiscard]] Result<SiteAliases> parse_site_aliases(std::string_view yaml,
                                                     const std::string& name);

/// Errors: FileUnreadable, and those of parse_site_aliases().
[[nodiscard]] Result<SiteAliases> read_site_aliases(const std::string& path);

}  // namespace dosegate::protocol
