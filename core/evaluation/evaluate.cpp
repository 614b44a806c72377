#include "evaluation/evaluate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "evaluation/common_options.h"
#include "evaluation/enclosures.h"
#include "evaluation/headroom.h"
#include "evaluation/match_tps.h"
#include "evaluation/measure.h"
#include "evaluation/resolve.h"
#include "evaluation/rule_logic.h"
#include "evaluation/rule_names.h"
#include "evaluation/stated_facts.h"
#include "evaluation/sum_dvhs.h"
#include "evaluation/target_checks.h"
#include "protocol/lint.h"
#include "radiobiology/lq.h"

namespace dosegate::evaluation {
namespace {

using protocol::Level;
using protocol::Protocol;
using protocol::ProtocolRule;

// Which of the plans would be scaled, and the others with it or not, is not known.
constexpr const char* kNotOfASum = "The headroom of a sum of plans is not looked for.";

// Expressions to be measured, each once: first every ROI, then what rules ask for beyond single
// ROIs.
class WorkList {
 public:
  explicit WorkList(std::size_t rois) {
    for (std::size_t i = 0; i < rois; ++i) (void)add({RoiExpression::Op::Roi, i, {}});
  }
  std::size_t add(const RoiExpression& expression) {
    const auto [at, added] = index_.try_emplace(key_of(expression), expressions_.size());
    if (added) expressions_.push_back(expression);
    return at->second;
  }
  [[nodiscard]] const std::vector<RoiExpression>& expressions() const { return expressions_; }

 private:
  std::map<std::string, std::size_t> index_;
  std::vector<RoiExpression> expressions_;
};

class Evaluator {
 public:
  Evaluator(const model::Case& plan_case, const std::vector<Protocol>& protocols,
            const EvaluationOptions& options)
      : case_(plan_case),
        protocols_(protocols),
        options_(options),
        context_values_(merged_context(options)),
        geometry_(*plan_case.structures, options.reading),
        work_(plan_case.structures->rois.size()),
        sum_dvhs_(options) {}

  Result<Evaluation> run() {
    identify();
    out_.settings = settings_of(options_);
    out_.bracket_readings = bracket_reading_names(options_.reading);
    auto dose = course_dose(case_, geometry_, options_.course);
    if (!dose) return tl::unexpected(dose.error());
    if (!(dose->grid.maximum_gy() > 0.0)) {
      // Every upper limit would be met by a dose that is not there.
      return fail(ErrorCode::DoseMissing, "The dose is 0 everywhere; export the plan's dose again.",
                  case_.doses.front().source);
    }
    append(out_.findings, dose->findings);
    append(out_.findings, edge_findings(dose->grid));
    append(out_.findings, coarse_findings(dose->grid));
    append(out_.findings, settings_findings(options_));
    look_through_protocols();
    context_ = {fractions_of_dose(case_, options_.course), out_.prescription_gy, dose->kind};
    out_.no_conversion =
        why_no_conversion(context_, options_.sum ? Course::SumOfPlans : Course::OnePlan);
    if (out_.no_conversion.empty()) out_.conversion_fractions = context_.fractions;

    for (const Protocol& p : protocols_) {
      for (const ProtocolRule& rule : p.rules) prepare(p, rule);
      for (const protocol::StructureEntry& entry : p.structures) prepare_drawn(p, entry);
    }
    std::set<std::size_t> judged;  // what a rule is held against has a bracket
    for (const Pending& pending : pending_) {
      if (pending.work) judged.insert(*pending.work);
      for (const auto& [name, enclosure] : pending.enclosures) {
        if (enclosure.work) judged.insert(*enclosure.work);
      }
    }
    auto measured = measure(work_.expressions(), geometry_, dose->grid, options_,
                            [&](std::size_t i) { return judged.contains(i); });
    if (!measured) return tl::unexpected(measured.error());
    measured_ = std::move(*measured);
    if (auto summed = measure_sums(); !summed) return tl::unexpected(summed.error());
    report_structures();
    report_judged_volumes();
    auto compared = compare_tps_dvhs(case_, {work_.expressions(), measured_}, dose->grid, options_,
                                     out_.findings);
    if (!compared) return tl::unexpected(compared.error());
    out_.tps_dvhs = std::move(*compared);
    if (auto done = judge_all(); !done) return tl::unexpected(done.error());
    conclude();
    find_headroom();
    return std::move(out_);
  }

