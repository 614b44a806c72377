#include "dicom/write_documents.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "dicom/rt_writer.h"

namespace dosegate::dicom_test {
namespace {

using model::ContentItem;

model::DocumentHead head() {
  model::DocumentHead head;
  head.patient_id = "P1";
  head.patient_name = "Doe^Jane";
  head.study.uid = "1.2.3.9";
  head.study.date = "20200101";
  head.study.time = "101112";
  head.study.plan_date = "20200203";
  head.study.plan_time = "040506";
  head.study.patient_birth_date = "19500102";
  head.study.patient_sex = "F";
  head.study.id = "7";
  head.study.accession_number = "A-1";
  head.sources = {{"dose.dcm", "RT Dose Storage", kDoseUid, "", "1.2.3.8", "1.2.3.9"},
                  {"plan.dcm", "RT Plan Storage", kPlanUid, "", "1.2.3.7", "1.2.3.9"},
                  {"rs.dcm", "RT Structure Set Storage", kStructuresUid, "", "", "1.2.3.9"},
                  {"context.yaml", "", "", ""}};
  head.title = "title";
  head.kind = {"CHECK", "99DOSEGATE", "check"};
  head.software = "Dosegate";
  head.software_version = "1";
  head.scheme = "99DOSEGATE";
  head.scheme_name = "Dosegate";
  return head;
}

model::StructuredReport report() {
  ContentItem value;
  value.kind = ContentItem::Kind::Number;
  value.name = {"VALUE", "99DOSEGATE", "Measured value"};
  value.text = "17.53";
  value.exact = 17.53;
  value.code = {"Gy", "UCUM", "gray"};
  ContentItem words;
  words.kind = ContentItem::Kind::Text;
  words.name = {"REASON", "99DOSEGATE", "Reason"};
  words.text = "a\\b <script>\x1b[2J \xE8\x82\x9D " + std::string(65536, 'x');
  ContentItem dose, structures;
  dose.kind = structures.kind = ContentItem::Kind::Object;
  dose.name = structures.name = {"INPUT", "99DOSEGATE", "Made from"};
  dose.sop_class = "RT Dose Storage";
  dose.text = kDoseUid;
  structures.sop_class = "RT Structure Set Storage";
  structures.text = kStructuresUid;
  ContentItem root;
  root.name = {"CHECK", "99DOSEGATE", "check"};
  root.items = {value, words, dose, structures};
  return {head(), root};
}

std::string text(DcmItem& item, const DcmTagKey& tag) {
  OFString value;
  EXPECT_TRUE(item.findAndGetOFStringArray(tag, value).good()) << DcmTag(tag).getTagName();
  return {value.c_str(), value.size()};
}

// What was written, read back from a file.
class Written {
 public:
  explicit Written(const Result<std::string>& bytes) {
    EXPECT_TRUE(bytes.has_value());
    if (!bytes) return;
    std::ofstream(folder_ / "document.dcm", std::ios::binary) << *bytes;
    EXPECT_TRUE(file_.loadFile((folder_ / "document.dcm").c_str()).good());
  }
  [[nodiscard]] DcmDataset& data() { return *file_.getDataset(); }
  [[nodiscard]] std::string at(const DcmTagKey& tag) { return text(data(), tag); }

