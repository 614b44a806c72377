// The doses of the validation suite and the grids they are sampled on.
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/dose_grid.h"
#include "validation/drawn_body.h"
#include "validation/truth_curve.h"

namespace dosegate::validation {

struct DoseModel {
  std::string name;
  std::function<double(const model::Vec3&)> at_gy;  ///< patient coordinates, mm
  std::optional<LinearDose> linear;                 ///< set if it is one
  /// Steeper than 1 Gy/mm somewhere: the wider bars of dose metrics hold.
  bool steep = false;
  bool clinical = false;  ///< 5 Gy means something in it
};

enum class Shape {
  AlongW,         ///< 1 Gy/mm along the contour planes' normal
  AlongB,         ///< 1 Gy/mm along the in-plane axis b
  Oblique,        ///< 1 Gy/mm, along no axis
  SteepAlongW,    ///< 3 Gy/mm
  SteepOblique,   ///< 3 Gy/mm
  Gaussian,       ///< 20 Gy at its peak near the centre, sigma = the half extent
  Quadratic,      ///< falls from 40 Gy, at most about 1 Gy/mm
  InPlane,        ///< 1 Gy/mm in the contours' planes, along neither of their axes
  RidgeAlongW,    ///< 20 Gy along an edge of a rod, Gaussian across it, sigma 8 mm
  ClinicalField,  ///< 50 Gy plateau-like hill over one side of a liver, cold on the other
};

/// Centred on `centre` (patient coordinates) of a body of half extent `size_mm` drawn along w.
[[nodiscard]] DoseModel dose_model(Shape shape, const model::Vec3& centre, double size_mm, int w);

struct GridChoice {
  std::string name;
  std::array<double, 3> step_mm = {1.0, 1.0, 1.0};
  std::array<double, 3> phase_frac = {0.0, 0.0, 0.0};  ///< of a voxel, against the patient's origin
};

/// A lattice along the patient axes, with the dose at its nodes.
struct DoseLatticeSpec {
  std::array<std::vector<double>, 3> nodes_mm;
  std::vector<double> values_gy;  ///< axis 0 fastest

  [[nodiscard]] double value(std::size_t i, std::size_t j, std::size_t k) const {
    return values_gy[i + nodes_mm[0].size() * (j + nodes_mm[1].size() * k)];
  }
  [[nodiscard]] model::DoseGrid grid() const;
};

/// Samples `dose` on a lattice that covers the body with at least one voxel to spare.
[[nodiscard]] DoseLatticeSpec sample(const DoseModel& dose, const DrawnBody& body,
                                     const GridChoice& choice);

}  // namespace dosegate::validation
