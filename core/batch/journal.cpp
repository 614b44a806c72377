#include "batch/journal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "batch/journal_tables.h"
#include "batch/sql.h"

namespace dosegate::batch {
namespace {

using sql::Database;
using sql::Refused;
using sql::Statement;
using sql::Transaction;

constexpr int kSchema = 1;  // of the tables; another one is not opened

void make_tables(Database& database, const std::string& schema) {
  database.run(fmt::format(
      "CREATE TABLE {}.meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID", schema));
  for (const PlanTable& table : kPlanTables) {
    const bool plans = table.name == kPlansTable.name;
    database.run(fmt::format("CREATE TABLE {}.{} (plan INTEGER NOT NULL, {}, PRIMARY KEY ({})){}",
                             schema, table.name, table.types, table.key,
                             plans ? "" : " WITHOUT ROWID"));
  }
  database.run(fmt::format("PRAGMA {}.user_version = {}", schema, kSchema));
}

std::string insert_into(const PlanTable& table) {
  const auto columns = std::count(table.columns.begin(), table.columns.end(), ',') + 1;
  std::string values = "?";
  for (std::ptrdiff_t i = 0; i < columns; ++i) values += ", ?";
  return fmt::format("INSERT INTO {} (plan, {}) VALUES ({})", table.name, table.columns, values);
}

const char* status_text(CohortPlan::Status status) {
  switch (status) {
    case CohortPlan::Status::Checked:
      return "checked";
    case CohortPlan::Status::Unreadable:
      return "unreadable";
    case CohortPlan::Status::Refused:
      return "refused";
  }
  throw InternalError("unknown status of a plan");
}

CohortPlan::Status status_of(const std::string& text) {
  for (const auto status : {CohortPlan::Status::Checked, CohortPlan::Status::Unreadable}) {
    if (text == status_text(status)) return status;
  }
  return CohortPlan::Status::Refused;  // what is not known to be checked is not
}

void enter_plan(Database& database, std::int64_t number, const JournalEntry& entry) {
  const CohortPlan& plan = entry.plan;
  Statement row(database, insert_into(kPlansTable));
  row.bind(number).bind(plan.key).bind(status_text(plan.status)).bind_known(plan.reason);
  row.bind_known(plan.patient_id).bind_known(plan.plan_label).bind_known(plan.plan_uid);
  row.bind_known(plan.plan_date).bind_known(plan.site).bind_known(plan.verdict);
  row.bind(plan.fractions).bind(plan.prescription_gy).bind(plan.bed_gy).bind(plan.eqd2_gy);
  row.bind_known(plan.protocols).bind_known(plan.folder).bind(entry.fingerprint).run();
}

void enter_rules(Database& database, std::int64_t number, const std::vector<CohortRule>& rules) {
  Statement row(database, insert_into(kRulesTable));
  std::int64_t position = 0;
  for (const CohortRule& rule : rules) {
    row.bind(number).bind(++position);
    row.bind(rule.kind == CohortRule::Kind::Rule ? "rule" : "plan-check");
    row.bind(rule.protocol).bind(rule.id).bind_known(rule.label).bind(rule.level);
    row.bind(rule.verdict).bind(static_cast<std::int64_t>(rule.borderline));
    row.bind_known(rule.structure).bind_known(rule.roi).bind_known(rule.metric);
    row.bind_known(rule.unit).bind(rule.value).bind(rule.low).bind(rule.high);
    row.bind_known(rule.comparator).bind(rule.goal).bind(rule.variation);
    row.bind_known(rule.branch).bind_known(rule.reason).bind_known(rule.source).run();
  }
}

void enter_structures(Database& database, std::int64_t number,
                      const std::vector<CohortStructure>& structures) {
  Statement row(database, insert_into(kStructuresTable));
  std::int64_t position = 0;
  for (const CohortStructure& s : structures) {
    row.bind(number).bind(++position).bind_known(s.name).bind(static_cast<std::int64_t>(s.number));
    row.bind(s.volume_cc).bind(s.uncovered_cc).bind(s.mean_gy).bind(s.min_gy).bind(s.max_gy);
    row.bind_known(s.reason).run();
  }
}

void enter_findings(Database& database, std::int64_t number,
                    const std::vector<CohortFinding>& findings) {
  Statement row(database, insert_into(kFindingsTable));
  std::int64_t position = 0;
  for (const CohortFinding& finding : findings) {
    row.bind(number).bind(++position).bind(finding.code).bind(finding.severity);
    row.bind_known(finding.text).bind_known(finding.where).run();
  }
}

void enter_files(Database& database, std::int64_t number, const PlanTable& table,
                 const std::vector<HashedFile>& files) {
  Statement row(database, insert_into(table));
  for (const HashedFile& file : files) {
    row.bind(number).bind(file.name).bind(file.sha256).run();
  }
}

std::optional<std::int64_t> number_of(Database& database, const std::string& key) {
  Statement known(database, "SELECT plan FROM plans WHERE key = ?");
  known.bind(key);
  if (!known.next()) return std::nullopt;
  return known.integer();
}

void remove_plan(Database& database, std::int64_t number) {
  for (const PlanTable& table : kPlanTables) {
    Statement gone(database, fmt::format("DELETE FROM {} WHERE plan = ?", table.name));
    gone.bind(number).run();
  }
}

JournalEntry plan_in(Statement& row) {
  JournalEntry entry;
  CohortPlan& plan = entry.plan;
  plan.key = row.text();
  plan.status = status_of(row.text());
  for (std::string* text : {&plan.reason, &plan.patient_id, &plan.plan_label, &plan.plan_uid,
                            &plan.plan_date, &plan.site, &plan.verdict}) {
    *text = row.text();
  }
  plan.fractions = row.known_integer();
  for (auto* number : {&plan.prescription_gy, &plan.bed_gy, &plan.eqd2_gy}) *number = row.number();
  plan.protocols = row.text();
  plan.folder = row.text();
  entry.fingerprint = row.text();
  return entry;
}

std::string select_from(const PlanTable& table) {
  return fmt::format("SELECT {} FROM {} WHERE plan = ? ORDER BY {}", table.columns, table.name,
                     table.key);
}

std::vector<HashedFile> files_in(Database& database, std::int64_t number, const PlanTable& table) {
  std::vector<HashedFile> files;
  Statement row(database, select_from(table));
  row.bind(number);
  while (row.next()) {
    std::string name = row.text();
    files.push_back({std::move(name), row.text()});
  }
  return files;
}

std::vector<CohortRule> rules_in(Database& database, std::int64_t number) {
  std::vector<CohortRule> rules;
  Statement row(database, select_from(kRulesTable));
  row.bind(number);
  while (row.next()) {
    CohortRule rule;
    row.integer();  // position
    rule.kind = row.text() == "rule" ? CohortRule::Kind::Rule : CohortRule::Kind::PlanCheck;
    for (std::string* text : {&rule.protocol, &rule.id, &rule.label, &rule.level, &rule.verdict}) {
      *text = row.text();
    }
    rule.borderline = row.integer() != 0;
    for (std::string* text : {&rule.structure, &rule.roi, &rule.metric, &rule.unit})
      *text = row.text();
    for (auto* value : {&rule.value, &rule.low, &rule.high}) *value = row.number();
    rule.comparator = row.text();
    for (auto* limit : {&rule.goal, &rule.variation}) *limit = row.number();
    for (std::string* text : {&rule.branch, &rule.reason, &rule.source}) *text = row.text();
    rules.push_back(std::move(rule));
  }
  return rules;
}

std::vector<CohortStructure> structures_in(Database& database, std::int64_t number) {
  std::vector<CohortStructure> structures;
  Statement row(database, select_from(kStructuresTable));
  row.bind(number);
  while (row.next()) {
    CohortStructure s;
    row.integer();  // position
    s.name = row.text();
    s.number = static_cast<int>(row.integer());
    for (auto* value : {&s.volume_cc, &s.uncovered_cc, &s.mean_gy, &s.min_gy, &s.max_gy})
      *value = row.number();
    s.reason = row.text();
    structures.push_back(std::move(s));
  }
  return structures;
}

std::vector<CohortFinding> findings_in(Database& database, std::int64_t number) {
  std::vector<CohortFinding> findings;
  Statement row(database, select_from(kFindingsTable));
  row.bind(number);
  while (row.next()) {
    CohortFinding finding;
    row.integer();  // position
    for (std::string* text : {&finding.code, &finding.severity, &finding.text, &finding.where})
      *text = row.text();
    findings.push_back(std::move(finding));
  }
  return findings;
}

// A database of a program that is not this one, or of another version of these tables.
bool is_ours(Database& database) {
  Statement version(database, "PRAGMA user_version");
  const bool known = version.next() && version.integer() == kSchema;
  Statement tables(database,
                   "SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'plans', 'rules')");
  return known && tables.next() && tables.integer() == 3;
}

bool is_empty(Database& database) {
  Statement tables(database, "SELECT count(*) FROM sqlite_master");
  return tables.next() && tables.integer() == 0;
}

}  // namespace

namespace {

tl::unexpected<Error> to_error(const Refused& why, const std::string& path) {
  std::string text = fmt::format("The journal of the batch cannot be used ({}).", why.what());
  switch (why.why()) {
    case Refused::Why::InUse:
      text =
          "Another batch works in this folder, or a program has its results.sqlite open; wait for "
          "it, or name another "
          "folder with --out.";
      break;
    case Refused::Why::DiskFull:
      text = "The disk is full; make room and start the batch again, it goes on where it was.";
      break;
    case Refused::Why::NotOurs:
      text = fmt::format(
          "This is no journal of a batch, or it is damaged ({}); take it away, and all plans are "
          "checked again.",
          why.what());
      break;
    case Refused::Why::Other:
      break;
  }
  return fail(ErrorCode::FileUnwritable, std::move(text), printable(path));
}

}  // namespace

struct Journal::Open {
  std::string path;
  std::optional<Database> database;