 private:
  // Rules, what stands beside them, and plan checks: each is a step.
  Result<void> judge_all() {
    std::size_t total = pending_.size() + drawn_.size() + 2, done = 0;
    for (const Protocol& p : protocols_) total += p.plan_checks.size() + p.margins.size();
    bool stopped = false;
    const auto step = [&](const auto& work) {
      stopped = stopped || stops(options_.stop, {"judging", done++, total});
      if (!stopped) work();
    };
    for (Pending& pending : pending_) step([&] { finish(pending); });
    for (const Drawn& drawn : drawn_) step([&] { compare_drawn(drawn); });
    step([&] { append(out_.findings, nesting_findings(*case_.structures, geometry_)); });
    step([&] { append(out_.findings, bowel_findings(*case_.structures, geometry_, protocols_)); });
    for (const Protocol& p : protocols_) {
      for (const protocol::PlanCheck& check : p.plan_checks)
        step([&] { out_.plan_checks.push_back(hold(p, check, facts_of(p))); });
      for (const protocol::MarginCheck& check : p.margins) {
        step([&] {
          out_.plan_checks.push_back(hold_margins(*case_.structures, geometry_, p, check));
        });
      }
    }
    if (stopped) return fail(ErrorCode::Cancelled, "The evaluation was stopped by the caller.");
    return {};
  }

  struct Pending {
    const Protocol* protocol = nullptr;
    const ProtocolRule* rule = nullptr;
    RuleResult result;
    bool applies = false;             // where it does not, it is measured for the headroom only
    std::optional<std::size_t> work;  // index into the work list; absent: nothing to measure
    std::vector<std::size_t> rois;    // those taken
    AskedEnclosures enclosures;       // of its metrics
  };
  struct Drawn {
    std::size_t roi = 0, expression = 0;
    std::string definition;
  };

  void identify() {
    out_.software_version = options_.software_version;
    out_.patient_id = case_.patient_id;
    if (case_.plan) {
      out_.study = case_.plan->study;
      out_.patient_name = case_.plan->patient_name;
      out_.plan_label = case_.plan->label;
      out_.plan_uid = case_.plan->sop_instance_uid;
    }
    out_.inputs = inputs_of(case_, options_);
    out_.findings = case_.findings;
    append(out_.findings, context_findings(options_));
    out_.fractions = fractions_of(case_, options_.course);
    out_.prescription_gy = prescription_of(case_, options_.course);
    out_.prescription_words = prescription_words(case_, context_values_);
    note_override(
        "number of fractions", options_.course.fractions.has_value(),
        case_.plan && case_.plan->fractions ? fmt::format("{}", *case_.plan->fractions) : "",
        options_.course.fractions ? fmt::format("{}", *options_.course.fractions) : "");
    note_override(
        "prescription", options_.course.prescription_gy.has_value(),
        case_.plan && case_.plan->prescription_gy ? shortest(*case_.plan->prescription_gy) + " Gy"
                                                  : "",
        options_.course.prescription_gy ? shortest(*options_.course.prescription_gy) + " Gy" : "");
    out_.alpha_beta_gy = protocols_.front().tumour_alpha_beta_gy;
    if (out_.fractions && out_.prescription_gy) {
      const auto model = radiobiology::LqModel::create(*out_.fractions, out_.alpha_beta_gy);
      if (model) {
        out_.bed_gy = model->bed_gy(*out_.prescription_gy);
        out_.eqd2_gy = model->eqd2_gy(*out_.prescription_gy);
      }
    }
    for (const Protocol& p : protocols_) {
      out_.protocols.push_back(
          {p.id, p.version, p.title, p.sha256, p.origin, p.sources, Verdict::Unknown});
    }
  }

