#include "geometry/contour_planes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"

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
constexpr double kOrdinaryGap = 1.5;      // in nominal spacings; design 4.1
constexpr double kSkippedPlaneGap = 2.5;  // nearest whole number of spacings is at most 2
constexpr double kNoArea_mm2 = 1e-9;

// Twice the area vector; its direction is the contour's normal. Relative to the first point, so
// that far-off coordinates cost no digits.
Vec3 area_vector(const Contour& contour) {
  Vec3 sum = Vec3::Zero();
  for (std::size_t i = 1; i + 1 < contour.points.size(); ++i) {
    sum += (contour.points[i] - contour.points[0]).cross(contour.points[i + 1] - contour.points[0]);
  }
  return 0.5 * sum;
}

double mean_height(const Contour& contour, const Vec3& w) {
  double sum = 0.0;
  for (const Vec3& p : contour.points) sum += p.dot(w);
  return sum / static_cast<double>(contour.points.size());
}

std::vector<double> gaps_of(const std::vector<ContourPlane>& planes) {
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

}  // namespace

bool is_closed(const Contour& contour) {
  return contour.type == ContourType::ClosedPlanar || contour.type == ContourType::ClosedPlanarXor;
}

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

double off_plane(const Contour& contour, const Vec3& w) {
  const double height = mean_height(contour, w);
  double off = 0.0;
  for (const Vec3& p : contour.points) off = std::max(off, std::abs(p.dot(w) - height));
  return off;
}

ContourPlanes group_planes(const Roi& roi, const Vec3& w) {
  std::vector<std::pair<double, const Contour*>> heights;
  ContourPlanes result;
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
  for (ContourPlane& plane : result.planes) {  // the middle of what was taken as one
    double sum = 0.0;
    for (const Contour* contour : plane.contours) sum += mean_height(*contour, w);
    plane.w = sum / static_cast<double>(plane.contours.size());
  }
  return result;
}

Result<Spacing> choose_spacing(const Roi& roi, const std::vector<ContourPlane>& planes,
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

std::vector<Faces> slab_faces(const Roi& roi, const std::vector<ContourPlane>& planes,
                              const RegionOptions& options, double nominal_mm, Findings& findings) {
  const double cap = options.end_caps == EndCaps::Half ? 0.5 * nominal_mm : 0.0;
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

std::optional<double> nominal_spacing_mm(const StructureSet& structures, const Vec3& w) {
  std::vector<double> gaps;
  for (const Roi& roi : structures.rois) {
    const ContourPlanes grouped = group_planes(roi, w);
    // ROIs of another tilt have no planes along this normal.
    if (grouped.off_plane_mm > kNotPlanar_mm) continue;
    for (const double gap : gaps_of(grouped.planes)) gaps.push_back(gap);
  }
  const auto found = smallest_recurring(std::move(gaps));
  return found ? std::optional<double>(found->gap_mm) : std::nullopt;
}

}  // namespace dosegate::geometry
