#include "report/shown_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/result.h"
#include "base/text.h"

namespace dosegate::report {
namespace {

using metrics::MetricKind;
using metrics::MetricValue;

MetricValue whole_structure(MetricKind kind, const dvh::Dvh& dvh) {
  metrics::Metric metric;
  metric.kind = kind;
  return metrics::compute_metric(metric, dvh, {});
}

std::optional<double> gy(std::optional<Gy> dose) {
  return dose ? std::optional<double>(dose->value()) : std::nullopt;
}

double rounded(double value, int decimals, bool down) {
  const double unit = std::pow(10.0, decimals);
  return (down ? std::floor(value * unit) : std::ceil(value * unit)) / unit;
}

int goodness(evaluation::Verdict verdict) {
  switch (verdict) {
    case evaluation::Verdict::Pass:
      return 4;
    case evaluation::Verdict::Variation:
      return 3;
    case evaluation::Verdict::NotApplicable:
      return 2;
    case evaluation::Verdict::Unknown:
      return 1;
    case evaluation::Verdict::Fail:
      return 0;
  }
  throw InternalError("unknown verdict");
}

std::string step_text(const evaluation::HeadroomStep& step, evaluation::Verdict now, bool up) {
  const bool better = goodness(step.beyond) > goodness(now);
  const bool floor = up != better;
  std::string at = "x" + fixed(rounded(step.factor, 3, floor), 3);
  if (step.prescription_gy) {
    at += fmt::format(" ({} Gy)", fixed(rounded(*step.prescription_gy, 2, floor), 2));
  }
  std::string text =
      better ? fmt::format("{} at {} or {}", to_text(step.beyond), at, up ? "more" : "less")
             : fmt::format("{} {} to {}, then {}", to_text(now), up ? "up" : "down", at,
                           to_text(step.beyond));
  if (!step.changing.empty()) text += fmt::format(" ({})", fmt::join(step.changing, ", "));
  return text;
}

}  // namespace

const evaluation::TestResult* shown_test(const evaluation::RuleResult& rule) {
  if (rule.tests.empty()) return nullptr;
  const std::size_t index = rule.deciding.value_or(0);
  require(index < rule.tests.size(), "the test that decided a rule is not among its tests");
  return &rule.tests[index];
}

std::string shown_reason(const evaluation::RuleResult& rule) {
  std::string reason = rule.reason;
  const evaluation::TestResult* test = shown_test(rule);
  if (test != nullptr && !test->value.value) {
    const std::string why = shown_reason(test->value);
    if (reason.find(why) == std::string::npos) reason += (reason.empty() ? "" : " ") + why;
  }
  const bool plain_pass = test != nullptr && rule.verdict == evaluation::Verdict::Pass;
  require(plain_pass || !reason.empty(), "a rule that is not plainly met and has no reason");
  return reason;
}

std::string shown_reason(const MetricValue& value) {
  require(value.value.has_value() || !value.reason.empty(),
          "a metric without a value and without a reason");
  return value.reason;
}

MetricValue shown_metric(const evaluation::DvhReport& report, const evaluation::DvhResult& result,
                         std::size_t index) {
  if (result.dvh) {
    require(result.metrics.size() == report.metrics.size(), "a structure without all its metrics");
    return result.metrics[index];
  }
  MetricValue value;
  value.unit = metrics::output_unit(report.metrics[index]);
  value.reason = result.reason;
  return value;
}

std::string roi_text(const evaluation::RuleResult& rule) {
  std::string text;
  for (const std::string& roi : rule.rois) text += (text.empty() ? "" : " + ") + roi;
  return text;
}

const protocol::Source* source_of(const evaluation::Evaluation& evaluation,
                                  std::string_view protocol_id, std::string_view source_id) {
  for (const evaluation::ProtocolVerdict& protocol : evaluation.protocols) {
    if (protocol.id != protocol_id) continue;
    const auto at = std::find_if(protocol.sources.begin(), protocol.sources.end(),
                                 [&](const protocol::Source& s) { return s.id == source_id; });
    if (at != protocol.sources.end()) return &*at;
  }
  return nullptr;
}

StructureNumbers structure_numbers(const std::optional<dvh::Dvh>& dvh, const std::string& reason) {
  StructureNumbers numbers;
  numbers.reason = reason;
  if (!dvh) {
    require(!reason.empty(), "a structure without a dvh and without a reason");
    return numbers;
  }
  numbers.volume_cc = dvh->volume().value();
  numbers.uncovered_cc = dvh->uncovered().value();
  const MetricValue mean = whole_structure(MetricKind::Mean, *dvh);
  numbers.mean_gy = mean.value;
  numbers.min_gy = whole_structure(MetricKind::Min, *dvh).value;
  numbers.max_gy = whole_structure(MetricKind::Max, *dvh).value;
  numbers.covered = {dvh->covered().value(), gy(dvh->mean()), gy(dvh->minimum()),
                     gy(dvh->maximum())};
  if (numbers.reason.empty()) numbers.reason = shown_reason(mean);
  return numbers;
}

Gy curve_bin(const dvh::Dvh& dvh) {
  constexpr double kUsualBinGy = 0.01;
  constexpr double kMostBins = 100000.0;
  double bin_gy = kUsualBinGy;
  const double highest_gy = dvh.maximum() ? dvh.maximum()->value() : 0.0;
  while (highest_gy / bin_gy > kMostBins) bin_gy *= 10.0;
  return Gy(bin_gy);
}

std::string headroom_text(const evaluation::Headroom& headroom, evaluation::Verdict now) {
  if (!headroom.reason.empty()) return {};
  std::string text;
  if (headroom.up) text = step_text(*headroom.up, now, true);
  if (headroom.down) {
    text += (text.empty() ? "" : "; ") + step_text(*headroom.down, now, false);
  }
  if (!text.empty()) return text;
  return fmt::format("{} from x{} to x{}", to_text(now), shortest(evaluation::kLowestScale),
                     shortest(evaluation::kHighestScale));
}

std::string one_line(std::string_view text) {
  std::string line;
  bool blank = false;
  for (const char c : trim(text)) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!is_blank) line += c;
    if (is_blank && !blank) line += ' ';
    blank = is_blank;
  }
  return printable(line);
}

}  // namespace dosegate::report
