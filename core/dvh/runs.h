// Ranges of cells, and ascending lists of them. Private to dvh/.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace dosegate::dvh {

/// Half-open range of columns or of nodes.
struct Run {
  std::size_t begin = 0, end = 0;
};

// Adds a cell behind the last run of an ascending list.
inline void append_cell(std::size_t cell, std::vector<Run>& runs) {
  if (!runs.empty() && runs.back().end == cell) {
    ++runs.back().end;
  } else {
    runs.push_back({cell, cell + 1});
  }
}

// Intersection of two ascending lists of runs.
inline void intersect(std::span<const Run> a, std::span<const Run> b, std::vector<Run>& out) {
  out.clear();
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() && j < b.size()) {
    const std::size_t begin = std::max(a[i].begin, b[j].begin);
    const std::size_t end = std::min(a[i].end, b[j].end);
    if (begin < end) out.push_back({begin, end});
    if (a[i].end < b[j].end) {
      ++i;
    } else {
      ++j;
    }
  }
}

// Calls on_run for what of `runs` is not in `taken`; both ascending, `taken` within `runs`.
template <class OnRun>
void without(std::span<const Run> runs, std::span<const Run> taken, OnRun on_run) {
  std::size_t t = 0;
  for (const Run& run : runs) {
    std::size_t from = run.begin;
    for (; t < taken.size() && taken[t].end <= run.end; ++t) {
      if (from < taken[t].begin) on_run(Run{from, taken[t].begin});
      from = taken[t].end;
    }
    if (from < run.end) on_run(Run{from, run.end});
  }
}

}  // namespace dosegate::dvh
