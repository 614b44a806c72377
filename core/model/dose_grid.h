// A dose grid: values in Gy at the centres of voxels on a rectilinear lattice.
//
// The lattice has three axes, 0 (columns), 1 (rows), 2 (frames). Voxel (i, j, k) has its centre at
//     origin + axis(0) * positions(0)[i] + axis(1) * positions(1)[j] + axis(2) * positions(2)[k]
// with orthonormal axes (patient coordinates, LPS, mm) and positions in mm that begin at 0 and
// strictly ascend; they need not be evenly spaced. create() makes it so: a descending axis is
// turned round, values and all, and where the lattice is parallel to the patient axes it is
// reordered so that axis 0 is +x, 1 is +y and 2 is +z. Nothing is resampled.
//
// The grid says where voxels are and what they hold; what lies between and beyond them is the
// business of dvh/ (design: trilinear between centres, constant for half a voxel beyond, nothing
// further out).
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/geometry_types.h"

namespace dosegate::model {

/// Raw description of a lattice, before it is checked and put in order.
struct GridGeometry {
  Vec3 origin = Vec3::Zero();    ///< centre of voxel (0, 0, 0), mm
  Mat3 axes = Mat3::Identity();  ///< column a = direction in which index a grows; unit length
  std::array<std::vector<double>, 3>
      positions_mm;  ///< centres along each axis; ascending or descending
  /// Depth of the voxel along an axis that has one position only; 0 if unknown.
  std::array<double, 3> single_depth_mm = {0.0, 0.0, 0.0};
};

class DoseGrid {
 public:
  /// `values_gy`: axis 0 fastest, then 1, then 2 (DICOM's pixel order); its size is the product of
  /// the three counts. Errors (GridInvalid): an empty axis, wrong number of values, a value that is
  /// not finite, axes not orthonormal to 1e-6, positions neither strictly ascending nor strictly
  /// descending.
  [[nodiscard]] static Result<DoseGrid> create(GridGeometry geometry,
                                               std::vector<double> values_gy);

  [[nodiscard]] const Vec3& origin() const { return geometry_.origin; }
  [[nodiscard]] Vec3 axis(int a) const { return geometry_.axes.col(a); }
  [[nodiscard]] const Mat3& axes() const { return geometry_.axes; }
  /// Centres along axis a, mm from origin(); first is 0, strictly ascending.
  [[nodiscard]] std::span<const double> positions(int a) const {
    return geometry_.positions_mm[static_cast<std::size_t>(a)];
  }
  [[nodiscard]] std::size_t size(int a) const { return positions(a).size(); }
  /// Half extent of the voxel beyond the first / the last centre of axis a, mm: half the distance
  /// to the neighbour, or half the given depth where the axis has one position (0 if that is
  /// unknown).
  [[nodiscard]] double margin_before(int a) const;
  [[nodiscard]] double margin_after(int a) const;

  /// Gy; axis 0 fastest.
  [[nodiscard]] std::span<const double> values() const { return values_gy_; }
  [[nodiscard]] std::size_t index(std::size_t i, std::size_t j, std::size_t k) const {
    return i + size(0) * (j + size(1) * k);
  }
  [[nodiscard]] double value(std::size_t i, std::size_t j, std::size_t k) const {
    return values_gy_[index(i, j, k)];
  }
  [[nodiscard]] double maximum_gy() const { return maximum_gy_; }
  [[nodiscard]] double minimum_gy() const { return minimum_gy_; }

  /// True if both have the same lattice to within `tolerance_mm` at every voxel centre.
  [[nodiscard]] bool same_lattice(const DoseGrid& other, double tolerance_mm) const;

  /// The same lattice with every value multiplied by `factor` (finite).
  [[nodiscard]] DoseGrid scaled(double factor) const;
  /// Voxel by voxel a + b. Both must have the same lattice (InternalError otherwise).
  [[nodiscard]] DoseGrid plus(const DoseGrid& other) const;

 private:
  DoseGrid(GridGeometry geometry, std::vector<double> values_gy);

  GridGeometry geometry_;
  std::vector<double> values_gy_;
  double maximum_gy_ = 0.0;
  double minimum_gy_ = 0.0;
};

}  // namespace dosegate::model
