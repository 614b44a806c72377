// Which column of a goal table says what. Internal to the room.
//
// Names as they were seen in tables in use, compared without case, blanks and punctuation:
//   LDClark/PlanCheck, ConstraintTemplates/*.csv: Structure IDs, Structure Codes, IDAliases, CodeAliases,
//     DVH Objective, Evaluation Point, Variation, Priority, Met, Achieved (the form of Varian's
//     TextDVHMetrics, whose metrics are those of Mayo 2016, doi 10.1016/j.prro.2015.11.001).
//   DVHmetrics (R), readConstraint(): patID, structure, constraint.
//   RayStation's scripting interface, EvaluationSetup.AddClinicalGoal and PlanningGoal: RoiName,
//     GoalCriteria, GoalType, AcceptanceLevel (from 2023B PrimaryAcceptanceLevel and
//     SecondaryAcceptanceLevel), ParameterValue, Priority; as dicom/raystation-scripts
//     settings/clinical_goals.py uses them.
//   Eclipse's scripting interface, ClinicalGoal: StructureId, ObjectiveAsString,
//     VariationAcceptableAsString, Priority; the objective holds metric and limit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dosegate::protocol {

enum class GoalColumn {
  Structure,
  Aliases,     ///< other names, separated by '|'
  Metric,      ///< or metric and limit in one
  Comparator,  ///< of its own
  Limit,       ///< with or without its comparator
  Variation,
  Unit,
  Priority,
  Patient,         ///< must be empty or '*'
  GoalCriteria,    ///< RayStation: AtMost, AtLeast
  GoalType,        ///< RayStation: DoseAtVolume, AverageDose ...
  ParameterValue,  ///< RayStation: the volume or dose that the type asks for
  Passed           ///< known and of no use to a protocol: results, codes
};

/// What a name in the header row says; nothing if it is not known.
[[nodiscard]] std::optional<GoalColumn> goal_column(std::string_view name);

}  // namespace dosegate::protocol
