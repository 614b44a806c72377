// From the names in a rule to ROIs: what is taken, and what is refused because it could be
// something else.
#include "evaluation/resolve.h"

#include <gtest/gtest.h>

#include "evaluation/synthetic_case.h"

namespace dosegate::evaluation {
namespace {

using namespace evaluation_test;  // NOLINT: the helpers of this folder
using model::StructureSet;

StructureSet set_of(std::vector<Roi> rois) {
  StructureSet set;
  set.rois = std::move(rois);
  for (std::size_t i = 0; i < set.rois.size(); ++i) set.rois[i].number = static_cast<int>(i) + 1;
  return set;
}

Result<Resolved> resolved(const std::string& expression, const StructureSet& set,
                          const std::vector<std::string>& map = {}) {
  return resolve(protocol::parse_structure_expression(expression).value(), &hcc()[0], set,
                 protocol::NameMap::parse(map).value());
}

ErrorCode refusal(const std::string& expression, const StructureSet& set,
                  const std::vector<std::string>& map = {}) {
  const auto result = resolved(expression, set, map);
  return result ? ErrorCode{} : result.error().code;
}

TEST(Resolve, TakesEveryGtvAndNothingElse) {
  const auto set =
      set_of({gtv("GTVp"), liver(), gtv("gtv_2"), axial_box("PTV", {0, 0, 0}, {9, 9, 9}, "PTV"),
              axial_box("CTV", {0, 0, 0}, {9, 9, 9}, "CTV")});
  const auto result = resolved("Liver - GTV*", set);
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->rois, (std::vector<std::size_t>{1, 0, 2}));
  EXPECT_EQ(key_of(result->expression), "(#1-(#0+#2))");
  EXPECT_TRUE(result->findings.empty());
}

TEST(Resolve, RefusesAGlobThatTakesWhatWasMadeFromATarget) {
  for (const char* name :
       {"GTV+5mm", "GTV-PTV ring", "GTV_opt", "GTV PRV", "gtv exp", "GTV 1cm", "GTV_old"}) {
    EXPECT_EQ(refusal("Liver - GTV*", set_of({liver(), gtv(), gtv(name)})),
              ErrorCode::StructureAmbiguous)
        << name;
  }
  Roi helper = gtv("GTVb");
  for (const char* type : {"PTV", "CTV", "AVOIDANCE", "EXTERNAL", "CONTROL"}) {
    helper.interpreted_type = type;
    EXPECT_EQ(refusal("Liver - GTV*", set_of({liver(), gtv(), helper})),
              ErrorCode::StructureAmbiguous)
        << type;
  }
}

TEST(Resolve, TakesTheUsersWordForAGlob) {
  const auto set = set_of({liver(), gtv(), gtv("GTV+5mm")});
  const auto result = resolved("Liver - GTV*", set, {"GTV*=GTV"});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(result->rois, (std::vector<std::size_t>{0, 1}));
}

TEST(Resolve, SaysWhenATypeIsOnlyTheDefault) {
  Roi organ = gtv();
  organ.interpreted_type = "ORGAN";
  const auto result = resolved("Liver - GTV*", set_of({liver(), organ}));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(count(result->findings, FindingCode::StructureDoubtful), 1);
}

TEST(Resolve, RefusesAGlobOfWhichAPartIsNotDrawn) {
  // A second GTV that is empty, of points only, or could not be read: the union would be too small,
  // and a cold tumour would count as spared liver.
  Roi empty = gtv("GTV2");
  empty.contours.clear();
  Roi points = gtv("GTV2");
  for (auto& contour : points.contours) contour.type = model::ContourType::Point;
  for (const Roi& second : {empty, points}) {
    EXPECT_EQ(refusal("Liver - GTV*", set_of({liver(), gtv(), second})), ErrorCode::RegionEmpty);
    EXPECT_TRUE(
        resolved("Liver - GTV*", set_of({liver(), gtv(), second}), {"GTV*=GTV"}).has_value());
    EXPECT_EQ(refusal("Liver - GTV*", set_of({liver(), gtv(), second}), {"GTV*=GTV", "GTV*=GTV2"}),
              ErrorCode::RegionEmpty);
    EXPECT_EQ(refusal("Liver - GTV*", set_of({liver(), second})), ErrorCode::StructureMissing);
  }
}

TEST(Resolve, NeverPutsADerivedVolumeInPlaceOfItsParent) {
  for (const char* name : {"Liver-GTV", "Liver_PRV05", "Liver2", "Liver~", "zLiver", "_Liver",
                           "Liver-PTV", "Normal Liver", "Liver+5", "Livers"}) {
    Roi other = liver();
    other.name = name;
    EXPECT_EQ(refusal("Liver - GTV*", set_of({other, gtv()})), ErrorCode::StructureMissing) << name;
  }
}

TEST(Resolve, RefusesTwoOfOneName) {
  Roi lower = liver();
  lower.name = "LIVER";
  Roi upper = liver();
  upper.name = "liver";
  EXPECT_EQ(refusal("Liver", set_of({lower, upper})), ErrorCode::StructureAmbiguous);
  EXPECT_EQ(refusal("Liver", set_of({liver(), liver()})), ErrorCode::StructureAmbiguous);
  EXPECT_EQ(refusal("Liver", set_of({liver(), liver()}), {"Liver=Liver"}),
            ErrorCode::StructureAmbiguous);
  EXPECT_TRUE(resolved("Liver", set_of({liver(), liver()}), {"Liver=#2"}).has_value());
}

TEST(Resolve, RefusesARoiWithoutContours) {
  Roi empty = liver();
  empty.contours.clear();
  EXPECT_EQ(refusal("Liver - GTV*", set_of({empty, gtv()})), ErrorCode::RegionEmpty);
  EXPECT_EQ(refusal("Bowel_Small", set_of({empty}), {"Bowel_Small=Liver"}), ErrorCode::RegionEmpty);
}

TEST(Resolve, FallsBackOnTheDefinitionOfAStructureThatIsNotDrawn) {
  const auto result = resolved("Liver-GTV", set_of({liver(), gtv()}));
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ(key_of(result->expression), "(#0-#1)");
  EXPECT_EQ(refusal("Liver-GTV", set_of({liver()})), ErrorCode::StructureMissing);
}

TEST(Resolve, SaysHowANameWasMatched) {
  Roi bowel = liver();
  bowel.name = "SmallBowel";
  const auto result = resolved("Bowel_Small", set_of({bowel}));
  ASSERT_TRUE(result.has_value());
  ASSERT_EQ(result->notes.size(), 1U);
  EXPECT_NE(result->notes[0].find("alias"), std::string::npos) << result->notes[0];
}

TEST(Resolve, KeepsMarginsAndTheirOrder) {
  const auto set = set_of({gtv(), liver()});
  const auto one = resolved("GTV{+5mm}", set);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->expression.op, RoiExpression::Op::Margin);
  EXPECT_EQ(one->expression.margin_mm, 5.0);
  EXPECT_EQ(one->rois, std::vector<std::size_t>{0});
  const auto key = [&](const char* text) { return key_of(resolved(text, set)->expression); };
  EXPECT_EQ(key("GTV{5mm}"), key("GTV{+5mm}"));
  EXPECT_NE(key("GTV{+5mm}"), key("GTV{-5mm}"));
  EXPECT_NE(key("(GTV{+5mm}){-5mm}"), key("(GTV{-5mm}){+5mm}"));
  EXPECT_NE(key("Liver - GTV{+5mm}"), key("(Liver - GTV){+5mm}"));
  // A PRV name is a name, not a margin.
  EXPECT_EQ(refusal("GTV_PRV05", set), ErrorCode::StructureMissing);
}

TEST(Resolve, EndsWhereADefinitionNamesItself) {
  protocol::Protocol p;
  p.structures.push_back({"A", {}, protocol::parse_structure_expression("A").value(), ""});
  const auto result =
      resolve(protocol::parse_structure_expression("A").value(), &p, set_of({liver()}), {});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::RuleSyntax);
}

TEST(KeyOf, TellsDifferentExpressionsApart) {
  const auto set = set_of({liver(), gtv(), gtv("GTV2")});
  const auto key = [&](const std::string& text) { return key_of(resolved(text, set)->expression); };
  EXPECT_EQ(key("Liver"), "#0");
  EXPECT_EQ(key("Liver - GTV"), "(#0-#1)");
  EXPECT_EQ(key("Liver + GTV"), "(#0+#1)");
  EXPECT_EQ(key("Liver & GTV"), "(#0&#1)");
  EXPECT_NE(key("Liver - GTV - GTV2"), key("Liver - (GTV - GTV2)"));
}

}  // namespace
}  // namespace dosegate::evaluation