  // Files only: what is built in is looked through by the tests.
  void look_through_protocols() {
    for (const Protocol& p : protocols_) {
      if (p.origin == protocol::kBuiltInOrigin) continue;
      std::set<std::string> doubtful;
      for (const protocol::LintFinding& found : protocol::lint(p, protocol::protocol_library())) {
        doubtful.insert(found.rule);
      }
      if (doubtful.empty()) continue;
      std::string rules;
      for (const std::string& id : doubtful) rules += (rules.empty() ? "" : ", ") + id;
      out_.findings.push_back(
          {FindingCode::ProtocolDoubtful,
           fmt::format("Rules that are likely to hold a mistake; look at them with 'dosegate "
                       "protocols lint': {}.",
                       rules),
           p.origin});
    }
  }

  [[nodiscard]] protocol::PlanFacts facts_of(const Protocol& p) const {
    return {out_.fractions, out_.prescription_gy, context_values_, p.tumour_alpha_beta_gy};
  }

  void note_override(std::string_view what, bool given, const std::string& plan_says,
                     const std::string& option_says) {
    if (!given || plan_says.empty() || plan_says == option_says) return;
    out_.findings.push_back(
        {FindingCode::OptionOverrides,
         fmt::format("The {} was given as {}; the plan says {}.", what, option_says, plan_says),
         ""});
  }

  void prepare(const Protocol& p, const ProtocolRule& rule) {
    Pending pending;
    pending.protocol = &p;
    pending.rule = &rule;
    RuleResult& result = pending.result;
    result.protocol_id = p.id;
    result.id = rule.id;
    result.label = rule.label;
    result.text = protocol::to_text(rule.rule);
    result.level = rule.level;
    result.priority = rule.rule.priority;
    result.structure = protocol::to_text(rule.rule.subject);
    result.provenance = rule.provenance;
    const Applicability applies =
        applicability(rule.rule.guard, rule.level, facts_of(p), p.context);
    pending.applies = applies.applies;
    if (!applies.applies) {
      result.verdict = applies.verdict;
      result.reason = applies.reason;
    }
    if (applies.applies || depends_on_dose(rule.rule.guard)) resolve_subject(p, pending);
    pending_.push_back(std::move(pending));
  }

  void resolve_subject(const Protocol& p, Pending& pending) {
    auto resolved = resolve(pending.rule->rule.subject, &p, *case_.structures, options_.map);
    if (resolved) {
      pending.work = work_.add(resolved->expression);
      pending.rois = resolved->rois;
      ask_enclosures(pending, p);
    }
    if (!pending.applies) return;
    RuleResult& result = pending.result;
    if (!resolved) {
      result.verdict = Verdict::Unknown;
      result.reason = resolved.error().text;
      return;
    }
    for (const std::size_t roi : resolved->rois) {
      result.rois.push_back(case_.structures->rois[roi].name);
    }
    std::vector<std::string> notes = resolved->notes;
    for (const auto& [name, enclosure] : pending.enclosures) {
      if (!enclosure.work) continue;
      notes.push_back(fmt::format("The isodose volume is that within ROI \"{}\"",
                                  printable(case_.structures->rois[enclosure.rois.front()].name)));
    }
    for (const std::string& note : notes) {
      result.reason += (result.reason.empty() ? "" : ". ") + note;
    }
    add_once(out_.findings, resolved->findings);
  }

  void ask_enclosures(Pending& pending, const Protocol& p) {
    for (const protocol::Test* test : protocol::tests_in(pending.rule->rule.condition)) {
      ask_enclosure(pending.enclosures, test->metric, &p, *case_.structures, options_.map,
                    [&](const RoiExpression& expression) { return work_.add(expression); });
    }
  }

