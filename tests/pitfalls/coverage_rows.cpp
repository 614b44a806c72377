// The dose grid against the structure: parts without dose, the outermost voxels, zeros outside of the
// body, and the phase between grid and structure.
#include <algorithm>
#include <array>
#include <cmath>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

// First and last voxel centre along one axis, their spacing, and what the standard box occupies.
struct Axis {
  double first, last, spacing;
  double lo, hi;  // of the box

  [[nodiscard]] double covered_lo() const { return std::max(lo, first - spacing / 2); }
  [[nodiscard]] double covered_hi() const { return std::min(hi, last + spacing / 2); }
  [[nodiscard]] double covered() const { return covered_hi() - covered_lo(); }
  // Mean over the covered stretch of the coordinate held within the outermost centres, because the
  // dose is constant over the half voxel beyond them.
  [[nodiscard]] double mean() const {
    const double a = covered_lo();
    const double b = covered_hi();
    const double from = std::clamp(a, first, last);
    const double to = std::clamp(b, first, last);
    return ((from - a) * first + (to * to - from * from) / 2 + (b - to) * last) / (b - a);
  }
  [[nodiscard]] double at_lo() const { return std::clamp(covered_lo(), first, last); }
  [[nodiscard]] double at_hi() const { return std::clamp(covered_hi(), first, last); }
  [[nodiscard]] unsigned count() const {
    return static_cast<unsigned>((last - first) / spacing + 1.5);
  }
};
using Axes = std::array<Axis, 3>;

// Axes that hold the whole standard box.
constexpr Axis kX{-20, 20, 4, -8, 12};
constexpr Axis kY{-20, 20, 4, -6, 10};
constexpr Axis kZ{-18, 18, 3, -7.5, 7.5};

void on(Input& in, const Axes& axes, Grid::Shell shell = Grid::Shell::Dose) {
  Grid grid;
  grid.origin = Vec3(axes[0].first, axes[1].first, axes[2].first);
  grid.across_mm = axes[0].spacing;
  grid.down_mm = axes[1].spacing;
  grid.columns = axes[0].count();
  grid.rows = axes[1].count();
  grid.offsets_mm.clear();
  for (unsigned k = 0; k < axes[2].count(); ++k) grid.offsets_mm.push_back(axes[2].spacing * k);
  grid.shell = shell;
  put(grid, *in.dose);
}

// A structure that ends within 1 um of where the dose ends counts as covered (dose_lattice.h), so
// that the covered box may be so much longer on each of its cut sides.
constexpr double kEnd_mm = 1e-3;

double end_share(const Axes& axes) {
  double share = 0.0;
  for (const Axis& axis : axes) {
    const int cut = (axis.covered_lo() > axis.lo ? 1 : 0) + (axis.covered_hi() < axis.hi ? 1 : 0);
    share += cut * kEnd_mm / axis.covered();
  }
  return share * (1.0 + share);  // the corners
}

// What the standard box in these axes must come to: its volume always, values where it is covered,
// bounds where it is not. No uncovered volume may count as spared, so that the volume below 60 Gy
// (all that is covered) is at least the covered one and has no value.
Outcome box_in(const Axes& axes, std::set<FindingCode> findings) {
  const auto& [x, y, z] = axes;
  const double covered_cc = x.covered() * y.covered() * z.covered() / 1000.0;
  const double mean_gy = standard_dose_gy({x.mean(), y.mean(), z.mean()});
  const double lowest_gy = standard_dose_gy({x.at_lo(), y.at_lo(), z.at_lo()});
  const double highest_gy = standard_dose_gy({x.at_hi(), y.at_hi(), z.at_hi()});
  findings.insert(FindingCode::DoseMaximumAtEdge);
  if (covered_cc == 4.8) {
    return one("Liver",
               {is("Volume[cc]", 4.8, kVolume_cc), is("Mean[Gy]", mean_gy, kDose_gy),
                is("Min[Gy]", lowest_gy, kDose_gy), is("Max[Gy]", highest_gy, kDose_gy)},
               std::move(findings));
  }
  findings.insert(FindingCode::StructureLeavesGrid);
  const double tolerance_cc = end_share(axes) * covered_cc + kVolume_cc;
  // What the tolerance adds to the covered volume has at most the maximum for its dose.
  const double mean_tolerance_gy = highest_gy * tolerance_cc / 4.8 + kDose_gy;
  return one(
      "Liver",
      {is("Volume[cc]", 4.8, kVolume_cc),
       at_least("Mean[Gy]", mean_gy * covered_cc / 4.8, mean_tolerance_gy),
       at_least("Max[Gy]", highest_gy, kDose_gy), at_most("Min[Gy]", 0.0, lowest_gy, kDose_gy),
       at_most("CV60Gy[cc]", covered_cc, 4.8, tolerance_cc),
       at_most("V60Gy[cc]", 0.0, 4.8 - covered_cc, tolerance_cc),
       at_most("CV60Gy[%]", covered_cc / 0.048, 100.0, tolerance_cc / 0.048)},
      std::move(findings));
}

