#include "evaluation/common_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "geometry/conventions.h"
#include "radiobiology/lq.h"

namespace dosegate::evaluation {
namespace {

// Ten times what any course gives: a higher number is cGy or a slip.
constexpr double kHighestPrescription_gy = 1000.0;

void add_context_findings(Findings& findings, const protocol::ContextFile& file,
                          const protocol::Context& overriding) {
  std::string taken;
  for (const auto& [key, value] : file.values) {
    const auto given = overriding.find(key);
    if (given == overriding.end()) {
      taken += fmt::format("{}{}={}", taken.empty() ? "" : ", ", key, value);
    } else if (given->second != value) {
      findings.push_back({FindingCode::OptionOverrides,
                          fmt::format("The context key {} was given as {}; the file says {}.", key,
                                      given->second, value),
                          printable(file.path)});
    }
  }
  std::string text = taken.empty() ? "Nothing was taken from the context file."
                                   : fmt::format("Taken from the context file: {}.", taken);
  if (!file.unused.empty()) {
    text +=
        fmt::format(" Not asked for by the protocols in use: {}.", fmt::join(file.unused, ", "));
  }
  findings.push_back({FindingCode::ContextFromFile, text, printable(file.path)});
}

// The plans of a sum are of one patient, so what lies beside them must not be of two minds.
Result<void> check_context_files(const std::vector<protocol::ContextFile>& files) {
  for (std::size_t i = 1; i < files.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      for (const auto& [key, value] : files[i].values) {
        const auto other = files[j].values.find(key);
        if (other == files[j].values.end() || other->second == value) continue;
        return fail(ErrorCode::ContextInvalid,
                    fmt::format("The context files beside the plans contradict each other: {} is "
                                "{} in {} and {} here; make them agree.",
                                key, other->second, printable(files[j].path), value),
                    printable(files[i].path));
      }
    }
  }
  return {};
}

}  // namespace

