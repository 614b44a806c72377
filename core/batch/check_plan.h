// The files of one plan -> its verdict, its reports and its row in the cohort.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/result.h"
#include "batch/cohort.h"
#include "dicom/find_plans.h"
#include "evaluation/evaluate.h"
#include "evaluation/pseudonyms.h"
#include "protocol/protocol_file.h"

namespace dosegate::batch {

/// What is written of each plan beside its JSON.
enum class ReportFormat { Html, Pdf, Csv, Junit };

struct CheckSettings {
  std::vector<protocol::Protocol> protocols;
  /// `context` holds for every plan; the context.yaml beside a plan is added to it.
  evaluation::EvaluationOptions options;
  std::vector<ReportFormat> reports;
  /// Where it is given, rows and files hold pseudonyms only, and of the plan's date the year.
  std::optional<evaluation::DeidentifyKey> deidentify = {};
};

struct CheckedPlan {
  CohortPlan row;
  struct File {
    std::string name;  ///< "result.json", "report.html", "report.pdf", "rules.csv", "junit.xml"
    std::string bytes;
  };
  /// SHA-256 of the files it came from, by path: the true ones, never to be written where the rest is pseudonyms.
  std::map<std::string, std::string> input_hashes;
  std::vector<File> files;  ///< none unless row.status is Checked
};

/// Reads, evaluates and renders; the JSON is that of `dosegate check` on the plan's files. What cannot be
/// evaluated is a row with its reason, not an Error. Errors: Cancelled.
[[nodiscard]] Result<CheckedPlan> check_plan(const dicom::PlanFiles& plan,
                                             const CheckSettings& settings);

/// The row of what gave no plan.
[[nodiscard]] CohortPlan row_of(const dicom::NoPlan& without, const CheckSettings& settings);

/// CohortPlan::key of what find_plans() knows by `key`.
[[nodiscard]] std::string row_key(const std::string& key, const CheckSettings& settings);

/// Writes the files of a checked plan into `out`/row.folder, which is made. Each file is there as a whole or not
/// at all; what an earlier check left in the folder beside them goes. Errors: FileUnwritable.
[[nodiscard]] Result<void> write_plan(const std::string& out, const CheckedPlan& plan);

}  // namespace dosegate::batch
