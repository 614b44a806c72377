#include "protocol/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "metrics/cursor.h"
#include "protocol/implausible.h"
#include "protocol/tg263.h"

namespace dosegate::protocol {
namespace {

using metrics::DoseUnit;
using metrics::Metric;
using metrics::MetricKind;
using metrics::plain_number;
using metrics::VolumeUnit;

// Looser variations than this were typing errors where they were found (45 Gy and 74.25 Gy).
constexpr double kWidestVariation = 1.25;
// Numbers of two sources that differ by no more are the same number, rounded.
constexpr double kSameNumber_frac = 0.01;
// A threshold this close to the library's is meant to be it.
constexpr double kSameThreshold_frac = 0.25;
constexpr double kFarLooser = 1.5;
// Courses that are given: five fractions of 2 Gy are none.
constexpr int kMostFractions = 60;
constexpr double kLeastCourse_gy = 20.0;
constexpr double kMostCourse_gy = 90.0;

bool is_upper(const Test& test) {
  return is_upper_bound(test.comparator);
}

// Tests that must hold whenever the condition does.
void collect_binding(const Condition& condition, std::vector<const Test*>& tests) {
  if (condition.op == Condition::Op::Test) tests.push_back(&condition.test);
  if (condition.op != Condition::Op::And) return;
  for (const Condition& part : condition.operands) collect_binding(part, tests);
}

bool has_dose_argument(MetricKind kind) {
  return kind == MetricKind::V || kind == MetricKind::CV;
}

// True if the metric is about a physical dose in Gy, which means little without its fractionation.
bool is_absolute_physical(const Metric& metric) {
  if (metric.kind == MetricKind::Volume || metric.kind == MetricKind::Ntcp ||
      metric.kind == MetricKind::HomogeneityIndex || metric.basis.is_converted() ||
      metrics::needs_prescription(metric)) {
    return false;
  }
  return metric.dose_unit != DoseUnit::Percent;
}

bool binds_fractionation(const std::optional<Guard>& guard) {
  if (!guard) return false;
  return std::all_of(guard->alternatives.begin(), guard->alternatives.end(), [](const auto& terms) {
    return std::any_of(terms.begin(), terms.end(), [](const GuardTerm& term) {
      return term.subject == GuardTerm::Subject::Fractions ||
             term.subject == GuardTerm::Subject::DosePerFraction;
    });
  });
}

struct Bound {
  const Protocol* protocol = nullptr;
  const ProtocolRule* rule = nullptr;
  const Test* test = nullptr;
};

std::vector<Bound> bounds_of(const Protocol& protocol) {
  std::vector<Bound> bounds;
  for (const ProtocolRule& rule : protocol.rules) {
    std::vector<const Test*> tests;
    collect_binding(rule.rule.condition, tests);
    for (const Test* test : tests) bounds.push_back({&protocol, &rule, test});
  }
  return bounds;
}

// Fraction numbers and doses per fraction at which guards are tried, so that two rules that speak of
// different courses are not held against each other.
class Courses {
 public:
  void add_bounds_of(const Protocol& protocol) {
    for (const ProtocolRule& rule : protocol.rules) {
      if (!rule.rule.guard) continue;
      for (const auto& terms : rule.rule.guard->alternatives) {
        for (const GuardTerm& term : terms) {
          if (term.subject != GuardTerm::Subject::DosePerFraction) continue;
          per_fraction_gy_.insert(term.low);
          if (term.high > 0.0) per_fraction_gy_.insert(term.high);
        }
      }
    }
  }

  // Whether two rules may both apply to some course. What else their guards ask for is not known, so
  // they may.
  [[nodiscard]] bool can_meet(const Bound& a, const Bound& b) {
    const std::vector<bool>& first = of(a);
    const std::vector<bool>& second = of(b);
    for (std::size_t i = 0; i < first.size(); ++i) {
      if (first[i] && second[i]) return true;
    }
    return false;
  }

