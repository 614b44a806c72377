// Structure names of a rule -> ROIs of the case.
#pragma once

#include <string>
#include <vector>

#include "evaluation/case_geometry.h"
#include "model/structure_set.h"
#include "protocol/names.h"
#include "protocol/protocol_file.h"

namespace dosegate::evaluation {

struct Resolved {
  RoiExpression expression;
  /// Indices of all ROIs taken, in the order of the expression, without repetition.
  std::vector<std::size_t> rois;
  /// How names were matched where they are not exact: whole sentences.
  std::vector<std::string> notes;
  /// How every name was matched, in the order of the expression: "Liver: 'Leber' (ROI number 3) by the
  /// site's alias". For people who ask.
  std::vector<std::string> how;
  Findings findings;
};

/// Matches every name of `expression`. `protocol` gives aliases and definitions; may be null.
/// A glob that takes a ROI whose name says it was made from a target ("GTV+5mm", "GTV-PTV ring"),
/// or whose type says it is a helper, is ambiguous: subtracting it could hide a high dose. Errors:
/// StructureMissing, StructureAmbiguous, RegionEmpty (a ROI without closed contours, also where a
/// glob matches it).
[[nodiscard]] Result<Resolved> resolve(const protocol::StructureExpression& expression,
                                       const protocol::Protocol* protocol,
                                       const model::StructureSet& structures,
                                       const protocol::NameMap& map);

/// The ROI within which the volume of an isodose is taken: of `name`, or, for "", the only one of type
/// EXTERNAL. Errors: as resolve(); StructureMissing, StructureAmbiguous for the type.
[[nodiscard]] Result<Resolved> resolve_enclosure(const std::string& name,
                                                 const protocol::Protocol* protocol,
                                                 const model::StructureSet& structures,
                                                 const protocol::NameMap& map);

/// The labels that matching works on, one a ROI.
[[nodiscard]] std::vector<protocol::RoiLabel> roi_labels(const model::StructureSet& structures);

/// Text that is the same for the same expression over the same ROIs.
[[nodiscard]] std::string key_of(const RoiExpression& expression);

}  // namespace dosegate::evaluation
