#include "dicom/rt_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <sstream>

namespace dosegate::dicom_test {
namespace {

namespace fs = std::filesystem;

void put(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
  ASSERT_TRUE(item.putAndInsertString(tag, value.c_str()).good()) << DcmTag(tag).getTagName();
}

void put_short(DcmItem& item, const DcmTagKey& tag, unsigned value) {
  ASSERT_TRUE(item.putAndInsertUint16(tag, static_cast<Uint16>(value)).good());
}

DcmItem& add_item(DcmItem& parent, const DcmTagKey& sequence) {
  DcmItem* item = nullptr;
  EXPECT_TRUE(parent.findOrCreateSequenceItem(sequence, item, -2).good());
  return *item;
}

void put_common(DcmDataset& data, const char* sop_class, const std::string& uid,
                const std::string& modality, const std::string& patient_id) {
  put(data, DCM_SOPClassUID, sop_class);
  put(data, DCM_SOPInstanceUID, uid);
  put(data, DCM_Modality, modality);
  put(data, DCM_PatientID, patient_id);
}

void save(DcmFileFormat& file, const Edit& edit, const std::string& path,
          const Encoding& encoding) {
  if (edit) edit(*file.getDataset());
  const bool whole = encoding.meta == Encoding::Meta::Present;
  const OFCondition status =
      file.saveFile(path.c_str(), encoding.syntax, EET_UndefinedLength, EGL_recalcGL, EPD_noChange,
                    0, 0, whole ? EWM_fileformat : EWM_dataset);
  ASSERT_TRUE(status.good()) << status.text();
}

void put_given(DcmItem& item, const DcmTagKey& tag, const std::string& value) {
  if (!value.empty()) put(item, tag, value);
}

void put_dvhs(const DoseSpec& spec, DcmDataset& data) {
  put_given(data, DCM_DVHNormalizationDoseValue, spec.dvh_normalization);
  for (const DvhSpec& dvh : spec.dvhs) {
    DcmItem& item = add_item(data, DCM_DVHSequence);
    put_given(item, DCM_DVHType, dvh.type);
    put_given(item, DCM_DoseUnits, dvh.dose_units);
    put_given(item, DCM_DoseType, dvh.dose_type);
    put_given(item, DCM_DVHDoseScaling, dvh.scaling);
    put_given(item, DCM_DVHVolumeUnits, dvh.volume_units);
    put_given(item, DCM_DVHNumberOfBins, dvh.bins);
    put_given(item, DCM_DVHData, dvh.data);
    put_given(item, DCM_DVHMinimumDose, dvh.minimum);
    put_given(item, DCM_DVHMeanDose, dvh.mean);
    put_given(item, DCM_DVHMaximumDose, dvh.maximum);
    for (const DvhSpec::Roi& roi : dvh.rois) {
      DcmItem& reference = add_item(item, DCM_DVHReferencedROISequence);
      put_given(reference, DCM_ReferencedROINumber, roi.number);
      put_given(reference, DCM_DVHROIContributionType, roi.contribution);
    }
  }
}

void put_pixels(const DoseSpec& spec, DcmDataset& data) {
  std::string bytes;
  for (const std::int64_t value : spec.values) {
    for (unsigned i = 0; i < spec.bits_allocated / 8; ++i) {
      bytes.push_back(static_cast<char>((static_cast<std::uint64_t>(value) >> (8 * i)) & 0xFFU));
    }
  }
  if (spec.as_bytes) {
    auto* pixels = new DcmPixelData(DcmTag(DCM_PixelData, EVR_OB));
    ASSERT_TRUE(pixels
                    ->putUint8Array(reinterpret_cast<const Uint8*>(bytes.data()),
                                    static_cast<unsigned long>(bytes.size()))
                    .good());
    ASSERT_TRUE(data.insert(pixels, OFTrue).good());
    return;
  }
  std::vector<Uint16> words;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    words.push_back(static_cast<Uint16>(static_cast<unsigned char>(bytes[i]) |
                                        static_cast<unsigned char>(bytes[i + 1]) << 8));
  }
  ASSERT_TRUE(data.putAndInsertUint16Array(DCM_PixelData, words.data(), words.size()).good());
}

}  // namespace

