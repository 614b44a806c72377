// Goals as clinics keep them: what is taken, what is refused and with which words. The tables have the
// columns of the systems named in goal_columns.h; their contents are made up here.
#include "protocol/import_goals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/csv_table.h"
#include "protocol/field_test.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ParseFieldTest, TurnsFieldNotationIntoTheRuleLanguage) {
  const struct {
    FieldLimit field;
    const char* test;
  } rows[] = {
      {{"Dmax < 35 Gy", "", "", ""}, "Max[Gy] < 35"},
      {{"Dmean", "<= 18 Gy", "20", ""}, "Mean[Gy] <= 18 | 20"},
      {{"Mean dose <= 1800 cGy", "", "", ""}, "Mean[cGy] <= 1800"},
      {{"D0.03cc <= 35 Gy", "", "", ""}, "D0.03cc[Gy] <= 35"},
      {{"D 0.03 cm\xC2\xB3 \xE2\x89\xA4 35.00 Gy", "", "", ""}, "D0.03cc[Gy] <= 35"},
      {{"V20Gy < 40 %", "", "", ""}, "V20Gy[%] < 40"},
      {{"V 20 Gy < 40%|45%", "", "", ""}, "V20Gy[%] < 40 | 45"},
      {{"V20Gy", "<40", "", "%"}, "V20Gy[%] < 40"},
      {{"V20Gy < 120 ml", "", "", ""}, "V20Gy[cc] < 120"},
      {{"D0.03cc_Gy", "<= 35", "", ""}, "D0.03cc[Gy] <= 35"},
      {{"V20Gy_%", "< 40", "", ""}, "V20Gy[%] < 40"},
      {{"V20GY_CC", "< 40", "", ""}, "V20Gy[cc] < 40"},
      {{"D1CC < 10GY", "", "", ""}, "D1cc[Gy] < 10"},
      {{"V20Gy < 50(%)", "", "", ""}, "V20Gy[%] < 50"},
      {{"D95%", ">= 95 %", "90 %", ""}, "D95%[%] >= 95 | 90"},
      {{"DC700cc(Gy)", "< 21", "", ""}, "DC700cc[Gy] < 21"},
      {{"CV2100cGy[cc]", ">=700", "665", ""}, "CV2100cGy[cc] >= 700 | 665"},
      {{"D5cc[cGy]", "<= 1850 cGy", "", ""}, "D5cc[cGy] <= 1850"},
      {{"CI(in=Body)", "<= 1.2", "", ""}, "CI(Dref=Rx,in=Body) <= 1.2"},
      {{"Volume >= 800 cc", "", "", ""}, "Volume[cc] >= 800"},
  };
  for (const auto& row : rows) {
    const auto test = parse_field_test(row.field);
    ASSERT_TRUE(test.has_value()) << row.field.metric << ": " << to_text(test.error());
    EXPECT_EQ(test->text, row.test);
    EXPECT_TRUE(parse_rule("A :: " + test->text).has_value()) << test->text;
  }
}

