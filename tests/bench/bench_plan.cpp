#include "bench_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace dosegate::bench {
namespace {

using samples::DrawnPlane;
using samples::DrawnRoi;
using samples::Point2;
using samples::Polygon;

constexpr double kTurn = 2.0 * std::numbers::pi;
constexpr Point2 kBodySemi = {170.0, 110.0};

/// The standard fixes what mt19937_64 draws, but not what its distributions make of it.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : engine_(seed) {}
  double between(double low, double high) {
    constexpr double kStep = 1.0 / 9007199254740992.0;  // 2^-53
    return low + (high - low) * static_cast<double>(engine_() >> 11) * kStep;
  }

 private:
  std::mt19937_64 engine_;
};

/// One wave of the outline: relative height, turns a circumference, phase, radians a mm of z.
struct Wave {
  double height = 0.0;
  int turns = 0;
  double phase = 0.0;
  double drift = 0.0;
};

/// A closed outline at each height z.
struct Outline {
  Point2 centre, semi;
  double bend = 0.0;  ///< how far, in units of semi.y, the ends of the x axis are pulled along y
  std::vector<Wave> waves;
  double inner = 0.0;  ///< a hole of this relative size; none at zero

  [[nodiscard]] double swing(double angle, double z) const {
    double factor = 1.0;
    for (const auto& wave : waves) {
      factor += wave.height * std::cos(wave.turns * angle + wave.phase + wave.drift * z);
    }
    return factor;
  }

  [[nodiscard]] Polygon at(double z, int points, double scale) const {
    Polygon polygon;
    for (int i = 0; i < points; ++i) {
      // Uneven steps along the circumference, as contouring tools leave them.
      const double even = kTurn * i / points;
      const double angle = even + 0.3 * std::sin(5.0 * even + z) * kTurn / points;
      const double factor = scale * swing(angle, z);
      const double x = factor * std::cos(angle);
      const double y = factor * std::sin(angle) + bend * x * x;
      polygon.push_back({centre.x + semi.x * x, centre.y + semi.y * y});
    }
    return polygon;
  }
};

struct Shape {
  std::vector<Outline> outlines;
  double points = 0.0;  ///< a contour, on average over the planes
};

std::vector<Wave> random_waves(Chance& chance, double roughness) {
  std::vector<Wave> waves;
  // No turns at all: the whole section breathes with z.
  waves.push_back({2.0 * roughness, 0, chance.between(0.0, kTurn), chance.between(0.008, 0.03)});
  for (int turns = 2; turns <= 9; ++turns) {
    waves.push_back({roughness * chance.between(0.5, 1.0) / turns, turns,
                     chance.between(0.0, kTurn), chance.between(-0.06, 0.06)});
  }
  return waves;
}

/// Where the whole structure stays inside the body, islands included.
Point2 random_centre(Chance& chance, double reach) {
  const double angle = chance.between(0.0, kTurn);
  const double share = std::sqrt(chance.between(0.0, 1.0));
  return {share * std::cos(angle) * std::max(0.0, 0.8 * kBodySemi.x - reach),
          share * std::sin(angle) * std::max(0.0, 0.8 * kBodySemi.y - reach)};
}

Shape random_shape(Chance& chance, int index, int large_count) {
  constexpr int kSpecialEvery = 6;
  Shape shape;
  if (index == 0) {
    shape.outlines.push_back({{0.0, 0.0}, kBodySemi, 0.0, random_waves(chance, 0.03), 0.0});
    return shape;
  }
  const bool is_large = index <= large_count;
  // Small organs are more frequent than large ones: even in the logarithm.
  const double semi = is_large ? chance.between(50.0, 80.0)
                               : std::exp(chance.between(std::log(8.0), std::log(40.0)));
  const double aspect = chance.between(0.6, 1.0);
  Outline outline{random_centre(chance, 1.5 * semi),
                  {semi, semi * aspect},
                  chance.between(-0.4, 0.4),
                  random_waves(chance, 0.09),
                  0.0};
  if (!is_large && index % kSpecialEvery == 1) {
    outline.inner = chance.between(0.3, 0.6);
  }
  shape.outlines.push_back(outline);
  if (!is_large && index % kSpecialEvery == 3) {
    outline.centre.x += 3.5 * semi;  // waves and bend together stay below 1.5 semi axes
    outline.waves = random_waves(chance, 0.09);
    shape.outlines.push_back(outline);
  }
  return shape;
}

/// Long outlines get more points, and all of them vary a little from plane to plane.
int points_at(const PlanSize& size, const Shape& shape, double z) {
  const double spread = size.points_to - size.points_from;
  const double semi = shape.outlines.front().semi.x;
  const double by_size = std::clamp(std::log(semi / 8.0) / std::log(kBodySemi.x / 8.0), 0.0, 1.0);
  const double share = 0.1 + 0.8 * by_size + 0.1 * std::sin(0.07 * z + semi);
  return size.points_from + static_cast<int>(std::lround(share * spread));
}