Row grid_row(const std::string& id, const std::string& line, const std::string& input,
             const Axes& axes, std::set<FindingCode> findings = {}) {
  return {.id = id,
          .line = line,
          .input = input,
          .derivation =
              "the linear dose over the covered box, constant for half a voxel beyond the "
              "outermost centres; bounds for the rest, never rescaled, never spared",
          .others = "RTTB (doses of other voxels), dicompyler (rescales)",
          .make = [axes](Input& in) { on(in, axes); },
          .outcome = box_in(axes, std::move(findings))};
}

std::vector<Row> smaller_grid_rows() {
  constexpr auto kEdge = FindingCode::StructureMaximumAtEdge;
  return {
      grid_row("grid-short-in-z", "Dose grid smaller than ROI in z",
               "the last frame at z = 3, the structure up to 7.5", {kX, kY, {-18, 3, 3, -7.5, 7.5}},
               {kEdge}),
      grid_row("grid-short-in-plus-x", "Dose grid smaller than ROI in +x",
               "the last column at x = 8, the structure up to 12",
               {Axis{-20, 8, 4, -8, 12}, kY, kZ}, {kEdge}),
      grid_row("grid-short-in-minus-x", "Dose grid smaller than ROI in -x",
               "the first column at x = -4, the structure from -8 on; the dose rises inwards",
               {Axis{-4, 20, 4, -8, 12}, kY, kZ}),
      grid_row("grid-short-everywhere", "Dose grid smaller than ROI in all directions",
               "x -4..8, y -2..6, z -3..3 mm",
               {Axis{-4, 8, 4, -8, 12}, Axis{-2, 6, 4, -6, 10}, Axis{-3, 3, 3, -7.5, 7.5}},
               {kEdge}),
      grid_row("grid-half", "half of a ROI above the grid", "the last frame at z = -1.5",
               {kX, kY, {-19.5, -1.5, 3, -7.5, 7.5}}, {kEdge}),
      grid_row("grid-ends-on-last-plane", "ROI on the exact last plane",
               "the last frame at z = 6, the structure's last plane: its cap is covered",
               {kX, kY, {-18, 6, 3, -7.5, 7.5}}, {kEdge}),
      grid_row("grid-one-row", "grid of one row", "y = 2 only, rows 4 mm apart",
               {kX, Axis{2, 2, 4, -6, 10}, kZ}),
      grid_row("grid-one-column", "grid of one column", "x = 2 only, columns 4 mm apart",
               {Axis{2, 2, 4, -8, 12}, kY, kZ}),
      {.id = "grid-elsewhere",
       .line = "Dose grid smaller than ROI: wholly outside",
       .input = "the dose lies 200 mm away from the structure",
       .derivation = "no dose at all: nothing but the volume is known",
       .others = "RTTB (29.7 cc with a mean of 5 Gy)",
       .make =
           [](Input& in) {
             Grid grid;
             grid.origin.x() += 200.0;
             put(grid, *in.dose);
           },
       .outcome = one("Liver",
                      {is("Volume[cc]", 4.8, kVolume_cc), unknown("Mean[Gy]"), unknown("Max[Gy]"),
                       at_least("Min[Gy]", 0.0, 0.0), at_most("V20Gy[cc]", 0.0, 4.8, kVolume_cc),
                       at_most("CV20Gy[cc]", 0.0, 4.8, kVolume_cc)},
                      {FindingCode::StructureLeavesGrid})},
  };
}

// The standard dose up to x = 0, and 0 Gy from the next column, x = 4, on.
void zero_outside(Input& in) {
  Grid grid;
  grid.origin.x() = -24;
  grid.across_mm = 4.0;
  grid.dose_gy = [](const Vec3& p) { return p.x() < 2.0 ? standard_dose_gy(p) : 0.0; };
  put(grid, *in.dose);
}

