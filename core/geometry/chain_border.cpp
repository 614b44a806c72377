#include "geometry/chain_border.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace dosegate::geometry {
namespace {

using Point = ChainBorder::Point;

// Level pieces shorter than this are none, as in arrange().
constexpr double kNoLevel_mm = 1e-9;

int direction(const Point& from, const Point& to) {
  return to.v > from.v ? 1 : to.v < from.v ? -1 : 0;
}

double along(const Point& a, const Point& b, double v) {
  return a.u + (b.u - a.u) * ((v - a.v) / (b.v - a.v));
}

// Whether `p` lies at least kClear_mm to the left of the rising segment a-b (or point, a = b); p.v
// within it. The usual answer needs no product.
bool left_of(const Point& p, const Point& a, const Point& b) {
  if (std::min(a.u, b.u) - p.u >= kClear_mm) return true;
  return a.v < b.v && (a.u - p.u - kClear_mm) * (b.v - a.v) + (b.u - a.u) * (p.v - a.v) >= 0.0;
}

bool right_of(const Point& p, const Point& a, const Point& b) {
  if (p.u - std::max(a.u, b.u) >= kClear_mm) return true;
  return a.v < b.v && (p.u - a.u - kClear_mm) * (b.v - a.v) - (b.u - a.u) * (p.v - a.v) >= 0.0;
}

bool before(const Edge& a, const Edge& b) {
  return std::tie(a.v0, a.u0, a.v1, a.u1, a.sign) < std::tie(b.v0, b.u0, b.v1, b.u1, b.sign);
}

// std::merge, but with the choice made by arithmetic: which of two chains comes next is a coin
// toss, and a mispredicted branch costs more than the copy.
Edge* merge(const Edge* a, const Edge* a_end, const Edge* b, const Edge* b_end, Edge* out) {
  while (a != a_end && b != b_end) {
    bool take_b = b->v0 < a->v0;
    if (b->v0 == a->v0) take_b = before(*b, *a);
    *out++ = *(take_b ? b : a);
    a += take_b ? 0 : 1;
    b += take_b ? 1 : 0;
  }
  out = std::copy(a, a_end, out);
  return std::copy(b, b_end, out);
}

}  // namespace

void ChainBorder::clear() {
  clean_ = true;
  points_.clear();
  chains_.clear();
  levels_.clear();
}

void ChainBorder::add_ring(std::span<const Point> ring) {
  if (!clean_) return;
  ring_.clear();
  for (const Point& p : ring) {
    if (ring_.empty() || ring_.back().u != p.u || ring_.back().v != p.v) ring_.push_back(p);
  }
  while (ring_.size() > 1 && ring_.back().u == ring_.front().u &&
         ring_.back().v == ring_.front().v) {
    ring_.pop_back();
  }
  clean_ = cut_into_chains();
}

void ChainBorder::add_level(const Point& from, const Point& to) {
  const double lo = std::min(from.u, to.u);
  const double hi = std::max(from.u, to.u);
  if (hi - lo > kNoLevel_mm) levels_.push_back({from.v, lo, hi});
}

// Chain ends are local extremes: `from` is where the ring turns, and the level run before it, if
// any, belongs to the turn.
bool ChainBorder::cut_into_chains() {
  const std::size_t n = ring_.size();
  std::size_t start = n;
  int last = 0;
  for (std::size_t i = 0; i < 2 * n && start == n; ++i) {
    const int d = direction(ring_[i % n], ring_[(i + 1) % n]);
    if (d != 0 && last != 0 && d != last) start = i % n;
    if (d != 0) last = d;
  }
  if (start == n) return false;  // everything on one level: no ring that encloses an area

  const auto first_chain = static_cast<std::uint32_t>(chains_.size());
  int rising = last;
  const auto open = [&](const Point& p) {
    Chain chain;
    chain.first = static_cast<std::uint32_t>(points_.size());
    chains_.push_back(chain);
    points_.push_back(p);
  };
  const auto close = [&](std::uint32_t next) {
    Chain& chain = chains_.back();
    chain.last = static_cast<std::uint32_t>(points_.size()) - 1;
    if (rising < 0) std::reverse(points_.begin() + chain.first, points_.end());
    const auto own = static_cast<std::uint32_t>(chains_.size()) - 1;
    (rising > 0 ? chain.at_top : chain.at_bottom) = next;
    if (next == first_chain) {
      Chain& other = chains_[first_chain];
      (rising > 0 ? other.at_top : other.at_bottom) = own;
    }
  };
  open(ring_[start]);
  std::optional<Point> level_from;
  Point from = ring_[start];
  for (std::size_t k = 1; k <= n; ++k) {
    const Point to = ring_[(start + k) % n];
    const int d = direction(from, to);
    if (d == 0) {
      if (!level_from) {
        level_from = from;
      } else if ((to.u > from.u) != (from.u > level_from->u)) {
        return false;  // a level run that folds back on itself
      }
      from = to;
      continue;
    }
    if (level_from) {
      add_level(*level_from, from);
      level_from.reset();
      if (d == rising) points_.push_back(from);
    }
    if (d != rising) {
      const auto next = static_cast<std::uint32_t>(chains_.size());
      close(next);
      open(from);
      (rising > 0 ? chains_[next].at_top : chains_[next].at_bottom) = next - 1;
      rising = d;
    }
    points_.push_back(to);
    from = to;
  }
  if (level_from) add_level(*level_from, from);
  close(first_chain);
  return true;
}

