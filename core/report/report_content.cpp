#include "report/report_content.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "report/rule_content.h"
#include "report/shown_values.h"

namespace dosegate::report {
namespace {

using evaluation::Evaluation;
using evaluation::RuleResult;
using evaluation::Verdict;

std::string or_not_stated(std::string_view text) {
  const std::string shown = shown_name(one_line(text));
  return shown.empty() ? kNotStated : shown;
}

// "Doe^Jane^A" as "Doe, Jane A"; other ways of writing it follow as they stand.
std::string person(std::string_view name) {
  std::string shown = one_line(name);
  const std::size_t group = std::min(shown.find('='), shown.size());
  const std::size_t family = shown.find('^');
  if (family >= group) return or_not_stated(name);
  for (std::size_t i = family + 1; i < group; ++i) {
    if (shown[i] == '^') shown[i] = ' ';
  }
  shown.replace(family, 1, ", ");
  return shown_name(trim(shown));
}

std::string gy(double dose_gy) {
  return shortest(dose_gy) + " Gy";
}

std::string with_unit_or_not(const std::optional<double>& value, int decimals,
                             std::string_view unit) {
  return value ? fmt::format("{} {}", fixed(*value, decimals), unit) : kNotMeasured;
}

std::string verdict_sentence(Verdict verdict, std::size_t open_points) {
  switch (verdict) {
    case Verdict::Pass:
      return "The plan meets every required rule.";
    case Verdict::Variation:
      return "The plan misses a goal and stays within the acceptable variation.";
    case Verdict::Fail:
      return "The plan misses a required rule.";
    case Verdict::Unknown:
      return open_points > 0
                 ? "The plan was not shown to be acceptable: something required could "
                   "not be evaluated."
                 : "The plan was not shown to be acceptable: nothing required applies to "
                   "it.";
    case Verdict::NotApplicable:
      return "Nothing that is required applies to this plan.";
  }
  throw InternalError("unknown verdict");
}

// In the order of the ASTRO white paper (Evans 2016, PRO 6:e369): site, method, dose per fraction and number of
// fractions, total dose.
std::vector<LabelledText> prescription(const Evaluation& e) {
  const auto& words = e.prescription_words;
  const std::string per_fraction =
      e.prescription_gy && e.fractions && *e.fractions > 0
          ? fixed_beside(*e.prescription_gy / *e.fractions, {}, 2) + " Gy"
          : kNotStated;
  const std::string ratio = "alpha/beta " + gy(e.alpha_beta_gy);
  const std::string why_not = "needs the prescription and the number of fractions";
  const auto converted = [&](const std::optional<double>& dose_gy) {
    return dose_gy ? fixed(*dose_gy, 2) + " Gy" : std::string(kNotMeasured);
  };
  return {{"Site", or_not_stated(words.site), ""},
          {"Method", or_not_stated(words.method), ""},
          {"Dose per fraction", per_fraction, ""},
          {"Fractions", e.fractions ? std::to_string(*e.fractions) : kNotStated, ""},
          {"Total dose", e.prescription_gy ? gy(*e.prescription_gy) : kNotStated, ""},
          {"BED" + shortest(e.alpha_beta_gy), converted(e.bed_gy), e.bed_gy ? ratio : why_not},
          {"EQD2", converted(e.eqd2_gy), e.eqd2_gy ? ratio : why_not}};
}

int urgency(Verdict verdict) {
  return verdict == Verdict::Fail ? 0 : verdict == Verdict::Unknown ? 1 : 2;
}

std::string measured_line(const ShownRule& rule) {
  if (rule.tests.empty()) return kNotMeasured;
  const ShownTest& test = rule.tests[rule.shown];
  std::string line = fmt::format("{} {}", test.metric, test.value);
  if (!test.bracket.empty()) line += fmt::format(" ({})", test.bracket);
  line += ", goal " + test.goal;
  if (!test.variation.empty()) line += ", variation " + test.variation;
  return line;
}

bool is_open(Verdict verdict) {
  return verdict != Verdict::Pass && verdict != Verdict::NotApplicable;
}

std::vector<OpenPoint> open_points(const Evaluation& e) {
  std::vector<OpenPoint> points;
  for (const RuleResult& result : e.rules) {
    if (result.level != protocol::Level::Required || !is_open(result.verdict)) continue;
    const ShownRule rule = shown_rule(e, result);
    points.push_back(
        {rule.verdict, rule.id, rule.label, measured_line(rule), rule.reason, rule.borderline});
  }
  for (const evaluation::PlanCheckResult& result : e.plan_checks) {
    if (result.level != protocol::Level::Required || !is_open(result.verdict)) continue;
    const ShownCheck check = shown_check(e, result);
    points.push_back({check.verdict, check.id, check.label, "", check.reason, false});
  }
  std::stable_sort(points.begin(), points.end(), [](const OpenPoint& a, const OpenPoint& b) {
    return urgency(a.verdict) < urgency(b.verdict);
  });
  return points;
}

// "Advisory and not met: Esophagus, maximum (FAIL)."
std::vector<std::string> flags(const Evaluation& e) {
  constexpr std::size_t kNamedFlags = 4;  // more fill the first screen
  std::vector<std::string> missed, other_branch;
  const auto look = [&](const auto& results) {
    for (const auto& result : results) {
      if (result.level != protocol::Level::Advisory || !is_open(result.verdict)) continue;
      missed.push_back(
          fmt::format("{} ({})", one_line(result.label), verdict_word(result.verdict)));
    }
  };
  look(e.rules);
  look(e.plan_checks);
  for (const RuleResult& rule : e.rules) {
    const bool let_through = rule.level == protocol::Level::Required &&
                             rule.verdict == Verdict::Pass && rule.deciding.value_or(0) > 0 &&
                             !rule.branch.empty();
    if (!let_through) continue;
    other_branch.push_back(fmt::format("{} ({})", one_line(rule.label), printable(rule.branch)));
  }
  std::vector<std::string> sentences;
  if (missed.size() > kNamedFlags) {
    sentences.push_back(
        fmt::format("{} advisory rules and checks are missed or could not be evaluated; they are "
                    "listed below.",
                    missed.size()));
  } else if (!missed.empty()) {
    sentences.push_back(fmt::format("Advisory and not met: {}.", fmt::join(missed, "; ")));
  }
  if (!other_branch.empty()) {
    sentences.push_back(
        fmt::format("Passed by another branch than the first: {}.", fmt::join(other_branch, "; ")));
  }
  return sentences;
}

std::string group_title(protocol::Level level, std::optional<int> priority) {
  const bool required = level == protocol::Level::Required;
  std::string title = required ? "Required" : "Advisory";
  if (priority) title += fmt::format(", priority {}", *priority);
  return required ? title : title + " (flagged, never fails the plan)";
}

std::vector<RuleGroup> rule_groups(const Evaluation& e) {
  constexpr int kAfterAllPriorities = 10;
  std::map<std::pair<int, int>, RuleGroup> groups;  // level, priority
  for (const RuleResult& result : e.rules) {
    if (result.verdict == Verdict::NotApplicable) continue;
    RuleGroup& group = groups[{result.level == protocol::Level::Required ? 0 : 1,
                               result.priority.value_or(kAfterAllPriorities)}];
    group.title = group_title(result.level, result.priority);
    group.rules.push_back(shown_rule(e, result));
  }
  std::vector<RuleGroup> ordered;
  for (auto& [key, group] : groups) ordered.push_back(std::move(group));
  return ordered;
}

ShownStructure shown_structure(const std::optional<dvh::Dvh>& dvh, const std::string& reason) {
  constexpr int kDecimals = 2;
  const StructureNumbers numbers = structure_numbers(dvh, reason);
  ShownStructure shown;
  shown.volume = with_unit_or_not(numbers.volume_cc, kDecimals, "cc");
  shown.uncovered = with_unit_or_not(numbers.uncovered_cc, kDecimals, "cc");
  if (numbers.uncovered_cc) {
    // What is not covered is never shown as nothing.
    shown.uncovered = fixed_beside(*numbers.uncovered_cc, {0.0}, kDecimals) + " cc";
  }
  shown.mean = with_unit_or_not(numbers.mean_gy, kDecimals, "Gy");
  shown.minimum = with_unit_or_not(numbers.min_gy, kDecimals, "Gy");
  shown.maximum = with_unit_or_not(numbers.max_gy, kDecimals, "Gy");
  shown.near_maximum = kNotMeasured;
  shown.reason = shown_sentence(numbers.reason);
  if (!dvh) return shown;
  metrics::Metric near;
  near.kind = metrics::MetricKind::D;
  near.argument = 0.03;  // cc; the volume that reports agree on for a near-maximum dose
  const metrics::MetricValue value = metrics::compute_metric(near, *dvh, {});
  shown.near_maximum = with_unit_or_not(value.value, kDecimals, "Gy");
  if (!value.value && shown.reason.empty()) shown.reason = shown_sentence(shown_reason(value));
  return shown;
}

// The subjects of the rules that took a ROI, each once.
std::string taken_for(const Evaluation& e, const std::string& roi) {
  std::vector<std::string> subjects;
  for (const RuleResult& rule : e.rules) {
    if (std::find(rule.rois.begin(), rule.rois.end(), roi) == rule.rois.end()) continue;
    const std::string subject = printable(rule.structure);
    if (std::find(subjects.begin(), subjects.end(), subject) == subjects.end()) {
      subjects.push_back(subject);
    }
  }
  return fmt::format("{}", fmt::join(subjects, ", "));
}

std::vector<ShownStructure> structures(const Evaluation& e) {
  std::vector<ShownStructure> all;
  for (const evaluation::JudgedVolume& volume : e.judged_volumes) {
    ShownStructure shown = shown_structure(volume.dvh, volume.reason);
    shown.name = shown_name(volume.structure);
    shown.taken_for = shown.name;
    all.push_back(std::move(shown));
  }
  for (const evaluation::StructureResult& structure : e.structures) {
    ShownStructure shown = shown_structure(structure.dvh, structure.reason);
    shown.name = shown_name(structure.name);
    shown.number = std::to_string(structure.number);
    shown.type = shown_name(structure.interpreted_type);
    shown.taken_for = taken_for(e, structure.name);
    all.push_back(std::move(shown));
  }
  return all;
}

std::string beside(const std::optional<double>& theirs, const std::optional<double>& ours,
                   const std::optional<double>& difference, std::string_view unit) {
  std::string text =
      fmt::format("{} / {}", with_unit_or_not(theirs, 2, unit), with_unit_or_not(ours, 2, unit));
  if (difference) {
    text += fmt::format(" ({}{})", *difference > 0.0 ? "+" : "", fixed(*difference, 2));
  }
  return text;
}

std::vector<ShownTpsRow> tps_rows(const Evaluation& e) {
  std::vector<ShownTpsRow> rows;
  for (const evaluation::TpsComparison& c : e.tps_dvhs) {
    const evaluation::TpsDifference& d = c.difference;
    ShownTpsRow row;
    row.name = shown_name(c.name);
    row.volume = beside(c.theirs.volume_cc, c.ours.volume_cc, d.volume_cc, "cc");
    row.mean = beside(c.theirs.mean_gy, c.ours.mean_gy, d.mean_gy, "Gy");
    row.maximum = beside(c.theirs.maximum_gy, c.ours.maximum_gy, d.maximum_gy, "Gy");
    if (d.curve_pct && d.curve_pct_at_gy) {
      row.curve =
          fmt::format("{} % at {} Gy", fixed(*d.curve_pct, 2), fixed(*d.curve_pct_at_gy, 2));
    }
    if (d.curve_gy && d.curve_gy_at_pct) {
      row.curve += fmt::format("{}{} Gy at {} %", row.curve.empty() ? "" : "; ",
                               fixed(*d.curve_gy, 2), fixed(*d.curve_gy_at_pct, 0));
    }
    if (row.curve.empty()) row.curve = kNotMeasured;
    row.differs = c.differs;
    row.explanation = shown_sentence(c.explanation);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<ShownFinding> findings(const Evaluation& e) {
  std::vector<const Finding*> ordered;
  for (const Finding& finding : e.findings) ordered.push_back(&finding);
  std::stable_sort(ordered.begin(), ordered.end(), [](const Finding* a, const Finding* b) {
    return finding_severity(a->code) > finding_severity(b->code);
  });
  std::vector<ShownFinding> shown;
  for (const Finding* finding : ordered) {
    shown.push_back({std::string(severity_id(finding_severity(finding->code))),
                     std::string(finding_id(finding->code)), shown_sentence(finding->text),
                     shown_sentence(finding->where)});
  }
  return shown;
}

void add_checks(ReportContent& content, const Evaluation& e) {
  for (const RuleResult& rule : e.rules) {
    if (rule.verdict != Verdict::NotApplicable) continue;
    content.not_applicable.push_back({printable(rule.protocol_id), printable(rule.id),
                                      one_line(rule.label), shown_sentence(shown_reason(rule))});
  }
  for (const evaluation::PlanCheckResult& check : e.plan_checks) {
    if (check.verdict == Verdict::NotApplicable) {
      content.not_applicable.push_back({printable(check.protocol_id), printable(check.id),
                                        one_line(check.label), shown_sentence(check.reason)});
    } else {
      content.plan_checks.push_back(shown_check(e, check));
    }
  }
}

std::vector<LabelledText> settings(const Evaluation& e) {
  std::vector<std::string> readings;
  for (const evaluation::BracketReading& reading : e.bracket_readings) {
    readings.push_back(fmt::format("end caps {}, {}", reading.end_caps, reading.interpolation));
  }
  return {{"Software", "dosegate " + printable(e.software_version), ""},
          {"Convention", or_not_stated(e.settings.convention), ""},
          {"End caps", or_not_stated(e.settings.end_caps),
           "how far a structure reaches beyond its outermost contours"},
          {"Interpolation", or_not_stated(e.settings.interpolation),
           "how the space between two contours is filled"},
          {"Dose between voxels", or_not_stated(e.settings.dose_interpolation),
           "interpolated between their centres, or each voxel's own throughout it"},
          {"Brackets compare with",
           readings.empty() ? "no other reading"
                            : printable(fmt::format("{}", fmt::join(readings, "; "))),
           ""}};
}

void add_provenance(ReportContent& content, const Evaluation& e) {
  for (const model::InputFile& file : e.inputs) {
    content.inputs.push_back({file.path.empty() ? kNotStated : shown_sentence(file.path),
                              or_not_stated(file.sop_class), or_not_stated(file.sop_instance_uid),
                              or_not_stated(file.sha256)});
  }
  for (const evaluation::ProtocolVerdict& protocol : e.protocols) {
    content.protocols.push_back({printable(protocol.id), printable(protocol.version),
                                 one_line(protocol.title), printable(protocol.sha256),
                                 or_not_stated(protocol.origin), protocol.verdict});
  }
  content.settings = settings(e);
  content.signatures = {{"Medical physicist"}, {"Radiation oncologist"}};
}

}  // namespace

std::string verdict_word(Verdict verdict) {
  return verdict == Verdict::NotApplicable ? "NOT APPLICABLE" : std::string(to_text(verdict));
}

ReportContent verdict_content(const Evaluation& e) {
  ReportContent content;
  content.verdict = e.verdict;
  content.open_points = open_points(e);
  content.verdict_sentence = verdict_sentence(e.verdict, content.open_points.size());
  content.verdict_reason = shown_sentence(e.verdict_reason);
  content.borderline_rules =
      static_cast<int>(std::count_if(e.rules.begin(), e.rules.end(), [](const RuleResult& rule) {
        return rule.level == protocol::Level::Required && rule.borderline;
      }));
  content.patient_name = person(e.patient_name);
  content.patient_id = or_not_stated(e.patient_id);
  content.plan_label = or_not_stated(e.plan_label);
  content.plan_uid = or_not_stated(e.plan_uid);
  content.prescription = prescription(e);
  content.flags = flags(e);
  content.headroom = printable(e.headroom.reason.empty() ? headroom_text(e.headroom, e.verdict)
                                                         : e.headroom.reason);
  content.rule_groups = rule_groups(e);
  content.tps_rows = tps_rows(e);
  content.findings = findings(e);
  add_checks(content, e);
  add_provenance(content, e);
  return content;
}

ReportContent report_content(const Evaluation& e) {
  ReportContent content = verdict_content(e);
  content.plot = plot_content(e);
  content.structures = structures(e);
  return content;
}

}  // namespace dosegate::report
