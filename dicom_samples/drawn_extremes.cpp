#include <algorithm>
#include <cmath>
#include <limits>

#include "drawn_truth.h"

namespace dosegate::samples {
namespace {

struct Edge {
  Point2 a, b;
  [[nodiscard]] Point2 at(double t) const { return {a.x + t * (b.x - a.x), a.y + t * (b.y - a.y)}; }
};

std::vector<Edge> edges_of(const DrawnPlane& plane) {
  std::vector<Edge> edges;
  for (const auto& polygon : plane.polygons) {
    for (std::size_t i = 0; i < polygon.size(); ++i) {
      edges.push_back({polygon[i], polygon[(i + 1) % polygon.size()]});
    }
  }
  return edges;
}

/// Where `edge` crosses `other`, as a share of `edge`, added to `cuts`.
void cut_by(const Edge& edge, const Edge& other, std::vector<double>& cuts) {
  const Point2 d{edge.b.x - edge.a.x, edge.b.y - edge.a.y};
  const Point2 e{other.b.x - other.a.x, other.b.y - other.a.y};
  const double cross = d.x * e.y - d.y * e.x;
  if (cross == 0.0) {
    return;
  }
  const Point2 gap{other.a.x - edge.a.x, other.a.y - edge.a.y};
  const double t = (gap.x * e.y - gap.y * e.x) / cross;
  const double s = (gap.x * d.y - gap.y * d.x) / cross;
  if (t > 0.0 && t < 1.0 && s >= 0.0 && s <= 1.0) {
    cuts.push_back(t);
  }
}

/// Where the coordinate runs through a lattice line of `axis` between `from` and `to`.
void cut_by_lattice(const StoredDose& dose, int axis, double from, double to,
                    std::vector<double>& cuts) {
  for (int i = 0; i < dose.spec.count[static_cast<std::size_t>(axis)]; ++i) {
    const double t = (dose.centre_mm(axis, i) - from) / (to - from);
    if (from != to && t > 0.0 && t < 1.0) {
      cuts.push_back(t);
    }
  }
}

/// A piece of border along which the dose is a parabola.
struct Arc {
  Point2 a, middle, b;
};

/// Everything in one layer's plane where an extreme can lie.
struct Candidates {
  std::vector<Point2> nodes;
  std::vector<Arc> arcs;
};

/// Adds the pieces of `edges` whose middle satisfies `belongs`, cut at the lattice and at `others`.
template <typename Predicate>
void add_arcs(const StoredDose& dose, const std::vector<Edge>& edges,
              const std::vector<Edge>& others, const Predicate& belongs, Candidates& out) {
  for (const auto& edge : edges) {
    std::vector<double> cuts{0.0, 1.0};
    cut_by_lattice(dose, 0, edge.a.x, edge.b.x, cuts);
    cut_by_lattice(dose, 1, edge.a.y, edge.b.y, cuts);
    for (const auto& other : others) {
      cut_by(edge, other, cuts);
    }
    std::sort(cuts.begin(), cuts.end());
    for (std::size_t i = 1; i < cuts.size(); ++i) {
      const Point2 middle = edge.at(0.5 * (cuts[i - 1] + cuts[i]));
      if (belongs(middle)) {
        out.arcs.push_back({edge.at(cuts[i - 1]), middle, edge.at(cuts[i])});
      }
    }
  }
}

Candidates candidates_of(const Layer& layer, const StoredDose& dose) {
  Candidates out;
  std::vector<Edge> taken_off_edges;
  for (const auto* plane : layer.taken_off) {
    const auto more = edges_of(*plane);
    taken_off_edges.insert(taken_off_edges.end(), more.begin(), more.end());
  }
  const auto base_edges = edges_of(*layer.base);
  const auto in_taken_off = [&](const Point2& p, const DrawnPlane* except) {
    return std::any_of(layer.taken_off.begin(), layer.taken_off.end(),
                       [&](const auto* plane) { return plane != except && inside(*plane, p); });
  };
  add_arcs(
      dose, base_edges, taken_off_edges, [&](const Point2& p) { return !in_taken_off(p, nullptr); },
      out);
  for (const auto* plane : layer.taken_off) {
    auto others = base_edges;
    others.insert(others.end(), taken_off_edges.begin(), taken_off_edges.end());
    add_arcs(
        dose, edges_of(*plane), others,
        [&](const Point2& p) { return inside(*layer.base, p) && !in_taken_off(p, plane); }, out);
  }
  for (int j = 0; j < dose.spec.count[1]; ++j) {
    const double y = dose.centre_mm(1, j);
    for (const auto& span : spans_at(layer, y)) {
      for (int i = 0; i < dose.spec.count[0]; ++i) {
        const double x = dose.centre_mm(0, i);
        if (x >= span.from && x <= span.to) {
          out.nodes.push_back({x, y});
        }
      }
    }
  }
  return out;
}

void widen(Extremes& extremes, double gy) {
  extremes.min_gy = std::min(extremes.min_gy, gy);
  extremes.max_gy = std::max(extremes.max_gy, gy);
}

void visit_arc(const StoredDose& dose, const Arc& arc, double z, Extremes& extremes) {
  const double f0 = interpolate_gy(dose, {arc.a.x, arc.a.y, z});
  const double fm = interpolate_gy(dose, {arc.middle.x, arc.middle.y, z});
  const double f1 = interpolate_gy(dose, {arc.b.x, arc.b.y, z});
  widen(extremes, f0);
  widen(extremes, f1);
  // f(t) = f0 + p t + q t^2 through the three values.
  const double q = 2.0 * (f0 + f1 - 2.0 * fm);
  const double p = f1 - f0 - q;
  const double t = q != 0.0 ? -p / (2.0 * q) : 0.0;
  if (t > 0.0 && t < 1.0) {
    widen(extremes, f0 + t * (p + q * t));
  }
}

}  // namespace

Extremes extremes_drawn(const std::vector<Layer>& layers, const StoredDose& dose) {
  Extremes extremes{std::numeric_limits<double>::infinity(), 0.0};
  for (const auto& layer : layers) {
    std::vector<double> heights{layer.z_lo, layer.z_hi};
    for (int k = 0; k < dose.spec.count[2]; ++k) {
      const double z = dose.centre_mm(2, k);
      if (z > layer.z_lo && z < layer.z_hi) {
        heights.push_back(z);
      }
    }
    const Candidates candidates = candidates_of(layer, dose);
    for (const double z : heights) {
      for (const auto& node : candidates.nodes) {
        widen(extremes, interpolate_gy(dose, {node.x, node.y, z}));
      }
      for (const auto& arc : candidates.arcs) {
        visit_arc(dose, arc, z, extremes);
      }
    }
  }
  return extremes;
}

}  // namespace dosegate::samples
