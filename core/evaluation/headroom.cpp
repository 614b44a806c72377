#include "evaluation/headroom.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"

namespace dosegate::evaluation {
namespace {

using metrics::MetricKind;
using protocol::GuardTerm;
using Step = ScaledVerdict::Step;
using Steps = std::vector<Step>;

// Halving stops here. gEUD, Veff and NTCP integrate the whole curve each time.
constexpr double kExact = 1e-10;
constexpr double kExactModel = 1e-7;

bool is_costly(MetricKind kind) {
  return kind == MetricKind::GEud || kind == MetricKind::Veff || kind == MetricKind::Ntcp;
}

metrics::MetricContext scaled(const metrics::MetricContext& context, double scale) {
  metrics::MetricContext result = context;
  result.dose_scale = scale;
  if (result.prescription_gy) *result.prescription_gy *= scale;
  return result;
}

protocol::PlanFacts scaled(const protocol::PlanFacts& facts, double scale) {
  protocol::PlanFacts result = facts;
  if (result.prescription_gy) *result.prescription_gy *= scale;
  return result;
}

// The outcome of one test when the dose is scaled. Every metric rises or falls steadily with the
// scale, and so do its bounds: equal outcomes at two scales are equal in between.
class ScaledTest {
 public:
  ScaledTest(const protocol::Test& test, const dvh::Dvh& dvh, const metrics::MetricContext& context)
      : test_(test), dvh_(dvh), context_(context) {}

  [[nodiscard]] Outcome at(double scale) const {
    // Taken as it stands, so that rounding cannot make it differ.
    if (metrics::is_scale_free(test_.metric)) scale = 1.0;
    const auto value = metrics::compute_metric(test_.metric, dvh_, scaled(context_, scale));
    return hold_against(value, test_);
  }

  void add_steps(Steps& steps) const {
    if (metrics::is_scale_free(test_.metric)) return;
    // From 1 to either side, so that a limit met exactly at 1 is found on its own side.
    const Outcome now = at(1.0);
    halve(kLowestScale, at(kLowestScale), 1.0, now, steps);
    halve(1.0, now, kHighestScale, at(kHighestScale), steps);
  }

 private:
  void halve(double a, const Outcome& at_a, double b, const Outcome& at_b, Steps& steps) const {
    if (at_a == at_b) return;
    if (b - a <= (is_costly(test_.metric.kind) ? kExactModel : kExact) * b) {
      steps.push_back({a, b});
      return;
    }
    const double middle = 0.5 * (a + b);
    const Outcome at_middle = at(middle);
    halve(a, at_a, middle, at_middle, steps);
    halve(middle, at_middle, b, at_b, steps);
  }

  const protocol::Test& test_;
  const dvh::Dvh& dvh_;
  metrics::MetricContext context_;
};

bool scales(const GuardTerm& term) {
  return term.subject == GuardTerm::Subject::Prescription ||
         term.subject == GuardTerm::Subject::DosePerFraction;
}

void add_tests(const protocol::Condition& condition, std::vector<const protocol::Test*>& tests) {
  if (condition.op == protocol::Condition::Op::Test) tests.push_back(&condition.test);
  for (const auto& operand : condition.operands) add_tests(operand, tests);
}

// Where rx or dpf, which are scaled with the dose, reach a number that the guard names.
void add_guard_steps(const protocol::Guard& guard, const protocol::PlanFacts& facts, Steps& steps) {
  if (!facts.prescription_gy || !(*facts.prescription_gy > 0.0)) return;
  const auto add = [&](const GuardTerm& term, double number) {
    double now = *facts.prescription_gy;
    if (term.subject == GuardTerm::Subject::DosePerFraction) {
      if (!facts.fractions || *facts.fractions <= 0) return;
      now /= *facts.fractions;
    }
    const double scale = number / now;
    if (scale < kLowestScale || scale > kHighestScale) return;
    const double below = scale * (1.0 - kExact);
    const double above = scale * (1.0 + kExact);
    if (below < 1.0 && above > 1.0) {  // 1 itself belongs to either side
      steps.push_back({below, 1.0});
      steps.push_back({1.0, above});
    } else {
      steps.push_back({below, above});
    }
  };
  for (const auto& terms : guard.alternatives) {
    for (const GuardTerm& term : terms) {
      if (!scales(term)) continue;
      add(term, term.low);
      if (term.op == GuardTerm::Op::In || term.op == GuardTerm::Op::NotIn) add(term, term.high);
    }
  }
}

void add_guard_steps(const std::optional<protocol::Guard>& guard, const protocol::PlanFacts& facts,
                     Steps& steps) {
  if (guard) add_guard_steps(*guard, facts, steps);
}

// Steps that overlap are one: what lies between their ends is not known.
Steps merged(Steps steps) {
  std::sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) {
    return a.below != b.below ? a.below < b.below : a.above < b.above;
  });
  Steps result;
  for (const Step& step : steps) {
    if (!result.empty() && step.below < result.back().above) {
      result.back().above = std::max(result.back().above, step.above);
    } else {
      result.push_back(step);
    }
  }
  return result;
}

