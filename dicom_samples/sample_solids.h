// The smooth solids that the sample organs are made of.
//
// Coordinates are those of the patient (LPS, mm): +x to the left, +y to the back, +z to the head.
// Every solid is chosen so that each of its axial sections is an ellipse with axes along x and y:
// that keeps drawing, containment and quadrature simple enough to be seen right.
#pragma once

#include <optional>
#include <utility>

namespace dosegate::samples {

struct Point2 {
  double x = 0.0, y = 0.0;
};

struct Point3 {
  double x = 0.0, y = 0.0, z = 0.0;
};

struct Ellipse {
  Point2 centre;
  double rx = 0.0, ry = 0.0;  ///< semi-axes, mm
};

struct Solid {
  enum class Kind {
    Ellipsoid,  ///< semi-axes `semi`
    Tube,  ///< an elliptic section of semi.x by semi.y, carried from -semi.z to +semi.z along z,
           ///< its centre swaying sideways as sway * sin(2 pi (z - centre.z) / sway_length_mm)
  };
  Kind kind = Kind::Ellipsoid;
  Point3 centre;
  Point3 semi;
  Point2 sway;
  double sway_length_mm = 100.0;

  /// The section at height z; nothing where the solid does not reach.
  [[nodiscard]] std::optional<Ellipse> section(double z) const;
  /// Lowest and highest z, mm.
  [[nodiscard]] std::pair<double, double> extent() const;
  [[nodiscard]] bool contains(const Point3& p) const;
  /// Closed form: 4/3 pi abc for the ellipsoid; pi ab times the length for the tube, since swaying
  /// only shifts the sections (Cavalieri).
  [[nodiscard]] double volume_cc() const;
};

[[nodiscard]] Solid ellipsoid(const Point3& centre, const Point3& semi);
[[nodiscard]] Solid tube(const Point3& centre, const Point3& semi, const Point2& sway);

}  // namespace dosegate::samples
