// The built-in default protocol, number by number. A change here changes verdicts.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "protocol/names.h"
#include "protocol/protocol_file.h"
#include "radiobiology/lq.h"

namespace dosegate::protocol {
namespace {

const Protocol& hcc() {
  static const Protocol protocol = [] {
    Result<Protocol> read = builtin_protocol(kDefaultProtocol);
    if (!read) throw std::runtime_error(to_text(read.error()));
    return *read;
  }();
  return protocol;
}

const ProtocolRule& rule_of(std::string_view id) {
  for (const ProtocolRule& rule : hcc().rules) {
    if (rule.id == id) return rule;
  }
  throw std::runtime_error("no rule " + std::string(id));
}

TEST(HccRtIci, StatesExactlyTheseRules) {
  const struct {
    const char* id;
    Level level;
    Mark mark;
    const char* text;
  } rows[] = {
      {"liver", Level::Required, Mark::Verified,
       "Liver - GTV* :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300 when fx in 20..30"},
      {"liver-other-fx", Level::Advisory, Mark::Verified,
       "Liver - GTV* :: Mean[Gy] <= 18 | 20 OR CV5Gy[cc] >= 300 when fx not in 20..30"},
      {"bowel-small", Level::Required, Mark::Verified,
       "Bowel_Small :: Max[Gy] <= 35 when fx in 5..5"},
      {"colon", Level::Required, Mark::Verified, "Colon :: Max[Gy] <= 33 when fx in 5..5"},
      {"bowel-small-isoeffective", Level::Advisory, Mark::Derived,
       "Bowel_Small :: Max[Gy]@EQD2(ab=10) <= 49.58 when fx not in 5..5"},
      {"colon-isoeffective", Level::Advisory, Mark::Derived,
       "Colon :: Max[Gy]@EQD2(ab=10) <= 45.65 when fx not in 5..5"},
      {"esophagus-max", Level::Advisory, Mark::Verified, "Esophagus :: Max[Gy] <= 33"},
      {"esophagus-v32", Level::Advisory, Mark::Verified, "Esophagus :: V32Gy[cc] < 10"},
  };
  ASSERT_EQ(hcc().rules.size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const ProtocolRule& rule = hcc().rules[i];
    EXPECT_EQ(rule.id, rows[i].id);
    EXPECT_EQ(rule.level, rows[i].level) << rule.id;
    EXPECT_EQ(rule.provenance.mark, rows[i].mark) << rule.id;
    EXPECT_EQ(rule.provenance.source, "zhai-2025") << rule.id;
    EXPECT_EQ(to_text(rule.rule), rows[i].text) << rule.id;
  }
}

TEST(HccRtIci, StatesExactlyThesePlanChecks) {
  const struct {
    const char* id;
    const char* check;
    const char* when;
  } rows[] = {
      {"course", "rx in 50..65 and fx in 20..30", "site=hepatic"},
      {"course-cohort", "rx in 25..65", ""},
      {"course-cohort-effect", "bed in 37.5..100.5 and eqd2 in 30.5..83.5", ""},
      {"timing", "rt_ici_concurrent=yes or rt_ici_interval_days <= 56", ""},
      {"eligibility-child-pugh", "child_pugh in A5..B7", ""},
      {"eligibility-ecog", "ecog in 0..2", ""},
      {"eligibility-age", "age in 18..75", ""},
      {"combination", "targeted_drug=no", ""},
  };
  ASSERT_EQ(hcc().plan_checks.size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const PlanCheck& check = hcc().plan_checks[i];
    EXPECT_EQ(check.id, rows[i].id);
    EXPECT_EQ(check.level, Level::Advisory) << check.id;
    EXPECT_EQ(to_text(check.check), rows[i].check) << check.id;
    EXPECT_EQ(check.when ? to_text(*check.when) : "", rows[i].when) << check.id;
  }
}

TEST(HccRtIci, StatesExactlyTheseMargins) {
  ASSERT_EQ(hcc().margins.size(), 2U);
  for (const MarginCheck& check : hcc().margins) {
    EXPECT_EQ(check.level, Level::Advisory) << check.id;
    EXPECT_EQ(check.provenance.source, "zhai-2025") << check.id;
    EXPECT_EQ(check.provenance.mark, Mark::Verified) << check.id;
  }
  EXPECT_EQ(to_text(hcc().margins[0]),
            "CTV = GTV + 5 mm, or 10..15 mm along a vessel with thrombus");
  EXPECT_EQ(to_text(hcc().margins[1]), "PTV = CTV + 5 mm axial, 10..15 mm cranio-caudal");
}

// The cohort's own extremes, facts of the paper's table (25 Gy in 5 fractions: BED 37.5, EQD2 31.25;
// 50 Gy in 5: 100 and 83.33), are within; the schedules next to them are not.
TEST(HccRtIci, HoldsBedAndEqd2OfThePrescriptionAgainstTheCohort) {
  const struct {
    int fractions;
    double prescription_gy;
    Truth truth;
  } rows[] = {
      {5, 25.0, Truth::True},  {10, 25.0, Truth::False},                          // BED 31.25
      {5, 50.0, Truth::True},  {5, 50.5, Truth::False},                           // BED 101.5
      {25, 58.0, Truth::True}, {30, 65.0, Truth::True},  {1, 20.0, Truth::True},  // BED 60
      {3, 45.0, Truth::False},                                                    // BED 112.5
  };
  for (const auto& row : rows) {
    for (const PlanCheck& check : hcc().plan_checks) {
      if (check.id != "course-cohort-effect") continue;
      const PlanFacts facts{.fractions = row.fractions, .prescription_gy = row.prescription_gy};
      EXPECT_EQ(evaluate_guard(check.check, facts, hcc().context).truth, row.truth)
          << row.prescription_gy << " Gy in " << row.fractions;
      EXPECT_EQ(evaluate_guard(check.check, {.prescription_gy = 50.0}, hcc().context).truth,
                Truth::Unknown);
    }
  }
}

TEST(HccRtIci, DerivesTheIsoeffectiveLimitsFromTheFiveFractionLimits) {
  const radiobiology::LqModel five = radiobiology::LqModel::create(5, 10.0).value();
  // The limits are the EQD2 of 35 and 33 Gy cut to two decimals, so never above it.
  const double bowel = rule_of("bowel-small-isoeffective").rule.condition.test.goal;
  EXPECT_LE(bowel, five.eqd2_gy(35.0));
  EXPECT_NEAR(bowel, five.eqd2_gy(35.0), 0.01);
  const double colon = rule_of("colon-isoeffective").rule.condition.test.goal;
  EXPECT_NEAR(colon, five.eqd2_gy(33.0), 1e-12);
}

TEST(HccRtIci, AppliesExactlyOneLiverRuleForEveryFractionNumber) {
  for (int fractions = 1; fractions <= 60; ++fractions) {
    const PlanFacts facts{.fractions = fractions};
    const auto truth = [&](const char* id) {
      return evaluate_guard(*rule_of(id).rule.guard, facts, hcc().context).truth;
    };
    EXPECT_NE(truth("liver"), truth("liver-other-fx")) << fractions;
    EXPECT_NE(truth("colon"), truth("colon-isoeffective")) << fractions;
    EXPECT_NE(truth("bowel-small"), truth("bowel-small-isoeffective")) << fractions;
  }
  EXPECT_EQ(evaluate_guard(*rule_of("liver").rule.guard, {}, hcc().context).truth, Truth::Unknown);
}

TEST(HccRtIci, HasAnEntryForEveryNameInItsRules) {
  for (const ProtocolRule& rule : hcc().rules) {
    for (const std::string& name : names_in(rule.rule.subject)) {
      if (name.back() == '*') continue;
      EXPECT_NE(hcc().find_structure(name), nullptr) << name;
    }
  }
}

TEST(HccRtIci, FindsTheOrgansUnderTheNamesClinicsUse) {
  const struct {
    const char* wanted;
    std::vector<std::string> names;
  } rows[] = {
      {"Liver", {"Liver", "LIVER", "liver"}},
      {"Bowel_Small",
       {"Bowel_Small", "Small_Bowel", "SmallBowel", "Small Bowel", "small bowel", "Bowel Small",
        "Bowel_Sm", "Sm_Bowel", "SmBowel", "Intestine_Small", "Small Intestine", "SmallIntestine"}},
      {"Colon",
       {"Colon", "COLON", "Bowel_Large", "Large_Bowel", "LargeBowel", "Large Bowel", "Bowel_Lg",
        "Large Intestine"}},
      {"Esophagus", {"Esophagus", "ESOPHAGUS", "Oesophagus", "oesophagus"}},
  };
  for (const auto& row : rows) {
    for (const std::string& name : row.names) {
      const NameMatch match = match_structure(row.wanted, hcc().find_structure(row.wanted),
                                              {{name, 1, "ORGAN", true}}, {});
      EXPECT_EQ(match.status, MatchStatus::Found) << row.wanted << " as " << name;
    }
  }
}

TEST(HccRtIci, DoesNotTakeOtherVolumesForTheOrgans) {
  const struct {
    const char* wanted;
    std::vector<std::string> names;
  } rows[] = {
      {"Liver", {"Liver-GTV", "Liver-PTV", "Liver_PRV05", "Liver 2", "Leber"}},
      {"Bowel_Small",
       {"Bowel", "Bag_Bowel", "Spc_Bowel_Small", "Bowel_Large", "Duodenum", "Bowel_Small-PTV"}},
      {"Colon", {"Colon_Sigmoid", "Bowel", "Rectum", "Bowel_Small", "Colon-PTV"}},
      {"Esophagus", {"Esophagus_S", "Esophagus-PTV", "Esophagus_PRV05"}},
  };
  for (const auto& row : rows) {
    for (const std::string& name : row.names) {
      const NameMatch match = match_structure(row.wanted, hcc().find_structure(row.wanted),
                                              {{name, 1, "ORGAN", true}}, {});
      EXPECT_EQ(match.status, MatchStatus::Missing) << row.wanted << " as " << name;
    }
  }
}

TEST(HccRtIci, IsTheFileInTheSourceTreeByteForByte) {
  std::ifstream file(std::string(DOSEGATE_SOURCE_DIR) + "/protocols/hcc-rt-ici.yaml",
                     std::ios::binary);
  std::ostringstream bytes;
  bytes << file.rdbuf();
  EXPECT_EQ(builtin_protocol_text("hcc-rt-ici").value(), bytes.str());
}

TEST(BuiltinProtocols, AllParseAndCarryTheirOwnId) {
  ASSERT_FALSE(builtin_protocols().empty());
  for (const std::string& id : builtin_protocols()) {
    const Result<Protocol> protocol = builtin_protocol(id);
    ASSERT_TRUE(protocol.has_value()) << to_text(protocol.error());
    EXPECT_EQ(protocol->id, id);
    EXPECT_EQ(protocol->origin, "built in");
  }
}

TEST(HccRtIci, JudgesTheCourseOnlyWhereTheSiteIsGiven) {
  const PlanCheck& course = hcc().plan_checks.front();
  const PlanFacts plan{.fractions = 25, .prescription_gy = 55.0};
  EXPECT_EQ(evaluate_guard(course.check, plan, hcc().context).truth, Truth::True);
  const GuardOutcome when = evaluate_guard(*course.when, plan, hcc().context);
  EXPECT_EQ(when.truth, Truth::Unknown);
  EXPECT_EQ(when.missing_context, std::vector<std::string>{"site"});
  EXPECT_TRUE(when.missing_plan.empty());
}

}  // namespace
}  // namespace dosegate::protocol
