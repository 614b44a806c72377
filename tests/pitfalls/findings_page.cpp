#include "pitfalls/findings_page.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>

#include "pitfalls/pitfall_shapes.h"

namespace dosegate::pitfalls {
namespace {

constexpr std::string_view kHead = R"(# Findings, refusals, and the cases that raise them

Written by `test_pitfalls` from the table in this folder, and compared with it by ctest; do not edit it by
hand. After a wanted change: `DOSEGATE_APPROVE=1 bin/test_pitfalls --gtest_filter='FindingsPage*'`.

Each case is a set of real DICOM files that is read, linked, built into regions and integrated. It comes to
values, to findings, or to a refusal, and to nothing else: a structure, a value or a finding that does not
stand here fails its test.

Most cases differ in one thing from the **standard case**: a dose of D = 32 + x/4 + y/2 + z Gy (x, y, z in mm)
in 15 x 12 x 13 voxels of 3.5 x 4 x 3 mm, stored in 32 bits with DoseGridScaling 1e-6, its outermost layer
0 Gy; and the ROI "Liver", the box x -8..12, y -6..10 mm on the planes z -6, -3, 0, 3, 6 mm. Trilinear
interpolation is exact on such a dose, so that everything has a closed form. The **standard values** are:
volume 20 x 16 x 15 mm^3 = 4.8 cc, mean D(2, 2, 0) = 33.5 Gy, minimum D(-8, -6, -7.5) = 19.5 Gy, maximum
D(12, 10, 7.5) = 47.5 Gy, D50% = 33.5 Gy. Volumes are held to 1e-7 cc, minimum, mean and maximum to 1e-6 Gy
(half a stored step and rounding), D50% to 0.01 Gy; where a case needs another tolerance, its cause stands in
the table's source. All ten encodings below are held to these values within half a
stored step each, and so to each other; rings and keyholes are held to one closed form within 1e-7 cc.

"Fails elsewhere" names programs that were measured or read to get a case wrong.
)";

std::string cell(std::string text) {
  for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2)) {
    text.insert(at, "\\");
  }
  return text;
}

std::string number(const Expected& expected) {
  const auto text = [](double value) { return fmt::format("{:.6g}", value + 0.0); };
  std::string result = expected.metric + " ";
  if (expected.value) {
    result += text(*expected.value);
  } else if (expected.low && expected.high) {
    result += text(*expected.low) + " to " + text(*expected.high);
  } else if (expected.low) {
    return result + ">= " + text(*expected.low);
  } else {
    return result + "not known";
  }
  return result;
}

bool is_standard(const StructureOutcome& structure) {
  const StructureOutcome standard = standard_liver();
  if (structure.refused || structure.numbers.size() != standard.numbers.size()) return false;
  for (std::size_t i = 0; i < standard.numbers.size(); ++i) {
    if (structure.numbers[i].metric != standard.numbers[i].metric) return false;
    if (structure.numbers[i].value != standard.numbers[i].value) return false;
  }
  return true;
}

std::string outcome_text(const Outcome& outcome) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (outcome.refused) add(fmt::format("**refused {}**", static_cast<int>(*outcome.refused)));
  for (const StructureOutcome& structure : outcome.structures) {
    const std::string name = structure.name == "Liver" ? "" : "\"" + structure.name + "\" ";
    if (structure.refused) {
      add(fmt::format("**{}refused {}**", name, static_cast<int>(*structure.refused)));
    } else if (is_standard(structure)) {
      add(name + "standard values");
    } else {
      std::string numbers;
      for (const Expected& expected : structure.numbers) {
        numbers += (numbers.empty() ? "" : ", ") + number(expected);
      }
      add(name + numbers);
    }
  }
  for (const FindingCode code : outcome.findings) add(fmt::format("`{}`", finding_id(code)));
  return text;
}

