#include "sample_files.h"

namespace dosegate::samples {
namespace {

bool is_prone(const GridSpec& spec) {
  return spec.orientation == GridSpec::Orientation::Prone;
}
bool is_descending(const GridSpec& spec) {
  return spec.frames == GridSpec::Frames::Descending;
}

double last_centre(const StoredDose& dose, int axis) {
  return dose.centre_mm(axis, dose.spec.count[static_cast<std::size_t>(axis)] - 1);
}

/// Stored values in the order of the file; 32 bits as two words, the low one first (little endian).
std::vector<Uint16> pixel_words(const StoredDose& dose) {
  const auto& spec = dose.spec;
  std::vector<Uint16> words;
  for (int frame = 0; frame < spec.count[2]; ++frame) {
    const int k = is_descending(spec) ? spec.count[2] - 1 - frame : frame;
    for (int row = 0; row < spec.count[1]; ++row) {
      const int j = is_prone(spec) ? spec.count[1] - 1 - row : row;
      for (int column = 0; column < spec.count[0]; ++column) {
        const int i = is_prone(spec) ? spec.count[0] - 1 - column : column;
        const auto line = static_cast<std::size_t>(k * spec.count[1] + j);
        const auto value =
            dose.raw[line * static_cast<std::size_t>(spec.count[0]) + static_cast<std::size_t>(i)];
        words.push_back(static_cast<Uint16>(value & 0xFFFF));
        if (spec.bits == 32) {
          words.push_back(static_cast<Uint16>(value >> 16));
        }
      }
    }
  }
  return words;
}

std::vector<double> frame_offsets(const StoredDose& dose) {
  const auto& spec = dose.spec;
  std::vector<double> offsets;
  for (int frame = 0; frame < spec.count[2]; ++frame) {
    const double step = frame * spec.spacing_mm[2];
    switch (spec.frames) {
      case GridSpec::Frames::Ascending:
        offsets.push_back(step);
        break;
      case GridSpec::Frames::Descending:
        offsets.push_back(-step);
        break;
      case GridSpec::Frames::Absolute:
        offsets.push_back(spec.first_mm[2] + step);
        break;
    }
  }
  return offsets;
}

void put_lattice(Attributes& object, const StoredDose& dose) {
  const auto& spec = dose.spec;
  const double x = is_prone(spec) ? last_centre(dose, 0) : spec.first_mm[0];
  const double y = is_prone(spec) ? last_centre(dose, 1) : spec.first_mm[1];
  const double z = is_descending(spec) ? last_centre(dose, 2) : spec.first_mm[2];
  object.text(DCM_SliceThickness, decimal_text({spec.spacing_mm[2]}, 2));
  object.text(DCM_ImagePositionPatient, decimal_text({x, y, z}, 2));
  object.text(DCM_ImageOrientationPatient,
              is_prone(spec) ? "-1\\0\\0\\0\\-1\\0" : "1\\0\\0\\0\\1\\0");
  object.number(DCM_SamplesPerPixel, 1);
  object.text(DCM_PhotometricInterpretation, "MONOCHROME2");
  object.text(DCM_NumberOfFrames, std::to_string(spec.count[2]));
  object.pointer(DCM_FrameIncrementPointer, DCM_GridFrameOffsetVector);
  object.number(DCM_Rows, static_cast<Uint16>(spec.count[1]));
  object.number(DCM_Columns, static_cast<Uint16>(spec.count[0]));
  // Distance of the rows (y) first, then of the columns (x).
  object.text(DCM_PixelSpacing, decimal_text({spec.spacing_mm[1], spec.spacing_mm[0]}, 2));
  object.number(DCM_BitsAllocated, static_cast<Uint16>(spec.bits));
  object.number(DCM_BitsStored, static_cast<Uint16>(spec.bits));
  object.number(DCM_HighBit, static_cast<Uint16>(spec.bits - 1));
  object.number(DCM_PixelRepresentation, 0);
  object.text(DCM_GridFrameOffsetVector, decimal_text(frame_offsets(dose), 2));
}

}  // namespace

void fill_rtdose(Attributes& object, const SamplePlan& plan, const StoredDose& dose) {
  const SampleUids uids = uids_of(plan);
  put_identity(object, plan, {UID_RTDoseStorage, uids.dose, "RTDOSE", 4});
  object.text(DCM_InstanceNumber, "1");
  put_lattice(object, dose);
  object.text(DCM_DoseUnits, "GY");
  object.text(DCM_DoseType, "PHYSICAL");
  object.text(DCM_DoseSummationType, "PLAN");
  object.text(DCM_DoseGridScaling, dose.spec.scaling_text);
  object.text(DCM_TissueHeterogeneityCorrection, "IMAGE");
  put_reference(object, DCM_ReferencedRTPlanSequence, UID_RTPlanStorage, uids.plan);
  object.words(DCM_PixelData, pixel_words(dose));
}

}  // namespace dosegate::samples