TempFolder::TempFolder() {
  static std::atomic<int> count = 0;
  path_ = fs::temp_directory_path() /
          ("dosegate_dicom_" + std::to_string(::getpid()) + "_" + std::to_string(count++));
  fs::create_directories(path_);
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::int64_t> DoseSpec::counting(std::size_t count) {
  std::vector<std::int64_t> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<std::int64_t>(i + 1));
  return values;
}

void write(const PlanSpec& spec, const std::string& path, const Encoding& encoding) {
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  put_common(data, spec.ion ? UID_RTIonPlanStorage : UID_RTPlanStorage, spec.uid, "RTPLAN",
             spec.patient_id);
  put(data, DCM_RTPlanLabel, spec.label);
  put(data, DCM_ApprovalStatus, spec.approval);
  if (!spec.frame.empty()) put(data, DCM_FrameOfReferenceUID, spec.frame);
  for (const std::string& dose : spec.target_doses) {
    DcmItem& reference = add_item(data, DCM_DoseReferenceSequence);
    put(reference, DCM_DoseReferenceType, "TARGET");
    put(reference, DCM_DoseReferenceStructureType, "SITE");
    put(reference, DCM_TargetPrescriptionDose, dose);
  }
  DcmItem& group = add_item(data, DCM_FractionGroupSequence);
  put(group, DCM_FractionGroupNumber, "1");
  put(group, DCM_NumberOfFractionsPlanned, spec.fractions);
  for (const BeamSpec& beam : spec.beams) {
    DcmItem& referenced = add_item(group, DCM_ReferencedBeamSequence);
    put(referenced, DCM_ReferencedBeamNumber, std::to_string(beam.number));
    if (!beam.dose_gy.empty()) put(referenced, DCM_BeamDose, beam.dose_gy);
    DcmItem& item = add_item(data, spec.ion ? DCM_IonBeamSequence : DCM_BeamSequence);
    put(item, DCM_BeamNumber, std::to_string(beam.number));
    put(item, DCM_BeamName, "beam " + std::to_string(beam.number));
    put(item, DCM_TreatmentDeliveryType, beam.delivery);
  }
  if (!spec.structures_uid.empty()) {
    DcmItem& item = add_item(data, DCM_ReferencedStructureSetSequence);
    put(item, DCM_ReferencedSOPClassUID, UID_RTStructureSetStorage);
    put(item, DCM_ReferencedSOPInstanceUID, spec.structures_uid);
  }
  save(file, spec.edit, path, encoding);
}

void write(const StructureSpec& spec, const std::string& path, const Encoding& encoding) {
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  put_common(data, UID_RTStructureSetStorage, spec.uid, "RTSTRUCT", spec.patient_id);
  put(data, DCM_StructureSetLabel, "set");
  for (const RoiSpec& roi : spec.rois) {
    DcmItem& item = add_item(data, DCM_StructureSetROISequence);
    put(item, DCM_ROINumber, std::to_string(roi.number));
    put(item, DCM_ROIName, roi.name);
    if (!roi.frame.empty()) put(item, DCM_ReferencedFrameOfReferenceUID, roi.frame);
    const std::string number = std::to_string(roi.contour_number.value_or(roi.number));
    DcmItem& contours = add_item(data, DCM_ROIContourSequence);
    put(contours, DCM_ReferencedROINumber, number);
    for (const ContourSpec& contour : roi.contours) {
      DcmItem& one = add_item(contours, DCM_ContourSequence);
      put(one, DCM_ContourGeometricType, contour.type);
      put(one, DCM_NumberOfContourPoints, contour.count);
      put(one, DCM_ContourData, contour.data);
    }
    DcmItem& observation = add_item(data, DCM_RTROIObservationsSequence);
    put(observation, DCM_ReferencedROINumber, std::to_string(roi.number));
    put(observation, DCM_RTROIInterpretedType, roi.interpreted_type);
  }
  save(file, spec.edit, path, encoding);
}

