#include "geometry/arrangement.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <tuple>

#include "geometry/contour_overlap.h"

namespace dosegate::geometry {
namespace {

// Edges nearer than this over a whole strip are crossed together. A picometre: far below anything a
// contour means, far above the rounding of coordinates of a few hundred millimetres (6e-14).
constexpr double kCoincident_mm = 1e-9;

struct Rising {
  double u0, v0, u1, v1;  // v0 < v1
  int operand;
  std::size_t contour;

  [[nodiscard]] double at(double v) const {
    if (v <= v0) return u0;
    if (v >= v1) return u1;
    return u0 + (u1 - u0) * ((v - v0) / (v1 - v0));
  }
};

struct Crossing {
  double lo, hi, middle;  // u at the bottom, the top and the middle of the strip
  std::size_t edge;
};

// A border piece that may still grow upwards into the next strip.
struct Open {
  double sign = 0.0;  // 0: none open
  double from = 0.0, to = 0.0;
};

class Sweep {
 public:
  Sweep(std::span<const InputEdge> input, Combine combine) : combine_(combine) {
    std::size_t contours = 0;
    for (const InputEdge& e : input) {
      contours = std::max(contours, e.contour + 1);
      heights_.push_back(e.v0);
      heights_.push_back(e.v1);
      if (e.v0 < e.v1) {
        rising_.push_back({e.u0, e.v0, e.u1, e.v1, e.operand, e.contour});
      } else if (e.v0 > e.v1) {
        rising_.push_back({e.u1, e.v1, e.u0, e.v0, e.operand, e.contour});
      } else {
        level_heights_.push_back(e.v0);
        levels_.push_back(
            {std::min(e.u0, e.u1), e.v0, std::max(e.u0, e.u1), e.v0, e.operand, e.contour});
      }
    }
    std::sort(levels_.begin(), levels_.end(), [](const Rising& a, const Rising& b) {
      return std::tie(a.v0, a.u0) < std::tie(b.v0, b.u0);
    });
    sort_unique(heights_);
    sort_unique(level_heights_);
    std::sort(rising_.begin(), rising_.end(), [](const Rising& a, const Rising& b) {
      return std::tie(a.v0, a.u0, a.v1, a.u1, a.operand) <
             std::tie(b.v0, b.u0, b.v1, b.u1, b.operand);
    });
    open_.resize(rising_.size());
    if (contours > 1) overlap_.emplace(contours);
  }

  CleanBorder run() {
    std::size_t next = 0;
    for (std::size_t h = 0; h + 1 < heights_.size(); ++h) {
      const double bottom = heights_[h];
      const double top = heights_[h + 1];
      std::erase_if(active_, [&](std::size_t e) { return rising_[e].v1 <= bottom; });
      note_level_crossings(bottom);
      for (; next < rising_.size() && rising_[next].v0 <= bottom; ++next) active_.push_back(next);
      strip(bottom, top);
    }
    if (!heights_.empty()) note_levels(heights_.back(), {});
    for (std::size_t e = 0; e < rising_.size(); ++e) flush(e);
    if (overlap_) {
      result_.self_crossing_mm = std::max(result_.self_crossing_mm, overlap_->depth_mm());
      result_.repeated = overlap_->repeated();
    }
    std::sort(result_.area.edges.begin(), result_.area.edges.end(),
              [](const Edge& a, const Edge& b) {
                return std::tie(a.v0, a.u0, a.v1, a.u1, a.sign) <
                       std::tie(b.v0, b.u0, b.v1, b.u1, b.sign);
              });
    return std::move(result_);
  }

 private:
  static void sort_unique(std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }

