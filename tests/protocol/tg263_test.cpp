// What a ROI's name would be by TG-263. Spellings on the left are those that real structure sets hold;
// the right ones are in the official worksheet.
#include "protocol/tg263.h"

#include <gtest/gtest.h>

namespace dosegate::protocol {
namespace {

TEST(Tg263, AdvisesTheListedName) {
  const struct {
    const char *roi, *name, *how;
  } rows[] = {
      {"Liver", "Liver", "TG-263 name"},
      {"Stomach_PRV05", "Stomach_PRV05", "TG-263 name"},
      {"liver", "Liver", "other case"},
      {"SPINALCORD", "SpinalCord", "other case"},
      {"Small_Bowel", "Bowel_Small", "reverse order"},
      {"L_Kidney", "Kidney_L", "reverse order"},
      {"SmallBowel", "Bowel_Small", "reverse order"},
      {"KidneyLeft", "Kidney_L", "spelling of the side"},
      {"small bowel", "Bowel_Small", "reverse order"},
      {"Spinal Cord", "SpinalCord", "other separators"},
      {"Chest wall", "Chestwall", "other separators"},
      {"Left Kidney", "Kidney_L", "spelling of the side"},
      {"kidney, rt", "Kidney_R", "spelling of the side"},
      {"Rt_Kidney", "Kidney_R", "spelling of the side"},
      {"Colon_Decending", "Colon_Descending", "right spelling"},
      {"Spinal cord PRV 5mm", "SpinalCord_PRV05", "spelling of a PRV"},
      {"SPINALCORD_PRV3", "SpinalCord_PRV03", "spelling of a PRV"},
      {"Oesophagus", "Esophagus", "similar"},
      {"Duodenm", "Duodenum", "similar"},
  };
  for (const auto& row : rows) {
    const auto advice = tg263_advice(row.roi);
    ASSERT_TRUE(advice.has_value()) << row.roi;
    EXPECT_EQ(advice->name, row.name) << row.roi;
    EXPECT_EQ(advice->how, row.how) << row.roi;
  }
}

TEST(Tg263, HasNoAdviceForWhatIsSomethingElse) {
  for (const char* roi :
       {"Liver-PTV", "Liver-ITV", "_Liver", "zLiver", "Liver2", "Liver~", "Liver ring",
        "SpinalCord PRV", "SpinalCord_PRV", "PRV", "Kidney left right", "left", "", "CouchSurface",
        "Dose 95%", "GTV+5mm", "Cord PRV 5"}) {
    const auto advice = tg263_advice(roi);
    EXPECT_FALSE(advice.has_value()) << roi << " -> " << (advice ? advice->name : "");
  }
}

}  // namespace
}  // namespace dosegate::protocol
