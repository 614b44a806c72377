#include "expected_rules.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

namespace dosegate::samples {
namespace {

constexpr double kSafeDose = 0.3;     // Gy
constexpr double kSafeVolume = 10.0;  // cc
// A volume limit that small (V32Gy < 10 cc) can only be kept clear of by less.
constexpr double kSafeSmallVolume = 2.0;  // cc

void require_clear(const char* rule, double value, double limit, double distance) {
  if (std::abs(value - limit) < distance) {
    throw std::runtime_error(
        fmt::format("{}: {:.3f} is too near the limit {} for a sample", rule, value, limit));
  }
}

/// A rule of the form value <= limit.
std::string at_most(const char* rule, double value, double limit) {
  require_clear(rule, value, limit, kSafeDose);
  return value <= limit ? "PASS" : "FAIL";
}

/// Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300.
ExpectedRule liver_rule(const NumbersByName& numbers) {
  const std::string mean_branch = "Mean[Gy] <= 18 | 20";
  const std::string cold_branch = "CV5Gy[cc] >= 300";
  const auto found = numbers.find(kLiverMinusGtv);
  if (found == numbers.end()) {
    return {"", "UNKNOWN", "", false};
  }
  const double mean = drawn_value(found->second, "mean_gy");
  const double cold = drawn_value(found->second, "CV5Gy[cc]");
  require_clear("liver", mean, 18.0, kSafeDose);
  require_clear("liver", mean, 20.0, kSafeDose);
  require_clear("liver", cold, 300.0, kSafeVolume);
  if (mean <= 18.0) {
    // Where both branches pass equally well, the truth does not say which one is to be named.
    if (cold >= 300.0) {
      return {"", "PASS", "", false};
    }
    return {"", "PASS", mean_branch, false};
  }
  if (cold >= 300.0) {
    return {"", "PASS", cold_branch, false};
  }
  if (mean <= 20.0) {
    return {"", "VARIATION", mean_branch, false};
  }
  return {"", "FAIL", "", false};
}

ExpectedRule not_applicable(const std::string& id, bool required) {
  return {id, "NOT_APPLICABLE", "", required};
}

}  // namespace

double bed10_gy(double dose_gy, int fractions) {
  return dose_gy * (1.0 + dose_gy / fractions / 10.0);
}

double eqd2_gy(double dose_gy, int fractions) {
  return bed10_gy(dose_gy, fractions) / 1.2;
}

std::vector<ExpectedRule> expected_rules(const SamplePlan& plan, const NumbersByName& numbers) {
  const auto max_of = [&](const char* roi) { return drawn_value(numbers.at(roi), "max_gy"); };
  const bool conventional = plan.fractions >= 20 && plan.fractions <= 30;
  const bool five = plan.fractions == 5;
  std::vector<ExpectedRule> rules;

  ExpectedRule liver = liver_rule(numbers);
  liver.id = conventional ? "liver" : "liver-other-fx";
  liver.required = conventional;
  rules.push_back(liver);
  rules.push_back(not_applicable(conventional ? "liver-other-fx" : "liver", !conventional));

  const double bowel = max_of("Bowel_Small");
  const double colon = max_of("Colon");
  if (five) {
    rules.push_back({"bowel-small", at_most("bowel-small", bowel, 35.0), "", true});
    rules.push_back({"colon", at_most("colon", colon, 33.0), "", true});
    rules.push_back(not_applicable("bowel-small-isoeffective", false));
    rules.push_back(not_applicable("colon-isoeffective", false));
  } else {
    rules.push_back(not_applicable("bowel-small", true));
    rules.push_back(not_applicable("colon", true));
    // EQD2 rises with the dose, so the largest EQD2 is that of the largest dose.
    const double bowel_eqd2 = eqd2_gy(bowel, plan.fractions);
    const double colon_eqd2 = eqd2_gy(colon, plan.fractions);
    rules.push_back({"bowel-small-isoeffective",
                     at_most("bowel-small-isoeffective", bowel_eqd2, 49.58), "", false});
    rules.push_back(
        {"colon-isoeffective", at_most("colon-isoeffective", colon_eqd2, 45.65), "", false});
  }
  rules.push_back(
      {"esophagus-max", at_most("esophagus-max", max_of("Esophagus"), 33.0), "", false});
  const double v32 = drawn_value(numbers.at("Esophagus"), "V32Gy[cc]");
  require_clear("esophagus-v32", v32, 10.0, kSafeSmallVolume);
  rules.push_back({"esophagus-v32", v32 < 10.0 ? "PASS" : "FAIL", "", false});
  return rules;
}

std::string plan_verdict(const std::vector<ExpectedRule>& rules) {
  for (const char* worst : {"FAIL", "UNKNOWN", "VARIATION", "PASS"}) {
    for (const auto& rule : rules) {
      if (rule.required && rule.verdict == worst) {
        return worst;
      }
    }
  }
  return "UNKNOWN";
}

int exit_code(const std::string& verdict) {
  static const std::map<std::string, int> codes{
      {"PASS", 0}, {"FAIL", 1}, {"UNKNOWN", 2}, {"VARIATION", 3}};
  return codes.at(verdict);
}

}  // namespace dosegate::samples
