#include "validation/analytic_doses.h"

#include <algorithm>
#include <cmath>

namespace dosegate::validation {
namespace {

using model::Vec3;

DoseModel linear(std::string name, double at_centre_gy, const Vec3& centre, const Vec3& gradient,
                 bool steep) {
  const LinearDose dose{at_centre_gy - gradient.dot(centre), gradient};
  return {std::move(name), [=](const Vec3& r) { return dose.d0_gy + dose.gradient.dot(r); }, dose,
          steep};
}

// A hill of 50 Gy on one side, down to about 2 Gy on the other: both arms of a liver rule lie on
// its slope.
double clinical_gy(const Vec3& r) {
  const double x = (r.x() + 35.0) / 55.0;
  const double y = (r.y() - 5.0) / 60.0;
  const double z = (r.z() - 10.0) / 50.0;
  return 50.0 / (1.0 + std::pow(x * x + y * y + z * z, 1.5));
}

}  // namespace

DoseModel dose_model(Shape shape, const Vec3& centre, double size_mm, int w) {
  const Vec3 along_w = Vec3::Unit(w);
  const Vec3 along_b = Vec3::Unit(w == 2 ? 1 : 2);
  const Vec3 oblique(0.48, -0.64, 0.6);  // unit length
  // High enough that no dose is negative.
  constexpr double kCentre_gy = 30.0;
  constexpr double kSteepCentre_gy = 75.0;
  switch (shape) {
    case Shape::AlongW:
      return linear("linear along w", kCentre_gy, centre, along_w, false);
    case Shape::AlongB:
      return linear("linear in plane", kCentre_gy, centre, along_b, false);
    case Shape::Oblique:
      return linear("linear oblique", kCentre_gy, centre, oblique, false);
    case Shape::SteepAlongW:
      return linear("3 Gy/mm along w", kSteepCentre_gy, centre, 3.0 * along_w, true);
    case Shape::SteepOblique:
      return linear("3 Gy/mm oblique", kSteepCentre_gy, centre, 3.0 * oblique, true);
    case Shape::Gaussian: {
      const Vec3 peak = centre + size_mm * Vec3(0.11, -0.07, 0.05);
      return {"Gaussian",
              [=](const Vec3& r) {
                return 20.0 * std::exp(-(r - peak).squaredNorm() / (2.0 * size_mm * size_mm));
              },
              std::nullopt, true};
    }
    case Shape::Quadratic: {
      const double k = 1.0 / (3.0 * size_mm);  // 2 k * 1.5 size_mm = 1 Gy/mm
      return {"quadratic",
              [=](const Vec3& r) {
                const Vec3 d = r - centre;
                return 40.0 - k * (d.x() * d.x() + 0.5 * d.y() * d.y() + 1.5 * d.z() * d.z() +
                                   0.3 * d.x() * d.y());
              },
              std::nullopt, false};
    }
    case Shape::InPlane:
      return linear("linear in plane, oblique", kCentre_gy, centre,
                    0.8 * along_b + 0.6 * along_b.cross(along_w), false);
    case Shape::RidgeAlongW: {
      constexpr double kSigma_mm = 8.0;
      const Vec3 ridge = centre + size_mm * (0.6 * along_b + 0.35 * along_b.cross(along_w));
      return {"ridge along w",
              [=](const Vec3& r) {
                const Vec3 off = r - ridge;
                const double across2 = off.squaredNorm() - std::pow(off.dot(along_w), 2);
                return 20.0 * std::exp(-across2 / (2.0 * kSigma_mm * kSigma_mm));
              },
              std::nullopt, true};
    }
    default:
      return {"clinical", [=](const Vec3& r) { return clinical_gy(r - centre); }, std::nullopt,
              false, true};
  }
}

model::DoseGrid DoseLatticeSpec::grid() const {
  model::GridGeometry geometry;
  for (std::size_t a = 0; a < 3; ++a) {
    geometry.origin[static_cast<int>(a)] = nodes_mm[a].front();
    for (const double x : nodes_mm[a]) geometry.positions_mm[a].push_back(x - nodes_mm[a].front());
  }
  return model::DoseGrid::create(geometry, values_gy).value();
}

DoseLatticeSpec sample(const DoseModel& dose, const DrawnBody& body, const GridChoice& choice) {
  Vec3 lo = Vec3::Constant(1e300);
  Vec3 hi = -lo;
  for (std::size_t s = 0; s < 2; ++s) {
    const Vec3 cap = 0.5 * body.stacks[s].spacing_mm * Vec3::Unit(body.w);
    for (const model::Contour& contour : body.roi(s).contours) {
      for (const Vec3& p : contour.points) {
        lo = lo.cwiseMin(p - cap);
        hi = hi.cwiseMax(p + cap);
      }
    }
  }
  DoseLatticeSpec lattice;
  for (std::size_t a = 0; a < 3; ++a) {
    const double step = choice.step_mm[a];
    const double offset = choice.phase_frac[a];
    const double from = std::floor(lo[static_cast<int>(a)] / step - offset) - 1.0;
    const double to = std::ceil(hi[static_cast<int>(a)] / step - offset) + 1.0;
    for (double i = from; i <= to; i += 1.0) lattice.nodes_mm[a].push_back(step * (i + offset));
  }
  for (const double z : lattice.nodes_mm[2]) {
    for (const double y : lattice.nodes_mm[1]) {
      for (const double x : lattice.nodes_mm[0]) {
        lattice.values_gy.push_back(dose.at_gy({x, y, z}));
      }
    }
  }
  return lattice;
}

}  // namespace dosegate::validation
