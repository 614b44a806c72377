// validation: the engine against truths that are known by other means.
//
//   validation --table [--full] [--seed N]   errors by group, and every check beyond its bar
//   validation --csv   [--full] [--seed N]   every check, one a line
//
// Exit code 1 if a check is beyond its bar.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "validation/error_table.h"

namespace {

using namespace dosegate::validation;

struct Arguments {
  std::string mode;
  Extent extent = Extent::Default;
  std::uint64_t seed = kSeed;
};

int usage() {
  fmt::print(stderr, "usage: validation --table|--csv [--full] [--seed N]\n");
  return 64;
}

int beyond_count(const std::vector<CaseResult>& results) {
  int count = 0;
  for (const CaseResult& r : results) {
    for (const Check& c : r.checks) count += c.beyond() ? 1 : 0;
  }
  return count;
}

void print_table(const std::vector<CaseResult>& results) {
  const auto by = [&](const std::string& heading, auto group) {
    fmt::print("{}\n", error_table(results, heading, group));
  };
  by("solid", [](const CaseResult& r) { return r.tried.solid.name; });
  by("dose", [](const CaseResult& r) { return r.tried.model().name; });
  by("size", [](const CaseResult& r) { return fmt::format("{:g} mm", r.tried.solid.size_mm); });
  by("contours",
     [](const CaseResult& r) { return fmt::format("{:g} mm", r.tried.drawing.spacing_mm); });
  by("grid", [](const CaseResult& r) { return r.tried.grid.name; });
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--table" || word == "--csv") {
      arguments.mode = word;
    } else if (word == "--full") {
      arguments.extent = Extent::Full;
    } else if (word == "--seed" && i + 1 < argc) {
      arguments.seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      return usage();
    }
  }
  if (arguments.mode.empty()) return usage();
  std::vector<CaseResult> results;
  for (const ValidationCase& tried : validation_cases(arguments.extent, arguments.seed)) {
    results.push_back(run_case(tried));
  }
  if (arguments.mode == "--csv") {
    fmt::print("{}", all_checks_csv(results));
  } else {
    print_table(results);
    fmt::print("{}", checks_beyond(results));
    fmt::print("seed {}: {} cases, {} checks beyond their bar\n", arguments.seed, results.size(),
               beyond_count(results));
  }
  return beyond_count(results) == 0 ? 0 : 1;
}