TEST(ParseFieldTest, GuessesNoUnitAndNoComparator) {
  const struct {
    FieldLimit field;
    const char* says;
  } rows[] = {
      {{"V20 < 40 %", "", "", ""}, "write V20Gy, V20cGy or V20%"},
      {{"V20", "< 40", "", "%"}, "the unit of the dose is missing"},
      {{"D95 >= 50 Gy", "", "", ""}, "write D95cc or D95%"},
      {{"V20Gy < 40", "", "", ""}, "the unit of the limit is missing; write V20Gy[%]"},
      {{"Dmax < 35", "", "", ""}, "write Max[Gy]"},
      {{"V20Gy[%] < 40 cc", "", "", ""}, "the metric is in % and its limit in cc"},
      {{"Dmax < 35 Gy", "", "3800 cGy", ""}, "in Gy and its limit in cGy"},
      {{"Dmax", "35 Gy", "", ""}, "no comparator"},
      {{"Dmax", "= 35 Gy", "", ""}, "a limit (a number)"},
      {{"Dmax", "", "", ""}, "a limit (a number)"},
      {{"Dmax < 35 Gy", "", "> 38 Gy", ""}, "another comparator"},
      {{"Dmax < 35,5 Gy", "", "", ""}, "decimal comma"},
      {{"Dmax < 3.5e1 Gy", "", "", ""}, "a unit or the end"},
      {{"Dmax < 35 mGy", "", "", ""}, "a unit or the end"},
      {{"near max < 35 Gy", "", "", ""}, "a metric such as Dmax"},
      {{"Dmax Gy < 35", "", "", ""}, "an output unit such as [Gy]"},
      {{"HI", "< 5 %", "", ""}, "a ratio without a unit"},
      {{"", "", "", ""}, "a metric such as Dmax"},
  };
  for (const auto& row : rows) {
    const auto test = parse_field_test(row.field);
    ASSERT_FALSE(test.has_value()) << test->text;
    EXPECT_THAT(test.error().text, HasSubstr(row.says)) << row.field.metric;
  }
}

TEST(ParseFieldTest, SaysWhatItAssumes) {
  EXPECT_THAT(parse_field_test({"Dmax < 35 Gy", "", "", ""})->notes,
              ElementsAre(HasSubstr("that of any point")));
  EXPECT_THAT(parse_field_test({"V95% > 98 %", "", "", ""})->notes,
              ElementsAre(HasSubstr("percent of the plan's prescription")));
  EXPECT_THAT(parse_field_test({"D0.03cc[Gy] < 35", "", "", ""})->notes, IsEmpty());
}

TEST(ReadCsv, ReadsQuotesAndEveryLineEnd) {
  const auto rows = read_csv("a,\"b, \"\"c\"\"\" ,d\r\n\r\n , ,\n\"two\nlines\",2\rlast", ',');
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_THAT((*rows)[0].cells, ElementsAre("a", "b, \"c\"", "d"));
  EXPECT_THAT((*rows)[1].cells, ElementsAre("two lines", "2"));
  EXPECT_EQ((*rows)[1].line, 4);
  EXPECT_THAT((*rows)[2].cells, ElementsAre("last"));
  EXPECT_EQ((*rows)[2].line, 6);
  EXPECT_EQ(read_csv("a\n\"b\nc", ',').error().where, "line 2");
  EXPECT_THAT(read_csv("\"a\"b", ',').error().text, HasSubstr("behind a closing"));
  EXPECT_THAT(read_csv("", ',').value(), IsEmpty());
}

Protocol loaded(const std::string& text, const std::string& name = "folder/Our goals.csv") {
  const auto imported = import_goals(text, name);
  if (!imported) throw std::runtime_error(to_text(imported.error()));
  return parse_protocol(imported->yaml, "imported").value();
}

std::vector<std::string> rule_texts(const Protocol& protocol) {
  std::vector<std::string> texts;
  for (const ProtocolRule& rule : protocol.rules) texts.push_back(to_text(rule.rule));
  return texts;
}

std::vector<std::string> notes(const std::string& text) {
  const auto imported = import_goals(text, "goals.csv");
  if (!imported) throw std::runtime_error(to_text(imported.error()));
  std::vector<std::string> result;
  for (const ImportNote& note : imported->notes) {
    EXPECT_EQ(note.text.back(), '.') << note.text;
    result.push_back(std::to_string(note.line) + " " + note.code + ": " + note.text);
  }
  return result;
}

