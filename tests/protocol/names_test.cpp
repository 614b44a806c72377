#include "protocol/names.h"

#include <gtest/gtest.h>

#include "protocol/name_forms.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

std::vector<RoiLabel> rois_named(const std::vector<std::string>& names) {
  std::vector<RoiLabel> rois;
  int number = 0;
  for (const std::string& name : names) rois.push_back({name, ++number, "", true});
  return rois;
}

StructureEntry entry_of(const std::string& name, const std::vector<std::string>& aliases) {
  return {name, aliases, {}, ""};
}

NameMatch match(const std::string& wanted, const std::vector<RoiLabel>& rois,
                const StructureEntry* entry = nullptr) {
  return match_structure(wanted, entry, rois, {});
}

using Indices = std::vector<std::size_t>;

TEST(MatchStructure, TakesTheHighestRungThatHasACandidate) {
  const StructureEntry entry = entry_of("Bowel_Small", {"SmallBowel", "Intestine_Small"});
  const struct {
    std::vector<std::string> rois;
    std::size_t index;
    Rung rung;
  } rows[] = {
      {{"bowel_small", "SmallBowel", "Bowel_Small"}, 2, Rung::Exact},
      {{"SmallBowel", "Small_Bowel", "bowel_small"}, 2, Rung::CaseFold},
      {{"SmallBowel", "small_bowel"}, 1, Rung::ReverseOrder},
      {{"Bowel Small", "SMALLBOWEL"}, 1, Rung::Alias},
      {{"Bowel Small", "Small_Intestine"}, 1, Rung::Alias},
      {{"Colon", "Bowel Small"}, 1, Rung::Normalised},
      {{"Colon", "small bowel"}, 1, Rung::Normalised},
      {{"Colon",
        "small\xC2\xA0"
        "bowel"},
       1,
       Rung::Normalised},
  };
  for (const auto& row : rows) {
    const NameMatch found = match("Bowel_Small", rois_named(row.rois), &entry);
    ASSERT_EQ(found.status, MatchStatus::Found) << row.rois[row.index] << ": " << found.reason;
    EXPECT_EQ(found.rois, Indices{row.index});
    EXPECT_EQ(found.rung, row.rung) << row.rois[row.index];
    EXPECT_EQ(found.reason.empty(), row.rung == Rung::Exact) << found.reason;
  }
}

TEST(MatchStructure, TakesReversedAndRotatedParts) {
  EXPECT_EQ(match("Kidney_L", rois_named({"L_Kidney"})).rung, Rung::ReverseOrder);
  EXPECT_EQ(match("A_B_C", rois_named({"C_B_A"})).status, MatchStatus::Found);
  EXPECT_EQ(match("A_B_C", rois_named({"B_C_A"})).status, MatchStatus::Found);
  EXPECT_EQ(match("A_B_C", rois_named({"B_A_C"})).status, MatchStatus::Missing);
  EXPECT_EQ(match("Kidney_L", rois_named({"Kidney_R", "R_Kidney"})).status, MatchStatus::Missing);
}

TEST(MatchStructure, NeverTakesADerivedVolumeForItsParent) {
  // An alias that should not be there is not used either.
  const StructureEntry entry = entry_of("Liver", {"Liver-PTV", "Liver_PRV05", "GTV-Liver"});
  for (const char* derived : {"Liver-PTV",   "Liver-GTV", "Liver - GTV", "liver -gtv",
                              "Liver_PRV05", "Liver PRV", "Liver+5mm",   "Liver~",
                              "Liver^opt",   "Liver2",    "Liver_2",     "Liver 05",
                              "_Liver",      "zLiver",    "GTV-Liver",   "Liver minus GTV",
                              "Livers",      "Liver_L",   "Leber",       "",
                              " ",           "-"}) {
    const NameMatch found = match("Liver", rois_named({derived}), &entry);
    EXPECT_EQ(found.status, MatchStatus::Missing) << derived;
    EXPECT_TRUE(found.rois.empty()) << derived;
    EXPECT_FALSE(found.reason.empty()) << derived;
  }
  EXPECT_EQ(match("Liver-GTV", rois_named({"Liver"})).status, MatchStatus::Missing);
  EXPECT_EQ(match("Liver-GTV", rois_named({"Liver_GTV", "LiverGTV"})).status, MatchStatus::Missing);
  EXPECT_EQ(match("Liver-GTV", rois_named({"liver-gtv"})).status, MatchStatus::Found);
  EXPECT_EQ(match("SpinalCord", rois_named({"SpinalCord_PRV05"})).status, MatchStatus::Missing);
}

