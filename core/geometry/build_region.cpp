#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "base/text.h"
#include "geometry/arrangement.h"
#include "geometry/region.h"

namespace dosegate::geometry {
namespace {

using model::Contour;
using model::ContourType;
using model::Roi;
using model::StructureSet;
using model::Vec3;

// Planes nearer than this are one plane: rounding of positions in exports is 0.001 to 0.01 mm, and
// no scanner's slices lie this close.
constexpr double kSamePlane_mm = 0.05;
// Distances between planes that differ by less are the same distance.
constexpr double kSameGap_mm = 0.05;
// A contour's points may lie this far off its plane without a word: rounding of tilted coordinates.
constexpr double kPlanar_mm = 0.01;
// Further off than this a contour is not planar in any useful sense (half a thin slice).
constexpr double kNotPlanar_mm = 0.5;
constexpr double kSnapToPatientAxes = 1e-4;  // rad: 0.03 mm over a 300 mm body
constexpr double kOrdinaryGap = 1.5;         // in nominal spacings; design 4.1
constexpr double kSkippedPlaneGap = 2.5;     // nearest whole number of spacings is at most 2
// Edges that cross by less are rounding of the coordinates in the file (DS text), not a drawing
// error.
constexpr double kCrossing_mm = 0.02;
constexpr double kNoArea_mm2 = 1e-9;

bool is_closed(const Contour& contour) {
  return contour.type == ContourType::ClosedPlanar || contour.type == ContourType::ClosedPlanarXor;
}

// Twice the area vector; its direction is the contour's normal. Relative to the first point, so
// that far-off coordinates cost no digits.
Vec3 area_vector(const Contour& contour) {
  Vec3 sum = Vec3::Zero();
  for (std::size_t i = 1; i + 1 < contour.points.size(); ++i) {
    sum += (contour.points[i] - contour.points[0]).cross(contour.points[i + 1] - contour.points[0]);
  }
  return 0.5 * sum;
}

// Normal of the plane that a contour spans: its area vector, or, where loops of opposite sense
// cancel (a bow-tie), the widest triangle from its first point. Zero for points on one line.
Vec3 spanned(const Contour& contour) {
  constexpr double kCancelled = 1e-3;  // of the widest triangle
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
  const Vec3 area = area_vector(contour);
  return area.norm() > kCancelled * widest.norm() ? area : widest;
}

bool has_area(const Contour& contour) {
  return is_closed(contour) && contour.points.size() >= 3 && spanned(contour).norm() > kNoArea_mm2;
}

double mean_height(const Contour& contour, const Vec3& w) {
  double sum = 0.0;
  for (const Vec3& p : contour.points) sum += p.dot(w);
  return sum / static_cast<double>(contour.points.size());
}

// Largest distance of a point from the plane of normal `w` through the contour's middle.
double off_plane(const Contour& contour, const Vec3& w) {
  const double height = mean_height(contour, w);
  double off = 0.0;
  for (const Vec3& p : contour.points) off = std::max(off, std::abs(p.dot(w) - height));
  return off;
}

struct Plane {
  double w = 0.0;
  std::vector<const Contour*> contours;
};

struct Planes {
  std::vector<Plane> planes;     // ascending in w
  double largest_step_mm = 0.0;  // widest spread of contours that were taken as one plane
  double off_plane_mm = 0.0;     // largest distance of a point from its contour's plane
};

Planes group_planes(const Roi& roi, const Vec3& w) {
  std::vector<std::pair<double, const Contour*>> heights;
  Planes result;
  for (const Contour& contour : roi.contours) {
    if (!has_area(contour)) continue;
    const double height = mean_height(contour, w);
    result.off_plane_mm = std::max(result.off_plane_mm, off_plane(contour, w));
    heights.emplace_back(height, &contour);
  }
  // Stable: contours of one plane stay in the order of the file, so that the same file gives the
  // same bytes; which order it is changes nothing in the area.
  std::stable_sort(heights.begin(), heights.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  double first = 0.0;
  for (const auto& [height, contour] : heights) {
    if (result.planes.empty() || height - first > kSamePlane_mm) {
      first = height;
      result.planes.push_back({height, {}});
    }
    result.largest_step_mm = std::max(result.largest_step_mm, height - first);
    result.planes.back().contours.push_back(contour);
  }
  for (Plane& plane : result.planes) {  // the middle of what was taken as one
    double sum = 0.0;
    for (const Contour* contour : plane.contours) sum += mean_height(*contour, w);
    plane.w = sum / static_cast<double>(plane.contours.size());
  }
  return result;
}

std::vector<double> gaps_of(const std::vector<Plane>& planes) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < planes.size(); ++i) gaps.push_back(planes[i].w - planes[i - 1].w);
  return gaps;
}

struct RecurringGap {
  double gap_mm = 0.0;
  std::size_t count = 0;
};

// The smallest gap that occurs at least twice, as the mean of its occurrences.
std::optional<RecurringGap> smallest_recurring(std::vector<double> gaps) {
  std::sort(gaps.begin(), gaps.end());
  for (std::size_t i = 0; i + 1 < gaps.size(); ++i) {
    if (gaps[i + 1] - gaps[i] > kSameGap_mm) continue;
    RecurringGap found;
    double sum = 0.0;
    for (std::size_t j = i; j < gaps.size() && gaps[j] - gaps[i] <= kSameGap_mm; ++j) {
      sum += gaps[j];
      ++found.count;
    }
    found.gap_mm = sum / static_cast<double>(found.count);
    return found;
  }
  return std::nullopt;
}

struct Spacing {
  double nominal_mm = 0.0;
  Findings findings;
};

// The ROI's own recurring spacing where it is trustworthy: fine as the structure set's, or so
// regular that the ROI was evidently drawn on every n-th plane. Else the structure set's.
Result<Spacing> choose_spacing(const Roi& roi, const std::vector<Plane>& planes,
                               std::optional<double> common) {
  const std::vector<double> gaps = gaps_of(planes);
  const auto own = smallest_recurring(gaps);
  if (own && common && own->gap_mm > kSkippedPlaneGap * *common) {
    const bool regular = own->count >= 3 && 2 * own->count >= gaps.size();
    if (!regular) return Spacing{*common, {}};
    return Spacing{
        own->gap_mm,
        {{FindingCode::RoiSpacingUneven,
          fmt::format("Drawn every {} mm although other ROIs have planes every {} mm; taken "
                      "as one body with slabs of {} mm.",
                      fixed(own->gap_mm, 2), fixed(*common, 2), fixed(own->gap_mm, 2)),
          roi.name}}};
  }
  if (own) return Spacing{own->gap_mm, {}};
  if (planes.size() == 1) {
    for (const Contour* contour : planes[0].contours) {
      if (contour->slab_thickness_mm) {
        return Spacing{
            *contour->slab_thickness_mm,
            {{FindingCode::RoiSinglePlane,
              fmt::format("One contour plane only; its ContourSlabThickness of {} mm is its "
                          "thickness.",
                          fixed(*contour->slab_thickness_mm, 2)),
              roi.name}}};
      }
    }
  }
  if (common) {
    Spacing spacing{*common, {}};
    if (planes.size() == 1) {
      spacing.findings.push_back(
          {FindingCode::RoiSinglePlane,
           fmt::format("One contour plane only; taken as {} mm thick, the structure set's spacing.",
                       fixed(*common, 2)),
           roi.name});
    }
    return spacing;
  }
  // Nothing recurs anywhere: the smallest gap of the ROI itself is all there is.
  if (!gaps.empty()) return Spacing{*std::min_element(gaps.begin(), gaps.end()), {}};
  return fail(
      ErrorCode::SpacingUnknown,
      fmt::format("ROI \"{}\" has one contour plane and nothing tells its thickness; draw it on "
                  "at least two planes or export ContourSlabThickness (3006,0044).",
                  printable(roi.name)));
}

struct Faces {
  double lo = 0.0, hi = 0.0;
};

// Which stretch of w each plane owns.
std::vector<Faces> slab_faces(const Roi& roi, const std::vector<Plane>& planes, double nominal_mm,
                              EndCaps caps, Findings& findings) {
  const double cap = caps == EndCaps::Half ? 0.5 * nominal_mm : 0.0;
  std::vector<Faces> faces(planes.size());
  faces.front().lo = planes.front().w - cap;
  faces.back().hi = planes.back().w + cap;
  for (std::size_t i = 1; i < planes.size(); ++i) {
    const double below = planes[i - 1].w;
    const double above = planes[i].w;
    const double gap = above - below;
    if (gap > kSkippedPlaneGap * nominal_mm + kSameGap_mm) {
      faces[i - 1].hi = below + cap;
      faces[i].lo = above - cap;
      findings.push_back(
          {FindingCode::RoiGapCapped,
           fmt::format("No contour for {} mm (spacing {} mm): taken as a real gap, both "
                       "sides end there.",
                       fixed(gap, 2), fixed(nominal_mm, 2)),
           roi.name});
      continue;
    }
    if (gap > kOrdinaryGap * nominal_mm + kSameGap_mm) {
      findings.push_back(
          {FindingCode::RoiGapBridged,
           fmt::format("No contour for {} mm (spacing {} mm): taken as a skipped plane "
                       "and bridged.",
                       fixed(gap, 2), fixed(nominal_mm, 2)),
           roi.name});
    }
    faces[i - 1].hi = faces[i].lo = 0.5 * (below + above);
  }
  return faces;
}

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
bool has_repeated_contour(const Plane& plane) {
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
  std::size_t other = 0;
  std::size_t degenerate = 0;
  for (const Contour& contour : roi.contours) {
    if (!is_closed(contour)) {
      ++other;
    } else if (!has_area(contour)) {
      ++degenerate;
    }
  }
  if (other > 0) {
    findings.push_back(
        {FindingCode::RoiContoursSkipped,
         fmt::format("{} contour(s) are points or open lines and enclose no volume; left "
                     "out.",
                     other),
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

Result<void> check_planarity(const Roi& roi, const PlaneFrame& frame, const Planes& grouped,
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

std::optional<double> nominal_spacing_mm(const StructureSet& structures, const Vec3& w) {
  std::vector<double> gaps;
  for (const Roi& roi : structures.rois) {
    const Planes grouped = group_planes(roi, w);
    // ROIs of another tilt have no planes along this normal.
    if (grouped.off_plane_mm > kNotPlanar_mm) continue;
    for (const double gap : gaps_of(grouped.planes)) gaps.push_back(gap);
  }
  const auto found = smallest_recurring(std::move(gaps));
  return found ? std::optional<double>(found->gap_mm) : std::nullopt;
}

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
  const Planes grouped = group_planes(roi, w);
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
      slab_faces(roi, grouped.planes, spacing->nominal_mm, options.end_caps, findings);

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
    slabs.push_back({faces[i].lo, faces[i].hi, std::move(border.edges), std::move(border.levels)});
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
