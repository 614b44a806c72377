// The built-in supplements, number by number: the tables below were typed from the sources on their
// own, in another shape than the files. A change here changes verdicts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

Protocol builtin(std::string_view id) {
  Result<Protocol> read = builtin_protocol(id);
  if (!read) throw std::runtime_error(to_text(read.error()));
  return *read;
}

std::multiset<std::string> texts(const Protocol& protocol, Level level) {
  std::multiset<std::string> all;
  for (const ProtocolRule& rule : protocol.rules) {
    if (rule.level == level) all.insert(to_text(rule.rule));
  }
  return all;
}

// AAPM TG-101: organ, then for 3 and for 5 fractions "volume cc dose Gy" pairs and the maximum; 0
// where the table has nothing.
struct SerialRow {
  const char* organ;
  std::vector<std::pair<double, double>> three;
  double three_max;
  std::vector<std::pair<double, double>> five;
  double five_max;
};

const std::vector<SerialRow> kSerial = {
    {"Duodenum", {{5, 16.5}, {10, 11.4}}, 22.2, {{5, 18}, {10, 12.5}}, 32},
    {"Jejunum_Ileum", {{5, 17.7}}, 25.2, {{5, 19.5}}, 35},
    {"Colon", {{20, 24}}, 28.2, {{20, 25}}, 38},
    {"Stomach", {{10, 16.5}}, 22.2, {{10, 18}}, 32},
    {"Esophagus", {{5, 17.7}}, 25.2, {{5, 19.5}}, 35},
    {"SpinalCord", {{0.35, 18}, {1.2, 12.3}}, 21.9, {{0.35, 23}, {1.2, 14.5}}, 30},
    {"CaudaEquina", {}, 0, {{5, 30}}, 32},
    {"Heart", {}, 0, {{15, 32}}, 38},
    {"GreatVes", {}, 0, {{10, 47}}, 53},
    {"Skin", {}, 0, {{10, 36.5}}, 39.5},
    {"Rib", {}, 0, {{1, 35}}, 43},
};

// Organ, how much of it must stay below which dose.
struct ParallelRow {
  const char* organ;
  const char* unit;
  double spared;
  double three_gy;
  double five_gy;
};

const std::vector<ParallelRow> kParallel = {
    {"Liver", "cc", 700, 19.2, 21},    {"Kidney_Cortex", "cc", 200, 16, 17.5},
    {"Kidney_Hilums", "%", 67, 0, 23}, {"Lungs", "cc", 1500, 0, 12.5},
    {"Lungs", "cc", 1000, 0, 13.5},
};

std::multiset<std::string> expected_tg101(int fractions) {
  std::multiset<std::string> all;
  const std::string when = fmt::format(" when fx in {}..{}", fractions, fractions);
  for (const SerialRow& row : kSerial) {
    for (const auto& [cc, gy] : fractions == 3 ? row.three : row.five) {
      all.insert(fmt::format("{} :: D{}cc[Gy] < {}{}", row.organ, cc, gy, when));
    }
    const double most = fractions == 3 ? row.three_max : row.five_max;
    if (most > 0) all.insert(fmt::format("{} :: D0.035cc[Gy] < {}{}", row.organ, most, when));
  }
  for (const ParallelRow& row : kParallel) {
    const double below = fractions == 3 ? row.three_gy : row.five_gy;
    if (below > 0) {
      all.insert(
          fmt::format("{} :: CV{}Gy[{}] >= {}{}", row.organ, below, row.unit, row.spared, when));
    }
  }
  return all;
}

TEST(Supplements, StateTheTg101Table) {
  for (const int fractions : {3, 5}) {
    const Protocol protocol = builtin(fmt::format("tg101-{}fx", fractions));
    EXPECT_EQ(texts(protocol, Level::Required), expected_tg101(fractions)) << fractions;
    EXPECT_TRUE(texts(protocol, Level::Advisory).empty());
  }
}

