// How the contours of one plane lie upon each other: nested and disjoint ones are what they should
// be; ones that partly overlap, or that cover the same area twice, are a drawing error that the
// even-odd rule would turn into a wrong volume without a word. Where contours only touch (they share
// a side, say), no edge crosses another, and the areas alone tell. Private to geometry/.
#pragma once

#include <map>
#include <utility>
#include <vector>

namespace dosegate::geometry {

/// Follows a sweep over the plane: strip by strip, and within a strip from border to border.
class ContourOverlap {
 public:
  explicit ContourOverlap(std::size_t contours) : areas_(contours) {}

  /// The sweep passes an edge of this contour (0 ... contours - 1).
  void pass(std::size_t contour);
  /// A stretch of a strip between two borders: its mean width and its height, mm.
  void stretch(double width_mm, double height_mm);

  /// The depth to which two contours overlap of which neither contains the other, mm: the smaller of
  /// height and mean width of what they share; 0 if there are none. Slivers within the rounding of
  /// coordinates do not count as the rest of a contour.
  [[nodiscard]] double depth_mm() const;
  /// True if two contours enclose the same area but for such slivers.
  [[nodiscard]] bool repeated() const;

 private:
  struct Extent {
    double area_mm2 = 0.0, height_mm = 0.0;
  };
  [[nodiscard]] bool has_more(std::size_t contour, const Extent& shared) const;

  std::vector<std::size_t> inside_;  // contours that the sweep is inside of, ascending
  std::vector<Extent> areas_;
  std::map<std::pair<std::size_t, std::size_t>, Extent> shared_;
};

}  // namespace dosegate::geometry
