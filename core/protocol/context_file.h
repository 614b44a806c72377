// What is known of the patient, in a file beside the plan: context.yaml.
//
//     child_pugh: B7
//     ecog: 1
//     rt_ici_interval_days: 21
//
// One line a key, with the keys and values that the protocols declare (protocol_file.h). It is read as
// strictly as a protocol: a key that no protocol knows, one that comes twice, or a value that its
// declaration does not allow is an error with line and column.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {

/// The name that such a file has in a plan's folder.
inline constexpr std::string_view kContextFileName = "context.yaml";

struct ContextFile {
  std::string path;
  std::string sha256;  ///< of the file's bytes
  Context values;      ///< what the protocols in use declare; checked
  /// Keys that only other built-in protocols declare: checked, and not used.
  std::vector<std::string> unused;
};

/// `name` stands for the text in messages and in `path`. Errors: ContextInvalid, where = "name, line
/// L, column C".
[[nodiscard]] Result<ContextFile> parse_context_file(std::string_view yaml, const std::string& name,
                                                     const std::vector<Protocol>& protocols);

/// Errors: FileUnreadable, and those of parse_context_file().
[[nodiscard]] Result<ContextFile> read_context_file(const std::string& path,
                                                    const std::vector<Protocol>& protocols);

}  // namespace dosegate::protocol
