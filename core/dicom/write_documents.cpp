#include "dicom/write_documents.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrcodtn.h>
#include <dcmtk/dcmsr/dsrcomvl.h>
#include <dcmtk/dcmsr/dsrdoctr.h>
#include <dcmtk/dcmsr/dsrnumvl.h>
#include <dcmtk/dcmsr/dsrsoprf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/sha256.h"
#include "base/text.h"
#include "dicom/dicom_file.h"
#include "dicom/rt_objects.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using model::CodedConcept;
using model::ContentItem;
using model::DocumentHead;
using model::InputFile;

constexpr std::size_t kLongestLo = 64, kLongestSh = 16;  // characters; PS3.5 table 6.2-1

void put(DcmItem& item, const DcmTagKey& key, const std::string& value) {
  require(item.putAndInsertString(key, value.c_str()).good(), "a value that DCMTK does not take");
}

void put_empty(DcmItem& item, const DcmTagKey& key) {
  require(item.insertEmptyElement(key).good(), "an empty value that DCMTK does not take");
}

std::size_t characters_in(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not within a character
  }));
}

// At most so many characters of a safe text; what is cut ends in dots.
std::string cut(std::string text, std::size_t longest) {
  if (characters_in(text) <= longest) return text;
  constexpr std::string_view kDots = "...";
  std::size_t end = 0, kept = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++kept > longest - kDots.size()) break;
  }
  return text.substr(0, end).append(kDots);
}

// A text of any kind as one value of at most `longest` characters; a backslash would make it two.
std::string one_value(std::string_view text, std::size_t longest) {
  std::string value = printable(text);
  std::replace(value.begin(), value.end(), '\\', '/');
  return cut(std::move(value), longest);
}

// A person's name (VR PN): three groups of five components, 64 characters a group.
std::string person_value(std::string_view name) {
  constexpr int kGroups = 3, kComponents = 5;
  std::string whole = printable(name);
  std::replace(whole.begin(), whole.end(), '\\', '/');
  std::string value;
  std::size_t from = 0;
  for (int group = 0; group < kGroups && from <= whole.size(); ++group) {
    const std::size_t end = group + 1 < kGroups ? whole.find('=', from) : std::string::npos;
    std::string part = whole.substr(from, end == std::string::npos ? end : end - from);
    int carets = 0;
    for (char& c : part) {
      if (c == '^' && ++carets >= kComponents) c = ' ';
      if (c == '=') c = ' ';
    }
    value += (group > 0 ? "=" : "") + cut(std::move(part), kLongestLo);
    if (end == std::string::npos) break;
    from = end + 1;
  }
  return value;
}

// Whether a text can be written as one value of the VR exactly as it stands.
bool fits_exactly(std::string_view text, std::size_t longest) {
  constexpr std::string_view kUnreadable =
      "\xEF\xBF\xBD";  // what reading made of bytes that are no text
  return one_value(text, longest) == text && text.find(kUnreadable) == std::string_view::npos;
}

bool is_uid(std::string_view text) {
  constexpr std::size_t kLongestUid = 64;
  if (text.empty() || text.size() > kLongestUid || text.front() == '.' || text.back() == '.') {
    return false;
  }
  return text.find_first_not_of("0123456789.") == std::string_view::npos &&
         text.find("..") == std::string_view::npos;
}

// UID of the class that an input file was taken for; empty if it is none of ours.
std::string class_uid(const std::string& sop_class) {
  const std::array<std::pair<ObjectKind, const char*>, 4> kinds = {
      {{ObjectKind::Plan, UID_RTPlanStorage},
       {ObjectKind::IonPlan, UID_RTIonPlanStorage},
       {ObjectKind::Structures, UID_RTStructureSetStorage},
       {ObjectKind::Dose, UID_RTDoseStorage}}};
  for (const auto& [kind, uid] : kinds) {
    if (sop_class_name(kind) == sop_class) return uid;
  }
  return {};
}

bool can_be_referenced(const InputFile& source) {
  return !class_uid(source.sop_class).empty() && is_uid(source.sop_instance_uid);
}

bool is_plan(const InputFile& source) {
  return source.sop_class == sop_class_name(ObjectKind::Plan) ||
         source.sop_class == sop_class_name(ObjectKind::IonPlan);
}