 private:
  TempFolder folder_;
  DcmFileFormat file_;
};

TEST(WritePdf, FilesThePdfWithItsPlan) {
  const std::string pdf = "%PDF-1.5 odd";  // and one byte of another length below
  for (const std::string& document : {pdf, pdf + "d"}) {
    Written written(dicom::write_pdf({head(), document}));
    EXPECT_EQ(written.at(DCM_SOPClassUID), UID_EncapsulatedPDFStorage);
    EXPECT_EQ(written.at(DCM_PatientName), "Doe^Jane");
    EXPECT_EQ(written.at(DCM_PatientID), "P1");
    EXPECT_EQ(written.at(DCM_PatientBirthDate), "19500102");
    EXPECT_EQ(written.at(DCM_PatientSex), "F");
    EXPECT_EQ(written.at(DCM_StudyInstanceUID), "1.2.3.9");
    EXPECT_EQ(written.at(DCM_StudyDate), "20200101");
    EXPECT_EQ(written.at(DCM_StudyID), "7");
    EXPECT_EQ(written.at(DCM_AccessionNumber), "A-1");
    EXPECT_EQ(written.at(DCM_ContentDate), "20200203");
    EXPECT_EQ(written.at(DCM_ContentTime), "040506");
    EXPECT_EQ(written.at(DCM_BurnedInAnnotation), "YES");
    EXPECT_EQ(written.at(DCM_ConversionType), "WSD");
    EXPECT_EQ(written.at(DCM_Modality), "DOC");
    EXPECT_EQ(written.at(DCM_MIMETypeOfEncapsulatedDocument), "application/pdf");
    const Uint8* bytes = nullptr;
    unsigned long count = 0;
    ASSERT_TRUE(
        written.data().findAndGetUint8Array(DCM_EncapsulatedDocument, bytes, &count).good());
    Uint32 length = 0;
    ASSERT_TRUE(written.data().findAndGetUint32(DCM_EncapsulatedDocumentLength, length).good());
    EXPECT_EQ(length, document.size());
    EXPECT_EQ(count % 2, 0U);
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes), length), document);
    std::vector<std::string> sources;
    DcmItem* item = nullptr;
    for (long i = 0;
         written.data().findAndGetSequenceItem(DCM_SourceInstanceSequence, item, i).good(); ++i) {
      sources.push_back(text(*item, DCM_ReferencedSOPInstanceUID));
    }
    EXPECT_EQ(sources, (std::vector<std::string>{kDoseUid, kPlanUid, kStructuresUid}));
  }
}

TEST(WriteDocuments, TheSameContentIsTheSameObject) {
  const auto first = dicom::write_pdf({head(), "%PDF"}), again = dicom::write_pdf({head(), "%PDF"});
  ASSERT_TRUE(first && again);
  EXPECT_TRUE(*first == *again);
  Written one(first), other(dicom::write_pdf({head(), "%PDF2"})), sr(dicom::write_report(report()));
  for (const DcmTagKey& tag : {DCM_SOPInstanceUID, DCM_SeriesInstanceUID}) {
    EXPECT_EQ(one.at(tag).rfind("2.25.", 0), 0U);
    EXPECT_LE(one.at(tag).size(), 44U);  // 2^128 has 39 digits
    EXPECT_NE(one.at(tag), other.at(tag));
    EXPECT_NE(one.at(tag), sr.at(tag));
  }
  EXPECT_NE(one.at(DCM_SOPInstanceUID), one.at(DCM_SeriesInstanceUID));
}

TEST(WriteReport, HoldsNumbersTextsAndReferences) {
  Written written(dicom::write_report(report()));
  EXPECT_EQ(written.at(DCM_SOPClassUID), UID_ComprehensiveSRStorage);
  EXPECT_EQ(written.at(DCM_VerificationFlag), "UNVERIFIED");
  std::vector<DcmItem*> items;
  DcmItem* item = nullptr;
  for (long i = 0; written.data().findAndGetSequenceItem(DCM_ContentSequence, item, i).good();
       ++i) {
    items.push_back(item);
  }
  ASSERT_EQ(items.size(), 4U);
  DcmItem* value = nullptr;
  ASSERT_TRUE(items[0]->findAndGetSequenceItem(DCM_MeasuredValueSequence, value).good());
  EXPECT_EQ(text(*value, DCM_NumericValue), "17.53");
  Float64 exact = 0.0;
  EXPECT_TRUE(value->findAndGetFloat64(DCM_FloatingPointValue, exact).good());
  EXPECT_EQ(exact, 17.53);
  EXPECT_TRUE(text(*items[1], DCM_TextValue) ==
              "a\\b <script>\xEF\xBF\xBD[2J \xE8\x82\x9D " + std::string(65536, 'x'));
  EXPECT_EQ(text(*items[2], DCM_ValueType), "COMPOSITE");
  // Its file names no series, so that the evidence cannot hold it.
  EXPECT_EQ(text(*items[3], DCM_ValueType), "TEXT");
  EXPECT_EQ(text(*items[3], DCM_TextValue), "RT Structure Set Storage " + kStructuresUid);
}

