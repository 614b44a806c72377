#include "batch/cohort_summary.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/result.h"

namespace dosegate::batch {
namespace {

using evaluation::Verdict;

constexpr auto kVerdicts = {Verdict::Pass, Verdict::Variation, Verdict::Fail, Verdict::Unknown,
                            Verdict::NotApplicable};

// What is not finite is no value. No dose, volume or ratio of a patient is beyond this either; a number that is would
// only make a plot of everything else unreadable, and is counted among those that are missing.
std::optional<double> usable(const std::optional<double>& value) {
  constexpr double kBeyondAllUnits = 1e9;
  if (!value || !std::isfinite(*value) || std::abs(*value) > kBeyondAllUnits) return std::nullopt;
  return value;
}

MetricValues& metric_of(RuleSummary& rule, const CohortRule& of_plan) {
  for (MetricValues& known : rule.metrics) {
    if (known.metric == of_plan.metric && known.unit == of_plan.unit) return known;
  }
  rule.metrics.push_back({of_plan.metric, of_plan.unit, {}, 0, {}, {}, {}});
  return rule.metrics.back();
}

void add_limit(MetricValues& metric, const std::string& comparator, const std::optional<double>& at,
               LimitInUse::Kind kind) {
  if (!usable(at)) return;
  for (LimitInUse& known : metric.limits) {
    if (known.comparator == comparator && known.at == *at && known.kind == kind) {
      ++known.plans;
      return;
    }
  }
  metric.limits.push_back({comparator, *at, kind, 1});
}

void add_rule(RuleSummary& rule, const CohortRule& of_plan, std::size_t plan,
              const std::optional<int>& day) {
  const Verdict verdict = verdict_of(of_plan.verdict);
  rule.counts.add(verdict);
  if (day) rule.by_month[month_of(*day)].add(verdict);
  if (verdict == Verdict::NotApplicable) return;
  if (of_plan.borderline) ++rule.borderline;
  if (rule.structure.empty()) rule.structure = of_plan.structure;
  if (of_plan.kind == CohortRule::Kind::PlanCheck) return;
  if (of_plan.metric.empty()) {
    ++rule.unmeasured;
    return;
  }
  MetricValues& metric = metric_of(rule, of_plan);
  add_limit(metric, of_plan.comparator, of_plan.goal, LimitInUse::Kind::Goal);
  add_limit(metric, of_plan.comparator, of_plan.variation, LimitInUse::Kind::Variation);
  if (const auto value = usable(of_plan.value)) {
    metric.values.push_back({plan, *value, verdict, day});
  } else {
    ++metric.without_value;
  }
}

void find_outliers(MetricValues& metric) {
  std::vector<double> values;
  for (const PlanValue& value : metric.values) values.push_back(value.value);
  metric.robust = robust_scores(values);
  const std::vector<double>& scores = metric.robust.scores;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (std::abs(scores[i]) > kOutlierScore) metric.outliers.push_back(i);
  }
  std::stable_sort(
      metric.outliers.begin(), metric.outliers.end(),
      [&](std::size_t a, std::size_t b) { return std::abs(scores[a]) > std::abs(scores[b]); });
  std::sort(metric.limits.begin(), metric.limits.end(),
            [](const LimitInUse& a, const LimitInUse& b) {
              return std::tie(a.at, a.kind, a.comparator) < std::tie(b.at, b.kind, b.comparator);
            });
}

// Rules of all plans: by protocol, then in the order in which the plans have them.
class RuleTable {
 public:
  void add(const CohortPlan& plan, std::size_t index, std::vector<std::size_t>& places) {
    const std::optional<int> day = day_of(plan.plan_date);
    for (const CohortRule& rule : plan.rules) {
      const auto key = std::tuple(rule.protocol, rule.kind, rule.id, rule.level);
      const auto [at, fresh] = places_.try_emplace(key, rules_.size());
      if (fresh) {
        rules_.push_back(
            {rule.kind, rule.protocol, rule.id, rule.label, rule.level, {}, {}, 0, 0, {}, {}});
      }
      add_rule(rules_[at->second], rule, index, day);
      places.push_back(at->second);
    }
  }

