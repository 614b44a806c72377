#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "geometry/contour_planes.h"
#include "geometry/region.h"

namespace dosegate::geometry {
namespace {

using model::Vec3;

constexpr double kSnapToPatientAxes = 1e-4;  // rad: 0.03 mm over a 300 mm body

}  // namespace

Result<PlaneFrame> contour_frame(const model::Roi& roi) {
  return contour_frame(survey(roi));
}

Result<PlaneFrame> contour_frame(const RoiSurvey& survey) {
  if (auto finite = check_finite(survey); !finite) return tl::unexpected(finite.error());
  // The largest contour that is planar speaks for the ROI; one that is bent only if there is no
  // other.
  Vec3 largest = Vec3::Zero();
  Vec3 largest_bent = Vec3::Zero();
  for (const ContourFacts& contour : survey.contours) {
    if (!contour.has_area) continue;
    const Vec3& area = contour.spanned;
    if (area.norm() <= largest.norm() && area.norm() <= largest_bent.norm()) continue;
    Vec3& rank = off_plane(contour, area.normalized()) <= kPlanar_mm ? largest : largest_bent;
    if (area.norm() > rank.norm()) rank = area;
  }
  if (!(largest.norm() > 0.0)) largest = largest_bent;
  if (!(largest.norm() > 0.0)) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("ROI \"{}\" has no closed contour that encloses an area.",
                            printable(survey.roi->name)));
  }
  Vec3 w = largest.normalized();
  int along = 0;
  w.cwiseAbs().maxCoeff(&along);
  if (w[along] < 0.0) w = -w;  // the sense of rotation of a contour means nothing
  PlaneFrame frame;
  // Patient axes by name, whichever contour was largest; u is the one that dose rows run along.
  static const std::array<std::array<int, 3>, 3> kAxes = {{{1, 2, 0}, {0, 2, 1}, {0, 1, 2}}};
  const auto& order = kAxes[static_cast<std::size_t>(along)];
  if ((w - Vec3::Unit(along)).norm() < kSnapToPatientAxes) {
    for (int a = 0; a < 3; ++a) frame.axes.col(a) = Vec3::Unit(order[static_cast<std::size_t>(a)]);
    return frame;
  }
  const Vec3 u = (Vec3::Unit(order[0]) - w * w[order[0]]).normalized();
  frame.axes.col(0) = u;
  frame.axes.col(1) = w.cross(u);
  frame.axes.col(2) = w;
  return frame;
}

}  // namespace dosegate::geometry
