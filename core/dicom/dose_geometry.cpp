#include "dicom/dose_geometry.h"

#include <fmt/format.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "dicom/dicom_file.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using model::GridGeometry;
using model::Mat3;
using model::Vec3;

// Positions are decimal strings of at most 16 characters; in practice a micrometre is their
// rounding.
constexpr double kSamePlaceMm = 1e-3;
// Direction cosines this far from orthonormal are rounding; beyond the first a person should know,
// beyond the second (half a degree) nobody can say what was meant.
constexpr double kOrientationReported = 1e-4;
constexpr double kOrientationRefused = 1e-2;
// Slice thicknesses are often given to two decimals.
constexpr double kThicknessMm = 0.01;
// Beyond these a dose grid cannot be one of a patient.
constexpr double kLargestPositionMm = 1e5;
constexpr double kLargestSpacingMm = 1e3;

tl::unexpected<Error> unusable(const Attributes& root, const Tag& tag, const std::string& what) {
  return fail(ErrorCode::GeometryUnusable,
              fmt::format("{}; the dose cannot be placed in the patient, export it again.", what),
              place(root.file().path(), tag));
}

// The numbers of an attribute that must have exactly `count` of them.
Result<std::vector<double>> exactly(const Attributes& root, const Tag& tag, std::size_t count) {
  auto values = root.numbers(tag);
  if (!values) return values;
  if (values->size() == count) return values;
  return unusable(root, tag,
                  values->empty() ? fmt::format("{} is missing", to_text(tag))
                                  : fmt::format("{} has {} values instead of {}", to_text(tag),
                                                values->size(), count));
}

Result<Mat3> read_axes(const Attributes& root, Findings& findings) {
  const auto cosines = exactly(root, tag::kImageOrientation, 6);
  if (!cosines) return tl::unexpected<Error>(cosines.error());
  const std::vector<double>& c = *cosines;
  const Vec3 row(c[0], c[1], c[2]);
  const Vec3 column(c[3], c[4], c[5]);
  const double off = std::max({std::abs(row.squaredNorm() - 1.0),
                               std::abs(column.squaredNorm() - 1.0), std::abs(row.dot(column))});
  if (!(off <= kOrientationRefused)) {
    return unusable(root, tag::kImageOrientation,
                    "ImageOrientationPatient does not hold two perpendicular unit vectors");
  }
  if (off > kOrientationReported) {
    findings.push_back(
        {FindingCode::DoseOrientationAdjusted,
         fmt::format("ImageOrientationPatient is off two perpendicular unit vectors by "
                     "{}; it was made orthonormal.",
                     fixed(off, 6)),
         place(root.file().path(), tag::kImageOrientation)});
  }
  Mat3 axes;
  axes.col(0) = row.normalized();
  axes.col(1) = (column - axes.col(0) * axes.col(0).dot(column)).normalized();
  axes.col(2) = axes.col(0).cross(axes.col(1));
  return axes;
}

// GridFrameOffsetVector as offsets along the frame normal, the first being 0.
//
// The standard knows two readings (C.8.8.3.2): a first value of 0 makes the values offsets along
// the normal; a first value equal to the image position's z, which is legal for the orientation
// 1,0,0,0,1,0 only, makes them z coordinates. With the normal along +z both give the same planes
// once the first value is taken off. With any other normal, values that start at z could be meant
// either way, and the two readings differ, so such a file is refused.
Result<void> to_offsets(const Attributes& root, const Vec3& normal, double image_z,
                        std::vector<double>& values, Findings& findings) {
  const double first = values.front();
  if (first == 0.0) return {};
  const std::string where = place(root.file().path(), tag::kGridFrameOffsets);
  const bool upward = normal.z() > 1.0 - kOrientationReported;
  if (std::abs(first - image_z) <= kSamePlaceMm) {
    if (!upward) {
      return unusable(
          root, tag::kGridFrameOffsets,
          "GridFrameOffsetVector begins at the image position's z, which is only defined for "
          "the orientation 1,0,0,0,1,0");
    }
    findings.push_back(
        {FindingCode::DoseOffsetsAbsolute,
         "GridFrameOffsetVector holds z coordinates instead of offsets; they were taken "
         "as such.",
         where});
  } else {
    findings.push_back(
        {FindingCode::DoseOffsetsFirstNotZero,
         fmt::format("GridFrameOffsetVector begins at {}, neither at 0 nor at the image "
                     "position; the first value was subtracted.",
                     shortest(first)),
         where});
  }
  for (double& v : values) v -= first;
  return {};
}