TEST(Supplements, StateQuantecInConventionalFractionation) {
  const std::string when = " when dpf in 1.8..2.2";
  const Protocol protocol = builtin("quantec-conventional");
  std::multiset<std::string> required;
  for (const char* text :
       {"Liver - GTV* :: Mean[Gy] < 28", "Stomach :: D100%[Gy] < 45",
        "Bowel_Small :: V15Gy[cc] < 120", "Esophagus :: Mean[Gy] < 34",
        "Esophagus :: V35Gy[%] < 50", "Esophagus :: V50Gy[%] < 40", "Esophagus :: V70Gy[%] < 20",
        "Kidney_L + Kidney_R :: Mean[Gy] < 15 | 18", "Kidney_L + Kidney_R :: V12Gy[%] < 55",
        "Kidney_L + Kidney_R :: V20Gy[%] < 32", "Kidney_L + Kidney_R :: V23Gy[%] < 30",
        "Kidney_L + Kidney_R :: V28Gy[%] < 20", "Heart :: V25Gy[%] < 10",
        "SpinalCord :: Max[Gy] <= 50"}) {
    required.insert(text + when);
  }
  std::multiset<std::string> advisory;
  for (const char* text : {"Bag_Bowel :: V45Gy[cc] < 195", "Pericardium :: Mean[Gy] < 26",
                           "Pericardium :: V30Gy[%] < 46"}) {
    advisory.insert(text + when);
  }
  EXPECT_EQ(texts(protocol, Level::Required), required);
  EXPECT_EQ(texts(protocol, Level::Advisory), advisory);
}

TEST(Supplements, StateTheAbdominalSbrtGoals) {
  std::multiset<std::string> required;
  for (const char* text :
       {"Bowel_Small :: D0.5cc[Gy] < 30", "Colon :: D0.5cc[Gy] < 30", "Duodenum :: D0.5cc[Gy] < 30",
        "Stomach :: D0.5cc[Gy] < 30", "Esophagus :: D0.5cc[Gy] < 30",
        "SpinalCord :: D0.5cc[Gy] < 25", "Liver - GTV* :: Mean[Gy] < 15",
        "Liver - GTV* :: CV15Gy[cc] >= 700", "Heart :: D0.03cc[Gy] < 50", "Heart :: V45Gy[cc] < 10",
        "Heart :: V32Gy[cc] < 15", "Kidney_L + Kidney_R :: D33%[Gy] < 15",
        "Skin_PRV03 :: D1cc[Gy] < 45", "Chestwall :: V30Gy[cc] < 30"}) {
    required.insert(std::string(text) + " when fx in 5..5");
  }
  EXPECT_EQ(texts(builtin("uw-abdomen-sbrt-5fx"), Level::Required), required);
}

// RTOG 1112: highest prescription of a step and the Veff that allows it, in percent.
TEST(Supplements, StateTheStepsOfRtog1112AndDecideNothing) {
  const Protocol protocol = builtin("rtog1112-allocation");
  EXPECT_TRUE(texts(protocol, Level::Required).empty());
  const std::vector<std::pair<double, int>> steps = {{50, 25}, {45, 29}, {40, 34},
                                                     {35, 44}, {30, 54}, {27.5, 64}};
  for (const auto& [highest_gy, veff] : steps) {
    // At the step, just below it, and just above it, where the next one holds.
    for (const double rx : {highest_gy, highest_gy - 0.5, highest_gy + 0.5}) {
      const PlanFacts facts{.fractions = 5, .prescription_gy = rx};
      int applying = 0;
      for (const ProtocolRule& rule : protocol.rules) {
        if (evaluate_guard(*rule.rule.guard, facts, protocol.context).truth != Truth::True)
          continue;
        ++applying;
        const protocol::Test& test = rule.rule.condition.test;
        EXPECT_EQ(metrics::to_text(test.metric), "Veff(n=1,Dref=Rx)[%]");
        if (rx <= highest_gy) {
          EXPECT_EQ(test.goal, veff) << rx;
        } else {
          EXPECT_LT(test.goal, veff) << rx;
        }
      }
      EXPECT_EQ(applying, rx > 50 ? 0 : 1) << rx;
    }
  }
  for (const ProtocolRule& rule : protocol.rules) {
    const PlanFacts other{.fractions = 25, .prescription_gy = 50};
    EXPECT_EQ(evaluate_guard(*rule.rule.guard, other, protocol.context).truth, Truth::False);
  }
}

