#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "drawn_truth.h"

namespace dosegate::samples {
namespace {

struct Row {
  double y = 0.0, height = 0.0;
  std::vector<Span> spans;
};

int pieces(double length, double step) {
  return std::max(1, static_cast<int>(std::ceil(length / step)));
}

std::vector<Row> rows_of(const Layer& layer, double step_mm) {
  std::vector<double> heights;
  const auto add = [&](const DrawnPlane& plane) {
    for (const auto& polygon : plane.polygons) {
      for (const auto& point : polygon) {
        heights.push_back(point.y);
      }
    }
  };
  add(*layer.base);
  for (const auto* plane : layer.taken_off) {
    add(*plane);
  }
  std::sort(heights.begin(), heights.end());
  std::vector<Row> rows;
  for (std::size_t i = 1; i < heights.size(); ++i) {
    const double band = heights[i] - heights[i - 1];
    if (band <= 0.0) {
      continue;
    }
    const int count = pieces(band, step_mm);
    for (int n = 0; n < count; ++n) {
      const double y = heights[i - 1] + band * (n + 0.5) / count;
      if (auto spans = spans_at(layer, y); !spans.empty()) {
        rows.push_back({y, band / count, std::move(spans)});
      }
    }
  }
  return rows;
}

/// The dose at the lattice's columns along the line (y, z): bilinear across y and z.
void fill_line(const StoredDose& dose, double y, double z, std::vector<double>& line) {
  const Between v = locate(dose, 1, y);
  const Between w = locate(dose, 2, z);
  for (int i = 0; i < dose.spec.count[0]; ++i) {
    const double low = (1.0 - v.weight) * dose.value_gy(i, v.index, w.index) +
                       v.weight * dose.value_gy(i, v.index + 1, w.index);
    const double high = (1.0 - v.weight) * dose.value_gy(i, v.index, w.index + 1) +
                        v.weight * dose.value_gy(i, v.index + 1, w.index + 1);
    line[static_cast<std::size_t>(i)] = (1.0 - w.weight) * low + w.weight * high;
  }
}

/// Where a line reaches the dose looked for: between these coordinates and nowhere else.
Span reach_of(const std::vector<double>& line, const StoredDose& dose, double gy) {
  const auto is_hot = [&](double value) { return value >= gy; };
  const auto first = std::find_if(line.begin(), line.end(), is_hot);
  const auto last = std::find_if(line.rbegin(), line.rend(), is_hot);
  if (first == line.end()) {
    return {0.0, 0.0};
  }
  // One column further to both sides: the dose is linear in between.
  const int from = static_cast<int>(first - line.begin()) - 1;
  const int to = static_cast<int>(line.rend() - last);
  return {dose.centre_mm(0, from), dose.centre_mm(0, to)};
}

/// Adds one row of the given depth in z, where `line` holds the dose at the lattice's columns.
void add_row(const Row& row, double depth_mm, const StoredDose& dose,
             const std::vector<double>& line, const IntegrationOptions& options,
             WeightedDoses& result) {
  const Span reach = reach_of(line, dose, options.only_above_gy);
  for (const auto& span : row.spans) {
    const int count = pieces(span.to - span.from, options.step_mm);
    const double width = (span.to - span.from) / count;
    const double volume = width * row.height * depth_mm;
    const int begin = std::max(0, static_cast<int>((reach.from - span.from) / width));
    const int end = std::min(count, 1 + static_cast<int>((reach.to - span.from) / width));
    for (int n = begin; n < end; ++n) {
      const Between u = locate(dose, 0, span.from + (n + 0.5) * width);
      const auto i = static_cast<std::size_t>(u.index);
      const double gy = (1.0 - u.weight) * line[i] + u.weight * line[i + 1];
      if (gy >= options.only_above_gy) {
        result.add(gy, volume);
      }
    }
  }
}

}  // namespace

WeightedDoses integrate_drawn(const std::vector<Layer>& layers, const StoredDose& dose,
                              const IntegrationOptions& options) {
  WeightedDoses result;
  std::vector<double> line(static_cast<std::size_t>(dose.spec.count[0]));
  for (const auto& layer : layers) {
    if (options.only_above_gy > 0.0 &&
        extremes_drawn({layer}, dose).max_gy < options.only_above_gy) {
      continue;
    }
    const auto rows = rows_of(layer, options.step_mm);
    const double depth = layer.z_hi - layer.z_lo;
    const int sublayers = pieces(depth, options.step_mm);
    for (int s = 0; s < sublayers; ++s) {
      const double z = layer.z_lo + depth * (s + 0.5) / sublayers;
      for (const auto& row : rows) {
        fill_line(dose, row.y, z, line);
        add_row(row, depth / sublayers, dose, line, options, result);
      }
    }
  }
  return result;
}

void require_covered(const std::vector<Layer>& layers, const StoredDose& dose) {
  const auto check = [&](int axis, double coordinate) {
    const auto a = static_cast<std::size_t>(axis);
    const double half = 0.5 * dose.spec.spacing_mm[a];
    const double first = dose.centre_mm(axis, 0);
    const double last = dose.centre_mm(axis, dose.spec.count[a] - 1);
    if (coordinate < first - half || coordinate > last + half) {
      throw std::runtime_error("a contour leaves the dose grid");
    }
  };
  for (const auto& layer : layers) {
    check(2, layer.z_lo);
    check(2, layer.z_hi);
    for (const auto& polygon : layer.base->polygons) {
      for (const auto& point : polygon) {
        check(0, point.x);
        check(1, point.y);
      }
    }
  }
}

}  // namespace dosegate::samples
