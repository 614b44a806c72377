#include "geometry/contour_planes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "geometry/region.h"

namespace dosegate::geometry {
namespace {

using model::Contour;
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

Result<void> check_finite(const RoiSurvey& survey) {
  for (const ContourFacts& contour : survey.contours) {
    if (!contour.closed || contour.finite) continue;
    return fail(ErrorCode::ContoursNotPlanar,
                fmt::format("A contour of ROI \"{}\" has a point that is not a finite number.",
                            printable(survey.roi->name)));
  }
  return {};
}

ContourPlanes group_planes(const RoiSurvey& survey, const Vec3& w) {
  std::vector<std::pair<double, const ContourFacts*>> heights;
  ContourPlanes result;
  for (const ContourFacts& contour : survey.contours) {
    if (!contour.has_area) continue;
    result.off_plane_mm = std::max(result.off_plane_mm, off_plane(contour, w));
    heights.emplace_back(mean_height(contour, w), &contour);
  }
  // Stable: contours of one plane stay in the order of the file, so that the same file gives the
  // same bytes; which order it is changes nothing in the area.
  std::stable_sort(heights.begin(), heights.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  double first = 0.0;
  double sum = 0.0;
  for (const auto& [height, contour] : heights) {
    if (result.planes.empty() || height - first > kSamePlane_mm) {
      first = height;
      sum = 0.0;
      result.planes.push_back({height, {}});
    }
    result.largest_step_mm = std::max(result.largest_step_mm, height - first);
    ContourPlane& plane = result.planes.back();
    plane.contours.push_back(contour);
    sum += height;  // the middle of what was taken as one
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
    for (const ContourFacts* facts : planes[0].contours) {
      const Contour* contour = facts->contour;
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

std::vector<bool> real_gaps(const Roi& roi, const std::vector<ContourPlane>& planes,
                            double nominal_mm, Findings& findings) {
  std::vector<bool> real;
  for (std::size_t i = 1; i < planes.size(); ++i) {
    const double gap = planes[i].w - planes[i - 1].w;
    real.push_back(gap > kSkippedPlaneGap * nominal_mm + kSameGap_mm);
    if (real.back()) {
      findings.push_back(
          {FindingCode::RoiGapCapped,
           fmt::format("No contour for {} mm (spacing {} mm): taken as a real gap, both "
                       "sides end there.",
                       fixed(gap, 2), fixed(nominal_mm, 2)),
           roi.name});
    } else if (gap > kOrdinaryGap * nominal_mm + kSameGap_mm) {
      findings.push_back(
          {FindingCode::RoiGapBridged,
           fmt::format("No contour for {} mm (spacing {} mm): taken as a skipped plane "
                       "and bridged.",
                       fixed(gap, 2), fixed(nominal_mm, 2)),
           roi.name});
    }
  }
  return real;
}

std::optional<double> nominal_spacing_mm(std::span<const RoiSurvey> surveys, const Vec3& w) {
  std::vector<double> gaps;
  for (const RoiSurvey& survey : surveys) {
    if (survey.roi->from_voxels) continue;  // its layers say nothing of how the others were drawn
    const ContourPlanes grouped = group_planes(survey, w);
    // ROIs of another tilt have no planes along this normal.
    if (grouped.off_plane_mm > kNotPlanar_mm) continue;
    for (const double gap : gaps_of(grouped.planes)) gaps.push_back(gap);
  }
  const auto found = smallest_recurring(std::move(gaps));
  return found ? std::optional<double>(found->gap_mm) : std::nullopt;
}

std::optional<double> nominal_spacing_mm(const StructureSet& structures, const Vec3& w) {
  std::vector<RoiSurvey> surveys;
  for (const Roi& roi : structures.rois) surveys.push_back(survey(roi));
  return nominal_spacing_mm(surveys, w);
}

}  // namespace dosegate::geometry
