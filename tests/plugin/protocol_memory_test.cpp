// Protocols that a host hands over as text.
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

// A built-in protocol's text under another name and id.
std::string text_of(const Session& session, const char* id) {
  const char* text = nullptr;
  std::size_t length = 0;
  EXPECT_EQ(dosegate_protocol_text(session, id, &text, &length), DOSEGATE_OK);
  return {text, length};
}

std::string renamed(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find("id: " + from);
  EXPECT_NE(at, std::string::npos);
  return text.replace(at + 4, from.size(), to);
}

int32_t add(const Session& session, const char* name, const std::string& text) {
  return dosegate_protocol_add(session, name, text.data(), text.size());
}

std::string checked_with(Session& session, const std::string& protocol) {
  const char* protocols[] = {protocol.c_str()};
  auto options = sized<dosegate_options>();
  options.protocols = protocols;
  options.protocol_count = 1;
  return session.render(session.evaluate(&options));
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size())) {
    text.replace(at, what.size(), with);
  }
  return text;
}

TEST(ProtocolFromMemory, GivesTheVerdictsOfTheSameTextFromAFile) {
  Session s;
  s.read({small_sample()});
  const std::string text = text_of(s, "hcc-rt-ici");
  const std::string file =
      ::testing::TempDir() + "/dosegate_protocol_" + std::to_string(::getpid());
  std::ofstream(file) << text;
  const std::string from_file = checked_with(s, file);
  (void)std::remove(file.c_str());
  ASSERT_EQ(add(s, "clinic", text), DOSEGATE_OK) << s.error();
  const std::string from_memory = checked_with(s, "clinic");
  EXPECT_NE(from_memory.find("\"origin\": \"clinic\""), std::string::npos);
  // Only what it is called differs.
  EXPECT_TRUE(replaced(from_memory, "\"clinic\"", "\"" + file + "\"") == from_file);
}

TEST(ProtocolFromMemory, IsFoundLintedAndShownByItsName) {
  const Session s;
  const std::string text =
      renamed(text_of(s, "rtog1112-allocation"), "rtog1112-allocation", "ours");
  ASSERT_EQ(add(s, "clinic", text), DOSEGATE_OK) << s.error();
  auto info = sized<dosegate_protocol_info>();
  ASSERT_EQ(dosegate_protocol_find(s, "clinic", &info), DOSEGATE_OK) << s.error();
  EXPECT_STREQ(info.id, "ours");
  auto original = sized<dosegate_protocol_info>();
  ASSERT_EQ(dosegate_protocol_find(s, "rtog1112-allocation", &original), DOSEGATE_OK);
  EXPECT_EQ(info.rule_count, original.rule_count);
  EXPECT_STRNE(info.sha256, original.sha256);
  EXPECT_EQ(text_of(s, "clinic"), text);
  std::size_t findings = 77;
  EXPECT_EQ(dosegate_protocol_lint(s, "clinic", &findings), DOSEGATE_OK);
  EXPECT_LT(findings, 77U);
}

TEST(ProtocolFromMemory, ABadTextIsRefusedWithItsPlaceAndLeavesWhatTheNameStoodFor) {
  const Session s;
  ASSERT_EQ(add(s, "clinic", text_of(s, "rtog1112-allocation")), DOSEGATE_OK);
  EXPECT_EQ(add(s, "clinic", "id: [\n"), 501);
  EXPECT_NE(s.error().find("clinic, line"), std::string::npos) << s.error();
  auto info = sized<dosegate_protocol_info>();
  ASSERT_EQ(dosegate_protocol_find(s, "clinic", &info), DOSEGATE_OK);
  EXPECT_STREQ(info.id, "rtog1112-allocation");
}

TEST(ProtocolFromMemory, NeitherABuiltInIdNorNoNameIsGivenAway) {
  const Session s;
  const std::string text = text_of(s, "rtog1112-allocation");
  EXPECT_EQ(add(s, "hcc-rt-ici", text), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_NE(s.error().find("built-in"), std::string::npos) << s.error();
  EXPECT_EQ(add(s, "", text), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(add(s, nullptr, text), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(dosegate_protocol_add(s, "clinic", nullptr, 10), DOSEGATE_ARGUMENT_INVALID);
  EXPECT_EQ(add(s, "clinic", std::string(2U << 20U, ' ')), 501) << "larger than a file may be";
}

TEST(ProtocolFromMemory, BelongsToItsSession) {
  const Session one, two;
  ASSERT_EQ(add(one, "clinic", text_of(one, "rtog1112-allocation")), DOSEGATE_OK);
  auto info = sized<dosegate_protocol_info>();
  EXPECT_EQ(dosegate_protocol_find(two, "clinic", &info), 502);
}

}  // namespace
}  // namespace dosegate::plugin_test