  template <class Function>
  auto guarded(const Function& function) -> Result<decltype(function(*database))> {
    try {
      if constexpr (std::is_void_v<decltype(function(*database))>) {
        function(*database);
        return {};
      } else {
        return function(*database);
      }
    } catch (const Refused& why) {
      return to_error(why, path);
    }
  }
};

Journal::Journal(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Journal::Journal(Journal&&) noexcept = default;
Journal& Journal::operator=(Journal&&) noexcept = default;
Journal::~Journal() = default;

Result<Journal> Journal::open(const std::string& out) {
  auto open = std::make_unique<Open>();
  open->path = (std::filesystem::path(out) / kJournalName).string();
  try {
    open->database.emplace(open->path);
  } catch (const Refused& why) {
    return to_error(why, open->path);
  }
  const auto usable = open->guarded([](Database& database) {
    // The lock is taken with the first access and held: two batches in one folder would undo each other's work.
    database.run(
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
    Transaction first(database);
    if (is_empty(database)) make_tables(database, "main");
    const bool ours = is_ours(database);
    first.commit();
    return ours;
  });
  if (!usable) return tl::unexpected<Error>(usable.error());
  if (!*usable) {
    return fail(ErrorCode::FileUnwritable,
                "This file is of another program or version; name another folder with --out.",
                printable(open->path));
  }
  return Journal(std::move(open));
}

Result<std::optional<BatchIdentity>> Journal::identity() const {
  return open_->guarded([](Database& database) -> std::optional<BatchIdentity> {
    BatchIdentity identity;
    bool known = false;
    Statement row(database, "SELECT name, value FROM meta");
    while (row.next()) {
      const std::string name = row.text();
      const std::string value = row.text();
      known = true;
      if (name == "software") identity.software_version = value;
      if (name == "settings") identity.settings = value;
      if (name == "shard") identity.shard = value;
    }
    if (!known) return std::nullopt;
    return identity;
  });
}

Result<void> Journal::set_identity(const BatchIdentity& identity) {
  return open_->guarded([&](Database& database) {
    Transaction all(database);
    const std::pair<const char*, const std::string&> entries[] = {
        {"software", identity.software_version},
        {"settings", identity.settings},
        {"shard", identity.shard}};
    for (const auto& [name, value] : entries) {
      Statement row(database, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
      row.bind(name).bind_lines(value).run();
    }
    all.commit();
  });
}

Result<std::optional<JournalEntry>> Journal::find(const std::string& key) const {
  return open_->guarded([&](Database& database) -> std::optional<JournalEntry> {
    const auto number = number_of(database, key);
    if (!number) return std::nullopt;
    Statement row(database, select_from(kPlansTable));
    row.bind(*number).next();
    JournalEntry entry = plan_in(row);
    entry.inputs = files_in(database, *number, kInputsTable);
    entry.outputs = files_in(database, *number, kOutputsTable);
    return entry;
  });
}

Result<void> Journal::enter(const JournalEntry& entry) {
  return open_->guarded([&](Database& database) {
    Transaction all(database);
    if (const auto before = number_of(database, entry.plan.key)) remove_plan(database, *before);
    Statement highest(database, "SELECT coalesce(max(plan), 0) + 1 FROM plans");
    highest.next();
    const std::int64_t number = highest.integer();
    enter_plan(database, number, entry);
    enter_rules(database, number, entry.plan.rules);
    enter_structures(database, number, entry.plan.structures);
    enter_findings(database, number, entry.plan.findings);
    enter_files(database, number, kInputsTable, entry.inputs);
    enter_files(database, number, kOutputsTable, entry.outputs);
    all.commit();
  });
}

Result<void> Journal::remove(const std::string& key) {
  return open_->guarded([&](Database& database) {
    Transaction all(database);
    if (const auto number = number_of(database, key)) remove_plan(database, *number);
    all.commit();
  });
}

Result<std::vector<std::string>> Journal::keys() const {
  return open_->guarded([](Database& database) {
    std::vector<std::string> keys;
    Statement row(database, "SELECT key FROM plans ORDER BY key");
    while (row.next()) keys.push_back(row.text());
    return keys;
  });
}

Result<void> Journal::each(const std::function<Result<void>(const JournalEntry&)>& take) const {
  Result<void> taken;
  const auto done = open_->guarded([&](Database& database) {
    Statement row(database,
                  fmt::format("SELECT {}, plan FROM plans ORDER BY key", kPlansTable.columns));
    while (taken && row.next()) {
      JournalEntry entry = plan_in(row);
      const std::int64_t number = row.integer();
      entry.plan.rules = rules_in(database, number);
      entry.plan.structures = structures_in(database, number);
      entry.plan.findings = findings_in(database, number);
      entry.inputs = files_in(database, number, kInputsTable);
      entry.outputs = files_in(database, number, kOutputsTable);
      for (const HashedFile& file : entry.outputs) entry.plan.reports.push_back(file.name);
      taken = take(entry);
    }
  });
  return done ? taken : done;
}

Result<void> Journal::finish(Journal journal) {
  Open& open = *journal.open_;
  const std::string draft = open.path + ".part";
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);
  const auto copied = open.guarded([&](Database& database) {
    Statement attach(database, "ATTACH ? AS ordered");
    attach.bind(draft).run();
    database.run(
        "CREATE TEMP TABLE numbered AS SELECT plan, row_number() OVER (ORDER BY key) AS "
        "plan_number "
        "FROM plans");
    database.run("CREATE UNIQUE INDEX temp.by_plan ON numbered (plan)");
    Transaction all(database);
    make_tables(database, "ordered");
    database.run("INSERT INTO ordered.meta SELECT name, value FROM main.meta ORDER BY name");
    for (const PlanTable& table : kPlanTables) {
      // Its own key without `plan`, which the number replaces.
      const auto comma = table.key.find(',');
      const std::string_view rest = comma == std::string_view::npos ? "" : table.key.substr(comma);
      database.run(
          fmt::format("INSERT INTO ordered.{0} (plan, {1}) SELECT plan_number, {1} FROM "
                      "main.{0} JOIN numbered "
                      "USING (plan) ORDER BY plan_number{2}",
                      table.name, table.columns, rest));
    }
    all.commit();
    database.run("DETACH ordered");
  });
  const std::string path = open.path;
  journal.open_->database.reset();  // its last writes go into the file, and -wal goes
  if (copied) {
    if (std::rename(draft.c_str(), path.c_str()) == 0) return {};
    return fail(ErrorCode::FileUnwritable, "The results cannot be put in the journal's place.",
                printable(path));
  }
  std::filesystem::remove(draft, ignored);
  return copied;
}

}  // namespace dosegate::batch
