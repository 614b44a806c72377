#include "report/crowded_results.h"

#include <fmt/format.h>

#include "report/sample_results.h"

namespace dosegate::report {
namespace {

std::string piled(int marks) {
  std::string text = "Z";
  for (int i = 0; i < marks; ++i) text += "\xCC\x81";  // combining acute accent
  return text + "algo";
}

std::string structure_name(int i) {
  switch (i) {
    case 3:
      return std::string(65536, 'W');
    case 5:
      return "\xD7\x9B\xD7\x91\xD7\x93 (left) 12.5";  // Hebrew, then what is neutral
    case 7:
      return "\xE8\x82\x9D\xE8\x87\x93 GTV";  // Chinese
    case 9:
      return piled(60);
    case 11:
      return kHostileName;
    default:
      return fmt::format("Organ_with_a_long_name_{:02}", i);
  }
}

}  // namespace

evaluation::Evaluation crowded_evaluation() {
  constexpr int kStructures = 80, kRules = 60;
  evaluation::Evaluation e = sample_evaluation();
  e.patient_name = std::string(65536, 'N') + "^\xD7\x9B\xD7\x91\xD7\x93";
  e.patient_id = "<script>alert(1)</script>../../x\n=cmd()";
  e.plan_label = structure_name(5);
  const std::vector<evaluation::RuleResult> templates = e.rules;
  e.rules.clear();
  for (int i = 0; i < kRules; ++i) {
    evaluation::RuleResult rule = templates[static_cast<std::size_t>(i) % 4];
    rule.id = fmt::format("rule-{:02}", i);
    rule.label = "Label of " + rule.id;
    rule.priority = 1 + i / 20;
    rule.rois = {structure_name(i)};
    if (i == 17) rule.reason = std::string(65536, 'r');
    e.rules.push_back(std::move(rule));
  }
  e.structures.clear();
  for (int i = 0; i < kStructures; ++i) {
    evaluation::StructureResult structure = sample_evaluation().structures.front();
    structure.name = structure_name(i);
    structure.number = i + 1;
    structure.dvh = i % 3 == 0 ? half_covered_box(10 + i) : whole_box(10 + i);
    e.structures.push_back(std::move(structure));
  }
  return e;
}

}  // namespace dosegate::report
