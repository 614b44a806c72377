#include "dvh/layers.h"

#include <algorithm>
#include <cmath>

namespace dosegate::dvh {
namespace {

using geometry::Area;
using geometry::Slab;

// Weights that differ from 1 or 0 by less do so by rounding.
constexpr double kRounding = 1e-9;

void widen(Run& run, Run other) {
  run.begin = std::min(run.begin, other.begin);
  run.end = std::max(run.end, other.end);
}

// Where the weights of all segments add up to 1 at every height, or to 0, cells that are whole in
// all of them are one part, or none.
void merge(Layer& layer) {
  if (layer.segments.size() < 2) return;
  double zeroth = 0.0;
  double first = 0.0;
  double second = 0.0;
  double absolute = 0.0;
  for (const Segment& s : layer.segments) {
    const double length = s.hi - s.lo;
    const double rise = s.weight_hi - s.weight_lo;
    // Integrals of weight, weight t and weight t^2 over the segment.
    const double m0 = length * (s.weight_lo + 0.5 * rise);
    const double m1 = length * (0.5 * s.weight_lo + rise / 3.0);
    const double m2 = length * (s.weight_lo / 3.0 + 0.25 * rise);
    zeroth += m0;
    first += s.lo * m0 + length * m1;
    second += s.lo * s.lo * m0 + 2.0 * s.lo * length * m1 + length * length * m2;
    absolute += std::abs(m0);
  }
  const double lo = layer.lo;
  const double hi = layer.hi;
  const auto near = [&](double x, double y) { return std::abs(x - y) < kRounding * absolute; };
  layer.cancels = near(zeroth, 0.0) && near(first, 0.0) && near(second, 0.0);
  const bool even = near(zeroth, hi - lo) && near(first, 0.5 * (hi * hi - lo * lo)) &&
                    near(second, (hi * hi * hi - lo * lo * lo) / 3.0);
  layer.merged = layer.cancels || even;
  layer.common.lo = lo;
  layer.common.hi = hi;
}

}  // namespace

const Raster& Layers::raster_of(const std::shared_ptr<const Area>& area) {
  auto at = rasters_.find(area.get());
  if (at == rasters_.end()) {
    // Made where there is room already, and kept in as much as it needs.
    rasteriser_.run(*area, made_);
    at = rasters_.emplace(area.get(), std::pair(area, Raster(made_))).first;
  }
  return at->second.second;
}

Stretch stretch_of(const Segment& s, double distance_mm) {
  const double length = s.hi - s.lo;
  const double sum = s.weight_lo + s.weight_hi;
  if (s.weight_lo == s.weight_hi) {
    return {0.5 * (s.lo + s.hi), length, s.weight_lo * length * distance_mm};
  }
  // Mean and variance of a density that runs linearly from weight_lo to weight_hi over 0..1.
  const double mean = (s.weight_lo + 2.0 * s.weight_hi) / (3.0 * sum);
  const double square = (s.weight_lo + 3.0 * s.weight_hi) / (6.0 * sum);
  const double variance = std::max(0.0, square - mean * mean);
  return {s.lo + length * mean, length * std::sqrt(12.0 * variance),
          0.5 * sum * length * distance_mm};
}

Layer Layers::layer_of(std::size_t t, std::span<const SignedSlab> slabs, std::size_t& from) {
  Layer layer;
  const double bottom = mesh_.w.nodes[t];
  const double top = mesh_.w.nodes[t + 1];
  layer.base = mesh_.w.base[t];
  const auto& planes = lattice_.nodes(2);
  const double below = planes[layer.base];
  layer.distance_mm = planes[layer.base + 1] - below;
  layer.rows = {mesh_.v.cells(), 0};
  layer.columns = {mesh_.u.cells(), 0};
  while (from < slabs.size() && slabs[from].slab->w_hi <= bottom) ++from;
  for (std::size_t i = from; i < slabs.size() && slabs[i].slab->w_lo < top; ++i) {
    const Slab& slab = *slabs[i].slab;
    const double lo = std::max(slab.w_lo, bottom);
    const double hi = std::min(slab.w_hi, top);
    if (!(lo < hi)) continue;
    const Raster& raster = raster_of(slab.area);
    if (raster.rows().empty()) continue;
    Segment s;
    s.area = slab.area.get();
    s.raster = &raster;
    s.lo = (lo - below) / layer.distance_mm;
    s.hi = (hi - below) / layer.distance_mm;
    const double per_mm = (slab.weight_hi - slab.weight_lo) / (slab.w_hi - slab.w_lo);
    s.weight_lo = slabs[i].sign * (slab.weight_lo + per_mm * (lo - slab.w_lo));
    s.weight_hi = slabs[i].sign * (slab.weight_lo + per_mm * (hi - slab.w_lo));
    widen(layer.rows, {raster.rows().front().row, raster.rows().back().row + 1});
    widen(layer.columns, raster.columns());
    layer.lo = std::min(layer.lo, s.lo);
    layer.hi = std::max(layer.hi, s.hi);
    layer.segments.push_back(s);
  }
  for (Segment& s : layer.segments) s.stretch = stretch_of(s, layer.distance_mm);
  merge(layer);
  layer.common.stretch = stretch_of(layer.common, layer.distance_mm);
  return layer;
}

}  // namespace dosegate::dvh