Row shifted_row(const std::string& id, const std::string& input, const Vec3& shift) {
  return {.id = id,
          .line = "dose slices not aligned with contours",
          .input = input,
          .derivation = "a linear dose does not care where its voxels are",
          .others = "dicompyler-core, plastimatch",
          .make =
              [shift](Input& in) {
                Grid grid;
                grid.origin += shift;
                put(grid, *in.dose);
              },
          .outcome = standard_outcome()};
}

}  // namespace

std::vector<Row> coverage_rows() {
  std::vector<Row> rows = smaller_grid_rows();
  const std::vector<Row> more = {
      {.id = "grid-hot-edge-elsewhere",
       .line = "maximum at the grid edge (flag cropped hot spot)",
       .input = "the standard dose up to the grid's edge, the structure well inside",
       .derivation = "the grid is flagged, the structure's own maximum is not in doubt",
       .make =
           [](Input& in) {
             on(in, {kX, kY, kZ});
           },
       .outcome = standard_outcome({FindingCode::DoseMaximumAtEdge})},
      {.id = "grid-hot-structure-edge",
       .line = "maximum at the grid edge (flag cropped hot spot)",
       .input =
           "a dose that peaks at x = -12, and a structure that ends within the last half voxel "
           "of a grid whose last column is x = 12",
       .derivation = "the grid's maximum is inside, the structure's is not: 40 - |x + 12| falls "
                     "outwards, so no flag",
       .make =
           [](Input& in) {
             on(in, {Axis{-20, 12, 4, -8, 12}, kY, kZ});
             Grid grid;
             grid.origin = Vec3(-20, -20, -18);
             grid.across_mm = 4.0;
             grid.columns = 9;
             grid.rows = 11;
             grid.shell = Grid::Shell::Dose;
             grid.dose_gy = [](const Vec3& p) { return 40.0 - std::abs(p.x() + 12.0); };
             put(grid, *in.dose);
           },
       // Mean over x -8..12 of 28 - x: 26; 36 Gy at x = -8, 16 Gy at x = 12.
       .outcome = one("Liver",
                      {is("Mean[Gy]", 26.0, kDose_gy), is("Max[Gy]", 36.0, kDose_gy),
                       is("Min[Gy]", 16.0, kDose_gy)},
                      {FindingCode::DoseMaximumAtEdge})},
      {.id = "zero-outside-body",
       .line = "Dose outside the body exported as 0",
       .input = "0 Gy from the column x = 4 on; the structure reaches x = 12",
       .derivation =
           "stored zeros are doses: (8 x 32 + 4 x 16.5 + 8 x 0) / 20 Gy, as the dose falls "
           "from 33 Gy at x = 0 to 0 at x = 4",
       .make = zero_outside,
       .outcome = one("Liver", {is("Volume[cc]", 4.8, kVolume_cc), is("Mean[Gy]", 16.1, kDose_gy),
                                is("Min[Gy]", 0.0, 0.0), is("Max[Gy]", 44.5, kDose_gy)})},
      shifted_row("grid-shifted-half", "the dose grid half a voxel further along x, y and z",
                  {1.75, 2.0, 1.5}),
      shifted_row("grid-shifted-0.37", "the dose grid 0.37 voxels further along x, y and z",
                  {1.295, 1.48, 1.11}),
      {.id = "grid-on-contours",
       .line = "contour on voxel edges; contour exactly on and between dose planes",
       .input = "voxel centres on the contours' sides and on every contour plane",
       .others = "dicompyler 389",
       .make =
           [](Input& in) {
             on(in, {Axis{-20, 20, 4, -8, 12}, Axis{-22, 22, 4, -6, 10}, kZ}, Grid::Shell::Zero);
           },
       .outcome = standard_outcome()},
      {.id = "grid-between-contours",
       .line = "contour exactly between two dose planes",
       .input = "every contour plane and every side half-way between voxel centres",
       .make =
           [](Input& in) {
             on(in,
                {Axis{-22, 22, 4, -8, 12}, Axis{-20, 20, 4, -6, 10},
                 Axis{-19.5, 19.5, 3, -7.5, 7.5}},
                Grid::Shell::Zero);
           },
       .outcome = standard_outcome()},
  };
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

}  // namespace dosegate::pitfalls