// What a document needs to be filed with its plan.
Result<void> check(const DocumentHead& head) {
  const auto plan = std::find_if(head.sources.begin(), head.sources.end(), is_plan);
  if (plan == head.sources.end() || head.study.uid.empty()) {
    return fail(
        ErrorCode::TagMissing,
        "The dose belongs to no plan and study that DICOM objects name (StudyInstanceUID of the RT "
        "Plan), so no DICOM document can be filed with it; write another format, or read the "
        "plan from its DICOM file.");
  }
  if (!is_uid(head.study.uid) || !is_uid(plan->sop_instance_uid)) {
    const Tag& tag = is_uid(head.study.uid) ? tag::kSopInstanceUid : tag::kStudyInstanceUid;
    return fail(
        ErrorCode::TagInvalid,
        fmt::format(
            "{} of the plan is no UID (digits and dots, at most 64), so no DICOM document can be "
            "filed with it; correct it and export the plan again.",
            to_text(tag)));
  }
  if (!fits_exactly(head.patient_id, kLongestLo)) {
    return fail(
        ErrorCode::TagInvalid,
        fmt::format(
            "{} holds a backslash, a control character or unreadable bytes, or is longer than {} "
            "characters: a DICOM document would get another ID, so none is written; "
            "correct it and export the plan again.",
            to_text(tag::kPatientId), kLongestLo));
  }
  return check_dictionary();
}

std::string date_or_nothing(const std::string& text) {
  return DcmDate::checkStringValue(text, "1").good() ? text : std::string();
}

std::string time_or_nothing(const std::string& text) {
  return DcmTime::checkStringValue(text, "1").good() ? text : std::string();
}

void put_code(DcmItem& item, const DcmTagKey& sequence, const CodedConcept& code) {
  DcmItem* coded = nullptr;
  require(item.findOrCreateSequenceItem(sequence, coded, -2).good(), "no item for a code");
  put(*coded, DCM_CodeValue, code.value);
  put(*coded, DCM_CodingSchemeDesignator, code.scheme);
  put(*coded, DCM_CodeMeaning, code.meaning);
}

// Patient, study, series, equipment and when: alike for all documents.
void put_head(DcmDataset& data, const DocumentHead& head, const char* sop_class,
              const char* modality) {
  const model::Study& study = head.study;
  put(data, DCM_SOPClassUID, sop_class);
  put(data, DCM_PatientName, person_value(head.patient_name));
  put(data, DCM_PatientID, head.patient_id);
  put(data, DCM_PatientBirthDate, date_or_nothing(study.patient_birth_date));
  const bool known_sex = study.patient_sex.size() == 1 &&
                         std::string_view("MFO").find(study.patient_sex) != std::string_view::npos;
  put(data, DCM_PatientSex, known_sex ? study.patient_sex : std::string());
  put(data, DCM_StudyInstanceUID, study.uid);
  put(data, DCM_StudyDate, date_or_nothing(study.date));
  put(data, DCM_StudyTime, time_or_nothing(study.time));
  // A number that was cut would be another one.
  put(data, DCM_StudyID, fits_exactly(study.id, kLongestSh) ? study.id : std::string());
  put(data, DCM_AccessionNumber,
      fits_exactly(study.accession_number, kLongestSh) ? study.accession_number : std::string());
  put_empty(data, DCM_ReferringPhysicianName);
  put(data, DCM_Modality, modality);
  put(data, DCM_SeriesNumber, "1");
  put(data, DCM_InstanceNumber, "1");
  put(data, DCM_Manufacturer, one_value(head.software, kLongestLo));
  put(data, DCM_ManufacturerModelName, one_value(head.software, kLongestLo));
  put(data, DCM_SoftwareVersions, one_value(head.software_version, kLongestLo));
  const std::string plan_date = date_or_nothing(study.plan_date);
  const std::string date = plan_date.empty() ? date_or_nothing(study.date) : plan_date;
  const std::string time = time_or_nothing(plan_date.empty() ? study.time : study.plan_time);
  put(data, DCM_ContentDate, date);
  put(data, DCM_ContentTime, date.empty() ? std::string() : time);
  if (!date.empty()) put(data, DCM_InstanceCreationDate, date);
  if (!date.empty() && !time.empty()) put(data, DCM_InstanceCreationTime, time);
  DcmItem* scheme = nullptr;
  require(data.findOrCreateSequenceItem(DCM_CodingSchemeIdentificationSequence, scheme, -2).good(),
          "no item for the coding scheme");
  put(*scheme, DCM_CodingSchemeDesignator, head.scheme);
  put(*scheme, DCM_CodingSchemeName, head.scheme_name);
}

