#include "geometry/contour_survey.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace dosegate::geometry {
namespace {

using model::Contour;
using model::ContourType;
using model::Roi;
using model::Vec3;

constexpr double kNoArea_mm2 = 1e-9;
constexpr double kCancelled = 1e-3;  // of the widest triangle

// Area of the widest triangle that the first point, the one furthest from it and a third one span.
Vec3 widest_triangle(const Contour& contour) {
  Vec3 widest = Vec3::Zero();
  const Vec3& first = contour.points[0];
  std::size_t far = 0;
  for (std::size_t i = 1; i < contour.points.size(); ++i) {
    if ((contour.points[i] - first).norm() > (contour.points[far] - first).norm()) far = i;
  }
  for (const Vec3& p : contour.points) {
    const Vec3 triangle = 0.5 * (contour.points[far] - first).cross(p - first);
    if (triangle.norm() > widest.norm()) widest = triangle;
  }
  return widest;
}

// The axis that `w` is, if it is one of the patient's (of either sense).
std::optional<int> patient_axis(const Vec3& w) {
  for (int a = 0; a < 3; ++a) {
    if (std::abs(w[a]) == 1.0) return a;
  }
  return std::nullopt;
}

ContourFacts look_at(const Contour& contour) {
  ContourFacts facts;
  facts.contour = &contour;
  facts.closed =
      contour.type == ContourType::ClosedPlanar || contour.type == ContourType::ClosedPlanarXor;
  if (contour.points.empty()) return facts;
  // Relative to the first point, so that far-off coordinates cost no digits. Plain doubles: this
  // loop sees every point of the structure set.
  const double ox = contour.points[0].x();
  const double oy = contour.points[0].y();
  const double oz = contour.points[0].z();
  double lo[3] = {ox, oy, oz}, hi[3] = {ox, oy, oz}, sum[3] = {0.0, 0.0, 0.0};
  double twice[3] = {0.0, 0.0, 0.0};
  double before[3] = {0.0, 0.0, 0.0};
  for (const Vec3& p : contour.points) {
    const double at[3] = {p.x(), p.y(), p.z()};
    const double from[3] = {at[0] - ox, at[1] - oy, at[2] - oz};
    for (int a = 0; a < 3; ++a) {
      lo[a] = std::min(lo[a], at[a]);
      hi[a] = std::max(hi[a], at[a]);
      sum[a] += at[a];
    }
    twice[0] += before[1] * from[2] - before[2] * from[1];
    twice[1] += before[2] * from[0] - before[0] * from[2];
    twice[2] += before[0] * from[1] - before[1] * from[0];
    for (int a = 0; a < 3; ++a) before[a] = from[a];
  }
  facts.lo = Vec3(lo[0], lo[1], lo[2]);
  facts.hi = Vec3(hi[0], hi[1], hi[2]);
  facts.sum = Vec3(sum[0], sum[1], sum[2]);
  // A coordinate that is no number or infinite spoils the sum (and nothing else does: no file holds
  // numbers whose sum overflows); only then is it worth a second look.
  facts.finite = facts.sum.allFinite() || std::all_of(contour.points.begin(), contour.points.end(),
                                                      [](const Vec3& p) { return p.allFinite(); });
  if (!facts.finite || contour.points.size() < 3) return facts;
  const Vec3 area = 0.5 * Vec3(twice[0], twice[1], twice[2]);
  // No triangle of the points is larger than half the square of their box's diagonal: where the
  // area vector is beyond doubt, the widest triangle need not be looked for.
  const double most = 0.5 * (facts.hi - facts.lo).squaredNorm();
  if (area.norm() > kCancelled * most) {
    facts.spanned = area;
  } else {
    const Vec3 widest = widest_triangle(contour);
    facts.spanned = area.norm() > kCancelled * widest.norm() ? area : widest;
  }
  facts.has_area = facts.closed && facts.spanned.norm() > kNoArea_mm2;
  return facts;
}

}  // namespace

RoiSurvey survey(const Roi& roi) {
  RoiSurvey result;
  result.roi = &roi;
  result.contours.reserve(roi.contours.size());
  for (const Contour& contour : roi.contours) result.contours.push_back(look_at(contour));
  return result;
}

double mean_height(const ContourFacts& facts, const Vec3& w) {
  const auto n = static_cast<double>(facts.contour->points.size());
  return patient_axis(w) ? facts.sum.dot(w) / n : [&] {
    double sum = 0.0;
    for (const Vec3& p : facts.contour->points) sum += p.dot(w);
    return sum / n;
  }();
}

double off_plane(const ContourFacts& facts, const Vec3& w) {
  const double height = mean_height(facts, w);
  if (const auto axis = patient_axis(w)) {
    return std::max(std::abs(facts.lo[*axis] * w[*axis] - height),
                    std::abs(facts.hi[*axis] * w[*axis] - height));
  }
  double off = 0.0;
  for (const Vec3& p : facts.contour->points) off = std::max(off, std::abs(p.dot(w) - height));
  return off;
}

}  // namespace dosegate::geometry
