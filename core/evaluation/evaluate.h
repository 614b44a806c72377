// Case x protocols -> Evaluation. Starts threads: one task a structure,
// its result stored by index, so that the answer is the same to the last bit for any number of
// workers.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "evaluation/course_dose.h"
#include "evaluation/evaluation.h"
#include "evaluation/plan_sum.h"
#include "geometry/region.h"
#include "protocol/context_file.h"
#include "protocol/names.h"

namespace dosegate::evaluation {

/// What the dose is between the centres of its voxels.
enum class DoseInterpolation {
  Linear,  ///< trilinear between the centres (default; design 4.2)
  Voxel,   ///< each voxel's value throughout the voxel: what counting voxels by their dose comes to
};
/// "linear", "voxel"
[[nodiscard]] std::string_view name_of(DoseInterpolation interpolation);

struct EvaluationOptions {
  CourseOptions course;
  protocol::NameMap map;
  protocol::Context context;  ///< site=liver, child_pugh=B7 ...; checked against the protocols
  /// context.yaml of the plan's folder, of each plan's for a sum: `context` overrides what they say,
  /// with a finding. They are among the inputs of the evaluation. Two that say different things of one
  /// key are refused.
  std::vector<protocol::ContextFile> context_files = {};
  /// What the case is the sum of; null: it is a plan's own. Set by
  /// evaluate_sum() and compute_sum_dvhs().
  std::shared_ptr<const PlanSum> sum = {};
  geometry::Reading reading;
  /// Voxel is not for sums of plans (OptionInvalid).
  DoseInterpolation dose = DoseInterpolation::Linear;
  /// Name of `reading`; empty: the default's, or "custom" where it is another.
  std::string convention;
  int workers = 0;  ///< threads to use at most; 0 = as many as the machine has
  std::string software_version;
  /// Stages "measuring" (structures, on several threads) and "judging" (rules, plan checks).
  StopRequested stop;
};

/// A rule that cannot be evaluated is a result (UNKNOWN with its reason), never an error, and never
/// left out. Errors: no protocol, an unknown context key or value, a map to a ROI that is not there
/// (OptionInvalid), no structures, those of course_dose(), a dose of 0 everywhere (DoseMissing),
/// Cancelled.
[[nodiscard]] Result<Evaluation> evaluate(const model::Case& plan_case,
                                          const std::vector<protocol::Protocol>& protocols,
                                          const EvaluationOptions& options);

/// The same for the sum of several plans (plan_sum.h). Errors: those of
/// sum_plans() as well.
[[nodiscard]] Result<Evaluation> evaluate_sum(const std::vector<const model::Case*>& plans,
                                              const std::vector<protocol::Protocol>& protocols,
                                              const EvaluationOptions& options);

/// Curves and metrics of structures, without a protocol.
struct DvhRequest {
  std::vector<protocol::StructureExpression> structures;  ///< empty: every ROI
  std::vector<metrics::Metric> metrics;
};

struct DvhResult {
  std::string name;  ///< the ROI's name, or the expression as written
  std::optional<int> roi_number;
  std::optional<dvh::Dvh> dvh;
  std::string reason;                         ///< why there is none
  std::vector<metrics::MetricValue> metrics;  ///< one for each of the request's, if there is a dvh
};

struct DvhReport {
  std::string software_version, patient_id, plan_label, plan_uid;
  ReadingSettings settings;
  std::vector<BracketReading> bracket_readings;  ///< in the order of metrics::Bracket::readings
  std::optional<int> fractions;
  std::optional<double> prescription_gy;
  std::vector<model::InputFile> inputs;
  std::vector<metrics::Metric> metrics;
  std::vector<DvhResult> structures;
  TpsComparisons tps_dvhs;  ///< of every DVH that the dose carries, asked for or not
  Findings findings;
};

/// Errors: no structures, those of course_dose(), Cancelled. Protocols and context in `options` are
/// not used.
[[nodiscard]] Result<DvhReport> compute_dvhs(const model::Case& plan_case,
                                             const DvhRequest& request,
                                             const EvaluationOptions& options);
/// The same for the sum of several plans; the curves are those of the physical
/// sum.
[[nodiscard]] Result<DvhReport> compute_sum_dvhs(const std::vector<const model::Case*>& plans,
                                                 const DvhRequest& request,
                                                 const EvaluationOptions& options);

}  // namespace dosegate::evaluation
