// The dose of the sample plans: an analytic field, and that field as an RT Dose object stores it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sample_solids.h"

namespace dosegate::samples {

/// D(r) = level * (1 - product over targets of (1 - f)) + bath + base + gradient . r, where
///   f    = 1 / (1 + exp((s - radius) / width)), s the distance from the target's centre with z
///          divided by `stretch`, rounded off at the centre so that the field is smooth everywhere;
///   bath = amplitude * exp(-q / 2), q the squared distance from its centre in units of its sigmas.
/// Nothing is clipped, so there are no kinks; base outweighs the gradient within the grid.
struct DoseModel {
  struct Target {
    Point3 centre;
    double radius_mm = 0.0;
    double width_mm = 0.0;  ///< 4.4 of these from 90 % to 10 %
    double stretch = 1.0;
  };
  struct Bath {
    double amplitude_gy = 0.0;
    Point3 centre;
    Point3 sigma_mm;
  };
  double level_gy = 0.0;
  std::vector<Target> targets;
  Bath bath;
  double base_gy = 0.0;
  Point3 gradient_gy_per_mm;
};

[[nodiscard]] double dose_gy(const DoseModel& model, const Point3& p);

/// How the lattice is laid out, and how it is written down.
struct GridSpec {
  enum class Frames {
    Ascending,   ///< offsets 0, +s, +2s ...
    Descending,  ///< Image Position at the top, offsets 0, -s, -2s ...
    Absolute,    ///< offsets are the z coordinates themselves
  };
  enum class Orientation {
    Supine,  ///< Image Orientation 1\0\0\0\1\0
    Prone,   ///< -1\0\0\0\-1\0
  };
  std::array<double, 3> first_mm{};    ///< lowest centre along x, y, z; at most two decimals
  std::array<double, 3> spacing_mm{};  ///< at most two decimals
  std::array<int, 3> count{};
  std::string scaling_text;  ///< DoseGridScaling as written, Gy per stored unit
  int bits = 16;             ///< 16 or 32, unsigned
  Frames frames = Frames::Ascending;
  Orientation orientation = Orientation::Supine;
};

/// The stored lattice, always in ascending patient order here, x fastest.
struct StoredDose {
  GridSpec spec;
  double scaling_gy = 0.0;
  std::vector<std::uint32_t> raw;

  [[nodiscard]] double centre_mm(int axis, int index) const {
    const auto a = static_cast<std::size_t>(axis);
    return spec.first_mm[a] + index * spec.spacing_mm[a];
  }
  [[nodiscard]] double value_gy(int i, int j, int k) const {
    const auto row = static_cast<std::size_t>(k * spec.count[1] + j);
    return raw[row * static_cast<std::size_t>(spec.count[0]) + static_cast<std::size_t>(i)] *
           scaling_gy;
  }
};

/// Samples the model at the voxel centres and rounds to the scaling. Throws std::runtime_error
/// where a value is negative or does not fit into the bits: the plan table is then wrong.
[[nodiscard]] StoredDose store_dose(const DoseModel& model, const GridSpec& spec);

/// A place between two neighbouring centres along an axis: (1 - weight) of `index`, weight of the
/// next. Beyond the outermost centres the value is constant.
struct Between {
  int index = 0;
  double weight = 0.0;
};
[[nodiscard]] Between locate(const StoredDose& dose, int axis, double coordinate_mm);

/// Trilinear interpolation of the stored values, constant beyond the outermost centres.
[[nodiscard]] double interpolate_gy(const StoredDose& dose, const Point3& p);

}  // namespace dosegate::samples
