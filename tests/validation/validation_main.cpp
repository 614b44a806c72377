// validation: the engine against truths that are known by other means.
//
//   validation --table [--full] [--seed N]   errors by group, and every check beyond its bar
//   validation --csv   [--full] [--seed N]   every check, one a line
//   validation --write FOLDER                writes the docs pages accuracy.md and nelms.md
//   validation --check FOLDER PAGE           compares one page with what would be written
//
// Exit code 1 if a check is beyond its bar or a page differs; 77 if a page needs the published
// files and they are not there.
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "validation/docs_pages.h"
#include "validation/error_table.h"

namespace {

using namespace dosegate::validation;

constexpr int kSkipped = 77;  // what ctest takes for a skipped test

struct Arguments {
  std::string mode, folder, page;
  Extent extent = Extent::Default;
  std::uint64_t seed = kSeed;
};

int usage() {
  fmt::print(stderr,
             "usage: validation (--table|--csv) [--full] [--seed N]\n"
             "       validation --write FOLDER\n"
             "       validation --check FOLDER accuracy.md|nelms.md\n");
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

std::vector<CaseResult> run(const Arguments& arguments) {
  std::vector<CaseResult> results;
  for (const ValidationCase& tried : validation_cases(arguments.extent, arguments.seed)) {
    results.push_back(run_case(tried));
  }
  return results;
}

// The page's text; absent where the published files are.
std::optional<std::string> page(const std::string& name) {
  if (name == "accuracy.md") return accuracy_page(run({}));
  const auto published =
      published_rows(std::string(DOSEGATE_SHARED_DATA_DIR) + "/nelms-analytic-sphere-cylinder");
  if (published.empty()) return std::nullopt;
  auto generated = generated_rows(NelmsTest::Fine);
  const auto clinical = generated_rows(NelmsTest::Clinical);
  generated.insert(generated.end(), clinical.begin(), clinical.end());
  return nelms_page(generated, published);
}

int write_pages(const std::string& folder) {
  for (const char* name : {"accuracy.md", "nelms.md"}) {
    const auto text = page(name);
    if (!text) {
      fmt::print(stderr, "{} stays as it is: the published files are not there\n", name);
      continue;
    }
    std::ofstream file(folder + "/" + name, std::ios::binary);
    file << *text;
    file.close();
    if (!file) {
      fmt::print(stderr, "cannot write {}/{}\n", folder, name);
      return 1;
    }
  }
  return 0;
}

int check_page(const std::string& folder, const std::string& name) {
  const auto fresh = page(name);
  if (!fresh) {
    fmt::print("the published files are not there: not compared\n");
    return kSkipped;
  }
  std::ifstream file(folder + "/" + name, std::ios::binary);
  const std::string kept{std::istreambuf_iterator<char>(file), {}};
  const auto difference = first_difference(kept, *fresh);
  if (!difference) return 0;
  fmt::print("{}/{} is not what the program writes, {}", folder, name, *difference);
  return 1;
}

int run_and_print(const Arguments& arguments) {
  const std::vector<CaseResult> results = run(arguments);
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

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--table" || word == "--csv") {
      arguments.mode = word;
    } else if (word == "--write" && i + 1 < argc) {
      arguments.mode = word;
      arguments.folder = argv[++i];
    } else if (word == "--check" && i + 2 < argc) {
      arguments.mode = word;
      arguments.folder = argv[++i];
      arguments.page = argv[++i];
    } else if (word == "--full") {
      arguments.extent = Extent::Full;
    } else if (word == "--seed" && i + 1 < argc) {
      arguments.seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      return usage();
    }
  }
  if (arguments.mode.empty()) return usage();
  if (arguments.mode == "--write") return write_pages(arguments.folder);
  if (arguments.mode == "--check") return check_page(arguments.folder, arguments.page);
  return run_and_print(arguments);
}
