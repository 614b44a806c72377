#include "batch/sql.h"

#include <sqlite3.h>

#include "base/text.h"

namespace dosegate::batch::sql {
namespace {

Refused refused(sqlite3* database, int code) {
  constexpr int kPrimary = 0xff;  // without the extended part
  using Why = Refused::Why;
  Why why = Why::Other;
  switch (code & kPrimary) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      why = Why::InUse;
      break;
    case SQLITE_FULL:
      why = Why::DiskFull;
      break;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      why = Why::NotOurs;
      break;
    default:
      break;
  }
  return {database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code), why};
}

void require_ok(sqlite3* database, int code) {
  if (code != SQLITE_OK) throw refused(database, code);
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

Database::Database(const std::string& path) {
  sqlite3* made = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &made, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
  database_.reset(made);
  require_ok(made, code);
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

void Database::run(const std::string& sql) {
  require_ok(get(), sqlite3_exec(get(), sql.c_str(), nullptr, nullptr, nullptr));
}

void Statement::Finish::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Statement::Statement(const Database& database, const std::string& sql) : database_(database.get()) {
  sqlite3_stmt* made = nullptr;
  require_ok(database_, sqlite3_prepare_v2(database_, sql.c_str(), -1, &made, nullptr));
  statement_.reset(made);
}

Statement& Statement::took(int code) {
  require_ok(database_, code);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  return bind_lines(printable(text));
}

Statement& Statement::bind_lines(std::string_view text) {
  return took(sqlite3_bind_text(statement_.get(), ++bound_, text.data(),
                                static_cast<int>(text.size()), SQLITE_TRANSIENT));
}

Statement& Statement::bind_known(std::string_view text) {
  return text.empty() ? bind_null() : bind(text);
}

Statement& Statement::bind(std::int64_t number) {
  return took(sqlite3_bind_int64(statement_.get(), ++bound_, number));
}

Statement& Statement::bind(const std::optional<double>& number) {
  if (!number) return bind_null();
  return took(sqlite3_bind_double(statement_.get(), ++bound_, *number));
}

Statement& Statement::bind(const std::optional<int>& number) {
  return number ? bind(static_cast<std::int64_t>(*number)) : bind_null();
}

Statement& Statement::bind_null() {
  return took(sqlite3_bind_null(statement_.get(), ++bound_));
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code != SQLITE_ROW && code != SQLITE_DONE) throw refused(database_, code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  step();
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

bool Statement::next() {
  column_ = 0;
  return step();
}

std::string Statement::text() {
  const int column = column_++;
  const auto* bytes = sqlite3_column_text(statement_.get(), column);
  if (bytes == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return {reinterpret_cast<const char*>(bytes), size};
}

std::int64_t Statement::integer() {
  return sqlite3_column_int64(statement_.get(), column_++);
}

std::optional<double> Statement::number() {
  const int column = column_++;
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}

std::optional<int> Statement::known_integer() {
  const auto value = number();
  return value ? std::optional<int>(static_cast<int>(*value)) : std::nullopt;
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace dosegate::batch::sql
