#include "expected_truth.h"

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "expected_rules.h"
#include "truth_numbers.h"

namespace dosegate::samples {
namespace {

using Json = nlohmann::ordered_json;

/// As many decimals as mean anything beside the tolerances, so that the file can be read and
/// compared.
double six_decimals(double value) {
  return std::round(value * 1e6) / 1e6;
}

Json json_of(const std::vector<TruthNumber>& numbers) {
  Json object;
  for (const auto& number : numbers) {
    object[number.name] = {{"drawn", six_decimals(number.drawn)},
                           {"tolerance", six_decimals(number.tolerance)},
                           {"uncertainty", six_decimals(number.uncertainty)},
                           {"ideal", std::round(number.ideal * 1e4) / 1e4}};
  }
  return object;
}

Json json_of(const std::vector<ExpectedRule>& rules) {
  Json object;
  for (const auto& rule : rules) {
    Json entry{{"verdict", rule.verdict}, {"level", rule.required ? "required" : "advisory"}};
    if (!rule.branch.empty()) {
      entry["branch"] = rule.branch;
    }
    object[rule.id] = entry;
  }
  return object;
}

const DrawnRoi& roi_named(const std::vector<DrawnRoi>& rois, const std::string& name) {
  for (const auto& drawn : rois) {
    if (drawn.roi.name == name) {
      return drawn;
    }
  }
  throw std::runtime_error("no ROI is named " + name);
}

std::vector<const DrawnRoi*> gtvs_of(const std::vector<DrawnRoi>& rois) {
  std::vector<const DrawnRoi*> gtvs;
  for (const auto& drawn : rois) {
    if (drawn.roi.name.rfind("GTV", 0) == 0) {
      gtvs.push_back(&drawn);
    }
  }
  return gtvs;
}

NumbersByName all_numbers(const SamplePlan& plan, const std::vector<DrawnRoi>& rois,
                          const StoredDose& dose) {
  NumbersByName numbers;
  for (const auto& drawn : rois) {
    TruthRequest request{drawn.roi.name, &drawn, {}, {}, {}, {95.0, 50.0, 2.0}};
    if (drawn.roi.name == "Esophagus") {
      request.volumes_at_gy = {32.0};
    }
    numbers[drawn.roi.name] = truth_numbers(request, plan, dose);
  }
  if (const auto gtvs = gtvs_of(rois); !gtvs.empty()) {
    const TruthRequest request{kLiverMinusGtv, &roi_named(rois, "Liver"), gtvs, {5.0},
                               {5.0},          {95.0, 50.0, 2.0}};
    numbers[kLiverMinusGtv] = truth_numbers(request, plan, dose);
  }
  return numbers;
}

}  // namespace

void write_expected(const std::filesystem::path& file, const SamplePlan& plan,
                    const std::vector<DrawnRoi>& rois, const StoredDose& dose) {
  const auto numbers = all_numbers(plan, rois, dose);
  const auto rules = expected_rules(plan, numbers);
  const auto verdict = plan_verdict(rules);
  Json expected;
  expected["verdict"] = verdict;
  expected["exit_code"] = exit_code(verdict);
  expected["fractions"] = plan.fractions;
  expected["prescription_gy"] = plan.prescription_gy;
  expected["bed10_gy"] = six_decimals(bed10_gy(plan.prescription_gy, plan.fractions));
  expected["eqd2_gy"] = six_decimals(eqd2_gy(plan.prescription_gy, plan.fractions));
  expected["rules"] = json_of(rules);
  expected["derived"] = Json::object();
  if (const auto found = numbers.find(kLiverMinusGtv); found != numbers.end()) {
    expected["derived"][kLiverMinusGtv] = json_of(found->second);
  }
  for (const auto& drawn : rois) {
    expected["structures"][drawn.roi.name] = json_of(numbers.at(drawn.roi.name));
  }
  std::ofstream stream(file, std::ios::binary);
  stream << expected.dump(2) << '\n';
  if (!stream) {
    throw std::runtime_error("cannot write " + file.string());
  }
}

}  // namespace dosegate::samples
