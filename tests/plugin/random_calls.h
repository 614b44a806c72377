// Random calls of the table: live, stale, foreign, null and random handles, null pointers, structs
// without a size, indices far beyond the end; a book of what is alive; and what a call must return.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <set>

#include "plugin_session.h"

namespace dosegate::plugin_test {

constexpr std::size_t kFar = 1000;  // no list of these tests is as long

enum class Needs { Nothing, Session, Result, Builder };
enum class Bad { None, Null, Unsized };
/// What a call must come to. Either: handle and pointer are both wrong, and the header does not say
/// which is looked at first.
enum class Due { Served, ArgumentRefused, HandleRefused, EitherRefused, Ignored };

struct Drawn {
  dosegate_session session = 0;
  std::uint64_t handle = 0;  ///< of a result or a builder, for functions that take one
  std::size_t index = 0, index_2 = 0;
  int32_t number = 0;
  Bad bad = Bad::None;
};

struct Row {
  const char* name;
  Needs needs;
  std::function<int32_t(const Drawn&)> call;
  int indices = 0;         ///< how many it takes
  bool pointer = true;     ///< takes one that must not be null
  bool working = false;    ///< takes its time, or ends something that is alive
  bool forgiving = false;  ///< ignores a session that is not valid
  int served = 0, refused = 0;
};

struct Owned {
  std::set<std::uint64_t> results, builders;
};

/// What is alive, and numbers that are the same in every run.
class CallBook {
 public:
  explicit CallBook(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::size_t sessions() const { return alive_.size(); }
  [[nodiscard]] Owned* find(dosegate_session session) {
    const auto owner = alive_.find(session);
    return owner == alive_.end() ? nullptr : &owner->second;
  }
  void add(dosegate_session session) { alive_[session]; }
  void bury(std::uint64_t handle) { dead_.push_back(handle); }
  void bury_all(std::set<std::uint64_t>& handles) {
    dead_.insert(dead_.end(), handles.begin(), handles.end());
    handles.clear();
  }
  void bury_session(dosegate_session session) {
    bury_all(alive_.at(session).results);
    bury_all(alive_.at(session).builders);
    bury(session);
    alive_.erase(session);
  }

  // The numbers of the engine are fixed by the standard, those of its distributions are not.
  std::uint64_t below(std::uint64_t end) { return random_() % end; }

  std::uint64_t any_of(const std::set<std::uint64_t>& handles) {
    if (handles.empty()) return 0;
    return *std::next(handles.begin(), static_cast<std::ptrdiff_t>(below(handles.size())));
  }
  dosegate_session any_session() {
    return std::next(alive_.begin(), static_cast<std::ptrdiff_t>(below(alive_.size())))->first;
  }

  /// Any number at all; most stand for nothing, or for something of another kind or session.
  std::uint64_t any_handle() {
    const Owned& owned = alive_.at(any_session());
    switch (below(8)) {
      case 0:
        return 0;
      case 1:
        return random_();
      case 2:
        return any_session();
      case 3:
        return any_of(owned.results);
      case 4:
        return any_of(owned.builders);
      case 5:  // one bit beside something that is alive
        return any_of(owned.results) ^ (std::uint64_t{1} << below(64));
      case 6:
        return any_session() ^ (std::uint64_t{1} << below(64));
      default:
        return dead_.empty() ? 0 : dead_[below(dead_.size())];
    }
  }

  Drawn draw(const Row& row) {
    Drawn drawn;
    drawn.session = below(4) != 0 ? any_session() : any_handle();
    drawn.handle = any_handle();
    const auto owner = alive_.find(drawn.session);
    if (owner != alive_.end() && below(2) == 0) {
      drawn.handle =
          any_of(row.needs == Needs::Builder ? owner->second.builders : owner->second.results);
    }
    drawn.index = below(4) == 0 ? random_() : below(4);
    drawn.index_2 = below(4) == 0 ? random_() : below(4);
    drawn.number = static_cast<int32_t>(below(2) == 0 ? random_() : below(5));
    const std::uint64_t bad = below(8);
    drawn.bad = bad == 0 ? Bad::Null : bad == 1 ? Bad::Unsized : Bad::None;
    return drawn;
  }

  [[nodiscard]] Due due(const Row& row, const Drawn& drawn) const {
    const bool argument = row.pointer && drawn.bad != Bad::None;
    if (row.needs != Needs::Nothing) {
      const auto owner = alive_.find(drawn.session);
      if (owner == alive_.end()) return row.forgiving ? Due::Ignored : Due::HandleRefused;
      const Owned& owned = owner->second;
      const bool known =
          row.needs == Needs::Session ||
          (row.needs == Needs::Result ? owned.results : owned.builders).count(drawn.handle) > 0;
      if (!known) return argument ? Due::EitherRefused : Due::HandleRefused;
    }
    const bool far =
        (row.indices > 0 && drawn.index >= kFar) || (row.indices > 1 && drawn.index_2 >= kFar);
    return argument || far ? Due::ArgumentRefused : Due::Served;
  }

 private:
  std::mt19937_64 random_;
  std::map<dosegate_session, Owned> alive_;
  std::vector<std::uint64_t> dead_;
};

/// Holds a call's status against what it had to be, and counts it.
inline void judge(Row& row, Due due, int32_t status) {
  (due == Due::Served ? row.served : row.refused)++;
  switch (due) {
    case Due::Ignored:
      EXPECT_EQ(status, DOSEGATE_OK);
      break;
    case Due::ArgumentRefused:
      EXPECT_EQ(status, DOSEGATE_ARGUMENT_INVALID);
      break;
    case Due::HandleRefused:
      EXPECT_EQ(status, DOSEGATE_HANDLE_INVALID);
      break;
    case Due::EitherRefused:
      EXPECT_TRUE(status == DOSEGATE_HANDLE_INVALID || status == DOSEGATE_ARGUMENT_INVALID);
      break;
    case Due::Served:  // or refused for what it asks; BUSY, a defect and a wrong handle it is not
      EXPECT_TRUE(status == DOSEGATE_OK || status == DOSEGATE_ARGUMENT_INVALID ||
                  (status >= 100 && status < 800 && status != DOSEGATE_CANCELLED))
          << status;
      break;
  }
}

}  // namespace dosegate::plugin_test
