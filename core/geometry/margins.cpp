#include "geometry/margins.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "geometry/border_lines.h"

namespace dosegate::geometry {
namespace {

constexpr double kShareBelow = 0.05;  // of the lines, by area
constexpr double kLine_mm = 1.0;
constexpr double kMostLines = 200.0;
constexpr double kFewestLines = 20.0;
constexpr double kOn_mm = 1e-6;  // rounding of crossings of the order of 1000 mm

struct Box {
  double lo = 0.0, hi = 0.0;
};

// Lines at the middles of equal cells over a stretch.
struct Lines {
  double first = 0.0, step = 1.0;
  std::size_t count = 0;
  [[nodiscard]] double at(std::size_t i) const { return first + step * static_cast<double>(i); }
};

Lines lines_over(const Box& box) {
  const double length = box.hi - box.lo;
  const double wanted = std::clamp(length / kLine_mm, kFewestLines, kMostLines);
  const double count = std::ceil(wanted);
  const double step = length / count;
  return {box.lo + 0.5 * step, step, static_cast<std::size_t>(count)};
}

struct Sample {
  double mm = 0.0, weight = 0.0;
};

// A stretch of w in which both solids are prisms.
struct Layer {
  double lo = 0.0, hi = 0.0;
  const Area* inner = nullptr;  // null: nothing there
  const Area* outer = nullptr;
};

const Area* area_at(const Region& region, double w) {
  for (const Slab& slab : region.slabs()) {
    if (slab.w_lo < w && w < slab.w_hi) return slab.area.get();
  }
  return nullptr;
}

std::vector<Layer> common_layers(const Region& inner, const Region& outer) {
  std::vector<double> faces;
  for (const Region* region : {&inner, &outer}) {
    for (const Slab& slab : region->slabs()) {
      faces.push_back(slab.w_lo);
      faces.push_back(slab.w_hi);
    }
  }
  std::sort(faces.begin(), faces.end());
  std::vector<Layer> layers;
  for (std::size_t i = 0; i + 1 < faces.size(); ++i) {
    if (faces[i + 1] - faces[i] <= kOn_mm) continue;
    const double middle = 0.5 * (faces[i] + faces[i + 1]);
    layers.push_back({faces[i], faces[i + 1], area_at(inner, middle), area_at(outer, middle)});
  }
  return layers;
}

Box extent(const Area& area, bool along_u) {
  Box box{HUGE_VAL, -HUGE_VAL};
  for (const Edge& e : area.edges) {
    for (const double at : {along_u ? e.u0 : e.v0, along_u ? e.u1 : e.v1}) {
      box.lo = std::min(box.lo, at);
      box.hi = std::max(box.hi, at);
    }
  }
  return box;
}

// The margin of one line towards higher coordinates.
double margin_up(const std::vector<Stretch>& inner, const std::vector<Stretch>& outer) {
  const double a = inner.back().hi;
  std::optional<double> end_before;
  for (const Stretch& stretch : outer) {
    if (stretch.lo <= a + kOn_mm && stretch.hi >= a - kOn_mm) return stretch.hi - a;
    if (stretch.hi < a) end_before = stretch.hi;
  }
  return end_before ? *end_before - a : a - outer.front().lo;
}

std::vector<Stretch> reversed(const std::vector<Stretch>& stretches) {
  std::vector<Stretch> result;
  for (auto at = stretches.rbegin(); at != stretches.rend(); ++at) {
    result.push_back({-at->hi, -at->lo});
  }
  return result;
}

// Margins towards both ends of one axis of the frame.
struct AxisSamples {
  std::vector<Sample> up, down;
  void add(const std::vector<Stretch>& inner, const std::vector<Stretch>& outer, double weight) {
    if (inner.empty() || outer.empty()) return;
    up.push_back({margin_up(inner, outer), weight});
    down.push_back({margin_up(reversed(inner), reversed(outer)), weight});
  }
};

AxisSamples in_plane(const std::vector<Layer>& layers, bool along_u_axis) {
  AxisSamples samples;
  const auto cross = along_u_axis ? along_u : along_v;
  for (const Layer& layer : layers) {
    if (layer.inner == nullptr) continue;
    const Lines lines = lines_over(extent(*layer.inner, !along_u_axis));
    for (std::size_t i = 0; i < lines.count; ++i) {
      const std::vector<Stretch> outer =
          layer.outer == nullptr ? std::vector<Stretch>{} : cross(*layer.outer, lines.at(i));
      samples.add(cross(*layer.inner, lines.at(i)), outer, lines.step * (layer.hi - layer.lo));
    }
  }
  return samples;
}

// Adds a layer to a column's stretches if the point is in it.
void extend(std::vector<Stretch>& column, const Layer& layer) {
  if (!column.empty() && layer.lo - column.back().hi <= kOn_mm) {
    column.back().hi = layer.hi;
  } else {
    column.push_back({layer.lo, layer.hi});
  }
}

AxisSamples across_planes(const std::vector<Layer>& layers) {
  Box u_box{HUGE_VAL, -HUGE_VAL};
  Box v_box = u_box;
  for (const Layer& layer : layers) {
    if (layer.inner == nullptr) continue;
    const Box u = extent(*layer.inner, true);
    const Box v = extent(*layer.inner, false);
    u_box = {std::min(u_box.lo, u.lo), std::max(u_box.hi, u.hi)};
    v_box = {std::min(v_box.lo, v.lo), std::max(v_box.hi, v.hi)};
  }
  const Lines columns = lines_over(u_box);
  const Lines rows = lines_over(v_box);
  AxisSamples samples;
  for (std::size_t j = 0; j < rows.count; ++j) {
    std::vector<std::vector<Stretch>> inner(columns.count);
    std::vector<std::vector<Stretch>> outer(columns.count);
    const auto fill = [&](const Area* area, const Layer& layer, auto& stretches) {
      if (area == nullptr) return;
      for (const Stretch& stretch : along_u(*area, rows.at(j))) {
        for (std::size_t i = 0; i < columns.count; ++i) {
          const double u = columns.at(i);
          if (stretch.lo <= u && u < stretch.hi) extend(stretches[i], layer);
        }
      }
    };
    for (const Layer& layer : layers) {
      fill(layer.inner, layer, inner);
      fill(layer.outer, layer, outer);
    }
    for (std::size_t i = 0; i < columns.count; ++i) {
      samples.add(inner[i], outer[i], rows.step * columns.step);
    }
  }
  return samples;
}

// `samples`: at least one.
DirectionMargin margin_of(std::vector<Sample> samples, bool across) {
  std::sort(samples.begin(), samples.end(),
            [](const Sample& a, const Sample& b) { return a.mm < b.mm; });
  double total = 0.0;
  for (const Sample& sample : samples) total += sample.weight;
  double below = 0.0;
  for (const Sample& sample : samples) {
    below += sample.weight;
    if (below >= kShareBelow * total) return {sample.mm, samples.front().mm, across};
  }
  throw InternalError("margins of a solid that no line meets");
}

// Index into kDirections of what axis `a` of the patient points to, up or down.
std::size_t place_of(int patient_axis, bool up) {
  constexpr std::array<std::array<Direction, 2>, 3> kEnds = {
      {{Direction::Right, Direction::Left},
       {Direction::Anterior, Direction::Posterior},
       {Direction::Inferior, Direction::Superior}}};
  return static_cast<std::size_t>(kEnds[static_cast<std::size_t>(patient_axis)][up ? 1 : 0]);
}

// Which axis of the patient a frame's axis is; nothing if it is none (or points against it).
std::optional<int> patient_axis(const model::Vec3& axis) {
  for (int a = 0; a < 3; ++a) {
    if (axis == model::Vec3::Unit(a)) return a;
  }
  return std::nullopt;
}

bool is_weighted(const Region& region) {
  return std::any_of(region.slabs().begin(), region.slabs().end(), [](const Slab& slab) {
    return slab.weight_lo != 1.0 || slab.weight_hi != 1.0;
  });
}

}  // namespace

std::string_view to_text(Direction direction) {
  constexpr std::array<std::string_view, 6> kTexts = {"left",      "right",    "anterior",
                                                      "posterior", "superior", "inferior"};
  return kTexts[static_cast<std::size_t>(direction)];
}

bool is_cranio_caudal(Direction direction) {
  return direction == Direction::Superior || direction == Direction::Inferior;
}

Result<Margins> measure_margins(const Region& inner, const Region& outer) {
  if (inner.empty() || outer.empty()) {
    return fail(ErrorCode::NotComputable, "A structure is empty, so it has no margin.");
  }
  if (is_weighted(inner) || is_weighted(outer)) {
    return fail(ErrorCode::NotComputable,
                "Margins are measured between contours as slabs, not interpolated ones.");
  }
  require(inner.frame().axes == outer.frame().axes, "margins between two frames");
  std::array<std::optional<int>, 3> axes;
  for (int a = 0; a < 3; ++a) {
    axes[static_cast<std::size_t>(a)] = patient_axis(inner.frame().axes.col(a));
    if (axes[static_cast<std::size_t>(a)]) continue;
    return fail(ErrorCode::NotComputable,
                "The contour planes are tilted against the patient's axes, so margins along these "
                "cannot be measured.");
  }
  const std::vector<Layer> layers = common_layers(inner, outer);
  Margins margins;
  for (std::size_t a = 0; a < 3; ++a) {
    const bool across = a == 2;
    AxisSamples samples = across ? across_planes(layers) : in_plane(layers, a == 0);
    if (samples.up.empty()) {
      return fail(ErrorCode::NotComputable,
                  "The structures lie beside each other, so there is no margin between them.");
    }
    margins[place_of(*axes[a], true)] = margin_of(std::move(samples.up), across);
    margins[place_of(*axes[a], false)] = margin_of(std::move(samples.down), across);
  }
  return margins;
}

}  // namespace dosegate::geometry