  // A drawn Liver-GTV beside the expression that it stands for.
  void prepare_drawn(const Protocol& p, const protocol::StructureEntry& entry) {
    if (!entry.definition) return;
    const protocol::StructureExpression drawn{
        protocol::StructureExpression::Op::Name, entry.name, {}, {}};
    const auto labels = roi_labels(*case_.structures);
    const auto match = protocol::match_structure(entry.name, &entry, labels, options_.map);
    if (match.status != protocol::MatchStatus::Found || match.without_contours) return;
    const auto resolved = resolve(*entry.definition, &p, *case_.structures, options_.map);
    if (!resolved) return;
    drawn_.push_back({match.rois.front(), work_.add(resolved->expression),
                      protocol::to_text(*entry.definition)});
  }

  Result<void> measure_sums() {
    for (const Pending& pending : pending_) {
      if (!pending.work) continue;
      for (const protocol::Test* test : protocol::tests_in(pending.rule->rule.condition))
        sum_dvhs_.ask(test->metric, *pending.work, pending.enclosures);
    }
    return sum_dvhs_.measure(work_.expressions(), geometry_);
  }

  void report_structures() {
    const auto& rois = case_.structures->rois;
    for (std::size_t i = 0; i < rois.size(); ++i) {
      const Measured& m = measured_[i];
      out_.structures.push_back({rois[i].name, rois[i].number, rois[i].interpreted_type, m.dvh,
                                 m.error ? m.error->text : std::string(), m.planes,
                                 m.nominal_spacing_mm});
      append(out_.findings, m.findings);
      if (m.dvh) append(out_.findings, coverage_findings(m, rois[i].name));
    }
  }

  // What rules that apply are held against, where it is no single ROI; and the alpha/beta of what is.
  void report_judged_volumes() {
    std::map<std::size_t, std::size_t> told;  // work -> volume
    for (Pending& pending : pending_) {
      if (!pending.applies || !pending.work) continue;
      const std::size_t work = *pending.work;
      if (work < out_.structures.size()) {
        pending.result.volume = work;
        std::optional<double>& alpha_beta_gy = out_.structures[work].alpha_beta_gy;
        if (!alpha_beta_gy) {
          alpha_beta_gy = alpha_beta_of(*pending.protocol, pending.rule->rule.subject);
        }
        continue;
      }
      const std::size_t next = out_.structures.size() + out_.judged_volumes.size();
      const auto [at, added] = told.try_emplace(work, next);
      pending.result.volume = at->second;
      if (!added) continue;
      const Measured& m = measured_[work];
      out_.judged_volumes.push_back(
          {pending.result.structure, m.dvh, m.error ? m.error->text : std::string()});
    }
  }

  // Part of what was drawn is not in the region: what is missing could hold the highest dose, or
  // could be what spares the volume. Said in a finding for the curves; a verdict must not hang on
  // it.
  [[nodiscard]] std::string drawing_doubt(const std::vector<std::size_t>& rois) const {
    for (const std::size_t roi : rois) {
      for (const Finding& finding : measured_[roi].findings) {
        const bool doubtful = finding.code == FindingCode::RoiContourRepeated ||
                              finding.code == FindingCode::RoiOpenContoursSkipped;
        if (doubtful) {
          return fmt::format("ROI \"{}\" is not wholly a volume: {}", printable(finding.where),
                             finding.text);
        }
      }
    }
    return {};
  }

  void finish(Pending& pending) {
    const Measured* m = pending.work ? &measured_[*pending.work] : nullptr;
    const std::string doubt = m != nullptr ? drawing_doubt(pending.rois) : std::string();
    const bool measured = m != nullptr && doubt.empty() && m->dvh;
    metrics::MetricContext context = context_;
    context.enclosures =
        enclosures_of(pending.enclosures, measured_,
                      [&](const std::vector<std::size_t>& rois) { return drawing_doubt(rois); });
    if (pending.applies && m != nullptr) {
      add_once(out_.findings, m->findings);  // beyond what its ROIs gave, each in its own frame
      if (measured) {
        judge(pending.result, pending.rule->rule, *m->bracketed, m->planes,
              [&](const metrics::Metric& metric) {
                return sum_dvhs_.input(metric, *pending.work, *m->bracketed, pending.enclosures,
                                       context);
              });
        note_extrapolation(pending.result, *m->dvh);
      } else {
        pending.result.verdict = Verdict::Unknown;
        pending.result.reason = doubt.empty() ? m->error->text : doubt;
      }
    }
    if (!options_.sum) {
      scale(pending, measured ? &*m->dvh : nullptr, context);
    } else if (pending.result.verdict != Verdict::NotApplicable) {
      pending.result.headroom.reason = kNotOfASum;
    }
    out_.rules.push_back(std::move(pending.result));
  }

