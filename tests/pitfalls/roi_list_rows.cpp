// RTSTRUCT: which ROIs there are, their numbers and their names.
#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

// A second ROI that has no contours.
RoiSpec without_contours() {
  RoiSpec roi;
  roi.number = 2;
  roi.name = "Empty";
  roi.contours.clear();
  return roi;
}

Outcome beside_empty(std::set<FindingCode> findings) {
  return {{}, {standard_liver(), {"Empty", {}, ErrorCode::RegionEmpty}}, std::move(findings)};
}

DcmItem* item_of(DcmDataset& data, const DcmTagKey& sequence, long index) {
  DcmItem* item = nullptr;
  data.findAndGetSequenceItem(sequence, item, index);
  return item;
}

Row empty_row(const std::string& id, const std::string& line, const std::string& input,
              const dicom_test::Edit& edit) {
  return {.id = id,
          .line = line,
          .input = input,
          .others = "RTTB (hangs), matRad 45, platipy 143, dicom_tools 18",
          .make =
              [edit](Input& in) {
                in.structures->rois.push_back(without_contours());
                in.structures->edit = edit;
              },
          .outcome = beside_empty({FindingCode::RoiWithoutContours})};
}

Row number_row(const std::string& id, int number) {
  return {.id = id,
          .line = "ROINumber " + std::to_string(number),
          .input = "the only ROI has this number",
          .make = [number](Input& in) { in.structures->rois[0].number = number; },
          .outcome = standard_outcome()};
}

Row name_row(const std::string& id, const std::string& line, const std::string& input,
             const std::string& bytes, const std::string& character_set, const std::string& utf8) {
  Outcome outcome = standard_outcome();
  outcome.structures[0].name = utf8;
  return {.id = id,
          .line = line,
          .input = input,
          .make =
              [=](Input& in) {
                in.structures->rois[0].name = bytes;
                if (character_set.empty()) return;
                in.structures->edit = [character_set](DcmDataset& data) {
                  data.putAndInsertString(DCM_SpecificCharacterSet, character_set.c_str());
                };
              },
          .outcome = std::move(outcome)};
}

// A second ROI, 10 mm shorter along x: 20 x 16 x 15 -> 10 x 16 x 15 mm^3.
RoiSpec shorter(const std::string& name, int number) {
  return roi_of(name, number, {rectangle(-8, -6, 2, 10, 0)}, kPlanes);
}
StructureOutcome shorter_outcome(const std::string& name) {
  return {name, solid({{rectangle(-8, -6, 2, 10, 0)}}), {}};
}

std::vector<Row> number_rows() {
  return {
      empty_row("roi-without-contours", "ROI in StructureSetROISequence without contours",
                "no ContourSequence", {}),
      empty_row("roi-with-empty-sequence", "ROI with empty ContourSequence",
                "a ContourSequence of no items",
                [](DcmDataset& data) {
                  item_of(data, DCM_ROIContourSequence, 1)->insertEmptyElement(DCM_ContourSequence);
                }),
      empty_row("roi-without-contour-item", "ROI absent from ROIContourSequence",
                "no item with its number",
                [](DcmDataset& data) {
                  DcmSequenceOfItems* items = nullptr;
                  data.findAndGetSequence(DCM_ROIContourSequence, items);
                  delete items->remove(1UL);
                }),
      {.id = "roi-contours-of-nobody",
       .line = "ROIContour item for unknown number",
       .input = "contours of a ROI number 77 that is not in the list",
       .make =
           [](Input& in) {
             in.structures->rois.push_back(shorter("Empty", 2));
             in.structures->rois[1].contour_number = 77;
           },
       .outcome = beside_empty({FindingCode::RoiNumberUnknown, FindingCode::RoiWithoutContours})},
      {.id = "roi-sequences-in-other-order",
       .line = "sequences in different order",
       .input = "the contours of ROI 2 stand before those of ROI 1",
       .make =
           [](Input& in) {
             in.structures->rois.push_back(shorter("Short", 2));
             in.structures->edit = [](DcmDataset& data) {
               DcmSequenceOfItems* items = nullptr;
               data.findAndGetSequence(DCM_ROIContourSequence, items);
               items->append(items->remove(0UL));
             };
           },
       .outcome = {{}, {standard_liver(), shorter_outcome("Short")}, {}}},
      number_row("roi-number-0", 0),
      number_row("roi-number-negative", -5),
      {.id = "roi-number-duplicate",
       .line = "ROINumber duplicate",
       .input = "two ROIs of number 1, each with contours",
       .derivation = "nobody can tell whose contours are whose: neither gets any",
       .make = [](Input& in) { in.structures->rois.push_back(shorter("Short", 1)); },
       .outcome = {{},
                   {{"Liver", {}, ErrorCode::RegionEmpty}, {"Short", {}, ErrorCode::RegionEmpty}},
                   {FindingCode::RoiNumberDuplicate}}},
      {.id = "roi-number-missing",
       .line = "ROINumber",
       .input = "the ROI has none",
       .make =
           [](Input& in) {
             in.structures->edit = [](DcmDataset& data) {
               delete item_of(data, DCM_StructureSetROISequence, 0)->remove(DCM_ROINumber);
             };
           },
       .outcome = refusal(ErrorCode::TagMissing)},
      {.id = "roi-other-frame",
       .line = "Structure set drawn on another CT (FoR)",
       .input = "one of three ROIs in another frame of reference",
       .make =
           [](Input& in) {
             in.structures->rois.push_back(shorter("Short", 2));
             in.structures->rois.push_back(shorter("Other", 3));
             in.structures->rois[2].frame = "1.2.3.99";
           },
       .outcome = {{},
                   {standard_liver(),
                    shorter_outcome("Short"),
                    {"Other", {}, ErrorCode::RegionEmpty}},
                   {FindingCode::RoiFrameDiffers}}},
  };
}

}  // namespace

