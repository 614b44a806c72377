// struct_size: a host older or newer than the library gets what both know, and nothing else is
// touched.
#include <array>
#include <cstddef>
#include <cstring>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

constexpr unsigned char kUntouched = 0xAB;
constexpr std::size_t kBeyond = 32;  // members of a later version

// The host's struct with room behind it, all bytes kUntouched but the size.
template <class Struct>
struct Padded {
  explicit Padded(std::size_t struct_size) {
    std::memset(bytes.data(), kUntouched, bytes.size());
    const auto size = static_cast<uint32_t>(struct_size);
    std::memcpy(bytes.data(), &size, sizeof size);
  }
  Struct* get() { return reinterpret_cast<Struct*>(bytes.data()); }
  [[nodiscard]] bool untouched_from(std::size_t offset) const {
    for (std::size_t i = offset; i < bytes.size(); ++i) {
      if (bytes[i] != kUntouched) return false;
    }
    return true;
  }
  alignas(Struct) std::array<unsigned char, sizeof(Struct) + kBeyond> bytes;
};

// What holds for each struct that the library fills in.
// ends.
template <class Struct, class Get>
void expect_size_rules(const char* name, Get get) {
  SCOPED_TRACE(name);
  EXPECT_EQ(get(static_cast<Struct*>(nullptr)), DOSEGATE_ARGUMENT_INVALID);
  for (const std::size_t too_small : {std::size_t{0}, std::size_t{1}, sizeof(uint32_t)}) {
    Padded<Struct> none(too_small);
    EXPECT_EQ(get(none.get()), DOSEGATE_ARGUMENT_INVALID) << too_small;
    EXPECT_TRUE(none.untouched_from(sizeof(uint32_t))) << too_small;
  }
  Padded<Struct> exact(sizeof(Struct));
  EXPECT_EQ(get(exact.get()), DOSEGATE_OK);
  EXPECT_TRUE(exact.untouched_from(sizeof(Struct)));
  EXPECT_FALSE(exact.untouched_from(sizeof(uint32_t)));

  Padded<Struct> newer(sizeof(Struct) + kBeyond);
  EXPECT_EQ(get(newer.get()), DOSEGATE_OK);
  EXPECT_TRUE(newer.untouched_from(sizeof(Struct)));
  EXPECT_EQ(newer.get()->struct_size, sizeof(Struct) + kBeyond) << "the host's own size stays";

  // A host of any age: its struct may end behind any member, and none is shorter than four bytes. What
  // it has room for is what the whole struct holds (texts are kept, so they are at the same place).
  for (std::size_t size = 2 * sizeof(uint32_t); size < sizeof(Struct); size += sizeof(uint32_t)) {
    Padded<Struct> older(size);
    EXPECT_EQ(get(older.get()), DOSEGATE_OK) << size;
    EXPECT_TRUE(older.untouched_from(size)) << size;
    EXPECT_EQ(std::memcmp(older.bytes.data() + sizeof(uint32_t),
                          exact.bytes.data() + sizeof(uint32_t), size - sizeof(uint32_t)),
              0)
        << size;
  }
}

TEST(StructSize, HoldsForEveryStructOfACase) {
  Session s;
  s.read({small_sample()});
  expect_size_rules<dosegate_protocol_info>(
      "protocol_info", [&](auto* out) { return dosegate_protocol_get(s, 0, out); });
  expect_size_rules<dosegate_case_info>("case_info",
                                        [&](auto* out) { return dosegate_case_get(s, 0, out); });
  expect_size_rules<dosegate_roi_info>("roi_info",
                                       [&](auto* out) { return dosegate_case_roi(s, 0, 0, out); });
  expect_size_rules<dosegate_dose_info>(
      "dose_info", [&](auto* out) { return dosegate_case_dose(s, 0, 0, out); });
  expect_size_rules<dosegate_input_info>(
      "input_info", [&](auto* out) { return dosegate_case_input(s, 0, 0, out); });
  expect_size_rules<dosegate_finding>(
      "finding", [&](auto* out) { return dosegate_case_finding(s, 0, 0, out); });
  std::size_t rules = 0;
  ASSERT_EQ(dosegate_case_names(s, 0, nullptr, &rules), DOSEGATE_OK);
  expect_size_rules<dosegate_rule_names>(
      "rule_names", [&](auto* out) { return dosegate_case_names_get(s, 0, out); });
}