 private:
  // Course by course; worked out once for each rule that is asked for.
  const std::vector<bool>& of(const Bound& bound) {
    std::vector<bool>& open = open_[bound.rule];
    if (!open.empty()) return open;
    for (int fx = 1; fx <= kMostFractions; ++fx) {
      for (const double gy : per_fraction_gy_) {
        if (gy * fx < kLeastCourse_gy || gy * fx > kMostCourse_gy) continue;
        const PlanFacts facts{.fractions = fx, .prescription_gy = gy * fx};
        open.push_back(
            !bound.rule->rule.guard ||
            evaluate_guard(*bound.rule->rule.guard, facts, bound.protocol->context).truth !=
                Truth::False);
      }
    }
    return open;
  }

  std::map<const ProtocolRule*, std::vector<bool>> open_;
  std::set<double> per_fraction_gy_ = {1.2, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 30};
};

bool same_subject(const Bound& a, const Bound& b) {
  return a.rule->rule.subject == b.rule->rule.subject;
}

bool same_value(const Bound& a, const Bound& b) {
  return same_subject(a, b) && a.test->metric == b.test->metric;
}

bool near(double a, double b, double share) {
  return std::abs(a - b) <= share * std::max(std::abs(a), std::abs(b));
}

class Linter {
 public:
  explicit Linter(const Protocol& protocol) : protocol_(protocol), bounds_(bounds_of(protocol)) {}

  std::vector<LintFinding> run(std::span<const Protocol> library) {
    for (const Protocol& other : library) {
      if (other.id == protocol_.id) continue;
      const std::vector<Bound> more = bounds_of(other);
      library_.insert(library_.end(), more.begin(), more.end());
    }
    courses_.add_bounds_of(protocol_);
    for (const Protocol& other : library) courses_.add_bounds_of(other);
    for (const ProtocolRule& rule : protocol_.rules) {
      rule_ = &rule;
      const std::vector<const Test*> tests = tests_in(rule.rule.condition);
      for (const Test* test : tests) {
        check_variation(*test);
        check_units(*test);
        check_alpha_beta_of(*test);
      }
      check_fractionation(tests);
      check_names();
      check_others();
      check_library();
    }
    return std::move(findings_);
  }

 private:
  void add(LintCode code, std::string text) {
    findings_.push_back({code, rule_->id, std::move(text), rule_->place});
  }

  void check_variation(const Test& test) {
    if (!test.variation) return;
    const double looser =
        is_upper(test) ? *test.variation / test.goal : test.goal / *test.variation;
    if (test.goal > 0.0 && *test.variation > 0.0 && looser <= kWidestVariation) return;
    add(LintCode::WideVariation,
        fmt::format("The variation {} is more than {} times looser than the goal {}; check both "
                    "numbers.",
                    plain_number(*test.variation), kWidestVariation, plain_number(test.goal)));
  }

  void check_dose(double value, DoseUnit unit) {
    if (value > 0.0) add_unit(below_1_gy(value, unit));
  }

  void check_share(double value) {
    if (value > 0.0) add_unit(below_1_percent(value));
  }

  void add_unit(std::string why) {
    if (!why.empty()) add(LintCode::Unit, std::move(why));
  }

  void check_units(const Test& test) {
    const Metric& metric = test.metric;
    const Implausible doubt = implausible(test);
    const std::string& why = doubt.goal.empty() ? doubt.variation : doubt.goal;
    if (!why.empty()) return add(LintCode::Unit, why + " No plan is passed by it.");
    if (has_dose_argument(metric.kind)) {
      check_dose(metric.argument, metric.dose_unit);
      if (metric.volume_unit == VolumeUnit::Percent) check_share(test.goal);
    } else if (metrics::needs_enclosure(metric.kind)) {
      check_dose(metric.argument, metric.dose_unit);
    } else if (metrics::is_dose_metric(metric.kind)) {
      check_dose(test.goal, metric.dose_unit);
      const bool of_volume = metric.kind == MetricKind::D || metric.kind == MetricKind::DC;
      if (of_volume && metric.volume_unit == VolumeUnit::Percent) check_share(metric.argument);
    }
  }

