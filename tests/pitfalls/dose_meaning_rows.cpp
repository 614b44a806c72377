// RTDOSE: units, type and summation; and the DVHs that a dose may carry.
#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

Row units_row(const std::string& id, const std::string& units, Outcome outcome) {
  return {.id = id,
          .line = "DoseUnits \"" + units + "\"",
          .input = units.empty() ? "the attribute has no value" : units,
          .make = [units](Input& in) { in.dose->units = units; },
          .outcome = std::move(outcome)};
}

// A dose that is no plan's: it is left out, and then the plan has none.
Row other_sum_row(const std::string& id, const std::string& sum) {
  return {.id = id,
          .line = "DoseSummationType " + sum,
          .input = "the only dose of the plan",
          .others = "all engines ignore DoseSummationType",
          .make = [sum](Input& in) { in.dose->summation = sum; },
          .outcome = refusal(ErrorCode::DoseMissing)};
}

// The dose in parts: each beam's file holds its share of the standard dose.
void in_beams(Input& in, const std::vector<double>& shares) {
  const DoseSpec whole = *in.dose;
  in.dose.reset();
  in.more = [whole, shares](const dicom_test::TempFolder& folder) {
    for (std::size_t i = 0; i < shares.size(); ++i) {
      DoseSpec beam = whole;
      Grid grid;
      const double share = shares[i];
      grid.dose_gy = [share](const Vec3& p) { return share * standard_dose_gy(p); };
      put(grid, beam);
      beam.uid += "." + std::to_string(i + 1);
      beam.summation = "BEAM";
      beam.beams = {static_cast<int>(i) + 1};
      write(beam, folder / ("beam" + std::to_string(i + 1)));
    }
  };
}

// A target in the standard structure, so that a FRACTION dose can be told from a total. The plan
// prescribes 33.5 Gy, the target's median, in 25 fractions.
void with_target(Input& in, double dose_factor) {
  in.structures->rois[0].interpreted_type = "PTV";
  in.plan->target_doses = {"33.5"};
  for (auto& beam : in.plan->beams) beam.dose_gy = "0.67";  // two beams in 25 fractions: 33.5 Gy
  in.dose->summation = "FRACTION";
  Grid grid;
  grid.dose_gy = [dose_factor](const Vec3& p) { return dose_factor * standard_dose_gy(p); };
  put(grid, *in.dose);
}

// A DVH of the planning system, differential, in units of 100 cGy, with a mean that is not ours:
// nothing of it may show up in the values. Its two bins hold no volume up to 19 Gy, and all of it
// from there to 48 Gy.
void with_dvh_sequence(DcmDataset& data) {
  DcmItem* dvh = nullptr;
  data.findOrCreateSequenceItem(DCM_DVHSequence, dvh, -2);
  dvh->putAndInsertString(DCM_DVHType, "DIFFERENTIAL");
  dvh->putAndInsertString(DCM_DoseUnits, "CGY");
  dvh->putAndInsertString(DCM_DVHDoseScaling, "100");
  dvh->putAndInsertString(DCM_DVHVolumeUnits, "PERCENT");
  dvh->putAndInsertString(DCM_DVHNumberOfBins, "2");
  dvh->putAndInsertString(DCM_DVHData, "19\\0\\29\\100");
  dvh->putAndInsertString(DCM_DVHMeanDose, "9900");
}

void with_dvh_of_liver(DcmDataset& data) {
  with_dvh_sequence(data);
  DcmItem* dvh = nullptr;
  DcmItem* roi = nullptr;
  data.findAndGetSequenceItem(DCM_DVHSequence, dvh);
  dvh->findOrCreateSequenceItem(DCM_DVHReferencedROISequence, roi, -2);
  roi->putAndInsertString(DCM_ReferencedROINumber, "1");
  roi->putAndInsertString(DCM_DVHROIContributionType, "INCLUDED");
}

