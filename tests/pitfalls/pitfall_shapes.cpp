#include "pitfalls/pitfall_shapes.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/text.h"

namespace dosegate::pitfalls {

double standard_dose_gy(const Vec3& position) {
  return 32.0 + position.x() / 4.0 + position.y() / 2.0 + position.z();
}

void Grid::centre_at(const Vec3& middle) {
  const Vec3 normal = row.cross(column);
  origin = middle - 0.5 * across_mm * (columns - 1) * row - 0.5 * down_mm * (rows - 1) * column -
           0.5 * (offsets_mm.front() + offsets_mm.back()) * normal;
}

std::string text_of(double value) {
  return fmt::format("{:.10g}", value == 0.0 ? 0.0 : value);
}

std::string text_of(const std::vector<double>& values) {
  std::string text;
  for (const double value : values) text += (text.empty() ? "" : "\\") + text_of(value);
  return text;
}

void put(const Grid& grid, DoseSpec& spec) {
  const Vec3 normal = grid.row.cross(grid.column);
  const std::size_t frames = grid.offsets_mm.size();
  spec.columns = grid.columns;
  spec.rows = grid.rows;
  spec.frames = std::to_string(frames);
  spec.position = text_of({grid.origin.x(), grid.origin.y(), grid.origin.z()});
  spec.orientation = text_of({grid.row.x(), grid.row.y(), grid.row.z(), grid.column.x(),
                              grid.column.y(), grid.column.z()});
  spec.spacing = text_of({grid.down_mm, grid.across_mm});  // rows first: PS3.3 10.7.1.3
  spec.offsets = text_of(grid.offsets_mm);
  spec.scaling = grid.scaling;
  spec.thickness =
      frames > 1 ? text_of(std::abs(grid.offsets_mm[1] - grid.offsets_mm[0])) : spec.thickness;
  const double step_gy = *parse_number(grid.scaling);
  spec.values.clear();
  for (std::size_t k = 0; k < frames; ++k) {
    for (unsigned j = 0; j < grid.rows; ++j) {
      for (unsigned i = 0; i < grid.columns; ++i) {
        const bool outermost = i == 0 || j == 0 || k == 0 || i + 1 == grid.columns ||
                               j + 1 == grid.rows || k + 1 == frames;
        const Vec3 centre = grid.origin + i * grid.across_mm * grid.row +
                            j * grid.down_mm * grid.column + grid.offsets_mm[k] * normal;
        const bool zero = outermost && grid.shell == Grid::Shell::Zero;
        spec.values.push_back(zero ? 0 : std::llround(grid.dose_gy(centre) / step_gy));
      }
    }
  }
}

ContourSpec contour(const Outline& points, const std::string& type) {
  std::string data;
  for (const Vec3& p : points) {
    data += (data.empty() ? "" : "\\") + text_of({p.x(), p.y(), p.z()});
  }
  return {data, std::to_string(points.size()), type};
}

Outline rectangle(double x0, double y0, double x1, double y1, double z) {
  return {{x0, y0, z}, {x1, y0, z}, {x1, y1, z}, {x0, y1, z}};
}

Outline circle(double x, double y, double radius, double z, int corners) {
  Outline outline;
  for (int i = 0; i < corners; ++i) {
    const double t = 2.0 * std::numbers::pi * i / corners;
    outline.emplace_back(x + radius * std::cos(t), y + radius * std::sin(t), z);
  }
  return outline;
}

Outline reversed(Outline outline) {
  std::reverse(outline.begin(), outline.end());
  return outline;
}

Outline at_z(Outline outline, double z) {
  for (Vec3& p : outline) p.z() = z;
  return outline;
}

RoiSpec roi_of(const std::string& name, int number, const std::vector<Outline>& at_zero,
               const std::vector<double>& planes) {
  RoiSpec roi;
  roi.name = name;
  roi.number = number;
  roi.contours.clear();
  for (const double z : planes) {
    for (const Outline& outline : at_zero) roi.contours.push_back(contour(at_z(outline, z)));
  }
  return roi;
}

Input standard_input() {
  Input input;
  input.plan.emplace();
  input.structures.emplace();
  input.structures->rois = {roi_of("Liver", 1, {kBox}, kPlanes)};
  input.dose.emplace();
  put(Grid{}, *input.dose);
  return input;
}

std::vector<Expected> solid(const std::vector<Prism>& parts) {
  return solid(parts, kVolume_cc, kDose_gy);
}

std::vector<Expected> solid(const std::vector<Prism>& parts, double tolerance_cc,
                            double tolerance_gy) {
  double volume_mm3 = 0.0, dose_volume = 0.0;
  double lowest_gy = INFINITY, highest_gy = -INFINITY;
  for (const Prism& part : parts) {
    const Vec3& first = part.outline.front();
    double area_mm2 = 0.0;
    Vec3 moment = Vec3::Zero();
    for (std::size_t i = 1; i + 1 < part.outline.size(); ++i) {
      const Vec3& b = part.outline[i];
      const Vec3& c = part.outline[i + 1];
      const double triangle = 0.5 * (b - first).cross(c - first).dot(part.normal);
      area_mm2 += triangle;
      moment += triangle * (first + b + c) / 3.0;
    }
    const double height = part.above - part.below;
    const double volume = part.sign * std::abs(area_mm2) * height;
    const Vec3 centroid = moment / area_mm2 + 0.5 * (part.above + part.below) * part.normal;
    volume_mm3 += volume;
    dose_volume += volume * standard_dose_gy(centroid);
    if (part.sign < 0.0) continue;
    for (const Vec3& p : part.outline) {
      for (const double w : {part.below, part.above}) {
        lowest_gy = std::min(lowest_gy, standard_dose_gy(p + w * part.normal));
        highest_gy = std::max(highest_gy, standard_dose_gy(p + w * part.normal));
      }
    }
  }
  return {is("Volume[cc]", volume_mm3 / 1000.0, tolerance_cc),
          is("Mean[Gy]", dose_volume / volume_mm3, tolerance_gy),
          is("Min[Gy]", lowest_gy, tolerance_gy), is("Max[Gy]", highest_gy, tolerance_gy)};
}

Expected is(std::string metric, double value, double tolerance) {
  return {std::move(metric), value, value, value, tolerance};
}

Expected at_least(std::string metric, double low, double tolerance) {
  return {std::move(metric), std::nullopt, low, std::nullopt, tolerance};
}

Expected at_most(std::string metric, double low, double high, double tolerance) {
  return {std::move(metric), std::nullopt, low, high, tolerance};
}

Expected unknown(std::string metric) {
  return {std::move(metric), std::nullopt, std::nullopt, std::nullopt, 0.0};
}

StructureOutcome standard_liver() {
  // 4.8 cc; D at the centroid (2, 2, 0) and at two corners. The box is symmetric about its centroid
  // and the dose is linear, so that half of the volume lies above the mean.
  return {"Liver",
          {is("Volume[cc]", 4.8, kVolume_cc), is("Mean[Gy]", 33.5, kDose_gy),
           is("Min[Gy]", 19.5, kDose_gy), is("Max[Gy]", 47.5, kDose_gy),
           is("D50%[Gy]", 33.5, kCurve_gy)},
          {}};
}

Outcome standard_outcome(std::set<FindingCode> findings) {
  return {{}, {standard_liver()}, std::move(findings)};
}

Outcome refusal(ErrorCode code) {
  return {code, {}, {}};
}

Outcome one(std::string name, std::vector<Expected> numbers, std::set<FindingCode> findings) {
  return {{}, {{std::move(name), std::move(numbers), {}}}, std::move(findings)};
}

}  // namespace dosegate::pitfalls
