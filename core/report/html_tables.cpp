// The tables of the HTML page beside that of the rules, and what it ends with.
#include <fmt/format.h>

#include "report/html_parts.h"

namespace dosegate::report::html {
namespace {

std::string heading(const char* id, const char* title) {
  return fmt::format("<section aria-labelledby=\"{}\"><h2 id=\"{}\">{}</h2>\n", id, id, title);
}

std::string table_head(const char* kind, const char* label,
                       std::initializer_list<const char*> columns) {
  std::string text = fmt::format(
      "<table class=\"{}\" role=\"table\" aria-label=\"{}\"><thead role=\"rowgroup\"><tr "
      "role=\"row\">",
      kind, label);
  for (const char* column : columns) {
    text += fmt::format("<th role=\"columnheader\" scope=\"col\">{}</th>", column);
  }
  return text + "</tr></thead><tbody role=\"rowgroup\">\n";
}

std::string cell(const char* label, const std::string& content, const char* kind = "") {
  return fmt::format("<td role=\"cell\" data-label=\"{}\" class=\"{}\">{}</td>", label, kind,
                     content);
}

std::string number(const char* label, const std::string& value) {
  const bool absent = value == kNotMeasured;
  return cell(label, escaped(value), absent ? "num absent" : "num");
}

std::string structure_row(const ShownStructure& s) {
  std::string subject = name(s.name);
  if (!s.number.empty()) {
    subject += fmt::format(" <small>ROI {}{}</small>", s.number,
                           s.type.empty() ? "" : ", " + escaped(s.type));
  } else {
    subject += " <small>made of several</small>";
  }
  std::string row = "<tr role=\"row\">" + cell("Structure", subject);
  row += cell("Taken for", s.taken_for.empty() ? "no rule" : name(s.taken_for),
              s.taken_for.empty() ? "faint" : "");
  row += number("Volume", s.volume) + number("Without dose", s.uncovered);
  row += number("Mean", s.mean) + number("Minimum", s.minimum) + number("Maximum", s.maximum) +
         number("D0.03cc", s.near_maximum) + "</tr>\n";
  if (!s.reason.empty()) {
    row +=
        fmt::format("<tr role=\"row\" class=\"why\"><td role=\"cell\" colspan=\"8\">{}</td></tr>\n",
                    escaped(s.reason));
  }
  return row;
}

std::string check_row(const ShownCheck& check) {
  std::string row = "<tr role=\"row\">" + cell("Verdict", verdict_mark(check.verdict), "v");
  row += cell("Check", fmt::format("<strong>{}</strong> <code>{}</code><br><small>{}</small>",
                                   escaped(check.label), escaped(check.id), escaped(check.level)));
  std::string asked = fmt::format("<code>{}</code>", escaped(check.text));
  if (!check.reason.empty()) asked += fmt::format("<br>{}", escaped(check.reason));
  return row + cell("Asked", asked) + "</tr>\n";
}

std::string source_list(const ReportContent& content) {
  std::vector<std::string> lines;
  const auto add = [&](const ShownSource& source) {
    std::string line = escaped(source.citation);
    if (!source.doi.empty()) line += fmt::format(" doi:{}", escaped(source.doi));
    for (const std::string& known : lines) {
      if (known == line) return;
    }
    lines.push_back(std::move(line));
  };
  for (const RuleGroup& group : content.rule_groups) {
    for (const ShownRule& rule : group.rules) add(rule.source);
  }
  for (const ShownCheck& check : content.plan_checks) add(check.source);
  std::string text = "<h3>Sources of the limits</h3>\n<ul>\n";
  for (const std::string& line : lines) text += fmt::format("<li>{}</li>\n", line);
  return text + "</ul>\n";
}

std::string_view severity_word(const std::string& severity) {
  return severity == "info" ? "Note" : severity == "error" ? "Error" : "Warning";
}

}  // namespace

std::string structures_section(const ReportContent& content) {
  std::string text = heading("structures", "Structures");
  text += table_head("data", "Structures",
                     {"Structure", "Taken for", "Volume", "Without dose", "Mean", "Minimum",
                      "Maximum", "D0.03cc"});
  for (const ShownStructure& structure : content.structures) text += structure_row(structure);
  return text + "</tbody></table>\n</section>\n";
}

std::string tps_section(const ReportContent& content) {
  if (content.tps_rows.empty()) return {};
  std::string text = heading("tps", "Beside the planning system's own DVHs");
  text += "<p>Theirs / ours (ours less theirs).</p>\n";
  text += table_head("data tps", "Planning system's DVHs",
                     {"Structure", "Volume", "Mean", "Maximum", "Largest difference"});
  for (const ShownTpsRow& row : content.tps_rows) {
    text += "<tr role=\"row\">" + cell("Structure", name(row.name));
    text += cell("Volume", escaped(row.volume), "num") + cell("Mean", escaped(row.mean), "num");
    text += cell("Maximum", escaped(row.maximum), "num");
    text += cell("Largest difference", escaped(row.curve), "num");
    text += "</tr>\n";
    const char* word = row.differs ? "<strong>Differs.</strong> " : "";
    text += fmt::format(
        "<tr role=\"row\" class=\"why\"><td role=\"cell\" colspan=\"5\">{}{}</td></tr>\n", word,
        escaped(row.explanation));
  }
  return text + "</tbody></table>\n</section>\n";
}

std::string findings_section(const ReportContent& content) {
  std::string text = heading("findings", "Findings");
  if (content.findings.empty())
    text += "<p class=\"none\">Nothing was noticed.</p>\n";
  else
    text += "<ul class=\"findings\">\n";
  for (const ShownFinding& finding : content.findings) {
    text += fmt::format("<li class=\"{}\"><strong>{}</strong> {} <code>{}</code>",
                        escaped(finding.severity), severity_word(finding.severity),
                        escaped(finding.text), escaped(finding.code));
    if (!finding.where.empty()) text += fmt::format("<br><small>{}</small>", name(finding.where));
    text += "</li>\n";
  }
  return text + (content.findings.empty() ? "</section>\n" : "</ul>\n</section>\n");
}

std::string checks_section(const ReportContent& content) {
  std::string text = heading("checks", "Plan checks");
  if (content.plan_checks.empty()) {
    text += "<p class=\"none\">No plan check applies.</p>\n";
  } else {
    text += table_head("data checks", "Plan checks", {"Verdict", "Check", "Asked"});
    for (const ShownCheck& check : content.plan_checks) text += check_row(check);
    text += "</tbody></table>\n";
  }
  if (!content.not_applicable.empty()) {
    text += "<h3>Did not apply to this plan</h3>\n<ul class=\"compact\">\n";
    for (const ShownNotApplicable& one : content.not_applicable) {
      text += fmt::format("<li>{} <code>{}</code>: {}</li>\n", escaped(one.label), escaped(one.id),
                          escaped(one.reason));
    }
    text += "</ul>\n";
  }
  return text + "</section>\n";
}

std::string provenance_section(const ReportContent& content) {
  std::string text = heading("provenance", "Where it comes from");
  text += "<dl class=\"lines\">\n";
  for (const LabelledText& line : content.settings) {
    text += fmt::format("<div><dt>{}</dt><dd>{}", escaped(line.label), escaped(line.value));
    if (!line.note.empty()) text += fmt::format(" <small>{}</small>", escaped(line.note));
    text += "</dd></div>\n";
  }
  text += fmt::format("<div><dt>Plan UID</dt><dd><code>{}</code></dd></div>\n</dl>\n",
                      escaped(content.plan_uid));
  text += "<h3>Protocols</h3>\n<ul class=\"compact\">\n";
  for (const ShownProtocol& protocol : content.protocols) {
    const bool reports_only = protocol.verdict == evaluation::Verdict::NotApplicable;
    text += fmt::format(
        "<li>{} <strong>{} {}</strong>, {} ({}){}<br><small>SHA-256 "
        "<code>{}</code></small></li>\n",
        verdict_mark(protocol.verdict), escaped(protocol.id), escaped(protocol.version),
        escaped(protocol.title), name(protocol.origin),
        reports_only ? "; holds nothing required and has no part in the verdict" : "",
        escaped(protocol.sha256));
  }
  text += "</ul>\n" + source_list(content) + "<h3>Files</h3>\n<ul class=\"compact\">\n";
  for (const ShownInput& input : content.inputs) {
    text += fmt::format(
        "<li>{}, {}<br><small>UID <code>{}</code><br>SHA-256 "
        "<code>{}</code></small></li>\n",
        name(input.path), escaped(input.sop_class), escaped(input.sop_instance_uid),
        escaped(input.sha256));
  }
  return text + "</ul>\n</section>\n";
}

std::string signature_section(const ReportContent& content) {
  std::string text = heading("signature", "Signature");
  text += fmt::format("<p>{}</p>\n<div class=\"signatures\">\n", kResearchUse);
  for (const SignatureLine& line : content.signatures) {
    text += fmt::format(
        "<div class=\"sign-here\"><h3>{}</h3><p class=\"decision\"><span class=\"box\"></span> "
        "accepted <span class=\"box\"></span> not accepted</p><p class=\"line\">Name</p><p "
        "class=\"line\">Date</p><p class=\"line\">Signature</p></div>\n",
        escaped(line.role));
  }
  return text + "</div>\n</section>\n";
}

}  // namespace dosegate::report::html