std::string chapter_text(const Chapter& chapter) {
  std::string text = fmt::format(
      "\n### {}\n\n| Case | What it is | In the files | Comes to | Why | Fails elsewhere |\n"
      "|---|---|---|---|---|---|\n",
      chapter.title);
  for (const Row& row : chapter.rows) {
    text +=
        fmt::format("| {} | {} | {} | {} | {} | {} |\n", row.id, cell(row.line), cell(row.input),
                    cell(outcome_text(row.outcome)), cell(row.derivation), cell(row.others));
  }
  return text;
}

struct Refusal {
  int code = 0;
  std::string meaning;
};

// The refusals as base/result.h lists them: "Name = 203, ///< meaning", which may run over lines.
std::vector<Refusal> refusals() {
  std::ifstream file(DOSEGATE_SOURCE_DIR "/core/base/result.h");
  std::string text(std::istreambuf_iterator<char>(file), {});
  text = std::regex_replace(text, std::regex("\n *///< *"), " ");       // meaning continued
  text = std::regex_replace(text, std::regex("= *\n *"), "= ");         // number continued
  text = std::regex_replace(text, std::regex(", *///< *"), ", ///< ");  // aligned comments
  const std::regex line(R"((\w+) = (\d+), (?:///< )?([^\n]*))");
  std::vector<Refusal> found;
  for (std::sregex_iterator at(text.begin(), text.end(), line), end; at != end; ++at) {
    std::string meaning = std::regex_replace((*at)[3].str(), std::regex("^///< *"), "");
    found.push_back({std::stoi((*at)[2]), std::move(meaning)});
  }
  return found;
}

// Cases by what raises them: finding ids, and refusals by number.
std::map<std::string, std::string> cases_by_raised() {
  std::map<std::string, std::string> cases;
  const auto add = [&](const std::string& raised, const Row& row) {
    std::string& list = cases[raised];
    if (list.ends_with(row.id)) return;  // two structures of one row
    list += (list.empty() ? "" : ", ") + row.id;
  };
  for (const Chapter& chapter : chapters()) {
    for (const Row& row : chapter.rows) {
      for (const FindingCode code : row.outcome.findings) {
        add(std::string(finding_id(code)), row);
      }
      if (row.outcome.refused) add(std::to_string(static_cast<int>(*row.outcome.refused)), row);
      for (const StructureOutcome& structure : row.outcome.structures) {
        if (structure.refused) add(std::to_string(static_cast<int>(*structure.refused)), row);
      }
    }
  }
  return cases;
}

}  // namespace

std::string findings_page() {
  std::string page(kHead);
  page += "\n## Cases\n";
  for (const Chapter& chapter : chapters()) page += chapter_text(chapter);
  std::map<std::string, std::string> cases = cases_by_raised();
  page +=
      "\n## Findings\n\nDoubts that do not stop the work. An `error` says that part of the input "
      "was "
      "left out, a `warning` that an assumption was made or something is odd, an `info` changes "
      "nothing. Findings without a case here are about plans, protocols and options.\n\n"
      "| Finding | Severity | Meaning | Cases |\n|---|---|---|---|\n";
  for (const FindingKind& kind : finding_kinds()) {
    page += fmt::format("| `{}` | {} | {} | {} |\n", kind.id, severity_id(kind.severity),
                        cell(std::string(kind.meaning)), cases[std::string(kind.id)]);
  }
  page +=
      "\n## Refusals\n\nWhy a file, a case, a structure or a request gets no value at all. "
      "Refusals "
      "without a case here are of other parts (metrics, protocols, options, the plugin).\n\n"
      "| Code | Meaning | Cases |\n|---|---|---|\n";
  for (const Refusal& refusal : refusals()) {
    page += fmt::format("| {} | {} | {} |\n", refusal.code, cell(refusal.meaning),
                        cases[std::to_string(refusal.code)]);
  }
  return page;
}

}  // namespace dosegate::pitfalls
