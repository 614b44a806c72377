// What the user asks for: maps, options, several protocols, stopping. Whatever does nothing or
// makes no sense is refused, and several protocols never hide each other's verdicts.
#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <set>

#include "evaluation/evaluate.h"
#include "evaluation/rule_names.h"
#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::Case;

TEST(EvaluateOptions, RefusesMapsThatDoNothing) {
  const Case c = standard(1);
  for (const char* entry : {"Lever=Liver", "GTV=GTV", "liver=Liver", "Stomach=Liver"}) {
    EXPECT_EQ(refusal(c, hcc(), with_map({entry})), ErrorCode::OptionInvalid) << entry;
  }
  for (const char* entry : {"Liver=Leber", "Liver=#77", "GTV*=Tumour", "Liver-GTV=gone",
                            "Colon=gone", "Esophagus=gone"}) {
    const auto result = evaluate(c, hcc(), with_map({entry}));
    ASSERT_FALSE(result.has_value()) << entry;
    EXPECT_EQ(result.error().code, ErrorCode::OptionInvalid) << entry;
    EXPECT_TRUE(says(result.error().text, "not in the structure set")) << result.error().text;
  }
  EXPECT_EQ(refusal(c, hcc(), with_map({"GTV*=GTV", "GTV*=gone"})), ErrorCode::OptionInvalid);
}

TEST(EvaluateOptions, FollowsAMapToWhateverTheUserNames) {
  Roi other = liver();
  other.name = "Leber";
  const Case c = make_case({other, gtv()}, uniform(1));
  expect_unknown(c, "Liver");
  for (const char* entry : {"Liver=Leber", "Liver=#1"}) {
    const Evaluation e = evaluated(c, hcc(), with_map({entry}));
    EXPECT_EQ(e.verdict, Verdict::Pass) << entry;
    EXPECT_TRUE(says(rule(e, "liver").reason, "map")) << rule(e, "liver").reason;
  }
}

TEST(EvaluateOptions, TakesTheSitesOwnNamesAndSaysSo) {
  Roi other = liver();
  other.name = "Leber";
  const Case c = make_case({other, gtv()}, uniform(1));
  expect_unknown(c, "Liver");
  EvaluationOptions options;
  options.map.set_site_aliases(
      protocol::parse_site_aliases("aliases: {Liver: [Leber]}", "site.yaml").value());
  const Evaluation e = evaluated(c, hcc(), options);
  EXPECT_EQ(e.verdict, Verdict::Pass);
  EXPECT_TRUE(says(rule(e, "liver").reason, "the site's alias")) << rule(e, "liver").reason;
  EXPECT_EQ(e.inputs.back().path, "site.yaml");
  EXPECT_EQ(e.inputs.back().sha256.size(), 64U);
}

TEST(EvaluateOptions, RefusesAnAliasThatIsTheNameOfAnotherStructure) {
  // The colon would be held against the bowel's limit too, and a hot bowel under another name missed.
  for (const char* alias : {"Colon", "colon", "LargeBowel"}) {
    EvaluationOptions options;
    options.map.set_site_aliases(
        protocol::parse_site_aliases("aliases: {Bowel_Small: [" + std::string(alias) + "]}",
                                     "s.yaml")
            .value());
    const auto result = evaluate(standard(1), hcc(), options);
    ASSERT_FALSE(result.has_value()) << alias;
    EXPECT_EQ(result.error().code, ErrorCode::OptionInvalid);
    EXPECT_TRUE(says(result.error().text, "'Colon'")) << result.error().text;
    EXPECT_FALSE(rule_names(*standard(1).structures, hcc(), options.map).has_value());
  }
}

