// The tables of results.sqlite. Internal to the room; the README tells users of them.
//
// NULL is a value that is not known or that the row does not have; it is never 0. Texts of files and protocols stand
// as printable() makes them. `plan` numbers the plans by their key in a finished file.
#pragma once

#include <string_view>

namespace dosegate::batch {

/// A table that has rows for each plan: its columns after `plan`.
struct PlanTable {
  std::string_view name;
  std::string_view columns;  ///< as in SELECT and INSERT
  std::string_view types;    ///< the same, as in CREATE TABLE
  std::string_view key;      ///< of a row, `plan` first
};

inline constexpr PlanTable kPlansTable{"plans",
                                       "key, status, reason, patient_id, plan_label, plan_uid, "
                                       "plan_date, site, verdict, fractions, prescription_gy, "
                                       "bed_gy, eqd2_gy, protocols, folder, fingerprint",
                                       "key TEXT NOT NULL UNIQUE, status TEXT NOT NULL, reason "
                                       "TEXT, patient_id TEXT, plan_label TEXT, plan_uid TEXT, "
                                       "plan_date TEXT, site TEXT, verdict TEXT, fractions "
                                       "INTEGER, prescription_gy REAL, bed_gy REAL, eqd2_gy REAL, "
                                       "protocols TEXT, folder TEXT, fingerprint TEXT NOT NULL",
                                       "plan"};

/// Rules and plan checks in the order of the protocols.
inline constexpr PlanTable kRulesTable{
    "rules",
    "position, kind, protocol, id, label, level, verdict, borderline, structure, roi, metric, "
    "unit, value, low, high, "
    "comparator, goal, variation, branch, reason, source",
    "position INTEGER NOT NULL, kind TEXT NOT NULL, protocol TEXT NOT NULL, id TEXT NOT NULL, "
    "label TEXT, level TEXT "
    "NOT NULL, verdict TEXT NOT NULL, borderline INTEGER NOT NULL, structure TEXT, roi TEXT, "
    "metric TEXT, unit TEXT, "
    "value REAL, low REAL, high REAL, comparator TEXT, goal REAL, variation REAL, branch TEXT, "
    "reason TEXT, source TEXT",
    "plan, position"};

inline constexpr PlanTable kStructuresTable{
    "structures",
    "position, name, number, volume_cc, uncovered_cc, mean_gy, min_gy, max_gy, reason",
    "position INTEGER NOT NULL, name TEXT, number INTEGER NOT NULL, volume_cc REAL, uncovered_cc "
    "REAL, mean_gy REAL, "
    "min_gy REAL, max_gy REAL, reason TEXT",
    "plan, position"};

inline constexpr PlanTable kFindingsTable{
    "findings", "position, code, severity, text, place",
    "position INTEGER NOT NULL, code TEXT NOT NULL, severity TEXT NOT NULL, text TEXT, place TEXT",
    "plan, position"};

/// Files that the result came from.
inline constexpr PlanTable kInputsTable{"inputs", "path, sha256",
                                        "path TEXT NOT NULL, sha256 TEXT NOT NULL", "plan, path"};

/// Files in the plan's folder.
inline constexpr PlanTable kOutputsTable{"outputs", "name, sha256",
                                         "name TEXT NOT NULL, sha256 TEXT NOT NULL", "plan, name"};

inline constexpr PlanTable kPlanTables[] = {kPlansTable,    kRulesTable,  kStructuresTable,
                                            kFindingsTable, kInputsTable, kOutputsTable};

}  // namespace dosegate::batch
