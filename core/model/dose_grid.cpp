#include "model/dose_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

namespace dosegate::model {
namespace {

constexpr double kOrthonormal = 1e-6;
// Axes nearer than this to a patient axis are taken as parallel to it: over a grid of half a metre
// the difference is below half a micrometre.
constexpr double kParallel = 1e-6;
// Voxels further apart than this are different voxels, whatever rounding their positions went
// through.
constexpr double kOneLattice_mm = 0.02;

bool strictly_monotone(const std::vector<double>& positions) {
  if (positions.size() < 2) return true;
  const bool ascending = positions[1] > positions[0];
  for (std::size_t i = 1; i < positions.size(); ++i) {
    const double step = positions[i] - positions[i - 1];
    if (ascending ? !(step > 0.0) : !(step < 0.0)) return false;
  }
  return true;
}

// Moves the data so that new axis a is old axis order[a], reversed where flip[a].
std::vector<double> rearrange(const std::vector<double>& values, std::array<std::size_t, 3> sizes,
                              std::array<int, 3> order, std::array<bool, 3> flip) {
  const std::array<std::size_t, 3> stride = {1, sizes[0], sizes[0] * sizes[1]};
  std::array<std::size_t, 3> n{};
  std::array<std::ptrdiff_t, 3> step{};
  std::ptrdiff_t start = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    const auto old = static_cast<std::size_t>(order[a]);
    n[a] = sizes[old];
    const auto s = static_cast<std::ptrdiff_t>(stride[old]);
    step[a] = flip[a] ? -s : s;
    if (flip[a]) start += s * static_cast<std::ptrdiff_t>(n[a] - 1);
  }
  std::vector<double> out;
  out.reserve(values.size());
  for (std::size_t k = 0; k < n[2]; ++k) {
    for (std::size_t j = 0; j < n[1]; ++j) {
      const std::ptrdiff_t row = start + step[2] * static_cast<std::ptrdiff_t>(k) +
                                 step[1] * static_cast<std::ptrdiff_t>(j);
      for (std::size_t i = 0; i < n[0]; ++i) {
        out.push_back(
            values[static_cast<std::size_t>(row + step[0] * static_cast<std::ptrdiff_t>(i))]);
      }
    }
  }
  return out;
}

// For axes that are parallel to the patient's: which old axis becomes x, y, z. Nothing where one of
// them is not: then the order is kept, and each axis keeps its direction.
std::optional<std::array<int, 3>> patient_order(const Mat3& axes) {
  std::array<int, 3> order{};
  std::array<bool, 3> taken = {false, false, false};
  for (int a = 0; a < 3; ++a) {
    int patient_axis = 0;
    axes.col(a).cwiseAbs().maxCoeff(&patient_axis);
    if (std::abs(axes(patient_axis, a)) < 1.0 - kParallel * kParallel) return std::nullopt;
    if (taken[static_cast<std::size_t>(patient_axis)]) return std::nullopt;
    taken[static_cast<std::size_t>(patient_axis)] = true;
    order[static_cast<std::size_t>(patient_axis)] = a;
  }
  return order;
}

}  // namespace

DoseGrid::DoseGrid(GridGeometry geometry, std::vector<double> values_gy)
    : geometry_(std::move(geometry)), values_gy_(std::move(values_gy)) {
  const auto [low, high] = std::minmax_element(values_gy_.begin(), values_gy_.end());
  minimum_gy_ = *low;
  maximum_gy_ = *high;
}

