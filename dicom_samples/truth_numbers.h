// One structure's numbers, each with the drawn truth, how sure it is, and the ideal beside it.
#pragma once

#include <string>
#include <vector>

#include "drawn_truth.h"
#include "ideal_truth.h"

namespace dosegate::samples {

struct TruthNumber {
  std::string name;  ///< as in expected.json: volume_cc, mean_gy, "D95%[Gy]" ...
  double drawn = 0.0;
  double uncertainty = 0.0;  ///< change when the integration step is halved, plus the bin width
  double tolerance = 0.0;  ///< what a comparison should allow; at least four times the uncertainty
  double ideal = 0.0;
};

struct TruthRequest {
  std::string name;
  const DrawnRoi* base = nullptr;
  std::vector<const DrawnRoi*> taken_off;
  std::vector<double> volumes_at_gy;     ///< the x of V{x}Gy[cc]
  std::vector<double> cold_at_gy;        ///< the x of CV{x}Gy[cc]
  std::vector<double> doses_at_percent;  ///< the v of D{v}%[Gy]
};

/// Throws std::runtime_error where a number has not converged, where the drawn volume disagrees
/// with the polygons' shoelace areas, or where the solid leaves the dose grid.
[[nodiscard]] std::vector<TruthNumber> truth_numbers(const TruthRequest& request,
                                                     const SamplePlan& plan,
                                                     const StoredDose& dose);

/// The drawn value of the number `name`; throws std::runtime_error if it is not there.
[[nodiscard]] double drawn_value(const std::vector<TruthNumber>& numbers, const std::string& name);

}  // namespace dosegate::samples