  void move_to(CohortSummary& summary) {
    std::vector<std::size_t> order(rules_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(rules_[a].protocol, rules_[a].kind) <
             std::tie(rules_[b].protocol, rules_[b].kind);
    });
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      summary.rules.push_back(std::move(rules_[order[i]]));
      std::vector<MetricValues>& metrics = summary.rules.back().metrics;
      std::stable_sort(metrics.begin(), metrics.end(),
                       [](const MetricValues& a, const MetricValues& b) {
                         return a.values.size() > b.values.size();
                       });
      for (MetricValues& metric : metrics) find_outliers(metric);
    }
    for (auto& rules : summary.rule_of) {
      for (std::size_t& rule : rules) rule = place[rule];
    }
  }

 private:
  std::map<std::tuple<std::string, CohortRule::Kind, std::string, std::string>, std::size_t>
      places_;
  std::vector<RuleSummary> rules_;
};

std::vector<ProtocolInUse> protocols_of(const Cohort& cohort) {
  std::map<std::string, std::size_t> counts;
  for (const CohortPlan& plan : cohort.plans) {
    if (plan.status != CohortPlan::Status::Checked) continue;
    std::string_view rest = plan.protocols;
    while (!rest.empty()) {
      const std::size_t end = rest.find(", ");
      ++counts[std::string(rest.substr(0, end))];
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
    }
  }
  std::vector<ProtocolInUse> protocols;
  for (const auto& [text, plans] : counts) protocols.push_back({text, plans});
  return protocols;
}

template <typename Number>
Spread spread_of(const Cohort& cohort, const std::vector<std::size_t>& plans,
                 std::optional<Number> CohortPlan::*member) {
  Spread spread;
  std::vector<double> values;
  for (const std::size_t plan : plans) {
    const std::optional<Number>& number = cohort.plans[plan].*member;
    const auto value = number ? usable(static_cast<double>(*number)) : std::nullopt;
    if (value) values.push_back(*value);
  }
  spread.known = values.size();
  spread.unknown = plans.size() - values.size();
  if (values.empty()) return spread;
  spread.median = median(values).value();
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  spread.low = *low;
  spread.high = *high;
  return spread;
}

TreatmentGroup group_of(const Cohort& cohort, TreatmentGroup::By by, const std::string& name,
                        const std::vector<std::size_t>& plans) {
  return {by,
          name,
          {},
          plans.size(),
          spread_of(cohort, plans, &CohortPlan::prescription_gy),
          spread_of(cohort, plans, &CohortPlan::bed_gy),
          spread_of(cohort, plans, &CohortPlan::eqd2_gy),
          spread_of(cohort, plans, &CohortPlan::fractions)};
}

// 20 to 30 is what the RT+ICI protocol's limits are for (Zhai et al. 2025), 3 and 5 are the schedules of TG-101.
struct FractionBand {
  int from, to;
  const char* name;
};
constexpr FractionBand kBands[] = {{1, 1, "1"},          {2, 4, "2 to 4"},
                                   {5, 5, "5"},          {6, 19, "6 to 19"},
                                   {20, 30, "20 to 30"}, {31, 1 << 30, "more than 30"}};

std::string band_of(const std::optional<int>& fractions) {
  for (const FractionBand& band : kBands) {
    if (fractions && *fractions >= band.from && *fractions <= band.to) return band.name;
  }
  return {};
}

using Members = std::vector<std::size_t>;

void add_groups_by_rule(const Cohort& cohort, CohortSummary& summary) {
  std::vector<Members> applied(summary.rules.size());
  for (std::size_t plan = 0; plan < cohort.plans.size(); ++plan) {
    for (std::size_t i = 0; i < summary.rule_of[plan].size(); ++i) {
      if (verdict_of(cohort.plans[plan].rules[i].verdict) == Verdict::NotApplicable) continue;
      Members& members = applied[summary.rule_of[plan][i]];
      if (members.empty() || members.back() != plan) members.push_back(plan);
    }
  }
  std::map<Members, std::size_t> places;
  for (std::size_t rule = 0; rule < applied.size(); ++rule) {
    if (applied[rule].empty()) continue;
    const auto [at, fresh] = places.try_emplace(applied[rule], summary.treatments.size());
    if (fresh) {
      summary.treatments.push_back(group_of(cohort, TreatmentGroup::By::Rule, {}, applied[rule]));
    }
    summary.treatments[at->second].rules.push_back(rule);
  }
}

