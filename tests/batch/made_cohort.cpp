#include "batch/made_cohort.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace dosegate::batch {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): the same numbers with every standard library.
class Lots {
 public:
  explicit Lots(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31U);
  }
  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  std::size_t below(std::size_t end) { return next() % end; }
  [[nodiscard]] bool happens(double probability) { return unit() < probability; }
  double normal(double mean, double deviation) {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
    return mean + deviation * radius * std::cos(2.0 * std::numbers::pi * unit());
  }

 private:
  std::uint64_t state_;
};

struct Made {
  const char *protocol, *id, *label, *level, *structure, *metric, *unit, *comparator;
  double goal;
  std::optional<double> variation;
  double mean, deviation;
};

const std::vector<Made>& rules() {
  static const std::vector<Made> all = {
      {"hcc-rt-ici", "liver", "Normal liver", "required", "Liver - GTV*", "Mean[Gy]", "Gy",
       "<=", 18, 20, 16.4, 1.6},
      {"hcc-rt-ici",
       "bowel-small",
       "Small bowel, 5 fractions",
       "required",
       "Bowel_Small",
       "Max[Gy]",
       "Gy",
       "<=",
       35,
       {},
       24,
       6},
      {"hcc-rt-ici",
       "colon",
       "Colon, 5 fractions",
       "required",
       "Colon",
       "Max[Gy]",
       "Gy",
       "<=",
       33,
       {},
       22,
       6},
      {"hcc-rt-ici", "ptv", "PTV coverage", "required", "PTV", "V95%[%]", "%", ">=", 95, 90, 97.2,
       1.4},
      {"hcc-rt-ici",
       "stomach",
       "Stomach",
       "advisory",
       "Stomach",
       "D0.5cc[Gy]",
       "Gy",
       "<=",
       45,
       {},
       31,
       7},
      {"quantec-conventional", "cord", "Spinal cord", "required", "SpinalCord", "D0.03cc[Gy]", "Gy",
       "<=", 45, 50, 21, 9},
      {"quantec-conventional", "kidneys", "Both kidneys", "advisory", "Kidney_L + Kidney_R",
       "Mean[Gy]", "Gy", "<=", 15, 18, 7, 3},
      {"quantec-conventional",
       "heart",
       "Heart",
       "advisory",
       "Heart",
       "V25Gy[%]",
       "%",
       "<",
       10,
       {},
       2.5,
       1.5},
      {"quantec-conventional", "conformity", "Conformity", "advisory", "PTV",
       "CI(Dref=95%,in=Body)", "", "<=", 1.2, 1.5, 1.12, 0.08},
  };
  return all;
}

bool held(double value, const std::string& comparator, double limit) {
  if (comparator == "<=") return value <= limit;
  if (comparator == "<") return value < limit;
  return value >= limit;
}

CohortRule rule_of(const Made& made, Lots& lots) {
  CohortRule rule;
  rule.protocol = made.protocol;
  rule.id = made.id;
  rule.label = made.label;
  rule.level = made.level;
  rule.structure = made.structure;
  rule.source = "a paper";
  if (lots.happens(0.04)) {
    rule.verdict = "UNKNOWN";
    rule.reason = "no structure of this name";
    return rule;
  }
  rule.roi = made.structure;
  rule.metric = made.metric;
  rule.unit = made.unit;
  rule.comparator = made.comparator;
  rule.goal = made.goal;
  rule.variation = made.variation;
  if (lots.happens(0.01)) {
    rule.verdict = "UNKNOWN";
    rule.reason = "part of the structure has no dose";
    if (lots.happens(0.3)) rule.value = std::numeric_limits<double>::quiet_NaN();
    return rule;
  }
  double value = std::max(0.0, lots.normal(made.mean, made.deviation));
  if (rule.unit == "%") value = std::min(value, 100.0);
  if (lots.happens(0.004)) value = std::max(made.mean, 1.0) * (rule.unit == "%" ? 0.4 : 3.1);
  if (lots.happens(0.002)) value = made.goal;
  rule.value = value;
  rule.low = value * 0.99;
  rule.high = value * 1.01;
  rule.borderline = *rule.low < made.goal && made.goal < *rule.high;
  const bool goal = held(value, rule.comparator, made.goal);
  const bool variation = made.variation && held(value, rule.comparator, *made.variation);
  rule.verdict = goal ? "PASS" : variation ? "VARIATION" : "FAIL";
  if (!goal) rule.reason = "beyond the goal";
  return rule;
}

