#include "geometry/plane_stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "geometry/arrangement.h"
#include "geometry/chain_border.h"
#include "geometry/contour_planes.h"

namespace dosegate::geometry {
namespace {

using model::Roi;
using model::Vec3;

// Edges that cross by less are rounding of the coordinates in the file (DS text), not a drawing
// error.
constexpr double kCrossing_mm = 0.02;

// Whether two contours of a plane have the same box to within rounding: then they may be one outline
// drawn twice, which cancels itself under the even-odd rule even where the two do not touch.
bool has_alike_contours(const ContourPlane& plane) {
  for (std::size_t i = 0; i < plane.contours.size(); ++i) {
    for (std::size_t j = i + 1; j < plane.contours.size(); ++j) {
      const ContourFacts& a = *plane.contours[i];
      const ContourFacts& b = *plane.contours[j];
      const double apart =
          std::max((a.lo - b.lo).cwiseAbs().maxCoeff(), (a.hi - b.hi).cwiseAbs().maxCoeff());
      if (apart < kCrossing_mm) return true;
    }
  }
  return false;
}

void note_contours_left_out(const RoiSurvey& survey, Findings& findings) {
  const Roi& roi = *survey.roi;
  std::size_t points = 0;
  std::size_t open = 0;
  std::size_t degenerate = 0;
  for (const ContourFacts& contour : survey.contours) {
    if (contour.contour->type == model::ContourType::Point) {
      ++points;
    } else if (!contour.closed) {
      ++open;
    } else if (!contour.has_area) {
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

Result<void> check_planarity(const RoiSurvey& survey, const PlaneFrame& frame,
                             const ContourPlanes& grouped, Findings& findings) {
  const Roi& roi = *survey.roi;
  if (grouped.off_plane_mm > kNotPlanar_mm) {
    const Vec3 w = frame.axes.col(2);
    for (const ContourFacts& contour : survey.contours) {
      if (!contour.has_area) continue;
      // Planar in its own plane, but that plane is tilted against the frame?
      const Vec3 own = contour.spanned.normalized();
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

// Makes the borders of planes, one after the other, and remembers what was wrong with them.
class PlaneBorders {
 public:
  explicit PlaneBorders(const PlaneFrame& frame) : frame_(frame) {
    for (int axis = 0; axis < 2; ++axis) {
      for (int patient = 0; patient < 3; ++patient) {
        if (frame.axes.col(axis) == Vec3::Unit(patient)) patient_axis_[axis] = patient;
      }
    }
  }

  /// The border of a plane whose contours were drawn, by whatever hand.
  Area of(const ContourPlane& plane) {
    return has_alike_contours(plane) ? arranged(plane) : of_distinct(plane);
  }

  /// The border of a plane in which no contour stands twice.
  Area of_distinct(const ContourPlane& plane) {
    chains_.clear();
    for (const ContourFacts* contour : plane.contours) {
      project(*contour->contour);
      chains_.add_ring(ring_);
    }
    if (auto border = chains_.border()) return std::move(*border);
    return arranged(plane);
  }

  void note_doubts(const Roi& roi, Findings& findings) const {
    if (crossing_planes_ > 0) {
      findings.push_back(
          {FindingCode::RoiContoursOverlap,
           fmt::format("Contours cross themselves or each other on {} plane(s), by up to {} "
                       "mm; the even-odd rule was applied.",
                       crossing_planes_, fixed(crossing_mm_, 2)),
           roi.name});
    }
    if (repeated_ > 0) {
      findings.push_back(
          {FindingCode::RoiContourRepeated,
           fmt::format("The same contour stands twice on {} plane(s): under the even-odd rule "
                       "it encloses nothing there.",
                       repeated_),
           roi.name});
    }
  }

 private:
  // The border that arrange() finds, and a note of what is wrong with the contours.
  Area arranged(const ContourPlane& plane) {
    edges_.clear();
    for (std::size_t c = 0; c < plane.contours.size(); ++c) {
      project(*plane.contours[c]->contour);
      ChainBorder::Point from = ring_.back();
      for (const ChainBorder::Point& to : ring_) {
        if (from.u != to.u || from.v != to.v) edges_.push_back({from.u, from.v, to.u, to.v, 0, c});
        from = to;
      }
    }
    CleanBorder border = arrange(edges_, Combine::Union);
    if (border.self_crossing_mm > kCrossing_mm) ++crossing_planes_;
    crossing_mm_ = std::max(crossing_mm_, border.self_crossing_mm);
    if (border.repeated) ++repeated_;
    return std::move(border.area);
  }

  void project(const model::Contour& contour) {
    ring_.clear();
    if (patient_axis_[0] >= 0 && patient_axis_[1] >= 0) {
      for (const Vec3& p : contour.points)
        ring_.push_back({p[patient_axis_[0]], p[patient_axis_[1]]});
      return;
    }
    for (const Vec3& p : contour.points) {
      const Vec3 q = frame_.to_frame(p);
      ring_.push_back({q.x(), q.y()});
    }
  }

  const PlaneFrame& frame_;
  int patient_axis_[2] = {-1, -1};  // which patient axes u and v are, if they are any
  ChainBorder chains_;
  std::vector<ChainBorder::Point> ring_;
  std::vector<InputEdge> edges_;
  double crossing_mm_ = 0.0;
  std::size_t crossing_planes_ = 0;
  std::size_t repeated_ = 0;
};

// Layers of voxels: each is as thick as its contours say, and neighbours share their face. Where
// there is no layer, a plane without border fills the space.
void fill_layers(const ContourPlanes& grouped, PlaneBorders& borders, PlaneStack& stack) {
  constexpr double kOneFace_mm = 1e-6;  // rounding of tilted coordinates
  for (const ContourPlane& plane : grouped.planes) {
    const auto& thickness_mm = plane.contours.front()->contour->slab_thickness_mm;
    require(thickness_mm.has_value(), "a voxel layer without thickness");
    const double lo = plane.w - 0.5 * *thickness_mm;
    if (stack.faces.empty()) {
      stack.faces.push_back(lo);
    } else if (lo - stack.faces.back() > kOneFace_mm) {
      stack.planes.push_back(
          {0.5 * (stack.faces.back() + lo), std::make_shared<const Area>(Area{})});
      stack.faces.push_back(lo);
    }
    stack.planes.push_back({plane.w, std::make_shared<const Area>(borders.of_distinct(plane))});
    stack.faces.push_back(plane.w + 0.5 * *thickness_mm);
    stack.nominal_spacing_mm = *thickness_mm;
  }
  stack.real_gap.assign(stack.planes.size() - 1, false);
}

}  // namespace

Result<BuiltStack> build_stack(const RoiSurvey& survey, const PlaneFrame& frame,
                               std::optional<double> set_spacing_mm) {
  const Roi& roi = *survey.roi;
  if (auto finite = check_finite(survey); !finite) return tl::unexpected(finite.error());
  BuiltStack built;
  built.roi_name = roi.name;
  built.stack.frame = frame;
  note_contours_left_out(survey, built.findings);
  const ContourPlanes grouped = group_planes(survey, frame.axes.col(2));
  if (grouped.planes.empty()) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("ROI \"{}\" has no closed contour that encloses an area.",
                            printable(roi.name)));
  }
  if (auto planar = check_planarity(survey, frame, grouped, built.findings); !planar) {
    return tl::unexpected(planar.error());
  }
  PlaneBorders borders(frame);
  if (roi.from_voxels) {
    fill_layers(grouped, borders, built.stack);
    return built;
  }
  auto spacing = choose_spacing(roi, grouped.planes, set_spacing_mm);
  if (!spacing) return tl::unexpected(spacing.error());
  built.stack.nominal_spacing_mm = spacing->nominal_mm;
  built.findings.insert(built.findings.end(), spacing->findings.begin(), spacing->findings.end());
  built.stack.real_gap = real_gaps(roi, grouped.planes, spacing->nominal_mm, built.findings);
  built.stack.planes.reserve(grouped.planes.size());
  for (const ContourPlane& plane : grouped.planes) {
    built.stack.planes.push_back({plane.w, std::make_shared<const Area>(borders.of(plane))});
  }
  borders.note_doubts(roi, built.findings);
  return built;
}

}  // namespace dosegate::geometry
