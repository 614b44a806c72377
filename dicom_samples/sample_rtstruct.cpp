#include "sample_files.h"

namespace dosegate::samples {
namespace {

std::string contour_data(const Polygon& polygon, double z) {
  std::vector<double> values;
  for (const auto& point : polygon) {
    values.insert(values.end(), {point.x, point.y, z});
  }
  return decimal_text(values, 2);
}

void put_contours(Attributes& object, const DrawnRoi& drawn) {
  Attributes roi = object.item(DCM_ROIContourSequence);
  roi.text(DCM_ROIDisplayColor, drawn.roi.colour);
  for (const auto& plane : drawn.planes) {
    for (const auto& polygon : plane.polygons) {
      Attributes contour = roi.item(DCM_ContourSequence);
      contour.text(DCM_ContourGeometricType, "CLOSED_PLANAR");
      contour.text(DCM_NumberOfContourPoints, std::to_string(polygon.size()));
      contour.text(DCM_ContourData, contour_data(polygon, plane.z));
    }
  }
  roi.text(DCM_ReferencedROINumber, std::to_string(drawn.roi.number));
}

}  // namespace

void fill_rtstruct(Attributes& object, const SamplePlan& plan, const std::vector<DrawnRoi>& rois) {
  const SampleUids uids = uids_of(plan);
  put_identity(object, plan, {UID_RTStructureSetStorage, uids.structures, "RTSTRUCT", 2});
  object.text(DCM_StructureSetLabel, "SAMPLE");
  object.text(DCM_StructureSetDate, "20260105");
  object.text(DCM_StructureSetTime, "120000");
  Attributes frame = object.item(DCM_ReferencedFrameOfReferenceSequence);
  frame.text(DCM_FrameOfReferenceUID, uids.frame_of_reference);
  for (const auto& drawn : rois) {
    Attributes roi = object.item(DCM_StructureSetROISequence);
    roi.text(DCM_ROINumber, std::to_string(drawn.roi.number));
    roi.text(DCM_ReferencedFrameOfReferenceUID, uids.frame_of_reference);
    roi.text(DCM_ROIName, drawn.roi.name);
    roi.text(DCM_ROIGenerationAlgorithm, "AUTOMATIC");
  }
  for (const auto& drawn : rois) {
    put_contours(object, drawn);
  }
  for (const auto& drawn : rois) {
    Attributes observation = object.item(DCM_RTROIObservationsSequence);
    observation.text(DCM_ObservationNumber, std::to_string(drawn.roi.number));
    observation.text(DCM_ReferencedROINumber, std::to_string(drawn.roi.number));
    observation.text(DCM_RTROIInterpretedType, drawn.roi.interpreted_type);
    observation.text(DCM_ROIInterpreter, "");
  }
  object.text(DCM_ApprovalStatus, "UNAPPROVED");
}

}  // namespace dosegate::samples