void write(const DoseSpec& spec, const std::string& path, const Encoding& encoding) {
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  put_common(data, UID_RTDoseStorage, spec.uid, "RTDOSE", spec.patient_id);
  if (!spec.frame.empty()) put(data, DCM_FrameOfReferenceUID, spec.frame);
  put(data, DCM_SliceThickness, spec.thickness);
  put(data, DCM_ImagePositionPatient, spec.position);
  put(data, DCM_ImageOrientationPatient, spec.orientation);
  put_short(data, DCM_SamplesPerPixel, 1);
  put(data, DCM_NumberOfFrames, spec.frames);
  put_short(data, DCM_Rows, spec.rows);
  put_short(data, DCM_Columns, spec.columns);
  put(data, DCM_PixelSpacing, spec.spacing);
  const unsigned stored = spec.bits_stored == 0 ? spec.bits_allocated : spec.bits_stored;
  put_short(data, DCM_BitsAllocated, spec.bits_allocated);
  put_short(data, DCM_BitsStored, stored);
  put_short(data, DCM_HighBit, stored - 1);
  put_short(data, DCM_PixelRepresentation, spec.is_signed ? 1 : 0);
  put(data, DCM_DoseUnits, spec.units);
  put(data, DCM_DoseType, spec.type);
  put(data, DCM_DoseSummationType, spec.summation);
  put(data, DCM_GridFrameOffsetVector, spec.offsets);
  put(data, DCM_DoseGridScaling, spec.scaling);
  if (spec.plan_uid) {
    DcmItem& plan = add_item(data, DCM_ReferencedRTPlanSequence);
    put(plan, DCM_ReferencedSOPInstanceUID, *spec.plan_uid);
    if (!spec.beams.empty()) {
      DcmItem& group = add_item(plan, DCM_ReferencedFractionGroupSequence);
      put(group, DCM_ReferencedFractionGroupNumber, "1");
      for (const int beam : spec.beams) {
        put(add_item(group, DCM_ReferencedBeamSequence), DCM_ReferencedBeamNumber,
            std::to_string(beam));
      }
    }
  }
  if (!spec.structures_uid.empty()) {
    put(add_item(data, DCM_ReferencedStructureSetSequence), DCM_ReferencedSOPInstanceUID,
        spec.structures_uid);
  }
  put_dvhs(spec, data);
  put_pixels(spec, data);
  save(file, spec.edit, path, encoding);
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  ASSERT_TRUE(stream.good()) << path;
}

std::string read_bytes(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str();
}

Result<dicom::ReadOutcome> CaseFiles::read(const dicom::ReadOptions& options) const {
  write(plan, folder / "plan");
  write(structures, folder / "structures");
  write(dose, folder / "dose");
  return dicom::read_cases({folder.path()}, options);
}

model::Case CaseFiles::read_case(const dicom::ReadOptions& options) const {
  return only_case(read(options));
}

Error CaseFiles::read_error(const dicom::ReadOptions& options) const {
  return only_error(read(options));
}

model::Case only_case(const Result<dicom::ReadOutcome>& outcome) {
  if (!outcome) {
    ADD_FAILURE() << to_text(outcome.error());
    return {};
  }
  EXPECT_EQ(outcome->cases.size(), 1U);
  if (outcome->cases.empty()) return {};
  if (!outcome->cases[0]) {
    ADD_FAILURE() << to_text(outcome->cases[0].error());
    return {};
  }
  return *outcome->cases[0];
}

Error only_error(const Result<dicom::ReadOutcome>& outcome) {
  if (!outcome) return outcome.error();
  EXPECT_EQ(outcome->cases.size(), 1U);
  if (outcome->cases.empty()) return {};
  if (outcome->cases[0]) {
    ADD_FAILURE() << "the case was read, and should have been refused";
    return {};
  }
  return outcome->cases[0].error();
}

bool has(const Findings& findings, FindingCode code) {
  return !text_of(findings, code).empty();
}

std::string text_of(const Findings& findings, FindingCode code) {
  for (const Finding& finding : findings) {
    if (finding.code == code) return finding.text;
  }
  return {};
}

}  // namespace dosegate::dicom_test
