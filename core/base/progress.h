// How long work tells how far it is, and is told to stop.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace dosegate {
inline namespace base {

/// Before step `done` (from 0) of `total` of one stage of the work.
struct Progress {
  std::string_view stage;  ///< "reading", "measuring", "judging": one word for people
  std::size_t done = 0, total = 0;
};

/// Asked before each step; true stops the work (Error Cancelled). Where the work has several
/// threads, on any of them, so it must allow calls from several at once; `done` then need not ascend.
using StopRequested = std::function<bool(const Progress&)>;

/// An empty function never stops.
inline bool stops(const StopRequested& stop, const Progress& progress) {
  return stop && stop(progress);
}

}  // namespace base
}  // namespace dosegate
