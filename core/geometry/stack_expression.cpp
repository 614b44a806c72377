#include "geometry/stack_expression.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "geometry/read_stack.h"

namespace dosegate::geometry {
namespace {

using AreaPtr = std::shared_ptr<const Area>;  // null: nothing

// Planes nearer than this are the same plane, in two operands as in one ROI.
constexpr double kSamePlane_mm = 0.05;
// ... and a share differs by that distance over the gap, which is a millimetre or more.
constexpr double kShare_per_mm = 1.0;
constexpr double kNoShare = 1e-12;  // rounding of products and sums of shares of the order of 1
// A product of shares may stray from its straight pieces by this part of the area, in where along w
// the area lies; not in how much.
constexpr double kStray = 0.01;
constexpr int kMostPieces = 8;

// A polynomial over a stretch of w, its variable running from 0 to 1: c[0] + c[1] t + ...
using Polynomial = std::vector<double>;

double at(const Polynomial& p, double t) {
  double value = 0.0;
  for (auto c = p.rbegin(); c != p.rend(); ++c) value = value * t + *c;
  return value;
}

// p times the line from `lo` at 0 to `hi` at 1.
Polynomial times(const Polynomial& p, double lo, double hi) {
  const double slope = hi - lo;
  Polynomial product(p.size() + (slope != 0.0 ? 1 : 0), 0.0);
  for (std::size_t i = 0; i < p.size(); ++i) {
    product[i] += p[i] * lo;
    if (slope != 0.0) product[i + 1] += p[i] * slope;
  }
  return product;
}

void add(Polynomial& sum, const Polynomial& p) {
  if (sum.size() < p.size()) sum.resize(p.size(), 0.0);
  for (std::size_t i = 0; i < p.size(); ++i) sum[i] += p[i];
}

bool straight(const Polynomial& p) {
  return std::all_of(p.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(2, p.size())),
                     p.end(), [](double c) { return std::abs(c) <= kNoShare; });
}

// The least-squares line of a parabola with second derivative c strays by c/12 times the square of
// its length from it; the curvature here is that of the whole stretch.
int pieces_for(const Polynomial& p) {
  if (straight(p)) return 1;
  const double curvature = 4.0 * std::abs(at(p, 0.0) - 2.0 * at(p, 0.5) + at(p, 1.0));
  return std::clamp(static_cast<int>(std::ceil(std::sqrt(curvature / 12.0 / kStray))), 2,
                    kMostPieces);
}

struct Box {
  double u0, v0, u1, v1;
};

Box box_of(const Area& area) {
  Box box = {area.edges[0].u0, area.edges[0].v0, area.edges[0].u0, area.edges[0].v0};
  for (const Edge& e : area.edges) {
    box.u0 = std::min({box.u0, e.u0, e.u1});
    box.u1 = std::max({box.u1, e.u0, e.u1});
    box.v1 = std::max(box.v1, e.v1);
  }
  return box;
}

bool apart(const Box& a, const Box& b) {
  return a.u1 < b.u0 || b.u1 < a.u0 || a.v1 < b.v0 || b.v1 < a.v0;
}

// Combines borders, each pair once.
class PairCombiner {
 public:
  AreaPtr combine(const AreaPtr& a, const AreaPtr& b, Combine operation) {
    if (!a) return operation == Combine::Union ? b : nullptr;
    if (!b) return operation == Combine::Intersect ? nullptr : a;
    if (a == b) return operation == Combine::Subtract ? nullptr : a;
    const auto key = std::tuple(a.get(), b.get(), operation);
    if (const auto known = pairs_.find(key); known != pairs_.end()) return known->second.result;
    return pairs_.emplace(key, Pair{a, b, fresh(a, b, operation)}).first->second.result;
  }

 private:
  struct Pair {
    AreaPtr a, b;  // kept, so that no other border can come to stand at the same address
    AreaPtr result;
  };

  const Box& box(const AreaPtr& area) {
    const auto known = boxes_.find(area.get());
    return known != boxes_.end() ? known->second
                                 : boxes_.emplace(area.get(), box_of(*area)).first->second;
  }

  AreaPtr fresh(const AreaPtr& a, const AreaPtr& b, Combine operation) {
    if (operation != Combine::Union && apart(box(a), box(b)))
      return operation == Combine::Subtract ? a : nullptr;
    edges_.clear();
    for (const auto& [area, operand] : {std::pair(a.get(), 0), std::pair(b.get(), 1)}) {
      for (const Edge& e : area->edges) edges_.push_back({e.u0, e.v0, e.u1, e.v1, operand});
      for (const LevelEdge& e : area->levels) edges_.push_back({e.u0, e.v, e.u1, e.v, operand});
    }
    Area border = arrange(edges_, operation).area;
    if (border.edges.empty()) return nullptr;
    return std::make_shared<const Area>(std::move(border));
  }