TEST(StructSize, HoldsForEveryStructOfAnEvaluation) {
  Session s;
  s.read({small_sample()});
  const dosegate_result r = s.evaluate();
  expect_size_rules<dosegate_evaluation_info>(
      "evaluation_info", [&](auto* out) { return dosegate_evaluation_get(s, r, out); });
  expect_size_rules<dosegate_rule>(
      "rule", [&](auto* out) { return dosegate_evaluation_rule(s, r, 0, out); });
  expect_size_rules<dosegate_plan_check>(
      "plan_check", [&](auto* out) { return dosegate_evaluation_plan_check(s, r, 0, out); });
  expect_size_rules<dosegate_finding>(
      "finding", [&](auto* out) { return dosegate_evaluation_finding(s, r, 0, out); });
}

TEST(StructSize, HoldsForEveryStructOfADvh) {
  Session s;
  s.read({small_sample()});
  const dosegate_result r = s.quick();
  expect_size_rules<dosegate_dvh_info>("dvh_info",
                                       [&](auto* out) { return dosegate_dvh_get(s, r, out); });
  expect_size_rules<dosegate_dvh_structure>(
      "dvh_structure", [&](auto* out) { return dosegate_dvh_get_structure(s, r, 0, out); });
  expect_size_rules<dosegate_metric>(
      "metric", [&](auto* out) { return dosegate_dvh_metric(s, r, 0, 0, out); });
  expect_size_rules<dosegate_finding>(
      "finding", [&](auto* out) { return dosegate_dvh_finding(s, r, 0, out); });
}

TEST(StructSize, AnOlderHostGetsTheMembersThatItHasRoomFor) {
  Session s;
  s.read({small_sample()});
  const dosegate_result r = s.evaluate();
  auto whole = sized<dosegate_rule>();
  ASSERT_EQ(dosegate_evaluation_rule(s, r, 0, &whole), DOSEGATE_OK);
  constexpr std::size_t kUpToText = offsetof(dosegate_rule, text);
  Padded<dosegate_rule> older(kUpToText);
  ASSERT_EQ(dosegate_evaluation_rule(s, r, 0, older.get()), DOSEGATE_OK);
  EXPECT_TRUE(older.untouched_from(kUpToText));
  EXPECT_STREQ(older.get()->label, whole.label);
}

TEST(StructSize, OptionsOfAnOlderHostEndWhereItsStructEnds) {
  Session s;
  s.read({small_sample()});
  auto options = sized<dosegate_options>();
  options.fractions = 20;
  const std::string expected = s.render(s.quick(&options));
  EXPECT_NE(expected.find("\"fractions\": 20"), std::string::npos);
  // What lies behind the host's struct is not the library's to read: here a list of 1000 texts at
  // nowhere.
  options.protocols = reinterpret_cast<const char* const*>(std::uintptr_t{8});
  options.protocol_count = 1000;
  options.end_caps = 99;
  options.struct_size = offsetof(dosegate_options, end_caps);
  EXPECT_EQ(s.render(s.quick(&options)), expected);
}

TEST(StructSize, OptionsOfANewerHostAreReadAsFarAsTheyAreKnown) {
  Session s;
  s.read({small_sample()});
  auto options = sized<dosegate_options>();
  options.fractions = 20;
  const std::string expected = s.render(s.quick(&options));
  Padded<dosegate_options> newer(sizeof(dosegate_options) + kBeyond);
  std::memset(newer.bytes.data() + sizeof options, 0, kBeyond);
  std::memcpy(newer.bytes.data() + sizeof(uint32_t),
              reinterpret_cast<const char*>(&options) + sizeof(uint32_t),
              sizeof options - sizeof(uint32_t));
  EXPECT_EQ(s.render(s.quick(newer.get())), expected);
  // A later version's option that is set: passed over, it would be an answer to another question.
  newer.bytes[sizeof options + kBeyond - 1] = 1;
  dosegate_result result = 77;
  EXPECT_EQ(s.try_quick(result, newer.get()), DOSEGATE_OPTION_INVALID);
  EXPECT_NE(s.error().find("does not know"), std::string::npos) << s.error();
  EXPECT_EQ(result, 77U);
}

TEST(StructSize, AStructWithoutItsSizeIsRefusedOnTheWayInToo) {
  Session s;
  s.read({small_sample()});
  dosegate_result result = 77;
  dosegate_options options{};
  EXPECT_EQ(dosegate_evaluate(s, 0, &options, &result), DOSEGATE_ARGUMENT_INVALID);
  dosegate_dvh_request request{};
  EXPECT_EQ(dosegate_dvh(s, 0, &request, nullptr, &result), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(result, 77U);
  const dosegate_host host{};
  dosegate_session session = 77;
  EXPECT_EQ(dosegate_session_create(&host, &session), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(session, 77U);
}

}  // namespace
}  // namespace dosegate::plugin_test
