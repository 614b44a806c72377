// The stored numbers of an RT Dose as doses. Private to this room.
#pragma once

#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "dicom/attributes.h"
#include "dicom/dose_geometry.h"

namespace dosegate::dicom {

/// Every voxel in Gy: stored value x DoseGridScaling; columns fastest, then rows, then frames.
/// Stored values of 16 or 32 bits, signed or not, in any uncompressed transfer syntax.
/// Source: DICOM PS3.3 C.8.8.3 (scaling), C.7.6.3.1 (pixels), PS3.5 8.1.1 (bits stored, high bit).
/// Errors: TagMissing, TagInvalid, PixelDataUnusable.
[[nodiscard]] Result<std::vector<double>> read_dose_values(const Attributes& root,
                                                           const ImageSize& size,
                                                           Findings& findings);

}  // namespace dosegate::dicom
