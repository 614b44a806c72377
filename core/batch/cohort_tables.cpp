#include "batch/cohort_tables.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/text.h"
#include "base/whole_file.h"
#include "batch/cohort_page.h"
#include "report/csv_row.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using report::CsvRow;

std::string path_in(const std::string& out, const char* name) {
  return (fs::path(out) / name).string();
}

// rules.csv: one row a plan and rule; a plan without a verdict has one row with its reason.
class RulesTable {
 public:
  static Result<RulesTable> create(const std::string& out) {
    auto file = WholeFile::create(path_in(out, kRulesName));
    if (!file) return tl::unexpected<Error>(file.error());
    const auto written = file->write(
        "plan,patient_id,plan_label,plan_date,site,plan_verdict,fractions,prescription_gy,bed_gy,"
        "eqd2_gy,"
        "plan_reason,folder,protocol,kind,id,level,verdict,structure,roi,metric,value,low,high,"
        "unit,comparator,goal,"
        "variation,borderline,branch,reason,source\n");
    if (!written) return tl::unexpected<Error>(written.error());
    return RulesTable(std::move(*file));
  }

  Result<void> add(const CohortPlan& plan) {
    constexpr int kRuleCells = 19;
    std::string rows;
    if (plan.rules.empty()) plan_cells(plan).empty(kRuleCells).add_to(rows);
    for (const CohortRule& rule : plan.rules) {
      CsvRow row = plan_cells(plan);
      row.text(rule.protocol)
          .text(rule.kind == CohortRule::Kind::Rule ? "rule" : "plan-check")
          .text(rule.id)
          .text(rule.level)
          .text(rule.verdict)
          .text(rule.structure)
          .text(rule.roi)
          .text(rule.metric)
          .number(rule.value)
          .number(rule.low)
          .number(rule.high)
          .text(rule.unit)
          .cell(rule.comparator)  // "<=" is no formula
          .number(rule.goal)
          .number(rule.variation)
          .text(rule.borderline ? "yes" : "no")
          .text(rule.branch)
          .text(rule.reason)
          .text(rule.source)
          .add_to(rows);
    }
    return file_.write(rows);
  }
  Result<void> commit() { return file_.commit(); }

 private:
  explicit RulesTable(WholeFile file) : file_(std::move(file)) {}
  static CsvRow plan_cells(const CohortPlan& plan) {
    CsvRow row;
    row.text(plan.key)
        .text(plan.patient_id)
        .text(plan.plan_label)
        .text(plan.plan_date)
        .text(plan.site)
        .text(plan.status == CohortPlan::Status::Checked ? plan.verdict : "NOT_CHECKED")
        .integer(plan.fractions)
        .number(plan.prescription_gy)
        .number(plan.bed_gy)
        .number(plan.eqd2_gy)
        .text(plan.reason)
        .text(plan.folder);
    return row;
  }

  WholeFile file_;
};

// How often a rule came to what.
struct RuleCounts {
  std::map<std::string, std::size_t> verdicts;
};
// Protocol, kind, id, level.
using RuleKey = std::tuple<std::string, std::string, std::string, std::string>;

struct Totals {
  BatchCounts counts;
  std::map<RuleKey, RuleCounts> rules;
  Json not_checked = Json::array();

  void add(const CohortPlan& plan) {
    counts.add(plan);
    if (plan.status != CohortPlan::Status::Checked) {
      not_checked.push_back(
          {{"plan", plan.key},
           {"status", plan.status == CohortPlan::Status::Unreadable ? "unreadable" : "refused"},
           {"reason", plan.reason}});
    }
    for (const CohortRule& rule : plan.rules) {
      const char* kind = rule.kind == CohortRule::Kind::Rule ? "rule" : "plan-check";
      ++rules[{rule.protocol, kind, rule.id, rule.level}].verdicts[rule.verdict];
    }
  }
};

std::string summary_of(const BatchIdentity& identity, const Totals& totals) {
  const BatchCounts& counts = totals.counts;
  Json settings = Json::array();
  std::string_view rest = identity.settings;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    settings.push_back(rest.substr(0, end));
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  Json rules = Json::array();
  for (const auto& [key, count] : totals.rules) {
    const auto& [protocol, kind, id, level] = key;
    Json rule = {{"protocol", protocol}, {"kind", kind}, {"id", id}, {"level", level}};
    for (const char* verdict : {"PASS", "VARIATION", "FAIL", "UNKNOWN", "NOT_APPLICABLE"}) {
      const auto known = count.verdicts.find(verdict);
      rule[to_lower_ascii(verdict)] = known == count.verdicts.end() ? 0 : known->second;
    }
    rules.push_back(std::move(rule));
  }
  const Json summary = {
      {"schema", "dosegate-batch-1"},
      {"software", {{"name", "dosegate"}, {"version", identity.software_version}}},
      {"settings", std::move(settings)},
      {"shard", identity.shard},
      {"plans",
       {{"checked", counts.checked},
        {"pass", counts.pass},
        {"variation", counts.variation},
        {"fail", counts.fail},
        {"unknown", counts.unknown},
        {"refused", counts.refused},
        {"unreadable", counts.unreadable}}},
      {"rules", std::move(rules)},
      {"not_checked", totals.not_checked}};
  constexpr int kIndent = 2;
  return summary.dump(kIndent) + "\n";
}

}  // namespace

void BatchCounts::add(const CohortPlan& plan) {
  switch (plan.status) {
    case CohortPlan::Status::Refused:
      ++refused;
      return;
    case CohortPlan::Status::Unreadable:
      ++unreadable;
      return;
    case CohortPlan::Status::Checked:
      break;
  }
  ++checked;
  std::size_t& verdict = plan.verdict == "PASS"        ? pass
                         : plan.verdict == "VARIATION" ? variation
                         : plan.verdict == "FAIL"      ? fail
                                                       : unknown;  // never a pass
  ++verdict;
}

Result<void> begin_tables(const std::string& out) {
  for (const char* name : {kSummaryName, kPageName, kRulesName}) {
    std::error_code error;
    fs::remove(path_in(out, name), error);
    if (error) {
      return fail(
          ErrorCode::FileUnwritable,
          fmt::format("The file of an earlier batch cannot be removed ({}).", error.message()),
          printable(path_in(out, name)));
    }
  }
  return {};
}

Result<BatchCounts> finish_tables(const std::string& out, Journal journal) {
  const auto identity = journal.identity();
  if (!identity) return tl::unexpected<Error>(identity.error());
  if (!*identity) throw InternalError("a batch without an identity");
  auto table = RulesTable::create(out);
  if (!table) return tl::unexpected<Error>(table.error());
  Totals totals;
  Cohort cohort;
  cohort.software_version = (*identity)->software_version;
  const auto gone_through = journal.each([&](const JournalEntry& entry) -> Result<void> {
    totals.add(entry.plan);
    cohort.plans.push_back(entry.plan);
    return table->add(entry.plan);
  });
  if (!gone_through) return tl::unexpected<Error>(gone_through.error());
  if (const auto done = table->commit(); !done) return tl::unexpected<Error>(done.error());
  const auto page = write_whole_file(path_in(out, kPageName), cohort_page(cohort));
  if (!page) return tl::unexpected<Error>(page.error());
  if (const auto done = Journal::finish(std::move(journal)); !done) {
    return tl::unexpected<Error>(done.error());
  }
  const auto summary = write_whole_file(path_in(out, kSummaryName), summary_of(**identity, totals));
  if (!summary) return tl::unexpected<Error>(summary.error());
  return totals.counts;
}

}  // namespace dosegate::batch
