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

// One line a finding; the place is the rule's id, which the file holds once.
int run_lint(const std::vector<std::string>& ids) {
  const Library library;
  bool any = false;
  for (const std::string& id : ids) {
    std::size_t count = 0;
    library.check(dosegate_protocol_lint(library.session(), id.c_str(), &count));
    for (std::size_t i = 0; i < count; ++i) {
      const auto finding = library.get<dosegate_protocol_finding>(dosegate_protocol_lint_get, i);
      fmt::print("{}: rule {}: {} [{}]\n", id, finding.rule, finding.text, finding.code);
    }
    if (count == 0) fmt::print("{}: nothing found\n", id);
    any = any || count > 0;
  }
  return any ? kFail : kPass;
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
  return [id, files, list, show, lint]() -> int {
    if (list->parsed()) return run_list();
    if (lint->parsed()) return run_lint(*files);
    return show->parsed() ? run_show(*id) : -1;
  };
}

}  // namespace cli
