// A structure set as it was drawn: ROIs, each with its contours, in patient coordinates (LPS, mm).
// Nothing is interpreted here: points and open contours are kept, and geometry/ decides what they
// mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/geometry_types.h"

namespace dosegate::model {

/// ContourGeometricType (3006,0042).
enum class ContourType { ClosedPlanar, ClosedPlanarXor, OpenPlanar, OpenNonplanar, Point, Unknown };

struct Contour {
  ContourType type = ContourType::ClosedPlanar;
  std::vector<Vec3>
      points;  ///< in the order of the file; a closed contour's last point joins its first
  /// ContourSlabThickness (3006,0044), mm, if given and positive.
  std::optional<double> slab_thickness_mm;
};

/// One coded concept (RTROIIdentificationCodeSequence and the like).
struct CodedConcept {
  std::string value;
  std::string scheme;
  std::string meaning;
};

struct Roi {
  int number = 0;                    ///< ROINumber (3006,0022)
  std::string name;                  ///< ROIName (3006,0026), UTF-8, blanks at both ends taken off
  std::string interpreted_type;      ///< RTROIInterpretedType (3006,00A4), upper case, may be empty
  std::string generation_algorithm;  ///< ROIGenerationAlgorithm (3006,0036), may be empty
  std::vector<CodedConcept> codes;
  std::vector<Contour> contours;
  /// The ROI was given as voxels, not drawn: its contours are the outlines of voxel layers, one
  /// plane a layer through the voxels' centres. Each has its layer's slab_thickness_mm and reaches
  /// half of it to either side, whatever is done with the space between planes that were drawn.
  bool from_voxels = false;
};

struct StructureSet {
  std::string sop_instance_uid;
  std::string label;                   ///< StructureSetLabel (3006,0002)
  std::string frame_of_reference_uid;  ///< the ROIs' common frame; empty if the file names none
  std::string patient_id;
  std::vector<Roi> rois;  ///< in the order of StructureSetROISequence
};

}  // namespace dosegate::model