  std::map<std::tuple<const Area*, const Area*, Combine>, Pair> pairs_;
  std::map<const Area*, Box> boxes_;
  std::vector<InputEdge> edges_;
};

// An operand's planes that share in the current stretch.
struct Present {
  const PlaneStack* stack = nullptr;
  std::vector<PlaneShare> shares;  // cut to the stretch
};

// Operands that choose together: the same planes, with the same shares.
struct Together {
  std::vector<std::size_t> leaves;
  std::size_t choices = 0;  // planes, and "none of them" where their shares do not add up to 1
  double none_lo = 0.0, none_hi = 0.0;
};

// The same planes, and shares that differ by no more than the planes' distances account for.
bool same_choice(const Present& a, const Present& b) {
  double off_mm = 0.0;
  double off = 0.0;
  if (a.shares.size() != b.shares.size()) return false;
  for (std::size_t i = 0; i < a.shares.size(); ++i) {
    const PlaneShare& x = a.shares[i];
    const PlaneShare& y = b.shares[i];
    const double apart_mm = a.stack->planes[x.plane].w - b.stack->planes[y.plane].w;
    off_mm = std::max(off_mm, std::abs(apart_mm));
    off = std::max({off, std::abs(x.weight_lo - y.weight_lo), std::abs(x.weight_hi - y.weight_hi)});
  }
  return off_mm <= kSamePlane_mm && off <= kNoShare + kShare_per_mm * off_mm;
}

PlaneShare cut(const PlaneShare& share, double lo, double hi) {
  const auto weight = [&](double w) {
    if (w <= share.w_lo) return share.weight_lo;
    if (w >= share.w_hi) return share.weight_hi;
    return share.weight_lo +
           (share.weight_hi - share.weight_lo) * ((w - share.w_lo) / (share.w_hi - share.w_lo));
  };
  return {lo, hi, share.plane, weight(lo), weight(hi)};
}

}  // namespace

class ExpressionReader::Impl {
 public:
  explicit Impl(StackExpression expression) : expression_(std::move(expression)) {
    collect(expression_);
    require(!stacks_.empty(), "an expression without stacks");
    constexpr double kSameFrame = 1e-9;
    for (const PlaneStack* stack : stacks_) {
      const auto difference = stack->frame.axes - stacks_[0]->frame.axes;
      require(difference.cwiseAbs().maxCoeff() < kSameFrame, "stacks of different frames");
    }
  }

  Region read(const Reading& reading) {
    std::vector<std::vector<PlaneShare>> shares;
    std::vector<double> faces;
    for (const PlaneStack* stack : stacks_) {
      shares.push_back(plane_shares(*stack, reading));
      // A plane without border still takes its share: the others fade towards it.
      for (const PlaneShare& share : shares.back()) {
        faces.push_back(share.w_lo);
        faces.push_back(share.w_hi);
      }
    }
    std::sort(faces.begin(), faces.end());
    faces.erase(std::unique(faces.begin(), faces.end()), faces.end());
    slabs_.clear();
    std::vector<std::size_t> next(stacks_.size(), 0);
    std::vector<std::vector<PlaneShare>> open(stacks_.size());
    std::vector<Present> present(stacks_.size());
    for (std::size_t f = 0; f + 1 < faces.size(); ++f) {
      const double lo = faces[f];
      const double hi = faces[f + 1];
      for (std::size_t leaf = 0; leaf < stacks_.size(); ++leaf) {
        std::erase_if(open[leaf], [&](const PlaneShare& s) { return s.w_hi <= lo; });
        for (; next[leaf] < shares[leaf].size() && shares[leaf][next[leaf]].w_lo <= lo;
             ++next[leaf])
          open[leaf].push_back(shares[leaf][next[leaf]]);
        present[leaf].stack = stacks_[leaf];
        present[leaf].shares.clear();
        for (const PlaneShare& share : open[leaf])
          present[leaf].shares.push_back(cut(share, lo, hi));
        std::sort(present[leaf].shares.begin(), present[leaf].shares.end(),
                  [](const PlaneShare& a, const PlaneShare& b) { return a.plane < b.plane; });
      }
      stretch(present, lo, hi);
    }
    std::stable_sort(slabs_.begin(), slabs_.end(), [](const Slab& a, const Slab& b) {
      return std::tie(a.w_lo, a.w_hi) < std::tie(b.w_lo, b.w_hi);
    });
    return {stacks_[0]->frame, std::move(slabs_)};
  }

 private:
  struct Part {
    AreaPtr area;
    Polynomial share;
  };