std::optional<Area> ChainBorder::border() {
  if (!clean_ || !levels_apart() || !sweep()) return std::nullopt;
  return Area{merged_edges(), levels_};
}

bool ChainBorder::levels_apart() {
  std::sort(levels_.begin(), levels_.end(), [](const LevelEdge& a, const LevelEdge& b) {
    return std::tie(a.v, a.u0) < std::tie(b.v, b.u0);
  });
  for (std::size_t i = 1; i < levels_.size(); ++i) {
    if (levels_[i].v == levels_[i - 1].v && levels_[i].u0 - levels_[i - 1].u1 < kClear_mm)
      return false;
  }
  return true;
}

// Every turn below starts two chains, every turn above ends two. Ends come before starts of the
// same height: what ends there and what starts there are never side by side.
bool ChainBorder::sweep() {
  starts_.clear();
  ends_.clear();
  row_.clear();
  for (std::uint32_t c = 0; c < chains_.size(); ++c) {
    chains_[c].cursor = chains_[c].first;
    if (c < chains_[c].at_bottom) starts_.push_back(c);
    if (c < chains_[c].at_top) ends_.push_back(c);
  }
  const auto bottom = [&](std::uint32_t c) { return points_[chains_[c].first].v; };
  const auto top = [&](std::uint32_t c) { return points_[chains_[c].last].v; };
  std::sort(starts_.begin(), starts_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(bottom(a), a) < std::pair(bottom(b), b);
  });
  std::sort(ends_.begin(), ends_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return std::pair(top(a), a) < std::pair(top(b), b);
  });
  std::size_t start = 0;
  for (const std::uint32_t end : ends_) {
    for (; start < starts_.size() && bottom(starts_[start]) < top(end); ++start) {
      if (!begin_pair(starts_[start], chains_[starts_[start]].at_bottom)) return false;
    }
    if (!end_pair(end, chains_[end].at_top)) return false;
  }
  return true;
}

// Where a chain is at height v: one u, or the stretch of its level step there.
ChainBorder::Stretch ChainBorder::position(Chain& chain, double v) const {
  std::uint32_t& at = chain.cursor;
  while (at < chain.last && points_[at + 1].v < v) ++at;
  if (points_[at].v == v) return {points_[at].u, points_[at].u};  // its bottom
  if (points_[at + 1].v > v) {
    const double u = along(points_[at], points_[at + 1], v);
    return {u, u};
  }
  const double u = points_[at + 1].u;
  if (at + 1 == chain.last || points_[at + 2].v > v) return {u, u};
  return {std::min(u, points_[at + 2].u), std::max(u, points_[at + 2].u)};
}

// Puts two chains that start from one turn into the row.
bool ChainBorder::begin_pair(std::uint32_t chain, std::uint32_t sibling) {
  const Point& p = points_[chains_[chain].first];
  const Point& q = points_[chains_[sibling].first];
  if (p.u == q.u) {
    const Point& b = points_[chains_[chain].first + 1];
    const Point& c = points_[chains_[sibling].first + 1];
    const double turn = (b.u - p.u) * (c.v - p.v) - (c.u - p.u) * (b.v - p.v);
    if (turn == 0.0) return false;
    if (turn > 0.0) std::swap(chain, sibling);
  } else if (p.u > q.u) {
    std::swap(chain, sibling);
  }
  const double v = p.v;
  const double left = std::min(p.u, q.u);
  const double right = std::max(p.u, q.u);
  std::size_t place = 0;
  for (; place < row_.size(); ++place) {
    const Stretch other = position(chains_[row_[place].chain], v);
    if (left - other.hi >= kClear_mm) continue;
    if (other.lo - right >= kClear_mm) break;
    return false;
  }
  if (place > 0) {
    if (place < row_.size() && !close_pair(place - 1, v)) return false;
    row_[place - 1].since = v;
  }
  const double outer = place % 2 == 0 ? -1.0 : 1.0;
  chains_[chain].sign = outer;
  chains_[sibling].sign = -outer;
  const Place pair[2] = {{chain, v}, {sibling, v}};
  row_.insert(row_.begin() + static_cast<std::ptrdiff_t>(place), pair, pair + 2);
  return true;
}

