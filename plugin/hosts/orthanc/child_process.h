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

struct ChildRun {
  std::vector<std::string>
      words;                   ///< the program, found in PATH if it is no path, and its arguments
  std::string folder;          ///< where it runs
  std::string output, errors;  ///< files in `folder` for standard output and error
  std::chrono::seconds limit;
};

/// Runs a program. Standard input is empty; no file of this process stays open in it. It and what it started are
/// ended when `limit` is over or `stop` is set.
[[nodiscard]] ChildResult run_child(const ChildRun& run, const std::atomic<bool>& stop);

}  // namespace orthanc_dosegate
