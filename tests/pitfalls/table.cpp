#include "pitfalls/pitfall.h"

namespace dosegate::pitfalls {

const std::vector<Chapter>& chapters() {
  static const std::vector<Chapter> all = {
      {"RTDOSE: stored values and encodings", dose_pixel_rows()},
      {"RTDOSE: what the dose means", dose_meaning_rows()},
      {"RTDOSE: frames", dose_frame_rows()},
      {"RTDOSE: orientation and spacing", dose_orientation_rows()},
      {"Dose grid and structure", coverage_rows()},
      {"Several objects and their links", linking_rows()},
      {"RTSTRUCT: the list of ROIs, numbers and names", roi_list_rows()},
      {"RTSTRUCT: single contours", contour_rows()},
      {"RTSTRUCT: holes, islands and overlaps", hole_rows()},
      {"RTSTRUCT: planes", plane_rows()},
      {"RTSTRUCT: other than axial", tilt_rows()},
      {"Sizes", size_rows()},
      {"Structure expressions", boolean_rows()},
  };
  return all;
}

}  // namespace dosegate::pitfalls
