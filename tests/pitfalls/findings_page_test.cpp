// The committed page says what the table says. After a wanted change:
//     DOSEGATE_APPROVE=1 build/.../bin/test_pitfalls --gtest_filter='FindingsPage*'
// writes it anew, and the difference is read in review.
#include "pitfalls/findings_page.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "pitfalls/pitfall.h"

namespace dosegate::pitfalls {
namespace {

TEST(FindingsPage, IsUpToDate) {
  const std::string path = DOSEGATE_SOURCE_DIR "/tests/pitfalls/findings.md";
  const std::string page = findings_page();
  if (std::getenv("DOSEGATE_APPROVE") != nullptr) {
    std::ofstream(path, std::ios::binary) << page;
    GTEST_SKIP() << path << " was written";
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file.is_open()) << path;
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), page);
}

TEST(FindingsPage, ListsEveryCaseFindingAndRefusal) {
  const std::string page = findings_page();
  for (const Chapter& chapter : chapters()) {
    for (const Row& row : chapter.rows) {
      EXPECT_NE(page.find("| " + row.id + " |"), std::string::npos) << row.id;
    }
  }
  for (const FindingKind& kind : finding_kinds()) {
    EXPECT_NE(page.find("| `" + std::string(kind.id) + "` |"), std::string::npos) << kind.id;
  }
  // The first and the last refusal, and one whose comment runs over two lines.
  for (const char* line :
       {"| 100 | text is not a plain ASCII number |",
        "| 801 | a null pointer or a struct of unknown size |",
        "| 302 | closed contours of one ROI, or operands, in planes of different "
        "tilt |"}) {
    EXPECT_NE(page.find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace dosegate::pitfalls
