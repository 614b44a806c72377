#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "dicom/rt_objects.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using model::Contour;
using model::ContourType;
using model::Roi;
using model::StructureSet;

// No patient reaches 100 m from the origin of his own coordinate system; a larger value is a fault
// in the file, and would make the geometry ask for absurd amounts of memory.
constexpr double kLargestCoordinateMm = 1e5;

ContourType contour_type(const std::string& code) {
  if (code == "CLOSED_PLANAR") return ContourType::ClosedPlanar;
  if (code == "CLOSEDPLANAR_XOR") return ContourType::ClosedPlanarXor;
  if (code == "OPEN_PLANAR") return ContourType::OpenPlanar;
  if (code == "OPEN_NONPLANAR") return ContourType::OpenNonplanar;
  if (code == "POINT") return ContourType::Point;
  return ContourType::Unknown;
}

// ROIs while they are being read.
struct RoiInProgress {
  Roi roi;
  std::string frame_uid;
  // Why the ROI may keep no contours; empty as long as it may.
  FindingCode refused_code{};
  std::string refused_text;
  std::size_t wrong_counts = 0;
  std::size_t empty_contours = 0;
  std::size_t offset_contours = 0;
  std::size_t contour_items = 0;
};

void refuse(RoiInProgress& roi, FindingCode code, std::string text) {
  if (!roi.refused_text.empty()) return;
  roi.refused_code = code;
  roi.refused_text = std::move(text);
}

std::string roi_text(const Roi& roi) {
  return fmt::format("ROI {} \"{}\"", roi.number, printable(roi.name));
}

// Appends one contour to the ROI. `coordinates` is a buffer, kept from contour to contour.
void read_contour(const Attributes& item, RoiInProgress& roi, std::vector<double>& coordinates) {
  const auto number = roi.roi.contours.size() + roi.empty_contours + 1;
  const std::string_view text = item.raw(tag::kContourData);
  const auto stated = item.integer(tag::kContourPointCount);
  coordinates.clear();
  if (trim(text).empty()) {
    if (stated && stated->value_or(0) == 0) {
      ++roi.empty_contours;
    } else {
      refuse(roi, FindingCode::RoiContourDataInvalid,
             fmt::format("contour {} states a number of points and has none", number));
    }
    return;
  }
  if (!parse_decimals(text, coordinates)) {
    return refuse(roi, FindingCode::RoiContourDataInvalid,
                  fmt::format("contour {} has a coordinate that is missing or no number", number));
  }
  if (coordinates.size() % 3 != 0) {
    return refuse(roi, FindingCode::RoiContourDataInvalid,
                  fmt::format("contour {} has {} coordinates, which is no multiple of three",
                              number, coordinates.size()));
  }
  for (const double c : coordinates) {
    if (std::abs(c) <= kLargestCoordinateMm) continue;
    return refuse(roi, FindingCode::RoiContourDataInvalid,
                  fmt::format("contour {} has a coordinate of {} mm", number, shortest(c)));
  }
  Contour contour;
  contour.type = contour_type(item.code(tag::kContourType));
  contour.points.reserve(coordinates.size() / 3);
  for (std::size_t i = 0; i < coordinates.size(); i += 3) {
    contour.points.emplace_back(coordinates[i], coordinates[i + 1], coordinates[i + 2]);
  }
  const auto thickness = item.number(tag::kContourSlabThickness).value_or(std::nullopt);
  if (thickness && *thickness > 0.0) contour.slab_thickness_mm = thickness;
  // A retired attribute that would extend or move the slab; no export is known that needs it.
  const auto offset = item.numbers(tag::kContourOffset);
  if (!offset || std::any_of(offset->begin(), offset->end(), [](double c) { return c != 0.0; })) {
    ++roi.offset_contours;
  }
  const bool agrees = stated && *stated && **stated >= 0 &&
                      static_cast<std::size_t>(**stated) == contour.points.size();
  if (!agrees) ++roi.wrong_counts;
  roi.roi.contours.push_back(std::move(contour));
}