// Checks the steps between frames; several frames.
Result<void> check_steps(const Attributes& root, const std::vector<double>& offsets,
                         Findings& findings) {
  const double mean = (offsets.back() - offsets.front()) / static_cast<double>(offsets.size() - 1);
  double smallest = std::abs(offsets[1] - offsets[0]);
  double largest = smallest;
  for (std::size_t k = 1; k < offsets.size(); ++k) {
    const double step = offsets[k] - offsets[k - 1];
    // Frames nearer than the rounding of their positions are one plane given twice.
    if (!(std::copysign(1.0, mean) * step > kSamePlaceMm)) {
      return unusable(root, tag::kGridFrameOffsets,
                      "GridFrameOffsetVector neither only rises nor only falls");
    }
    if (std::abs(step) > kLargestSpacingMm) {
      return unusable(root, tag::kGridFrameOffsets,
                      fmt::format("GridFrameOffsetVector has a step of {} mm", shortest(step)));
    }
    smallest = std::min(smallest, std::abs(step));
    largest = std::max(largest, std::abs(step));
  }
  const bool uneven = largest - smallest > kSamePlaceMm;
  if (uneven) {
    findings.push_back(
        {FindingCode::DoseOffsetsUneven,
         fmt::format("The dose frames are {} to {} mm apart; each was placed where the "
                     "file says.",
                     fixed(smallest, 3), fixed(largest, 3)),
         place(root.file().path(), tag::kGridFrameOffsets)});
  }
  const double thickness_mm =
      root.number(tag::kSliceThickness).value_or(std::nullopt).value_or(0.0);
  if (!uneven && thickness_mm > 0.0 && std::abs(thickness_mm - std::abs(mean)) > kThicknessMm) {
    findings.push_back(
        {FindingCode::DoseThicknessContradicts,
         fmt::format("SliceThickness is {} mm but the frames are {} mm apart; the frame "
                     "offsets were used.",
                     shortest(thickness_mm), fixed(std::abs(mean), 3)),
         place(root.file().path(), tag::kSliceThickness)});
  }
  return {};
}

// One frame: no distance between frames tells how deep it is.
Result<double> single_frame_depth(const Attributes& root, Findings& findings) {
  const auto thickness = root.number(tag::kSliceThickness);
  if (!thickness) return tl::unexpected<Error>(thickness.error());
  if (!*thickness || !(**thickness > 0.0) || **thickness > kLargestSpacingMm) {
    return unusable(root, tag::kSliceThickness,
                    "The dose has one frame and no SliceThickness that tells how deep it is");
  }
  findings.push_back(
      {FindingCode::DoseFrameThicknessUsed,
       fmt::format("The dose has one frame only; its SliceThickness of {} mm was taken as "
                   "its depth.",
                   shortest(**thickness)),
       place(root.file().path(), tag::kSliceThickness)});
  return **thickness;
}