// Takes two chains that meet in one turn out of the row.
bool ChainBorder::end_pair(std::uint32_t chain, std::uint32_t sibling) {
  std::size_t place = 0;
  while (place < row_.size() && row_[place].chain != chain && row_[place].chain != sibling) ++place;
  if (place + 1 >= row_.size()) return false;
  const std::uint32_t other = row_[place].chain == chain ? sibling : chain;
  if (row_[place + 1].chain != other) return false;
  const double v = points_[chains_[chain].last].v;
  if (place > 0 && !close_pair(place - 1, v)) return false;
  if (!close_pair(place, v)) return false;
  if (place + 2 < row_.size() && !close_pair(place + 1, v)) return false;
  row_.erase(row_.begin() + static_cast<std::ptrdiff_t>(place),
             row_.begin() + static_cast<std::ptrdiff_t>(place) + 2);
  if (place > 0) row_[place - 1].since = v;
  return true;
}

// The chains at `left` and right of it have stood side by side up to v: did they keep clear?
bool ChainBorder::close_pair(std::size_t left, double v) const {
  if (row_[left].since == v) return true;
  return keep_clear(row_[left].chain, row_[left + 1].chain, row_[left].since, v);
}

// Two chains keep clear between two heights if they do so at every vertex of either. Common turns
// at the two ends are allowed to touch. At `from` and `to` the neighbours themselves were looked at
// when the row changed there.
bool ChainBorder::keep_clear(std::uint32_t left, std::uint32_t right, double from,
                             double to) const {
  const Chain& l = chains_[left];
  const Chain& r = chains_[right];
  const auto below = [&](const Chain& chain) {  // the last vertex not above `from`
    const auto begin = points_.begin() + chain.first;
    const auto end = points_.begin() + chain.last + 1;
    const auto above =
        std::upper_bound(begin, end, from, [](double v, const Point& p) { return v < p.v; });
    return static_cast<std::uint32_t>(above - points_.begin()) - 1;
  };
  std::uint32_t i = below(l);
  std::uint32_t j = below(r);
  const bool meet = l.at_top == right && r.at_top == left;
  constexpr double kAbove = std::numeric_limits<double>::infinity();
  for (;;) {
    const double next_l = i < l.last ? points_[i + 1].v : kAbove;
    const double next_r = j < r.last ? points_[j + 1].v : kAbove;
    if (std::min(next_l, next_r) > to) return true;
    // A chain that has reached its top stays there: the other may still have a level step to make.
    if (next_l < next_r) {
      if (!left_of(points_[i + 1], points_[j], points_[std::min(j + 1, r.last)])) return false;
      ++i;
    } else if (next_r < next_l) {
      if (!right_of(points_[j + 1], points_[i], points_[std::min(i + 1, l.last)])) return false;
      ++j;
    } else {
      ++i;
      ++j;
      const double gap = points_[j].u - points_[i].u;
      const bool at_turn = meet && i == l.last && j == r.last;
      if (!(at_turn ? gap >= 0.0 : gap >= kClear_mm)) return false;
    }
  }
}

std::vector<Edge> ChainBorder::merged_edges() {
  runs_.clear();
  run_ends_.clear();
  for (const Chain& chain : chains_) {
    for (std::uint32_t i = chain.first; i < chain.last; ++i) {
      const Point& a = points_[i];
      const Point& b = points_[i + 1];
      if (a.v < b.v) runs_.push_back({a.u, a.v, b.u, b.v, chain.sign});
    }
    run_ends_.push_back(runs_.size());
  }
  while (run_ends_.size() > 2) {
    merged_.resize(runs_.size());
    std::size_t from = 0;
    std::size_t kept = 0;
    for (std::size_t r = 0; r < run_ends_.size(); r += 2) {
      const std::size_t middle = run_ends_[r];
      const std::size_t to = r + 1 < run_ends_.size() ? run_ends_[r + 1] : middle;
      merge(&runs_[from], runs_.data() + middle, runs_.data() + middle, runs_.data() + to,
            &merged_[from]);
      run_ends_[kept++] = to;
      from = to;
    }
    run_ends_.resize(kept);
    std::swap(runs_, merged_);
  }
  std::vector<Edge> edges(runs_.size());
  if (run_ends_.size() == 2) {
    const Edge* middle = runs_.data() + run_ends_[0];
    merge(runs_.data(), middle, middle, runs_.data() + runs_.size(), edges.data());
  }
  return edges;
}

}  // namespace dosegate::geometry
