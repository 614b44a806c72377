// Where results go: files that are complete or not there, and standard output.
#pragma once

#include <string>
#include <vector>

namespace cli {

/// A result for a file, or for standard output where the path is "-".
struct Output {
  std::string path;
  std::string content;
};

/// True if one of the paths is "-": then words for people go to standard error.
[[nodiscard]] bool uses_standard_output(const std::vector<std::string>& paths);

/// Writes all of them: each file under a temporary name beside its final one, renamed when every
/// one of them is complete, so that a failure leaves nothing half written. Stops with kUsage,
/// naming the path.
void write_all(const std::vector<Output>& outputs);

/// Columns padded to the widest cell (in code points), two blanks between them, no blanks at line
/// ends. `indent` stands before each line.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows,
                                std::size_t indent);

}  // namespace cli