CohortRule not_applicable(const Made& made) {
  CohortRule rule;
  rule.protocol = made.protocol;
  rule.id = made.id;
  rule.label = made.label;
  rule.level = made.level;
  rule.verdict = "NOT_APPLICABLE";
  rule.reason = "no limit for this fractionation";
  return rule;
}

// The rule's other branch: at least 300 cc of the liver receive less than 5 Gy.
void take_other_branch(CohortRule& rule, Lots& lots) {
  const double value_cc = std::max(0.0, lots.normal(620, 170));
  rule.metric = "CV5Gy[cc]";
  rule.unit = "cc";
  rule.comparator = ">=";
  rule.goal = 300;
  rule.variation.reset();
  rule.value = value_cc;
  rule.borderline = false;
  rule.verdict = value_cc >= 300 ? "PASS" : "FAIL";
}

CohortRule plan_check(const char* id, const char* label, std::string verdict) {
  CohortRule rule;
  rule.kind = CohortRule::Kind::PlanCheck;
  rule.protocol = "hcc-rt-ici";
  rule.id = id;
  rule.label = label;
  rule.level = "advisory";
  rule.verdict = std::move(verdict);
  if (rule.verdict != "PASS") rule.reason = "outside of the cohort's range";
  return rule;
}

void add_rules(CohortPlan& plan, std::size_t index, Lots& lots) {
  const bool five = plan.fractions && *plan.fractions == 5;
  for (const Made& made : rules()) {
    const std::string id = made.id;
    const bool asks_five = id == "bowel-small" || id == "colon";
    if (asks_five != five && (asks_five || id == "stomach")) {
      plan.rules.push_back(not_applicable(made));
      continue;
    }
    plan.rules.push_back(rule_of(made, lots));
    if (id == "liver" && plan.rules.back().value && lots.happens(0.25))
      take_other_branch(plan.rules.back(), lots);
  }
  Made same{"quantec-conventional",
            "couch",
            "Couch offset",
            "advisory",
            "Couch",
            "Min[Gy]",
            "Gy",
            "<=",
            1,
            {},
            0,
            0};
  plan.rules.push_back(rule_of(same, lots));
  if (plan.rules.back().value) plan.rules.back().value = index % 97 == 0 ? 0.25 : 0.0;
  Made few{"quantec-conventional",
           "rare",
           "Optic chiasm",
           "required",
           "OpticChiasm",
           "Max[Gy]",
           "Gy",
           "<=",
           54,
           {},
           20,
           9};
  plan.rules.push_back(index > 0 && index < 8 ? rule_of(few, lots) : not_applicable(few));
  CohortRule never = not_applicable(few);
  never.id = "never-drawn";
  never.label = "Rule <b>without</b> any structure";
  never.level = "advisory";
  never.verdict = "UNKNOWN";
  never.reason = "no structure of this name";
  plan.rules.push_back(never);
  plan.rules.push_back(
      plan_check("course", "Course of treatment", lots.happens(0.9) ? "PASS" : "FAIL"));
  plan.rules.push_back(plan_check("margins", "Margins", lots.happens(0.8) ? "PASS" : "UNKNOWN"));
}

std::string worst_required(const CohortPlan& plan) {
  for (const char* verdict : {"FAIL", "UNKNOWN", "VARIATION"}) {
    for (const CohortRule& rule : plan.rules) {
      if (rule.level == "required" && rule.verdict == verdict) return verdict;
    }
  }
  return "PASS";
}

void add_treatment(CohortPlan& plan, Lots& lots) {
  if (lots.happens(0.03)) return;
  const bool five = lots.happens(0.3);
  const int fractions = five ? 5 : 20 + static_cast<int>(lots.below(11));
  const double total_gy = five ? 25.0 + 5.0 * static_cast<double>(lots.below(6))
                               : 50.0 + static_cast<double>(lots.below(16));
  plan.fractions = fractions;
  plan.prescription_gy = total_gy;
  plan.bed_gy = total_gy * (1.0 + total_gy / fractions / 10.0);
  plan.eqd2_gy = *plan.bed_gy / 1.2;
}

std::string date_of(Lots& lots) {
  if (lots.happens(0.02)) return {};
  if (lots.happens(0.01)) return "20231341";
  const auto year = 2023 + lots.below(3), month = 1 + lots.below(12), day = 1 + lots.below(28);
  return fmt::format("{:04}{:02}{:02}", year, month, day);
}

void add_findings(CohortPlan& plan, Lots& lots) {
  for (const char* code :
       {"dose-grid-coarse", "tps-dvh-differs", "roi-open-contour", "prescription-contradicts"}) {
    if (lots.happens(0.12)) plan.findings.push_back({code, "warning", "something odd", "RTDOSE"});
  }
}