  void strip(double bottom, double top) {
    order_.clear();
    for (const std::size_t e : active_) {
      order_.push_back({rising_[e].at(bottom), rising_[e].at(top), 0.0, e});
    }
    std::sort(order_.begin(), order_.end(), [](const Crossing& a, const Crossing& b) {
      return std::tie(a.lo, a.hi, a.edge) < std::tie(b.lo, b.hi, b.edge);
    });
    cuts_.clear();
    // Insertion sort by the order at the top: each shift is one pair of edges that cross, so the
    // cost is that of the crossings and not of all pairs.
    for (std::size_t i = 1; i < order_.size(); ++i) {
      for (std::size_t j = i; j > 0 && order_[j - 1].hi > order_[j].hi; --j) {
        note_crossing(order_[j - 1], order_[j], bottom, top);
        std::swap(order_[j - 1], order_[j]);
      }
    }
    sort_unique(cuts_);
    double from = bottom;
    for (const double cut : cuts_) {
      walk(from, cut);
      from = cut;
    }
    walk(from, top);
  }

  void note_crossing(const Crossing& left, const Crossing& right, double bottom, double top) {
    const double below = right.lo - left.lo;
    const double above = left.hi - right.hi;
    if (!(below > 0.0)) return;  // they start from one point
    if (rising_[left.edge].operand == rising_[right.edge].operand) {
      result_.self_crossing_mm = std::max(result_.self_crossing_mm, std::min(below, above));
    }
    const double cut = bottom + (top - bottom) * (below / (below + above));
    if (cut > bottom && cut < top) cuts_.push_back(cut);
  }

  // Level edges at height v that an edge passes through from below to above. Crossings of level
  // edges never lie within a strip, so they are looked for here; they matter for the warning only.
  void note_level_crossings(double v) {
    for (; next_level_ < levels_.size() && levels_[next_level_].v0 <= v; ++next_level_) {
      const Rising& level = levels_[next_level_];
      for (const std::size_t e : active_) {
        const Rising& edge = rising_[e];
        if (edge.operand != level.operand) continue;
        const double u = edge.at(v);
        const double depth = std::min({u - level.u0, level.u1 - u, v - edge.v0, edge.v1 - v});
        result_.self_crossing_mm = std::max(result_.self_crossing_mm, depth);
      }
    }
  }

  // One strip in which no edges cross.
  void walk(double bottom, double top) {
    for (Crossing& c : order_) {
      const Rising& e = rising_[c.edge];
      c.lo = e.at(bottom);
      c.hi = e.at(top);
      c.middle = 0.5 * (c.lo + c.hi);
    }
    std::sort(order_.begin(), order_.end(), [](const Crossing& a, const Crossing& b) {
      return std::tie(a.middle, a.edge) < std::tie(b.middle, b.edge);
    });
    spans_.clear();
    std::array<bool, 2> in = {false, false};
    bool inside = false;
    double left = 0.0;  // where the stretch began; nothing is inside before the first one
    for (std::size_t i = 0; i < order_.size();) {
      const Crossing& first = order_[i];
      if (overlap_) overlap_->stretch(first.middle - left, top - bottom);
      left = first.middle;
      for (; i < order_.size() && std::abs(order_[i].lo - first.lo) < kCoincident_mm &&
             std::abs(order_[i].hi - first.hi) < kCoincident_mm;
           ++i) {
        bool& side = in[static_cast<std::size_t>(rising_[order_[i].edge].operand)];
        side = !side;
        if (overlap_) overlap_->pass(rising_[order_[i].edge].contour);
      }
      const bool now = combined(in);
      if (now == inside) continue;
      inside = now;
      border(first.edge, inside ? -1.0 : 1.0, bottom, top);
      spans_.push_back({first.lo, first.hi});
    }
    note_levels(bottom, spans_);
    previous_top_.clear();
    for (const auto& [lo, hi] : spans_) previous_top_.push_back(hi);
  }

  [[nodiscard]] bool combined(const std::array<bool, 2>& in) const {
    switch (combine_) {
      case Combine::Union:
        return in[0] || in[1];
      case Combine::Subtract:
        return in[0] && !in[1];
      case Combine::Intersect:
        return in[0] && in[1];
    }
    throw InternalError("unknown combination");
  }

  void border(std::size_t edge, double sign, double from, double to) {
    Open& open = open_[edge];
    if (open.sign == sign && open.to == from) {
      open.to = to;
      return;
    }
    flush(edge);
    open = {sign, from, to};
  }