HeadroomStep step_at(double factor, double beyond, const ScaledVerdict& verdict,
                     const std::vector<const ScaledVerdict*>& parts,
                     std::optional<double> prescription_gy) {
  HeadroomStep step;
  step.factor = factor;
  step.beyond = verdict.at(beyond);
  if (prescription_gy) step.prescription_gy = *prescription_gy * factor;
  for (const ScaledVerdict* part : parts) {
    if (part->at(factor) != part->at(beyond)) step.changing.push_back(part->id);
  }
  return step;
}

}  // namespace

bool depends_on_dose(const std::optional<protocol::Guard>& guard) {
  if (!guard) return false;
  const auto& all = guard->alternatives;
  return std::any_of(all.begin(), all.end(), [](const std::vector<GuardTerm>& terms) {
    return std::any_of(terms.begin(), terms.end(), scales);
  });
}

ScaledVerdict scaled_rule(const protocol::ProtocolRule& rule, const dvh::Dvh& dvh,
                          const std::vector<protocol::ContextKey>& keys,
                          const ScalingContext& context) {
  std::vector<const protocol::Test*> tests;
  add_tests(rule.rule.condition, tests);
  ScaledVerdict result;
  result.id = rule.id;
  for (const protocol::Test* test : tests) {
    ScaledTest(*test, dvh, context.metrics).add_steps(result.steps);
  }
  add_guard_steps(rule.rule.guard, context.facts, result.steps);
  result.at = [&rule, &dvh, &keys, context](double scale) {
    const Applicability applies =
        applicability(rule.rule.guard, rule.level, scaled(context.facts, scale), keys);
    if (!applies.applies) return applies.verdict;
    return outcome_of(rule.rule.condition,
                      [&](const protocol::Test& test) {
                        return ScaledTest(test, dvh, context.metrics).at(scale);
                      })
        .verdict();
  };
  return result;
}

ScaledVerdict scaled_rule(const protocol::ProtocolRule& rule,
                          const std::vector<protocol::ContextKey>& keys,
                          const ScalingContext& context) {
  ScaledVerdict result;
  result.id = rule.id;
  add_guard_steps(rule.rule.guard, context.facts, result.steps);
  result.at = [&rule, &keys, context](double scale) {
    const Applicability applies =
        applicability(rule.rule.guard, rule.level, scaled(context.facts, scale), keys);
    return applies.applies ? Verdict::Unknown : applies.verdict;
  };
  return result;
}

ScaledVerdict scaled_check(const protocol::Protocol& protocol, const protocol::PlanCheck& check,
                           const ScalingContext& context) {
  ScaledVerdict result;
  result.id = check.id;
  add_guard_steps(check.when, context.facts, result.steps);
  add_guard_steps(check.check, context.facts, result.steps);
  result.at = [&protocol, &check, context](double scale) {
    return hold(protocol, check, scaled(context.facts, scale)).verdict;
  };
  return result;
}

ScaledVerdict scaled_plan(const std::vector<std::vector<ScaledVerdict>>& protocols) {
  ScaledVerdict result;
  for (const auto& parts : protocols) {
    for (const ScaledVerdict& part : parts) {
      result.steps.insert(result.steps.end(), part.steps.begin(), part.steps.end());
      if (result.reason.empty()) result.reason = part.reason;
    }
  }
  result.at = [&protocols](double scale) {
    std::vector<Verdict> all;
    for (const auto& parts : protocols) {
      if (parts.empty()) continue;  // it reports and decides nothing
      std::vector<Verdict> required;
      required.reserve(parts.size());
      for (const ScaledVerdict& part : parts) required.push_back(part.at(scale));
      all.push_back(worst_required(required));
    }
    return worst_required(all);
  };
  return result;
}

Headroom headroom(const ScaledVerdict& verdict, const std::vector<const ScaledVerdict*>& parts,
                  std::optional<double> prescription_gy) {
  Headroom result;
  result.reason = verdict.reason;
  if (!result.reason.empty()) return result;
  const Verdict now = verdict.at(1.0);
  const Steps steps = merged(verdict.steps);
  for (auto step = steps.begin(); step != steps.end() && !result.up; ++step) {
    if (step->below < 1.0 || verdict.at(step->above) == now) continue;
    result.up = step_at(step->below, step->above, verdict, parts, prescription_gy);
  }
  for (auto step = steps.rbegin(); step != steps.rend() && !result.down; ++step) {
    if (step->above > 1.0 || verdict.at(step->below) == now) continue;
    result.down = step_at(step->above, step->below, verdict, parts, prescription_gy);
  }
  return result;
}

}  // namespace dosegate::evaluation