TEST(EvaluateOptions, RefusesOptionsThatMakeNoSense) {
  EvaluationOptions options;
  options.course.fractions = 0;
  EXPECT_EQ(refusal(standard(), hcc(), options), ErrorCode::OptionInvalid);
  for (const double rx : {0.0, -50.0, std::numeric_limits<double>::quiet_NaN(),
                          std::numeric_limits<double>::infinity()}) {
    options = {};
    options.course.prescription_gy = rx;
    EXPECT_EQ(refusal(standard(), hcc(), options), ErrorCode::OptionInvalid) << rx;
  }
  options = {};
  options.context["site"] = "liver";  // the protocol knows hepatic and other
  EXPECT_EQ(refusal(standard(), hcc(), options), ErrorCode::OptionInvalid);
  options = {};
  options.context["age_of_moon"] = "4";
  EXPECT_EQ(refusal(standard(), hcc(), options), ErrorCode::OptionInvalid);
}

TEST(EvaluateOptions, NeedsProtocolsAndStructures) {
  EXPECT_EQ(refusal(standard(), {}), ErrorCode::OptionInvalid);
  EXPECT_EQ(refusal(standard(), {hcc()[0], hcc()[0]}), ErrorCode::OptionInvalid);
  Case c = standard();
  c.structures.reset();
  EXPECT_EQ(refusal(c), ErrorCode::StructuresMissing);
}

TEST(EvaluateOptions, SaysWhichRulesOfAFileAreDoubtful) {
  // 1800 Gy is meant to be 1800 cGy; the second rule is sound.
  const auto file = protocol_of(
      {"Liver :: Mean[Gy] <= 1800 when fx in 20..30", "Liver :: Max[Gy] <= 60 when fx in 20..30"});
  const Evaluation e = evaluated(standard(), {file});
  ASSERT_EQ(count(e.findings, FindingCode::ProtocolDoubtful), 1);
  for (const Finding& finding : e.findings) {
    if (finding.code != FindingCode::ProtocolDoubtful) continue;
    EXPECT_TRUE(says(finding.text, file.rules[0].id)) << finding.text;
    EXPECT_FALSE(says(finding.text, file.rules[1].id)) << finding.text;
    EXPECT_EQ(finding.where, file.origin);
  }
  // What is built in says nothing of itself.
  EXPECT_EQ(count(evaluated(standard()).findings, FindingCode::ProtocolDoubtful), 0);
}

TEST(EvaluateOptions, TakesTheWorstOfSeveralProtocols) {
  const auto fails = protocol_of({"Liver :: Mean[Gy] <= 5"}, "strict");
  const auto passes = protocol_of({"Liver :: Mean[Gy] <= 15"}, "loose");
  const auto silent = protocol_of({"Liver :: Mean[Gy] <= 15 when fx in 5..5"}, "other-course");
  Evaluation e = evaluated(standard(), {passes, fails});
  EXPECT_EQ(e.verdict, Verdict::Fail);
  EXPECT_EQ(e.protocols[0].verdict, Verdict::Pass);
  EXPECT_EQ(e.protocols[1].verdict, Verdict::Fail);
  e = evaluated(standard(), {passes, silent});
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(e.verdict_reason, "no required rule that applies")) << e.verdict_reason;
  EXPECT_EQ(evaluated(standard(), {protocol_of({}, "empty")}).verdict, Verdict::Unknown);
}

