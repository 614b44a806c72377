#include "evaluation/headroom.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "radiobiology/lq.h"

namespace dosegate::evaluation {
namespace {

using metrics::MetricKind;
using metrics::MetricValue;
using protocol::GuardTerm;
using Piece = ScaledVerdict::Piece;

// Where something changes: between `below`, the last scale known before, and `above`, the first known
// after.
struct Step {
  double below = 0.0, above = 0.0;
};
using Steps = std::vector<Step>;

// Halving stops here. NTCP, and gEUD and Veff of a converted dose, integrate the whole curve each time.
constexpr double kExact = 1e-10;
constexpr double kExactModel = 1e-7;

bool is_model(MetricKind kind) {
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

// A high power of ten times the dose can be beyond any number: then it is beyond any limit.
void make_finite(std::optional<double>& number) {
  constexpr double kMost = std::numeric_limits<double>::max();
  if (number && !std::isfinite(*number)) number = *number < 0.0 ? -kMost : kMost;
}

// The outcome of one test when the dose is scaled. Every metric rises or falls steadily with the
// scale, and so do its bounds: equal outcomes at two scales are equal in between.
class ScaledTest {
 public:
  ScaledTest(const protocol::Test& test, const dvh::Dvh& dvh, const metrics::MetricContext& context)
      : test_(test), dvh_(dvh), context_(context) {
    const MetricKind kind = test.metric.kind;
    if (!is_model(kind) || kind == MetricKind::Ntcp || test.metric.basis.is_converted()) return;
    // gEUD(k D) = k gEUD(D), Veff(k D) = k^(1/n) Veff(D).
    power_ = kind == MetricKind::GEud ? 1.0 : 1.0 / test.metric.argument;
    unscaled_ = metrics::compute_metric(test.metric, dvh, context);
  }

  [[nodiscard]] Outcome at(double scale) const {
    // Taken as it stands, so that rounding cannot make it differ.
    if (metrics::is_scale_free(test_.metric)) scale = 1.0;
    MetricValue value = unscaled_
                            ? *unscaled_
                            : metrics::compute_metric(test_.metric, dvh_, scaled(context_, scale));
    for (std::optional<double>* number : {&value.value, &value.low, &value.high}) {
      if (unscaled_ && *number) **number *= std::pow(scale, power_);
      make_finite(*number);
    }
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
    const bool costly = is_model(test_.metric.kind) && !unscaled_;
    if (b - a <= (costly ? kExactModel : kExact) * b) {
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
  double power_ = 1.0;
  std::optional<MetricValue> unscaled_;  // where a power of the scale is all that is missing
};

// A condition's tests, each made once, and its outcome from theirs.
class ScaledCondition {
 public:
  ScaledCondition(const protocol::Condition& condition, const dvh::Dvh& dvh,
                  const metrics::MetricContext& context)
      : condition_(condition) {
    add(condition, dvh, context);
  }

  void add_steps(Steps& steps) const {
    for (const auto& [test, scaled_test] : tests_) scaled_test.add_steps(steps);
  }

  [[nodiscard]] Verdict at(double scale) const {
    return outcome_of(condition_,
                      [&](const protocol::Test& test) {
                        const auto found =
                            std::find_if(tests_.begin(), tests_.end(),
                                         [&](const auto& entry) { return entry.first == &test; });
                        require(found != tests_.end(), "a test that is not of its condition");
                        return found->second.at(scale);
                      })
        .verdict();
  }

 private:
  void add(const protocol::Condition& condition, const dvh::Dvh& dvh,
           const metrics::MetricContext& context) {
    if (condition.op == protocol::Condition::Op::Test) {
      tests_.emplace_back(&condition.test, ScaledTest(condition.test, dvh, context));
    }
    for (const auto& operand : condition.operands) add(operand, dvh, context);
  }

  const protocol::Condition& condition_;
  std::vector<std::pair<const protocol::Test*, ScaledTest>> tests_;
};

bool scales(const GuardTerm& term) {
  return term.subject == GuardTerm::Subject::Prescription ||
         term.subject == GuardTerm::Subject::DosePerFraction ||
         term.subject == GuardTerm::Subject::Bed || term.subject == GuardTerm::Subject::Eqd2;
}

// The prescription at which the term's subject has the value `bound`, over the one there is. Nothing
// where that is not known.
std::optional<double> scale_at(const GuardTerm& term, double bound,
                               const protocol::PlanFacts& facts) {
  const double prescription_gy = *facts.prescription_gy;
  if (term.subject == GuardTerm::Subject::Prescription) return bound / prescription_gy;
  if (!facts.fractions || *facts.fractions <= 0) return std::nullopt;
  if (term.subject == GuardTerm::Subject::DosePerFraction) {
    return bound * *facts.fractions / prescription_gy;
  }
  const auto model = radiobiology::LqModel::create(*facts.fractions, facts.tumour_alpha_beta_gy);
  require(model.has_value(), "a protocol's alpha/beta that was not checked");
  const bool bed = term.subject == GuardTerm::Subject::Bed;
  const double bed_gy = bed ? bound : bound * (1.0 + 2.0 / facts.tumour_alpha_beta_gy);
  return model->dose_of_bed_gy(bed_gy) / prescription_gy;
}

// At a guard's number, on which facts lie that are as close as kSameFact_frac.
void add_step(double scale, Steps& steps) {
  if (!(scale >= kLowestScale && scale <= kHighestScale)) return;
  constexpr double kWidth_frac = 2.0 * protocol::kSameFact_frac;
  const double below = scale * (1.0 - kWidth_frac);
  const double above = scale * (1.0 + kWidth_frac);
  if (below < 1.0 && above > 1.0) {  // 1 itself belongs to either side
    steps.push_back({below, 1.0});
    steps.push_back({1.0, above});
  } else {
    steps.push_back({below, above});
  }
}

// Where rx, dpf, bed or eqd2, which follow the dose, reach a number that the guard names.
void add_guard_steps(const std::optional<protocol::Guard>& guard, const protocol::PlanFacts& facts,
                     Steps& steps) {
  if (!guard || !facts.prescription_gy || !(*facts.prescription_gy > 0.0)) return;
  for (const auto& terms : guard->alternatives) {
    for (const GuardTerm& term : terms) {
      if (!scales(term)) continue;
      const bool range = term.op == GuardTerm::Op::In || term.op == GuardTerm::Op::NotIn;
      if (const auto scale = scale_at(term, term.low, facts)) add_step(*scale, steps);
      if (!range) continue;
      if (const auto scale = scale_at(term, term.high, facts)) add_step(*scale, steps);
    }
  }
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

std::vector<Piece> pieces_of(Steps steps, const std::function<Verdict(double)>& at) {
  std::vector<Piece> pieces;
  const auto add = [&](double from, double to) {
    if (from > to) return;  // a step at the very end of the range leaves nothing beyond it
    const bool holds_one = from <= 1.0 && 1.0 <= to;
    pieces.push_back({from, to, at(holds_one ? 1.0 : to)});
  };
  double from = kLowestScale;
  for (const Step& step : merged(std::move(steps))) {
    add(from, step.below);
    from = step.above;
  }
  add(from, kHighestScale);
  return pieces;
}

// The index of the piece that the plan lies on.
std::size_t place_of_one(const std::vector<Piece>& pieces) {
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].from <= 1.0 && 1.0 <= pieces[i].to) return i;
  }
  throw InternalError("no piece holds the scale 1");
}

HeadroomStep step_to(double factor, const Piece& beyond, double at,
                     const std::vector<const ScaledVerdict*>& parts,
                     std::optional<double> prescription_gy) {
  HeadroomStep step;
  step.factor = factor;
  step.beyond = beyond.verdict;
  if (prescription_gy) step.prescription_gy = *prescription_gy * factor;
  for (const ScaledVerdict* part : parts) {
    const Verdict after = part->at(at);
    if (part->at(factor) != after) step.changing.push_back({part->id, after});
  }
  return step;
}

// Neighbours of one verdict, taken together.
std::vector<Piece> joined(const std::vector<Piece>& pieces) {
  std::vector<Piece> result;
  for (const Piece& piece : pieces) {
    if (!result.empty() && result.back().verdict == piece.verdict) {
      result.back().to = piece.to;
    } else {
      result.push_back(piece);
    }
  }
  return result;
}

// The nearest scales at which the verdict is PASS and every part that applies now still applies.
std::optional<HeadroomSpan> nearest_pass(const ScaledVerdict& verdict,
                                         const std::vector<const ScaledVerdict*>& parts,
                                         std::optional<double> prescription_gy) {
  const auto counts = [&](const Piece& piece) {
    if (piece.verdict != Verdict::Pass) return false;
    return std::none_of(parts.begin(), parts.end(), [&](const ScaledVerdict* part) {
      return part->at(1.0) != Verdict::NotApplicable &&
             part->at(0.5 * (piece.from + piece.to)) == Verdict::NotApplicable;
    });
  };
  std::vector<Piece> passing;  // of the fine pieces: on each, no part changes
  for (const Piece& piece : verdict.pieces) {
    if (counts(piece)) passing.push_back(piece);
  }
  std::optional<HeadroomSpan> best;
  double best_distance = 0.0;
  for (std::size_t i = 0; i < passing.size(); ++i) {
    HeadroomSpan span{passing[i].from, passing[i].to, {}, {}};
    // Pieces with nothing but rounding between them.
    while (i + 1 < passing.size() && passing[i + 1].from <= span.to * (1.0 + 2.0 * kExactModel)) {
      span.to = passing[++i].to;
    }
    const double distance = span.from > 1.0 ? std::log(span.from) : -std::log(span.to);
    if (best && distance >= best_distance) continue;
    best = span;
    best_distance = distance;
  }
  if (best && prescription_gy) {
    best->prescription_from_gy = *prescription_gy * best->from;
    best->prescription_to_gy = *prescription_gy * best->to;
  }
  return best;
}

}  // namespace

Verdict ScaledVerdict::at(double scale) const {
  require(!pieces.empty(), "a scaled verdict without a piece");
  const Piece* found = &pieces.front();
  for (const Piece& piece : pieces) {
    if (piece.from <= scale) found = &piece;
  }
  return found->verdict;
}

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
  const ScaledCondition condition(rule.rule.condition, dvh, context.metrics);
  const auto at = [&](double scale) {
    const Applicability applies =
        applicability(rule.rule.guard, rule.level, scaled(context.facts, scale), keys);
    return applies.applies ? condition.at(scale) : applies.verdict;
  };
  for (const protocol::Test* test : protocol::tests_in(rule.rule.condition)) {
    if (metrics::is_steady(test->metric)) continue;
    return {rule.id,
            {{kLowestScale, kHighestScale, at(1.0)}},
            fmt::format("{} does not only rise or only fall with the dose.",
                        metrics::to_text(test->metric))};
  }
  Steps steps;
  condition.add_steps(steps);
  add_guard_steps(rule.rule.guard, context.facts, steps);
  return {rule.id, pieces_of(std::move(steps), at), ""};
}

ScaledVerdict scaled_rule(const protocol::ProtocolRule& rule,
                          const std::vector<protocol::ContextKey>& keys,
                          const ScalingContext& context) {
  Steps steps;
  add_guard_steps(rule.rule.guard, context.facts, steps);
  auto pieces = pieces_of(std::move(steps), [&](double scale) {
    const Applicability applies =
        applicability(rule.rule.guard, rule.level, scaled(context.facts, scale), keys);
    return applies.applies ? Verdict::Unknown : applies.verdict;
  });
  return {rule.id, std::move(pieces), ""};
}

ScaledVerdict scaled_check(const protocol::Protocol& protocol, const protocol::PlanCheck& check,
                           const protocol::PlanFacts& facts) {
  Steps steps;
  add_guard_steps(check.when, facts, steps);
  add_guard_steps(check.check, facts, steps);
  auto pieces = pieces_of(std::move(steps), [&](double scale) {
    return hold(protocol, check, scaled(facts, scale)).verdict;
  });
  return {check.id, std::move(pieces), ""};
}

ScaledVerdict scaled_plan(const std::vector<std::vector<ScaledVerdict>>& protocols) {
  Steps steps;
  std::string reason;
  for (const auto& parts : protocols) {
    for (const ScaledVerdict& part : parts) {
      if (reason.empty()) reason = part.reason;
      for (std::size_t i = 1; i < part.pieces.size(); ++i) {
        steps.push_back({part.pieces[i - 1].to, part.pieces[i].from});
      }
    }
  }
  auto pieces = pieces_of(std::move(steps), [&](double scale) {
    std::vector<Verdict> all;
    for (const auto& parts : protocols) {
      if (parts.empty()) continue;  // it reports and decides nothing
      std::vector<Verdict> required;
      required.reserve(parts.size());
      for (const ScaledVerdict& part : parts) required.push_back(part.at(scale));
      all.push_back(worst_required(required));
    }
    return worst_required(all);
  });
  return {"", std::move(pieces), std::move(reason)};
}

Headroom headroom(const ScaledVerdict& verdict, const std::vector<const ScaledVerdict*>& parts,
                  std::optional<double> prescription_gy) {
  Headroom result;
  result.reason = verdict.reason;
  if (!result.reason.empty()) return result;
  const std::vector<Piece> pieces = joined(verdict.pieces);
  const std::size_t here = place_of_one(pieces);
  if (here + 1 < pieces.size()) {
    const Piece& next = pieces[here + 1];
    result.up = step_to(pieces[here].to, next, next.from, parts, prescription_gy);
  }
  if (here > 0) {
    const Piece& next = pieces[here - 1];
    result.down = step_to(pieces[here].from, next, next.to, parts, prescription_gy);
  }
  if (pieces[here].verdict != Verdict::Pass) {
    result.pass = nearest_pass(verdict, parts, prescription_gy);
  }
  return result;
}

}  // namespace dosegate::evaluation
