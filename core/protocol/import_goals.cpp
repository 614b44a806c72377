#include "protocol/import_goals.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/text.h"
#include "metrics/structure_name.h"
#include "protocol/goal_table.h"
#include "protocol/lint.h"
#include "protocol/protocol_check.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

constexpr std::string_view kAssumption = "assumption";
constexpr std::string_view kLeftOut = "left-out";
constexpr std::size_t kMostRefusalsTold = 10;
// What RayStation writes where a goal has no priority (the largest 32-bit number).
constexpr std::string_view kNoPriority = "2147483647";

tl::unexpected<Error> wrong(std::string text, int line) {
  return fail(ErrorCode::ProtocolInvalid, std::move(text), "line " + std::to_string(line));
}

std::string quoted_yaml(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

// Small letters, digits and hyphens from a file's name.
std::string slug_of(const std::string& file) {
  std::string slug = "imported";
  for (const char c : to_lower_ascii(std::filesystem::path(file).stem().string())) {
    const bool keep = (c >= 'a' && c <= 'z') || metrics::is_ascii_digit(c);
    if (slug.size() + 2 > kLongestRuleId) break;
    if (keep) {
      if (slug == "imported") slug += '-';
      slug += c;
    } else if (slug != "imported" && slug.back() != '-') {
      slug += '-';
    }
  }
  while (slug.back() == '-') slug.pop_back();
  return slug;
}

class Importer {
 public:
  explicit Importer(const std::string& name)
      : file_(printable(std::filesystem::path(name).filename().string())), name_(name) {}

  Result<ImportedGoals> run(std::string_view text) {
    auto table = read_goal_table(text);
    if (!table) return placed(table.error());
    notes_ = std::move(table->notes);
    refusals_ = std::move(table->refusals);
    for (const Goal& goal : table->goals) add(goal);
    if (!refusals_.empty()) return placed(refused());
    if (rules_.empty()) return fail(ErrorCode::ProtocolInvalid, "the file holds no goal", name_);
    return finished();
  }

 private:
  tl::unexpected<Error> placed(Error error) const {
    error.where = error.where.empty() ? name_ : name_ + ", " + error.where;
    return tl::unexpected(std::move(error));
  }

  [[nodiscard]] Error refused() const {
    std::string text =
        refusals_.size() == 1
            ? std::string("one goal cannot be imported, so none was: ")
            : fmt::format("{} goals cannot be imported, so none was: ", refusals_.size());
    const std::size_t told = std::min(refusals_.size(), kMostRefusalsTold);
    for (std::size_t i = 0; i < told; ++i) text += (i > 0 ? "; " : "") + refusals_[i];
    if (told < refusals_.size()) text += fmt::format("; and {} more", refusals_.size() - told);
    return {ErrorCode::ProtocolInvalid, std::move(text), ""};
  }

  // "priority 2" of the rule language; nothing where there is none.
  Result<std::string> priority_of(const Goal& goal, bool& required) {
    required = true;
    if (goal.priority.empty() || goal.priority == kNoPriority) {
      if (!goal.priority.empty()) assume(goal.line, "A goal without a priority is required.");
      return std::string();
    }
    const bool digit =
        goal.priority.size() == 1 && goal.priority[0] >= '1' && goal.priority[0] <= '9';
    if (!digit) return wrong("the priority must be a digit from 1 to 9, or empty", goal.line);
    required = goal.priority == "1";
    if (!required) {
      assume(goal.line, "A goal of priority " + goal.priority +
                            " is taken as advisory: only those of priority 1 decide the verdict.");
    }
    return " priority " + goal.priority;
  }

  void add(const Goal& goal) {
    const auto test = parse_field_test(goal.limit);
    if (!test) return refuse(goal.line, test.error());
    bool required = true;
    const auto priority = priority_of(goal, required);
    if (!priority) return refuse(goal.line, priority.error());
    const std::string subject =
        goal.subject.empty() ? metrics::structure_name_text(goal.structure) : goal.subject;
    auto rule = parse_rule(subject + " :: " + test->text + *priority);
    if (!rule) return refuse(goal.line, rule.error());
    if (!rule->id.empty()) {
      notes_.push_back({goal.line, std::string(kLeftOut),
                        "The id '" + rule->id +
                            "' is left out: imported rules are called by their "
                            "lines."});
      rule->id.clear();
    }
    if (!goal.structure.empty() && goal.structure.find(" - ") != std::string::npos) {
      assume(goal.line,
             "'" + goal.structure + "' is taken as one structure's name, not as a subtraction.");
    }
    if (goal.structure.find('*') != std::string::npos) {
      assume(goal.line, "'" + goal.structure +
                            "' is taken as one structure's name, not as all whose names begin so; "
                            "write the goal as a line STRUCTURE :: LIMIT if these are meant.");
    }
    for (const std::string& note : test->notes) assume(goal.line, note);
    if (!goal.structure.empty()) add_names(goal);
    rules_ += fmt::format(
        "  - id: line-{0}\n    label: {1}\n    level: {2}\n    text: {3}\n    source: imported\n"
        "    read: {4}\n    note: {5}\n    mark: derived\n",
        goal.line, quoted_yaml(printable(subject) + ", " + test->text),
        required ? "required" : "advisory", quoted_yaml(to_text(*rule)),
        quoted_yaml(printable(goal.original)),
        quoted_yaml(fmt::format("imported from {}, line {}; not compared with the publication",
                                file_, goal.line)));
  }

  // The structure's names that no other structure has.
  void add_names(const Goal& goal) {
    auto& entries = known_.structures;
    auto entry = std::find_if(entries.begin(), entries.end(),
                              [&](const StructureEntry& e) { return e.name == goal.structure; });
    StructureEntry next;
    next.name = goal.structure;
    if (entry != entries.end()) {
      next = std::move(*entry);
      entries.erase(entry);
    }
    if (!check_structure(next, known_)) {
      assume(goal.line, "'" + goal.structure +
                            "' is nearly the name of another structure; it is matched by this name "
                            "alone.");
      return;
    }
    for (const std::string& alias : goal.aliases) {
      if (std::find(next.aliases.begin(), next.aliases.end(), alias) != next.aliases.end())
        continue;
      next.aliases.push_back(alias);
      if (const auto fits = check_structure(next, known_); !fits) {
        next.aliases.pop_back();
        notes_.push_back({goal.line, std::string(kLeftOut),
                          "The alias '" + alias + "' is left out: " + fits.error().text + "."});
      }
    }
    entries.push_back(std::move(next));
  }

  Result<ImportedGoals> finished() {
    assume(0,
           "The goals are taken as physical dose and for every number of fractions; bind them with "
           "'when fx in ...' where their source speaks of one fractionation.");
    assume(0,
           "The tumour's alpha/beta is set to 10 Gy; it is only used to show BED and EQD2 of the "
           "prescription.");
    ImportedGoals result;
    result.yaml = fmt::format(
        "protocol:\n  id: {}\n  version: \"1\"\n  title: {}\n  tumour_alpha_beta_gy: 10\n"
        "sources:\n  - id: imported\n    citation: {}\n",
        slug_of(file_), quoted_yaml("Goals imported from " + file_),
        quoted_yaml("imported from " + file_ + "; enter the publication that the goals are from"));
    if (!known_.structures.empty()) result.yaml += "structures:\n";
    for (const StructureEntry& entry : known_.structures) {
      result.yaml += "  - name: " + quoted_yaml(entry.name) + "\n";
      if (entry.aliases.empty()) continue;
      result.yaml += "    aliases:";
      for (const std::string& alias : entry.aliases) {
        result.yaml += "\n      - " + quoted_yaml(alias);
      }
      result.yaml += "\n";
    }
    result.yaml += "rules:\n" + rules_;
    const auto protocol = parse_protocol(result.yaml, name_);
    // Two goals on one line, a name that YAML takes differently: then nothing is written.
    if (!protocol) {
      return fail(ErrorCode::ProtocolInvalid,
                  "what was imported makes no protocol: " + protocol.error().text, name_);
    }
    constexpr std::string_view kRule = "line-";
    for (const LintFinding& found : lint(*protocol, protocol_library())) {
      const int line = parse_integer(found.rule.substr(kRule.size())).value_or(0);
      if (found.code == LintCode::NoFractionation) continue;  // said once for all, above
      notes_.push_back({line, std::string(to_text(found.code)), found.text});
    }
    std::stable_sort(notes_.begin(), notes_.end(),
                     [](const ImportNote& a, const ImportNote& b) { return a.line < b.line; });
    result.notes = std::move(notes_);
    return result;
  }

  void assume(int line, std::string text) {
    notes_.push_back({line, std::string(kAssumption), std::move(text)});
  }

  void refuse(int line, const Error& error) { refusals_.push_back(refusal_text(line, error)); }

  std::string file_;  // without folders
  const std::string& name_;
  std::vector<ImportNote> notes_;
  std::vector<std::string> refusals_;
  Protocol known_;  // holds the structures so far
  std::string rules_;
};

// UTF-8 that can be shown; tabs and line ends aside.
Result<void> check_text(std::string_view text, const std::string& name) {
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    return fail(ErrorCode::ProtocolInvalid, "the file is UTF-16; save it as UTF-8 text", name);
  }
  int line = 1;
  std::string part;
  const auto is_shown = [&] { return printable(part) == part; };
  for (const char c : text) {
    if (c == '\n') {
      if (!is_shown()) break;
      ++line;
      part.clear();
    } else if (c != '\r' && c != '\t') {
      part += c;
    }
  }
  if (is_shown()) return {};
  return fail(ErrorCode::ProtocolInvalid,
              "the line is not UTF-8 or holds a control character; save the file as UTF-8 text",
              name + ", line " + std::to_string(line));
}

}  // namespace

Result<ImportedGoals> import_goals(std::string_view text, const std::string& name) {
  if (text.size() > kLargestProtocolFile) {
    return fail(ErrorCode::ProtocolInvalid,
                "the file is larger than 1 MiB, which no table of goals is; check that it is the "
                "right file",
                name);
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  if (const auto checked = check_text(text, name); !checked) return tl::unexpected(checked.error());
  return Importer(name).run(text);
}

Result<ImportedGoals> import_goals_file(const std::string& path) {
  std::error_code status;
  std::ifstream file(path, std::ios::binary);
  if (!std::filesystem::is_regular_file(path, status) || !file) {
    return fail(ErrorCode::FileUnreadable, "the table of goals cannot be read; it is no plain file",
                path);
  }
  std::string text(kLargestProtocolFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return import_goals(text, path);
}

}  // namespace dosegate::protocol
