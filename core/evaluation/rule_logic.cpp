#include "evaluation/rule_logic.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "protocol/implausible.h"

namespace dosegate::evaluation {
namespace {

using metrics::MetricKind;
using metrics::MetricValue;
using protocol::Condition;
using protocol::Test;

struct Branch {
  Outcome outcome;
  std::size_t deciding = 0;           // test that decided
  const Condition* chosen = nullptr;  // outermost OR branch that decided, if there is an OR
  std::size_t chosen_index = 0;       // its place among the branches
  const Condition* choice = nullptr;  // the OR itself
};

class Judge {
 public:
  Judge(int planes, const InputOf& input_of, std::vector<TestResult>& tests)
      : planes_(planes), input_of_(input_of), tests_(tests) {}

  Branch run(const Condition& condition) {
    switch (condition.op) {
      case Condition::Op::Test:
        return test(condition.test);
      case Condition::Op::Not: {
        Branch branch = run(condition.operands.front());
        branch.outcome = opposite(branch.outcome);
        return branch;
      }
      case Condition::Op::Or:
        return combined(condition, either);
      case Condition::Op::And:
        return combined(condition, both);
    }
    throw InternalError("unknown condition");
  }

 private:
  Branch test(const Test& t) {
    TestResult result;
    result.test = t;
    const MetricInput input = input_of_(t.metric);
    result.value = metrics::compute_bracketed(t.metric, *input.dvhs, planes_, input.context);
    result.outcome = hold_against(result.value, t);
    result.borderline = is_borderline(result.value, t);
    if (t.metric.kind == MetricKind::Max) {
      metrics::Metric near = t.metric;
      near.kind = MetricKind::D;
      near.argument = 0.03;  // cc; the volume that reports agree on for a near-maximum dose
      near.volume_unit = metrics::VolumeUnit::Cc;
      result.near_maximum = metrics::compute_bracketed(near, *input.dvhs, planes_, input.context);
    }
    tests_.push_back(std::move(result));
    return {tests_.back().outcome, tests_.size() - 1, nullptr, 0, nullptr};
  }

  Branch combined(const Condition& condition, Outcome (*combine)(const Outcome&, const Outcome&)) {
    std::vector<Branch> branches;
    for (const Condition& operand : condition.operands) branches.push_back(run(operand));
    Outcome outcome = branches.front().outcome;
    for (std::size_t i = 1; i < branches.size(); ++i)
      outcome = combine(outcome, branches[i].outcome);
    // The first branch that has the whole's outcome decided it; where none has, the first open one.
    const auto same = [&](const Branch& b) { return b.outcome == outcome; };
    const auto open = [](const Branch& b) { return !b.outcome.decided(); };
    auto decider = std::find_if(branches.begin(), branches.end(), same);
    if (decider == branches.end()) decider = std::find_if(branches.begin(), branches.end(), open);
    require(decider != branches.end(), "no branch decided a condition");
    Branch result = *decider;
    result.outcome = outcome;
    if (condition.op == Condition::Op::Or) {
      result.chosen_index = static_cast<std::size_t>(decider - branches.begin());
      result.chosen = &condition.operands[result.chosen_index];
      result.choice = &condition;
    }
    return result;
  }

