// What a batch knows of each of its plans: plain data, as the journal keeps it and as tables and the cohort
// page are made from it.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dosegate::batch {

/// One rule or plan check of one plan. Texts are as DICOM and the protocol have them: hostile until escaped.
struct CohortRule {
  enum class Kind { Rule, PlanCheck };
  Kind kind = Kind::Rule;
  std::string protocol;   ///< its id
  std::string id, label;  ///< of the rule
  std::string level;      ///< "required", "advisory"
  std::string verdict;    ///< "PASS", "VARIATION", "FAIL", "UNKNOWN", "NOT_APPLICABLE"
  bool borderline = false;
  /// Of the test that decided. Empty and absent where nothing could be measured, and for plan checks.
  std::string structure;                   ///< as the rule writes it
  std::string roi;                         ///< the ROIs taken, joined by " + "
  std::string metric;                      ///< "Mean[Gy]"
  std::string unit;                        ///< "Gy", "cGy", "%", "cc"; empty for ratios
  std::optional<double> value, low, high;  ///< unrounded
  std::string comparator;                  ///< "<=", "<", ">=", ">", "=="
  std::optional<double> goal, variation;   ///< the limits, unrounded
  std::string branch;                      ///< of an alternative: the one that decided
  std::string reason;                      ///< empty for a plain pass
  std::string source;                      ///< citation of the limit
};

/// One ROI of one plan.
struct CohortStructure {
  std::string name;
  int number = 0;
  std::optional<double> volume_cc, uncovered_cc, mean_gy, min_gy, max_gy;
  std::string reason;  ///< why numbers are absent; else empty
};

/// Something odd that did not stop the work (base/finding.h).
struct CohortFinding {
  std::string code;      ///< "dose-fraction-as-total"
  std::string severity;  ///< "note", "warning", "error"
  std::string text, where;
};

/// One plan, or one file or set of files that gave none: then `status` is not Checked and `reason` says why.
struct CohortPlan {
  enum class Status {
    Checked,     ///< there is a verdict
    Refused,     ///< the files are no case that can be evaluated
    Unreadable,  ///< a file that cannot be read
  };
  Status status = Status::Refused;
  std::string reason;  ///< of a verdict, or of why there is none: one sentence
  std::string
      key;  ///< the plan's SOP Instance UID; where there is none, the first file's path. Once in a cohort
  std::string patient_id, plan_label, plan_uid;
  std::string plan_date;  ///< RTPlanDate (300A,0006), YYYYMMDD; the year alone
                          ///< where identities are replaced; empty if unknown
  std::string site;       ///< of the context; empty if not given
  std::string verdict;    ///< as CohortRule::verdict; empty unless Checked
  std::optional<int> fractions;
  std::optional<double> prescription_gy, bed_gy, eqd2_gy;
  std::string protocols;  ///< "hcc-rt-ici 1.1", joined by ", "
  std::string
      folder;  ///< of the plan's files, below the batch's: "plans/..."; empty unless Checked
  std::vector<std::string> reports;  ///< names of the files in it
  std::vector<CohortRule> rules;     ///< rules, then plan checks, as in the evaluation
  std::vector<CohortStructure> structures;
  std::vector<CohortFinding> findings;
};

/// All plans of a batch, ordered by `key`.
struct Cohort {
  std::string software_version;
  std::vector<CohortPlan> plans;
};

}  // namespace dosegate::batch