  void check_alpha_beta_of(const Test& test) {
    if (!test.metric.basis.is_converted()) return;
    for (const std::string& name : names_in(rule_->rule.subject)) {
      const StructureEntry* entry = protocol_.find_structure(name);
      if (entry == nullptr || !entry->alpha_beta_gy) continue;
      if (*entry->alpha_beta_gy == test.metric.basis.alpha_beta_gy) continue;
      add(LintCode::AlphaBeta,
          fmt::format("The dose is converted with alpha/beta {} Gy; the entry of '{}' has {} Gy.",
                      plain_number(test.metric.basis.alpha_beta_gy), name,
                      plain_number(*entry->alpha_beta_gy)));
    }
  }

  void check_fractionation(const std::vector<const Test*>& tests) {
    if (binds_fractionation(rule_->rule.guard)) return;
    for (const Test* test : tests) {
      if (!is_absolute_physical(test->metric)) continue;
      add(LintCode::NoFractionation,
          "A physical dose is limited for every number of fractions; bind it to those that its "
          "source speaks of, as in 'when fx in 3..5'.");
      return;
    }
  }

  void check_names() {
    for (const std::string& name : names_in(rule_->rule)) {
      if (const auto right = tg263_correction(name)) {
        add(LintCode::Spelling,
            fmt::format("'{}' is the spelling of TG-263's worksheet; '{}' is meant.", name,
                        *right));
      }
      const bool glob = !name.empty() && name.back() == '*';
      const std::string_view organ(name.data(), name.size() - (glob ? 1 : 0));
      if (protocol_.find_structure(name) != nullptr || is_tg263_name(organ)) continue;
      add(LintCode::UnknownStructure,
          fmt::format("'{}' has no entry under 'structures' and is no TG-263 name; check its "
                      "spelling.",
                      name));
    }
  }

  // Against the rules before it, so that each pair is told of once.
  void check_others() {
    for (const Bound& own : bounds_) {
      if (own.rule != rule_) continue;
      for (const Bound& other : bounds_) {
        if (other.rule == rule_) break;
        if (same_value(own, other) && courses_.can_meet(own, other)) compare(own, other);
      }
    }
  }

  void compare(const Bound& own, const Bound& other) {
    if (is_upper(*own.test) == is_upper(*other.test)) {
      if (own.rule->level != other.rule->level) return;  // a goal and a wish
      const bool same = own.test->goal == other.test->goal;
      add(LintCode::Duplicate,
          same ? fmt::format("Rule '{}' says the same.", other.rule->id)
               : fmt::format("Rule '{}' limits the same value to {}, this one to {}.",
                             other.rule->id, plain_number(other.test->goal),
                             plain_number(own.test->goal)));
      return;
    }
    const Test& upper = is_upper(*own.test) ? *own.test : *other.test;
    const Test& lower = is_upper(*own.test) ? *other.test : *own.test;
    if (lower.goal > upper.goal) {
      add(LintCode::Contradiction,
          fmt::format("No plan can meet this rule and rule '{}': the same value would have to be "
                      "at least {} and at most {}.",
                      other.rule->id, plain_number(lower.goal), plain_number(upper.goal)));
    }
  }

  // A number of the same source must be the same number. Other sources have other numbers; but one
  // far looser than all that are known is likely to be a mistake.
  void check_library() {
    for (const Bound& own : bounds_) {
      if (own.rule != rule_) continue;
      const Bound* loosest = nullptr;
      bool same_source = false;
      for (const Bound& known : library_) {
        if (!alike(own, known)) continue;
        if (cites_same(own, known)) {
          same_source = true;
          if (const auto text = differs(own, known)) add(LintCode::OffLibrary, *text);
        } else if (same_value(own, known) && courses_.can_meet(own, known)) {
          if (loosest == nullptr || looser_by(*known.test, loosest->test->goal) > 1.0) {
            loosest = &known;
          }
        }
      }
      if (same_source || loosest == nullptr) continue;
      if (looser_by(*own.test, loosest->test->goal) > kFarLooser) {
        add(LintCode::OffLibrary,
            fmt::format("This is far looser than every known limit of the same value; the loosest: "
                        "{}.",
                        place_of(*loosest)));
      }
    }
  }

