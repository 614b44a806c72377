#include "validation/drawn_body.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace dosegate::validation {

Stack draw(double lo_mm, double hi_mm, double phase_mm, double spacing_mm,
           const std::function<std::vector<Polygon>(double)>& section) {
  Stack stack;
  stack.spacing_mm = spacing_mm;
  const auto from = static_cast<int>(std::ceil((lo_mm - phase_mm) / spacing_mm - 1e-9));
  const auto to = static_cast<int>(std::floor((hi_mm - phase_mm) / spacing_mm + 1e-9));
  for (int k = from; k <= to; ++k) {
    const double w = phase_mm + spacing_mm * k;
    std::vector<Polygon> polygons = section(w);
    if (polygons.empty()) continue;
    if (stack.planes.empty()) stack.first_mm = w;
    stack.planes.push_back(std::move(polygons));
  }
  return stack;
}

model::Vec3 DrawnBody::place(double at_a, double at_b, double at_w) const {
  model::Vec3 p;
  p[static_cast<int>(a())] = at_a;
  p[static_cast<int>(b())] = at_b;
  p[w] = at_w;
  return p;
}

model::Roi DrawnBody::roi(std::size_t which) const {
  model::Roi roi;
  roi.name = which == 0 ? "first" : "second";
  roi.number = static_cast<int>(which) + 1;
  const Stack& stack = stacks[which];
  for (std::size_t i = 0; i < stack.planes.size(); ++i) {
    for (const Polygon& polygon : stack.planes[i]) {
      model::Contour contour;
      for (const Point& p : polygon)
        contour.points.push_back(place(p[0], p[1], stack.height_mm(i)));
      roi.contours.push_back(std::move(contour));
    }
  }
  return roi;
}

std::vector<Prism> DrawnBody::prisms() const {
  std::set<double> faces;
  for (const Stack& stack : stacks) {
    for (std::size_t i = 0; i <= stack.planes.size() && !stack.empty(); ++i) {
      faces.insert(stack.height_mm(i) - 0.5 * stack.spacing_mm);
    }
  }
  std::vector<Prism> prisms;
  for (auto lo = faces.begin(); lo != faces.end(); ++lo) {
    const auto hi = std::next(lo);
    if (hi == faces.end()) break;
    Prism prism{*lo, *hi, {}};
    for (std::size_t s = 0; s < 2; ++s) {
      const Stack& stack = stacks[s];
      const double index = (0.5 * (*lo + *hi) - stack.first_mm) / stack.spacing_mm + 0.5;
      if (stack.empty() || index < 0.0 || index >= static_cast<double>(stack.planes.size()))
        continue;
      prism.sections[s] = &stack.planes[static_cast<std::size_t>(index)];
    }
    prisms.push_back(prism);
  }
  return prisms;
}

std::vector<BorderLine> border_lines(const Prism& prism) {
  std::vector<BorderLine> lines;
  for (std::size_t s = 0; s < 2; ++s) {
    if (prism.sections[s] == nullptr) continue;
    for (const Polygon& polygon : *prism.sections[s]) {
      for (std::size_t i = 0; i < polygon.size(); ++i) {
        lines.push_back({polygon[i], polygon[(i + 1) % polygon.size()], s});
      }
    }
  }
  return lines;
}

std::vector<double> crossings(const BorderLine& line, const std::vector<BorderLine>& lines) {
  std::vector<double> at;
  const Point d = {line.q[0] - line.p[0], line.q[1] - line.p[1]};
  for (const BorderLine& m : lines) {
    if (m.roi == line.roi) continue;
    const Point e = {m.q[0] - m.p[0], m.q[1] - m.p[1]};
    const Point f = {m.p[0] - line.p[0], m.p[1] - line.p[1]};
    const double det = d[0] * e[1] - d[1] * e[0];  // 0 for parallels: no number compares true
    const double t = (f[0] * e[1] - f[1] * e[0]) / det;
    const double s = (f[0] * d[1] - f[1] * d[0]) / det;
    if (t > 0.0 && t < 1.0 && s >= 0.0 && s <= 1.0) at.push_back(t);
  }
  return at;
}

}  // namespace dosegate::validation