TEST(ImportGoals, ReadsATableOfPlanCheck) {
  const Protocol p = loaded(
      "\xEF\xBB\xBFStructure IDs,Structure Codes,IDAliases,CodeAliases,DVH Objective,Evaluation "
      "Point,Variation,Priority,Met,Achieved\r\n"
      "Cauda Equina,52590,Cauda,,Max[cGy],<=3150,3308,1,,\r\n"
      "Liver,7197,Liver-PTV|Whole Liver,,CV2100cGy[cc],>=700,665,2,,\r\n"
      "Cauda Equina,52590,CaudaEq,,D5cc[cGy],<=3000,,1,,\r\n");
  EXPECT_EQ(p.id, "imported-our-goals");
  EXPECT_THAT(rule_texts(p), ElementsAre("\"Cauda Equina\" :: Max[cGy] <= 3150 | 3308 priority 1",
                                         "Liver :: CV2100cGy[cc] >= 700 | 665 priority 2",
                                         "\"Cauda Equina\" :: D5cc[cGy] <= 3000 priority 1"));
  EXPECT_EQ(p.rules[0].id, "line-2");
  EXPECT_EQ(p.rules[0].level, Level::Required);
  EXPECT_EQ(p.rules[1].level, Level::Advisory);
  EXPECT_EQ(p.rules[1].provenance.mark, Mark::Derived);
  EXPECT_THAT(p.rules[1].provenance.note, HasSubstr("imported from Our goals.csv, line 3"));
  EXPECT_THAT(p.rules[1].provenance.read, HasSubstr("CV2100cGy[cc], >=700, 665"));
  // An alias that names a derived volume is a defect of such tables.
  EXPECT_THAT(p.find_structure("Liver")->aliases, ElementsAre("Whole Liver"));
  EXPECT_THAT(p.find_structure("Cauda Equina")->aliases, ElementsAre("Cauda", "CaudaEq"));
}

TEST(ImportGoals, SaysEveryAssumptionWithItsLine) {
  EXPECT_THAT(notes("Structure;Aliases;Metric;Goal;Priority;Colour\n"
                    "Liver;Liver-GTV;Dmax;< 30 Gy;3;red\n"
                    "Colonn;;V95%;< 5 cc;1;blue\n"),
              ElementsAre(HasSubstr("0 assumption: The goals are taken as physical dose"),
                          HasSubstr("0 assumption: The tumour's alpha/beta"),
                          HasSubstr("1 left-out: The column 'Colour'"),
                          HasSubstr("2 assumption: A goal of priority 3"),
                          HasSubstr("2 assumption: The maximum is read"),
                          HasSubstr("2 left-out: The alias 'Liver-GTV'"),
                          HasSubstr("3 assumption: A dose in % is read as a percent")));
}

TEST(ImportGoals, SaysThatACellsStarIsPartOfAName) {
  EXPECT_THAT(notes("structure,metric\nGTV*,Mean[Gy] >= 50\nA - B,Mean[Gy] < 5\n"),
              ElementsAre(HasSubstr("0 assumption: The goals are taken as physical dose"),
                          HasSubstr("0 assumption: The tumour's alpha/beta"),
                          HasSubstr("2 assumption: 'GTV*' is taken as one structure's name, not as "
                                    "all whose names begin so"),
                          HasSubstr("3 assumption: 'A - B' is taken as one structure's name")));
}

TEST(ImportGoals, ReadsGoalsOfRayStation) {
  const Protocol p = loaded(
      "RoiName\tGoalCriteria\tGoalType\tPrimaryAcceptanceLevel\tSecondaryAcceptanceLevel\t"
      "ParameterValue\tPriority\n"
      "PTV\tAtLeast\tVolumeAtDose\t0.95\t0.9\t4750\t1\n"
      "Duodenum\tAtMost\tDoseAtAbsoluteVolume\t3000\t\t0.5\t1\n"
      "PTV\tAtLeast\tDoseAtVolume\t4750\t\t0.98\t2147483647\n"
      "Liver\tAtMost\tAverageDose\t1800\t2000\t0\t1\n"
      "Liver\tAtLeast\tAbsoluteVolumeAtDose\t300\t\t500\t1\n"
      "Cord\tAtMost\tDoseAtVolume\t2500\t\t0\t1\n");
  EXPECT_THAT(
      rule_texts(p),
      ElementsAre("PTV :: V4750cGy[%] >= 95 | 90 priority 1",
                  "Duodenum :: D0.5cc[cGy] <= 3000 priority 1", "PTV :: D98%[cGy] >= 4750",
                  "Liver :: Mean[cGy] <= 1800 | 2000 priority 1",
                  "Liver :: V500cGy[cc] >= 300 priority 1", "Cord :: Max[cGy] <= 2500 priority 1"));
}

