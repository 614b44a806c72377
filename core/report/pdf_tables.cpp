// The tables of the PDF beside that of the rules, and what it ends with.
#include <fmt/format.h>

#include <algorithm>

#include "report/pdf_parts.h"

namespace dosegate::report::pdf {
namespace {

constexpr Style kNumber{7.5, Weight::Normal, Family::Sans, kInk};
constexpr Style kBoldNumber{7.5, Weight::Bold, Family::Sans, kInk};

Cell text_cell(Text text) {
  Cell cell;
  cell.text = std::move(text);
  return cell;
}

Cell number_cell(const std::string& value) {
  return text_cell({{value, value == kNotMeasured ? kBoldNumber : kNumber}});
}

bool same(const ShownSource& a, const ShownSource& b) {
  return a.citation == b.citation && a.doi == b.doi;
}

Cell check_cell(const ShownCheck& check) {
  return text_cell({{check.label, kBold}, {"  " + check.id, kCode}, {"  " + check.level, kSmall}});
}

}  // namespace

Sources::Sources(const ReportContent& content) {
  const auto add = [&](const ShownSource& source) {
    if (std::none_of(all_.begin(), all_.end(),
                     [&](const ShownSource& known) { return same(known, source); })) {
      all_.push_back(source);
    }
  };
  for (const RuleGroup& group : content.rule_groups) {
    for (const ShownRule& rule : group.rules) add(rule.source);
  }
  for (const ShownCheck& check : content.plan_checks) add(check.source);
}

std::size_t Sources::number_of(const ShownSource& source) const {
  const auto found = std::find_if(all_.begin(), all_.end(),
                                  [&](const ShownSource& known) { return same(known, source); });
  require(found != all_.end(), "a source of the report");
  return static_cast<std::size_t>(found - all_.begin()) + 1;
}

void structures_section(Flow& flow, const ReportContent& content) {
  flow.heading("Structures", 1);
  Table table(flow, {{"Structure", 108.0, Align::Left},
                     {"Taken for", 85.0, Align::Left},
                     {"Volume", 57.0, Align::Right},
                     {"Without dose", 57.0, Align::Right},
                     {"Mean", 51.0, Align::Right},
                     {"Minimum", 51.0, Align::Right},
                     {"Maximum", 51.0, Align::Right},
                     {"D0.03cc", Flow::kWidth_pt - 460.0, Align::Right}});
  for (const ShownStructure& s : content.structures) {
    Text subject = {{name(s.name), kPlain}};
    subject.push_back({s.number.empty() ? " made of several"
                       : s.type.empty() ? " ROI " + s.number
                                        : fmt::format(" ROI {}, {}", s.number, s.type),
                       kSmall});
    std::vector<Text> below;
    if (!s.reason.empty()) below.push_back({{s.reason, kSmall}});
    table.row({text_cell(subject),
               text_cell({{s.taken_for.empty() ? "no rule" : name(s.taken_for),
                           s.taken_for.empty() ? kSmall : kNumber}}),
               number_cell(s.volume), number_cell(s.uncovered), number_cell(s.mean),
               number_cell(s.minimum), number_cell(s.maximum), number_cell(s.near_maximum)},
              below);
  }
}

void tps_section(Flow& flow, const ReportContent& content) {
  if (content.tps_rows.empty()) return;
  flow.heading("Beside the planning system's own DVHs", 1);
  flow.paragraph({{"Theirs / ours (ours less theirs).", kSmall}});
  Table table(flow, {{"Structure", 108.0, Align::Left},
                     {"Volume", 104.0, Align::Right},
                     {"Mean", 96.0, Align::Right},
                     {"Maximum", 96.0, Align::Right},
                     {"Largest difference", Flow::kWidth_pt - 404.0, Align::Right}});
  for (const ShownTpsRow& row : content.tps_rows) {
    Text reading;
    if (row.differs) reading.push_back({"Differs. ", {7.0, Weight::Bold, Family::Sans, kInk}});
    if (!row.explanation.empty()) reading.push_back({row.explanation, kSmall});
    std::vector<Text> below;
    if (!reading.empty()) below.push_back(reading);
    table.row({text_cell({{name(row.name), kPlain}}), number_cell(row.volume),
               number_cell(row.mean), number_cell(row.maximum), number_cell(row.curve)},
              below);
  }
}

void findings_section(Flow& flow, const ReportContent& content) {
  flow.heading("Findings", 1, 30.0);
  if (content.findings.empty()) {
    flow.paragraph({{"Nothing was noticed.", kPlain}});
    return;
  }
  Table table(flow, {{"", 50.0, Align::Left}, {"", Flow::kWidth_pt - 50.0, Align::Left}});
  for (const ShownFinding& finding : content.findings) {
    const char* word = finding.severity == "info"    ? "Note"
                       : finding.severity == "error" ? "Error"
                                                     : "Warning";
    std::vector<Text> below;
    if (!finding.where.empty()) below.push_back({{name(finding.where), kSmall}});
    table.row({text_cell({{word, kBold}}),
               text_cell({{finding.text, kPlain}, {"  " + finding.code, kCode}})},
              below);
  }
}

void checks_section(Flow& flow, const ReportContent& content, const Sources& sources) {
  flow.heading("Plan checks", 1);
  if (content.plan_checks.empty()) {
    flow.paragraph({{"No plan check applies.", kPlain}});
  } else {
    Table table(flow, {{"Verdict", 80.0, Align::Left},
                       {"Check", 190.0, Align::Left},
                       {"Asked", Flow::kWidth_pt - 270.0, Align::Left}});
    for (const ShownCheck& check : content.plan_checks) {
      std::vector<Text> below;
      if (!check.reason.empty()) below.push_back({{check.reason, kNumber}});
      table.row(
          {verdict_cell(check.verdict), check_cell(check),
           text_cell({{check.text, kCode},
                      {fmt::format("  Source [{}]", sources.number_of(check.source)), kSmall}})},
          below);
    }
  }
  if (content.not_applicable.empty()) return;
  flow.heading("Did not apply to this plan", 2, 20.0);
  for (const ShownNotApplicable& one : content.not_applicable) {
    flow.paragraph({{one.label, kNumber}, {"  " + one.id, kCode}, {": " + one.reason, kNumber}});
  }
}

void provenance_section(Flow& flow, const ReportContent& content, const Sources& sources) {
  flow.heading("Where it comes from", 1);
  {
    Table table(flow, {{"", 110.0, Align::Left}, {"", Flow::kWidth_pt - 110.0, Align::Left}});
    for (const LabelledText& line : content.settings) {
      Text text = {{line.value, kNumber}};
      if (!line.note.empty()) text.push_back({"  " + line.note, kSmall});
      table.row({text_cell({{line.label, kSmall}}), text_cell(text)});
    }
    table.row({text_cell({{"Plan UID", kSmall}}), text_cell({{content.plan_uid, kCode}})});
  }
  flow.heading("Protocols", 2, 60.0);
  Table protocols(flow, {{"", 110.0, Align::Left}, {"", Flow::kWidth_pt - 110.0, Align::Left}});
  for (const ShownProtocol& protocol : content.protocols) {
    const bool reports_only = protocol.verdict == evaluation::Verdict::NotApplicable;
    protocols.row(
        {verdict_cell(protocol.verdict),
         text_cell(
             {{fmt::format("{} {}", protocol.id, protocol.version), kBold},
              {fmt::format(
                   ", {} ({}){}", protocol.title, name(protocol.origin),
                   reports_only ? "; holds nothing required and has no part in the verdict" : ""),
               kNumber}})},
        {{{"SHA-256 " + protocol.sha256, kCode}}});
  }
  flow.heading("Sources of the limits", 2, 20.0);
  for (std::size_t i = 0; i < sources.all().size(); ++i) {
    const ShownSource& source = sources.all()[i];
    flow.paragraph({{fmt::format("[{}] ", i + 1), kBoldNumber},
                    {source.citation + (source.doi.empty() ? "" : " doi:" + source.doi), kNumber}});
  }
  flow.heading("Files", 2, 60.0);
  Table files(flow, {{"", 110.0, Align::Left}, {"", Flow::kWidth_pt - 110.0, Align::Left}});
  for (const ShownInput& input : content.inputs) {
    files.row({text_cell({{input.sop_class, kNumber}}), text_cell({{name(input.path), kNumber}})},
              {{{"UID " + input.sop_instance_uid, kCode}}, {{"SHA-256 " + input.sha256, kCode}}});
  }
}

void signature_section(Flow& flow, const ReportContent& content) {
  constexpr double kBlock_pt = 128.0, kGap_pt = 24.0, kBox_pt = 8.0;
  flow.heading("Signature", 1, kBlock_pt + 20.0);
  flow.paragraph({{kResearchUse, kPlain}});
  Canvas& canvas = flow.canvas();
  const double width_pt = (Flow::kWidth_pt - kGap_pt) / 2.0;
  for (std::size_t i = 0; i < content.signatures.size(); ++i) {
    if (i % 2 == 0) flow.need(kBlock_pt);
    const double x = Flow::kLeft_pt + (i % 2 == 0 ? 0.0 : width_pt + kGap_pt);
    double y = flow.y() + 6.0;
    const auto write = [&](const std::string& text, double from, const Style& style) {
      canvas.draw(canvas.lay({{text, style}}, {width_pt - (from - x), 1, Align::Left}), from, y);
    };
    write(content.signatures[i].role, x, {9.5, Weight::Bold, Family::Sans, kInk});
    y += 18.0;
    canvas.stroke(Path().rectangle(x, y + 1.0, kBox_pt, kBox_pt), {kInk, 0.8, {}});
    canvas.stroke(Path().rectangle(x + 90.0, y + 1.0, kBox_pt, kBox_pt), {kInk, 0.8, {}});
    write("accepted", x + kBox_pt + 5.0, kPlain);
    write("not accepted", x + 90.0 + kBox_pt + 5.0, kPlain);
    for (const char* label : {"Name", "Date", "Signature"}) {
      y += 29.0;
      canvas.stroke(Path().move(x, y).line(x + width_pt, y), {kInk, 0.7, {}});
      y += 1.0;
      write(label, x, kSmall);
      y -= 1.0;
    }
    if (i % 2 == 1 || i + 1 == content.signatures.size()) flow.skip(kBlock_pt);
  }
}

}  // namespace dosegate::report::pdf
