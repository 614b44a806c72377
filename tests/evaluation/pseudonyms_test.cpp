// Pseudonyms: what is replaced in a text, what is not, and that only the key decides them.
#include "evaluation/pseudonyms.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

using namespace dosegate;
using namespace dosegate::evaluation;

namespace {

DeidentifyKey key(char fill = 'k') {
  return *DeidentifyKey::of(std::string(16, fill));
}

Pseudonyms of(Identities known) {
  return {key(), known};
}

// RFC 4231, test cases 1 and 2.
TEST(Pseudonyms, HmacIsThatOfTheRfc) {
  EXPECT_EQ(hmac_sha256_hex(std::string(20, '\x0b'), "Hi There"),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Pseudonyms, AKeyOfFewerThanSixteenBytesIsRefused) {
  const auto none = DeidentifyKey::of(std::string(15, 'k'));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::OptionInvalid);
  EXPECT_TRUE(DeidentifyKey::of(std::string(16, '\0')));
}

TEST(Pseudonyms, OneKeyGivesOneAndAnotherGivesAnother) {
  const Pseudonyms one = of({}), other(key('x'), {});
  EXPECT_EQ(one.patient_id("4711"), of({}).patient_id("4711 "));
  EXPECT_NE(one.patient_id("4711"), one.patient_id("4712"));
  EXPECT_NE(one.patient_id("4711"), other.patient_id("4711"));
  EXPECT_NE(one.patient_id("A").substr(2), one.label("A").substr(2));
  for (const std::string& none : {one.patient_id(""), one.label(" "), one.uid(""), one.path("")}) {
    EXPECT_EQ(none, "");
  }
}

TEST(Pseudonyms, AUidIsOneOf128Bits) {
  const std::string uid = of({}).uid("1.2.3");
  EXPECT_EQ(uid.substr(0, 5), "2.25.");
  EXPECT_LE(uid.size(), 64U);
  EXPECT_EQ(uid.find_first_not_of("0123456789", 5), std::string::npos);
  EXPECT_NE(uid[5], '0');
}

TEST(Pseudonyms, IdentitiesAreFoundInAnyText) {
  const Pseudonyms p =
      of({{"PAT77"}, {"Doe^Jane^Q"}, {"SBRT 1"}, {"1.2.3"}, {"/d/xy/JaneD.dcm"}, {}});
  const std::string name = p.patient_name("Doe^Jane^Q"), id = p.patient_id("PAT77");
  EXPECT_EQ(p.text("GTV_doe, jane (pat77)"), "GTV_" + name + ", " + name + " (" + id + ")");
  EXPECT_EQ(p.text("Plan sbrt 1 of 1.2.3"), "Plan " + p.label("SBRT 1") + " of " + p.uid("1.2.3"));
  EXPECT_EQ(p.text("in /d/xy/JaneD.dcm"), "in " + p.path("/d/xy/JaneD.dcm"));
  EXPECT_EQ(p.text("JaneD.dcm"), p.path("JaneD.dcm"));
  EXPECT_EQ(p.text("Q is an initial"), "Q is an initial");
}

TEST(Pseudonyms, WhatHasTheFormOfAUidOrPathIsReplacedUnknown) {
  const Pseudonyms p = of({});
  EXPECT_EQ(p.text("see 1.2.246.352.71.5 (x)"), "see " + p.uid("1.2.246.352.71.5") + " (x)");
  EXPECT_EQ(p.text("see /home/doe/a.dcm: cut"), "see " + p.path("/home/doe/a.dcm") + ": cut");
  EXPECT_EQ(p.text("C:\\doe\\a.dcm"), p.path("C:\\doe\\a.dcm"));
  for (const char* kept : {"1.2.840.10008.5.1.4.1.1.481.5", "2.5 Gy", "1.2.3", "Gy/fx", "a / b"}) {
    EXPECT_EQ(p.text(kept), kept);
  }
}

TEST(Pseudonyms, NumbersAreNotCutApart) {
  const Pseudonyms p = of({{"123", "5", "20240131"}, {}, {}, {}, {}, {}});
  for (const char* kept : {"1234 cc", "0.123 Gy", "123.5 Gy", "51235", "5 Gy", "2.5"}) {
    EXPECT_EQ(p.text(kept), kept);
  }
  EXPECT_EQ(p.text("ROI123b"), "ROI" + p.patient_id("123") + "b");
  EXPECT_EQ(p.text("123."), p.patient_id("123") + ".");
  EXPECT_EQ(p.text(" 5 "), p.patient_id("5"));
  EXPECT_EQ(p.text("x920240131"), "x9" + p.patient_id("20240131"));
}

TEST(Pseudonyms, PlainWordsAreReplacedAsAWholeOnly) {
  const Pseudonyms p = of({{}, {}, {"Plan"}, {}, {"/data/dose/RT.dcm"}, {}});
  EXPECT_EQ(p.text("The plan's dose"), "The plan's dose");
  EXPECT_EQ(p.text("Plan"), p.label("Plan"));
}

TEST(Pseudonyms, LettersOfLatin1HaveNoCase) {
  const Pseudonyms p = of({{}, {"M\xC3\x9CLLER^\xC3\x96zg\xC3\xBCr"}, {}, {}, {}, {}});
  const std::string name = p.patient_name("M\xC3\x9CLLER^\xC3\x96zg\xC3\xBCr");
  EXPECT_EQ(p.text("PTV_m\xC3\xBCller"), "PTV_" + name);
  EXPECT_EQ(p.text("\xC3\xB6ZG\xC3\x9CR"), name);
}

TEST(Pseudonyms, WhatIsNotUtf8IsFoundAsItIsShown) {
  const Pseudonyms p = of({{"A\x1B[2J\xFFZ"}, {}, {}, {}, {}, {}});
  const std::string id = p.patient_id("A\x1B[2J\xFFZ");
  EXPECT_EQ(p.text("of A\x1B[2J\xFFZ"), "of " + id);
  EXPECT_EQ(p.text("of A\xEF\xBF\xBD[2J\xEF\xBF\xBDZ"), "of " + id);
}

TEST(Pseudonyms, OfFilesThatNobodyKnowsQuotesAreLeftOut) {
  const Error error = of({{}, {}, {}, {}, {"/a/doe/x y.dcm"}, {}})
                          .unknown_file_error({ErrorCode::TagInvalid, "ROI \"Doe_GTV\" is cut",
                                               "/a/doe/x y.dcm: ROIName"});
  EXPECT_EQ(error.text, "ROI \"...\" is cut");
  EXPECT_EQ(error.where.find("doe"), std::string::npos);
  EXPECT_EQ(error.code, ErrorCode::TagInvalid);
}

}  // namespace
