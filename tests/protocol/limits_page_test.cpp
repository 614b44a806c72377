// Writes limits.md, the page of every limit that is built in, and compares it: after a wanted change
//     DOSEGATE_APPROVE=1 build/.../bin/test_protocol --gtest_filter='LimitsPage*'
// writes it anew, and the difference is read in review.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

constexpr std::string_view kHead = R"(# Every limit that is built in

Written by `test_protocol` from the files in `protocols/`, and compared with them by ctest; do not edit it by hand.
After a wanted change: `DOSEGATE_APPROVE=1 bin/test_protocol --gtest_filter='LimitsPage*'`.

Mark: *verified*, the number was read in what the source's lines name; *derived*, computed from such a number, the
file's note says how. Only the default protocol is used without being asked for; the others are supplements, named
with `--protocol`, several times if need be, and have a verdict of their own.
)";

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

std::string page() {
  std::string text(kHead);
  for (const std::string& id : builtin_protocols()) {
    const Protocol protocol = builtin_protocol(id).value();
    text += fmt::format("\n## {} {}{}\n\n{}.\n", id, protocol.version,
                        id == kDefaultProtocol ? " (default)" : "", protocol.title);
    if (!protocol.summary.empty()) text += fmt::format("\n{}\n", protocol.summary);
    text += "\n";
    for (const Source& source : protocol.sources) {
      text += fmt::format("- `{}`: {}{}\n", source.id, source.citation,
                          source.doi.empty() ? "" : ", doi " + source.doi);
    }
    text += "\n| rule | level | text | source | mark | read there |\n|---|---|---|---|---|---|\n";
    const auto row = [&](const std::string& rule, Level level, const std::string& written,
                         const Provenance& from) {
      text += fmt::format("| {} | {} | `{}` | {} | {} | {} |\n", rule, to_text(level),
                          cell(written), from.source, to_text(from.mark), cell(from.read));
    };
    for (const ProtocolRule& rule : protocol.rules) {
      row(rule.id, rule.level, to_text(rule.rule), rule.provenance);
    }
    for (const PlanCheck& check : protocol.plan_checks) {
      row(check.id, check.level,
          to_text(check.check) + (check.when ? " when " + to_text(*check.when) : ""),
          check.provenance);
    }
    for (const MarginCheck& check : protocol.margins) {
      row(check.id, check.level, to_text(check), check.provenance);
    }
  }
  return text;
}

TEST(LimitsPage, IsUpToDate) {
  const std::string path = DOSEGATE_SOURCE_DIR "/tests/protocol/limits.md";
  if (std::getenv("DOSEGATE_APPROVE") != nullptr) {
    std::ofstream(path, std::ios::binary) << page();
    GTEST_SKIP() << "Written anew: " << path;
  }
  std::ifstream file(path, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(kept, page()) << "see the top of limits_page_test.cpp";
}

}  // namespace
}  // namespace dosegate::protocol
