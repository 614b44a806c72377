#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "geometry/arrangement.h"
#include "geometry/contour_planes.h"
#include "geometry/region.h"

namespace dosegate::geometry {
namespace {

using model::Contour;
using model::Roi;
using model::Vec3;

constexpr double kSnapToPatientAxes = 1e-4;  // rad: 0.03 mm over a 300 mm body
// Edges that cross by less are rounding of the coordinates in the file (DS text), not a drawing
// error.
constexpr double kCrossing_mm = 0.02;

void add_contour(std::vector<InputEdge>& edges, const Contour& contour, const PlaneFrame& frame) {
  const std::size_t n = contour.points.size();
  Vec3 from = frame.to_frame(contour.points[n - 1]);
  for (std::size_t i = 0; i < n; ++i) {
    const Vec3 to = frame.to_frame(contour.points[i]);
    if (from.x() != to.x() || from.y() != to.y())
      edges.push_back({from.x(), from.y(), to.x(), to.y(), 0});
    from = to;
  }
}

// The same outline drawn twice cancels itself under the even-odd rule: same area vector (up to the
// sense of rotation) and same first moments.
bool has_repeated_contour(const ContourPlane& plane) {
  for (std::size_t i = 0; i < plane.contours.size(); ++i) {
    for (std::size_t j = i + 1; j < plane.contours.size(); ++j) {
      const Contour& a = *plane.contours[i];
      const Contour& b = *plane.contours[j];
      if (a.points.size() != b.points.size()) continue;
      const auto key = [](const Contour& c) {
        Vec3 lo = c.points[0], hi = c.points[0], sum = Vec3::Zero();
        for (const Vec3& p : c.points) {
          lo = lo.cwiseMin(p), hi = hi.cwiseMax(p);
          sum += p - c.points[0];
        }
        return std::array<Vec3, 3>{lo, hi,
                                   sum + static_cast<double>(c.points.size()) * c.points[0]};
      };
      const auto ka = key(a);
      const auto kb = key(b);
      constexpr double kSame_mm = 1e-6;
      if ((ka[0] - kb[0]).norm() < kSame_mm && (ka[1] - kb[1]).norm() < kSame_mm &&
          (ka[2] - kb[2]).norm() < kSame_mm * static_cast<double>(a.points.size())) {
        return true;
      }
    }
  }
  return false;
}

void note_contours_left_out(const Roi& roi, Findings& findings) {
  std::size_t points = 0;
  std::size_t open = 0;
  std::size_t degenerate = 0;
  for (const Contour& contour : roi.contours) {
    if (contour.type == model::ContourType::Point) {
      ++points;
    } else if (!is_closed(contour)) {
      ++open;
    } else if (!has_area(contour)) {
      ++degenerate;
    }
  }
  if (points > 0) {
    findings.push_back({FindingCode::RoiContoursSkipped,
                        fmt::format("{} point(s) enclose no volume; left out.", points), roi.name});
  }
  if (open > 0) {
    findings.push_back(
        {FindingCode::RoiOpenContoursSkipped,
         fmt::format("{} contour(s) are open or of unknown type and enclose no volume; left out.",
                     open),
         roi.name});
  }
  if (degenerate > 0) {
    findings.push_back(
        {FindingCode::RoiContourDegenerate,
         fmt::format("{} closed contour(s) have fewer than three points or no area; left "
                     "out.",
                     degenerate),
         roi.name});
  }
}

Result<void> check_planarity(const Roi& roi, const PlaneFrame& frame, const ContourPlanes& grouped,
                             Findings& findings) {
  if (grouped.off_plane_mm > kNotPlanar_mm) {
    const Vec3 w = frame.axes.col(2);
    for (const Contour& contour : roi.contours) {
      if (!has_area(contour)) continue;
      // Planar in its own plane, but that plane is tilted against the frame?
      const Vec3 own = spanned(contour).normalized();
      if (off_plane(contour, own) <= kPlanar_mm && off_plane(contour, w) > kNotPlanar_mm) {
        return fail(
            ErrorCode::ContoursNotParallel,
            fmt::format("The contours of ROI \"{}\" do not lie in parallel planes; it is drawn in "
                        "planes of different tilt and its volume cannot be told from them.",
                        printable(roi.name)));
      }
    }
    return fail(
        ErrorCode::ContoursNotPlanar,
        fmt::format("A contour of ROI \"{}\" is called planar but its points lie up to {} mm off "
                    "its plane.",
                    printable(roi.name), fixed(grouped.off_plane_mm, 2)));
  }
  if (grouped.off_plane_mm > kPlanar_mm) {
    findings.push_back({FindingCode::RoiContourNonPlanar,
                        fmt::format("Points lie up to {} mm off their contour's plane.",
                                    fixed(grouped.off_plane_mm, 3)),
                        roi.name});
  }
  if (grouped.largest_step_mm > 1e-6) {
    findings.push_back({FindingCode::RoiPlanesMerged,
                        fmt::format("Contours up to {} mm apart were taken as one plane.",
                                    fixed(grouped.largest_step_mm, 4)),
                        roi.name});
  }
  return {};
}

}  // namespace

Result<PlaneFrame> contour_frame(const Roi& roi) {
  // The largest contour that is planar speaks for the ROI; one that is bent only if there is no
  // other.
  Vec3 largest = Vec3::Zero();
  Vec3 largest_bent = Vec3::Zero();
  for (const Contour& contour : roi.contours) {
    if (!has_area(contour)) continue;
    const Vec3 area = spanned(contour);
    Vec3& rank = off_plane(contour, area.normalized()) <= kPlanar_mm ? largest : largest_bent;
    if (area.norm() > rank.norm()) rank = area;
  }
  if (!(largest.norm() > 0.0)) largest = largest_bent;
  if (!(largest.norm() > 0.0)) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("ROI \"{}\" has no closed contour that encloses an area.",
                            printable(roi.name)));
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

Result<BuiltRegion> build_region(const Roi& roi, const PlaneFrame& frame,
                                 const RegionOptions& options) {
  Findings findings;
  for (const Contour& contour : roi.contours) {
    const bool finite = std::all_of(contour.points.begin(), contour.points.end(),
                                    [](const Vec3& p) { return p.allFinite(); });
    if (!is_closed(contour) || finite) continue;
    return fail(
        ErrorCode::ContoursNotPlanar,  // to leave it out would make the ROI smaller than drawn
        fmt::format("A contour of ROI \"{}\" has a point that is not a finite number.",
                    printable(roi.name)));
  }
  note_contours_left_out(roi, findings);
  const Vec3 w = frame.axes.col(2);
  const ContourPlanes grouped = group_planes(roi, w);
  if (grouped.planes.empty()) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("ROI \"{}\" has no closed contour that encloses an area.",
                            printable(roi.name)));
  }
  if (auto planar = check_planarity(roi, frame, grouped, findings); !planar) {
    return tl::unexpected(planar.error());
  }
  auto spacing = choose_spacing(roi, grouped.planes, options.set_spacing_mm);
  if (!spacing) return tl::unexpected(spacing.error());
  findings.insert(findings.end(), spacing->findings.begin(), spacing->findings.end());
  const std::vector<Faces> faces =
      slab_faces(roi, grouped.planes, options, spacing->nominal_mm, findings);

  std::vector<Slab> slabs;
  std::vector<InputEdge> edges;
  double crossing_mm = 0.0;
  std::size_t crossing_planes = 0;
  std::size_t repeated = 0;
  for (std::size_t i = 0; i < grouped.planes.size(); ++i) {
    if (!(faces[i].lo < faces[i].hi)) continue;  // a single plane without caps has no thickness
    edges.clear();
    for (const Contour* contour : grouped.planes[i].contours) add_contour(edges, *contour, frame);
    CleanBorder border = arrange(edges, Combine::Union);
    if (border.self_crossing_mm > kCrossing_mm) ++crossing_planes;
    crossing_mm = std::max(crossing_mm, border.self_crossing_mm);
    if (has_repeated_contour(grouped.planes[i])) ++repeated;
    slabs.emplace_back(faces[i].lo, faces[i].hi, std::move(border.area));
  }
  if (crossing_planes > 0) {
    findings.push_back(
        {FindingCode::RoiContoursOverlap,
         fmt::format("Contours cross themselves or each other on {} plane(s), by up to {} "
                     "mm; the even-odd rule was applied.",
                     crossing_planes, fixed(crossing_mm, 2)),
         roi.name});
  }
  if (repeated > 0) {
    findings.push_back(
        {FindingCode::RoiContourRepeated,
         fmt::format("The same contour stands twice on {} plane(s): under the even-odd rule "
                     "it encloses nothing there.",
                     repeated),
         roi.name});
  }
  Region region(frame, std::move(slabs));
  if (region.empty()) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("The contours of ROI \"{}\" enclose no volume.", printable(roi.name)));
  }
  return BuiltRegion{std::move(region), std::move(findings), spacing->nominal_mm,
                     static_cast<int>(grouped.planes.size())};
}

}  // namespace dosegate::geometry
