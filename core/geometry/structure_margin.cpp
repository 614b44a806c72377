#include "geometry/structure_margin.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/text.h"
#include "geometry/distance_lattice.h"

namespace dosegate::geometry {
namespace {

constexpr double kStep_mm = 0.5;
constexpr double kMostNodes = 300.0;  // along the longer side
constexpr double kFewestNodes = 40.0;
constexpr double kLayer_mm = 0.5;
constexpr double kSameFace_mm = 1e-6;  // faces nearer than this are one
constexpr float kNothing_mm = 1e6F;    // the distance into what is empty

// A stretch of w with one outline, or with nothing (between and beyond the slabs).
struct Piece {
  double lo = 0.0, hi = 0.0;
  const Area* area = nullptr;
};

// The mean of sqrt(m^2 - d^2) over d1 <= d <= d2 <= m: how far an outline is moved, on average over a
// layer that is d1 to d2 away from it along w.
double mean_radius(double margin, double d1, double d2) {
  if (d2 - d1 < kSameFace_mm) return std::sqrt(std::max(0.0, margin * margin - d1 * d1));
  const auto integral = [margin](double d) {
    const double x = std::clamp(d / margin, -1.0, 1.0);
    return 0.5 * margin * margin * (x * std::sqrt(1.0 - x * x) + std::asin(x));
  };
  return (integral(d2) - integral(d1)) / (d2 - d1);
}

class Margin {
 public:
  Margin(const Region& solid, double margin_mm)
      : grows_(margin_mm > 0.0),
        margin_(std::abs(margin_mm)),
        stack_{solid.frame(), {}, {}, 0.0, {}} {
    make_pieces(solid);
    make_lattice(solid);
    // The steepest change that interpolation looks at is one step beyond the moved outline.
    const double band = margin_ + 2.0 * lattice_.step;
    for (const Piece& piece : pieces_) {
      if (piece.area != nullptr && !fields_.contains(piece.area)) {
        fields_.emplace(piece.area, signed_distance(*piece.area, lattice_, band));
      }
    }
  }

  PlaneStack run() {
    const std::vector<double> faces = layer_faces();
    stack_.faces = faces;
    for (std::size_t i = 0; i + 1 < faces.size(); ++i) {
      stack_.planes.push_back({0.5 * (faces[i] + faces[i + 1]),
                               std::make_shared<const Area>(outline(faces[i], faces[i + 1]))});
    }
    stack_.real_gap.assign(stack_.planes.empty() ? 0 : stack_.planes.size() - 1, false);
    stack_.nominal_spacing_mm = kLayer_mm;
    return std::move(stack_);
  }

 private:
  void make_pieces(const Region& solid) {
    const double beyond = 2.0 * margin_ + 1.0;  // further away nothing counts
    double end = solid.slabs().front().w_lo - beyond;
    const auto add = [&](double lo, double hi, const Area* area) {
      if (hi - lo > kSameFace_mm) pieces_.push_back({lo, hi, area});
    };
    for (const Slab& slab : solid.slabs()) {
      require(slab.weight_lo == 1.0 && slab.weight_hi == 1.0, "a margin of an interpolated solid");
      add(end, slab.w_lo, nullptr);
      add(slab.w_lo, slab.w_hi, slab.area.get());
      end = slab.w_hi;
    }
    add(end, end + beyond, nullptr);
  }

  void make_lattice(const Region& solid) {
    double u_lo = HUGE_VAL, u_hi = -HUGE_VAL, v_lo = HUGE_VAL, v_hi = -HUGE_VAL;
    for (const Slab& slab : solid.slabs()) {
      for (const Edge& e : slab.edges()) {
        u_lo = std::min({u_lo, e.u0, e.u1});
        u_hi = std::max({u_hi, e.u0, e.u1});
        v_lo = std::min(v_lo, e.v0);
        v_hi = std::max(v_hi, e.v1);
      }
    }
    const double reach = grows_ ? margin_ : 0.0;
    const double longer = std::max(u_hi - u_lo, v_hi - v_lo) + 2.0 * reach;
    const double step = std::clamp(kStep_mm, longer / kMostNodes, longer / kFewestNodes);
    const double rim = reach + 2.5 * step;
    lattice_.step = step;
    lattice_.u0 = u_lo - rim;
    lattice_.v0 = v_lo - rim;
    lattice_.columns = static_cast<std::size_t>(std::ceil((u_hi - u_lo + 2.0 * rim) / step)) + 1;
    lattice_.rows = static_cast<std::size_t>(std::ceil((v_hi - v_lo + 2.0 * rim) / step)) + 1;
  }