Result<DoseGrid> DoseGrid::create(GridGeometry raw, std::vector<double> values_gy) {
  std::array<std::size_t, 3> sizes{};
  std::size_t count = 1;
  for (std::size_t a = 0; a < 3; ++a) {
    sizes[a] = raw.positions_mm[a].size();
    if (sizes[a] == 0)
      return fail(ErrorCode::GridInvalid, "The dose grid has an axis without voxels.");
    for (const double p : raw.positions_mm[a]) {
      if (!std::isfinite(p)) {
        return fail(ErrorCode::GridInvalid,
                    "The dose grid has a position that is not a finite number.");
      }
    }
    if (!strictly_monotone(raw.positions_mm[a])) {
      return fail(
          ErrorCode::GridInvalid,
          "The positions of the dose grid's voxels neither only rise nor only fall along an axis.");
    }
    count *= sizes[a];
  }
  if (values_gy.size() != count) {
    return fail(ErrorCode::GridInvalid,
                fmt::format("The dose grid needs {} values and has {}.", count, values_gy.size()));
  }
  if (!raw.origin.allFinite() || !raw.axes.allFinite() ||
      !(raw.axes.transpose() * raw.axes).isIdentity(kOrthonormal)) {
    return fail(ErrorCode::GridInvalid,
                "The axes of the dose grid are not perpendicular unit vectors.");
  }
  for (const double v : values_gy) {
    if (!std::isfinite(v)) {
      return fail(ErrorCode::GridInvalid,
                  "The dose grid holds a value that is not a finite number.");
    }
  }

  const auto of_patient = patient_order(raw.axes);
  const bool parallel = of_patient.has_value();
  const std::array<int, 3> order = of_patient.value_or(std::array<int, 3>{0, 1, 2});
  GridGeometry g;
  g.origin = raw.origin;
  std::array<bool, 3> flip{};
  for (std::size_t a = 0; a < 3; ++a) {
    const int old = order[a];
    std::vector<double> positions = raw.positions_mm[static_cast<std::size_t>(old)];
    Vec3 direction = raw.axes.col(old);
    const bool descending = positions.size() > 1 && positions[1] < positions[0];
    if (descending) {  // measure along the opposite direction, so that positions rise with the
                       // index
      direction = -direction;
      for (double& p : positions) p = -p;
    }
    // The patient axis that this lattice axis became must point the patient's way.
    flip[a] = parallel && direction[static_cast<int>(a)] < 0.0;
    if (flip[a]) {
      direction = -direction;
      for (double& p : positions) p = -p;
      std::reverse(positions.begin(), positions.end());
    }
    if (parallel) direction = Vec3::Unit(static_cast<int>(a));
    const double first = positions.front();
    g.origin += direction * first;
    for (double& p : positions) p -= first;
    g.positions_mm[a] = std::move(positions);
    g.single_depth_mm[a] = raw.single_depth_mm[static_cast<std::size_t>(old)];
    g.axes.col(static_cast<int>(a)) = direction;
  }
  const bool in_place = order == std::array<int, 3>{0, 1, 2} && !flip[0] && !flip[1] && !flip[2];
  if (!in_place) values_gy = rearrange(values_gy, sizes, order, flip);
  return DoseGrid(std::move(g), std::move(values_gy));
}

double DoseGrid::margin_before(int a) const {
  const auto p = positions(a);
  return 0.5 *
         (p.size() > 1 ? p[1] - p[0] : geometry_.single_depth_mm[static_cast<std::size_t>(a)]);
}

double DoseGrid::margin_after(int a) const {
  const auto p = positions(a);
  return 0.5 * (p.size() > 1 ? p[p.size() - 1] - p[p.size() - 2]
                             : geometry_.single_depth_mm[static_cast<std::size_t>(a)]);
}

bool DoseGrid::same_lattice(const DoseGrid& other, double tolerance_mm) const {
  for (int a = 0; a < 3; ++a) {
    if (size(a) != other.size(a)) return false;
  }
  // The lattice is affine along each axis apart from its positions, so its corners and positions
  // decide.
  if ((origin() - other.origin()).norm() > tolerance_mm) return false;
  for (int a = 0; a < 3; ++a) {
    const auto mine = positions(a);
    const auto theirs = other.positions(a);
    for (std::size_t i = 0; i < mine.size(); ++i) {
      if ((axis(a) * mine[i] - other.axis(a) * theirs[i]).norm() > tolerance_mm) return false;
    }
  }
  return true;
}

DoseGrid DoseGrid::scaled(double factor) const {
  require(std::isfinite(factor), "dose scaled by a factor that is not finite");
  std::vector<double> values(values_gy_);
  for (double& v : values) v *= factor;
  return {geometry_, std::move(values)};
}

DoseGrid DoseGrid::plus(const DoseGrid& other) const {
  require(same_lattice(other, kOneLattice_mm), "sum of dose grids on different lattices");
  std::vector<double> values(values_gy_);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += other.values_gy_[i];
  return {geometry_, std::move(values)};
}

}  // namespace dosegate::model
