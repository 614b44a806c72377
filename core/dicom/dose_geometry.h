// Where the voxels of an RT Dose lie. Private to this room.
#pragma once

#include "base/finding.h"
#include "base/result.h"
#include "dicom/attributes.h"
#include "model/dose_grid.h"

namespace dosegate::dicom {

/// Counts of a dose image.
struct ImageSize {
  std::size_t columns = 0;
  std::size_t rows = 0;
  std::size_t frames = 0;
};

/// Rows, Columns and NumberOfFrames (1 if absent). Errors: TagMissing, TagInvalid.
[[nodiscard]] Result<ImageSize> read_image_size(const Attributes& root);

/// The lattice, from ImagePositionPatient, ImageOrientationPatient, PixelSpacing and
/// GridFrameOffsetVector. Axis 0 runs along a row (column index), 1 along a column (row index), 2
/// along the frames, which lie along row direction x column direction. Source: DICOM PS3.3
/// C.7.6.2.1.1 (position and orientation), C.8.8.3.2 (frame offsets). Errors: GeometryUnusable,
/// TagInvalid.
[[nodiscard]] Result<model::GridGeometry> read_dose_geometry(const Attributes& root,
                                                             const ImageSize& size,
                                                             Findings& findings);

}  // namespace dosegate::dicom
