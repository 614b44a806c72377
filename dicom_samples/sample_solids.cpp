#include "sample_solids.h"

#include <cmath>
#include <numbers>

namespace dosegate::samples {

std::optional<Ellipse> Solid::section(double z) const {
  const double t = (z - centre.z) / semi.z;
  if (std::abs(t) >= 1.0) {
    return std::nullopt;
  }
  if (kind == Kind::Ellipsoid) {
    const double shrink = std::sqrt(1.0 - t * t);
    return Ellipse{{centre.x, centre.y}, semi.x * shrink, semi.y * shrink};
  }
  const double swing = std::sin(2.0 * std::numbers::pi * (z - centre.z) / sway_length_mm);
  return Ellipse{{centre.x + sway.x * swing, centre.y + sway.y * swing}, semi.x, semi.y};
}

std::pair<double, double> Solid::extent() const {
  return {centre.z - semi.z, centre.z + semi.z};
}

bool Solid::contains(const Point3& p) const {
  const auto ellipse = section(p.z);
  if (!ellipse) {
    return false;
  }
  const double u = (p.x - ellipse->centre.x) / ellipse->rx;
  const double v = (p.y - ellipse->centre.y) / ellipse->ry;
  return u * u + v * v <= 1.0;
}

double Solid::volume_cc() const {
  constexpr double kMm3PerCc = 1000.0;
  const double abc = semi.x * semi.y * semi.z * std::numbers::pi;
  return (kind == Kind::Ellipsoid ? 4.0 / 3.0 : 2.0) * abc / kMm3PerCc;
}

Solid ellipsoid(const Point3& centre, const Point3& semi) {
  Solid solid;
  solid.kind = Solid::Kind::Ellipsoid;
  solid.centre = centre;
  solid.semi = semi;
  return solid;
}

Solid tube(const Point3& centre, const Point3& semi, const Point2& sway) {
  Solid solid;
  solid.kind = Solid::Kind::Tube;
  solid.centre = centre;
  solid.semi = semi;
  solid.sway = sway;
  return solid;
}

}  // namespace dosegate::samples
