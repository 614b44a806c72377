#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "output.h"

namespace cli {
namespace {

int run_list() {
  const Library library;
  std::size_t count = 0;
  library.check(dosegate_protocol_count(library.session(), &count));
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto info = library.get<dosegate_protocol_info>(dosegate_protocol_get, i);
    rows.push_back({info.id, info.version, fmt::format("{} rules", info.rule_count), info.title});
  }
  fmt::print("{}", table(rows, 0));
  return kPass;
}

int run_show(const std::string& id) {
  const Library library;
  const char* text = nullptr;
  std::size_t length = 0;
  library.check(dosegate_protocol_text(library.session(), id.c_str(), &text, &length));
  fmt::print("{}", std::string_view(text, length));
  return kPass;
}

// One line a finding, with the place in the form that editors jump to.
int run_lint(const std::vector<std::string>& ids) {
  const Library library;
  bool any = false;
  for (const std::string& id : ids) {
    std::size_t count = 0;
    library.check(dosegate_protocol_lint(library.session(), id.c_str(), &count));
    for (std::size_t i = 0; i < count; ++i) {
      const auto finding = library.get<dosegate_protocol_finding>(dosegate_protocol_lint_get, i);
      fmt::print("{}:{}:{}: rule {}: {} [{}]\n", id, finding.line, finding.column, finding.rule,
                 finding.text, finding.code);
    }
    if (count == 0) fmt::print("{}: nothing found\n", id);
    any = any || count > 0;
  }
  return any ? kFail : kPass;
}

// The protocol goes to standard output or a file, what was assumed to standard error.
int run_import(const std::string& path, const std::string& out) {
  const Library library;
  const char* text = nullptr;
  std::size_t length = 0;
  std::size_t notes = 0;
  library.check(dosegate_goals_import(library.session(), path.c_str(), &text, &length, &notes));
  for (std::size_t i = 0; i < notes; ++i) {
    const auto note = library.get<dosegate_import_note>(dosegate_goals_import_note, i);
    const std::string place = note.line > 0 ? fmt::format("{}:{}", path, note.line) : path;
    fmt::print(stderr, "{}: {} [{}]\n", place, note.text, note.code);
  }
  write_all({{out, std::string(text, length)}});
  return kPass;
}

}  // namespace

Run add_protocols(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("protocols", "The protocols that plans are held against");
  command->require_subcommand(1);
  CLI::App* list = command->add_subcommand("list", "The built-in protocols");
  CLI::App* show = command->add_subcommand("show", "The text of a protocol");
  show->add_option("ID", *id, "Built-in id or file")->required();
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* lint = command->add_subcommand(
      "lint", "What in a protocol is likely to be a mistake; ends with 1 if there is any");
  lint->add_option("ID", *files, "Built-in ids and files")->required();
  auto out = std::make_shared<std::string>("-");
  CLI::App* import = command->add_subcommand(
      "import", "A table of goals of another system as a protocol file; nothing is guessed");
  import->add_option("FILE", *id, "CSV with a header row, or lines STRUCTURE :: LIMIT")->required();
  import->add_option("--out", *out, "File for the protocol (- is standard output)");
  return [id, files, out, list, show, lint, import]() -> int {
    if (list->parsed()) return run_list();
    if (lint->parsed()) return run_lint(*files);
    if (import->parsed()) return run_import(*id, *out);
    return show->parsed() ? run_show(*id) : -1;
  };
}

}  // namespace cli