TEST(MatchStructure, IsAmbiguousWhereTwoFitEquallyWell) {
  const NameMatch twice = match("Liver", rois_named({"LIVER", "liver"}));
  EXPECT_EQ(twice.status, MatchStatus::Ambiguous);
  EXPECT_EQ(twice.rois, (Indices{0, 1}));
  EXPECT_NE(twice.reason.find("'LIVER' (ROI number 1), 'liver' (ROI number 2)"), std::string::npos)
      << twice.reason;
  const StructureEntry entry = entry_of("Colon", {"LargeBowel", "Bowel_Large"});
  EXPECT_EQ(match("Colon", rois_named({"LargeBowel", "Bowel_Large"}), &entry).status,
            MatchStatus::Ambiguous);
  EXPECT_EQ(match("Colon", rois_named({"LargeBowel", "Colon"}), &entry).rois, Indices{1});
}

TEST(MatchStructure, LetsTheInterpretedTypeDecideOnlyIfItSinglesOneOut) {
  std::vector<RoiLabel> rois = rois_named({"Liver", "Liver"});
  rois[0].interpreted_type = "CONTROL";
  rois[1].interpreted_type = "ORGAN";
  const NameMatch decided = match("Liver", rois);
  EXPECT_EQ(decided.status, MatchStatus::Found);
  EXPECT_EQ(decided.rois, Indices{1});
  EXPECT_NE(decided.reason.find("interpreted type ORGAN"), std::string::npos) << decided.reason;
  rois[0].interpreted_type = "ORGAN";
  EXPECT_EQ(match("Liver", rois).status, MatchStatus::Ambiguous);
  rois[0].interpreted_type = rois[1].interpreted_type = "CONTROL";
  EXPECT_EQ(match("Liver", rois).status, MatchStatus::Ambiguous);
}

TEST(MatchStructure, LetsACodeOfTheEntryDecideWhereTheTypeDoesNot) {
  StructureEntry entry = entry_of("Liver", {});
  entry.codes = {"FMA 7197", "SCT 10200004"};
  std::vector<RoiLabel> rois = rois_named({"Liver", "Liver", "Liver_2"});
  rois[0].codes = {"FMA 1"};
  rois[1].codes = {"99X 1", "FMA 7197"};
  rois[2].codes = {"FMA 7197"};  // its name is not as good
  const NameMatch decided = match("Liver", rois, &entry);
  EXPECT_EQ(decided.status, MatchStatus::Found);
  EXPECT_EQ(decided.rois, Indices{1});
  EXPECT_NE(decided.reason.find("only 'Liver' (ROI number 2) has a code that the protocol lists"),
            std::string::npos)
      << decided.reason;
  EXPECT_EQ(match("Liver", rois).status, MatchStatus::Ambiguous) << "without an entry";
  rois[0].codes = {"SCT 10200004"};
  EXPECT_EQ(match("Liver", rois, &entry).status, MatchStatus::Ambiguous) << "both are coded";
  rois[0].codes = rois[1].codes = {"FMA 71970"};
  EXPECT_EQ(match("Liver", rois, &entry).status, MatchStatus::Ambiguous) << "none is";
  rois[0].interpreted_type = "ORGAN";
  rois[1].codes = {"FMA 7197"};
  EXPECT_EQ(match("Liver", rois, &entry).rois, Indices{0}) << "the type comes first";
}

TEST(MatchStructure, PassesOverRoisWithoutContoursWhileThereIsAnother) {
  std::vector<RoiLabel> rois = rois_named({"Liver", "LIVER"});
  rois[0].has_contours = false;
  const NameMatch drawn = match("Liver", rois);
  EXPECT_EQ(drawn.status, MatchStatus::Found);
  EXPECT_EQ(drawn.rois, Indices{1});
  EXPECT_FALSE(drawn.without_contours);
  EXPECT_NE(drawn.reason.find("'Liver' (ROI number 1) passed over"), std::string::npos)
      << drawn.reason;

  rois[1].has_contours = false;
  const NameMatch empty = match("Liver", rois);
  EXPECT_EQ(empty.status, MatchStatus::Found);
  EXPECT_EQ(empty.rois, Indices{0});
  EXPECT_TRUE(empty.without_contours);
  EXPECT_NE(empty.reason.find("no closed planar contours"), std::string::npos);
}