  void collect(const StackExpression& e) {
    if (e.stack != nullptr) {
      if (std::find(stacks_.begin(), stacks_.end(), e.stack) == stacks_.end())
        stacks_.push_back(e.stack);
      return;
    }
    require(!e.operands.empty(), "an operation without operands");
    for (const StackExpression& operand : e.operands) collect(operand);
  }

  // One stretch of w over which every share is straight.
  void stretch(const std::vector<Present>& present, double lo, double hi) {
    std::vector<Together> groups;
    for (std::size_t leaf = 0; leaf < present.size(); ++leaf) {
      if (present[leaf].shares.empty()) continue;
      const auto mates = std::find_if(groups.begin(), groups.end(), [&](const Together& g) {
        return same_choice(present[g.leaves.front()], present[leaf]);
      });
      if (mates != groups.end()) {
        mates->leaves.push_back(leaf);
        continue;
      }
      Together group{{leaf}, present[leaf].shares.size(), 1.0, 1.0};
      for (const PlaneShare& share : present[leaf].shares) {
        group.none_lo -= share.weight_lo;
        group.none_hi -= share.weight_hi;
      }
      if (std::abs(group.none_lo) > kNoShare || std::abs(group.none_hi) > kNoShare) ++group.choices;
      groups.push_back(std::move(group));
    }
    parts_.clear();
    outlines_.assign(present.size(), nullptr);
    choose(present, groups, 0, {1.0});
    take_parts(lo, hi);
  }

  // Goes through the choices of groups[from..], with what has been chosen before in outlines_.
  void choose(const std::vector<Present>& present, const std::vector<Together>& groups,
              std::size_t from, const Polynomial& share) {
    if (from == groups.size()) {
      AreaPtr area = evaluate(expression_);
      if (!area || area->edges.empty()) return;
      const auto same = std::find_if(parts_.begin(), parts_.end(),
                                     [&](const Part& part) { return part.area == area; });
      if (same != parts_.end()) {
        add(same->share, share);
      } else {
        parts_.push_back({std::move(area), share});
      }
      return;
    }
    const Together& group = groups[from];
    const std::vector<PlaneShare>& shares = present[group.leaves.front()].shares;
    for (std::size_t choice = 0; choice < group.choices; ++choice) {
      const bool none = choice == shares.size();
      for (const std::size_t leaf : group.leaves) {
        const Present& p = present[leaf];
        outlines_[leaf] = none ? nullptr : p.stack->planes[p.shares[choice].plane].area;
        if (outlines_[leaf] && outlines_[leaf]->edges.empty()) outlines_[leaf] = nullptr;
      }
      choose(present, groups, from + 1,
             none ? times(share, group.none_lo, group.none_hi)
                  : times(share, shares[choice].weight_lo, shares[choice].weight_hi));
    }
  }

  AreaPtr evaluate(const StackExpression& e) {
    if (e.stack != nullptr) {
      const auto leaf = std::find(stacks_.begin(), stacks_.end(), e.stack) - stacks_.begin();
      return outlines_[static_cast<std::size_t>(leaf)];
    }
    AreaPtr result = evaluate(e.operands.front());
    for (std::size_t i = 1; i < e.operands.size(); ++i) {
      if (!result && e.operation != Combine::Union) return nullptr;
      result = pairs_.combine(result, evaluate(e.operands[i]), e.operation);
    }
    return result;
  }

  // The parts of a stretch as slabs; all are cut at the same heights, so that their shares still add
  // up there.
  void take_parts(double lo, double hi) {
    int pieces = 1;
    for (const Part& part : parts_) pieces = std::max(pieces, pieces_for(part.share));
    for (const Part& part : parts_) {
      const auto take = [&](const PlaneShare& s) {
        slabs_.emplace_back(s.w_lo, s.w_hi, part.area, s.weight_lo, s.weight_hi);
      };
      if (part.share.size() == 1 && part.share[0] == 1.0) {  // the whole of it: nothing to fit
        slabs_.emplace_back(lo, hi, part.area);
      } else {
        straight_pieces(
            {lo, hi, 0}, pieces, [&](double t) { return at(part.share, t); }, take);
      }
    }
  }

  StackExpression expression_;
  std::vector<const PlaneStack*> stacks_;
  PairCombiner pairs_;
  std::vector<AreaPtr> outlines_;  // what each stack is under the current choice
  std::vector<Part> parts_;
  std::vector<Slab> slabs_;
};

ExpressionReader::ExpressionReader(StackExpression expression)
    : impl_(std::make_unique<Impl>(std::move(expression))) {}
ExpressionReader::~ExpressionReader() = default;

Region ExpressionReader::read(const Reading& reading) {
  return impl_->read(reading);
}

}  // namespace dosegate::geometry
