#include "sample_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <stdexcept>
#include <string_view>

namespace dosegate::samples {
namespace {

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv
std::uint64_t fnv1a(std::string_view text, std::uint64_t hash) {
  constexpr std::uint64_t kPrime = 1099511628211ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * kPrime;
  }
  return hash;
}

/// A 128 bit number, most significant byte first, in decimal: long division by ten.
std::string decimal_of(std::array<unsigned, 16> bytes) {
  std::string digits;
  while (std::any_of(bytes.begin(), bytes.end(), [](unsigned b) { return b != 0; })) {
    unsigned rest = 0;
    for (auto& byte : bytes) {
      const unsigned value = rest * 256 + byte;
      byte = value / 10;
      rest = value % 10;
    }
    digits.push_back(static_cast<char>('0' + rest));
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

void require(const OFCondition& condition, const std::string& what) {
  if (condition.bad()) {
    throw std::runtime_error(what + ": " + condition.text());
  }
}

std::string name_of(const DcmTagKey& tag) {
  return fmt::format("({:04X},{:04X})", tag.getGroup(), tag.getElement());
}

}  // namespace

std::string uid_for(const std::string& name) {
  constexpr std::uint64_t kBasis = 14695981039346656037ULL;
  const std::uint64_t high = fnv1a(name, kBasis);
  const std::uint64_t low = fnv1a(name, high ^ kBasis);
  std::array<unsigned, 16> bytes{};
  for (std::size_t i = 0; i < 8; ++i) {
    bytes[i] = static_cast<unsigned>((high >> (56 - 8 * i)) & 0xFF);
    bytes[i + 8] = static_cast<unsigned>((low >> (56 - 8 * i)) & 0xFF);
  }
  bytes[6] = (bytes[6] & 0x0F) | 0x80;  // version 8: made by a rule of one's own
  bytes[8] = (bytes[8] & 0x3F) | 0x80;  // variant of RFC 9562
  return "2.25." + decimal_of(bytes);
}

SampleUids uids_of(const SamplePlan& plan) {
  const std::string root = "dosegate/dicom_samples/" + plan.folder + "/";
  return {uid_for(root + "study"), uid_for(root + "frame"), uid_for(root + "RTPLAN"),
          uid_for(root + "RTSTRUCT"), uid_for(root + "RTDOSE")};
}

void Attributes::text(const DcmTagKey& tag, const std::string& value) {
  require(item_->putAndInsertString(DcmTag(tag), value.c_str()), name_of(tag));
}

void Attributes::words(const DcmTagKey& tag, const std::vector<Uint16>& value) {
  require(item_->putAndInsertUint16Array(DcmTag(tag, EVR_OW), value.data(), value.size()),
          name_of(tag));
}

void Attributes::number(const DcmTagKey& tag, Uint16 value) {
  require(item_->putAndInsertUint16(DcmTag(tag), value), name_of(tag));
}

void Attributes::pointer(const DcmTagKey& tag, const DcmTagKey& target) {
  require(item_->putAndInsertTagKey(DcmTag(tag), target), name_of(tag));
}

Attributes Attributes::item(const DcmTagKey& sequence) {
  constexpr long kAppend = -2;
  DcmItem* created = nullptr;
  require(item_->findOrCreateSequenceItem(DcmTag(sequence), created, kAppend), name_of(sequence));
  return Attributes(*created);
}

std::string decimal_text(const std::vector<double>& values, int decimals) {
  std::string text;
  for (const double value : values) {
    // Adding zero turns -0 into 0.
    text += fmt::format("{}{:.{}f}", text.empty() ? "" : "\\", value + 0.0, decimals);
  }
  return text;
}

void put_identity(Attributes& object, const SamplePlan& plan, const ObjectIdentity& identity) {
  const SampleUids uids = uids_of(plan);
  object.text(DCM_SpecificCharacterSet, "ISO_IR 192");
  object.text(DCM_InstanceCreationDate, "20260105");
  object.text(DCM_InstanceCreationTime, "120000");
  object.text(DCM_SOPClassUID, identity.sop_class);
  object.text(DCM_SOPInstanceUID, identity.sop_instance);
  object.text(DCM_StudyDate, "20260105");
  object.text(DCM_StudyTime, "120000");
  object.text(DCM_AccessionNumber, "");
  object.text(DCM_Modality, identity.modality);
  object.text(DCM_Manufacturer, "Dosegate sample generator");
  object.text(DCM_ManufacturerModelName, "generate_samples");
  object.text(DCM_SoftwareVersions, "1");
  object.text(DCM_ReferringPhysicianName, "");
  object.text(DCM_OperatorsName, "");
  object.text(DCM_PatientName, plan.patient_name);
  object.text(DCM_PatientID, plan.patient_id);
  object.text(DCM_PatientBirthDate, "");
  object.text(DCM_PatientSex, "O");
  object.text(DCM_StudyInstanceUID, uids.study);
  object.text(DCM_SeriesInstanceUID, uid_for(identity.sop_instance + "/series"));
  object.text(DCM_StudyID, "1");
  object.text(DCM_SeriesNumber, std::to_string(identity.series_number));
  object.text(DCM_FrameOfReferenceUID, uids.frame_of_reference);
  object.text(DCM_PositionReferenceIndicator, "");
}

void put_reference(Attributes& object, const DcmTagKey& sequence, const std::string& sop_class,
                   const std::string& sop_instance) {
  Attributes reference = object.item(sequence);
  reference.text(DCM_ReferencedSOPClassUID, sop_class);
  reference.text(DCM_ReferencedSOPInstanceUID, sop_instance);
}

void write_files(const std::filesystem::path& folder, const SamplePlan& plan,
                 const std::vector<DrawnRoi>& rois, const StoredDose& dose) {
  if (!dcmDataDict.isDictionaryLoaded()) {
    throw std::runtime_error("DCMTK finds no data dictionary; unset or correct DCMDICTPATH");
  }
  std::filesystem::create_directories(folder);
  const auto save = [&](DcmFileFormat& file, const char* name) {
    const auto syntax = plan.encoding == SamplePlan::Encoding::ImplicitLittleEndian
                            ? EXS_LittleEndianImplicit
                            : EXS_LittleEndianExplicit;
    const auto path = (folder / name).string();
    require(file.saveFile(path.c_str(), syntax, EET_ExplicitLength, EGL_recalcGL), path);
  };
  DcmFileFormat plan_file;
  Attributes plan_object(*plan_file.getDataset());
  fill_rtplan(plan_object, plan);
  save(plan_file, "RTPLAN.dcm");
  DcmFileFormat structure_file;
  Attributes structure_object(*structure_file.getDataset());
  fill_rtstruct(structure_object, plan, rois);
  save(structure_file, "RTSTRUCT.dcm");
  DcmFileFormat dose_file;
  Attributes dose_object(*dose_file.getDataset());
  fill_rtdose(dose_object, plan, dose);
  save(dose_file, "RTDOSE.dcm");
}

}  // namespace dosegate::samples
