#include "check_result.h"

#include <algorithm>
#include <array>

#include "failure.h"

namespace orthanc_dosegate {
namespace {

using Json = nlohmann::json;

const std::string kAliases = "--aliases=";
// From the worst on. A failure outranks what is unknown, that outranks a variation.
constexpr std::array kVerdicts = {"FAIL", "UNKNOWN", "VARIATION", "PASS"};

// Whatever is not known to pass does not pass.
std::size_t rank_of(const std::string& verdict) {
  const auto found = std::find(kVerdicts.begin(), kVerdicts.end(), verdict);
  return found == kVerdicts.end() ? 1 : static_cast<std::size_t>(found - kVerdicts.begin());
}

Json texts_of(const Json& in, std::initializer_list<const char*> names) {
  Json out;
  for (const char* name : names) out[name] = in.at(name).get<std::string>();
  return out;
}

Json made_with_of(const Json& one, const std::vector<std::string>& arguments) {
  Json made = {{"protocols", Json::array()}, {"aliases", nullptr}};
  const Json& software = one.at("software");
  made["software"] =
      software.at("name").get<std::string>() + " " + software.at("version").get<std::string>();
  for (const Json& protocol : one.at("protocols")) {
    made["protocols"].push_back(texts_of(protocol, {"id", "version", "sha256", "origin"}));
  }
  for (const std::string& argument : arguments) {
    if (argument.rfind(kAliases, 0) != 0) continue;
    const Json& inputs = one.at("inputs");
    const auto found = std::find_if(inputs.begin(), inputs.end(), [&](const Json& input) {
      return kAliases + input.at("path").get<std::string>() == argument;
    });
    if (found == inputs.end()) throw Failure("The check's result does not name the alias file.");
    made["aliases"] = texts_of(*found, {"path", "sha256"});
  }
  return made;
}

CheckResult parse(const std::string& text, const std::vector<std::string>& arguments) {
  const Json whole = Json::parse(text);
  CheckResult result{"", Json::array(), nullptr};
  std::size_t worst = kVerdicts.size();
  for (const Json& one : whole.is_array() ? whole : Json::array({whole})) {
    Json plan = texts_of(one.at("plan"), {"plan_label", "plan_uid"});
    plan["verdict"] = one.at("verdict").get<std::string>();
    plan["reason"] = one.at("verdict_reason").get<std::string>();
    worst = std::min(worst, rank_of(plan["verdict"]));
    const Json made = made_with_of(one, arguments);
    if (!result.plans.empty() && made != result.made_with) {
      throw Failure("The check held its plans against different things.");
    }
    result.made_with = made;
    result.plans.push_back(std::move(plan));
  }
  if (worst < kVerdicts.size()) result.verdict = kVerdicts[worst];
  return result;
}

}  // namespace

CheckResult read_result(const std::string& text, const std::vector<std::string>& arguments) {
  try {
    return parse(text, arguments);
  } catch (const Json::exception&) {
    throw Failure("The check wrote no result that can be read.");
  }
}

}  // namespace orthanc_dosegate
