#include "evaluation/match_tps.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "evaluation/resolve.h"
#include "geometry/conventions.h"

namespace dosegate::evaluation {
namespace {

using geometry::EndCaps;
using model::TpsContribution;
using model::TpsDvh;

// Every way of reading contours that is tried against the planning system's: a new convention is one
// row.
struct NamedReading {
  std::string name;
  geometry::Reading reading;
};

std::vector<NamedReading> readings_to_try(const geometry::Reading& own) {
  using geometry::Interpolation;
  std::vector<NamedReading> all = {
      {"half end caps", {EndCaps::Half, Interpolation::Slab}},
      {"no end caps", {EndCaps::None, Interpolation::Slab}},
      {"end caps of at most 1.5 mm", {EndCaps::Capped1_5, Interpolation::Slab}},
      {"rounded end caps", {EndCaps::Rounded, Interpolation::Slab}},
      {"interpolated planes, half end caps", {EndCaps::Half, Interpolation::Blend}},
      {"interpolated planes, rounded end caps", {EndCaps::Rounded, Interpolation::Blend}},
  };
  const bool tried =
      std::any_of(all.begin(), all.end(), [&](const NamedReading& r) { return r.reading == own; });
  if (!tried) {
    all.push_back({fmt::format("end caps {}, interpolation {}", geometry::name_of(own.end_caps),
                               geometry::name_of(own.interpolation)),
                   own});
  }
  return all;
}

// A DVH with the structure it belongs to.
struct Match {
  const TpsCurve* curve = nullptr;
  RoiExpression expression;
  std::string name;
  std::optional<int> roi_number;
};

class Comparer {
 public:
  Comparer(const model::Case& plan_case, const MeasuredStructures& known,
           const EvaluationOptions& options, Findings& findings)
      : case_(plan_case),
        known_(known),
        options_(options),
        findings_(findings),
        tried_(readings_to_try(options.reading)) {}

  Result<TpsComparisons> run(const model::DoseGrid& course_grid) {
    if (!comparable()) return TpsComparisons{};
    const model::Dose& dose = case_.doses.front();
    TpsCurves theirs =
        read_tps_curves(dose, case_.plan ? case_.plan->prescription_gy : std::nullopt);
    findings_.insert(findings_.end(), theirs.findings.begin(), theirs.findings.end());
    to_course(dose.grid, course_grid, theirs);
    for (const TpsCurve& curve : theirs.curves) find(curve, dose.tps_dvhs.curves[curve.index]);
    if (auto done = measure_all(course_grid); !done) return tl::unexpected(done.error());
    TpsComparisons all;
    for (std::size_t i = 0; i < matches_.size(); ++i) add(i, theirs.axis, all);
    return all;
  }

 private:
  // DVHs of parts of the dose, or of other structures, are no DVHs of ours.
  bool comparable() {
    const bool any = std::any_of(case_.doses.begin(), case_.doses.end(),
                                 [](const auto& dose) { return !dose.tps_dvhs.curves.empty(); });
    if (!any) return false;
    const model::Dose& dose = case_.doses.front();
    if (case_.doses.size() > 1) {
      note("The planning system's DVHs were not compared: they belong to parts of the dose.",
           dose.source);
      return false;
    }
    const std::string& uid = dose.structure_set_uid;
    if (!uid.empty() && !case_.structures->sop_instance_uid.empty() &&
        uid != case_.structures->sop_instance_uid) {
      note("The planning system's DVHs were not compared: they refer to another structure set.",
           dose.source);
      return false;
    }
    return true;
  }

  // The dose of one fraction became the course's; its DVHs go with it.
  static void to_course(const model::DoseGrid& as_read, const model::DoseGrid& course,
                        TpsCurves& curves) {
    const double factor = course.maximum_gy() == as_read.maximum_gy() || as_read.maximum_gy() <= 0.0
                              ? 1.0
                              : course.maximum_gy() / as_read.maximum_gy();
    if (factor == 1.0) return;
    for (TpsCurve& curve : curves.curves) {
      for (double& x : curve.dose_gy) x *= factor;
      curve.begins_gy *= factor;
      curve.curve_mean_gy *= factor;
      curve.curve_maximum_gy *= factor;
      if (curve.stated_mean_gy) *curve.stated_mean_gy *= factor;
      if (curve.stated_maximum_gy) *curve.stated_maximum_gy *= factor;
    }
  }