  // Every height at which the outline may jump or bend, and layers between them.
  [[nodiscard]] std::vector<double> layer_faces() const {
    std::vector<double> cuts;
    for (const Piece& piece : pieces_) {
      if (grows_ && piece.area == nullptr) continue;
      for (const double face : {piece.lo, piece.hi}) {
        cuts.insert(cuts.end(), {face - margin_, face, face + margin_});
      }
    }
    const auto [first, last] = extent();
    std::erase_if(cuts, [lo = first, hi = last](double w) { return w < lo || w > hi; });
    cuts.insert(cuts.end(), {first, last});
    std::sort(cuts.begin(), cuts.end());
    std::vector<double> faces = {cuts.front()};
    for (const double cut : cuts) {
      const double from = faces.back();
      if (cut - from < kSameFace_mm) continue;
      const double layers = std::ceil((cut - from) / kLayer_mm);
      for (double k = 1.0; k < layers; k += 1.0) faces.push_back(from + (cut - from) * k / layers);
      faces.push_back(cut);
    }
    return faces;
  }

  // Where along w the result may have anything.
  [[nodiscard]] std::pair<double, double> extent() const {
    const double lo = pieces_[1].lo;  // the first and the last piece are empty
    const double hi = pieces_[pieces_.size() - 2].hi;
    return grows_ ? std::pair(lo - margin_, hi + margin_) : std::pair(lo, hi);
  }

  // The outline of the layer from `lo` to `hi`, which lies within a piece and wholly within the
  // margin of another one or wholly beyond.
  [[nodiscard]] Area outline(double lo, double hi) const {
    const double middle = 0.5 * (lo + hi);
    Field combined(lattice_.size(), grows_ ? kNothing_mm : -kNothing_mm);
    bool any = false;
    for (const Piece& piece : pieces_) {
      const double away = std::max({piece.lo - middle, middle - piece.hi, 0.0});
      if (away >= margin_) continue;
      if (grows_ && piece.area == nullptr) continue;
      if (piece.area == nullptr) return {};  // shrunk: nothing is within the margin of everything
      const double near = std::max({piece.lo - hi, lo - piece.hi, 0.0});
      const double far = away > 0.0 ? std::min(near + (hi - lo), margin_) : 0.0;
      const auto radius = static_cast<float>(mean_radius(margin_, near, far));
      const Field& field = fields_.at(piece.area);
      any = true;
      if (grows_) {
        for (std::size_t n = 0; n < field.size(); ++n) {
          combined[n] = std::min(combined[n], field[n] - radius);
        }
      } else {
        for (std::size_t n = 0; n < field.size(); ++n) {
          combined[n] = std::max(combined[n], field[n] + radius);
        }
      }
    }
    return any ? below_zero(combined, lattice_) : Area{};
  }

  bool grows_;
  double margin_;
  PlaneStack stack_;
  std::vector<Piece> pieces_;
  Lattice lattice_;
  std::map<const Area*, Field> fields_;  // looked up only, never walked: addresses have no order
};

}  // namespace

Result<PlaneStack> with_margin(const Region& solid, double margin_mm) {
  if (!(std::abs(margin_mm) <= kLargestMargin_mm)) {
    return fail(ErrorCode::NotComputable,
                fmt::format("A margin of {} mm is more than the {} mm up to which margins are "
                            "computed.",
                            shortest(margin_mm), shortest(kLargestMargin_mm)));
  }
  const auto nothing = [&] {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("Nothing is left of the structure with a margin of {} mm.",
                            shortest(margin_mm)));
  };
  if (solid.slabs().empty()) return nothing();
  PlaneStack stack = Margin(solid, margin_mm).run();
  const bool any = std::any_of(stack.planes.begin(), stack.planes.end(),
                               [](const StackPlane& plane) { return !plane.area->edges.empty(); });
  if (!any) return nothing();
  return stack;
}

}  // namespace dosegate::geometry