TEST(ImportGoals, ReadsGoalsOfEclipseAndOfDvhmetrics) {
  EXPECT_THAT(rule_texts(loaded("StructureId,ObjectiveAsString,VariationAcceptableAsString\n"
                                "Heart,\"V 32.00 Gy \xE2\x89\xA4 15.00 cm\xC2\xB3\",20 cc\n")),
              ElementsAre("Heart :: V32Gy[cc] <= 15 | 20"));
  EXPECT_THAT(rule_texts(loaded("patID;structure;constraint\n*;HEART;DMEAN < 10Gy\n")),
              ElementsAre("HEART :: Mean[Gy] < 10"));
}

TEST(ImportGoals, ReadsLinesOfText) {
  EXPECT_THAT(
      rule_texts(loaded("Liver - GTV* :: Dmean <= 18 Gy | 20 Gy\n# a remark\n\n"
                        "cord: \"Small Bowel\" :: D0.03cc < 35 Gy\r\n")),
      ElementsAre("Liver - GTV* :: Mean[Gy] <= 18 | 20", "\"Small Bowel\" :: D0.03cc[Gy] < 35"));
}

void expect_refused(const std::string& text, const std::string& says) {
  const auto imported = import_goals(text, "goals.csv");
  ASSERT_FALSE(imported.has_value()) << text << "\n" << imported->yaml;
  EXPECT_THAT(to_text(imported.error()), HasSubstr(says)) << text;
  EXPECT_THAT(imported.error().where, HasSubstr("goals.csv"));
}

TEST(ImportGoals, RefusesTheWholeFileForOneRowAndNamesEach) {
  const std::string head = "structure,metric,goal,variation,priority\n";
  expect_refused(
      head + "Liver,V20,< 40 %,,1\nHeart,Dmean,< 4 Gy,,1\nLung,Dmax,<35,,1\n",
      "2 goals cannot be imported, so none was: line 2, column 2: the unit of the dose is "
      "missing; write V20Gy, V20cGy or V20%; line 4: the unit of the limit is missing");
  // A defect of a template in use: the variation is stricter than the goal.
  expect_refused(head + "Kidney_L,CV1800cGy[cc],>=100,105,1\n", "not looser than the goal");
  expect_refused(head + "Liver,Dmean,\"< 35,5 Gy\",,1\n", "decimal comma");
  expect_refused(head + "Liver,Dmean,< 35,5 Gy,,1\n", "more cells than the first one");
  expect_refused("structure;metric;goal\nLiver;Dmean;< 35,5 Gy\n", "decimal comma");
  expect_refused(head + ",Dmean,< 35 Gy,,1\n", "line 2: the structure is missing");
  expect_refused(head + "Liver,Dmean,< 35 Gy,,high\n", "a digit from 1 to 9");
  expect_refused("patID,structure,constraint\nP123,HEART,DMEAN < 10Gy\n", "one patient's");
  expect_refused(
      "RoiName,GoalCriteria,GoalType,AcceptanceLevel,ParameterValue\n"
      "PTV,AtMost,ConformityIndex,0.8,5000\nPTV,AtLeast,VolumeAtDose,95,4750\n",
      "above 1; RayStation");
}

