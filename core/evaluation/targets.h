// Which GTV belongs to which CTV, and which CTV to which PTV: by their names. Private to evaluation/.
//
// A target is a ROI whose name begins with GTV, CTV or PTV (in any case), unless what follows says
// that it was made from one ("GTV+5mm", "PTV ring"); or, where its name begins with none of them, one
// whose interpreted type is GTV, CTV or PTV. What follows the first three letters is its own name,
// compared without blanks, '_', '.' and '-' and in small letters: GTV_1 and CTV1 have one own name.
//
// A target belongs to the larger one of its own name. Where there is none: to the only larger one
// there is, if one of the two has no own name (GTV_1 and CTV; GTV and PTV_50). Anything else is
// unclear, and said.
#pragma once

#include <string>
#include <vector>

#include "model/structure_set.h"
#include "protocol/protocol_file.h"

namespace dosegate::evaluation {

/// A target and the smaller ones that belong to it, as indices of ROIs.
struct TargetPair {
  std::vector<std::size_t> inner;  ///< at least one
  std::size_t outer = 0;
};

struct TargetPairs {
  std::vector<TargetPair> pairs;              ///< in the order of the larger targets
  std::vector<std::string> unclear;           ///< whole sentences
  bool has_inner = false, has_outer = false;  ///< whether there is any target of that kind
};

[[nodiscard]] TargetPairs pair_targets(const model::StructureSet& structures,
                                       protocol::TargetKind inner, protocol::TargetKind outer);

/// The targets of one kind that have closed contours, in the order of the structure set.
[[nodiscard]] std::vector<std::size_t> targets_of(const model::StructureSet& structures,
                                                  protocol::TargetKind kind);

}  // namespace dosegate::evaluation
