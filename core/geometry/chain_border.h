// The border of a plane whose contours neither cross nor touch: the usual plane, and the quick way
// to its border. The result is that of arrange() (arrangement.h), which stays the reference; a
// plane that is anything but clean is handed back untouched for arrange() to read.
//
// Method: each ring is cut where it turns in v, which leaves chains that rise from a local minimum
// to a local maximum and are sorted as they stand. Chains that lie side by side are walked together
// to see that they keep clear of each other; their place in the row, counted from the left, says
// which side of the border is inside (even-odd rule). The edges are the contours' own, merged into
// one order. The cost grows with the number of points (and with the square of the number of turns).
//
// Plane coordinates (u, v), mm. Private to geometry/.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "geometry/region.h"

namespace dosegate::geometry {

/// Chains nearer than this anywhere but at a common end are not clean, mm. Far above the rounding
/// of coordinates and the width within which arrange() takes two edges for one, far below anything
/// that is drawn.
inline constexpr double kClear_mm = 1e-6;

/// Collects the rings of one plane and makes their border. May be used again for the next plane;
/// it keeps its memory.
class ChainBorder {
 public:
  struct Point {
    double u, v;
  };

  void clear();
  /// A closed ring, its last point joined to its first; repeated points are allowed.
  void add_ring(std::span<const Point> ring);
  /// The border of the even-odd area of all rings, or nothing if it takes arrange() to find it.
  [[nodiscard]] std::optional<Area> border();

 private:
  static constexpr std::uint32_t kNone = 0xffffffff;

  // Vertices first..last of points_, v never falling; level steps inside are single.
  struct Chain {
    std::uint32_t first = 0, last = 0;
    std::uint32_t at_bottom = kNone, at_top = kNone;  // the chain it shares that end with
    std::uint32_t cursor = 0;                         // where the sweep is
    double sign = 0.0;
  };
  // A place in the row of chains at the sweep's height; `since` is the height from which on the
  // chain and its neighbour to the right stand side by side.
  struct Place {
    std::uint32_t chain = 0;
    double since = 0.0;
  };
  struct Stretch {
    double lo, hi;
  };

  [[nodiscard]] bool cut_into_chains();
  void add_level(const Point& from, const Point& to);
  [[nodiscard]] Stretch position(Chain& chain, double v) const;
  [[nodiscard]] bool keep_clear(std::uint32_t left, std::uint32_t right, double from,
                                double to) const;
  [[nodiscard]] bool close_pair(std::size_t left, double v) const;
  [[nodiscard]] bool begin_pair(std::uint32_t chain, std::uint32_t sibling);
  [[nodiscard]] bool end_pair(std::uint32_t chain, std::uint32_t sibling);
  [[nodiscard]] bool sweep();
  [[nodiscard]] bool levels_apart();
  [[nodiscard]] std::vector<Edge> merged_edges();

  bool clean_ = true;
  std::vector<Point> points_;
  std::vector<Chain> chains_;
  std::vector<LevelEdge> levels_;
  std::vector<Place> row_;
  std::vector<std::uint32_t> starts_, ends_;
  std::vector<Point> ring_;
  std::vector<Edge> runs_, merged_;
  std::vector<std::size_t> run_ends_;
};

}  // namespace dosegate::geometry