TEST(EvaluateOptions, LetsAProtocolThatOnlyReportsHaveNoPartInTheVerdict) {
  Case c = standard(12);
  c.plan->fractions = 5;
  EvaluationOptions total;  // 12 Gy could also be one of 5 fractions of 50 Gy
  total.course.fraction_dose = FractionDose::Total;
  const auto steps = protocol::builtin_protocol("rtog1112-allocation").value();
  const auto limit = protocol_of({"Liver :: Mean[Gy] <= 14"});
  const Evaluation both = evaluated(c, {limit, steps}, total);
  EXPECT_EQ(both.verdict, Verdict::Pass);
  EXPECT_EQ(both.protocols[1].verdict, Verdict::NotApplicable);
  EXPECT_EQ(both.headroom.up.value().beyond, Verdict::Fail);
  // 12 Gy everywhere against 50: Veff is 24 %, and the step of 50 Gy asks for 25.
  EXPECT_EQ(rule(both, "step-50").verdict, Verdict::Pass);
  EXPECT_NEAR(rule(both, "step-50").tests.front().value.value.value(), 24.0, 1e-9);
  EXPECT_EQ(rule(both, "step-45").verdict, Verdict::NotApplicable);
  const Evaluation alone = evaluated(c, {steps}, total);
  EXPECT_EQ(alone.verdict, Verdict::Unknown) << "nothing required was held against the plan";
  // A protocol whose required rules do not apply is another thing: it was to decide and cannot.
  const auto idle = protocol_of({"Liver :: Mean[Gy] <= 12 when fx in 30..40"}, "idle");
  EXPECT_EQ(evaluated(c, {limit, idle}, total).verdict, Verdict::Unknown);
}

TEST(EvaluateOptions, NeverPassesAPlanThatNoRequiredRuleAppliesTo) {
  // Every built-in protocol, a dose that no limit can be missed with, and every structure it asks for.
  for (const std::string& id : protocol::builtin_protocols()) {
    const auto p = protocol::builtin_protocol(id).value();
    std::set<std::size_t> selections;
    for (const int fractions : {1, 3, 5, 10, 15, 25, 40}) {
      std::vector<Roi> rois = {liver(), gtv()};
      for (const auto& entry : p.structures) {
        if (entry.name == "Liver" || entry.name == "GTV" || entry.definition) continue;
        rois.push_back(axial_box(entry.name, {-30, -30, -30}, {150, 130, 120}));  // 4320 cc
      }
      Case c = make_case(std::move(rois), uniform(0.01));
      c.plan->fractions = fractions;
      const Evaluation e = evaluated(c, {p});
      std::size_t passed = 0;
      for (const RuleResult& r : e.rules) {
        const bool counts = r.level == protocol::Level::Required && r.verdict == Verdict::Pass;
        passed += counts ? 1 : 0;
      }
      EXPECT_EQ(e.verdict == Verdict::Pass, passed > 0) << id << " at " << fractions;
      if (passed == 0) {
        EXPECT_EQ(e.verdict, Verdict::Unknown) << id << " at " << fractions;
      }
      selections.insert(passed);
    }
    const bool decides = std::any_of(p.rules.begin(), p.rules.end(), [](const auto& r) {
      return r.level == protocol::Level::Required;
    });
    EXPECT_EQ(selections.size() > 1, decides) << id << ": the fractionation selects the rules";
  }
}

TEST(EvaluateOptions, LetsAnAdvisoryRuleFailWithoutFailingThePlan) {
  auto p = protocol_of({"Liver :: Mean[Gy] <= 15", "Liver :: Mean[Gy] <= 5"});
  p.rules[1].level = protocol::Level::Advisory;
  const Evaluation e = evaluated(standard(), {p});
  EXPECT_EQ(e.verdict, Verdict::Pass);
  EXPECT_EQ(rule(e, "r1").verdict, Verdict::Fail);
  p.rules[0].level = protocol::Level::Advisory;
  EXPECT_EQ(evaluated(standard(), {p}).verdict, Verdict::Unknown);  // nothing is required
}

TEST(EvaluateOptions, HoldsChecksOfThePlanItself) {
  auto p = protocol_of({"Liver :: Mean[Gy] <= 15"});
  p.plan_checks.push_back(
      {"c0", "", protocol::Level::Required, protocol::parse_guard("rx in 50..65").value(), {}, {}});
  Case c = standard();
  EXPECT_EQ(evaluated(c, {p}).verdict, Verdict::Pass);
  c.plan->prescription_gy = 70.0;
  EXPECT_EQ(evaluated(c, {p}).verdict, Verdict::Fail);
  c.plan->prescription_gy.reset();
  const Evaluation e = evaluated(c, {p});
  EXPECT_EQ(e.verdict, Verdict::Unknown);
  EXPECT_TRUE(says(e.verdict_reason, "c0")) << e.verdict_reason;
  EXPECT_FALSE(e.bed_gy.has_value());
}

