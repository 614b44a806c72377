// What metrics are computed from: a structure's curves, and for a sum of plans
// its curves on each converted basis that is asked for. Private to evaluation/.
#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "evaluation/enclosures.h"
#include "evaluation/measure.h"
#include "metrics/compute.h"

namespace dosegate::evaluation {

/// Curves and how to read them.
struct MetricInput {
  const dvh::ReadingDvhs* dvhs = nullptr;  ///< never null
  metrics::MetricContext context;
};

/// For a plan's own dose nothing is measured: a conversion is a map of its
/// curves' dose axis. For a sum it is not, so that each basis has curves of its
/// own.
class SumDvhs {
 public:
  explicit SumDvhs(const EvaluationOptions& options) : options_(options) {}

  /// Measures `expression` (its place in the list) on the basis of `metric`,
  /// when measure() is called, and with it the enclosure that `metric` asks for.
  void ask(const metrics::Metric& metric, std::size_t expression,
           const AskedEnclosures& enclosures);
  /// Errors: Cancelled.
  [[nodiscard]] Result<void> measure(const std::vector<RoiExpression>& expressions,
                                     const CaseGeometry& geometry);
  /// What `metric` of that expression is computed from; `physical` are its
  /// curves of physical dose, `context` is of that dose.
  [[nodiscard]] MetricInput input(const metrics::Metric& metric, std::size_t expression,
                                  const dvh::ReadingDvhs& physical,
                                  const AskedEnclosures& enclosures,
                                  metrics::MetricContext context) const;

 private:
  struct OnBasis {
    metrics::Basis basis;
    std::vector<std::size_t> expressions;  // without repetition
    std::set<std::size_t> rims;            // among them those that need no bracket
    std::map<std::size_t, dvh::ReadingDvhs> dvhs;
    std::string reason;  // why there are none
  };
  [[nodiscard]] Result<void> refine(OnBasis& on, std::size_t index, const RoiExpression& expression,
                                    const CaseGeometry& geometry) const;

  const EvaluationOptions& options_;
  std::vector<OnBasis> bases_;
};

}  // namespace dosegate::evaluation