// Each of these was imported with the decimals as a priority, a variation or nothing at all.
TEST(ImportGoals, RefusesWhatMayBeADecimalCommaWithoutQuotes) {
  expect_refused("structure,metric,comparator,goal,priority\nLiver,Mean[Gy],<=,18,5\n",
                 "line 2: '18,5' may be one number with a decimal comma or two cells");
  expect_refused("structure,metric,goal,result\nPTV,D95%[Gy],>= 47,9\n", "line 2: '>= 47,9' may");
  expect_refused("structure,metric,goal,notes\nPTV,D95%[Gy],>= 47,5 Gy\n", "'>= 47,5 Gy' may");
  expect_refused("structure,metric,comparator,goal,variation\nPTV,D95%[Gy],>=,47,5\n",
                 "'47,5' may");
  expect_refused("structure,metric,notes\nPTV,D95%[Gy] >= 47,9\n", "'D95%[Gy] >= 47,9' may");
  expect_refused("structure,metric,goal,priority,notes,result\nPTV,D95%[Gy],>= 47,9\n",
                 "47,9' may");
  expect_refused(
      "RoiName,GoalCriteria,GoalType,AcceptanceLevel,ParameterValue,Priority\n"
      "Cord,AtMost,DoseAtVolume,4750,0,9\n",
      "'0,9' may");
  // Thousands.
  expect_refused("structure,metric,goal,variation\nKidney,D1cc[cGy],<= 1,200\n", "'<= 1,200' may");
}

TEST(ImportGoals, RefusesADecimalCommaWhereOtherRowsLeaveOutTheirLastCells) {
  const std::string head = "structure,metric,goal,priority\n";
  expect_refused(head + "Heart,Mean[Gy],<= 4\nCord,Max[Gy],<= 20.5,1\nLiver,Mean[Gy],<= 18,5\n",
                 "one goal cannot be imported, so none was: line 4: '<= 18,5' may");
  // In a column that is not used the rest would be lost, whatever the other rows are like.
  expect_refused("structure,metric,goal,result\nHeart,Mean[Gy],<= 4,\nPTV,D95%[Gy],>= 47,9\n",
                 "line 3: '>= 47,9' may");
}

TEST(ImportGoals, TakesTwoCellsThatCannotBeOneNumber) {
  const std::string head = "structure,metric,goal,priority\n";
  const auto rule = ElementsAre("Liver :: Mean[Gy] <= 18 priority 1");
  EXPECT_THAT(rule_texts(loaded(head + "Liver,Mean[Gy],\"<= 18\",\"1\"\n")), rule);
  EXPECT_THAT(rule_texts(loaded(head + "Liver,Mean[Gy],<= 18.0,1\n")), rule);
  EXPECT_THAT(rule_texts(loaded(head + "Liver,Mean,<= 18 Gy,1\n")), rule);
  // Nothing is left out in this table, so that a decimal comma would make the row too long.
  EXPECT_THAT(rule_texts(loaded(head + "Heart,Mean[Gy],<= 4,\nLiver,Mean[Gy],<= 18,1\n")),
              ElementsAre("Heart :: Mean[Gy] <= 4", "Liver :: Mean[Gy] <= 18 priority 1"));
  EXPECT_THAT(rule_texts(loaded(head + "Heart,Mean[Gy],<= 4\n")),
              ElementsAre("Heart :: Mean[Gy] <= 4"));
  EXPECT_THAT(rule_texts(loaded("structure,metric,goal,priority,notes\n"
                                "Liver,Mean[Gy],<= 18,1,of 2016\n")),
              rule);
}

// RayStation's doses are in cGy: 110 of them where 110 Gy were written is a goal that any plan meets.
TEST(ImportGoals, RefusesWhatContradictsTheColumnsOfRayStation) {
  const std::string head = "RoiName,GoalCriteria,GoalType,AcceptanceLevel,ParameterValue,";
  expect_refused(head + "Unit\nPTV,AtLeast,DoseAtVolume,110,0.95,Gy\n",
                 "line 2: the unit 'Gy' contradicts the goal type DoseAtVolume, whose acceptance "
                 "level is read in cGy");
  expect_refused(head + "Unit\nPTV,AtLeast,VolumeAtDose,0.95,4750,%\n", "as a share of 1");
  expect_refused(head + "Unit\nLiver,AtLeast,AbsoluteVolumeAtDose,300,500,cGy\n", "read in cc");
  expect_refused(head + "Comparator\nPTV,AtLeast,DoseAtVolume,4750,0.95,<=\n",
                 "line 2: '<=' stands beside the GoalType");
  expect_refused(head + "Metric\nPTV,AtLeast,DoseAtVolume,4750,0.95,D98%[Gy]\n",
                 "line 2: 'D98%[Gy]' stands beside the GoalType");
}

