#include "protocol/context_file.h"

#include <gtest/gtest.h>

#include "base/sha256.h"

namespace dosegate::protocol {
namespace {

const std::vector<Protocol>& hcc() {
  static const std::vector<Protocol> protocols = {builtin_protocol(kDefaultProtocol).value()};
  return protocols;
}

TEST(ContextFile, HoldsKeysAndValuesAsTheProtocolDeclaresThem) {
  const std::string yaml =
      "# of the patient\nchild_pugh: B7\necog: 1\ntargeted_drug: no\nrt_ici_interval_days: 21\n";
  const auto file = parse_context_file(yaml, "a/context.yaml", hcc());
  ASSERT_TRUE(file) << to_text(file.error());
  EXPECT_EQ(file->path, "a/context.yaml");
  EXPECT_EQ(file->sha256, sha256_hex(yaml));
  EXPECT_EQ(file->values, (Context{{"child_pugh", "B7"},
                                   {"ecog", "1"},
                                   {"targeted_drug", "no"},
                                   {"rt_ici_interval_days", "21"}}));
  EXPECT_TRUE(file->unused.empty());
}

TEST(ContextFile, SaysWhereWhatIsWrong) {
  const struct {
    const char* yaml;
    const char* place;
    const char* words;
  } rows[] = {
      {"child_pugh: B7\nchild_pough: B7\n", "line 2, column 1", "'child_pough' is not known"},
      {"ecog: 1\nchild_pugh: D1\n", "line 2, column 13", "it is one of: A5"},
      {"ecog: 7\n", "line 1, column 7", "it is a number from 0 to 5"},
      {"ecog: 1,5\n", "line 1, column 7", "it is a number from 0 to 5"},
      {"ecog:\n", "line 1", "needs one value"},
      {"ecog: [1, 2]\n", "line 1, column 7", "needs one value"},
      {"ecog: 1\necog: 2\n", "line 2, column 1", "twice"},
      {"- ecog\n", "line 1, column 1", "expected keys with values"},
      {"", "line 1, column 1", "the file is empty"},
      {"ecog: 1\n---\nage: 60\n", "line", "document"},
  };
  for (const auto& row : rows) {
    const auto file = parse_context_file(row.yaml, "context.yaml", hcc());
    ASSERT_FALSE(file) << row.yaml;
    EXPECT_EQ(file.error().code, ErrorCode::ContextInvalid) << row.yaml;
    EXPECT_NE(file.error().where.find("context.yaml, " + std::string(row.place)), std::string::npos)
        << row.yaml << " at " << file.error().where;
    EXPECT_NE(file.error().text.find(row.words), std::string::npos) << file.error().text;
  }
  EXPECT_FALSE(parse_context_file(std::string(70000, '#'), "context.yaml", hcc()));
}

// One file serves several protocols: a supplement that asks nothing of it must not refuse it.
TEST(ContextFile, KeepsWhatOnlyAnotherBuiltInProtocolAsksForAside) {
  const std::vector<Protocol> supplement = {builtin_protocol("tg101-5fx").value()};
  const auto file = parse_context_file("ecog: 1\n", "context.yaml", supplement);
  ASSERT_TRUE(file);
  EXPECT_TRUE(file->values.empty());
  EXPECT_EQ(file->unused, std::vector<std::string>{"ecog"});
  EXPECT_FALSE(parse_context_file("ecog: 9\n", "context.yaml", supplement));
}

TEST(ContextFile, IsRefusedIfItCannotBeRead) {
  const auto file = read_context_file("/no/such/context.yaml", hcc());
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::FileUnreadable);
}

}  // namespace
}  // namespace dosegate::protocol