TEST(MatchStructure, OnlySuggestsSimilarNames) {
  const NameMatch missing = match(
      "Esophagus", rois_named({"Heart", "Esophagus_2", "Esofagus", "Esphagus", "Oesophagus"}));
  EXPECT_EQ(missing.status, MatchStatus::Missing);
  EXPECT_TRUE(missing.rois.empty());
  // Distances: Esophagus_2 1 ("2"), Esofagus 2, Esphagus 1, Oesophagus 1; three at most, in file
  // order.
  EXPECT_EQ(missing.suggestions, (Indices{1, 3, 4}));
  EXPECT_NE(missing.reason.find("'Esophagus_2' (ROI number 2)"), std::string::npos);
  EXPECT_EQ(match("Colon", rois_named({"Heart"})).suggestions, Indices{});
  EXPECT_EQ(match("Liver", {}).status, MatchStatus::Missing);
}

TEST(MatchStructure, FollowsTheUsersMapFirst) {
  const NameMap map =
      NameMap::parse({"Liver=Leber", "Colon=#3", "Heart=nowhere", "Spleen=#9"}).value();
  const std::vector<RoiLabel> rois = rois_named({"Liver", "Leber", "Dickdarm", "Heart", "Colon"});
  const NameMatch liver = match_structure("Liver", nullptr, rois, map);
  EXPECT_EQ(liver.rung, Rung::Map);
  EXPECT_EQ(liver.rois, Indices{1});
  EXPECT_EQ(match_structure("Colon", nullptr, rois, map).rois, Indices{2});
  for (const char* name : {"Heart", "Spleen"}) {
    const NameMatch missing = match_structure(name, nullptr, rois, map);
    EXPECT_EQ(missing.status, MatchStatus::Missing) << name;
    EXPECT_NE(missing.reason.find("not in the structure set"), std::string::npos);
  }
  const NameMatch twice = match_structure("Liver", nullptr, rois_named({"Leber", "Leber"}), map);
  EXPECT_EQ(twice.status, MatchStatus::Ambiguous);
  EXPECT_EQ(match_structure("Liver", nullptr, rois_named({"LEBER"}), map).rois, Indices{0});
}