Result<std::vector<RoiInProgress>> read_rois(const Attributes& root, const std::string& path) {
  std::vector<RoiInProgress> rois;
  for (const Attributes& item : root.items(tag::kStructureSetRois)) {
    RoiInProgress roi;
    const auto number = item.integer(tag::kRoiNumber);
    if (!number) return tl::unexpected<Error>(number.error());
    roi.roi.name = item.name(tag::kRoiName);
    if (!*number) {
      return fail(
          ErrorCode::TagMissing,
          fmt::format("ROI \"{}\" has no ROINumber, so nobody can tell which contours are its "
                      "own; export the structure set again.",
                      printable(roi.roi.name)),
          place(path, tag::kRoiNumber));
    }
    roi.roi.number = **number;
    roi.roi.generation_algorithm = item.code(tag::kRoiAlgorithm);
    roi.frame_uid = item.text(tag::kRoiFrame);
    rois.push_back(std::move(roi));
  }
  return rois;
}

// First index of each number; a number that occurs again refuses the contours of all that share it.
std::map<int, std::size_t> index_by_number(std::vector<RoiInProgress>& rois) {
  std::map<int, std::size_t> index;
  for (std::size_t i = 0; i < rois.size(); ++i) {
    const auto [entry, fresh] = index.emplace(rois[i].roi.number, i);
    if (fresh) continue;
    for (RoiInProgress* roi : {&rois[entry->second], &rois[i]}) {
      refuse(*roi, FindingCode::RoiNumberDuplicate,
             fmt::format(
                 "another ROI has the number {} too, and nobody can tell whose the contours are",
                 roi->roi.number));
    }
  }
  return index;
}

void read_all_contours(const Attributes& root, std::vector<RoiInProgress>& rois,
                       const std::map<int, std::size_t>& index, ObjectSource& source) {
  std::vector<double> coordinates;
  for (const Attributes& item : root.items(tag::kRoiContours)) {
    const auto number = item.integer(tag::kReferencedRoiNumber);
    const auto entry = number && *number ? index.find(**number) : index.end();
    const std::vector<Attributes> contours = item.items(tag::kContours);
    if (entry == index.end()) {
      source.findings.push_back(
          {FindingCode::RoiNumberUnknown,
           fmt::format("{} contours belong to ROI number \"{}\", which is no ROI "
                       "of this structure set; they were left out.",
                       contours.size(), printable(item.text(tag::kReferencedRoiNumber))),
           place(source.file.path, tag::kReferencedRoiNumber)});
      continue;
    }
    RoiInProgress& roi = rois[entry->second];
    if (roi.contour_items++ == 1) {
      source.findings.push_back({FindingCode::RoiNumberDuplicate,
                                 fmt::format("{} has its contours in several items of "
                                             "ROIContourSequence; they were put together.",
                                             roi_text(roi.roi)),
                                 place(source.file.path, tag::kRoiContours)});
    }
    roi.roi.contours.reserve(roi.roi.contours.size() + contours.size());
    for (const Attributes& contour : contours) {
      if (!roi.refused_text.empty()) break;
      read_contour(contour, roi, coordinates);
    }
  }
}

void read_observations(const Attributes& root, std::vector<RoiInProgress>& rois,
                       const std::map<int, std::size_t>& index) {
  for (const Attributes& item : root.items(tag::kRoiObservations)) {
    const auto number = item.integer(tag::kReferencedRoiNumber);
    const auto entry = number && *number ? index.find(**number) : index.end();
    if (entry == index.end()) continue;
    Roi& roi = rois[entry->second].roi;
    if (roi.interpreted_type.empty()) roi.interpreted_type = item.code(tag::kRoiInterpretedType);
    for (const Attributes& code : item.items(tag::kRoiCodes)) {
      roi.codes.push_back({code.text(tag::kCodeValue), code.text(tag::kCodingScheme),
                           code.name(tag::kCodeMeaning)});
    }
  }
}

// The frame of reference of most ROIs (of the first of them where two frames have equally many).
std::string common_frame(const Attributes& root, const std::vector<RoiInProgress>& rois) {
  std::map<std::string, std::size_t> counts;
  for (const RoiInProgress& roi : rois) {
    if (!roi.frame_uid.empty()) ++counts[roi.frame_uid];
  }
  std::string common;
  for (const RoiInProgress& roi : rois) {
    if (roi.frame_uid.empty()) continue;
    if (common.empty() || counts[roi.frame_uid] > counts[common]) common = roi.frame_uid;
  }
  if (!common.empty()) return common;
  const std::vector<Attributes> frames = root.items(tag::kReferencedFrames);
  if (frames.size() == 1) common = frames[0].text(tag::kFrameOfReferenceUid);
  return common.empty() ? root.text(tag::kFrameOfReferenceUid) : common;
}

