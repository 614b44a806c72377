// SQLite with errors as exceptions and values as ours. Internal to the room: journal.cpp turns Refused into an Error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace dosegate::batch::sql {

/// What SQLite refuses, in its own words.
class Refused : public std::runtime_error {
 public:
  enum class Why {
    InUse,  ///< by another process
    DiskFull,
    NotOurs,  ///< no database, or a damaged one
    Other,
  };
  Refused(const std::string& words, Why why) : std::runtime_error(words), why_(why) {}
  [[nodiscard]] Why why() const { return why_; }

 private:
  Why why_;
};

/// An open file. All functions throw Refused.
class Database {
 public:
  /// Made if it is not there.
  explicit Database(const std::string& path);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();
  void run(const std::string& sql);
  [[nodiscard]] sqlite3* get() const { return database_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

/// A statement with its values bound left to right, and its rows read so too.
class Statement {
 public:
  Statement(const Database& database, const std::string& sql);

  Statement& bind(std::string_view text);  ///< as printable() makes it
  Statement& bind_lines(
      std::string_view text);  ///< as it is: several lines, each of which is printable
  Statement& bind_known(
      std::string_view text);  ///< a text that may be unknown: NULL where it is empty
  Statement& bind(std::int64_t number);
  Statement& bind(const std::optional<double>& number);
  Statement& bind(const std::optional<int>& number);
  Statement& bind_null();
  /// For statements that give no rows; ready to be bound and run again.
  void run();

  /// True if there is a (further) row, whose columns are then read left to right.
  bool next();
  std::string text();  ///< empty for NULL
  std::int64_t integer();
  std::optional<double> number();
  std::optional<int> known_integer();

 private:
  struct Finish {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement& took(int code);
  bool step();

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finish> statement_;
  int bound_ = 0, column_ = 0;
};

/// What is begun here is undone unless it is committed.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace dosegate::batch::sql