DrawnPlane draw_plane(const PlanSize& size, const Shape& shape, double z) {
  DrawnPlane plane;
  plane.z = z;
  const int points = points_at(size, shape, z);
  for (const auto& outline : shape.outlines) {
    plane.polygons.push_back(outline.at(z, points, 1.0));
    if (outline.inner > 0.0) {
      plane.polygons.push_back(
          outline.at(z, std::max(size.points_from, points / 2), outline.inner));
    }
  }
  return plane;
}

double plane_z(const PlanSize& size, int index) {
  return size.plane_phase_mm + (index - 0.5 * (size.planes - 1)) * size.plane_spacing_mm;
}

}  // namespace

PlanSize small_plan() {
  return {};
}

PlanSize huge_plan() {
  PlanSize size;
  size.structures = 60;
  size.plane_spacing_mm = 1.25;
  size.plane_phase_mm = 0.375;
  size.points_from = size.points_to = 1000;
  size.dose_count = {330, 230, 260};
  size.dose_spacing_mm = 1.5;
  size.dose_bits = 16;
  return size;
}

PlanSize smoke_plan() {
  PlanSize size;
  size.structures = 5;
  size.planes = 8;
  size.plane_spacing_mm = 5.0;
  size.plane_phase_mm = 0.9;
  size.points_from = 20;
  size.points_to = 40;
  size.dose_count = {50, 35, 12};
  size.dose_spacing_mm = 10.0;
  return size;
}

std::vector<DrawnRoi> draw_rois(const PlanSize& size) {
  Chance chance(size.seed);
  std::vector<DrawnRoi> rois;
  const int large_count = size.structures / 8;
  for (int index = 0; index < size.structures; ++index) {
    const Shape shape = random_shape(chance, index, large_count);
    DrawnRoi drawn;
    drawn.roi.number = index + 1;
    // The last one is the target, so that the plan has one.
    const bool is_target = index > 0 && index == size.structures - 1;
    drawn.roi.name = index == 0 ? "BODY" : is_target ? "PTV" : fmt::format("Organ_{:02}", index);
    drawn.roi.interpreted_type = index == 0 ? "EXTERNAL" : is_target ? "PTV" : "ORGAN";
    drawn.roi.colour = fmt::format("{}\\{}\\{}", 37 * index % 256, 91 * index % 256, 128);
    for (int plane = 0; plane < size.planes; ++plane) {
      drawn.planes.push_back(draw_plane(size, shape, plane_z(size, plane)));
    }
    rois.push_back(std::move(drawn));
  }
  return rois;
}

samples::SamplePlan plan_around(const PlanSize& size, const std::vector<DrawnRoi>& rois) {
  samples::SamplePlan plan;
  plan.folder = fmt::format("bench {}x{}x{}", size.structures, size.planes, size.points_to);
  plan.patient_id = "BENCH";
  plan.patient_name = "Benchmark^Plan";
  plan.plan_label = "BENCH";
  plan.fractions = 25;
  plan.prescription_gy = 60.0;
  plan.gantry_deg = {0.0, 72.0, 144.0, 216.0, 288.0};
  plan.plane_spacing_mm = size.plane_spacing_mm;
  for (const auto& drawn : rois) {
    plan.rois.push_back(drawn.roi);
  }
  plan.dose.level_gy = 50.0;
  plan.dose.targets = {{{-60.0, -10.0, 10.0}, 35.0, 4.0, 1.3},
                       {{20.0, 25.0, -40.0}, 20.0, 3.0, 1.0},
                       {{70.0, -30.0, 60.0}, 25.0, 6.0, 1.5}};
  plan.dose.bath = {11.0, {-20.0, 0.0, 5.0}, {90.0, 60.0, 80.0}};
  plan.dose.base_gy = 0.4;
  plan.dose.gradient_gy_per_mm = {0.0004, -0.0005, 0.0003};
  plan.grid.count = size.dose_count;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    plan.grid.spacing_mm[axis] = size.dose_spacing_mm;
    plan.grid.first_mm[axis] = -0.5 * (size.dose_count[axis] - 1) * size.dose_spacing_mm;
  }
  plan.grid.bits = size.dose_bits;
  // 16 bits hold 78 Gy in steps of 1.2 mGy; 32 bits are written as finely as planning systems do.
  plan.grid.scaling_text = size.dose_bits == 16 ? "0.0012" : "0.000001";
  return plan;
}

}  // namespace dosegate::bench