TEST(Supplements, RecogniseThePublishedCourses) {
  const Protocol protocol = builtin("liver-regimens");
  EXPECT_TRUE(protocol.rules.empty());
  const auto courses = [&](int fractions, double rx) {
    std::set<std::string> ids;
    for (const PlanCheck& check : protocol.plan_checks) {
      EXPECT_EQ(check.level, Level::Advisory);
      const PlanFacts facts{.fractions = fractions, .prescription_gy = rx};
      if (evaluate_guard(*check.when, facts, protocol.context).truth != Truth::True) continue;
      EXPECT_EQ(evaluate_guard(check.check, facts, protocol.context).truth, Truth::True);
      ids.insert(check.id);
    }
    return ids;
  };
  using Ids = std::set<std::string>;
  EXPECT_EQ(courses(5, 27.5), (Ids{"resembles-rtog1112", "resembles-start-fit"}));
  EXPECT_EQ(courses(5, 40),
            (Ids{"resembles-rtog1112", "resembles-start-fit", "resembles-camrelizumab-apatinib"}));
  EXPECT_EQ(courses(5, 50), (Ids{"resembles-rtog1112"}));
  EXPECT_EQ(courses(6, 36), (Ids{"resembles-camrelizumab-apatinib"}));
  EXPECT_EQ(courses(25, 60), (Ids{"resembles-chemoradiation"}));
  EXPECT_EQ(courses(25, 50), Ids{});
}

// A limit that is not bound to a fractionation would be held against plans it was not made for. In
// none of the fractionations below may all of a supplement's rules apply that were made for another.
TEST(Supplements, ApplyToTheirOwnFractionationOnly) {
  const std::map<std::string, std::set<int>> applies = {{"tg101-3fx", {3}},
                                                        {"tg101-5fx", {5}},
                                                        {"uw-abdomen-sbrt-5fx", {5}},
                                                        {"quantec-conventional", {25}}};
  constexpr double kPrescription_gy = 50.0;
  for (const auto& [id, fractions] : applies) {
    const Protocol protocol = builtin(id);
    for (const ProtocolRule& rule : protocol.rules) {
      ASSERT_TRUE(rule.rule.guard.has_value()) << id << " " << rule.id;
      for (const int fx : {1, 3, 5, 10, 15, 25}) {
        const PlanFacts facts{.fractions = fx, .prescription_gy = kPrescription_gy};
        EXPECT_EQ(evaluate_guard(*rule.rule.guard, facts, protocol.context).truth,
                  fractions.count(fx) > 0 ? Truth::True : Truth::False)
            << id << " " << rule.id << " at " << fx;
      }
      EXPECT_EQ(evaluate_guard(*rule.rule.guard, {}, protocol.context).truth, Truth::Unknown);
    }
  }
}

TEST(BuiltinProtocols, NameASourceAndEveryStructureOfEachRule) {
  for (const std::string& id : builtin_protocols()) {
    const Protocol protocol = builtin(id);
    EXPECT_EQ(protocol.id, id);
    for (const ProtocolRule& rule : protocol.rules) {
      EXPECT_NE(protocol.find_source(rule.provenance.source), nullptr) << id << " " << rule.id;
      EXPECT_FALSE(rule.provenance.read.empty()) << id << " " << rule.id;
      for (const std::string& name : names_in(rule.rule.subject)) {
        if (name.back() == '*') continue;
        EXPECT_NE(protocol.find_structure(name), nullptr) << id << " " << name;
      }
    }
  }
}

}  // namespace
}  // namespace dosegate::protocol