// A data set or a file as bytes. DCMTK writes into a buffer that is emptied as often as it is full.
template <class Object, class... Arguments>
std::string bytes_of(Object& object, Arguments... arguments) {
  std::array<char, 65536> buffer{};
  DcmOutputBufferStream stream(buffer.data(), buffer.size());
  std::string bytes;
  object.transferInit();
  OFCondition status = EC_StreamNotifyClient;
  while (status == EC_StreamNotifyClient) {
    status =
        object.write(stream, EXS_LittleEndianExplicit, EET_ExplicitLength, nullptr, arguments...);
    void* part = nullptr;
    offile_off_t size = 0;
    stream.flushBuffer(part, size);
    bytes.append(static_cast<const char*>(part), static_cast<std::size_t>(size));
  }
  object.transferEnd();
  require(status.good(), "a document that DCMTK does not write");
  return bytes;
}

// "2.25." and the first 128 bits of a SHA-256 as a decimal number (PS3.5 B.2).
std::string uid_of(const std::string& text) {
  constexpr std::size_t kHexDigits = 32;
  const std::string hex = sha256_hex(text);
  std::string reversed = "0";  // decimal digits, the lowest first
  for (std::size_t i = 0; i < kHexDigits; ++i) {
    const char digit = hex[i];
    int carry = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    for (char& c : reversed) {
      const int sum = (c - '0') * 16 + carry;
      c = static_cast<char>('0' + sum % 10);
      carry = sum / 10;
    }
    for (; carry > 0; carry /= 10) reversed += static_cast<char>('0' + carry % 10);
  }
  return "2.25." + std::string(reversed.rbegin(), reversed.rend());
}

// The file, with UIDs that follow from all the rest.
std::string finished(DcmFileFormat& file) {
  DcmDataset& data = *file.getDataset();
  // Plain ASCII needs none, and is read where UTF-8 is not known.
  if (data.containsExtendedCharacters()) put(data, DCM_SpecificCharacterSet, "ISO_IR 192");
  const std::string content = sha256_hex(bytes_of(data));
  put(data, DCM_SOPInstanceUID, uid_of("instance " + content));
  put(data, DCM_SeriesInstanceUID, uid_of("series " + content));
  require(file.validateMetaInfo(EXS_LittleEndianExplicit).good(), "a file without its meta header");
  return bytes_of(file);
}

DSRCodedEntryValue coded(const CodedConcept& code) {
  return {code.value, code.scheme, code.meaning};
}

DSRTypes::E_RelationshipType relation_of(const ContentItem& item) {
  switch (item.relation) {
    case ContentItem::Relation::Contains:
      return DSRTypes::RT_contains;
    case ContentItem::Relation::HasProperties:
      return DSRTypes::RT_hasProperties;
    case ContentItem::Relation::HasConceptModifier:
      return DSRTypes::RT_hasConceptMod;
    case ContentItem::Relation::HasObservationContext:
      return DSRTypes::RT_hasObsContext;
  }
  throw InternalError("unknown relation");
}

DSRTypes::E_ValueType type_of(ContentItem::Kind kind) {
  switch (kind) {
    case ContentItem::Kind::Container:
      return DSRTypes::VT_Container;
    case ContentItem::Kind::Text:
      return DSRTypes::VT_Text;
    case ContentItem::Kind::Code:
      return DSRTypes::VT_Code;
    case ContentItem::Kind::Number:
      return DSRTypes::VT_Num;
    case ContentItem::Kind::Uid:
      return DSRTypes::VT_UIDRef;
    case ContentItem::Kind::Object:
      return DSRTypes::VT_Composite;
  }
  throw InternalError("unknown kind of statement");
}

OFCondition set_value(DSRDocumentTree& tree, const ContentItem& item, ContentItem::Kind kind) {
  DSRContentItem& node = tree.getCurrentContentItem();
  switch (kind) {
    case ContentItem::Kind::Container:
      return EC_Normal;
    case ContentItem::Kind::Text:
    case ContentItem::Kind::Uid:
      // DCMTK would judge the text by a character set that it is not told; printable() did.
      return node.setStringValue(printable(item.text), OFFalse);
    case ContentItem::Kind::Code:
      return node.setCodeValue(coded(item.code));
    case ContentItem::Kind::Number: {
      DSRNumericMeasurementValue value(item.text, coded(item.code));
      if (item.exact) value.setFloatingPointRepresentation(*item.exact, OFFalse);
      return node.setNumericValue(value);
    }
    case ContentItem::Kind::Object:
      return node.setCompositeReference(
          DSRCompositeReferenceValue(class_uid(item.sop_class), item.text));
  }
  throw InternalError("unknown kind of statement");
}

