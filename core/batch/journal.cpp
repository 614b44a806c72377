#include "batch/journal.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "base/text.h"
#include "batch/journal_tables.h"

namespace dosegate::batch {
namespace {

constexpr int kSchema = 1;  // of the tables; another one is not opened

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close(database); }
};
struct FinishStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// What SQLite refuses, thrown inside this file and turned into an Error where a public function ends.
class Refused : public std::runtime_error {
 public:
  Refused(sqlite3* database, int code)
      : std::runtime_error(database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code)),
        code_(code & 0xff) {}
  [[nodiscard]] int code() const { return code_; }

 private:
  int code_;
};

void require_ok(sqlite3* database, int code) {
  if (code != SQLITE_OK) throw Refused(database, code);
}

class Statement {
 public:
  Statement(sqlite3* database, const std::string& sql) : database_(database) {
    sqlite3_stmt* made = nullptr;
    require_ok(database, sqlite3_prepare_v2(database, sql.c_str(), -1, &made, nullptr));
    statement_.reset(made);
  }

  Statement& bind(std::string_view text) {
    const std::string shown = printable(text);
    return took(sqlite3_bind_text(statement_.get(), ++bound_, shown.data(),
                                  static_cast<int>(shown.size()), SQLITE_TRANSIENT));
  }
  // A text of several lines, each of which the caller made printable.
  Statement& bind_lines(const std::string& text) {
    return took(sqlite3_bind_text(statement_.get(), ++bound_, text.data(),
                                  static_cast<int>(text.size()), SQLITE_TRANSIENT));
  }
  // A text that may be unknown: NULL then.
  Statement& bind_known(std::string_view text) { return text.empty() ? bind_null() : bind(text); }
  Statement& bind(std::int64_t number) {
    return took(sqlite3_bind_int64(statement_.get(), ++bound_, number));
  }
  Statement& bind(const std::optional<double>& number) {
    if (!number) return bind_null();
    return took(sqlite3_bind_double(statement_.get(), ++bound_, *number));
  }
  Statement& bind(const std::optional<int>& number) {
    return number ? bind(static_cast<std::int64_t>(*number)) : bind_null();
  }
  Statement& bind_null() { return took(sqlite3_bind_null(statement_.get(), ++bound_)); }

  // True if there is a row.
  bool step() {
    const int code = sqlite3_step(statement_.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) throw Refused(database_, code);
    return code == SQLITE_ROW;
  }
  // Runs it once more with other values.
  void reset() {
    sqlite3_reset(statement_.get());
    bound_ = 0;
  }

  // Columns of the present row, left to right.
  std::string text() {
    const int column = column_++;
    const auto* bytes = sqlite3_column_text(statement_.get(), column);
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
    return bytes == nullptr ? std::string()
                            : std::string(reinterpret_cast<const char*>(bytes), size);
  }
  std::int64_t integer() { return sqlite3_column_int64(statement_.get(), column_++); }
  std::optional<double> number() {
    const int column = column_++;
    if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
    return sqlite3_column_double(statement_.get(), column);
  }
  std::optional<int> known_integer() {
    const auto value = number();
    return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
  }
  bool next() {
    column_ = 0;
    return step();
  }

 private:
  Statement& took(int code) {
    require_ok(database_, code);
    return *this;
  }

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, FinishStatement> statement_;
  int bound_ = 0, column_ = 0;
};

void run(sqlite3* database, const std::string& sql) {
  require_ok(database, sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr));
}

