// Shares of the parts of cells that a border crosses (shares.h).
#include <algorithm>
#include <array>
#include <cmath>

#include "dvh/dose_sheet.h"
#include "dvh/ramps.h"

namespace dosegate::dvh {
namespace {

constexpr double kMm3PerCc = 1000.0;
// The exact volume of a part over that of its ramps: not 1 where the dose is bent. Beyond these
// bounds only rounding is left of a sliver.
constexpr double kLeastScale = 0.5;
constexpr double kMostScale = 2.0;
// A side of which less is covered, or all but less, is not covered, or all of it: rounding.
constexpr double kRounding = 1e-12;

// Something over a cell, bilinear in a and b.
struct Bilinear {
  double base, u, v, uv;
  // At the corners 00, 10, 01, 11.
  explicit Bilinear(const std::array<double, 4>& at)
      : base(at[0]), u(at[1] - at[0]), v(at[2] - at[0]), uv((at[3] - at[2]) - u) {}
  [[nodiscard]] double at(double a, double b) const { return base + u * a + (v + uv * a) * b; }
};

// The dose in a part of a cell: at the middle of the stretch along w, and how it rises over the
// stretch; changes g across the whole cell, at the part's centroid.
struct PartDose {
  Bilinear dose, rise;
  const PartialCell& part;
  double gu, gv, gw, uw, vw;
  double mean;
  double plane2, w2;  // spread in the plane and along w

  PartDose(const std::array<double, 4>& doses, const std::array<double, 4>& rises,
           const PartialCell& of)
      : dose(doses),
        rise(rises),
        part(of),
        gu(dose.u + dose.uv * of.b),
        gv(dose.v + dose.uv * of.a),
        gw(rise.at(of.a, of.b)),
        uw(rise.u + rise.uv * of.b),
        vw(rise.v + rise.uv * of.a),
        mean(dose.at(of.a, of.b) + dose.uv * of.ab),
        plane2(in_plane2(gu, gv) + 12.0 * dose.uv * dose.uv * (of.aa * of.bb + of.ab * of.ab)),
        w2(gw * gw + in_plane2(uw, vw) * (1.0 / 12.0)) {}

  [[nodiscard]] double in_plane2(double u, double v) const {
    return 12.0 * std::max(0.0, u * u * part.aa + 2.0 * u * v * part.ab + v * v * part.bb);
  }

  // Both return false, and add nothing, where ramps do not stand for the part.
  bool add_across_w(double cc, Shares& shares) const {
    if (std::abs(gw) <= kNarrowest_gy || std::abs(uw) + std::abs(vw) >= kMostTwist * std::abs(gw)) {
      return false;
    }
    const auto face = [&](double at) {
      return Ramp{mean + at * gw, std::sqrt(in_plane2(gu + at * uw, gv + at * vw)), 0.0};
    };
    add_pair(face(-0.5), face(0.5), gw, cc, mean, shares);
    return true;
  }
  bool add_outline(std::span<const BorderPiece> border, double scale, double cc,
                   Shares& shares) const;
};

// The ramps of a part's whole outline: its border and the covered sides of the cell that lines along
// the steeper axis end on.
class OutlineRamps {
 public:
  OutlineRamps(const PartDose& in, double cc_per_line_gy, std::vector<Ramp>& ramps)
      : in_(in), per_line_(cc_per_line_gy), ramps_(ramps), first_(ramps.size()) {}