  int planes_;
  const InputOf& input_of_;
  std::vector<TestResult>& tests_;
};

std::string ordinal(std::size_t index) {
  static const std::vector<std::string> words = {"first", "second", "third", "fourth", "fifth"};
  return index < words.size() ? words[index] : fmt::format("{}th", index + 1);
}

std::string measured_text(const TestResult& result) {
  return fmt::format("{} is {}", metrics::to_text(result.test.metric),
                     shown(result.value, result.test));
}

// "by 2.37 Gy", or nothing where there is no value.
std::string missed_by(const TestResult& result) {
  if (!result.value.value) return {};
  const double missed = std::abs(*result.value.value - result.test.goal);
  return " by " + metrics::with_unit(fixed_beside(missed, {0.0}, decimals_of(result.value.unit)),
                                     result.value.unit);
}

void add_sentence(std::string& reason, const std::string& sentence) {
  if (sentence.empty()) return;
  if (!reason.empty()) reason += reason.back() == '.' ? " " : ". ";
  reason += sentence;
}

// A limit on a volume that the structure does not have.
void note_impossible(RuleResult& result, const dvh::Dvh& dvh) {
  for (const TestResult& test : result.tests) {
    const auto unit = metrics::output_unit(test.test.metric);
    const bool at_least = !protocol::is_upper_bound(test.test.comparator);
    if (unit != metrics::Unit::Cc || !at_least || dvh.volume().value() >= test.test.goal) continue;
    add_sentence(result.reason, fmt::format("The structure has only {} cc, so {} can never be met.",
                                            fixed_beside(dvh.volume().value(), {test.test.goal}, 1),
                                            protocol::to_text(test.test)));
  }
}

std::string decided_sentence(const RuleResult& result, const Branch& branch) {
  const TestResult& decider = result.tests[*result.deciding];
  switch (result.verdict) {
    case Verdict::Pass:
      return {};  // value and limit say it all
    case Verdict::Variation:
      return fmt::format("The goal is missed{}, the acceptable variation is met.",
                         missed_by(decider));
    case Verdict::Fail: {
      if (branch.choice == nullptr) {
        return fmt::format("The goal is missed{}{}.", missed_by(decider),
                           decider.test.variation ? ", the acceptable variation too" : "");
      }
      std::string all;
      for (const TestResult& test : result.tests) {
        all += fmt::format("{}{}", all.empty() ? "" : "; ", measured_text(test));
      }
      return fmt::format("No branch is met: {}.", all);
    }
    case Verdict::Unknown: {
      std::string why;
      for (const TestResult& test : result.tests) {
        if (test.outcome.decided()) continue;
        add_sentence(why, test.value.reason);
        const protocol::Implausible doubt = protocol::implausible(test.test);
        add_sentence(why, doubt.goal);
        add_sentence(why, doubt.variation);
      }
      return fmt::format("{} At worst {}, at best {}.", why, to_text(result.outcome.worst),
                         to_text(result.outcome.best));
    }
    case Verdict::NotApplicable:
      break;
  }
  return {};
}

}  // namespace

void judge(RuleResult& result, const protocol::Rule& rule, const dvh::ReadingDvhs& dvhs, int planes,
           const InputOf& input_of) {
  const Branch branch = Judge(planes, input_of, result.tests).run(rule.condition);
  result.outcome = branch.outcome;
  result.verdict = branch.outcome.verdict();
  result.deciding = branch.deciding;
  result.borderline = std::any_of(result.tests.begin(), result.tests.end(),
                                  [](const TestResult& test) { return test.borderline; });
  if (branch.choice != nullptr && result.verdict != Verdict::Fail) {
    result.branch = protocol::to_text(*branch.chosen);
  }
  const bool alternative =
      branch.choice != nullptr && branch.chosen_index > 0 &&
      (result.verdict == Verdict::Pass || result.verdict == Verdict::Variation);
  if (alternative) {
    // The reader must see that the usual limit was not what let the plan through.
    const bool passes = result.verdict == Verdict::Pass;
    const bool first_is_known = result.tests.front().outcome.decided();
    add_sentence(
        result.reason,
        fmt::format("{} by the {} branch, {}. The first is not {}: {}.",
                    passes ? "Passes" : "Within the acceptable variation only,",
                    ordinal(branch.chosen_index), result.branch, first_is_known ? "met" : "decided",
                    measured_text(result.tests.front())));
  } else {
    add_sentence(result.reason, decided_sentence(result, branch));
  }
  if (result.verdict != Verdict::Pass) note_impossible(result, dvhs.value);
  const double uncovered_cc = dvhs.value.uncovered().value();
  if (result.verdict != Verdict::Unknown && uncovered_cc != 0.0) {
    // Decided whatever that volume receives; the reader must see that part of it is missing.
    add_sentence(result.reason, fmt::format("{} of {} cc have no dose, which cannot change this.",
                                            fixed_beside(uncovered_cc, {0.0}, 2),
                                            fixed(dvhs.value.volume().value(), 2)));
  }
}

Applicability applicability(const std::optional<protocol::Guard>& guard, protocol::Level level,
                            const protocol::PlanFacts& facts,
                            const std::vector<protocol::ContextKey>& keys) {
  if (!guard) return {};
  const protocol::GuardOutcome outcome = protocol::evaluate_guard(*guard, facts, keys);
  switch (outcome.truth) {
    case protocol::Truth::True:
      return {};
    case protocol::Truth::False:
      return {false, Verdict::NotApplicable, outcome.reason};
    case protocol::Truth::Unknown:
      break;
  }
  const bool only_context = outcome.missing_plan.empty();
  return {false,
          only_context && level == protocol::Level::Advisory ? Verdict::NotApplicable
                                                             : Verdict::Unknown,
          outcome.reason};
}

PlanCheckResult hold(const protocol::Protocol& protocol, const protocol::PlanCheck& check,
                     const protocol::PlanFacts& facts) {
  PlanCheckResult result;
  result.protocol_id = protocol.id;
  result.id = check.id;
  result.label = check.label;
  result.text = protocol::to_text(check.check);
  result.level = check.level;
  result.provenance = check.provenance;
  const Applicability applies = applicability(check.when, check.level, facts, protocol.context);
  if (!applies.applies) {
    result.verdict = applies.verdict;
    result.reason = applies.reason;
    return result;
  }
  const auto outcome = protocol::evaluate_guard(check.check, facts, protocol.context);
  result.reason = outcome.reason;
  switch (outcome.truth) {
    case protocol::Truth::True:
      result.verdict = Verdict::Pass;
      break;
    case protocol::Truth::False:
      result.verdict = Verdict::Fail;
      break;
    case protocol::Truth::Unknown:
      result.verdict = outcome.missing_plan.empty() && check.level == protocol::Level::Advisory
                           ? Verdict::NotApplicable
                           : Verdict::Unknown;
      break;
  }
  return result;
}

Outcome outcome_of(const Condition& condition, const TestOutcome& test_outcome) {
  if (condition.op == Condition::Op::Test) return test_outcome(condition.test);
  Outcome outcome = outcome_of(condition.operands.front(), test_outcome);
  if (condition.op == Condition::Op::Not) return opposite(outcome);
  for (std::size_t i = 1; i < condition.operands.size(); ++i) {
    const Outcome next = outcome_of(condition.operands[i], test_outcome);
    outcome = condition.op == Condition::Op::Or ? either(outcome, next) : both(outcome, next);
  }
  return outcome;
}

Verdict worst_required(const std::vector<Verdict>& required) {
  const auto has = [&](Verdict v) {
    return std::find(required.begin(), required.end(), v) != required.end();
  };
  for (const Verdict v : {Verdict::Fail, Verdict::Unknown, Verdict::Variation, Verdict::Pass}) {
    if (has(v)) return v;
  }
  return Verdict::Unknown;
}

}  // namespace dosegate::evaluation
