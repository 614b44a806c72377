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

// Columns of each row, of all segments.
void take_extents(Layer& layer) {
  layer.extent.assign(layer.rows.end > layer.rows.begin ? layer.rows.end - layer.rows.begin : 0,
                      {layer.columns.end, 0});
  for (const Segment& s : layer.segments) {
    for (const Raster::Row& row : s.raster->rows()) {
      widen(layer.extent[row.row - layer.rows.begin], row.columns);
    }
  }
}

// Whether all slabs weigh 1 everywhere and none reaches into the next.
bool plain(std::span<const SignedSlab> slabs) {
  for (std::size_t i = 0; i < slabs.size(); ++i) {
    const Slab& slab = *slabs[i].slab;
    if (slabs[i].sign != 1.0 || slab.weight_lo != 1.0 || slab.weight_hi != 1.0) return false;
    if (i > 0 && slab.w_lo < slabs[i - 1].slab->w_hi) return false;
  }
  return true;
}

// Cell of an axis that a coordinate within it falls into.
std::size_t cell_at(const std::vector<double>& nodes, double x) {
  const auto next = std::upper_bound(nodes.begin(), nodes.end(), x) - nodes.begin();
  return static_cast<std::size_t>(
      std::clamp<std::ptrdiff_t>(next - 1, 0, static_cast<std::ptrdiff_t>(nodes.size()) - 2));
}

}  // namespace

const Raster& Layers::raster_of(const std::shared_ptr<const Area>& area) {
  const auto [at, is_new] = rasters_.try_emplace(area.get(), area, Raster());
  Raster& raster = at->second.second;
  if (is_new) {
    // The next plane's outline is much like the last one's.
    if (last_made_ != nullptr) raster.reserve_as(*last_made_);
    rasteriser_.run(*area, raster);
    last_made_ = &raster;
  }
  return raster;
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

std::vector<Place> Layers::between_planes(std::span<const SignedSlab> slabs) const {
  std::vector<Place> places;
  std::size_t first = 0;
  for (std::size_t t = 0; t < mesh_.w.cells(); ++t) {
    Place place{mesh_.w.nodes[t], mesh_.w.nodes[t + 1], mesh_.w.base[t], 0, 0};
    while (first < slabs.size() && slabs[first].slab->w_hi <= place.lo) ++first;
    place.first = first;
    place.end = first;
    while (place.end < slabs.size() && slabs[place.end].slab->w_lo < place.hi) ++place.end;
    if (place.first < place.end) places.push_back(place);
  }
  return places;
}

std::vector<Place> Layers::slab_by_slab(std::span<const SignedSlab> slabs) const {
  constexpr double kMostCells = 1.3;  // of the lattice, in one piece of a slab
  const auto& planes = lattice_.nodes(2);
  std::vector<Place> places;
  for (std::size_t i = 0; i < slabs.size(); ++i) {
    const double lo = std::max(slabs[i].slab->w_lo, planes.front());
    const double hi = std::min(slabs[i].slab->w_hi, planes.back());
    if (!(lo < hi)) continue;
    const std::size_t middle = cell_at(planes, 0.5 * (lo + hi));
    const double cell_mm = planes[middle + 1] - planes[middle];
    const double length = hi - lo;
    const double pieces = std::max(
        {1.0, std::round(length / mesh_.cell_mm), std::ceil(length / (kMostCells * cell_mm))});
    double from = lo;
    for (double k = 1.0; k <= pieces; ++k) {
      const double to = k == pieces ? hi : lo + length * (k / pieces);
      // Where planes lie closer together than in the middle of the slab, at the planes.
      std::size_t base = cell_at(planes, from);
      const bool dense =
          base + SheetSpan::kMostCells < planes.size() && planes[base + SheetSpan::kMostCells] < to;
      for (; dense && planes[base + 1] < to; from = planes[++base]) {
        places.push_back({from, planes[base + 1], base, i, i + 1});
      }
      places.push_back({from, to, base, i, i + 1});
      from = to;
    }
  }
  return places;
}

std::vector<Place> Layers::places_of(std::span<const SignedSlab> slabs) const {
  std::vector<Place> planes = between_planes(slabs);
  if (mesh_.at_planes || lattice_.has_holes() || !plain(slabs)) return planes;
  std::vector<Place> by_slab = slab_by_slab(slabs);
  // One share for each cell inside, and one for each border cell of each segment.
  std::size_t parts = planes.size();
  for (const Place& place : planes) parts += place.end - place.first;
  return 2 * by_slab.size() <= parts ? by_slab : planes;
}

Layer Layers::layer_at(const Place& place, std::span<const SignedSlab> slabs) {
  Layer layer;
  const auto& planes = lattice_.nodes(2);
  layer.span = span_of(planes, place.base, place.lo, place.hi);
  const bool across = layer.span.cells > 1;
  const double below = across ? place.lo : planes[place.base];
  layer.distance_mm = (across ? place.hi : planes[place.base + 1]) - below;
  layer.rows = {mesh_.v.cells(), 0};
  layer.columns = {mesh_.u.cells(), 0};
  for (std::size_t i = place.first; i < place.end; ++i) {
    const Slab& slab = *slabs[i].slab;
    const double lo = std::max(slab.w_lo, place.lo);
    const double hi = std::min(slab.w_hi, place.hi);
    if (!(lo < hi)) continue;
    const Raster& raster = raster_of(slab.area);
    if (raster.rows().empty()) continue;
    Segment s;
    s.area = slab.area.get();
    s.raster = &raster;
    s.lo = across ? 0.0 : (lo - below) / layer.distance_mm;
    s.hi = across ? 1.0 : (hi - below) / layer.distance_mm;
    const double per_mm = (slab.weight_hi - slab.weight_lo) / (slab.w_hi - slab.w_lo);
    s.weight_lo = slabs[i].sign * (slab.weight_lo + per_mm * (lo - slab.w_lo));
    s.weight_hi = slabs[i].sign * (slab.weight_lo + per_mm * (hi - slab.w_lo));
    widen(layer.rows, {raster.rows().front().row, raster.rows().back().row + 1});
    widen(layer.columns, raster.columns());
    layer.lo = std::min(layer.lo, s.lo);
    layer.hi = std::max(layer.hi, s.hi);
    layer.segments.push_back(s);
  }
  layer.lo_mm = below + layer.lo * layer.distance_mm;
  layer.hi_mm = below + layer.hi * layer.distance_mm;
  layer.span.lo = layer.lo;
  layer.span.hi = layer.hi;
  for (Segment& s : layer.segments) s.stretch = stretch_of(s, layer.distance_mm);
  merge(layer);
  layer.common.stretch = stretch_of(layer.common, layer.distance_mm);
  take_extents(layer);
  return layer;
}

}  // namespace dosegate::dvh