TEST(WriteDocuments, NamesAreShownAndDoNothing) {
  const struct {
    std::string name, written;
  } rows[] = {{"", ""},
              {"A\\B^C=\xE8\x82\x9D^D=x=y", "A/B^C=\xE8\x82\x9D^D=x y"},
              {"a^b^c^d^e^f^g", "a^b^c^d^e f g"},
              {"<script>\x1b[2J", "<script>\xEF\xBF\xBD[2J"},
              {std::string("a\0b", 3),
               "a\xEF\xBF\xBD"
               "b"},
              {std::string(65536, 'n'), std::string(61, 'n') + "..."},
              {std::string(64, 'n'), std::string(64, 'n')}};
  for (const auto& row : rows) {
    model::DocumentHead named = head();
    named.patient_name = row.name;
    Written written(dicom::write_pdf({named, "%PDF"}));
    EXPECT_TRUE(written.at(DCM_PatientName) == row.written) << row.written;
    const bool ascii = std::all_of(row.written.begin(), row.written.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
    OFString charset;
    EXPECT_EQ(written.data().findAndGetOFString(DCM_SpecificCharacterSet, charset).good(), !ascii);
    EXPECT_EQ(charset, ascii ? "" : "ISO_IR 192");
  }
}

TEST(WriteDocuments, WhatIsNoValueIsLeftEmpty) {
  model::DocumentHead bare = head();
  bare.patient_id.clear();
  bare.study.patient_birth_date = "1950";
  bare.study.patient_sex = "MF";
  bare.study.id = std::string(17, '1');
  bare.study.accession_number = "A\\B";
  bare.study.plan_date = "yesterday";
  Written written(dicom::write_pdf({bare, "%PDF"}));
  for (const DcmTagKey& tag :
       {DCM_PatientID, DCM_PatientBirthDate, DCM_PatientSex, DCM_StudyID, DCM_AccessionNumber}) {
    EXPECT_EQ(written.at(tag), "");
  }
  EXPECT_EQ(written.at(DCM_ContentDate), "20200101");  // the study's
  EXPECT_EQ(written.at(DCM_ContentTime), "101112");
  bare.study.date.clear();
  Written without(dicom::write_pdf({bare, "%PDF"}));
  EXPECT_EQ(without.at(DCM_ContentDate), "");
  EXPECT_EQ(without.at(DCM_ContentTime), "");
}

TEST(WriteDocuments, NothingIsInvented) {
  const auto refused = [](const model::DocumentHead& bad) {
    model::StructuredReport sr = report();
    sr.head = bad;
    const auto written = dicom::write_report(sr), pdf = dicom::write_pdf({bad, "%PDF"});
    EXPECT_FALSE(written.has_value() || pdf.has_value());
    return written ? ErrorCode{} : written.error().code;
  };
  model::DocumentHead bad = head();
  bad.study.uid.clear();
  EXPECT_EQ(refused(bad), ErrorCode::TagMissing);
  bad = head();
  bad.sources.erase(bad.sources.begin() + 1);  // no plan
  EXPECT_EQ(refused(bad), ErrorCode::TagMissing);
  for (const std::string& uid :
       {std::string("<script>"), std::string("1..2"), std::string(".1"), std::string(65, '1')}) {
    bad = head();
    bad.study.uid = uid;
    EXPECT_EQ(refused(bad), ErrorCode::TagInvalid) << uid;
    bad = head();
    bad.sources[1].sop_instance_uid = uid;
    EXPECT_EQ(refused(bad), ErrorCode::TagInvalid) << uid;
  }
  for (const std::string& id : {std::string("a\\b"), std::string("a\x1b"), std::string(65, 'i'),
                                std::string("a\xEF\xBF\xBD")}) {
    bad = head();
    bad.patient_id = id;
    EXPECT_EQ(refused(bad), ErrorCode::TagInvalid) << id;
  }
}

}  // namespace
}  // namespace dosegate::dicom_test