// Positions and depth of the frames, axis 2.
Result<void> read_frames(const Attributes& root, std::size_t frames, GridGeometry& geometry,
                         Findings& findings) {
  auto offsets = root.numbers(tag::kGridFrameOffsets);
  if (!offsets) return tl::unexpected<Error>(offsets.error());
  if (offsets->empty() && frames == 1) offsets->push_back(0.0);
  if (offsets->size() != frames) {
    return unusable(
        root, tag::kGridFrameOffsets,
        fmt::format("GridFrameOffsetVector has {} values for {} frames", offsets->size(), frames));
  }
  if (const auto done =
          to_offsets(root, geometry.axes.col(2), geometry.origin.z(), *offsets, findings);
      !done) {
    return done;
  }
  if (frames == 1) {
    const Result<double> depth = single_frame_depth(root, findings);
    if (!depth) return tl::unexpected<Error>(depth.error());
    geometry.single_depth_mm[2] = *depth;
  } else if (const auto done = check_steps(root, *offsets, findings); !done) {
    return done;
  }
  geometry.positions_mm[2] = std::move(*offsets);
  return {};
}

std::vector<double> evenly_spaced(std::size_t count, double spacing) {
  std::vector<double> positions(count);
  for (std::size_t i = 0; i < count; ++i) positions[i] = static_cast<double>(i) * spacing;
  return positions;
}

Result<std::size_t> positive(const Attributes& root, const Tag& tag) {
  const std::optional<unsigned> value = root.unsigned_short(tag);
  if (value && *value > 0) return *value;
  return fail(
      value ? ErrorCode::TagInvalid : ErrorCode::TagMissing,
      fmt::format("{} is {}; export the dose again.", to_text(tag), value ? "0" : "missing"),
      place(root.file().path(), tag));
}

}  // namespace

Result<ImageSize> read_image_size(const Attributes& root) {
  const auto rows = positive(root, tag::kRows);
  if (!rows) return tl::unexpected<Error>(rows.error());
  const auto columns = positive(root, tag::kColumns);
  if (!columns) return tl::unexpected<Error>(columns.error());
  const auto frames = root.integer(tag::kNumberOfFrames);
  if (!frames) return tl::unexpected<Error>(frames.error());
  if (frames->value_or(1) < 1) {
    return fail(
        ErrorCode::TagInvalid,
        fmt::format("{} is {}; export the dose again.", to_text(tag::kNumberOfFrames), **frames),
        place(root.file().path(), tag::kNumberOfFrames));
  }
  return ImageSize{*columns, *rows, static_cast<std::size_t>(frames->value_or(1))};
}

Result<GridGeometry> read_dose_geometry(const Attributes& root, const ImageSize& size,
                                        Findings& findings) {
  GridGeometry geometry;
  const auto position = exactly(root, tag::kImagePosition, 3);
  if (!position) return tl::unexpected<Error>(position.error());
  geometry.origin = Vec3((*position)[0], (*position)[1], (*position)[2]);
  if (geometry.origin.cwiseAbs().maxCoeff() > kLargestPositionMm) {
    return unusable(root, tag::kImagePosition, "ImagePositionPatient is beyond 100 m");
  }
  const auto axes = read_axes(root, findings);
  if (!axes) return tl::unexpected<Error>(axes.error());
  geometry.axes = *axes;
  // First value: distance between rows, that is along a column. Second: between columns
  // (PS3.3 10.7.1.3).
  const auto spacing = exactly(root, tag::kPixelSpacing, 2);
  if (!spacing) return tl::unexpected<Error>(spacing.error());
  for (const double s : *spacing) {
    if (!(s > 0.0) || s > kLargestSpacingMm) {
      return unusable(root, tag::kPixelSpacing,
                      fmt::format("PixelSpacing holds the value {} mm", shortest(s)));
    }
  }
  geometry.positions_mm[0] = evenly_spaced(size.columns, (*spacing)[1]);
  geometry.positions_mm[1] = evenly_spaced(size.rows, (*spacing)[0]);
  geometry.single_depth_mm = {(*spacing)[1], (*spacing)[0], 0.0};
  if (const auto done = read_frames(root, size.frames, geometry, findings); !done) {
    return tl::unexpected<Error>(done.error());
  }
  return geometry;
}

}  // namespace dosegate::dicom