std::vector<Row> roi_list_rows() {
  std::vector<Row> rows = number_rows();
  const std::string long_name(64, 'L');
  const std::vector<Row> names = {
      name_row("name-trailing-blank", "name with trailing blank", "\"Liver \"", "Liver ", "",
               "Liver"),
      name_row("name-no-break-space", "name with NBSP", "\"Liver\" and a no-break space in Latin 1",
               "Liver\xA0", "ISO_IR 100", "Liver"),
      name_row("name-umlaut-latin-1", "name with umlaut", "Latin 1 (ISO_IR 100)", "Dr\xFCse",
               "ISO_IR 100", "Dr\xC3\xBCse"),
      name_row("name-umlaut-utf-8", "name with umlaut", "UTF-8 (ISO_IR 192)", "Dr\xC3\xBCse",
               "ISO_IR 192", "Dr\xC3\xBCse"),
      name_row("name-cyrillic", "name in other character set", "ISO_IR 144",
               "\xDF\xD5\xE7\xD5\xDD\xEC", "ISO_IR 144",
               "\xD0\xBF\xD0\xB5\xD1\x87\xD0\xB5\xD0\xBD\xD1\x8C"),
      name_row("name-slash", "name with slash", "\"Liver/GTV\"", "Liver/GTV", "", "Liver/GTV"),
      name_row("name-64-characters", "name of 64 characters", "64 letters", long_name, "",
               long_name),
      name_row("name-empty", "name empty", "ROIName without value", "", "", ""),
      {.id = "name-duplicate",
       .line = "Duplicate ROI names",
       .input = "two ROIs of one name",
       .derivation = "both are measured, each under its number",
       .make = [](Input& in) { in.structures->rois.push_back(shorter("Liver", 2)); },
       .outcome = {{},
                   {standard_liver(), shorter_outcome("Liver")},
                   {FindingCode::RoiNameDuplicate}}},
      {.id = "name-duplicate-asked-for",
       .line = "Duplicate ROI names",
       .input = "two ROIs of one name, and the structure of that name is asked for",
       .make =
           [](Input& in) {
             in.structures->rois.push_back(shorter("Liver", 2));
             in.expressions = {"Liver"};
           },
       .outcome = {{},
                   {{"Liver", {}, ErrorCode::StructureAmbiguous}},
                   {FindingCode::RoiNameDuplicate}}},
      {.id = "name-case-only",
       .line = "names that differ in case only",
       .input = "\"Liver\" and \"LIVER\"; \"LIVER\" is asked for",
       .make =
           [](Input& in) {
             in.structures->rois.push_back(shorter("LIVER", 2));
             in.expressions = {"LIVER"};
           },
       .outcome = {{}, {shorter_outcome("LIVER")}, {}}},
      {.id = "name-case-only-ambiguous",
       .line = "names that differ in case only",
       .input = "\"Liver\" and \"LIVER\"; \"liver\" is asked for",
       .make =
           [](Input& in) {
             in.structures->rois.push_back(shorter("LIVER", 2));
             in.expressions = {"liver"};
           },
       .outcome = {{}, {{"liver", {}, ErrorCode::StructureAmbiguous}}, {}}},
  };
  rows.insert(rows.end(), names.begin(), names.end());
  return rows;
}

}  // namespace dosegate::pitfalls
