// Estimates of the curve's own error from a sample of its cells (curve_doubt.h).
#include <algorithm>
#include <array>
#include <cmath>

#include "dvh/integrator.h"

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;
constexpr double kSamples = 4000.0;  // enough for an estimate to a few per cent of itself
constexpr std::size_t kBins = 64;

// h^2 / 12 times the second derivative at node i of three values: 0 at the two outermost nodes on
// either side, which stand for the constant dose beyond the voxels' centres.
double second_difference(const std::vector<double>& nodes, std::size_t i, double below, double here,
                         double above) {
  const double h1 = nodes[i] - nodes[i - 1];
  const double h2 = nodes[i + 1] - nodes[i];
  const double curvature = 2.0 * ((above - here) / h2 - (here - below) / h1) / (h1 + h2);
  return h1 * h2 * curvature * (1.0 / 12.0);
}

}  // namespace

// Trilinear less smooth dose in the lattice cell that holds a mesh cell, along each axis the mean of
// the cell's two ends.
double Integrator::grid_bias_gy(const Layer& layer, std::size_t row, std::size_t column) const {
  const std::array<std::size_t, 3> cell = {mesh_.u.base[column], mesh_.v.base[row],
                                           layer.span.base};
  if (sheet_.has_holes()) return 0.0;  // a resampled lattice is finer than the grid it is made of
  double bias = 0.0;
  for (int a = 0; a < 3; ++a) {
    const auto& nodes = lattice_.nodes(a);
    const auto axis = static_cast<std::size_t>(a);
    double sum = 0.0;
    int ends = 0;
    for (const std::size_t end : {cell[axis], cell[axis] + 1}) {
      if (end < 2 || end + 2 >= nodes.size()) continue;
      std::array<std::size_t, 3> n = cell;
      const auto value = [&](std::size_t at) {
        n[axis] = at;
        return lattice_.value(n[0], n[1], n[2]);
      };
      sum += second_difference(nodes, end, value(end - 1), value(end), value(end + 1));
      ++ends;
    }
    if (ends > 0) bias += sum / ends;
  }
  return bias;
}

void Integrator::sample_row(const Layer& layer, RowParts& parts, std::size_t row,
                            std::size_t stride, DoubtSums& sums) {
  // What the shares of a cell add up to.
  const auto note = [&](std::size_t column) {
    const PartSums& cell = shares_.parts;
    if (cell.cc != 0.0) {
      const double mean_gy = cell.cc_gy / cell.cc;
      const double variance = std::max(0.0, cell.cc_gy2 / cell.cc - mean_gy * mean_gy);
      sums.add(std::abs(cell.cc), mean_gy, 12.0 * variance, grid_bias_gy(layer, row, column));
    }
    shares_.clear();
  };
  shares_.clear();
  parts.each(
      row,
      [&](const Segment& s, Run run) {
        for (std::size_t i = run.begin + (row % stride); i < run.end; i += stride) {
          add_whole(row, s, {i, i + 1});
          note(i);
        }
      },
      [&](const Segment& s, std::span<const PartialCell> cells) {
        for (std::size_t i = row % stride; i < cells.size(); i += stride) {
          add_partial(row, s, cells.subspan(i, 1));
          note(cells[i].column);
        }
      });
}

void Integrator::DoubtSums::add(double cc, double mean_gy, double spread_gy2, double bias_gy) {
  const double at = step_gy > 0.0 ? (mean_gy - first_gy) / step_gy : 0.0;
  const auto bin =
      static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(weight.size()) - 1.0));
  weight[bin] += cc;
  weighted[bin] += cc * bias_gy;
  all += cc;
  all_bias += cc * bias_gy;
  all_width2 += cc * spread_gy2;
}

CurveDoubt Integrator::doubt(std::span<const SignedSlab> slabs, const DvhBuilder& builder) {
  CurveDoubt doubt;
  doubt.piece_cc = largest_cell_cc_;
  const double range_gy = builder.highest_gy() - builder.lowest_gy();
  if (!std::isfinite(range_gy)) return doubt;
  doubt.first_gy = builder.lowest_gy();
  doubt.step_gy = range_gy / static_cast<double>(kBins);
  const double cell_cc = mesh_.u.width(0) * mesh_.v.width(0) * mesh_.w.width(0) / kMm3PerCc;
  const double cells = builder.deposited_cc() / cell_cc;
  const auto stride =
      static_cast<std::size_t>(std::max(1.0, std::ceil(std::cbrt(cells / kSamples))));
  DoubtSums sums{doubt.first_gy, doubt.step_gy, std::vector<double>(kBins, 0.0),
                 std::vector<double>(kBins, 0.0)};
  std::size_t next = 0;
  layers_.each_layer(slabs, [&](const Layer& layer) {
    const std::size_t t = next++;
    if (t % stride != 0) return;
    begin_layer(layer);
    RowParts parts(layer);
    for (std::size_t row = layer.rows.begin; row < layer.rows.end; ++row) {
      if ((row + t) % stride == 0) sample_row(layer, parts, row, stride, sums);
    }
  });
  if (!(sums.all > 0.0)) return doubt;
  doubt.width_gy = std::sqrt(sums.all_width2 / sums.all);
  doubt.mean_bias_gy = sums.all_bias / sums.all;
  doubt.bias_gy.resize(kBins, 0.0);
  double last = 0.0;  // a bin without samples takes its lower neighbour's
  for (std::size_t i = 0; i < kBins; ++i) {
    if (sums.weight[i] > 0.0) last = sums.weighted[i] / sums.weight[i];
    doubt.bias_gy[i] = last;
  }
  return doubt;
}

}  // namespace dosegate::dvh