  // Of a side that begins at (a, b) and runs along u or v; lines begin there (1) or end (-1).
  void add_side(const CoveredSide& side, double a, double b, bool along_u, double sign) {
    // Length and middle of what is covered, and 12 times the variance of the way along it: mostly it
    // is all of the side or none.
    if (side.zeroth <= kRounding) return;
    double length = 1.0;
    double middle = 0.5;
    double spread2 = 1.0;
    if (side.zeroth < 1.0 - kRounding) {
      length = side.zeroth;
      const double per_one = 1.0 / length;
      middle = std::clamp(side.first * per_one, 0.0, 1.0);
      spread2 = std::clamp(12.0 * (side.second * per_one - middle * middle), 0.0, 3.0);
    }
    const double at_a = along_u ? middle : a;
    const double at_b = along_u ? b : middle;
    const double change = along_u ? in_.dose.u + in_.dose.uv * b : in_.dose.v + in_.dose.uv * a;
    add(in_.dose.at(at_a, at_b), change * change * spread2, in_.rise.at(at_a, at_b), sign * length);
  }
  void add_piece(const BorderPiece& p, double lines) {
    const double from = in_.dose.at(p.a0, p.b0);
    const double to = in_.dose.at(p.a1, p.b1);
    add(0.5 * (from + to), (to - from) * (to - from),
        in_.rise.at(0.5 * (p.a0 + p.a1), 0.5 * (p.b0 + p.b1)), lines);
  }
  // Gives the ramps the part's exact volume and mean; false, and no ramps, if they are far off.
  bool fit(double cc) {
    const double exact = cc / volume_cc_;
    if (!(exact > kLeastScale && exact < kMostScale)) {
      ramps_.resize(first_);
      return false;
    }
    const double off = moment_ / volume_cc_;
    for (std::size_t i = first_; i < ramps_.size(); ++i) {
      ramps_[i].slope_cc_gy *= exact;
      ramps_[i].centre_gy -= off;
    }
    return true;
  }

 private:
  void add(double centre, double range2, double rise, double lines) {
    if (lines == 0.0) return;
    const double slope = lines * per_line_;
    const double width2 = range2 + rise * rise;
    const double off = centre - in_.mean;
    volume_cc_ -= slope * off;
    moment_ -= slope * 0.5 * (off * off + width2 * (1.0 / 12.0));
    ramps_.push_back({centre, std::sqrt(width2), slope});
  }

  const PartDose& in_;
  double per_line_;
  std::vector<Ramp>& ramps_;
  std::size_t first_;
  double volume_cc_ = 0.0, moment_ = 0.0;
};

bool PartDose::add_outline(std::span<const BorderPiece> border, double scale, double cc,
                           Shares& shares) const {
  const bool along_u = std::abs(gu) >= std::abs(gv);
  const double g = along_u ? gu : gv;
  const double twist = std::abs(dose.uv) + std::abs(along_u ? uw : vw);
  if (std::abs(g) <= kNarrowest_gy || twist >= kMostTwist * std::abs(g)) return false;
  OutlineRamps ramps(*this, scale / g, shares.ramps);
  if (along_u) {
    ramps.add_side(part.left, 0.0, 0.0, false, 1.0);
    ramps.add_side(part.right, 1.0, 0.0, false, -1.0);
  } else {
    ramps.add_side(part.bottom, 0.0, 0.0, true, 1.0);
    ramps.add_side(part.top, 0.0, 1.0, true, -1.0);
  }
  for (const BorderPiece& p : border) ramps.add_piece(p, along_u ? p.b0 - p.b1 : p.a1 - p.a0);
  return ramps.fit(cc);
}

}  // namespace

bool DoseSheet::partial(std::size_t row, const PartialCell& part,
                        std::span<const BorderPiece> border, const Stretch& stretch,
                        Shares& shares) const {
  const double* lb = lower_gy_.data() + at(row, part.column);
  const double* rb = rise_gy_.data() + at(row, part.column);
  const double* la = lb + stride_;
  const double* ra = rb + stride_;
  const double t = stretch.middle;
  const double depth = stretch.depth;
  const PartDose dose({lb[0] + t * rb[0], lb[1] + t * rb[1], la[0] + t * ra[0], la[1] + t * ra[1]},
                      {depth * rb[0], depth * rb[1], depth * ra[0], depth * ra[1]}, part);
  const double scale = v_.width(row) * u_.width(part.column) * stretch.length_mm / kMm3PerCc;
  const double cc = scale * part.area;
  const double spread2 = dose.plane2 + dose.w2;
  if (span_.cells > 1 && bent_cell(at(row, part.column), spread2)) return false;
  shares.parts.add(cc, dose.mean, spread2);
  if (spread2 == 0.0) {
    shares.atoms.push_back({dose.mean, cc});
  } else if (dose.w2 > dose.plane2 ? !dose.add_across_w(cc, shares)
                                   : !dose.add_outline(border, scale, cc, shares)) {
    add_uniform(cc, dose.mean, spread2, shares);
  }
  return true;
}

}  // namespace dosegate::dvh