  // The same structure, kind of metric and direction.
  static bool alike(const Bound& a, const Bound& b) {
    return same_subject(a, b) && a.test->metric.kind == b.test->metric.kind &&
           a.test->metric.basis == b.test->metric.basis && is_upper(*a.test) == is_upper(*b.test);
  }

  static bool cites_same(const Bound& a, const Bound& b) {
    const Source* first = a.protocol->find_source(a.rule->provenance.source);
    const Source* second = b.protocol->find_source(b.rule->provenance.source);
    return first != nullptr && second != nullptr && !first->doi.empty() &&
           to_lower_ascii(first->doi) == to_lower_ascii(second->doi);
  }

  // How many times looser a test's goal is than a number.
  static double looser_by(const Test& test, double than) {
    const double loose = is_upper(test) ? test.goal : than;
    const double strict = is_upper(test) ? than : test.goal;
    return strict > 0.0 ? loose / strict : 1.0;
  }

  static std::string place_of(const Bound& known) {
    return fmt::format("rule '{}' of the built-in protocol {}, '{}'", known.rule->id,
                       known.protocol->id, to_text(*known.test));
  }

  [[nodiscard]] std::optional<std::string> differs(const Bound& own, const Bound& known) {
    const Test& a = *own.test;
    const Test& b = *known.test;
    const bool of_dose = has_dose_argument(a.metric.kind);
    if (of_dose && a.metric.volume_unit != b.metric.volume_unit &&
        a.metric.dose_unit == b.metric.dose_unit && near(a.goal, b.goal, kSameNumber_frac)) {
      return fmt::format("The unit may be wrong; the same source has {}.", place_of(known));
    }
    if (a.metric.volume_unit != b.metric.volume_unit || a.metric.dose_unit != b.metric.dose_unit ||
        !courses_.can_meet(own, known)) {
      return std::nullopt;
    }
    if (a.metric.argument == b.metric.argument && a.goal != b.goal) {
      return fmt::format("The same source has another number for this: {}.", place_of(known));
    }
    if (of_dose && a.goal == b.goal && a.metric.argument != b.metric.argument &&
        near(a.metric.argument, b.metric.argument, kSameThreshold_frac)) {
      return fmt::format("The same source has another threshold for this: {}.", place_of(known));
    }
    return std::nullopt;
  }

  const Protocol& protocol_;
  const ProtocolRule* rule_ = nullptr;
  std::vector<Bound> bounds_, library_;
  Courses courses_;
  std::vector<LintFinding> findings_;
};

}  // namespace

std::string_view to_text(LintCode code) {
  switch (code) {
    case LintCode::WideVariation:
      return "wide-variation";
    case LintCode::Unit:
      return "unit";
    case LintCode::NoFractionation:
      return "no-fractionation";
    case LintCode::Duplicate:
      return "duplicate";
    case LintCode::Contradiction:
      return "contradiction";
    case LintCode::UnknownStructure:
      return "unknown-structure";
    case LintCode::Spelling:
      return "spelling";
    case LintCode::AlphaBeta:
      return "alpha-beta";
    case LintCode::OffLibrary:
      return "off-library";
  }
  throw InternalError("no such lint code");
}

std::vector<LintFinding> lint(const Protocol& protocol, std::span<const Protocol> library) {
  return Linter(protocol).run(library);
}

const std::vector<Protocol>& protocol_library() {
  static const std::vector<Protocol> library = [] {
    std::vector<Protocol> all;
    for (const std::string& id : builtin_protocols()) {
      Result<Protocol> read = builtin_protocol(id);
      require(read.has_value(), "a built-in protocol cannot be read");
      all.push_back(std::move(*read));
    }
    return all;
  }();
  return library;
}

}  // namespace dosegate::protocol
