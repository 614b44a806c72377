#include "geometry/distance_lattice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include "geometry/border_lines.h"

namespace dosegate::geometry {
namespace {

// A node on the outline itself would make crossings fall together: it counts as this far outside.
constexpr float kOff_mm = 1e-5F;

struct Range {
  std::size_t first = 0, last = 0;  // last is one beyond
};

// Nodes of one axis within lo..hi.
Range nodes_within(double lo, double hi, double start, double step, std::size_t count) {
  const double first = std::ceil((lo - start) / step);
  const double last = std::floor((hi - start) / step) + 1.0;
  const auto most = static_cast<double>(count);
  return {static_cast<std::size_t>(std::clamp(first, 0.0, most)),
          static_cast<std::size_t>(std::clamp(last, 0.0, most))};
}

// Squares of distances to one straight piece of border, where they are smaller than what is there.
void approach(double u0, double v0, double u1, double v1, const Lattice& lattice, double band_mm,
              Field& squares) {
  const double du = u1 - u0;
  const double dv = v1 - v0;
  const double length2 = du * du + dv * dv;
  const Range columns = nodes_within(std::min(u0, u1) - band_mm, std::max(u0, u1) + band_mm,
                                     lattice.u0, lattice.step, lattice.columns);
  const Range rows = nodes_within(std::min(v0, v1) - band_mm, std::max(v0, v1) + band_mm,
                                  lattice.v0, lattice.step, lattice.rows);
  for (std::size_t j = rows.first; j < rows.last; ++j) {
    const double pv = lattice.v(j) - v0;
    for (std::size_t i = columns.first; i < columns.last; ++i) {
      const double pu = lattice.u(i) - u0;
      const double t = length2 > 0.0 ? std::clamp((pu * du + pv * dv) / length2, 0.0, 1.0) : 0.0;
      const double qu = pu - t * du;
      const double qv = pv - t * dv;
      float& square = squares[j * lattice.columns + i];
      square = std::min(square, static_cast<float>(qu * qu + qv * qv));
    }
  }
}

// Which way along a line of the lattice, between two nodes, the field passes 0.
double crossing(float a, float b) {
  return static_cast<double>(a) / (static_cast<double>(a) - static_cast<double>(b));
}

class Outliner {
 public:
  Outliner(const Field& field, const Lattice& lattice) : field_(field), lattice_(lattice) {}

  Area run() {
    for (std::size_t j = 0; j + 1 < lattice_.rows; ++j) {
      for (std::size_t i = 0; i + 1 < lattice_.columns; ++i) cell(i, j);
    }
    std::sort(area_.edges.begin(), area_.edges.end(), [](const Edge& a, const Edge& b) {
      return std::tie(a.v0, a.u0, a.v1, a.u1) < std::tie(b.v0, b.u0, b.v1, b.u1);
    });
    return std::move(area_);
  }

 private:
  struct Point {
    double u, v;
  };

  [[nodiscard]] float at(std::size_t i, std::size_t j) const {
    const float value = field_[j * lattice_.columns + i];
    return std::abs(value) < kOff_mm ? kOff_mm : value;
  }

  // The four corners counterclockwise from the lower left; side s joins corner s and s + 1.
  void cell(std::size_t i, std::size_t j) {
    const std::array<float, 4> f = {at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)};
    unsigned inside = 0;
    for (unsigned c = 0; c < 4; ++c) inside |= f[c] < 0.0F ? 1U << c : 0U;
    if (inside == 0 || inside == 15) return;
    const auto point = [&](unsigned side) { return on_side(i, j, side, f); };
    // Walking round a cell counterclockwise, the border is met where one goes out (it leads away
    // from there into the cell) and where one comes in. A piece from the side of going out to that
    // of coming in keeps the inside on its left.
    std::array<unsigned, 2> out{}, in{};
    unsigned outs = 0;
    unsigned ins = 0;
    for (unsigned s = 0; s < 4; ++s) {
      const bool a = (inside >> s & 1U) != 0;
      const bool b = (inside >> (s + 1) % 4 & 1U) != 0;
      if (a && !b) out[outs++] = s;
      if (!a && b) in[ins++] = s;
    }
    if (outs == 1) {
      add(point(out[0]), point(in[0]));
      return;
    }
    // Two opposite corners inside: joined if the middle is inside.
    const bool joined = f[0] + f[1] + f[2] + f[3] < 0.0F;
    for (unsigned k = 0; k < 2; ++k) {
      const unsigned s = out[k];
      // Joined: each outer corner, ahead of s, is cut off by the next side in; else each inner one,
      // behind s.
      add(point(s), point(joined ? (s + 1) % 4 : (s + 3) % 4));
    }
  }

  [[nodiscard]] Point on_side(std::size_t i, std::size_t j, unsigned side,
                              const std::array<float, 4>& f) const {
    const double u = lattice_.u(i);
    const double v = lattice_.v(j);
    const double up_u = lattice_.u(i + 1);
    const double up_v = lattice_.v(j + 1);
    // Along +u or +v whichever cell looks at it, so that neighbours agree to the last bit.
    switch (side) {
      case 0:
        return {u + (up_u - u) * crossing(f[0], f[1]), v};
      case 1:
        return {up_u, v + (up_v - v) * crossing(f[1], f[2])};
      case 2:
        return {u + (up_u - u) * crossing(f[3], f[2]), up_v};
      default:
        return {u, v + (up_v - v) * crossing(f[0], f[3])};
    }
  }

  // The inside lies to the left of the way from a to b.
  void add(const Point& a, const Point& b) {
    if (a.v == b.v) {
      if (a.u != b.u) area_.levels.push_back({a.v, std::min(a.u, b.u), std::max(a.u, b.u)});
    } else if (b.v > a.v) {
      area_.edges.push_back({a.u, a.v, b.u, b.v, 1.0});
    } else {
      area_.edges.push_back({b.u, b.v, a.u, a.v, -1.0});
    }
  }

  const Field& field_;
  const Lattice& lattice_;
  Area area_;
};

}  // namespace

Field signed_distance(const Area& area, const Lattice& lattice, double band_mm) {
  const auto far2 = static_cast<float>(band_mm * band_mm);
  Field field(lattice.size(), far2);
  for (const Edge& e : area.edges) approach(e.u0, e.v0, e.u1, e.v1, lattice, band_mm, field);
  for (const LevelEdge& level : area.levels) {
    approach(level.u0, level.v, level.u1, level.v, lattice, band_mm, field);
  }
  for (float& value : field) value = std::sqrt(value);
  for (std::size_t j = 0; j < lattice.rows; ++j) {
    for (const Stretch& stretch : along_u(area, lattice.v(j))) {
      const Range inside =
          nodes_within(stretch.lo, stretch.hi, lattice.u0, lattice.step, lattice.columns);
      for (std::size_t i = inside.first; i < inside.last; ++i) {
        float& value = field[j * lattice.columns + i];
        value = -value;
      }
    }
  }
  return field;
}

Area below_zero(const Field& field, const Lattice& lattice) {
  for (std::size_t j = 0; j < lattice.rows; ++j) {
    for (std::size_t i = 0; i < lattice.columns; ++i) {
      const bool rim = i == 0 || j == 0 || i + 1 == lattice.columns || j + 1 == lattice.rows;
      require(!rim || !(field[j * lattice.columns + i] < 0.0F), "an outline that meets the rim");
    }
  }
  return Outliner(field, lattice).run();
}

}  // namespace dosegate::geometry
