#include "view.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/shown_values.h"
#include "wall.h"

#define DOSEGATE_TEXT_OF(x) #x
#define DOSEGATE_VERSION_TEXT(major, minor, patch) \
  DOSEGATE_TEXT_OF(major) "." DOSEGATE_TEXT_OF(minor) "." DOSEGATE_TEXT_OF(patch)

namespace dosegate::plugin {
namespace {

int32_t verdict_number(evaluation::Verdict verdict) {
  switch (verdict) {
    case evaluation::Verdict::Pass:
      return DOSEGATE_PASS;
    case evaluation::Verdict::Variation:
      return DOSEGATE_VARIATION;
    case evaluation::Verdict::Fail:
      return DOSEGATE_FAIL;
    case evaluation::Verdict::Unknown:
      return DOSEGATE_UNKNOWN;
    case evaluation::Verdict::NotApplicable:
      return DOSEGATE_NOT_APPLICABLE;
  }
  throw InternalError("unknown verdict");
}

std::string citation(const evaluation::Evaluation& e, const std::string& protocol_id,
                     const std::string& source_id) {
  for (const evaluation::ProtocolVerdict& p : e.protocols) {
    if (p.id != protocol_id) continue;
    for (const protocol::Source& source : p.sources) {
      if (source.id == source_id) return source.citation;
    }
  }
  return source_id;
}

// "<= 18 | 20": a test without its metric.
std::string limit_text(const protocol::Test& test) {
  std::string text = fmt::format("{} {}", protocol::to_text(test.comparator), shortest(test.goal));
  if (test.variation) text += fmt::format(" | {}", shortest(*test.variation));
  return text;
}

dosegate_headroom headroom_view(const evaluation::Headroom& headroom) {
  dosegate_headroom view{};
  if (headroom.up) {
    view.up = headroom.up->factor;
    view.verdict_above = verdict_number(headroom.up->beyond);
  }
  if (headroom.down) {
    view.down = headroom.down->factor;
    view.verdict_below = verdict_number(headroom.down->beyond);
  }
  if (headroom.pass) {
    view.pass_from = headroom.pass->from;
    view.pass_to = headroom.pass->to;
  }
  return view;
}

}  // namespace

const char* version_text() {
  return DOSEGATE_VERSION_TEXT(DOSEGATE_VERSION_MAJOR, DOSEGATE_VERSION_MINOR,
                               DOSEGATE_VERSION_PATCH);
}

dosegate_finding finding_view(const Finding& finding, const Keep& keep) {
  dosegate_finding view{};
  view.severity = static_cast<int32_t>(finding_severity(finding.code));
  view.code = keep(std::string(finding_id(finding.code)));
  view.text = keep(printable(finding.text));
  view.where = keep(printable(finding.where));
  return view;
}

dosegate_evaluation_info evaluation_view(const evaluation::Evaluation& e, const Keep& keep) {
  dosegate_evaluation_info view{};
  view.verdict = verdict_number(e.verdict);
  view.verdict_reason = keep(e.verdict_reason);
  view.patient_id = keep(printable(e.patient_id));
  view.plan_label = keep(printable(e.plan_label));
  view.fractions = e.fractions.value_or(0);
  view.prescription_gy = e.prescription_gy.value_or(0.0);
  view.bed_gy = e.bed_gy.value_or(0.0);
  view.eqd2_gy = e.eqd2_gy.value_or(0.0);
  view.alpha_beta_gy = e.alpha_beta_gy;
  std::string protocols;
  for (const evaluation::ProtocolVerdict& p : e.protocols) {
    protocols +=
        fmt::format("{}{} {}{}", protocols.empty() ? "" : ", ", p.id, p.version,
                    p.verdict == evaluation::Verdict::NotApplicable ? " (reports only)" : "");
  }
  view.protocols = keep(protocols);
  view.rule_count = e.rules.size();
  view.plan_check_count = e.plan_checks.size();
  view.structure_count = e.structures.size();
  view.finding_count = e.findings.size();
  view.headroom = headroom_view(e.headroom);
  view.headroom_text = keep(e.headroom.reason.empty() ? report::headroom_text(e.headroom, e.verdict)
                                                      : e.headroom.reason);
  return view;
}

dosegate_rule rule_view(const evaluation::Evaluation& e, const evaluation::RuleResult& rule,
                        const Keep& keep) {
  dosegate_rule view{};
  view.verdict = verdict_number(rule.verdict);
  view.required = rule.level == protocol::Level::Required ? 1 : 0;
  view.borderline = rule.borderline ? 1 : 0;
  view.protocol = keep(rule.protocol_id);
  view.id = keep(rule.id);
  view.label = keep(rule.label);
  view.text = keep(rule.text);
  view.structure = keep(rule.structure);
  std::string rois;
  for (const std::string& roi : rule.rois) rois += (rois.empty() ? "" : " + ") + printable(roi);
  view.roi = keep(rois);
  view.branch = keep(rule.branch);
  view.reason = keep(printable(rule.reason));
  view.source = keep(citation(e, rule.protocol_id, rule.provenance.source));
  view.note = keep(rule.provenance.note);
  const bool applies = rule.verdict != evaluation::Verdict::NotApplicable;
  view.headroom = headroom_view(rule.headroom);
  view.headroom_text = keep(applies ? report::headroom_text(rule.headroom, rule.verdict) : "");
  view.metric = view.measured = view.beside = view.limit = view.unit = "";
  if (!rule.deciding) return view;
  const evaluation::TestResult& test = rule.tests[*rule.deciding];
  view.metric = keep(metrics::to_text(test.test.metric));
  view.measured = keep(evaluation::shown(test.value, test.test));
  if (test.near_maximum) {
    view.beside =
        keep(fmt::format("D0.03cc is {}", evaluation::shown(*test.near_maximum, test.test)));
  }
  view.limit = keep(limit_text(test.test));
  view.unit = keep(std::string(metrics::to_text(test.value.unit)));
  view.present = DOSEGATE_HAS_LIMIT;
  view.goal = test.test.goal;
  const auto set = [&](const std::optional<double>& number, double& member, uint32_t bit) {
    if (!number) return;
    member = *number;
    view.present |= bit;
  };
  set(test.test.variation, view.variation, DOSEGATE_HAS_VARIATION);
  set(test.value.value, view.value, DOSEGATE_HAS_VALUE);
  set(test.value.low, view.low, DOSEGATE_HAS_LOW);
  set(test.value.high, view.high, DOSEGATE_HAS_HIGH);
  return view;
}

dosegate_plan_check plan_check_view(const evaluation::Evaluation& e,
                                    const evaluation::PlanCheckResult& check, const Keep& keep) {
  dosegate_plan_check view{};
  view.verdict = verdict_number(check.verdict);
  view.required = check.level == protocol::Level::Required ? 1 : 0;
  view.protocol = keep(check.protocol_id);
  view.id = keep(check.id);
  view.label = keep(check.label);
  view.text = keep(check.text);
  view.reason = keep(printable(check.reason));
  view.source = keep(citation(e, check.protocol_id, check.provenance.source));
  view.note = keep(check.provenance.note);
  return view;
}

}  // namespace dosegate::plugin
