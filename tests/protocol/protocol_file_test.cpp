#include "protocol/protocol_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <fstream>

#include "base/sha256.h"

namespace dosegate::protocol {
namespace {

// Small and complete; the tests below change one thing in it.
const std::string kSmall = R"(protocol:
  id: small
  version: "1.0"
  title: A test
  tumour_alpha_beta_gy: 10
sources:
  - id: book
    citation: A book
context:
  - key: site
    words: [hepatic, other]
    meaning: site
  - key: age
    minimum: 0
    maximum: 120
    meaning: age
structures:
  - name: Colon
    aliases: [LargeBowel]
rules:
  - id: colon
    label: Colon
    level: required
    text: 'Colon :: Max[Gy] <= 33 when fx in 5..5'
    source: book
    read: a table
    mark: verified
plan_checks:
  - id: old-enough
    label: Age
    level: advisory
    check: age in 18..75
    when: site=hepatic
    source: book
    read: a table
    mark: verified
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("the test's text has no " + from);
  return text.replace(at, from.size(), to);
}

TEST(ParseProtocol, ReadsEveryPart) {
  const Result<Protocol> protocol = parse_protocol(kSmall, "small.yaml");
  ASSERT_TRUE(protocol.has_value()) << to_text(protocol.error());
  EXPECT_EQ(protocol->id, "small");
  EXPECT_EQ(protocol->version, "1.0");
  EXPECT_EQ(protocol->tumour_alpha_beta_gy, 10.0);
  EXPECT_EQ(protocol->origin, "small.yaml");
  EXPECT_EQ(protocol->sha256, sha256_hex(kSmall));
  ASSERT_EQ(protocol->sources.size(), 1U);
  EXPECT_EQ(protocol->sources[0].citation, "A book");
  ASSERT_EQ(protocol->context.size(), 2U);
  EXPECT_EQ(protocol->context[1].maximum, 120.0);
  ASSERT_NE(protocol->find_structure("Colon"), nullptr);
  EXPECT_EQ(protocol->find_structure("Colon")->aliases, std::vector<std::string>{"LargeBowel"});
  ASSERT_EQ(protocol->rules.size(), 1U);
  EXPECT_EQ(protocol->rules[0].level, Level::Required);
  EXPECT_EQ(to_text(protocol->rules[0].rule), "Colon :: Max[Gy] <= 33 when fx in 5..5");
  EXPECT_EQ(protocol->rules[0].provenance.mark, Mark::Verified);
  ASSERT_EQ(protocol->plan_checks.size(), 1U);
  EXPECT_EQ(to_text(protocol->plan_checks[0].check), "age in 18..75");
  EXPECT_EQ(to_text(*protocol->plan_checks[0].when), "site=hepatic");
}

struct Change {
  const char* from;
  const char* to;
  const char* where;  // behind the file's name
  const char* says;
};

TEST(ParseProtocol, RefusesEverySlipWithLineAndColumn) {
  const Change rows[] = {
      {"version: \"1.0\"", "versoin: \"1.0\"", "line 3, column 3", "'versoin' is not known here"},
      {"  version: \"1.0\"\n", "", "line 2, column 3", "'version' is missing"},
      {"  title: A test", "  title: A test\n  title: B", "line 5, column 3", "comes twice"},
      {"title: A test", "title:", "line 4, column 3", "must be text, and not empty"},
      // What the fuzz targets found: an escape brings what no line may hold, and a key a tab.
      {"title: A test", "title: \"A \\e[31m test\"", "line 4, column 10",
       "an escape for a control"},
      {"title: A test", "\"ti\\ntle\\a\": A", "line 4, column 3", "an escape for a control"},
      {"title: A test", "tit\tle: A test", "line 4, column 3", "'tit le' is not known"},
      {"title: A test", "title: [a]", "line 4, column 10", "must be text"},
      {"id: small", "id: Small Protocol", "line 2, column 7", "is no id"},
      {"gy: 10", "gy: ten", "line 5, column 25", "must be a number"},
      {"gy: 10", "gy: 0", "line 5, column 25", "alpha/beta is 0"},
      {"gy: 10", "gy: .nan", "line 5, column 25", "must be a number"},
      {"  tumour_alpha_beta_gy: 10\n", "", "line 2, column 3", "'tumour_alpha_beta_gy' is missing"},
      {"source: book\n    read: a table\n    mark: verified\nplan",
       "read: a table\n    mark: verified\nplan", "line 21, column 5", "'source' is missing"},
      {"source: book", "source: bock", "line 25, column 13", "not in the list of sources"},
      {"    mark: verified\nplan", "plan", "line 21, column 5", "'mark' is missing"},
      {"mark: verified", "mark: guessed", "line 27, column 11", "verified or derived"},
      {"mark: verified", "mark: derived", "line 21, column 5", "needs a 'note'"},
      {"level: required", "level: mandatory", "line 23, column 12", "required or advisory"},
      {"text: 'Colon", "text: 'rectum: Colon", "line 24, column 11", "has the id 'rectum'"},
      {"<= 33", "=< 33", "line 24, column 11, character 18 of the text", "a comparator"},
      {"Max[Gy] <=", "Max <=", "line 24, column 11, character 13 of the text", "write Max[Gy]"},
      {"fx in 5..5", "stage=IV", "line 24, column 11", "'stage' is not declared"},
      {"fx in 5..5", "site=liver", "line 24, column 11", "declares no word 'liver'"},
      {"fx in 5..5", "site in other..hepatic", "line 24, column 11", "is empty"},
      {"fx in 5..5", "site > 5", "line 24, column 11", "declared as words"},
      {"fx in 5..5", "age=old", "line 24, column 11", "declared as a number"},
      {"check: age in 18..75", "check: age in 18", "line 32, column 12, character 10 of the text",
       "'..'"},
      {"id: old-enough", "id: colon", "line 29, column 9", "comes twice"},
      {"words: [hepatic, other]", "words: [hepatic, hepatic]", "line 10, column 5", "twice"},
      {"words: [hepatic, other]", "words: [\"two words\"]", "line 10, column 5",
       "cannot be a word"},
      {"key: site", "key: fx", "line 10, column 5", "cannot be a context key"},
      {"key: age", "key: site", "line 13, column 5", "comes twice"},
      {"minimum: 0", "minimum: 130", "line 13, column 5", "in this order"},
      {"    minimum: 0\n", "", "line 13, column 5", "'minimum' and 'maximum'"},
      {"aliases: [LargeBowel]", "aliases: [Colon-PTV]", "line 18, column 5",
       "derived from 'Colon'"},
      {"aliases: [LargeBowel]", "aliases: [LargeBowel]\n  - name: large_bowel", "line 20, column 5",
       "also stands for 'Colon'"},
      {"aliases: [LargeBowel]", "definition: A -B", "line 19, column 17, character 4 of the text",
       "blank on both sides"},
      {"aliases: [LargeBowel]", "codes: [FMA7201]", "line 18, column 5",
       "coding scheme and a value"},
      {"aliases: [LargeBowel]", "codes: [SCT 1]\n  - name: Liver\n    codes: [SCT 1]",
       "line 20, column 5", "also stands for 'Colon'"},
      {"aliases: [LargeBowel]", "alpha_beta_gy: 0", "line 19, column 20", "alpha/beta"},
      {"text: 'Colon :: Max[Gy] <= 33 when fx in 5..5'", "text: Colon :: Max[Gy] <= 33",
       "line 24, column", "single quotes"},
      {"rules:", "rulez:", "line 20, column 1", "'rulez' is not known here"},
      {"rules:", "---\nrules:", "line 21, column 1", "a second document"},
      {"  id: small", "\tid: small", "line 2", "not valid YAML"},
      {"A test", "A \x01test", "line 4, column 1", "control character"},
      {"A test", "A \xFFtest", "line 4, column 1", "UTF-8"},
      {"A test", "A \xE2\x80\xAEtest", "line 4, column 1", "control character"},
  };
  for (const Change& row : rows) {
    SCOPED_TRACE(row.to);
    const Result<Protocol> protocol =
        parse_protocol(replaced(kSmall, row.from, row.to), "small.yaml");
    ASSERT_FALSE(protocol.has_value());
    EXPECT_NE(protocol.error().text.find(row.says), std::string::npos) << protocol.error().text;
    EXPECT_TRUE(protocol.error().where.starts_with("small.yaml, " + std::string(row.where)))
        << protocol.error().where;
  }
}

TEST(ParseProtocol, FoldsLinesButKeepsBlanksWithinThem) {
  const std::string folded =
      replaced(kSmall, "title: A test", "title: >\n    A\n    folded   title\n");
  EXPECT_EQ(parse_protocol(folded, "x").value().title, "A folded   title");
}

TEST(ParseProtocol, KeepsTheCodeOfARuleThatCannotBeParsed) {
  EXPECT_EQ(parse_protocol(replaced(kSmall, "<= 33", "=< 33"), "x").error().code,
            ErrorCode::RuleSyntax);
  EXPECT_EQ(parse_protocol(replaced(kSmall, "Max[Gy]", "Max"), "x").error().code,
            ErrorCode::MetricSyntax);
  EXPECT_EQ(parse_protocol(replaced(kSmall, "mark", "makr"), "x").error().code,
            ErrorCode::ProtocolInvalid);
}

void expect_invalid(const std::string& yaml) {
  SCOPED_TRACE(yaml.substr(0, 40));
  const auto start = std::chrono::steady_clock::now();
  const Result<Protocol> protocol = parse_protocol(yaml, "hostile");
  ASSERT_FALSE(protocol.has_value());
  EXPECT_EQ(protocol.error().code, ErrorCode::ProtocolInvalid);
  // Generous: even an instrumented build needs far less.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(ParseProtocol, SurvivesHostileText) {
  // yaml-cpp 0.7 finds documents without end behind such a comma (the fuzz target's find).
  expect_invalid("[a]\n, {}\n");
  expect_invalid("%\nprotocol: [a]\n---\n[b] [c]\n, {}\n");
  expect_invalid("");
  expect_invalid("\n\n# nothing\n");
  expect_invalid("text");
  expect_invalid("[1, 2]");
  expect_invalid("{}");
  expect_invalid(std::string("protocol:\0 x", 12));
  expect_invalid(std::string(kLargestProtocolFile + 1, ' '));
  expect_invalid(std::string(kLargestProtocolFile, 'a'));
  expect_invalid(std::string(100000, '['));
  expect_invalid(std::string(100000, '{'));
  expect_invalid("&a [*a]");
  expect_invalid("? [a]\n: b\n");
  expect_invalid("%YAML 9.9\n--- [\n");
  expect_invalid("*nothing");
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += (j > 0 ? "," : "") + before;
    bomb += "]\n";
  }
  expect_invalid(bomb);
}