// ROIs of another frame lie elsewhere in space: their contours mean nothing in the common one.
// Where several frames are in use, a ROI that names none may be in any of them.
void refuse_other_frames(std::vector<RoiInProgress>& rois, const std::string& common) {
  const bool several = std::any_of(rois.begin(), rois.end(), [&](const RoiInProgress& roi) {
    return !roi.frame_uid.empty() && roi.frame_uid != common;
  });
  if (!several) return;
  for (RoiInProgress& roi : rois) {
    if (roi.frame_uid == common) continue;
    refuse(roi, FindingCode::RoiFrameDiffers,
           "it is drawn in another frame of reference than the other ROIs");
  }
}

void report_roi(const RoiInProgress& roi, ObjectSource& source) {
  const std::string who = roi_text(roi.roi);
  const std::string where = printable(source.file.path) + ", " + who;
  if (!roi.refused_text.empty()) {
    source.findings.push_back(
        {roi.refused_code,
         fmt::format("{} has no usable contours: {}; all its contours were left out.", who,
                     roi.refused_text),
         where});
    return;
  }
  if (roi.wrong_counts > 0) {
    source.findings.push_back(
        {FindingCode::RoiContourPointCount,
         fmt::format("{}: NumberOfContourPoints disagrees with the points of {} "
                     "of {} contours; the points were used.",
                     who, roi.wrong_counts, roi.roi.contours.size()),
         where});
  }
  if (roi.offset_contours > 0) {
    source.findings.push_back(
        {FindingCode::RoiContourOffset,
         fmt::format("{}: {} of {} contours carry a ContourOffsetVector; they were left on the "
                     "plane they are drawn on.",
                     who, roi.offset_contours, roi.roi.contours.size()),
         where});
  }
  if (roi.empty_contours > 0) {
    source.findings.push_back(
        {FindingCode::RoiContourDegenerate,
         fmt::format("{}: {} contours without any point were left out.", who, roi.empty_contours),
         where});
  }
  if (roi.roi.contours.empty()) {
    source.findings.push_back(
        {FindingCode::RoiWithoutContours, fmt::format("{} has no contour.", who), where});
  }
}

void report_duplicate_names(const std::vector<Roi>& rois, ObjectSource& source) {
  std::map<std::string, std::vector<int>> numbers;
  for (const Roi& roi : rois) numbers[roi.name].push_back(roi.number);
  for (const auto& [name, list] : numbers) {
    if (list.size() < 2) continue;
    source.findings.push_back(
        {FindingCode::RoiNameDuplicate,
         fmt::format("ROIs {} share the name \"{}\".", fmt::join(list, ", "), printable(name)),
         place(source.file.path, tag::kRoiName)});
  }
}

}  // namespace

Result<StructureSet> read_structures(const DicomFile& file, ObjectSource& source) {
  const Attributes root = file.root();
  auto rois = read_rois(root, source.file.path);
  if (!rois) return tl::unexpected<Error>(rois.error());
  const std::map<int, std::size_t> index = index_by_number(*rois);
  const std::string frame = common_frame(root, *rois);
  refuse_other_frames(*rois, frame);
  read_all_contours(root, *rois, index, source);
  read_observations(root, *rois, index);

  StructureSet set;
  set.sop_instance_uid = source.file.sop_instance_uid;
  set.label = root.name(tag::kStructureSetLabel);
  set.frame_of_reference_uid = frame;
  set.patient_id = source.patient_id;
  source.frame_of_reference_uid = frame;
  set.rois.reserve(rois->size());
  for (RoiInProgress& roi : *rois) {
    // Part of a ROI's contours would be a wrong volume that nobody notices.
    if (!roi.refused_text.empty()) roi.roi.contours.clear();
    report_roi(roi, source);
    set.rois.push_back(std::move(roi.roi));
  }
  report_duplicate_names(set.rois, source);
  return set;
}

}  // namespace dosegate::dicom
