#include "metrics/metric.h"

#include <gtest/gtest.h>
// GoogleTest first: the other order does not compile.
#include <rapidcheck/gtest.h>

#include "metrics/cursor.h"
#include "support/any_metric.h"

namespace dosegate::metrics {
namespace {

TEST(ParseMetric, AcceptsEveryFormAndPrintsItCanonically) {
  const struct {
    const char* text;
    const char* canonical;
  } rows[] = {
      {"Min[Gy]", "Min[Gy]"},
      {"Mean[cGy]", "Mean[cGy]"},
      {"Max[%]", "Max[%]"},
      {"Median[Gy]", "Median[Gy]"},
      {"D95%[Gy]", "D95%[Gy]"},
      {"D0.03cc[Gy]", "D0.03cc[Gy]"},
      {"D0.0300cc[Gy]", "D0.03cc[Gy]"},
      {"D002cc[%]", "D2cc[%]"},
      {"D100%[Gy]", "D100%[Gy]"},
      {"D0.000001cc[Gy]", "D0.000001cc[Gy]"},
      {"DC700cc[Gy]", "DC700cc[Gy]"},
      {"V20Gy[%]", "V20Gy[%]"},
      {"V2000cGy[cc]", "V2000cGy[cc]"},
      {"V107%[cc]", "V107%[cc]"},
      {"CV5Gy[cc]", "CV5Gy[cc]"},
      {"CV21.0Gy[%]", "CV21Gy[%]"},
      {"Volume[cc]", "Volume[cc]"},
      {"Mean[Gy]@PHYS", "Mean[Gy]@PHYS"},
      {"Mean[%]@PHYS", "Mean[%]@PHYS"},
      {"Max[Gy]@EQD2(ab=10)", "Max[Gy]@EQD2(ab=10)"},
      {"Max[Gy]@BED(ab=2.50)", "Max[Gy]@BED(ab=2.5)"},
      {"V20Gy[%]@EQDX(d=1.8,ab=3)", "V20Gy[%]@EQDX(d=1.8,ab=3)"},
      {"HI", "HI"},
      {"HI@EQD2(ab=10)", "HI@EQD2(ab=10)"},
      {"CI", "CI(Dref=Rx)"},
      {"CN(in=Body)", "CN(Dref=Rx,in=Body)"},
      {"GI(Dref=100%)", "GI(Dref=Rx)"},
      {"CI(Dref=95%)@PHYS", "CI(Dref=95%)@PHYS"},
      {"CI(Dref=50.0Gy,in=\"Body outline\")", "CI(Dref=50Gy,in=\"Body outline\")"},
      {"CN(Dref=4750cGy)@BED(ab=10)", "CN(Dref=4750cGy)@BED(ab=10)"},
      {"  Mean[Gy]\t", "Mean[Gy]"},
  };
  for (const auto& row : rows) {
    const Result<Metric> metric = parse_metric(row.text);
    ASSERT_TRUE(metric.has_value()) << row.text << ": " << to_text(metric.error());
    EXPECT_EQ(to_text(*metric), row.canonical);
    EXPECT_EQ(parse_metric(to_text(*metric)).value(), *metric) << row.text;
  }
}

TEST(ParseMetric, PutsArgumentAndUnitsIntoTheirFields) {
  const Metric cold = parse_metric("CV500cGy[cc]@EQDX(d=1.8,ab=3)").value();
  EXPECT_EQ(cold.kind, MetricKind::CV);
  EXPECT_EQ(cold.argument, 500.0);
  EXPECT_EQ(cold.dose_unit, DoseUnit::CGy);
  EXPECT_EQ(cold.volume_unit, VolumeUnit::Cc);
  EXPECT_EQ(cold.basis, (Basis{BasisKind::Eqdx, 3.0, 1.8}));
  EXPECT_EQ(output_unit(cold), Unit::Cc);
  EXPECT_FALSE(needs_prescription(cold));

  const Metric dose = parse_metric("D95%[%]").value();
  EXPECT_EQ(dose.volume_unit, VolumeUnit::Percent);
  EXPECT_EQ(dose.dose_unit, DoseUnit::Percent);
  EXPECT_EQ(output_unit(dose), Unit::PercentOfPrescription);
  EXPECT_TRUE(needs_prescription(dose));
  EXPECT_TRUE(needs_prescription(parse_metric("V95%[cc]").value()));
  EXPECT_EQ(output_unit(parse_metric("V95%[%]").value()), Unit::PercentOfVolume);
  EXPECT_EQ(output_unit(parse_metric("Volume[cc]").value()), Unit::Cc);
  EXPECT_EQ(output_unit(parse_metric("Mean[cGy]").value()), Unit::CGy);
}

struct Refusal {
  std::string text;
  int column;
  const char* says;  // a part of the sentence
};

void expect_refused(const Refusal& row) {
  SCOPED_TRACE(row.text.substr(0, 60));
  const Result<Metric> metric = parse_metric(row.text);
  ASSERT_FALSE(metric.has_value());
  EXPECT_EQ(metric.error().code, ErrorCode::MetricSyntax);
  EXPECT_EQ(metric.error().where, "column " + std::to_string(row.column));
  EXPECT_NE(metric.error().text.find(row.says), std::string::npos) << metric.error().text;
}

TEST(ParseMetric, RefusesWithTheColumnAndTheRemedy) {
  const Refusal rows[] = {
      {"", 1, "expected a metric"},
      {"   ", 4, "found the end"},
      {"V20", 4, "V20Gy[%]"},
      {"V20[%]", 4, "the unit of the dose is missing"},
      {"V20 Gy[%]", 4, "the unit of the dose is missing"},
      {"CV5", 4, "the unit of the dose is missing"},
      {"D95", 4, "the unit of the volume is missing"},
      {"D95%", 5, "write D95%[Gy]"},
      {"D0.03cc <= 35", 8, "write D0.03cc[Gy]"},
      {"V20Gy", 6, "V20Gy[%] or V20Gy[cc]"},
      {"Mean", 5, "write Mean[Gy]"},
      {"Volume", 7, "write Volume[cc]"},
      {"Volume[%]", 7, "write Volume[cc]"},
      {"mean[Gy]", 1, "write Mean[Gy]"},
      {"MAX[Gy]", 1, "write Max[Gy]"},
      {"Dmax", 1, "write Max[Gy]"},
      {"Dmean[Gy]", 1, "write Mean[Gy]"},
      {"Mean[gy]", 6, "spelt Gy"},
      {"Mean[CGY]", 6, "spelt cGy"},
      {"Mean[mGy]", 6, "a dose unit"},
      {"Mean[cc]", 6, "a dose unit"},
      {"Mean[Gy", 8, "expected ']'"},
      {"Mean[ Gy]", 6, "a dose unit"},
      {"V20Gy[ml]", 7, "spelt cc"},
      {"V20Gy[cm3]", 7, "spelt cc"},
      {"V20Gy[Gy]", 7, "a volume unit"},
      {"D2Gy[cc]", 3, "a volume unit"},
      {"V2cc[Gy]", 3, "a dose unit"},
      {"D101%[Gy]", 2, "100 %"},
      {"D0cc[Gy]", 2, "above 0"},
      {"D0.0cc[Gy]", 2, "above 0"},
      {"D-1cc[Gy]", 2, "expected a volume"},
      {"D+1cc[Gy]", 2, "expected a volume"},
      {"D1e2cc[Gy]", 3, "a volume unit"},
      {"D0,03cc[Gy]", 3, "decimal comma"},
      {"D.5cc[Gy]", 2, "expected a volume"},
      {"D5.cc[Gy]", 3, "digit on both sides"},
      {"Dinfcc[Gy]", 1, "expected a metric"},
      {"D99999999cc[Gy]", 2, "out of range"},
      {"D0.0000001cc[Gy]", 2, "out of range"},
      {"Mean[Gy] x", 10, "the end of the metric"},
      {"Mean[Gy]Mean[Gy]", 9, "the end of the metric"},
      {"Mean[Gy]@", 10, "expected PHYS"},
      {"Mean[Gy]@eqd2(ab=3)", 10, "expected PHYS"},
      {"Mean[Gy]@EQD2", 14, "alpha/beta is missing"},
      {"Mean[Gy]@EQD2(3)", 15, "'ab='"},
      {"Mean[Gy]@EQD2(ab=3", 19, "expected ')'"},
      {"Mean[Gy]@EQD2(ab=0)", 18, "above 0"},
      {"Mean[Gy]@EQD2(ab=0.05)", 18, "between 0.1 and 100"},
      {"Mean[Gy]@EQDX(ab=3)", 15, "'d='"},
      {"Mean[Gy]@EQDX(d=1.8)", 20, "alpha/beta"},
      {"Mean[Gy] @EQD2(ab=3)", 10, "the end of the metric"},
      {"Mean[%]@EQD2(ab=3)", 8, "in Gy"},
      {"V95%[cc]@BED(ab=3)", 9, "in Gy"},
      {"Volume[cc]@PHYS", 11, "no dose basis"},
      {"gEUD[Gy]", 5, "gEUD(a=8)[Gy]"},
      {"gEUD(8)[Gy]", 6, "'a='"},
      {"gEUD(a=0.01)[Gy]", 8, "between 0.1 and 100"},
      {"gEUD(a=101)[Gy]", 8, "between 0.1 and 100"},
      {"gEUD(a=8)[cGy]", 15, "[Gy]"},
      {"gEUD(a=8)", 10, "output unit is missing"},
      {"Veff(n=1)[%]", 9, "Dref=Rx"},
      {"Veff(n=1,Dref=50)[%]", 17, "expected Gy"},
      {"Veff(n=0,Dref=Rx)[%]", 8, "above 0"},
      {"Veff(n=1,Dref=Rx)[cc]", 18, "[%]"},
      {"Veff(n=1,Dref=Rx)[%]@EQD2(ab=3)", 21, "in Gy"},
      {"NTCP(lkb)[%]", 6, "rild-primary, rild-metastatic"},
      {"NTCP(rild-primary)[Gy]", 19, "[%]"},
      {"NTCP(rild-primary)[%]@EQD2(ab=3)", 22, "basis of its model"},
      {"HI(Dref=Rx)", 3, "write HI alone"},
      {"HI[%]", 3, "has no unit"},
      {"CI[%]", 3, "has no unit"},
      {"CI(Dref=Rx)[cc]", 12, "has no unit"},
      {"CI()", 4, "'Dref=' or 'in='"},
      {"CI(50Gy)", 4, "'Dref=' or 'in='"},
      {"CI(Dref=50)", 11, "a dose unit"},
      {"CI(Dref=0Gy)", 9, "above 0"},
      {"CI(Dref=Rx", 11, "')'"},
      {"CI(Dref=Rx,)", 12, "'in='"},
      {"CI(in=Body,Dref=Rx)", 11, "')'"},
      {"CI(in=)", 7, "the name of a structure"},
      {"CI(in=Body-)", 12, "double quotes"},
      {"CI(in=\"Body)", 7, "closing double quote"},
      {"CN@EQD2(ab=10)", 3, "in Gy"},
      {"\xC3\xBCMean[Gy]", 1, "found '\xC3\xBC'"},
  };
  for (const Refusal& row : rows) expect_refused(row);
}

TEST(ParseMetric, SurvivesHostileText) {
  expect_refused({std::string("Mean[Gy]\0", 9), 9, "the end of the metric"});
  expect_refused({std::string("Mean\0[Gy]", 9), 5, "output unit is missing"});
  expect_refused({"\xFF\xFE", 1, "expected a metric"});
  expect_refused({std::string(10000, '('), 4097, "more than 4096"});
  expect_refused({std::string(1 << 20, 'D'), 4097, "more than 4096"});
  expect_refused({"D" + std::string(4000, '9') + "cc[Gy]", 2, "more than 40"});
  expect_refused({"V1." + std::string(41, '0') + "Gy[cc]", 2, "more than 40"});
}

TEST(Cursor, CountsCharactersAndNotBytes) {
  const Cursor cursor("\xC3\xBC\xE2\x82\xAC.x",
                      ErrorCode::MetricSyntax);  // u umlaut, euro, '.', 'x'
  EXPECT_EQ(cursor.column_at(5), 3U);
  EXPECT_EQ(cursor.column_at(6), 4U);
}

TEST(PlainNumber, HasNoExponent) {
  EXPECT_EQ(plain_number(1e-6), "0.000001");
  EXPECT_EQ(plain_number(1e7), "10000000");
  EXPECT_EQ(plain_number(0.1), "0.1");
}

RC_GTEST_PROP(Metric, ReadsBackAsItWasPrinted, ()) {
  const Metric metric = testing::any_metric();
  const Result<Metric> again = parse_metric(to_text(metric));
  RC_ASSERT(again.has_value());
  RC_ASSERT((*again == metric));
}

RC_GTEST_PROP(ParseMetric, NeverAcceptsWhatItCannotPrintBack, (const std::string& noise)) {
  // A valid metric with rubbish put somewhere inside: either refused, or stable when printed.
  std::string text = to_text(testing::any_metric());
  text.insert(static_cast<std::size_t>(*rc::gen::inRange(0, static_cast<int>(text.size()) + 1)),
              noise);
  const Result<Metric> metric = parse_metric(text);
  if (metric) RC_ASSERT((parse_metric(to_text(*metric)).value() == *metric));
}

}  // namespace
}  // namespace dosegate::metrics
