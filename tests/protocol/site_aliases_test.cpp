// A clinic's own names: what the file may say, and where on the ladder they stand.
#include "protocol/site_aliases.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "protocol/names.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

constexpr const char* kFile =
    "site: General Hospital\n"
    "aliases:\n"
    "  Liver: [Leber, 'Hepar 1']\n"
    "  Bowel_Small: [Duenndarm]\n";

NameMap map_of(const std::string& yaml) {
  NameMap map;
  map.set_site_aliases(parse_site_aliases(yaml, "site.yaml").value());
  return map;
}

TEST(SiteAliases, HoldsWhatTheFileSays) {
  const auto aliases = parse_site_aliases(kFile, "site.yaml");
  ASSERT_TRUE(aliases.has_value()) << to_text(aliases.error());
  EXPECT_EQ(aliases->site, "General Hospital");
  EXPECT_EQ(aliases->of("Liver"), (std::vector<std::string>{"Leber", "Hepar 1"}));
  EXPECT_EQ(aliases->of("bowel_small").size(), 1U) << "as names are compared elsewhere";
  EXPECT_TRUE(aliases->of("Colon").empty());
  EXPECT_EQ(aliases->origin, "site.yaml");
  EXPECT_EQ(aliases->sha256.size(), 64U);
}

TEST(SiteAliases, StandAfterTheNameAndBeforeTheProtocolsAliases) {
  const StructureEntry entry{"Bowel_Small", {"SmallBowel"}, {}, ""};
  const auto found = [&](const std::vector<std::string>& names) {
    std::vector<RoiLabel> rois;
    for (const std::string& name : names) rois.push_back({name, 1, "ORGAN", true});
    return match_structure("Bowel_Small", &entry, rois, map_of(kFile));
  };
  EXPECT_EQ(found({"SmallBowel", "duenndarm"}).rois, std::vector<std::size_t>{1});
  EXPECT_EQ(found({"SmallBowel", "duenndarm"}).rung, Rung::SiteAlias);
  EXPECT_EQ(found({"Duenndarm", "Small_Bowel"}).rung, Rung::ReverseOrder);
  EXPECT_EQ(found({"Duenn darm"}).rung, Rung::Normalised);
  EXPECT_EQ(found({"Duenndarm", "DUENNDARM"}).status, MatchStatus::Ambiguous);
  EXPECT_EQ(found({"Duenndarm_PRV05"}).status, MatchStatus::Missing);
  EXPECT_EQ(found({"Dunndarm"}).suggestions.size(), 1U) << "similar names are only suggested";
  EXPECT_NE(found({"Duenndarm"}).reason.find("the site's alias"), std::string::npos);
}

TEST(SiteAliases, RefusesWhatCouldTakeTheWrongStructure) {
  const struct {
    const char *yaml, *where, *says;
  } rows[] = {
      {"aliases:\n  Liver: [Leber, Liver-PTV]\n", "line 2, column 18", "is derived from 'Liver'"},
      {"aliases:\n  Colon: [Darm]\n  Bowel: [darm]\n", "line 3, column 11",
       "already stands for 'Colon'"},
      {"aliases:\n  Bowel_Small: [Bowel]\n  Bowel: [Darm]\n", "line 2, column 17",
       "already stands for 'Bowel'"},
      {"aliases:\n  Liver: [Leber]\n  liver: [Hepar]\n", "line 3, column 3", "once more"},
      {"aliases:\n  Liver: [liver]\n", "line 2, column 11", "already stands for 'Liver'"},
      {"aliases:\n  GTV*: [Tumor]\n", "line 2, column 3", "several structures"},
      {"aliases:\n  Liver: Leber\n", "line 2, column 10", "as a list"},
      {"aliases:\n  Liver: []\n", "line 2, column 10", "as a list"},
      {"aliases:\n  Liver: [[Leber]]\n", "line 2, column 11", "must be text"},
      {"alias:\n  Liver: [Leber]\n", "line 1, column 1", "not known here"},
      {"site: x\n", "line 1, column 1", "'aliases' must hold"},
      {"- Liver\n", "line 1, column 1", "expected the key 'aliases'"},
      {"", "line 1, column 1", "empty"},
  };
  for (const auto& row : rows) {
    const auto result = parse_site_aliases(row.yaml, "f.yaml");
    ASSERT_FALSE(result.has_value()) << row.yaml;
    EXPECT_EQ(result.error().code, ErrorCode::ProtocolInvalid);
    EXPECT_EQ(result.error().where, std::string("f.yaml, ") + row.where) << row.yaml;
    EXPECT_NE(result.error().text.find(row.says), std::string::npos) << result.error().text;
  }
  EXPECT_FALSE(parse_site_aliases(std::string(kLargestAliasFile + 1, ' '), "f").has_value());
}

TEST(SiteAliases, SaysWhenThereIsNoFile) {
  const auto none = read_site_aliases("/nonexistent/site.yaml");
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::FileUnreadable);
  const auto folder = read_site_aliases(std::filesystem::temp_directory_path().string());
  ASSERT_FALSE(folder.has_value());
  EXPECT_EQ(folder.error().code, ErrorCode::FileUnreadable);
}

}  // namespace
}  // namespace dosegate::protocol