void add_treatments(const Cohort& cohort, CohortSummary& summary) {
  Members checked;
  std::map<std::string, Members> by_site, by_band;
  for (std::size_t i = 0; i < cohort.plans.size(); ++i) {
    const CohortPlan& plan = cohort.plans[i];
    if (plan.status != CohortPlan::Status::Checked) continue;
    checked.push_back(i);
    by_site[plan.site].push_back(i);
    by_band[band_of(plan.fractions)].push_back(i);
  }
  if (checked.empty()) return;
  using By = TreatmentGroup::By;
  const auto add = [&](By by, const std::string& name, const Members& plans) {
    summary.treatments.push_back(group_of(cohort, by, name, plans));
  };
  add(By::All, {}, checked);
  for (const auto& [site, plans] : by_site) {
    if (!site.empty()) add(By::Site, site, plans);
  }
  if (by_site.contains("")) add(By::Site, {}, by_site.at(""));
  for (const FractionBand& band : kBands) {
    if (by_band.contains(band.name)) add(By::Fractions, band.name, by_band.at(band.name));
  }
  if (by_band.contains("")) add(By::Fractions, {}, by_band.at(""));
  add_groups_by_rule(cohort, summary);
}

// BED = D (1 + d/(alpha/beta)), d = D/n; Fowler, Br J Radiol 62 (1989) 679-694. The numbers come from one
// formula, so that they agree but for rounding.
bool all_are_bed10(const Cohort& cohort) {
  std::size_t held = 0;
  for (const CohortPlan& plan : cohort.plans) {
    if (plan.status != CohortPlan::Status::Checked || !plan.bed_gy) continue;
    if (!plan.prescription_gy || !plan.fractions || *plan.fractions <= 0) return false;
    const double total_gy = *plan.prescription_gy;
    const double bed10_gy = total_gy * (1.0 + total_gy / *plan.fractions / 10.0);
    if (!(std::abs(*plan.bed_gy - bed10_gy) <= 1e-9 * bed10_gy)) return false;
    ++held;
  }
  return held > 0;
}

}  // namespace

Verdict verdict_of(std::string_view text) {
  for (const Verdict verdict : kVerdicts) {
    if (evaluation::to_text(verdict) == text) return verdict;
  }
  return Verdict::Unknown;
}

void VerdictCounts::add(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      ++pass;
      return;
    case Verdict::Variation:
      ++variation;
      return;
    case Verdict::Fail:
      ++fail;
      return;
    case Verdict::Unknown:
      ++unknown;
      return;
    case Verdict::NotApplicable:
      ++not_applicable;
      return;
  }
  throw InternalError("unknown verdict");
}

std::size_t VerdictCounts::of(Verdict verdict) const {
  switch (verdict) {
    case Verdict::Pass:
      return pass;
    case Verdict::Variation:
      return variation;
    case Verdict::Fail:
      return fail;
    case Verdict::Unknown:
      return unknown;
    case Verdict::NotApplicable:
      return not_applicable;
  }
  throw InternalError("unknown verdict");
}

CohortSummary summarize(const Cohort& cohort) {
  CohortSummary summary;
  summary.rule_of.resize(cohort.plans.size());
  RuleTable table;
  for (std::size_t i = 0; i < cohort.plans.size(); ++i) {
    const CohortPlan& plan = cohort.plans[i];
    if (plan.status == CohortPlan::Status::Refused) ++summary.refused;
    if (plan.status == CohortPlan::Status::Unreadable) ++summary.unreadable;
    if (plan.status != CohortPlan::Status::Checked) continue;
    const Verdict verdict = verdict_of(plan.verdict);
    summary.counts.add(verdict);
    const std::optional<int> day = day_of(plan.plan_date);
    if (day) {
      summary.by_month[month_of(*day)].add(verdict);
    } else {
      ++summary.undated;
    }
    table.add(plan, i, summary.rule_of[i]);
  }
  table.move_to(summary);
  summary.protocols = protocols_of(cohort);
  summary.bed_is_bed10 = all_are_bed10(cohort);
  add_treatments(cohort, summary);
  return summary;
}

}  // namespace dosegate::batch
