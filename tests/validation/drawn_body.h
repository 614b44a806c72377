// A body as it is drawn: what the contours of one or two ROIs mean by the rules of the design,
// section 4.1, written down a second time for the validation suite. Nothing here uses the geometry
// room.
//
// Frame. Contour planes are perpendicular to the patient axis `w`; a < b are the two other patient
// axes in ascending order. Lengths in mm.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <vector>

#include "model/structure_set.h"

namespace dosegate::validation {

/// (a, b) in a plane, mm.
using Point = std::array<double, 2>;
using Polygon = std::vector<Point>;

/// What a body is made of: its first ROI alone, or both.
enum class Combination { Only, Union, Minus, Both };

/// [0]: inside the first ROI, [1]: inside the second.
[[nodiscard]] constexpr bool inside(Combination combination, const std::array<bool, 2>& in) {
  switch (combination) {
    case Combination::Only:
      return in[0];
    case Combination::Union:
      return in[0] || in[1];
    case Combination::Minus:
      return in[0] && !in[1];
    default:
      return in[0] && in[1];
  }
}

/// The contours of one ROI: one entry a plane, planes `spacing_mm` apart, ascending along w. A
/// plane's polygons count by the even-odd rule and must not cross each other.
struct Stack {
  double first_mm = 0.0;
  double spacing_mm = 1.0;
  std::vector<std::vector<Polygon>> planes;

  [[nodiscard]] bool empty() const { return planes.empty(); }
  [[nodiscard]] double height_mm(std::size_t i) const {
    return first_mm + spacing_mm * static_cast<double>(i);
  }
};

/// The stack of the planes at phase, phase + spacing ... where `section` gives polygons; `lo` and
/// `hi` bound the body along w.
[[nodiscard]] Stack draw(double lo_mm, double hi_mm, double phase_mm, double spacing_mm,
                         const std::function<std::vector<Polygon>(double)>& section);

/// Between two faces along w both sections stay the same.
struct Prism {
  double w0 = 0.0, w1 = 0.0;
  std::array<const std::vector<Polygon>*, 2> sections{};  ///< null where a ROI has none
};

struct DrawnBody {
  int w = 2;  ///< patient axis
  Combination combination = Combination::Only;
  std::array<Stack, 2> stacks;  ///< the second is empty with Combination::Only

  [[nodiscard]] std::size_t a() const { return w == 0 ? 1 : 0; }
  [[nodiscard]] std::size_t b() const { return w == 2 ? 1 : 2; }
  [[nodiscard]] model::Vec3 place(double at_a, double at_b, double at_w) const;
  /// The ROI to be given to the engine.
  [[nodiscard]] model::Roi roi(std::size_t which) const;
  /// Disjoint, ascending: each plane owns half a spacing to either side, ends too. The pointers
  /// live as long as the body.
  [[nodiscard]] std::vector<Prism> prisms() const;
};

/// A border line of a prism, with the ROI it belongs to.
struct BorderLine {
  Point p, q;
  std::size_t roi = 0;
};
[[nodiscard]] std::vector<BorderLine> border_lines(const Prism& prism);

/// Where along `line` (0 = p, 1 = q) the border of the other ROI crosses it.
[[nodiscard]] std::vector<double> crossings(const BorderLine& line,
                                            const std::vector<BorderLine>& lines);

}  // namespace dosegate::validation
