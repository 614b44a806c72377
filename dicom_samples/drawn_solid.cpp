#include "drawn_solid.h"

#include <algorithm>
#include <cmath>

namespace dosegate::samples {
namespace {

/// The plane of `roi` that owns the height z, if any.
const DrawnPlane* owner(const DrawnRoi& roi, double z, double spacing_mm) {
  for (const auto& plane : roi.planes) {
    if (std::abs(plane.z - z) < 0.5 * spacing_mm) {
      return &plane;
    }
  }
  return nullptr;
}

std::vector<Span> without(const std::vector<Span>& spans, const std::vector<Span>& holes) {
  std::vector<Span> left;
  for (const auto& span : spans) {
    double from = span.from;
    for (const auto& hole : holes) {
      if (hole.to <= from || hole.from >= span.to) {
        continue;
      }
      if (hole.from > from) {
        left.push_back({from, hole.from});
      }
      from = std::max(from, hole.to);
    }
    if (from < span.to) {
      left.push_back({from, span.to});
    }
  }
  return left;
}

}  // namespace

std::vector<Layer> layers_of(const DrawnRoi& base, const std::vector<const DrawnRoi*>& taken_off,
                             double plane_spacing_mm) {
  std::vector<double> faces;
  const auto add_faces = [&](const DrawnRoi& roi) {
    for (const auto& plane : roi.planes) {
      faces.push_back(plane.z - 0.5 * plane_spacing_mm);
      faces.push_back(plane.z + 0.5 * plane_spacing_mm);
    }
  };
  add_faces(base);
  for (const auto* roi : taken_off) {
    add_faces(*roi);
  }
  std::sort(faces.begin(), faces.end());
  std::vector<Layer> layers;
  for (std::size_t i = 1; i < faces.size(); ++i) {
    // Faces that differ by rounding only enclose nothing.
    if (faces[i] - faces[i - 1] < 1e-6) {
      continue;
    }
    const double middle = 0.5 * (faces[i] + faces[i - 1]);
    Layer layer{faces[i - 1], faces[i], owner(base, middle, plane_spacing_mm), {}};
    for (const auto* roi : taken_off) {
      if (const auto* plane = owner(*roi, middle, plane_spacing_mm)) {
        layer.taken_off.push_back(plane);
      }
    }
    if (layer.base != nullptr) {
      layers.push_back(std::move(layer));
    }
  }
  return layers;
}

std::vector<Span> spans_at(const DrawnPlane& plane, double y) {
  std::vector<double> crossings;
  for (const auto& polygon : plane.polygons) {
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const Point2& a = polygon[i];
      const Point2& b = polygon[(i + 1) % polygon.size()];
      // Half open, so that a vertex on the line counts once.
      if ((a.y <= y) != (b.y <= y)) {
        crossings.push_back(a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y));
      }
    }
  }
  std::sort(crossings.begin(), crossings.end());
  std::vector<Span> spans;
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
    spans.push_back({crossings[i], crossings[i + 1]});
  }
  return spans;
}

std::vector<Span> spans_at(const Layer& layer, double y) {
  auto spans = spans_at(*layer.base, y);
  for (const auto* plane : layer.taken_off) {
    spans = without(spans, spans_at(*plane, y));
  }
  return spans;
}

bool inside(const DrawnPlane& plane, const Point2& p) {
  bool result = false;
  for (const auto& polygon : plane.polygons) {
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const Point2& a = polygon[i];
      const Point2& b = polygon[(i + 1) % polygon.size()];
      if ((a.y <= p.y) != (b.y <= p.y) && p.x < a.x + (b.x - a.x) * (p.y - a.y) / (b.y - a.y)) {
        result = !result;
      }
    }
  }
  return result;
}

double shoelace_mm2(const DrawnPlane& plane) {
  double sum = 0.0;
  for (const auto& polygon : plane.polygons) {
    double twice = 0.0;
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      const Point2& a = polygon[i];
      const Point2& b = polygon[(i + 1) % polygon.size()];
      twice += a.x * b.y - b.x * a.y;
    }
    sum += 0.5 * std::abs(twice);
  }
  return sum;
}

}  // namespace dosegate::samples