CohortPlan made_plan(std::size_t index, Lots& lots) {
  CohortPlan plan;
  plan.key = fmt::format("1.2.826.0.1.3680043.10.{:06}", index);
  plan.plan_uid = plan.key;
  plan.patient_id = fmt::format("HCC-{:05}", lots.below(99999));
  plan.plan_label = fmt::format("Liver {}", 1 + lots.below(4));
  plan.plan_date = date_of(lots);
  if (lots.happens(0.015)) {
    plan.status = CohortPlan::Status::Refused;
    plan.reason =
        "RTDOSE: dose units are RELATIVE; a relative dose cannot be held against limits in Gy "
        "(plan.dcm)";
    return plan;
  }
  if (lots.happens(0.008)) {
    plan.status = CohortPlan::Status::Unreadable;
    plan.patient_id = plan.plan_label = plan.plan_uid = plan.plan_date = "";
    plan.key = fmt::format("archive/2024/{:06}/broken file #{}.dcm", index, index);
    plan.reason = "the file ends within a data element (7FE0,0010); copy it anew";
    return plan;
  }
  plan.status = CohortPlan::Status::Checked;
  plan.site = lots.happens(0.7) ? "hepatic" : lots.happens(0.6) ? "other" : "";
  plan.protocols = index % 5 == 0 ? "hcc-rt-ici 1.0, quantec-conventional 1.0"
                                  : "hcc-rt-ici 1.1, quantec-conventional 1.0";
  add_treatment(plan, lots);
  add_rules(plan, index, lots);
  add_findings(plan, lots);
  plan.verdict = worst_required(plan);
  if (plan.verdict != "PASS") plan.reason = "a required rule is not met";
  plan.folder = fmt::format("plans/{}_Liver_{:012x}", plan.patient_id, lots.next() >> 16U);
  plan.reports = {"result.json", "report.html"};
  if (index % 2 == 0) plan.reports.emplace_back("report.pdf");
  return plan;
}

void name_hostile(std::vector<CohortPlan>& plans) {
  // Far enough apart that none meets another.
  for (std::size_t i = 0; i < hostile_names().size() && 10 + i * 7 < plans.size(); ++i) {
    const std::string& name = hostile_names()[i];
    CohortPlan& plan = plans[10 + i * 7];
    plan.patient_id = plan.plan_label = plan.site = plan.reason = name;
    if (plan.status != CohortPlan::Status::Checked) continue;
    plan.folder = i % 2 == 0 ? "plans/" + name : name;
    plan.reports = {name, "report.html", "javascript:document.title='bad'.html"};
    plan.protocols += ", " + name;
    plan.findings.push_back({name, "warning", name, name});
    plan.rules[0].label = plan.rules[0].structure = plan.rules[0].reason = plan.rules[0].branch =
        name;
    CohortRule own = plan.rules[0];
    own.protocol = own.id = own.level = own.metric = own.unit = own.comparator = name;
    own.value = 1.0, own.goal = 2.0, own.variation = 3.0;
    own.verdict = name;  // no verdict at all: it must not pass
    plan.rules.push_back(own);
  }
}

}  // namespace

const std::vector<std::string>& hostile_names() {
  static const std::vector<std::string> names = {
      "<script>document.title='bad'</script>",
      "</script><img src=x onerror=\"document.title='bad'\">",
      "\"><svg onload=document.title='bad'>",
      "javascript:document.title='bad'//",
      "<!--<script>",
      "'-alert(1)-'&quot;&#60;b&#62;",
      "\xE2\x80\xAEtxt.exe \xF0\x9F\x92\x89 M\xC3\xBCller^J\xC3\xB6rg",
      std::string("a\0b\x1B[2J\x07\r\n\xFF\xFE\x80", 13),
      "../../etc/passwd?x=1#y",
      "%2e%2e%2f%00",
  };
  return names;
}

Cohort made_cohort(std::size_t count, std::uint64_t seed, Names names) {
  Lots lots(seed);
  Cohort cohort;
  cohort.software_version = "0.1.0";
  for (std::size_t i = 0; i < count; ++i) cohort.plans.push_back(made_plan(i, lots));
  if (names == Names::Hostile) name_hostile(cohort.plans);
  std::sort(cohort.plans.begin(), cohort.plans.end(),
            [](const CohortPlan& a, const CohortPlan& b) { return a.key < b.key; });
  return cohort;
}

}  // namespace dosegate::batch