TEST(NameMap, RefusesEntriesThatSayNothingClear) {
  for (const auto& entries : std::vector<std::vector<std::string>>{
           {"Liver"}, {"=Leber"}, {"Liver="}, {" = "}, {""}, {"Liver=a", "Liver=b"}}) {
    const Result<NameMap> map = NameMap::parse(entries);
    ASSERT_FALSE(map.has_value());
    EXPECT_EQ(map.error().code, ErrorCode::OptionInvalid);
  }
  const NameMap map = NameMap::parse({"GTV*=a", "GTV*=b", " Liver = x=y "}).value();
  EXPECT_EQ(map.targets("GTV*"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(map.targets("Liver"), std::vector<std::string>{"x=y"});
  EXPECT_EQ(map.rule_names(), (std::vector<std::string>{"GTV*", "Liver"}));
}

TEST(MatchGlob, IsAPlainPrefixWithoutRegardToCase) {
  const std::vector<RoiLabel> rois = rois_named(
      {"GTV", "GTVp", "gtv_1", "GTV-T1", "GTV thrombus", "iGTV", "CTV", "GT", "Liver-GTV"});
  const GlobMatch found = match_glob("GTV", rois, {});
  EXPECT_EQ(found.status, MatchStatus::Found);
  EXPECT_EQ(found.rois, (Indices{0, 1, 2, 3, 4}));
  EXPECT_TRUE(found.doubts.empty());
  EXPECT_EQ(found.reason, "");
}

TEST(MatchGlob, DoubtsNamesThatWereDerivedFromATarget) {
  const std::vector<std::string> derived = {"GTV+5mm", "GTV-PTV ring", "GTV_old", "GTV 10 mm",
                                            "GTVexp",  "GTV_opt",      "GTV 1cm", "GTV_phase50"};
  const GlobMatch found = match_glob("GTV", rois_named(derived), {});
  ASSERT_EQ(found.rois.size(), derived.size());
  ASSERT_EQ(found.doubts.size(), derived.size());
  for (std::size_t i = 0; i < derived.size(); ++i) {
    EXPECT_EQ(found.doubts[i].roi, i);
    EXPECT_EQ(found.doubts[i].kind, GlobDoubt::Kind::DerivedName) << derived[i];
  }
}

TEST(MatchGlob, DoubtsInterpretedTypesThatContradict) {
  std::vector<RoiLabel> rois = rois_named({"GTV1", "GTV2", "GTV3", "GTV4"});
  rois[0].interpreted_type = "GTV";
  rois[1].interpreted_type = "CONTROL";
  rois[2].interpreted_type = "NONE";
  rois[3].interpreted_type = "ORGAN";
  const GlobMatch found = match_glob("GTV", rois, {});
  ASSERT_EQ(found.doubts.size(), 2U);
  EXPECT_EQ(found.doubts[0].roi, 1U);
  EXPECT_EQ(found.doubts[1].roi, 3U);
  EXPECT_EQ(found.doubts[0].kind, GlobDoubt::Kind::InterpretedType);
}

TEST(MatchGlob, IsMissingWithoutADrawnMatch) {
  EXPECT_EQ(match_glob("GTV", rois_named({"PTV"}), {}).status, MatchStatus::Missing);
  std::vector<RoiLabel> rois = rois_named({"GTV1", "GTV2"});
  rois[0].has_contours = rois[1].has_contours = false;
  const GlobMatch empty = match_glob("GTV", rois, {});
  EXPECT_EQ(empty.status, MatchStatus::Missing);
  EXPECT_NE(empty.reason.find("no closed planar contours"), std::string::npos);
  rois[1].has_contours = true;
  const GlobMatch part = match_glob("GTV", rois, {});
  EXPECT_EQ(part.status, MatchStatus::Found);
  EXPECT_EQ(part.rois, Indices{1});
  EXPECT_EQ(part.passed_over, Indices{0});
}

TEST(MatchGlob, FollowsTheUsersMapAndThenHasNoDoubts) {
  const std::vector<RoiLabel> rois = rois_named({"GTV_old", "Tumor", "GTV"});
  const GlobMatch mapped =
      match_glob("GTV", rois, NameMap::parse({"GTV*=Tumor", "GTV*=GTV_old"}).value());
  EXPECT_EQ(mapped.status, MatchStatus::Found);
  EXPECT_EQ(mapped.rois, (Indices{0, 1}));
  EXPECT_TRUE(mapped.doubts.empty());
  // One part that is not there leaves the whole union open.
  const GlobMatch missing =
      match_glob("GTV", rois, NameMap::parse({"GTV*=Tumor", "GTV*=nowhere"}).value());
  EXPECT_EQ(missing.status, MatchStatus::Missing);
  EXPECT_TRUE(missing.rois.empty());
}

TEST(MatchGlob, TakesMappedRoisOfOneNameTogether) {
  const GlobMatch both =
      match_glob("GTV", rois_named({"Tumor", "Tumor"}), NameMap::parse({"GTV*=Tumor"}).value());
  EXPECT_EQ(both.rois, (Indices{0, 1}));
}

TEST(Normalised, KeepsWhatTellsStructuresApart) {
  EXPECT_EQ(normalised("Bowel_Small"), "bowelsmall");
  EXPECT_EQ(normalised("Bowel . Small"), "bowelsmall");
  EXPECT_EQ(normalised("_Liver"), "_liver");
  EXPECT_EQ(normalised("Liver-GTV"), "liver-gtv");
  EXPECT_EQ(normalised("GTV 1.5"), "gtv1.5");
}

TEST(IsDerivedFrom, KnowsSubtractionsAndExpansions) {
  for (const char* alias : {"Liver-PTV", "Liver - GTV", "GTV-Liver", "Liver+5mm", "Liver_PRV05",
                            "PRV_Liver", "Liver~", "Liver^Opt"}) {
    EXPECT_TRUE(is_derived_from(alias, "Liver")) << alias;
  }
  EXPECT_FALSE(is_derived_from("Small-Bowel", "Bowel_Small"));
  EXPECT_FALSE(is_derived_from("Leber", "Liver"));
  EXPECT_FALSE(is_derived_from("Cord_PRV", "SpinalCord_PRV05"));
}

TEST(MatchStructure, IsQuickOnHostileNames) {
  // The cost of comparing is bounded: a name of a megabyte is cut.
  const std::vector<RoiLabel> rois =
      rois_named({std::string(1 << 20, 'L'), std::string(1 << 20, '_'), std::string("Liver\0", 6),
                  "\xFF\xFE"});
  EXPECT_EQ(match("Liver", rois).status, MatchStatus::Missing);
}

}  // namespace
}  // namespace dosegate::protocol
