// The attributes this room reads. Private to the room.
#pragma once

#include "dicom/attributes.h"

namespace dosegate::dicom::tag {

inline constexpr Tag kSopClassUid{0x0008, 0x0016, "SOPClassUID"};
inline constexpr Tag kSopInstanceUid{0x0008, 0x0018, "SOPInstanceUID"};
inline constexpr Tag kModality{0x0008, 0x0060, "Modality"};
inline constexpr Tag kCodeValue{0x0008, 0x0100, "CodeValue"};
inline constexpr Tag kCodingScheme{0x0008, 0x0102, "CodingSchemeDesignator"};
inline constexpr Tag kCodeMeaning{0x0008, 0x0104, "CodeMeaning"};
inline constexpr Tag kReferencedSopInstanceUid{0x0008, 0x1155, "ReferencedSOPInstanceUID"};
inline constexpr Tag kPatientName{0x0010, 0x0010, "PatientName"};
inline constexpr Tag kPatientId{0x0010, 0x0020, "PatientID"};
inline constexpr Tag kStudyDate{0x0008, 0x0020, "StudyDate"};
inline constexpr Tag kStudyTime{0x0008, 0x0030, "StudyTime"};
inline constexpr Tag kAccessionNumber{0x0008, 0x0050, "AccessionNumber"};
inline constexpr Tag kPatientBirthDate{0x0010, 0x0030, "PatientBirthDate"};
inline constexpr Tag kPatientSex{0x0010, 0x0040, "PatientSex"};
inline constexpr Tag kStudyInstanceUid{0x0020, 0x000D, "StudyInstanceUID"};
inline constexpr Tag kSeriesInstanceUid{0x0020, 0x000E, "SeriesInstanceUID"};
inline constexpr Tag kStudyId{0x0020, 0x0010, "StudyID"};
inline constexpr Tag kFrameOfReferenceUid{0x0020, 0x0052, "FrameOfReferenceUID"};

// RT Dose
inline constexpr Tag kSliceThickness{0x0018, 0x0050, "SliceThickness"};
inline constexpr Tag kImagePosition{0x0020, 0x0032, "ImagePositionPatient"};
inline constexpr Tag kImageOrientation{0x0020, 0x0037, "ImageOrientationPatient"};
inline constexpr Tag kSamplesPerPixel{0x0028, 0x0002, "SamplesPerPixel"};
inline constexpr Tag kNumberOfFrames{0x0028, 0x0008, "NumberOfFrames"};
inline constexpr Tag kRows{0x0028, 0x0010, "Rows"};
inline constexpr Tag kColumns{0x0028, 0x0011, "Columns"};
inline constexpr Tag kPixelSpacing{0x0028, 0x0030, "PixelSpacing"};
inline constexpr Tag kBitsAllocated{0x0028, 0x0100, "BitsAllocated"};
inline constexpr Tag kBitsStored{0x0028, 0x0101, "BitsStored"};
inline constexpr Tag kHighBit{0x0028, 0x0102, "HighBit"};
inline constexpr Tag kPixelRepresentation{0x0028, 0x0103, "PixelRepresentation"};
inline constexpr Tag kDoseUnits{0x3004, 0x0002, "DoseUnits"};
inline constexpr Tag kDoseType{0x3004, 0x0004, "DoseType"};
inline constexpr Tag kDoseSummationType{0x3004, 0x000A, "DoseSummationType"};
inline constexpr Tag kGridFrameOffsets{0x3004, 0x000C, "GridFrameOffsetVector"};
inline constexpr Tag kDoseGridScaling{0x3004, 0x000E, "DoseGridScaling"};
inline constexpr Tag kDvhType{0x3004, 0x0001, "DVHType"};
inline constexpr Tag kDvhNormalizationDose{0x3004, 0x0042, "DVHNormalizationDoseValue"};
inline constexpr Tag kDvhs{0x3004, 0x0050, "DVHSequence"};
inline constexpr Tag kDvhDoseScaling{0x3004, 0x0052, "DVHDoseScaling"};
inline constexpr Tag kDvhVolumeUnits{0x3004, 0x0054, "DVHVolumeUnits"};
inline constexpr Tag kDvhBinCount{0x3004, 0x0056, "DVHNumberOfBins"};
inline constexpr Tag kDvhData{0x3004, 0x0058, "DVHData"};
inline constexpr Tag kDvhReferencedRois{0x3004, 0x0060, "DVHReferencedROISequence"};
inline constexpr Tag kDvhRoiContribution{0x3004, 0x0062, "DVHROIContributionType"};
inline constexpr Tag kDvhMinimumDose{0x3004, 0x0070, "DVHMinimumDose"};
inline constexpr Tag kDvhMaximumDose{0x3004, 0x0072, "DVHMaximumDose"};
inline constexpr Tag kDvhMeanDose{0x3004, 0x0074, "DVHMeanDose"};
inline constexpr Tag kReferencedPlans{0x300C, 0x0002, "ReferencedRTPlanSequence"};
inline constexpr Tag kReferencedFractionGroups{0x300C, 0x0020, "ReferencedFractionGroupSequence"};
inline constexpr Tag kReferencedFractionGroup{0x300C, 0x0022, "ReferencedFractionGroupNumber"};
inline constexpr Tag kPixelData{0x7FE0, 0x0010, "PixelData"};

// RT Structure Set
inline constexpr Tag kStructureSetLabel{0x3006, 0x0002, "StructureSetLabel"};
inline constexpr Tag kReferencedFrames{0x3006, 0x0010, "ReferencedFrameOfReferenceSequence"};
inline constexpr Tag kStructureSetRois{0x3006, 0x0020, "StructureSetROISequence"};
inline constexpr Tag kRoiNumber{0x3006, 0x0022, "ROINumber"};
inline constexpr Tag kRoiFrame{0x3006, 0x0024, "ReferencedFrameOfReferenceUID"};
inline constexpr Tag kRoiName{0x3006, 0x0026, "ROIName"};
inline constexpr Tag kRoiAlgorithm{0x3006, 0x0036, "ROIGenerationAlgorithm"};
inline constexpr Tag kRoiContours{0x3006, 0x0039, "ROIContourSequence"};
inline constexpr Tag kContours{0x3006, 0x0040, "ContourSequence"};
inline constexpr Tag kContourType{0x3006, 0x0042, "ContourGeometricType"};
inline constexpr Tag kContourSlabThickness{0x3006, 0x0044, "ContourSlabThickness"};
inline constexpr Tag kContourOffset{0x3006, 0x0045, "ContourOffsetVector"};
inline constexpr Tag kContourPointCount{0x3006, 0x0046, "NumberOfContourPoints"};
inline constexpr Tag kContourData{0x3006, 0x0050, "ContourData"};
inline constexpr Tag kRoiObservations{0x3006, 0x0080, "RTROIObservationsSequence"};
inline constexpr Tag kReferencedRoiNumber{0x3006, 0x0084, "ReferencedROINumber"};
inline constexpr Tag kRoiCodes{0x3006, 0x0086, "RTROIIdentificationCodeSequence"};
inline constexpr Tag kRoiInterpretedType{0x3006, 0x00A4, "RTROIInterpretedType"};

// RT Plan
inline constexpr Tag kPlanLabel{0x300A, 0x0002, "RTPlanLabel"};
inline constexpr Tag kPlanName{0x300A, 0x0003, "RTPlanName"};
inline constexpr Tag kPlanDate{0x300A, 0x0006, "RTPlanDate"};
inline constexpr Tag kPlanTime{0x300A, 0x0007, "RTPlanTime"};
inline constexpr Tag kPlanIntent{0x300A, 0x000A, "PlanIntent"};
inline constexpr Tag kDoseReferences{0x300A, 0x0010, "DoseReferenceSequence"};
inline constexpr Tag kDoseReferenceStructure{0x300A, 0x0014, "DoseReferenceStructureType"};
inline constexpr Tag kDoseReferenceDescription{0x300A, 0x0016, "DoseReferenceDescription"};
inline constexpr Tag kDoseReferenceType{0x300A, 0x0020, "DoseReferenceType"};
inline constexpr Tag kTargetPrescription{0x300A, 0x0026, "TargetPrescriptionDose"};
inline constexpr Tag kFractionGroups{0x300A, 0x0070, "FractionGroupSequence"};
inline constexpr Tag kFractions{0x300A, 0x0078, "NumberOfFractionsPlanned"};
inline constexpr Tag kBeamDose{0x300A, 0x0084, "BeamDose"};
inline constexpr Tag kBeamMeterset{0x300A, 0x0086, "BeamMeterset"};
inline constexpr Tag kBeams{0x300A, 0x00B0, "BeamSequence"};
inline constexpr Tag kBeamNumber{0x300A, 0x00C0, "BeamNumber"};
inline constexpr Tag kBeamName{0x300A, 0x00C2, "BeamName"};
inline constexpr Tag kDeliveryType{0x300A, 0x00CE, "TreatmentDeliveryType"};
inline constexpr Tag kIonBeams{0x300A, 0x03A2, "IonBeamSequence"};
inline constexpr Tag kReferencedBeams{0x300C, 0x0004, "ReferencedBeamSequence"};
inline constexpr Tag kReferencedBeamNumber{0x300C, 0x0006, "ReferencedBeamNumber"};
inline constexpr Tag kReferencedStructureSets{0x300C, 0x0060, "ReferencedStructureSetSequence"};
inline constexpr Tag kApprovalStatus{0x300E, 0x0002, "ApprovalStatus"};

}  // namespace dosegate::dicom::tag
