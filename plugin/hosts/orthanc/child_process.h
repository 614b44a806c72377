// A program started without a shell, in a folder, with a time limit.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace orthanc_dosegate {

enum class ChildEnd {
  Exited,     ///< `code` is its exit code
  Signalled,  ///< `code` is the signal
  TimeLimit,  ///< it ran too long and was ended
  Stopped,    ///< `stop` was set and it was ended
  Failed      ///< it could not be started or waited for; `code` is the errno
};

struct ChildResult {
  ChildEnd end = ChildEnd::Failed;
  int code = 0;
};

/// Runs words[0], found in PATH if it is no path, with the rest as its arguments, in `folder`: standard
/// input is empty, standard output is dropped, standard error goes to folder/`errors`. No file of this
/// process stays open in it. It and what it started are ended when `limit` is over or `stop` is set.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& words,
                                    const std::string& folder, const std::string& errors,
                                    std::chrono::seconds limit, const std::atomic<bool>& stop);

}  // namespace orthanc_dosegate
