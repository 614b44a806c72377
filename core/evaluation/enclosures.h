// The structures within which CI, CN and GI take the volume of an isodose: found by name, measured
// with all others, handed to the metrics. Private to evaluation/.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluation/measure.h"

namespace dosegate::evaluation {

struct AskedEnclosure {
  std::optional<std::size_t> work;  ///< index of its expression; absent: `reason` says why
  std::optional<std::size_t>
      rim;                        ///< of what lies just beyond it; absent for the patient's outline
  std::vector<std::size_t> rois;  ///< those taken
  std::string reason;
};

/// By Metric::within.
using AskedEnclosures = std::map<std::string, AskedEnclosure>;

/// Puts an expression among those to be measured; its index there.
using AddWork = std::function<std::size_t(const RoiExpression&)>;

/// Adds what `metric` needs to `asked`, if anything.
void ask_enclosure(AskedEnclosures& asked, const metrics::Metric& metric,
                   const protocol::Protocol* protocol, const model::StructureSet& structures,
                   const protocol::NameMap& map, const AddWork& add);

/// Why the ROIs may not be wholly what was drawn; empty if nothing speaks against them.
using DrawingDoubt = std::function<std::string(const std::vector<std::size_t>& rois)>;

/// For MetricContext::enclosures; `measured` (with brackets) must outlive it. `doubt` may be empty.
[[nodiscard]] std::map<std::string, metrics::Enclosure> enclosures_of(
    const AskedEnclosures& asked, const std::vector<Measured>& measured,
    const DrawingDoubt& doubt = {});

}  // namespace dosegate::evaluation
