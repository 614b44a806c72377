// Synthetic ROIs and dose grids for tests: drawn, not read. Header only.
#pragma once

#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "model/dose_grid.h"
#include "model/structure_set.h"

namespace dosegate::testing {

using model::Contour;
using model::ContourType;
using model::Roi;
using model::Vec3;

struct Polygon {
  std::vector<std::pair<double, double>> points;
};

inline Contour axial(const Polygon& polygon, double z) {
  Contour contour;
  for (const auto& [x, y] : polygon.points) contour.points.emplace_back(x, y, z);
  return contour;
}

inline Polygon rectangle(double x0, double y0, double x1, double y1) {
  return {{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}};
}

/// Regular polygon inscribed in the circle.
inline Polygon circle(double cx, double cy, double radius, int corners) {
  Polygon polygon;
  for (int i = 0; i < corners; ++i) {
    const double t = 2.0 * std::numbers::pi * i / corners;
    polygon.points.emplace_back(cx + radius * std::cos(t), cy + radius * std::sin(t));
  }
  return polygon;
}

/// Shoelace area, mm^2.
inline double area(const Polygon& p) {
  double twice = 0.0;
  for (std::size_t i = 0; i < p.points.size(); ++i) {
    const auto& [x0, y0] = p.points[i];
    const auto& [x1, y1] = p.points[(i + 1) % p.points.size()];
    twice += x0 * y1 - x1 * y0;
  }
  return std::abs(twice) / 2.0;
}

/// A ROI with the polygons that `at` gives for each plane z0, z0 + step, ... (count planes).
inline Roi stack(std::string name, double z0, double step, int count,
                 const std::function<std::vector<Polygon>(double)>& at) {
  Roi roi;
  roi.name = std::move(name);
  for (int i = 0; i < count; ++i) {
    const double z = z0 + step * i;
    for (const Polygon& polygon : at(z)) roi.contours.push_back(axial(polygon, z));
  }
  return roi;
}

struct GridSpec {
  Vec3 first{0, 0, 0};  ///< centre of the first voxel
  Vec3 step{1, 1, 1};
  std::array<int, 3> count{2, 2, 2};
};

inline model::DoseGrid grid_of(const GridSpec& spec,
                               const std::function<double(const Vec3&)>& dose) {
  model::GridGeometry g;
  g.origin = spec.first;
  for (int a = 0; a < 3; ++a) {
    for (int i = 0; i < spec.count[static_cast<std::size_t>(a)]; ++i) {
      g.positions_mm[static_cast<std::size_t>(a)].push_back(spec.step[a] * i);
    }
  }
  std::vector<double> values;
  for (int k = 0; k < spec.count[2]; ++k) {
    for (int j = 0; j < spec.count[1]; ++j) {
      for (int i = 0; i < spec.count[0]; ++i) {
        values.push_back(
            dose(spec.first + Vec3(i * spec.step[0], j * spec.step[1], k * spec.step[2])));
      }
    }
  }
  return *model::DoseGrid::create(g, std::move(values));
}

}  // namespace dosegate::testing
