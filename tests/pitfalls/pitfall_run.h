// Runs a row end to end: files, reading, linking, regions, curves and metrics.
#pragma once

#include "pitfalls/pitfall.h"

#include "metrics/compute.h"

namespace dosegate::pitfalls {

struct ReachedStructure {
  std::string name;
  std::vector<metrics::MetricValue> numbers;  ///< of the metrics that the row expects
  std::optional<Error> refused;
};

struct Reached {
  std::optional<Error> refused;
  std::vector<ReachedStructure> structures;
  Findings findings;
};

[[nodiscard]] Reached run(const Row& row);

}  // namespace dosegate::pitfalls
