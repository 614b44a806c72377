// write_cohort_page COUNT SEED usual|hostile PAGE TRUTH: the page of a made cohort, and the same cohort as plain JSON, so that what the
// page says can be counted again by other means.
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/text.h"
#include "batch/cohort_page.h"
#include "batch/made_cohort.h"

namespace {

using dosegate::batch::CohortPlan;
using dosegate::batch::CohortRule;
using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);  // what is not finite is written as null
}

Json rule_json(const CohortRule& rule) {
  return {{"kind", rule.kind == CohortRule::Kind::Rule ? "rule" : "check"},
          {"protocol", rule.protocol},
          {"id", rule.id},
          {"level", rule.level},
          {"verdict", rule.verdict},
          {"borderline", rule.borderline},
          {"metric", rule.metric},
          {"unit", rule.unit},
          {"value", number(rule.value)}};
}

Json plan_json(const CohortPlan& plan) {
  const char* status = plan.status == CohortPlan::Status::Checked   ? "CHECKED"
                       : plan.status == CohortPlan::Status::Refused ? "REFUSED"
                                                                    : "UNREADABLE";
  Json json = {{"status", status},
               {"verdict", plan.verdict},
               {"key", plan.key},
               {"patient", plan.patient_id},
               {"label", plan.plan_label},
               {"date", plan.plan_date},
               {"site", plan.site},
               {"fractions", plan.fractions ? Json(*plan.fractions) : Json(nullptr)},
               {"prescription_gy", number(plan.prescription_gy)},
               {"bed_gy", number(plan.bed_gy)},
               {"eqd2_gy", number(plan.eqd2_gy)},
               {"folder", plan.folder},
               {"reports", plan.reports},
               {"reason", plan.reason},
               {"codes", Json::array()},
               {"rules", Json::array()}};
  for (const auto& finding : plan.findings) json["codes"].push_back(finding.code);
  for (const CohortRule& rule : plan.rules) json["rules"].push_back(rule_json(rule));
  return json;
}

bool write(const char* path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  return static_cast<bool>(file.flush());
}

}  // namespace

int main(int argc, char** argv) {
  const auto count = argc == 6 ? dosegate::parse_integer(argv[1]) : std::nullopt;
  const auto seed = argc == 6 ? dosegate::parse_integer(argv[2]) : std::nullopt;
  if (!count || *count < 0 || !seed || *seed < 0) {
    std::cerr << "write_cohort_page COUNT SEED usual|hostile PAGE TRUTH\n";
    return 64;
  }
  const auto cohort = dosegate::batch::made_cohort(
      static_cast<std::size_t>(*count), static_cast<std::uint64_t>(*seed),
      std::string_view(argv[3]) == "hostile" ? dosegate::batch::Names::Hostile
                                             : dosegate::batch::Names::Usual);
  Json truth = Json::array();
  for (const CohortPlan& plan : cohort.plans) truth.push_back(plan_json(plan));
  const bool written = write(argv[4], dosegate::batch::cohort_page(cohort)) &&
                       write(argv[5], truth.dump(-1, ' ', false, Json::error_handler_t::replace));
  return written ? 0 : 65;
}
