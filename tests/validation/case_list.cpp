// The cases of the suite. Everything that is drawn by lot comes from one engine and one seed, in a
// fixed order, by arithmetic that is the same everywhere.
#include <algorithm>
#include <numbers>
#include <random>

#include "validation/validation_case.h"

namespace dosegate::validation {
namespace {

class Lots {
 public:
  explicit Lots(std::uint64_t seed) : engine_(seed) {}
  double between(double lo, double hi) {
    return lo + (hi - lo) * static_cast<double>(engine_() >> 11U) * 0x1p-53;
  }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    const double n = static_cast<double>(choices.size());
    return choices[static_cast<std::size_t>(between(0.0, n))];
  }

 private:
  std::mt19937_64 engine_;
};

std::vector<Solid> solids(double size_mm) {
  return {sphere(size_mm),
          cylinder(size_mm, Axis::AlongW),
          cylinder(size_mm, Axis::Across),
          cone(size_mm, Axis::AlongW),
          cone(size_mm, Axis::Across),
          box(size_mm, 0.0),
          box(size_mm, 0.35),
          ellipsoid(size_mm),
          shell(size_mm),
          two_bodies(size_mm),
          merged_spheres(size_mm)};
}

const std::vector<Shape> kDoses = {Shape::AlongW,      Shape::AlongB,       Shape::Oblique,
                                   Shape::SteepAlongW, Shape::SteepOblique, Shape::Gaussian,
                                   Shape::Quadratic};

const std::vector<GridChoice> kGrids = {{"1 mm", {1, 1, 1}, {}},
                                        {"2 mm", {2, 2, 2}, {}},
                                        {"3 mm", {3, 3, 3}, {}},
                                        {"2.5x2x3 mm", {2.5, 2, 3}, {}}};
const GridChoice kFineGrid = {"0.4 mm", {0.4, 0.4, 0.4}, {}};

ValidationCase place(Lots& lots, const Solid& solid, Shape dose, double spacing_mm,
                     GridChoice grid) {
  ValidationCase made{solid, {}, dose, std::move(grid)};
  made.drawing.spacing_mm = spacing_mm;
  if (solid.combination != Combination::Only) {
    // Planes of its own, at least two.
    const double extent_mm = solid.second.hi_mm - solid.second.lo_mm;
    made.drawing.second_spacing_mm = std::min(1.3 * spacing_mm, 0.45 * extent_mm);
  }
  // One case in four is drawn on sagittal or coronal planes.
  const double turn = lots.between(0.0, 8.0);
  made.drawing.w = turn < 6.0 ? 2 : turn < 7.0 ? 1 : 0;
  for (double& c : made.drawing.centre_mm) c = lots.between(-20.0, 20.0);
  made.drawing.phase_mm = lots.between(0.0, spacing_mm);
  for (double& p : made.grid.phase_frac) p = lots.between(0.0, 1.0);
  return made;
}

void add_default(Lots& lots, std::vector<ValidationCase>& cases) {
  // Each solid under each dose: once at 12 mm, once small, with spacing, grid and phase by lot.
  for (const double size_mm : {12.0, 3.0}) {
    for (const Solid& solid : solids(size_mm)) {
      for (const Shape dose : kDoses) {
        const double spacing_mm = lots.one_of<double>({1.0, 2.0, 3.0});
        cases.push_back(place(lots, solid, dose, spacing_mm, lots.one_of(kGrids)));
      }
    }
  }
  cases.push_back(place(lots, sphere(12.0), Shape::Oblique, 0.2, kFineGrid));
  cases.push_back(place(lots, cone(5.0, Axis::Across), Shape::Gaussian, 0.2, kFineGrid));
  cases.push_back(
      place(lots, liver_minus_gtv(), Shape::ClinicalField, 2.5, {"2.5 mm", {2.5, 2.5, 2.5}, {}}));
  cases.push_back(
      place(lots, liver_minus_gtv(), Shape::ClinicalField, 3.0, {"3 mm", {3, 3, 3}, {}}));
}

// Rods and tubes of many planes, in doses that are the same in all of them.
void add_rods(Lots& lots, std::vector<ValidationCase>& cases) {
  constexpr double kHalfLength_mm = 200.0;
  constexpr double kHalfLengthBent_mm = 40.0;  // its truth is integrated, and takes its time
  const GridChoice grid = {"2.5 mm", {2.5, 2.5, 2.5}, {}};
  for (const double radius_mm : {4.0, 6.0, 8.5, 12.0, 20.0}) {
    for (const double hole_share : {0.0, 0.6}) {
      const Solid solid = rod(radius_mm, kHalfLength_mm, hole_share);
      for (const Shape dose : {Shape::AlongB, Shape::InPlane}) {
        cases.push_back(place(lots, solid, dose, lots.one_of<double>({2.5, 3.0}), grid));
      }
      const Solid bent = rod(radius_mm, kHalfLengthBent_mm, hole_share);
      cases.push_back(place(lots, bent, Shape::RidgeAlongW, 2.5, grid));
    }
  }
}

void add_full(Lots& lots, std::vector<ValidationCase>& cases) {
  std::vector<GridChoice> grids = kGrids;
  grids.push_back(kFineGrid);
  for (const double size_mm : {12.0, 5.0, 3.0}) {
    for (const Solid& solid : solids(size_mm)) {
      for (const Shape dose : kDoses) {
        for (const double spacing_mm : {0.2, 1.0, 2.0, 3.0}) {
          for (const GridChoice& grid : grids) {
            cases.push_back(place(lots, solid, dose, spacing_mm, grid));
          }
        }
      }
    }
  }
  for (const double spacing_mm : {1.0, 2.0, 2.5, 3.0, 5.0}) {
    for (const GridChoice& grid : kGrids) {
      cases.push_back(place(lots, liver_minus_gtv(), Shape::ClinicalField, spacing_mm, grid));
      cases.push_back(place(lots, liver_minus_gtv(), Shape::Oblique, spacing_mm, grid));
    }
  }
}

}  // namespace

std::vector<ValidationCase> validation_cases(Extent extent, std::uint64_t seed) {
  Lots lots(seed);
  std::vector<ValidationCase> cases;
  add_default(lots, cases);
  Lots rod_lots(seed);  // of their own, so that the cases before and after stay what they were
  add_rods(rod_lots, cases);
  if (extent == Extent::Full) add_full(lots, cases);
  return cases;
}

}  // namespace dosegate::validation