std::vector<Row> summation_rows() {
  // Two beams, each rounded to a step of its own.
  Outcome sum = standard_outcome({FindingCode::DoseBeamsSummed});
  for (Expected& number : sum.structures[0].numbers) number.tolerance += kDose_gy;
  // One fraction, 1/25 of the dose, times 25: so are its steps.
  Outcome fraction = standard_outcome({FindingCode::DoseFractionTimesN});
  for (Expected& number : fraction.structures[0].numbers) number.tolerance += 25 * kDose_gy;
  return {
      {.id = "sum-beams",
       .line = "DoseSummationType BEAM",
       .input = "two files of 0.25 and 0.75 of the dose for the plan's two beams",
       .derivation = "added up to the standard dose",
       .others = "all engines ignore DoseSummationType and take one beam for the plan",
       .make =
           [](Input& in) {
             in_beams(in, {0.25, 0.75});
           },
       .outcome = sum},
      {.id = "sum-beams-incomplete",
       .line = "DoseSummationType BEAM",
       .input = "one file, 0.25 of the dose, for the first of the plan's two beams",
       .others = "all engines ignore DoseSummationType",
       .make = [](Input& in) { in_beams(in, {0.25}); },
       .outcome = refusal(ErrorCode::DoseIncomplete)},
      {.id = "sum-beam-session",
       .line = "DoseSummationType BEAM_SESSION",
       .input = "the only dose of the plan",
       .others = "all engines ignore DoseSummationType",
       .make = [](Input& in) { in.dose->summation = "BEAM_SESSION"; },
       .outcome = refusal(ErrorCode::DoseIncomplete)},
      {.id = "sum-fraction-one",
       .line = "DoseSummationType FRACTION",
       .input = "a 25th of the dose, a PTV, and a prescription of its median in 25 fractions",
       .derivation = "one fraction, multiplied by 25",
       .others = "all engines ignore DoseSummationType: every limit is met 25 times over",
       .make = [](Input& in) { with_target(in, 0.04); },
       .outcome = fraction},
      {.id = "sum-fraction-total",
       .line = "DoseSummationType FRACTION",
       .input = "the whole dose, a PTV, and a prescription of its median in 25 fractions",
       .make = [](Input& in) { with_target(in, 1.0); },
       .outcome = standard_outcome({FindingCode::DoseFractionAsTotal})},
      {.id = "sum-fraction-undecided",
       .line = "DoseSummationType FRACTION",
       .input = "a fifth of the dose: neither one fraction nor the total fits",
       .make = [](Input& in) { with_target(in, 0.2); },
       .outcome = refusal(ErrorCode::FractionDoseUndecided)},
      {.id = "sum-fraction-no-plan",
       .line = "DoseSummationType FRACTION",
       .input = "no plan to decide by; curves only, no verdict hangs on them",
       .make =
           [](Input& in) {
             in.plan.reset();
             in.dose->summation = "FRACTION";
             in.dose->structures_uid = dicom_test::kStructuresUid;
           },
       .outcome =
           standard_outcome({FindingCode::DoseFractionAsStands, FindingCode::ReferenceEmpty})},
      {.id = "sum-multi-plan",
       .line = "DoseSummationType MULTI_PLAN",
       .input = "the only dose of the plan",
       .make = [](Input& in) { in.dose->summation = "MULTI_PLAN"; },
       .outcome = standard_outcome({FindingCode::DoseMultiPlan})},
      {.id = "sum-missing",
       .line = "DoseSummationType empty",
       .input = "the attribute has no value",
       .make = [](Input& in) { in.dose->summation = ""; },
       .outcome = standard_outcome({FindingCode::DoseSummationMissing})},
      other_sum_row("sum-control-point", "CONTROL_POINT"),
      other_sum_row("sum-plan-overview", "PLAN_OVERVIEW"),
      other_sum_row("sum-record", "RECORD"),
  };
}

}  // namespace

std::vector<Row> dose_meaning_rows() {
  Outcome effective = standard_outcome({FindingCode::DoseTypeEffective});
  effective.structures[0].numbers.push_back(unknown("Mean[Gy]@EQD2(ab=3)"));
  // Every one of 25 fractions gives D/25: EQD2 = D (D/25 + 3)/5 with a/b 3; of the mean of a
  // linear dose over a box (sides 20, 16, 15 mm), <D^2> = mean^2 + sum of (gradient x side)^2 / 12.
  const double mean_square = 33.5 * 33.5 + (5.0 * 5.0 + 8.0 * 8.0 + 15.0 * 15.0) / 12.0;
  Outcome missing = standard_outcome({FindingCode::DoseTypeMissing});
  // The mean square is taken cell by cell, to a few millionths of the range squared (dvh.h).
  missing.structures[0].numbers.push_back(
      is("Mean[Gy]@EQD2(ab=3)", (mean_square / 25.0 + 3.0 * 33.5) / 5.0, 1e-4));
  std::vector<Row> rows = {
      units_row("units-relative", "RELATIVE", refusal(ErrorCode::DoseUnitsUnusable)),
      units_row("units-empty", "", refusal(ErrorCode::DoseUnitsUnusable)),
      units_row("units-lower-case", "gy", standard_outcome()),
      units_row("units-cgy", "CGY", refusal(ErrorCode::DoseUnitsUnusable)),
      {.id = "type-error",
       .line = "DoseType ERROR",
       .input = "a difference of doses",
       .make = [](Input& in) { in.dose->type = "ERROR"; },
       .outcome = refusal(ErrorCode::TagInvalid)},
      {.id = "type-effective",
       .line = "DoseType EFFECTIVE",
       .input = "physical metrics and an EQD2 are asked for",
       .derivation = "the values stand; EQD2 has none, as the dose is weighted already",
       .make = [](Input& in) { in.dose->type = "EFFECTIVE"; },
       .outcome = effective},
      {.id = "type-missing",
       .line = "DoseType empty",
       .input = "the attribute has no value; an EQD2 is asked for",
       .derivation = "taken as physical: EQD2 from the mean square of a linear dose over a box",
       .make = [](Input& in) { in.dose->type = ""; },
       .outcome = missing},
      {.id = "dvh-sequence",
       .line = "DVHSequence present, differential, cGy, DVHDoseScaling != 1",
       .input = "a differential DVH of the liver in units of 100 cGy, its mean, against the curve, "
                "stated as 9900 cGy",
       .derivation = "our values are always our own; the planning system's stand beside them",
       .others = "dicompyler-core 301",
       .make = [](Input& in) { in.dose->edit = with_dvh_of_liver; },
       .outcome = standard_outcome({FindingCode::TpsDvhDiffers, FindingCode::TpsDvhDoubtful})},
      {.id = "dvh-sequence-of-nobody",
       .line = "DVHSequence present",
       .input = "the same without a reference to a ROI",
       .derivation = "left out; our values stand",
       .make = [](Input& in) { in.dose->edit = with_dvh_sequence; },
       .outcome = standard_outcome({FindingCode::TpsDvhUnusable})},
      {.id = "dose-all-zero",
       .line = "a dose without any dose",
       .input = "every stored value is 0",
       .make =
           [](Input& in) {
             for (auto& value : in.dose->values) value = 0;
           },
       .outcome = one(
           "Liver",
           {is("Volume[cc]", 4.8, kVolume_cc), is("Mean[Gy]", 0.0, 0.0), is("Max[Gy]", 0.0, 0.0)},
           {FindingCode::DoseAllZero})},
  };
  const std::vector<Row> sums = summation_rows();
  rows.insert(rows.end(), sums.begin(), sums.end());
  return rows;
}

}  // namespace dosegate::pitfalls