TEST(ImportGoals, TakesTheUnitThatRayStationMeans) {
  const Protocol p = loaded(
      "RoiName,GoalCriteria,GoalType,AcceptanceLevel,ParameterValue,Unit,Comparator,Metric\n"
      "PTV,AtLeast,DoseAtVolume,4750,0.95,cGy,,\nPTV,AtLeast,VolumeAtDose,0.95,4750,,,\n"
      "Liver,AtLeast,AbsoluteVolumeAtDose,300,500,cc,,\n");
  EXPECT_THAT(rule_texts(p), ElementsAre("PTV :: D95%[cGy] >= 4750", "PTV :: V4750cGy[%] >= 95",
                                         "Liver :: V500cGy[cc] >= 300"));
}

TEST(ImportGoals, RefusesACoverageGoalThatOnePointMeets) {
  const std::string head = "RoiName,GoalCriteria,GoalType,AcceptanceLevel,ParameterValue\n";
  expect_refused(head + "PTV,AtLeast,DoseAtVolume,4750,0\n", "line 2: a dose of at least 4750");
  expect_refused(head + "PTV,AtLeast,DoseAtAbsoluteVolume,4750,0.0\n", "is met by one point");
}

TEST(ImportGoals, SaysHowAMaximumOfRayStationIsRead) {
  EXPECT_THAT(notes("RoiName,GoalCriteria,GoalType,AcceptanceLevel,ParameterValue\n"
                    "Cord,AtMost,DoseAtVolume,2500,0\nLiver,AtMost,AverageDose,1800,0\n"),
              ElementsAre(HasSubstr("0 assumption: The goals are taken as physical dose"),
                          HasSubstr("0 assumption: The tumour's alpha/beta"),
                          HasSubstr("1 assumption: The goals are read as RayStation's"),
                          HasSubstr("2 assumption: The maximum is read as that of any point")));
}

TEST(ImportGoals, RefusesWhatIsNoTableOfGoals) {
  expect_refused("", "the file is empty");
  expect_refused("structure,metric\n", "holds no goal");
  expect_refused("Liver,Dmean < 18 Gy\n", "the first row must name the columns");
  expect_refused("structure,roi,metric\nA,B,Dmax < 5 Gy\n", "two columns say the same");
  // The fuzz target's find: a tab in a name went into the message as it stood.
  expect_refused("structure,r\toi,metric\nA,B,Dmax < 5 Gy\n", "as 'r oi'");
  expect_refused("structure,metric\n\"Liver,Dmean < 18 Gy\n", "opened and not closed");
  expect_refused("Liver :: Dmean < 18 Gy\nHeart, Dmean < 4 Gy\n", "line 2");
  expect_refused("\xFF\xFEs\0t\0", "UTF-16");
  expect_refused("structure,metric\nLeber\xFC,Dmean < 18 Gy\n", "line 2");
  expect_refused(std::string("structure,metric\nA\0,Dmax < 5 Gy\n", 32), "control character");
  expect_refused(std::string((1 << 20) + 1, 'a'), "1 MiB");
  EXPECT_EQ(import_goals_file("no such file").error().code, ErrorCode::FileUnreadable);
}

TEST(ImportGoals, WritesHostileNamesSafely) {
  const Protocol p = loaded(
      "structure,metric\n\"a\\: \"\"b\"\" #c, {d}\",Dmax < 5 Gy\n'=cmd',Dmax < 6 Gy\n- x,Dmax < 7 "
      "Gy\n");
  EXPECT_EQ(p.rules[0].rule.subject.name, "a\\: \"b\" #c, {d}");
  EXPECT_EQ(p.rules[1].rule.subject.name, "'=cmd'");
  EXPECT_EQ(p.rules[2].rule.subject.name, "- x");
  EXPECT_EQ(p.structures.size(), 3U);
}

}  // namespace
}  // namespace dosegate::protocol