  void find(const TpsCurve& curve, const TpsDvh& dvh) {
    Match match;
    match.curve = &curve;
    RoiExpression included{RoiExpression::Op::Union, 0, {}};
    RoiExpression whole{RoiExpression::Op::Subtract, 0, {}};
    std::string without;
    for (const TpsContribution& part : dvh.contributions) {
      const std::optional<std::size_t> roi = only_roi(part.roi_number);
      if (!roi) return;
      const std::string& name = case_.structures->rois[*roi].name;
      if (part.part == TpsContribution::Part::Included) {
        match.name += (match.name.empty() ? "" : " + ") + name;
        included.operands.push_back({RoiExpression::Op::Roi, *roi, {}});
      } else {
        without += " - " + name;
        whole.operands.push_back({RoiExpression::Op::Roi, *roi, {}});
      }
    }
    if (included.operands.size() == 1) included = RoiExpression(included.operands.front());
    if (dvh.contributions.size() == 1) match.roi_number = dvh.contributions.front().roi_number;
    match.name += without;
    if (!whole.operands.empty()) {
      whole.operands.insert(whole.operands.begin(), included);
      match.expression = std::move(whole);
    } else {
      match.expression = std::move(included);
    }
    matches_.push_back(std::move(match));
  }

  std::optional<std::size_t> only_roi(int number) {
    const auto& rois = case_.structures->rois;
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < rois.size(); ++i) {
      if (rois[i].number != number) continue;
      if (found) {
        note(fmt::format("A planning system's DVH was not compared: two ROIs have its number {}.",
                         number),
             case_.doses.front().source);
        return std::nullopt;
      }
      found = i;
    }
    if (!found) {
      note(fmt::format("A planning system's DVH was not compared: no ROI has its number {}.",
                       number),
           case_.doses.front().source);
    }
    return found;
  }

  // readings_[r][i]: match i by reading r. What was measured already is taken from there.
  Result<void> measure_all(const model::DoseGrid& grid) {
    std::vector<RoiExpression> expressions;
    for (const Match& match : matches_) expressions.push_back(match.expression);
    std::map<std::string, std::size_t> known;
    for (std::size_t i = 0; i < known_.expressions.size(); ++i) {
      known.emplace(key_of(known_.expressions[i]), i);
    }
    for (const NamedReading& named : tried_) {
      std::vector<Measured> results(expressions.size());
      std::vector<RoiExpression> missing;
      std::vector<std::size_t> place;
      for (std::size_t i = 0; i < expressions.size(); ++i) {
        const auto at = known.find(key_of(expressions[i]));
        if (named.reading == options_.reading && at != known.end()) {
          results[i] = known_.measured[at->second];
        } else {
          missing.push_back(expressions[i]);
          place.push_back(i);
        }
      }
      const CaseGeometry geometry(*case_.structures, named.reading);
      auto measured = measure(missing, geometry, grid, options_);
      if (!measured) return tl::unexpected(measured.error());
      for (std::size_t m = 0; m < missing.size(); ++m) {
        results[place[m]] = std::move((*measured)[m]);
      }
      readings_.push_back(std::move(results));
    }
    return {};
  }

  void add(std::size_t i, TpsDoseAxis axis, TpsComparisons& all) {
    const Match& match = matches_[i];
    const Measured* ours = nullptr;
    for (std::size_t r = 0; r < tried_.size(); ++r) {
      if (tried_[r].reading == options_.reading) ours = &readings_[r][i];
    }
    require(ours != nullptr, "a reading in use that is not among the readings tried");
    if (!ours->dvh) {
      note("The planning system has a DVH of it, and it could not be measured here.", match.name);
      return;
    }
    TpsComparison comparison = compare_curves(*ours->dvh, *match.curve);
    comparison.name = match.name;
    comparison.roi_number = match.roi_number;
    comparison.dose_axis = to_text(axis);
    for (std::size_t r = 0; r < tried_.size(); ++r) {
      // A single plane has no volume without end caps: then that reading is none.
      const Measured& read = readings_[r][i];
      if (!read.dvh) continue;
      add_reading(tried_[r].name, *read.dvh, match.curve->begins_gy, comparison);
    }
    choose_nearest(comparison);
    if (comparison.differs) findings_.push_back(tps_difference_finding(comparison));
    all.push_back(std::move(comparison));
  }

  void note(std::string text, const std::string& where) {
    findings_.push_back({FindingCode::TpsDvhUnusable, std::move(text), printable(where)});
  }

  const model::Case& case_;
  const MeasuredStructures& known_;
  const EvaluationOptions& options_;
  Findings& findings_;
  std::vector<Match> matches_;
  std::vector<NamedReading> tried_;
  std::vector<std::vector<Measured>> readings_;
};

}  // namespace

Result<TpsComparisons> compare_tps_dvhs(const model::Case& plan_case,
                                        const MeasuredStructures& known,
                                        const model::DoseGrid& course_grid,
                                        const EvaluationOptions& options, Findings& findings) {
  return Comparer(plan_case, known, options, findings).run(course_grid);
}

}  // namespace dosegate::evaluation