// `referenced`: UIDs of the objects in the evidence; another one can only be named.
void add(DSRDocumentTree& tree, const ContentItem& item, DSRTypes::E_RelationshipType relation,
         DSRTypes::E_AddMode mode, const std::set<std::string>& referenced) {
  ContentItem named = item;
  if (item.kind == ContentItem::Kind::Object && !referenced.contains(item.text)) {
    named.kind = ContentItem::Kind::Text;
    named.text = item.sop_class + " " + item.text;
  }
  require(tree.addContentItem(relation, type_of(named.kind), mode) > 0,
          "a statement that the kind of report does not allow");
  require(tree.getCurrentContentItem().setConceptName(coded(item.name)).good(), "a bad name");
  require(set_value(tree, named, named.kind).good(), "a value that DCMTK does not take");
  DSRTypes::E_AddMode next = DSRTypes::AM_belowCurrent;
  for (const ContentItem& below : item.items) {
    add(tree, below, relation_of(below), next, referenced);
    next = DSRTypes::AM_afterCurrent;
  }
  if (!item.items.empty()) tree.goUp();
}

}  // namespace

Result<std::string> write_pdf(const model::PdfDocument& document) {
  const DcmtkSession session;
  const DocumentHead& head = document.head;
  if (auto sound = check(head); !sound) return tl::unexpected<Error>(sound.error());
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  put_head(data, head, UID_EncapsulatedPDFStorage, "DOC");
  put(data, DCM_ConversionType, "WSD");
  put_empty(data, DCM_AcquisitionDateTime);
  put(data, DCM_BurnedInAnnotation, "YES");  // the pages name the patient
  for (const InputFile& source : head.sources) {
    if (!can_be_referenced(source)) continue;
    DcmItem* item = nullptr;
    require(data.findOrCreateSequenceItem(DCM_SourceInstanceSequence, item, -2).good(),
            "no item for a source");
    put(*item, DCM_ReferencedSOPClassUID, class_uid(source.sop_class));
    put(*item, DCM_ReferencedSOPInstanceUID, source.sop_instance_uid);
  }
  constexpr std::size_t kLongestSt = 1024;
  put(data, DCM_DocumentTitle, one_value(head.title, kLongestSt));
  put_code(data, DCM_ConceptNameCodeSequence, head.kind);
  put(data, DCM_MIMETypeOfEncapsulatedDocument, "application/pdf");
  std::string even = document.pdf;
  if (even.size() % 2 != 0) even += '\0';
  const auto* bytes = reinterpret_cast<const Uint8*>(even.data());
  require(data.putAndInsertUint8Array(DCM_EncapsulatedDocument, bytes, even.size()).good() &&
              data.putAndInsertUint32(DCM_EncapsulatedDocumentLength,
                                      static_cast<Uint32>(document.pdf.size()))
                  .good(),
          "a PDF that DCMTK does not take");
  return finished(file);
}

Result<std::string> write_report(const model::StructuredReport& report) {
  const DcmtkSession session;
  const DocumentHead& head = report.head;
  if (auto sound = check(head); !sound) return tl::unexpected<Error>(sound.error());
  DcmFileFormat file;
  DcmDataset& data = *file.getDataset();
  put_head(data, head, UID_ComprehensiveSRStorage, "SR");
  put_empty(data, DCM_ReferencedPerformedProcedureStepSequence);
  put_empty(data, DCM_PerformedProcedureCodeSequence);
  put(data, DCM_CompletionFlag, "COMPLETE");
  put(data, DCM_VerificationFlag, "UNVERIFIED");  // a person signs, not the software
  DSRSOPInstanceReferenceList evidence(DCM_CurrentRequestedProcedureEvidenceSequence);
  std::set<std::string> referenced;
  for (const InputFile& source : head.sources) {
    if (!can_be_referenced(source) || !is_uid(source.series_uid) || !is_uid(source.study_uid)) {
      continue;
    }
    require(evidence
                .addItem(source.study_uid, source.series_uid, class_uid(source.sop_class),
                         source.sop_instance_uid)
                .good(),
            "evidence that DCMTK does not take");
    referenced.insert(source.sop_instance_uid);
  }
  if (!referenced.empty()) require(evidence.write(data).good(), "evidence that is not written");
  DSRDocumentTree tree(DSRTypes::DT_ComprehensiveSR);
  add(tree, report.root, DSRTypes::RT_isRoot, DSRTypes::AM_afterCurrent, referenced);
  require(tree.write(data).good(), "a report that DCMTK does not write");
  return finished(file);
}

}  // namespace dosegate::dicom
