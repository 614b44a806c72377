#include "geometry/read_stack.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

namespace dosegate::geometry {
namespace {

constexpr double kHighestCap_mm = 1.5;  // EndCaps::Capped1_5
// A quarter of a rounded cap, and an eighth of a gap under a cubic, stray from their straight lines
// by 1 % of the plane's area at most, and only in where along w the area lies, not in how much.
constexpr int kCapPieces = 4;
constexpr int kCubicPieces = 8;
constexpr double kNoWeight = 1e-12;  // rounding of products and sums of weights of the order of 1

// Gauss-Legendre nodes and weights on 0..1, exact for polynomials of degree 9.
// Source: Abramowitz & Stegun, table 25.4, n = 5.
constexpr std::array<double, 5> kNodes = {
    0.5 - 0.5 * 0.9061798459386640, 0.5 - 0.5 * 0.5384693101056831, 0.5,
    0.5 + 0.5 * 0.5384693101056831, 0.5 + 0.5 * 0.9061798459386640};
constexpr std::array<double, 5> kNodeWeights = {0.5 * 0.2369268850561891, 0.5 * 0.4786286704993665,
                                                0.5 * 0.5688888888888889, 0.5 * 0.4786286704993665,
                                                0.5 * 0.2369268850561891};

// Takes a share, cut where it changes sign.
void take_straight(const PlaneShare& share, const std::function<void(const PlaneShare&)>& take) {
  const auto keep = [&](const PlaneShare& s) {
    if (std::abs(s.weight_lo) + std::abs(s.weight_hi) > kNoWeight && s.w_lo < s.w_hi) take(s);
  };
  if (share.weight_lo * share.weight_hi >= 0.0) return keep(share);
  const double zero = share.w_lo + (share.w_hi - share.w_lo) * share.weight_lo /
                                       (share.weight_lo - share.weight_hi);
  keep({share.w_lo, zero, share.plane, share.weight_lo, 0.0});
  keep({zero, share.w_hi, share.plane, 0.0, share.weight_hi});
}

class Reader {
 public:
  Reader(const PlaneStack& stack, const Reading& reading) : stack_(stack), reading_(reading) {
    cap_ = 0.5 * stack.nominal_spacing_mm;
    if (reading.end_caps == EndCaps::None) cap_ = 0.0;
    if (reading.end_caps == EndCaps::Capped1_5) cap_ = std::min(cap_, kHighestCap_mm);
  }

  std::vector<PlaneShare> run() {
    const std::size_t planes = stack_.planes.size();
    if (!stack_.faces.empty()) {
      for (std::size_t i = 0; i < planes; ++i) add({stack_.faces[i], stack_.faces[i + 1], i});
      return std::move(shares_);
    }
    for (std::size_t first = 0; first < planes;) {
      std::size_t last = first;
      while (last + 1 < planes && !stack_.real_gap[last]) ++last;
      body(first, last);
      first = last + 1;
    }
    std::sort(shares_.begin(), shares_.end(), [](const PlaneShare& a, const PlaneShare& b) {
      return std::tie(a.w_lo, a.w_hi, a.plane) < std::tie(b.w_lo, b.w_hi, b.plane);
    });
    return std::move(shares_);
  }

 private:
  [[nodiscard]] double w(std::size_t plane) const { return stack_.planes[plane].w; }

  void add(const PlaneShare& share) {
    if (share.w_lo < share.w_hi) shares_.push_back(share);
  }

  // Planes first..last with no real gap between them.
  void body(std::size_t first, std::size_t last) {
    const bool rounded = reading_.end_caps == EndCaps::Rounded;
    if (reading_.interpolation == Interpolation::Slab) {
      for (std::size_t i = first; i <= last; ++i) {
        double lo = i == first ? w(i) : 0.5 * (w(i - 1) + w(i));
        double hi = i == last ? w(i) : 0.5 * (w(i) + w(i + 1));
        if (i == first && !rounded) lo -= cap_;
        if (i == last && !rounded) hi += cap_;
        add({lo, hi, i});
      }
    } else {
      for (std::size_t i = first; i < last; ++i) {
        reading_.interpolation == Interpolation::Blend ? blend(i) : cubic(i, first, last);
      }
      if (!rounded) {
        add({w(first) - cap_, w(first), first});
        add({w(last), w(last) + cap_, last});
      }
    }
    if (rounded) {
      const auto take = [&](const PlaneShare& share) { shares_.push_back(share); };
      straight_pieces(
          {w(first) - cap_, w(first), first}, kCapPieces,
          [](double t) { return 1.0 - (1.0 - t) * (1.0 - t); }, take);
      straight_pieces(
          {w(last), w(last) + cap_, last}, kCapPieces, [](double t) { return 1.0 - t * t; }, take);
    }
  }

  void blend(std::size_t gap) {
    add({w(gap), w(gap + 1), gap, 1.0, 0.0});
    add({w(gap), w(gap + 1), gap + 1, 0.0, 1.0});
  }

  void cubic(std::size_t gap, std::size_t first, std::size_t last) {
    const std::size_t count = std::min<std::size_t>(4, last - first + 1);
    const std::size_t wanted = gap > first ? gap - 1 : first;
    const std::size_t from = std::min(wanted, last + 1 - count);
    const double length = w(gap + 1) - w(gap);
    for (std::size_t plane = from; plane < from + count; ++plane) {
      const auto lagrange = [&](double t) {
        double product = 1.0;
        for (std::size_t other = from; other < from + count; ++other) {
          if (other == plane) continue;
          product *= (w(gap) - w(other) + t * length) / (w(plane) - w(other));
        }
        return product;
      };
      straight_pieces({w(gap), w(gap + 1), plane}, kCubicPieces, lagrange,
                      [&](const PlaneShare& share) { shares_.push_back(share); });
    }
  }

  const PlaneStack& stack_;
  const Reading& reading_;
  double cap_ = 0.0;
  std::vector<PlaneShare> shares_;
};

}  // namespace

void straight_pieces(PlaneShare stretch, int pieces, const std::function<double(double)>& weight,
                     const std::function<void(const PlaneShare&)>& take) {
  const double length = stretch.w_hi - stretch.w_lo;
  for (int p = 0; p < pieces; ++p) {
    const double from = static_cast<double>(p) / pieces;
    const double to = static_cast<double>(p + 1) / pieces;
    double mean = 0.0;
    double tilt = 0.0;  // integral of weight times (2 s - 1) over the piece, s = 0..1 within it
    for (std::size_t n = 0; n < kNodes.size(); ++n) {
      const double value = kNodeWeights[n] * weight(from + (to - from) * kNodes[n]);
      mean += value;
      tilt += value * (2.0 * kNodes[n] - 1.0);
    }
    // The line m + 3 k (2 s - 1) has the mean m and the tilt k.
    take_straight(
        {stretch.w_lo + from * length, p + 1 == pieces ? stretch.w_hi : stretch.w_lo + to * length,
         stretch.plane, mean - 3.0 * tilt, mean + 3.0 * tilt},
        take);
  }
}

std::vector<PlaneShare> plane_shares(const PlaneStack& stack, const Reading& reading) {
  return Reader(stack, reading).run();
}

Region read_stack(const PlaneStack& stack, const Reading& reading) {
  std::vector<Slab> slabs;
  for (const PlaneShare& share : plane_shares(stack, reading)) {
    slabs.emplace_back(share.w_lo, share.w_hi, stack.planes[share.plane].area, share.weight_lo,
                       share.weight_hi);
  }
  return {stack.frame, std::move(slabs)};
}

}  // namespace dosegate::geometry
