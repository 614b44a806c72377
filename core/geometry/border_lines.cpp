#include "geometry/border_lines.h"

#include <algorithm>

namespace dosegate::geometry {
namespace {

// Borders that touch are one crossing each way: what lies between them is no gap.
constexpr double kTouch_mm = 1e-7;

// Every border piece separates inside from outside, so that the crossings pair up in order.
std::vector<Stretch> paired(std::vector<double> crossings) {
  std::sort(crossings.begin(), crossings.end());
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i + 1 < crossings.size(); i += 2) {
    const Stretch next{crossings[i], crossings[i + 1]};
    if (next.hi - next.lo <= kTouch_mm) continue;
    if (!stretches.empty() && next.lo - stretches.back().hi <= kTouch_mm) {
      stretches.back().hi = next.hi;
    } else {
      stretches.push_back(next);
    }
  }
  return stretches;
}

}  // namespace

std::vector<Stretch> along_u(const Area& area, double v) {
  std::vector<double> crossings;
  for (const Edge& e : area.edges) {
    if (e.v0 > v) break;  // ascending in v0
    if (v < e.v1) crossings.push_back(e.u0 + (e.u1 - e.u0) * (v - e.v0) / (e.v1 - e.v0));
  }
  return paired(std::move(crossings));
}

std::vector<Stretch> along_v(const Area& area, double u) {
  std::vector<double> crossings;
  for (const Edge& e : area.edges) {
    const auto [lo, hi] = std::minmax(e.u0, e.u1);
    if (lo <= u && u < hi) {
      crossings.push_back(e.v0 + (e.v1 - e.v0) * (u - e.u0) / (e.u1 - e.u0));
    }
  }
  for (const LevelEdge& level : area.levels) {
    if (level.u0 <= u && u < level.u1) crossings.push_back(level.v);
  }
  return paired(std::move(crossings));
}

}  // namespace dosegate::geometry
