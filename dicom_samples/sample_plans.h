// The table of the sample plans: anatomy, dose, prescription and the way each is written to files.
#pragma once

#include <string>
#include <vector>

#include "sample_dose.h"
#include "sample_solids.h"

namespace dosegate::samples {

/// A ROI as it is meant: the union of solids that do not touch each other.
struct SampleRoi {
  int number = 0;
  std::string name;              ///< TG-263
  std::string interpreted_type;  ///< RTROIInterpretedType
  std::string colour;            ///< ROIDisplayColor
  double chord_error_mm = 0.0;   ///< how far the straight pieces may leave the curve, about
  std::vector<Solid> solids;
};

struct SamplePlan {
  enum class Encoding { ExplicitLittleEndian, ImplicitLittleEndian };
  std::string folder;
  std::string patient_id;
  std::string patient_name;
  std::string plan_label;
  int fractions = 0;
  double prescription_gy = 0.0;
  std::vector<double> gantry_deg;  ///< one beam each
  double plane_spacing_mm = 0.0;   ///< distance of contour planes
  double plane_offset_mm = 0.0;    ///< one contour plane stands at this z
  Encoding encoding = Encoding::ExplicitLittleEndian;
  std::vector<SampleRoi> rois;
  DoseModel dose;
  GridSpec grid;
};

[[nodiscard]] std::vector<SamplePlan> sample_plans();

}  // namespace dosegate::samples