TEST(EvaluateOptions, TakesContextFromAFileAndLetsTheCommandLineOverrideIt) {
  const auto check = [](const Evaluation& e, const std::string& id) {
    for (const PlanCheckResult& result : e.plan_checks) {
      if (result.id == id) return result.verdict;
    }
    throw std::runtime_error("no check " + id);
  };
  EvaluationOptions options;
  options.context_files = {
      protocol::parse_context_file("child_pugh: B8\necog: 1\n", "p/context.yaml", hcc()).value()};
  const Evaluation file = evaluated(standard(), hcc(), options);
  EXPECT_EQ(check(file, "eligibility-child-pugh"), Verdict::Fail);
  EXPECT_EQ(check(file, "eligibility-ecog"), Verdict::Pass);
  EXPECT_EQ(check(file, "eligibility-age"), Verdict::NotApplicable);
  EXPECT_EQ(count(file.findings, FindingCode::OptionOverrides), 0);
  const auto used = std::find_if(file.findings.begin(), file.findings.end(), [](const Finding& f) {
    return f.code == FindingCode::ContextFromFile;
  });
  ASSERT_NE(used, file.findings.end());
  EXPECT_EQ(used->text, "Taken from the context file: child_pugh=B8, ecog=1.");
  EXPECT_EQ(used->where, "p/context.yaml");
  ASSERT_FALSE(file.inputs.empty());
  const model::InputFile& input = file.inputs.back();
  EXPECT_EQ(input.path, "p/context.yaml");
  EXPECT_EQ(input.sha256, options.context_files[0].sha256);

  options.context = {{"child_pugh", "A5"}, {"ecog", "1"}};
  const Evaluation both = evaluated(standard(), hcc(), options);
  EXPECT_EQ(check(both, "eligibility-child-pugh"), Verdict::Pass);
  EXPECT_EQ(count(both.findings, FindingCode::OptionOverrides), 1);  // ecog says the same twice
  EXPECT_EQ(count(both.findings, FindingCode::ContextFromFile), 1);
}

TEST(EvaluateOptions, StopsWhenItIsAskedTo) {
  EvaluationOptions options;
  options.stop = [](const Progress&) { return true; };
  for (const int workers : {0, 1, 8}) {
    options.workers = workers;
    EXPECT_EQ(refusal(standard(), hcc(), options), ErrorCode::Cancelled) << workers;
  }
  // Halfway through: no half result, either.
  std::atomic<int> asked = 0;
  options.stop = [&](const Progress&) { return ++asked > 1; };
  options.workers = 1;
  EXPECT_EQ(refusal(standard(), hcc(), options), ErrorCode::Cancelled);
  EXPECT_EQ(asked, 2);
}

TEST(EvaluateOptions, GivesOneResultARuleInTheOrderOfTheProtocol) {
  for (const Case& c : {standard(), make_case({}, uniform(1))}) {
    const Evaluation e = evaluated(c);
    ASSERT_EQ(e.rules.size(), hcc()[0].rules.size());
    for (std::size_t i = 0; i < e.rules.size(); ++i) {
      EXPECT_EQ(e.rules[i].id, hcc()[0].rules[i].id);
      EXPECT_TRUE(e.rules[i].verdict == Verdict::Pass || !e.rules[i].reason.empty())
          << e.rules[i].id;
    }
    EXPECT_EQ(e.plan_checks.size(), hcc()[0].plan_checks.size() + hcc()[0].margins.size());
  }
}

}  // namespace
}  // namespace dosegate::evaluation
