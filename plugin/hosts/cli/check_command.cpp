#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "commands.h"
#include "output.h"

namespace cli {
namespace {

struct CheckOptions {
  CommonOptions common;
  std::vector<std::string> protocols, context;
  std::string json, csv, html, pdf, junit, dicom_pdf, dicom_sr;
};

const char* verdict_word(int32_t verdict) {
  switch (verdict) {
    case DOSEGATE_PASS:
      return "PASS";
    case DOSEGATE_VARIATION:
      return "VARIATION";
    case DOSEGATE_FAIL:
      return "FAIL";
    case DOSEGATE_NOT_APPLICABLE:
      return "n/a";
    default:
      return "UNKNOWN";
  }
}

int exit_of_verdict(int32_t verdict) {
  switch (verdict) {
    case DOSEGATE_PASS:
      return kPass;
    case DOSEGATE_VARIATION:
      return kVariation;
    case DOSEGATE_FAIL:
      return kFail;
    default:
      return kUnknown;  // whatever is not known to pass does not pass
  }
}

// The worse of two exits: a failure outranks what is unknown, that outranks a variation.
int worse(int a, int b) {
  for (const int code : {kFail, kUnknown, kVariation}) {
    if (a == code || b == code) return code;
  }
  return kPass;
}

// A number for people; the unrounded one is in the JSON.
std::string number(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  while (text.find('.') != std::string::npos && (text.back() == '0' || text.back() == '.')) {
    const bool point = text.back() == '.';
    text.pop_back();
    if (point) break;
  }
  return text;
}

std::string course_line(const dosegate_evaluation_info& info) {
  const std::string dose =
      info.prescription_gy > 0 ? number(info.prescription_gy, 2) + " Gy" : "prescription unknown";
  const std::string fractions =
      info.fractions > 0 ? fmt::format("in {} fractions", info.fractions) : "fractions unknown";
  std::string line = fmt::format("{} {}", dose, fractions);
  if (info.bed_gy > 0) {
    line += fmt::format(" (BED {:.1f} Gy, EQD2 {:.1f} Gy at alpha/beta {})", info.bed_gy,
                        info.eqd2_gy, number(info.alpha_beta_gy, 2));
  }
  return line;
}

// One line of the page: a rule or a plan check, in columns, and the sentence below it.
struct Line {
  std::vector<std::string> cells;
  std::string why;
};

std::string lines_text(const std::vector<Line>& lines) {
  std::vector<std::vector<std::string>> rows;
  for (const Line& line : lines) rows.push_back(line.cells);
  const std::string columns = table(rows, 4);
  std::string text;
  std::size_t from = 0;
  for (const Line& line : lines) {
    const std::size_t end = columns.find('\n', from) + 1;
    text += columns.substr(from, end - from);
    if (!line.why.empty()) text += fmt::format("      {}\n", line.why);
    from = end;
  }
  return text;
}

Line rule_line(const dosegate_rule& rule) {
  const std::string word =
      std::string(verdict_word(rule.verdict)) + (rule.borderline != 0 ? " (borderline)" : "");
  const std::string metric = rule.metric;
  const std::string taken = rule.roi;
  std::string measured = "not measured";
  if (!metric.empty()) measured = fmt::format("{} = {}", metric, rule.measured);
  if (rule.beside[0] != '\0') measured += fmt::format(" (this decides; {})", rule.beside);
  std::string why = rule.reason;
  // The way out of a miss; what a rule that is met has left is in the JSON and the CSV.
  const bool missed = rule.verdict == DOSEGATE_FAIL || rule.verdict == DOSEGATE_VARIATION;
  if (missed && rule.headroom_text[0] != '\0') {
    why += fmt::format("{}If scaled: {}.", why.empty() ? "" : " ", rule.headroom_text);
  }
  return {
      {word, rule.id, measured, rule.limit,
       taken.empty() || taken == rule.structure ? rule.structure
                                                : fmt::format("{} [{}]", rule.structure, taken)},
      why};
}

// Rules and plan checks by what they mean for the verdict; what does not apply comes last, one line
// each.
std::string sections(const Library& library, dosegate_result result,
                     const dosegate_evaluation_info& info) {
  std::vector<Line> required, advisory, plan, not_applicable;
  for (std::size_t i = 0; i < info.rule_count; ++i) {
    const auto rule = library.get<dosegate_rule>(dosegate_evaluation_rule, result, i);
    if (rule.verdict == DOSEGATE_NOT_APPLICABLE) {
      not_applicable.push_back({{rule.id, rule.reason}, ""});
    } else {
      (rule.required != 0 ? required : advisory).push_back(rule_line(rule));
    }
  }
  for (std::size_t i = 0; i < info.plan_check_count; ++i) {
    const auto check = library.get<dosegate_plan_check>(dosegate_evaluation_plan_check, result, i);
    if (check.verdict == DOSEGATE_NOT_APPLICABLE) {
      not_applicable.push_back({{check.id, check.reason}, ""});
    } else {
      plan.push_back({{verdict_word(check.verdict), check.id, check.text}, check.reason});
    }
  }
  std::string text;
  const auto add = [&](const char* title, const std::vector<Line>& lines) {
    if (!lines.empty()) text += fmt::format("\n  {}\n{}", title, lines_text(lines));
  };
  add("Required", required);
  add("Advisory (flagged, never fails the plan)", advisory);
  add("Plan", plan);
  add("Does not apply to this plan", not_applicable);
  return text;
}

std::string page(const Library& library, dosegate_result result) {
  const auto info = library.get<dosegate_evaluation_info>(dosegate_evaluation_get, result);
  std::string text = fmt::format("{}  plan {}, patient {}\n", verdict_word(info.verdict),
                                 info.plan_label[0] ? info.plan_label : "(no plan)",
                                 info.patient_id[0] ? info.patient_id : "(no id)");
  text += fmt::format("  {}\n  {}\n  Protocol {}\n", info.verdict_reason, course_line(info),
                      info.protocols);
  if (info.headroom_text[0] != '\0') {
    text +=
        fmt::format("  Headroom (dose and prescription scaled together): {}\n", info.headroom_text);
  }
  text += sections(library, result, info);
  if (info.finding_count > 0) text += "\n  Findings\n";
  for (std::size_t i = 0; i < info.finding_count; ++i) {
    const auto finding = library.get<dosegate_finding>(dosegate_evaluation_finding, result, i);
    text += "    " + finding_line(finding) + "\n";
  }
  return text + "\n  For research and quality assurance; a qualified person decides.\n";
}

// One plan: its own object. Several: an array of them.
std::string joined_json(const std::vector<std::string>& objects) {
  if (objects.size() == 1) return objects.front();
  std::string text = "[\n";
  for (std::size_t i = 0; i < objects.size(); ++i) {
    std::string object = objects[i];
    while (!object.empty() && object.back() == '\n') object.pop_back();
    text += object + (i + 1 < objects.size() ? ",\n" : "\n");
  }
  return text + "]\n";
}

// One document with a suite a plan: each is two lines, its suite, and a last line, the same in all of them.
std::string joined_junit(const std::vector<std::string>& documents) {
  std::string head, suites, tail;
  for (const std::string& document : documents) {
    const std::size_t first = document.find('\n', document.find('\n') + 1) + 1;
    const std::size_t last = document.rfind("</testsuites>");
    head = document.substr(0, first);
    suites += document.substr(first, last - first);
    tail = document.substr(last);
  }
  return head + suites + tail;
}

// What holds one plan, by the option that names its file.
struct OnePlanFormat {
  const char* option;
  std::string CheckOptions::*file;
  int32_t format;
};
constexpr OnePlanFormat kOnePlanFormats[] = {
    {"--csv", &CheckOptions::csv, DOSEGATE_CSV},
    {"--html", &CheckOptions::html, DOSEGATE_HTML},
    {"--pdf", &CheckOptions::pdf, DOSEGATE_PDF},
    {"--dicom-pdf", &CheckOptions::dicom_pdf, DOSEGATE_DICOM_PDF},
    {"--dicom-sr", &CheckOptions::dicom_sr, DOSEGATE_DICOM_SR}};

int run_check(CheckOptions& options) {
  take_key(options.common);
  const Library library;
  std::vector<std::size_t> cases = read_cases(library, options.common);
  const auto maps = pointers(options.common.map);
  dosegate_options call = options_of(options.common, maps);
  std::vector<std::size_t> added;
  sum_cases(options.common, cases, added, call);
  for (const OnePlanFormat& format : kOnePlanFormats) {
    if (cases.size() > 1 && !(options.*format.file).empty()) {
      throw Stop(kUsage,
                 fmt::format("{} holds one plan and the input has several; name one with --plan.",
                             format.option));
    }
  }
  const auto protocols = pointers(options.protocols);
  const auto context = pointers(options.context);
  call.protocols = protocols.data();
  call.protocol_count = protocols.size();
  call.context = context.data();
  call.context_count = context.size();

  int exit_code = kPass;
  std::string pages;
  std::vector<std::string> objects, suites;
  std::vector<Output> outputs;
  for (const std::size_t i : cases) {
    dosegate_result result = 0;
    library.check(dosegate_evaluate(library.session(), i, &call, &result));
    const auto info = library.get<dosegate_evaluation_info>(dosegate_evaluation_get, result);
    exit_code = worse(exit_code, exit_of_verdict(info.verdict));
    pages += (pages.empty() ? "" : "\n") + page(library, result);
    if (!options.json.empty()) objects.push_back(library.render(result, DOSEGATE_JSON));
    if (!options.junit.empty()) suites.push_back(library.render(result, DOSEGATE_JUNIT));
    for (const OnePlanFormat& format : kOnePlanFormats) {
      const std::string& file = options.*format.file;
      if (!file.empty()) outputs.push_back({file, library.render(result, format.format)});
    }
  }
  if (!options.json.empty()) outputs.push_back({options.json, joined_json(objects)});
  if (!options.junit.empty()) outputs.push_back({options.junit, joined_junit(suites)});
  write_all(outputs);
  const bool taken = uses_standard_output({options.json, options.csv, options.html, options.pdf,
                                           options.junit, options.dicom_pdf, options.dicom_sr});
  std::FILE* people = taken ? stderr : stdout;
  fmt::print(people, "{}", pages);
  return exit_code;
}

}  // namespace

Run add_check(CLI::App& app) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "Hold plans against a protocol and give a verdict");
  add_common(*command, options->common);
  add_deidentify(*command, options->common);
  add_protocols_asked(*command, options->protocols, options->context);
  command->add_option("--json", options->json,
                      "Write the whole result as JSON to a file, - for standard output");
  command->add_option("--csv", options->csv,
                      "Write one row a rule as CSV to a file, - for standard output");
  command->add_option("--html", options->html,
                      "Write the report to read and sign as one HTML file, - for standard output");
  command->add_option("--pdf", options->pdf,
                      "Write the same report for print as PDF to a file, - for standard output");
  command->add_option("--dicom-pdf", options->dicom_pdf,
                      "Write that PDF as a DICOM object of the plan's study to a file, - for "
                      "standard output");
  command->add_option(
      "--dicom-sr", options->dicom_sr,
      "Write verdict and numbers as a DICOM structured report of the plan's study to "
      "a file, - for standard output");
  command->add_option("--junit", options->junit,
                      "Write plans as suites and rules as cases of JUnit XML to a file, - for "
                      "standard output");
  return [options, command]() -> int { return command->parsed() ? run_check(*options) : -1; };
}

}  // namespace cli
