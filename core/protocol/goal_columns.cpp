#include "protocol/goal_columns.h"

#include <array>

#include "metrics/cursor.h"

namespace dosegate::protocol {
namespace {

struct ColumnName {
  std::string_view name;  // lower case, letters and digits only
  GoalColumn column;
};

constexpr std::array<ColumnName, 50> kNames{{
    {"structure", GoalColumn::Structure},
    {"structures", GoalColumn::Structure},
    {"structureid", GoalColumn::Structure},
    {"structureids", GoalColumn::Structure},
    {"structurename", GoalColumn::Structure},
    {"roi", GoalColumn::Structure},
    {"roiname", GoalColumn::Structure},
    {"organ", GoalColumn::Structure},
    {"aliases", GoalColumn::Aliases},
    {"alias", GoalColumn::Aliases},
    {"idaliases", GoalColumn::Aliases},
    {"metric", GoalColumn::Metric},
    {"dvhobjective", GoalColumn::Metric},
    {"dvhmetric", GoalColumn::Metric},
    {"objective", GoalColumn::Metric},
    {"objectiveasstring", GoalColumn::Metric},
    {"constraint", GoalColumn::Metric},
    {"comparator", GoalColumn::Comparator},
    {"operator", GoalColumn::Comparator},
    {"discriminator", GoalColumn::Comparator},
    {"goal", GoalColumn::Limit},
    {"limit", GoalColumn::Limit},
    {"evaluator", GoalColumn::Limit},
    {"evaluationpoint", GoalColumn::Limit},
    {"acceptancelevel", GoalColumn::Limit},
    {"primaryacceptancelevel", GoalColumn::Limit},
    {"variation", GoalColumn::Variation},
    {"acceptablevariation", GoalColumn::Variation},
    {"variationacceptable", GoalColumn::Variation},
    {"variationacceptableasstring", GoalColumn::Variation},
    {"secondaryacceptancelevel", GoalColumn::Variation},
    {"unit", GoalColumn::Unit},
    {"units", GoalColumn::Unit},
    {"priority", GoalColumn::Priority},
    {"patid", GoalColumn::Patient},
    {"patientid", GoalColumn::Patient},
    {"goalcriteria", GoalColumn::GoalCriteria},
    {"goaltype", GoalColumn::GoalType},
    {"parametervalue", GoalColumn::ParameterValue},
    {"structurecode", GoalColumn::Passed},
    {"structurecodes", GoalColumn::Passed},
    {"codealiases", GoalColumn::Passed},
    {"met", GoalColumn::Passed},
    {"achieved", GoalColumn::Passed},
    {"actual", GoalColumn::Passed},
    {"actualvalue", GoalColumn::Passed},
    {"actualvalueasstring", GoalColumn::Passed},
    {"evaluationresult", GoalColumn::Passed},
    {"result", GoalColumn::Passed},
    {"status", GoalColumn::Passed},
}};

}  // namespace

std::optional<GoalColumn> goal_column(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    if (metrics::is_ascii_digit(c)) bare += c;
    if (!metrics::is_ascii_letter(c)) continue;
    bare += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  for (const ColumnName& known : kNames) {
    if (bare == known.name) return known.column;
  }
  return std::nullopt;
}

}  // namespace dosegate::protocol
