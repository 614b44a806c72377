// Exact coverage of a plane area on a mesh of cells. Private to dvh/.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dvh/fine_axis.h"
#include "geometry/region.h"

namespace dosegate::dvh {

/// What of a cell's side is covered, in the cell's coordinates: integrals of 1, the way along the side
/// and its square.
struct CoveredSide {
  double zeroth = 0.0, first = 0.0, second = 0.0;
};

/// The covered part of a cell that a border crosses, in the cell's coordinates a, b in 0..1 along u,
/// v.
struct PartialCell {
  std::size_t column = 0;
  double area = 0.0;                    ///< share of the cell, 0..1
  double a = 0.0, b = 0.0;              ///< centroid
  double aa = 0.0, ab = 0.0, bb = 0.0;  ///< variances and covariance of a and b
  CoveredSide left, right, bottom, top;
  std::uint32_t outline_begin = 0, outline_end = 0;  ///< see Raster::outline()
};

/// A piece of border within one cell, in cell coordinates. The area lies to the left of the way from
/// 0 to 1.
struct BorderPiece {
  double a0 = 0.0, b0 = 0.0, a1 = 0.0, b1 = 0.0;
};

/// All border in a row of cells, also what bounds no area within its cell, and the nodes inside the
/// area on the row's lower line.
struct RowBorder {
  struct Piece {
    std::size_t column = 0;
    BorderPiece at;
  };
  std::vector<Piece> pieces;
  std::vector<Run> nodes;
  Run columns;  ///< of all cells that these are corners of or lie in
};

/// An area on a mesh: rows with anything in them, ascending. What lies outside of the mesh is left
/// out. One list of each kind for all rows, so that a raster costs a handful of allocations.
class RasterBuilder;

class Raster {
 public:
  struct Row {
    std::size_t row = 0;
    std::uint32_t whole = 0, partial = 0;  // where the row's parts end
    Run columns;                           // everything in it lies there
  };
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
  /// Of rows()[r]: runs of cells that are wholly inside, ascending.
  [[nodiscard]] std::span<const Run> whole(std::size_t r) const {
    return part(whole_, r, &Row::whole);
  }
  /// Cells that are partly inside, each once, from the right to the left.
  [[nodiscard]] std::span<const PartialCell> partial(std::size_t r) const {
    return part(partial_, r, &Row::partial);
  }
  /// The border within a cell: pieces that hardly turn are one.
  [[nodiscard]] std::span<const BorderPiece> outline(const PartialCell& cell) const {
    return {outline_.data() + cell.outline_begin, cell.outline_end - cell.outline_begin};
  }
  /// Makes room for about as much as another holds.
  void reserve_as(const Raster& other) {
    const auto room = [](std::size_t size) { return size + size / 16; };
    rows_.reserve(room(other.rows_.size()));
    whole_.reserve(room(other.whole_.size()));
    partial_.reserve(room(other.partial_.size()));
    outline_.reserve(room(other.outline_.size()));
  }
  /// All columns with anything in them lie in this range.
  [[nodiscard]] Run columns() const { return columns_; }

 private:
  friend class RasterBuilder;
  template <class T>
  [[nodiscard]] std::span<const T> part(const std::vector<T>& all, std::size_t r,
                                        std::uint32_t Row::*end) const {
    const std::size_t from = r == 0 ? 0 : rows_[r - 1].*end;
    return {all.data() + from, rows_[r].*end - from};
  }
  void clear() {
    rows_.clear();
    whole_.clear();
    partial_.clear();
    outline_.clear();
  }
  std::vector<Row> rows_;
  std::vector<Run> whole_;
  std::vector<PartialCell> partial_;
  std::vector<BorderPiece> outline_;
  Run columns_;
};

/// Makes rasters on one mesh; keeps its working memory from one to the next.
class Rasteriser {
 public:
  /// Rows and columns are those of the mesh u x v, which must outlive it.
  Rasteriser(const FineAxis& u, const FineAxis& v);
  ~Rasteriser();
  Rasteriser(const Rasteriser&) = delete;
  Rasteriser& operator=(const Rasteriser&) = delete;

  /// Into a raster whose memory is used again.
  void run(const geometry::Area& area, Raster& raster);
  /// The border within a row.
  void border(const geometry::Area& area, std::size_t row, RowBorder& border);
  /// To be called after a change of the mesh.
  void take_mesh();

 private:
  std::unique_ptr<RasterBuilder> builder_;
};

}  // namespace dosegate::dvh
