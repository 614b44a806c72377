// The fuzz targets on their corpus and on random changes of it, so that they cannot rot between two runs of
// the fuzzer, and so that what it once found stays mended.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "base/result.h"
#include "fuzz/fuzz_targets.h"

namespace dosegate::fuzz {
namespace {

const std::filesystem::path kHere = std::filesystem::path(DOSEGATE_SOURCE_DIR) / "tests/fuzz";
constexpr unsigned kSeed = 20250722;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> corpus_of(std::string_view target) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(kHere / "corpus" / target)) {
    paths.push_back(entry.path());
  }
  if (target == "protocol") paths.push_back(kHere / "../../protocols/hcc-rt-ici.yaml");
  std::sort(paths.begin(), paths.end());  // a folder has no order of its own
  std::vector<std::string> corpus;
  for (const auto& path : paths) corpus.push_back(bytes_of(path));
  return corpus;
}

// One to four random changes, each of a kind that parsers stumble over.
class Mutator {
 public:
  explicit Mutator(const std::vector<std::string>& corpus) : corpus_(corpus) {}

  std::string next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(text);
    return text;
  }

 private:
  // std::uniform_int_distribution gives other numbers with another library.
  std::size_t below(std::size_t count) { return random_() % std::max<std::size_t>(count, 1); }

  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = below(std::min<std::size_t>(text.size() - at + 1, 16));
    switch (below(5)) {
      case 0:
        text.insert(at, 1, static_cast<char>(below(256)));
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(below(text.size() + 1), text.substr(at, length));
        break;
      case 3: {  // the end of another one
        const std::string& other = corpus_[below(corpus_.size())];
        text = text.substr(0, at) + other.substr(below(other.size() + 1));
        break;
      }
      default:
        text.insert(at, tokens_[below(tokens_.size())]);
    }
  }

  const std::vector<std::string>& corpus_;
  std::mt19937 random_{kSeed};
  std::vector<std::string> tokens_ = {
      " ",    "\"", "\\", "(", ")", "{+5mm}", "::",  ":",  " - ", ",",    ";", "\t",   "\n",
      "\r\n", "#",  "*",  "&", "|", "0",      "1e5", "..", "@",   "[Gy]", "%", "NOT ", "\xC2\xB3"};
};

class Replay : public ::testing::TestWithParam<FuzzTarget> {};

TEST_P(Replay, HoldsForTheCorpusAndItsMutations) {
  const FuzzTarget& target = GetParam();
  const std::vector<std::string> corpus = corpus_of(target.name);
  ASSERT_GE(corpus.size(), 3U);
  const auto run = [&](const std::string& bytes) {
    try {
      target.run(bytes);
    } catch (const std::exception& problem) {
      FAIL() << problem.what() << " in " << target.name << ":\n" << bytes;
    }
  };
  for (const std::string& bytes : corpus) run(bytes);
  // A second or two in all: a whole file takes far longer than a metric.
  const bool whole_file = target.name == "protocol" || target.name == "goals";
  const int mutations = whole_file ? 3000 : 20000;
  Mutator mutator(corpus);
  for (int i = 0; i < mutations && !HasFatalFailure(); ++i) run(mutator.next());
}

INSTANTIATE_TEST_SUITE_P(FuzzTargets, Replay, ::testing::ValuesIn(kFuzzTargets),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace dosegate::fuzz
