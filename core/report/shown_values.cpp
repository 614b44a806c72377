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

// What lies on a decimal but for the last bits (55 Gy as 55.00000000000001) is that decimal.
double rounded(double value, int decimals, bool down) {
  constexpr double kLastBits = 1e-6;  // of the last decimal: far below what headroom is exact to
  const double unit = std::pow(10.0, decimals);
  const double nearest = std::round(value * unit);
  if (std::abs(value * unit - nearest) < kLastBits) return nearest / unit;
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

std::string change_text(const evaluation::HeadroomChange& change, evaluation::Verdict beyond) {
  if (change.verdict == evaluation::Verdict::NotApplicable) return change.id + " no longer applies";
  if (change.verdict == beyond) return change.id;
  return fmt::format("{} {}", change.id, to_text(change.verdict));
}

std::string step_text(const evaluation::HeadroomStep& step, evaluation::Verdict now, bool up) {
  // A worse verdict is told to begin too early, a better one too late.
  const bool better = goodness(step.beyond) > goodness(now);
  const bool floor = up != better;
  std::string text = fmt::format("{} {} to x{}", to_text(now), up ? "up" : "down",
                                 fixed(rounded(step.factor, 3, floor), 3));
  if (step.prescription_gy) {
    text += fmt::format(" ({} Gy)", fixed(rounded(*step.prescription_gy, 2, floor), 2));
  }
  text += step.beyond == evaluation::Verdict::NotApplicable
              ? std::string(", then it no longer applies")
              : fmt::format(", then {}", to_text(step.beyond));
  std::string changing;
  for (const evaluation::HeadroomChange& change : step.changing) {
    changing += (changing.empty() ? "" : ", ") + change_text(change, step.beyond);
  }
  return changing.empty() ? text : text + " (" + changing + ")";
}

std::string pass_text(const evaluation::HeadroomSpan& span) {
  std::string text = fmt::format("PASS from x{} to x{}", fixed(rounded(span.from, 3, false), 3),
                                 fixed(rounded(span.to, 3, true), 3));
  if (span.prescription_from_gy && span.prescription_to_gy) {
    text += fmt::format(" ({} to {} Gy)", fixed(rounded(*span.prescription_from_gy, 2, false), 2),
                        fixed(rounded(*span.prescription_to_gy, 2, true), 2));
  }
  return text;
}

std::string cut(std::string_view text, std::size_t longest) {
  std::string shown = printable(text);
  if (shown.size() <= longest) return shown;
  const std::size_t whole = shown.size();
  std::size_t end = longest;
  // Not within a character: bytes 10xxxxxx go on with one.
  while (end > 0 && (static_cast<unsigned char>(shown[end]) & 0xC0U) == 0x80U) --end;
  shown.resize(end);
  return fmt::format("{}... [cut, {} bytes]", shown, whole);
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
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (headroom.up) add(step_text(*headroom.up, now, true));
  if (headroom.down) add(step_text(*headroom.down, now, false));
  if (headroom.pass) add(pass_text(*headroom.pass));
  if (!text.empty()) return text;
  return fmt::format("{} from x{} to x{}", to_text(now), shortest(evaluation::kLowestScale),
                     shortest(evaluation::kHighestScale));
}

std::string shown_name(std::string_view name) {
  return cut(name, kLongestName);
}

std::string shown_sentence(std::string_view sentence) {
  return cut(sentence, kLongestSentence);
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