  // `dvh`: of the rule's structure; null where it could not be measured.
  void scale(Pending& pending, const dvh::Dvh* dvh, const metrics::MetricContext& context) {
    const auto& keys = pending.protocol->context;
    const protocol::PlanFacts facts = facts_of(*pending.protocol);
    const ScalingContext scaling{context, facts};
    scaled_.push_back(dvh != nullptr ? scaled_rule(*pending.rule, *dvh, keys, scaling)
                                     : scaled_rule(*pending.rule, keys, scaling));
    require(scaled_.back().at(1.0) == pending.result.verdict,
            "the verdict at scale 1 is not the verdict");
    scaled_.back().id = qualified(*pending.protocol, pending.rule->id);
    if (pending.result.verdict != Verdict::NotApplicable) {
      pending.result.headroom = headroom(scaled_.back(), {}, out_.prescription_gy);
    }
  }

  void note_extrapolation(const RuleResult& result, const dvh::Dvh& dvh) {
    const bool converted = std::any_of(
        result.tests.begin(), result.tests.end(),
        [](const TestResult& t) { return metrics::basis_of(t.test.metric).is_converted(); });
    if (!converted) return;
    add_once(out_.findings,
             extrapolation_findings(options_, out_.fractions, dvh, result.structure));
  }

  void compare_drawn(const Drawn& drawn) {
    constexpr double kVolumeShare = 0.02;  // facts section 0: 2 % in volume, 0.2 Gy in mean
    constexpr double kMean_gy = 0.2;
    const Measured& a = measured_[drawn.roi];
    const Measured& b = measured_[drawn.expression];
    if (!a.dvh || !b.dvh) return;
    const double va = a.dvh->volume().value();
    const double vb = b.dvh->volume().value();
    const bool volume_differs = std::abs(va - vb) > kVolumeShare * vb;
    const bool mean_differs = a.dvh->mean() && b.dvh->mean() &&
                              std::abs(a.dvh->mean()->value() - b.dvh->mean()->value()) > kMean_gy;
    if (!volume_differs && !mean_differs) return;
    const auto mean_text = [](const dvh::Dvh& dvh) {
      return dvh.mean() ? fixed(dvh.mean()->value(), 2) + " Gy" : std::string("unknown");
    };
    out_.findings.push_back(
        {FindingCode::DrawnDiffersFromExpression,
         fmt::format("Drawn: {} cc, mean {}; {}: {} cc, mean {}. The expression was used.",
                     fixed(va, 1), mean_text(*a.dvh), drawn.definition, fixed(vb, 1),
                     mean_text(*b.dvh)),
         case_.structures->rois[drawn.roi].name});
  }

  void conclude() {
    std::vector<Verdict> all;
    for (ProtocolVerdict& p : out_.protocols) {
      std::vector<Verdict> required;
      const auto collect = [&](const auto& results) {
        for (const auto& r : results) {
          if (r.protocol_id == p.id && r.level == Level::Required) required.push_back(r.verdict);
        }
      };
      collect(out_.rules);
      collect(out_.plan_checks);
      if (required.empty()) {
        p.verdict = Verdict::NotApplicable;  // it reports and decides nothing
        continue;
      }
      p.verdict = worst_required(required);
      all.push_back(p.verdict);
    }
    out_.verdict = worst_required(all);
    out_.verdict_reason = verdict_reason();
  }

  [[nodiscard]] std::string qualified(const Protocol& p, const std::string& id) const {
    return protocols_.size() > 1 ? p.id + " " + id : id;
  }

