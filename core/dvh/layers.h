// A region's slabs, layer by layer on a mesh, and the parts of each row. Private to dvh/.
//
// The mesh refines the lattice along u, v and w. The structure is cut along w into *layers*; the slabs
// that reach into one are its *segments*. In each row of a layer the cells fall into *parts*: runs of
// whole cells, and single cells that a border crosses.
//
// Layers lie between neighbouring mesh planes, or they are the slabs themselves, whichever gives the
// fewer parts. Between mesh planes a run that is whole in all segments is one part for all of them,
// so that interiors cost one share a cell however many slabs a layer holds, and cost nothing where
// weights cancel (differences of readings). A layer that is a slab has one segment, and the dose in
// it is bent where it crosses a lattice plane (dose_sheet.h).
#pragma once

#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "dvh/dose_lattice.h"
#include "dvh/dose_sheet.h"
#include "dvh/runs.h"
#include "dvh/slab_raster.h"
#include "geometry/region.h"

namespace dosegate::dvh {

struct Mesh {
  FineAxis u, v, w;
  double cell_mm = 0.0;        ///< upper bound of a cell's edge that u, v, w were refined with
  std::size_t block_side = 1;  ///< cells of a block either way, see cell_blocks.h
  /// One lattice cell after the other along w, whatever that costs: for a dose in steps, of which a
  /// straight line across two cells keeps the mean and no voxel's value.
  bool at_planes = false;
  [[nodiscard]] bool empty() const { return u.nodes.empty() || v.nodes.empty() || w.nodes.empty(); }
};

/// A slab with a sign: -1 takes it away.
struct SignedSlab {
  const geometry::Slab* slab = nullptr;
  double sign = 1.0;
};

/// A stretch of w to make a layer of.
struct Place {
  double lo = 0.0, hi = 0.0;       ///< mm
  std::size_t base = 0;            ///< lattice plane at or below lo
  std::size_t first = 0, end = 0;  ///< slabs that can reach into it
};

/// What of a slab lies in a layer.
struct Segment {
  const geometry::Area* area = nullptr;
  const Raster* raster = nullptr;
  double lo = 0.0, hi = 0.0;                ///< heights as those of the layer's span
  double weight_lo = 1.0, weight_hi = 1.0;  ///< at lo and hi, linear between
  Stretch stretch;                          ///< the density between them, integrated
};

struct Layer {
  SheetSpan span;            ///< of all segments
  double distance_mm = 0.0;  ///< between its heights 0 and 1
  std::vector<Segment> segments;
  Run rows, columns;        ///< of all segments
  std::vector<Run> extent;  ///< columns of each row; of an empty one the end lies before the begin
  double lo = 1.0, hi = 0.0;  ///< of all segments
  double lo_mm = 0.0, hi_mm = 0.0;
  bool merged = false;   ///< runs that all segments have whole are one part, `common`
  bool cancels = false;  ///< ... whose weight is 0
  Segment common;
};

/// The density of a segment along w, integrated.
[[nodiscard]] Stretch stretch_of(const Segment& segment, double distance_mm);

/// Rasters of the areas of one structure, each made once. An area lives as long as its raster.
class Layers {
 public:
  Layers(const DoseLattice& lattice, const Mesh& mesh)
      : lattice_(lattice), mesh_(mesh), rasteriser_(mesh.u, mesh.v) {}

  /// Calls on_layer(layer) for every layer of `slabs` (sorted by w_lo) with anything in it, in the
  /// order of w.
  template <class OnLayer>
  void each_layer(std::span<const SignedSlab> slabs, OnLayer on_layer) {
    for (const Place& place : places_of(slabs)) {
      Layer layer = layer_at(place, slabs);
      if (!layer.segments.empty() && layer.columns.begin < layer.columns.end) {
        on_layer(std::move(layer));
      }
    }
  }

  /// The border of a segment within a row.
  void border(const Segment& segment, std::size_t row, RowBorder& border) {
    rasteriser_.border(*segment.area, row, border);
  }

 private:
  [[nodiscard]] std::vector<Place> places_of(std::span<const SignedSlab> slabs) const;
  [[nodiscard]] std::vector<Place> between_planes(std::span<const SignedSlab> slabs) const;
  [[nodiscard]] std::vector<Place> slab_by_slab(std::span<const SignedSlab> slabs) const;
  [[nodiscard]] Layer layer_at(const Place& place, std::span<const SignedSlab> slabs);
  [[nodiscard]] const Raster& raster_of(const std::shared_ptr<const geometry::Area>& area);

  const DoseLattice& lattice_;
  const Mesh& mesh_;
  Rasteriser rasteriser_;
  const Raster* last_made_ = nullptr;
  std::map<const geometry::Area*, std::pair<std::shared_ptr<const geometry::Area>, Raster>>
      rasters_;
};

/// The parts of the rows of a layer; rows must be asked for in ascending order.
class RowParts {
 public:
  explicit RowParts(const Layer& layer) : layer_(layer), next_(layer.segments.size(), 0) {}

  /// Calls on_whole(segment, run) and on_partial(segment, cells) for every part of a row.
  template <class OnWhole, class OnPartial>
  void each(std::size_t row, OnWhole on_whole, OnPartial on_partial) {
    // The raster row of each segment, and the runs that all of them have whole.
    bool all = layer_.merged;
    for (std::size_t i = 0; i < layer_.segments.size(); ++i) {
      const auto& rows = layer_.segments[i].raster->rows();
      std::size_t& next = next_[i];
      while (next < rows.size() && rows[next].row < row) ++next;
      all = all && next < rows.size() && rows[next].row == row;
    }
    common_.clear();
    if (all) {
      const auto first = layer_.segments.front().raster->whole(next_.front());
      common_.assign(first.begin(), first.end());
      for (std::size_t i = 1; i < layer_.segments.size() && !common_.empty(); ++i) {
        intersect(common_, layer_.segments[i].raster->whole(next_[i]), rest_);
        std::swap(common_, rest_);
      }
      if (!layer_.cancels) {
        for (const Run& run : common_) on_whole(layer_.common, run);
      }
    }
    for (std::size_t i = 0; i < layer_.segments.size(); ++i) {
      const Segment& s = layer_.segments[i];
      const std::size_t r = next_[i];
      if (r >= s.raster->rows().size() || s.raster->rows()[r].row != row) continue;
      without(s.raster->whole(r), common_, [&](Run run) { on_whole(s, run); });
      if (!s.raster->partial(r).empty()) on_partial(s, s.raster->partial(r));
    }
  }

 private:
  const Layer& layer_;
  std::vector<std::size_t> next_;  // for each segment the row of its raster that comes next
  std::vector<Run> common_, rest_;
};

}  // namespace dosegate::dvh
