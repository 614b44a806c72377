#include "dicom/store_receiver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "dicom/dicom_file.h"
#include "dicom/find_plans.h"
#include "dicom/rt_writer.h"
#include "dicom/sender_association.h"
#include "dicom/stored_object.h"
#include "dicom/tags.h"

namespace dosegate::dicom_test {
namespace {

namespace fs = std::filesystem;
using namespace dosegate::dicom;

std::vector<std::string> names_in(const TempFolder& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST(ParseCaller, TakesATitleAndAHostAndNothingElse) {
  const auto caller = parse_caller(" MY TPS@tps.example ");
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->aet, "MY TPS");
  EXPECT_EQ(caller->host, "tps.example");
  EXPECT_EQ(parse_caller("A@B@10.0.0.1")->aet, "A@B") << "an AE title may hold an @";
  for (const char* text :
       {"", "@", "TPS", "TPS@", "@10.0.0.1", "SEVENTEEN_LETTERS@h", "A\\B@h", "A\nB@h"}) {
    const auto refused = parse_caller(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::OptionInvalid);
  }
}

TEST(Callers, AreKnownByAddressAndTitleTogether) {
  Callers callers;
  EXPECT_FALSE(callers.may_connect("127.0.0.1"));
  EXPECT_FALSE(callers.may_connect("")) << "an address that is not known";
  callers.allow("A", "10.0.0.1");
  callers.allow("B", "10.0.0.2");
  EXPECT_TRUE(callers.may_connect("10.0.0.2"));
  EXPECT_TRUE(callers.may_send("A", "10.0.0.1"));
  EXPECT_FALSE(callers.may_send("A", "10.0.0.2"));
  EXPECT_FALSE(callers.may_send("", "10.0.0.1"));
}

TEST(IsUid, AllowsDigitsAndDotsOnly) {
  EXPECT_TRUE(is_uid("1.2.840"));
  EXPECT_TRUE(is_uid(std::string(64, '1')));
  for (const std::string& text : {std::string(), std::string(65, '1'), std::string("../1"),
                                  std::string("1.2\0", 4), std::string("1.a")}) {
    EXPECT_FALSE(is_uid(text));
  }
}

TEST(StoredObject, IsThereAsAWholeOrNotAtAll) {
  const TempFolder folder;
  Quota quota(folder.path(), 100);
  {
    StoredObject broken(folder / "1.dcm", quota);
    broken.add("half of");
  }
  EXPECT_TRUE(names_in(folder).empty());
  {
    StoredObject whole(folder / "2.dcm", quota);
    whole.add("all ");
    whole.add("of it");
    EXPECT_FALSE(fs::exists(folder / "2.dcm")) << "not before it is whole";
    ASSERT_TRUE(whole.keep());
  }
  EXPECT_EQ(names_in(folder), std::vector<std::string>{"2.dcm"});
  EXPECT_EQ(fs::file_size(folder / "2.dcm"), 9U);
}

TEST(StoredObject, BeyondTheQuotaLeavesNothingAndItsRoomToOthers) {
  const TempFolder folder;
  std::ofstream(folder / "before") << std::string(40, 'x');
  Quota quota(folder.path(), 100);
  {
    StoredObject large(folder / "1.dcm", quota);
    large.add(std::string(50, 'x'));
    large.add(std::string(11, 'x'));
    large.add("x");
    const auto kept = large.keep();
    ASSERT_FALSE(kept);
    EXPECT_EQ(kept.error().code, ErrorCode::FileUnwritable);
    EXPECT_EQ(names_in(folder), std::vector<std::string>{"before"});
  }
  StoredObject fits(folder / "2.dcm", quota);
  fits.add(std::string(60, 'x'));
  EXPECT_TRUE(fits.keep()) << "exactly what is left";
  EXPECT_FALSE(quota.take(1));
  fs::remove(folder / "before");
  EXPECT_TRUE(quota.take(40)) << "what was deleted is found out";
}

TEST(FileMetaHeader, IsReadBack) {
  const TempFolder folder;
  using namespace std::string_literals;
  const std::string modality = "\x08\0\x60\0CS\x06\0RTPLAN"s;
  for (const char* sender : {"A", "AB", "SIXTEEN LETTERS "}) {
    std::ofstream(folder / "headed", std::ios::binary)
        << file_meta_header(
               {"1.2.840.10008.5.1.4.1.1.481.5", "1.2.3", "1.2.840.10008.1.2.1", sender})
        << modality;
    const auto file = DicomFile::load(folder / "headed", DicomFile::Extent::Whole);
    ASSERT_TRUE(file) << to_text(file.error());
    EXPECT_TRUE(file->has_meta_header());
    EXPECT_EQ(file->transfer_syntax(), "Little Endian Explicit");
    EXPECT_EQ(file->root().code(tag::kModality), "RTPLAN");
  }
}

TEST(PlanIndex, FindsWhatFindPlansFindsWhateverCameFirst) {
  const TempFolder folder;
  PlanSpec plan;
  StructureSpec structures;
  DoseSpec dose;
  plan.uid = "1.2.1";
  plan.structures_uid = structures.uid = "1.2.2";
  dose.uid = "1.2.3";
  dose.plan_uid = plan.uid;
  write(plan, folder / "plan");
  write(structures, folder / "structures");
  write(dose, folder / "dose");
  std::ofstream(folder / "text") << "no DICOM";
  std::ofstream(folder / "cut", std::ios::binary) << std::string(128, '\0') << "DICM"
                                                  << "rubbish";
  const auto all = find_plans({folder.path()});
  ASSERT_TRUE(all);
  std::vector<std::string> files{"cut", "dose", "plan", "structures", "text"};
  do {
    PlanIndex index;
    for (const std::string& file : files) {
      const FoundPlans some = index.plans();
      for (const PlanFiles& found : some.plans) {
        EXPECT_EQ(found.linked, found.files.size() == 3);
      }
      index.look_at(folder / file);
    }
    const FoundPlans found = index.plans();
    ASSERT_EQ(found.plans.size(), 1U);
    EXPECT_TRUE(found.plans[0].linked);
    EXPECT_EQ(found.plans[0].files, all->plans[0].files);
    EXPECT_EQ(found.plans[0].findings.size(), all->plans[0].findings.size());
    ASSERT_EQ(found.without.size(), all->without.size());
    for (std::size_t i = 0; i < found.without.size(); ++i) {
      EXPECT_EQ(found.without[i].path, all->without[i].path);
      EXPECT_EQ(to_text(found.without[i].error), to_text(all->without[i].error));
    }
    EXPECT_EQ(found.other_files, all->other_files);
    index.forget(folder / "dose");
    EXPECT_FALSE(index.plans().plans[0].linked);
    index.forget(folder / "plan");
    EXPECT_TRUE(index.plans().plans.empty());
  } while (std::next_permutation(files.begin(), files.end()));
}

TEST(CheckObject, TakesRtObjectsThatCanBeRead) {
  const TempFolder folder;
  write(PlanSpec{}, folder / "plan");
  EXPECT_TRUE(check_object(folder / "plan"));
  std::ofstream(folder / "text") << "no DICOM at all";
  EXPECT_EQ(check_object(folder / "text").error().code, ErrorCode::NoRtObjects);
  EXPECT_FALSE(check_object(folder / "none"));
}

TEST(ReceiveStores, RefusesWhatCannotBeMeant) {
  const TempFolder folder;
  const ReceiverHost host{[] { return true; }, {}};
  ReceiverOptions options;
  options.folder = folder / "in";
  options.aet = "DOSEGATE";
  options.quota_bytes = 1;
  EXPECT_TRUE(receive_stores(options, host)) << "nobody may send, and it stops at once";
  options.aet = "";
  EXPECT_EQ(receive_stores(options, host).error().code, ErrorCode::OptionInvalid);
  options.aet = "DOSEGATE";
  options.tls = TlsFiles{folder / "none", folder / "none", folder / "none"};
  EXPECT_EQ(receive_stores(options, host).error().code, ErrorCode::OptionInvalid);
  options.tls.reset();
  std::ofstream(folder / "file") << "x";
  options.folder = folder / "file/in";
  EXPECT_EQ(receive_stores(options, host).error().code, ErrorCode::FileUnwritable);
}

}  // namespace
}  // namespace dosegate::dicom_test
