#include <fmt/format.h>

#include "base/text.h"
#include "dicom/dose_geometry.h"
#include "dicom/dose_pixels.h"
#include "dicom/rt_objects.h"
#include "dicom/tags.h"
#include "dicom/tps_dvh_sequence.h"

namespace dosegate::dicom {
namespace {

using model::DoseSummation;
using model::DoseType;

DoseSummation summation_of(const std::string& code) {
  if (code.empty()) return DoseSummation::Missing;
  if (code == "PLAN") return DoseSummation::Plan;
  if (code == "MULTI_PLAN") return DoseSummation::MultiPlan;
  if (code == "FRACTION") return DoseSummation::Fraction;
  if (code == "BEAM") return DoseSummation::Beam;
  if (code == "BEAM_SESSION") return DoseSummation::BeamSession;
  return DoseSummation::Other;
}

// ReferencedRTPlanSequence: plans, and below them fraction group and beams.
Result<void> read_plan_references(const Attributes& root, DoseHeader& header,
                                  ObjectSource& source) {
  for (const Attributes& plan : root.items(tag::kReferencedPlans)) {
    const std::string uid = plan.text(tag::kReferencedSopInstanceUid);
    if (!uid.empty()) header.plan_uids.push_back(uid);
    for (const Attributes& group : plan.items(tag::kReferencedFractionGroups)) {
      const auto number = group.integer(tag::kReferencedFractionGroup);
      if (!number) return tl::unexpected<Error>(number.error());
      if (*number && !header.fraction_group) header.fraction_group = **number;
      for (const Attributes& beam : group.items(tag::kReferencedBeams)) {
        const auto beam_number = beam.integer(tag::kReferencedBeamNumber);
        if (!beam_number) return tl::unexpected<Error>(beam_number.error());
        if (*beam_number) header.beam_numbers.push_back(**beam_number);
      }
    }
  }
  if (root.has(tag::kReferencedPlans) && header.plan_uids.empty()) {
    source.findings.push_back(
        {FindingCode::ReferenceEmpty,
         "The dose's reference to its plan is empty; it is treated as if it were "
         "not there.",
         place(source.file.path, tag::kReferencedPlans)});
  }
  return {};
}

void read_type(const Attributes& root, DoseHeader& header, ObjectSource& source) {
  const std::string type = root.code(tag::kDoseType);
  const std::string where = place(source.file.path, tag::kDoseType);
  if (type == "PHYSICAL") {
    header.type = DoseType::Physical;
  } else if (type == "EFFECTIVE") {
    header.type = DoseType::Effective;
    source.findings.push_back(
        {FindingCode::DoseTypeEffective,
         "The dose is EFFECTIVE, already weighted for its biological effect; it "
         "is never converted again.",
         where});
  } else if (type == "ERROR") {
    header.type = DoseType::Error;
  } else {
    header.type = DoseType::Unknown;
    source.findings.push_back(
        {FindingCode::DoseTypeMissing,
         type.empty()
             ? std::string("DoseType is missing; the dose was taken as PHYSICAL.")
             : fmt::format("DoseType is \"{}\", which is not defined; the dose was taken as "
                           "PHYSICAL.",
                           printable(type).substr(0, 40)),
         where});
  }
}

Result<void> check_meaning(const Attributes& root, const DoseHeader& header,
                           const std::string& path) {
  const std::string units = root.code(tag::kDoseUnits);
  if (units != "GY") {
    return fail(
        ErrorCode::DoseUnitsUnusable,
        fmt::format("DoseUnits is {}, and only GY says how much dose there is; export the dose "
                    "in GY.",
                    units.empty() ? "missing" : "\"" + printable(units).substr(0, 40) + "\""),
        place(path, tag::kDoseUnits));
  }
  if (header.type == DoseType::Error) {
    return fail(
        ErrorCode::TagInvalid,
        "DoseType is ERROR: this is a difference of doses, not a dose; export the plan's dose.",
        place(path, tag::kDoseType));
  }
  return {};
}

void report_values(const model::DoseGrid& grid, const std::string& path, Findings& findings) {
  const std::string where = place(path, tag::kPixelData);
  if (grid.minimum_gy() < 0.0) {
    findings.push_back(
        {FindingCode::DoseNegative,
         fmt::format("The dose has negative values, down to {} Gy.", shortest(grid.minimum_gy())),
         where});
  }
  if (grid.minimum_gy() == 0.0 && grid.maximum_gy() == 0.0) {
    findings.push_back({FindingCode::DoseAllZero, "Every value of the dose is 0.", where});
  }
}

}  // namespace

Result<DoseHeader> read_dose_header(const DicomFile& file, ObjectSource& source) {
  const Attributes root = file.root();
  DoseHeader header;
  header.summation_text = root.code(tag::kDoseSummationType);
  header.summation = summation_of(header.summation_text);
  if (header.summation == DoseSummation::Missing) {
    source.findings.push_back(
        {FindingCode::DoseSummationMissing,
         "DoseSummationType is missing; the dose was taken as the plan's total.",
         place(source.file.path, tag::kDoseSummationType)});
  }
  read_type(root, header, source);
  if (const Result<void> done = read_plan_references(root, header, source); !done) {
    return tl::unexpected<Error>(done.error());
  }
  for (const Attributes& item : root.items(tag::kReferencedStructureSets)) {
    if (header.structure_set_uid.empty()) {
      header.structure_set_uid = item.text(tag::kReferencedSopInstanceUid);
    }
  }
  return header;
}

Result<LoadedDose> load_dose(const DoseObject& object) {
  const std::string& path = object.source.file.path;
  const auto file = DicomFile::load(path, DicomFile::Extent::Whole);
  if (!file) return tl::unexpected<Error>(file.error());
  const Attributes root = file->root();
  const DoseHeader& header = object.header;
  if (const Result<void> done = check_meaning(root, header, path); !done) {
    return tl::unexpected<Error>(done.error());
  }
  Findings findings;
  const auto size = read_image_size(root);
  if (!size) return tl::unexpected<Error>(size.error());
  auto geometry = read_dose_geometry(root, *size, findings);
  if (!geometry) return tl::unexpected<Error>(geometry.error());
  auto values = read_dose_values(root, *size, findings);
  if (!values) return tl::unexpected<Error>(values.error());
  auto grid = model::DoseGrid::create(std::move(*geometry), std::move(*values));
  if (!grid) {
    Error error = grid.error();
    error.where = printable(path);
    return tl::unexpected<Error>(std::move(error));
  }
  report_values(*grid, path, findings);
  model::TpsDvhs tps_dvhs = read_tps_dvhs(root, header.type, path, findings);
  return LoadedDose{{object.source.file.sop_instance_uid,
                     path,
                     object.source.frame_of_reference_uid,
                     object.source.patient_id,
                     header.type,
                     header.summation,
                     header.plan_uids,
                     header.beam_numbers,
                     header.fraction_group,
                     header.structure_set_uid,
                     std::move(*grid),
                     {},
                     std::move(tps_dvhs)},
                    std::move(findings)};
}

}  // namespace dosegate::dicom