// What is begun here is undone unless it is committed.
class Transaction {
 public:
  explicit Transaction(sqlite3* database) : database_(database) {
    run(database, "BEGIN IMMEDIATE");
  }
  ~Transaction() {
    if (open_) sqlite3_exec(database_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() {
    run(database_, "COMMIT");
    open_ = false;
  }

 private:
  sqlite3* database_;
  bool open_ = true;
};

void make_tables(sqlite3* database, const std::string& schema) {
  run(database,
      fmt::format("CREATE TABLE {}.meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
                  schema));
  for (const PlanTable& table : kPlanTables) {
    const bool plans = table.name == kPlansTable.name;
    run(database,
        fmt::format("CREATE TABLE {}.{} (plan INTEGER NOT NULL, {}, PRIMARY KEY ({})){}", schema,
                    table.name, table.types, table.key, plans ? "" : " WITHOUT ROWID"));
  }
  run(database, fmt::format("PRAGMA {}.user_version = {}", schema, kSchema));
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

void enter_plan(sqlite3* database, std::int64_t number, const JournalEntry& entry) {
  const CohortPlan& plan = entry.plan;
  Statement row(database, insert_into(kPlansTable));
  row.bind(number).bind(plan.key).bind(status_text(plan.status)).bind_known(plan.reason);
  row.bind_known(plan.patient_id).bind_known(plan.plan_label).bind_known(plan.plan_uid);
  row.bind_known(plan.plan_date).bind_known(plan.site).bind_known(plan.verdict);
  row.bind(plan.fractions).bind(plan.prescription_gy).bind(plan.bed_gy).bind(plan.eqd2_gy);
  row.bind_known(plan.protocols).bind_known(plan.folder).bind(entry.fingerprint).step();
}

void enter_rules(sqlite3* database, std::int64_t number, const std::vector<CohortRule>& rules) {
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
    row.bind_known(rule.branch).bind_known(rule.reason).bind_known(rule.source).step();
    row.reset();
  }
}

void enter_structures(sqlite3* database, std::int64_t number,
                      const std::vector<CohortStructure>& structures) {
  Statement row(database, insert_into(kStructuresTable));
  std::int64_t position = 0;
  for (const CohortStructure& s : structures) {
    row.bind(number).bind(++position).bind_known(s.name).bind(static_cast<std::int64_t>(s.number));
    row.bind(s.volume_cc).bind(s.uncovered_cc).bind(s.mean_gy).bind(s.min_gy).bind(s.max_gy);
    row.bind_known(s.reason).step();
    row.reset();
  }
}

void enter_findings(sqlite3* database, std::int64_t number,
                    const std::vector<CohortFinding>& findings) {
  Statement row(database, insert_into(kFindingsTable));
  std::int64_t position = 0;
  for (const CohortFinding& finding : findings) {
    row.bind(number).bind(++position).bind(finding.code).bind(finding.severity);
    row.bind_known(finding.text).bind_known(finding.where).step();
    row.reset();
  }
}

void enter_files(sqlite3* database, std::int64_t number, const PlanTable& table,
                 const std::vector<HashedFile>& files) {
  Statement row(database, insert_into(table));
  for (const HashedFile& file : files) {
    row.bind(number).bind(file.name).bind(file.sha256).step();
    row.reset();
  }
}

std::optional<std::int64_t> number_of(sqlite3* database, const std::string& key) {
  Statement known(database, "SELECT plan FROM plans WHERE key = ?");
  known.bind(key);
  if (!known.next()) return std::nullopt;
  return known.integer();
}

void remove_plan(sqlite3* database, std::int64_t number) {
  for (const PlanTable& table : kPlanTables) {
    Statement gone(database, fmt::format("DELETE FROM {} WHERE plan = ?", table.name));
    gone.bind(number).step();
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

std::vector<HashedFile> files_in(sqlite3* database, std::int64_t number, const PlanTable& table) {
  std::vector<HashedFile> files;
  Statement row(database, select_from(table));
  row.bind(number);
  while (row.next()) {
    std::string name = row.text();
    files.push_back({std::move(name), row.text()});
  }
  return files;
}

std::vector<CohortRule> rules_in(sqlite3* database, std::int64_t number) {
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

std::vector<CohortStructure> structures_in(sqlite3* database, std::int64_t number) {
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

std::vector<CohortFinding> findings_in(sqlite3* database, std::int64_t number) {
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
bool is_ours(sqlite3* database) {
  Statement version(database, "PRAGMA user_version");
  const bool known = version.next() && version.integer() == kSchema;
  Statement tables(database,
                   "SELECT count(*) FROM sqlite_master WHERE name IN ('meta', 'plans', 'rules')");
  return known && tables.next() && tables.integer() == 3;
}

bool is_empty(sqlite3* database) {
  Statement tables(database, "SELECT count(*) FROM sqlite_master");
  return tables.next() && tables.integer() == 0;
}

}  // namespace

struct Journal::Open {
  std::string path;
  std::unique_ptr<sqlite3, CloseDatabase> database;

  [[nodiscard]] tl::unexpected<Error> refused(const Refused& why) const {
    std::string text = fmt::format("The journal of the batch cannot be used ({}).", why.what());
    if (why.code() == SQLITE_BUSY || why.code() == SQLITE_LOCKED) {
      text =
          "Another batch works in this folder, or a program has its results.sqlite open; wait for "
          "it, or name "
          "another folder with --out.";
    } else if (why.code() == SQLITE_FULL) {
      text = "The disk is full; make room and start the batch again, it goes on where it was.";
    } else if (why.code() == SQLITE_NOTADB || why.code() == SQLITE_CORRUPT) {
      text = fmt::format(
          "This is no journal of a batch, or it is damaged ({}); take it away, and all plans are "
          "checked again.",
          why.what());
    }
    return fail(ErrorCode::FileUnwritable, std::move(text), printable(path));
  }

  template <class Function>
  auto guarded(const Function& function) const -> Result<decltype(function(database.get()))> {
    try {
      if constexpr (std::is_void_v<decltype(function(database.get()))>) {
        function(database.get());
        return {};
      } else {
        return function(database.get());
      }
    } catch (const Refused& why) {
      return refused(why);
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
  sqlite3* made = nullptr;
  const int code = sqlite3_open_v2(open->path.c_str(), &made,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  open->database.reset(made);
  if (code != SQLITE_OK) return open->refused(Refused(made, code));
  const auto usable = open->guarded([](sqlite3* database) {
    // The lock is taken with the first access and held: two batches in one folder would undo each other's work.
    run(database,
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
  return open_->guarded([](sqlite3* database) -> std::optional<BatchIdentity> {
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
  return open_->guarded([&](sqlite3* database) {
    Transaction all(database);
    const std::pair<const char*, const std::string&> entries[] = {
        {"software", identity.software_version},
        {"settings", identity.settings},
        {"shard", identity.shard}};
    for (const auto& [name, value] : entries) {
      Statement row(database, "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)");
      row.bind(name).bind_lines(value).step();
    }
    all.commit();
  });
}

Result<std::optional<JournalEntry>> Journal::find(const std::string& key) const {
  return open_->guarded([&](sqlite3* database) -> std::optional<JournalEntry> {
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
  return open_->guarded([&](sqlite3* database) {
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
  return open_->guarded([&](sqlite3* database) {
    Transaction all(database);
    if (const auto number = number_of(database, key)) remove_plan(database, *number);
    all.commit();
  });
}

Result<std::vector<std::string>> Journal::keys() const {
  return open_->guarded([](sqlite3* database) {
    std::vector<std::string> keys;
    Statement row(database, "SELECT key FROM plans ORDER BY key");
    while (row.next()) keys.push_back(row.text());
    return keys;
  });
}

Result<void> Journal::each(const std::function<Result<void>(const JournalEntry&)>& take) const {
  Result<void> taken;
  const auto done = open_->guarded([&](sqlite3* database) {
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
  const Open& open = *journal.open_;
  const std::string draft = open.path + ".part";
  std::error_code ignored;
  std::filesystem::remove(draft, ignored);
  const auto copied = open.guarded([&](sqlite3* database) {
    Statement attach(database, "ATTACH ? AS ordered");
    attach.bind(draft).step();
    run(database,
        "CREATE TEMP TABLE numbered AS SELECT plan, row_number() OVER (ORDER BY key) AS plan_number "
        "FROM plans");
    run(database, "CREATE UNIQUE INDEX temp.by_plan ON numbered (plan)");
    Transaction all(database);
    make_tables(database, "ordered");
    run(database, "INSERT INTO ordered.meta SELECT name, value FROM main.meta ORDER BY name");
    for (const PlanTable& table : kPlanTables) {
      // Its own key without `plan`, which the number replaces.
      const auto comma = table.key.find(',');
      const std::string_view rest = comma == std::string_view::npos ? "" : table.key.substr(comma);
      run(database,
          fmt::format(
              "INSERT INTO ordered.{0} (plan, {1}) SELECT plan_number, {1} FROM main.{0} JOIN numbered "
              "USING (plan) ORDER BY plan_number{2}",
              table.name, table.columns, rest));
    }
    all.commit();
    run(database, "DETACH ordered");
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