  void find_headroom() {
    if (options_.sum) {
      out_.headroom.reason = kNotOfASum;
      return;
    }
    std::vector<std::vector<ScaledVerdict>> required;
    std::vector<const ScaledVerdict*> parts;
    for (const Protocol& p : protocols_) {
      required.emplace_back();
      for (std::size_t i = 0; i < pending_.size(); ++i) {
        const bool counts =
            pending_[i].protocol == &p && pending_[i].rule->level == Level::Required;
        if (counts) required.back().push_back(scaled_[i]);
      }
      for (const protocol::PlanCheck& check : p.plan_checks) {
        if (check.level != Level::Required) continue;
        required.back().push_back(scaled_check(p, check, facts_of(p)));
        required.back().back().id = qualified(p, check.id);
      }
      for (const PlanCheckResult& result : out_.plan_checks) {
        const bool margin = std::any_of(p.margins.begin(), p.margins.end(),
                                        [&](const auto& check) { return check.id == result.id; });
        if (!margin || result.protocol_id != p.id || result.level != Level::Required) continue;
        // Where structures end does not follow the dose.
        required.back().push_back(
            {qualified(p, result.id), {{kLowestScale, kHighestScale, result.verdict}}, ""});
      }
    }
    for (const auto& of_protocol : required) {
      for (const ScaledVerdict& part : of_protocol) parts.push_back(&part);
    }
    out_.headroom = headroom(scaled_plan(required), parts, out_.prescription_gy);
  }

  [[nodiscard]] std::string verdict_reason() const {
    std::vector<std::string> deciding;
    bool any_applies = false;
    const auto collect = [&](const auto& results) {
      for (const auto& r : results) {
        if (r.level != Level::Required) continue;
        any_applies = any_applies || r.verdict != Verdict::NotApplicable;
        if (r.verdict == out_.verdict) deciding.push_back(r.id);
      }
    };
    collect(out_.rules);
    collect(out_.plan_checks);
    if (!any_applies) return "No required rule applies to this plan, so nothing was shown.";
    if (out_.verdict == Verdict::Pass) return "Every required rule that applies is met.";
    if (deciding.empty()) return "One of the protocols has no required rule that applies.";
    return fmt::format("Decided by: {}.", fmt::join(deciding, ", "));
  }

  const model::Case& case_;
  const std::vector<Protocol>& protocols_;
  const EvaluationOptions& options_;
  protocol::Context context_values_;
  CaseGeometry geometry_;
  WorkList work_;
  Evaluation out_;
  metrics::MetricContext context_;
  std::vector<ScaledVerdict> scaled_;  // of pending_[i]
  SumDvhs sum_dvhs_;
  std::vector<Pending> pending_;
  std::vector<Drawn> drawn_;
  std::vector<Measured> measured_;
};

}  // namespace

Result<Evaluation> evaluate(const model::Case& plan_case, const std::vector<Protocol>& protocols,
                            const EvaluationOptions& options) {
  if (protocols.empty())
    return fail(ErrorCode::OptionInvalid, "There is no protocol to check against.");
  for (std::size_t i = 1; i < protocols.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (protocols[i].id == protocols[j].id) {
        return fail(ErrorCode::OptionInvalid, fmt::format("The protocol \"{}\" was given twice.",
                                                          printable(protocols[i].id)));
      }
    }
  }
  if (auto checked = check_options(plan_case, options); !checked)
    return tl::unexpected(checked.error());
  if (auto checked = check_names(protocols, options.map, *plan_case.structures); !checked) {
    return tl::unexpected(checked.error());
  }
  if (auto checked = protocol::check_context(merged_context(options), protocols); !checked) {
    return tl::unexpected(checked.error());
  }
  return Evaluator(plan_case, protocols, options).run();
}

Result<Evaluation> evaluate_sum(const std::vector<const model::Case*>& plans,
                                const std::vector<Protocol>& protocols,
                                const EvaluationOptions& options) {
  auto of_sum = options_of_sum(plans, options);
  if (!of_sum) return tl::unexpected(of_sum.error());
  return evaluate(of_sum->sum->whole, protocols, *of_sum);
}

}  // namespace dosegate::evaluation