  void flush(std::size_t edge) {
    Open& open = open_[edge];
    if (open.sign != 0.0) {
      const Rising& e = rising_[edge];
      result_.area.edges.push_back({e.at(open.from), open.from, e.at(open.to), open.to, open.sign});
    }
    open.sign = 0.0;
  }

  // Level border at height v: where the area just below and just above differ. Only heights at
  // which an operand has a level edge can have any.
  void note_levels(double v, const std::vector<std::pair<double, double>>& above) {
    if (!std::binary_search(level_heights_.begin(), level_heights_.end(), v)) return;
    std::vector<double> ends(previous_top_);
    for (const auto& [lo, hi] : above) ends.push_back(lo);
    std::sort(ends.begin(), ends.end());
    // Each end toggles "in exactly one of below and above".
    for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
      if (ends[i + 1] - ends[i] > kCoincident_mm)
        result_.area.levels.push_back({v, ends[i], ends[i + 1]});
    }
  }

  Combine combine_;
  std::vector<double> heights_, level_heights_, cuts_, previous_top_;
  std::vector<Rising> rising_;
  std::vector<Rising> levels_;  // level input edges, u0 < u1, v0 == v1
  std::size_t next_level_ = 0;
  std::vector<std::size_t> active_;
  std::vector<Crossing> order_;
  std::vector<std::pair<double, double>> spans_;
  std::vector<Open> open_;
  std::optional<ContourOverlap> overlap_;  // where there are several contours
  CleanBorder result_;
};

void add_operand(std::vector<InputEdge>& edges, const Slab& slab, int operand) {
  for (const Edge& e : slab.edges()) edges.push_back({e.u0, e.v0, e.u1, e.v1, operand});
  for (const LevelEdge& e : slab.levels()) edges.push_back({e.u0, e.v, e.u1, e.v, operand});
}

// The slab of `slabs` that holds height w, or none; `from` moves along with rising w.
const Slab* slab_at(const std::vector<Slab>& slabs, double w, std::size_t& from) {
  while (from < slabs.size() && slabs[from].w_hi <= w) ++from;
  return from < slabs.size() && slabs[from].w_lo <= w ? &slabs[from] : nullptr;
}

}  // namespace

CleanBorder arrange(std::span<const InputEdge> edges, Combine combine) {
  return Sweep(edges, combine).run();
}

Region combine(const Region& a, const Region& b, Combine operation) {
  constexpr double kSameFrame = 1e-9;
  require((a.frame().axes - b.frame().axes).cwiseAbs().maxCoeff() < kSameFrame,
          "boolean operation on regions of different frames");
  std::vector<double> faces;
  for (const Region* region : {&a, &b}) {
    for (const Slab& slab : region->slabs()) {
      require(slab.weight_lo == 1.0 && slab.weight_hi == 1.0, "boolean operation on weights");
      faces.push_back(slab.w_lo);
      faces.push_back(slab.w_hi);
    }
  }
  std::sort(faces.begin(), faces.end());
  faces.erase(std::unique(faces.begin(), faces.end()), faces.end());

  std::vector<Slab> slabs;
  std::vector<InputEdge> edges;
  std::size_t from_a = 0;
  std::size_t from_b = 0;
  for (std::size_t i = 0; i + 1 < faces.size(); ++i) {
    const double middle = 0.5 * (faces[i] + faces[i + 1]);
    const Slab* in_a = slab_at(a.slabs(), middle, from_a);
    const Slab* in_b = slab_at(b.slabs(), middle, from_b);
    if (in_a == nullptr && in_b == nullptr) continue;
    if (in_a == nullptr && operation != Combine::Union) continue;
    if (in_b == nullptr && operation == Combine::Intersect) continue;
    if (in_a == nullptr || in_b == nullptr) {  // one operand only: its border is already clean
      slabs.emplace_back(faces[i], faces[i + 1], (in_a != nullptr ? in_a : in_b)->area);
    } else {
      edges.clear();
      add_operand(edges, *in_a, 0);
      add_operand(edges, *in_b, 1);
      CleanBorder border = arrange(edges, operation);
      slabs.emplace_back(faces[i], faces[i + 1], std::move(border.area));
    }
  }
  return {a.frame(), std::move(slabs)};
}

}  // namespace dosegate::geometry