void append(Findings& to, const Findings& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_once(Findings& to, const Findings& from) {
  for (const Finding& finding : from) {
    const bool known = std::any_of(to.begin(), to.end(), [&](const Finding& f) {
      return f.code == finding.code && f.text == finding.text && f.where == finding.where;
    });
    if (!known) to.push_back(finding);
  }
}

std::optional<int> fractions_of_dose(const model::Case& plan_case, const CourseOptions& options) {
  const bool several_plans =
      std::any_of(plan_case.doses.begin(), plan_case.doses.end(), [](const model::Dose& dose) {
        return dose.summation == model::DoseSummation::MultiPlan || dose.plan_uids.size() > 1;
      });
  return several_plans ? options.fractions : fractions_of(plan_case, options);
}

std::vector<model::InputFile> inputs_of(const model::Case& plan_case,
                                        const EvaluationOptions& options) {
  std::vector<model::InputFile> inputs = plan_case.inputs;
  const protocol::SiteAliases& aliases = options.map.site_aliases();
  if (!aliases.origin.empty()) inputs.push_back({aliases.origin, "", "", aliases.sha256});
  for (const protocol::ContextFile& file : options.context_files) {
    inputs.push_back({file.path, "", "", file.sha256});
  }
  return inputs;
}

std::string_view name_of(DoseInterpolation interpolation) {
  return interpolation == DoseInterpolation::Voxel ? "voxel" : "linear";
}

ReadingSettings settings_of(const EvaluationOptions& options) {
  ReadingSettings settings{options.convention,
                           std::string(geometry::name_of(options.reading.end_caps)),
                           std::string(geometry::name_of(options.reading.interpolation)),
                           std::string(name_of(options.dose))};
  if (settings.convention.empty()) {
    settings.convention = options.reading == geometry::Reading{} ? geometry::kDefaultConvention
                                                                 : geometry::kCustomConvention;
  }
  return settings;
}

Findings settings_findings(const EvaluationOptions& options) {
  const ReadingSettings settings = settings_of(options);
  Findings findings;
  if (options.dose == DoseInterpolation::Voxel) {
    findings.push_back(
        {FindingCode::ConventionNotDefault,
         "Numbers and verdicts were computed with each voxel's dose throughout the voxel instead "
         "of "
         "interpolated between the centres; the bracket of the dose grid is then no bound.",
         ""});
  }
  if (settings.convention == geometry::kDefaultConvention) return findings;
  const auto convention = geometry::find_convention(settings.convention);
  findings.push_back(
      {FindingCode::ConventionNotDefault,
       fmt::format("Numbers and verdicts were computed with the convention {} (end caps {}, "
                   "interpolation {}) instead of Dosegate's own.{}{}",
                   settings.convention, settings.end_caps, settings.interpolation,
                   convention ? " " : "", convention ? convention->note : ""),
       ""});
  return findings;
}

Findings extrapolation_findings(const EvaluationOptions& options, std::optional<int> fractions,
                                const dvh::Dvh& dvh, const std::string& structure) {
  if (!dvh.maximum()) return {};
  double per_fraction_gy = 0.0;
  if (options.sum) {
    for (const SummedPart& part : options.sum->parts) {
      if (!part.fractions) continue;
      const double highest_gy = std::min(part.grid.maximum_gy(), dvh.maximum()->value());
      per_fraction_gy = std::max(per_fraction_gy, highest_gy / *part.fractions);
    }
  } else if (fractions) {
    per_fraction_gy = dvh.maximum()->value() / *fractions;
  }
  if (per_fraction_gy <= radiobiology::kLqTrustedUpToGy) return {};
  return {{FindingCode::ExtrapolatedEqd2,
           fmt::format("Up to {} Gy per fraction: a warning about the model, not the plan; "
                       "beyond {} "
                       "Gy the linear-quadratic model behind BED and EQD2 is disputed.",
                       fixed(per_fraction_gy, 1), shortest(radiobiology::kLqTrustedUpToGy)),
           structure}};
}

Result<EvaluationOptions> options_of_sum(const std::vector<const model::Case*>& plans,
                                         const EvaluationOptions& options) {
  if (options.dose == DoseInterpolation::Voxel) {
    return fail(
        ErrorCode::OptionInvalid,
        "A sum of plans is interpolated between the centres of its voxels; take the voxels' "
        "own dose for each plan alone.");
  }
  auto sum = sum_plans(plans, options.course);
  if (!sum) return tl::unexpected(sum.error());
  EvaluationOptions of_sum = options;
  of_sum.course.fraction_dose = FractionDose::Auto;  // it was decided for each plan
  of_sum.sum = std::make_shared<const PlanSum>(std::move(*sum));
  return of_sum;
}

protocol::Context merged_context(const EvaluationOptions& options) {
  protocol::Context context = options.context;
  for (const protocol::ContextFile& file : options.context_files) {
    context.insert(file.values.begin(), file.values.end());
  }
  return context;
}

Findings context_findings(const EvaluationOptions& options) {
  Findings findings;
  for (const protocol::ContextFile& file : options.context_files) {
    add_context_findings(findings, file, options.context);
  }
  return findings;
}

Result<void> check_options(const model::Case& plan_case, const EvaluationOptions& options) {
  if (!plan_case.structures) {
    return fail(ErrorCode::StructuresMissing,
                "There are no structures; add the plan's RT Structure Set to the input.");
  }
  if (options.course.fractions && *options.course.fractions < 1) {
    return fail(ErrorCode::OptionInvalid, "The number of fractions must be at least 1.");
  }
  if (options.course.prescription_gy &&
      !(*options.course.prescription_gy > 0.0 &&
        *options.course.prescription_gy <= kHighestPrescription_gy)) {
    return fail(ErrorCode::OptionInvalid, "The prescription must be above 0 and at most 1000 Gy.");
  }
  return check_context_files(options.context_files);
}

}  // namespace dosegate::evaluation