TEST(ParseProtocol, TakesWindowsLineEndsAndAByteOrderMark) {
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : kSmall) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const Result<Protocol> protocol = parse_protocol(windows, "windows.yaml");
  ASSERT_TRUE(protocol.has_value()) << to_text(protocol.error());
  EXPECT_EQ(protocol->title, "A test");
}

TEST(ReadProtocolFile, ReadsAFileAndRefusesWhatIsNone) {
  const std::string path = testing::TempDir() + "dosegate_small_protocol.yaml";
  std::ofstream(path, std::ios::binary) << kSmall;
  const Result<Protocol> protocol = read_protocol(path);
  ASSERT_TRUE(protocol.has_value()) << to_text(protocol.error());
  EXPECT_EQ(protocol->sha256, sha256_hex(kSmall));
  EXPECT_EQ(protocol->origin, path);
  std::remove(path.c_str());
  EXPECT_EQ(read_protocol_file(path).error().code, ErrorCode::FileUnreadable);
  EXPECT_EQ(read_protocol_file(testing::TempDir()).error().code, ErrorCode::FileUnreadable);
}

TEST(ReadProtocol, ListsTheBuiltInIdsWhereNothingFits) {
  const Result<Protocol> protocol = read_protocol("no-such-protocol");
  ASSERT_FALSE(protocol.has_value());
  EXPECT_EQ(protocol.error().code, ErrorCode::ProtocolUnknown);
  EXPECT_NE(protocol.error().text.find("hcc-rt-ici"), std::string::npos);
  EXPECT_EQ(builtin_protocol("x").error().code, ErrorCode::ProtocolUnknown);
}

TEST(CheckContext, RefusesUnknownKeysAndValues) {
  const std::vector<Protocol> protocols = {parse_protocol(kSmall, "small.yaml").value()};
  EXPECT_TRUE(check_context({}, protocols).has_value());
  EXPECT_TRUE(check_context({{"site", "hepatic"}, {"age", "60"}}, protocols).has_value());
  const Result<void> key = check_context({{"sight", "hepatic"}}, protocols);
  ASSERT_FALSE(key.has_value());
  EXPECT_NE(key.error().text.find("known are: site, age"), std::string::npos) << key.error().text;
  EXPECT_FALSE(check_context({{"age", "160"}}, protocols).has_value());
}

}  // namespace
}  // namespace dosegate::protocol
