#include "report/junit.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/html_parts.h"
#include "report/report_content.h"

namespace dosegate::report {
namespace {

using evaluation::Verdict;

// XML 1.0 has no U+FFFE and U+FFFF, which printable() lets through; the rest it forbids is gone by then.
std::string xml(std::string_view text) {
  std::string safe = html::escaped(text);
  for (const std::string_view forbidden : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (auto at = safe.find(forbidden); at != std::string::npos; at = safe.find(forbidden, at)) {
      safe.replace(at, forbidden.size(), "\xEF\xBF\xBD");
    }
  }
  return safe;
}

enum class Weight { Decides, Flags };

class Suite {
 public:
  void add(const std::string& owner, const std::string& title, Verdict verdict, Weight weight,
           const std::string& message) {
    ++tests_;
    const std::string start = fmt::format("    <testcase classname=\"{}\" name=\"{}\" time=\"0\"",
                                          xml(owner), xml(title));
    const bool decides = weight == Weight::Decides;
    if (verdict == Verdict::Pass) {
      cases_ += start + "/>\n";
    } else if (verdict == Verdict::NotApplicable || !decides) {
      ++skipped_;
      const std::string flag = decides || verdict == Verdict::NotApplicable ? "" : "advisory, ";
      cases_ += fmt::format("{}><skipped message=\"{}{}: {}\"/></testcase>\n", start, flag,
                            to_text(verdict), xml(message));
    } else {
      const bool unknown = verdict == Verdict::Unknown;
      ++(unknown ? errors_ : failures_);
      cases_ += fmt::format("{}><{} type=\"{}\" message=\"{}\"/></testcase>\n", start,
                            unknown ? "error" : "failure", to_text(verdict), xml(message));
    }
  }
  [[nodiscard]] std::string text(const ReportContent& content) const {
    return fmt::format(
        "  <testsuite name=\"plan {}, patient {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
        "skipped=\"{}\" time=\"0\">\n{}  </testsuite>\n",
        xml(content.plan_label), xml(content.patient_id), tests_, failures_, errors_, skipped_,
        cases_);
  }

 private:
  std::string cases_;
  int tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
};

Weight weight_of(const std::string& level) {
  return level == protocol::to_text(protocol::Level::Required) ? Weight::Decides : Weight::Flags;
}

std::string message_of(const ShownRule& rule) {
  std::string message;
  if (!rule.tests.empty()) {
    const ShownTest& test = rule.tests[rule.shown];
    message = fmt::format("{} {}, goal {}", test.metric, test.value, test.goal);
    if (!test.variation.empty()) message += ", variation " + test.variation;
    message += ". ";
  }
  return message + rule.reason;
}

}  // namespace

std::string to_junit(const evaluation::Evaluation& evaluation) {
  const ReportContent content = verdict_content(evaluation);
  Suite suite;
  // That nothing required applies is no reason to skip the plan.
  const Verdict verdict =
      content.verdict == Verdict::NotApplicable ? Verdict::Unknown : content.verdict;
  suite.add("plan", "verdict", verdict, Weight::Decides,
            content.verdict_sentence + " " + content.verdict_reason);
  for (const RuleGroup& group : content.rule_groups) {
    for (const ShownRule& rule : group.rules) {
      suite.add(rule.protocol, rule.id + ": " + rule.label, rule.verdict, weight_of(rule.level),
                message_of(rule));
    }
  }
  for (const ShownCheck& check : content.plan_checks) {
    suite.add(check.protocol, check.id + ": " + check.label, check.verdict, weight_of(check.level),
              check.reason);
  }
  for (const ShownNotApplicable& one : content.not_applicable) {
    suite.add(one.protocol, one.id + ": " + one.label, Verdict::NotApplicable, Weight::Decides,
              one.reason);
  }
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dosegate\">\n" +
         suite.text(content) + "</testsuites>\n";
}

}  // namespace dosegate::report
