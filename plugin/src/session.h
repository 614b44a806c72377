// What stands behind a session handle: cases, results and the texts that the host was given.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/progress.h"
#include "case_builder.h"
#include "dicom/read_case.h"
#include "dosegate/dosegate.h"
#include "evaluation/evaluate.h"
#include "evaluation/rule_names.h"
#include "handle_slots.h"
#include "protocol/import_goals.h"
#include "protocol/lint.h"
#include "protocol/protocol_file.h"

namespace dosegate::plugin {

/// Texts that were handed out. A set never moves its elements, so pointers into them hold; and a
/// host that asks for the same again and again makes it no larger.
using KeptTexts = std::set<std::string>;

/// An evaluation or a set of DVHs, with every text that was handed out for it.
struct StoredResult {
  std::variant<evaluation::Evaluation, evaluation::DvhReport> data;
  KeptTexts texts;
  std::map<int32_t, std::string> rendered;  ///< format -> text; a map never moves its elements
};

/// Held during a call. A std::mutex would not do: a callback that calls into its own session tries
/// to lock it a second time on one thread, which is undefined for a mutex.
class BusyFlag {
 public:
  bool try_lock() { return !held_.exchange(true, std::memory_order_acquire); }
  void unlock() { held_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> held_ = false;
};

class Session {
 public:
  explicit Session(const dosegate_host& host) : host_(host) {}

  BusyFlag busy;
  std::atomic<bool> cancelled = false;  ///< reset when a call begins
  std::string last_error;
  std::string protocol_text;
  std::vector<protocol::LintFinding> lint_findings;
  std::vector<evaluation::RuleNames> rule_names;  ///< of the last dosegate_case_names()
  protocol::ImportedGoals imported;

  /// True if the host wants the running call to stop. Calls the host on the calling thread only.
  [[nodiscard]] bool stop_requested(std::uint64_t calling_thread, const Progress& progress);
  /// The same as a function, for the thread that calls now.
  [[nodiscard]] StopRequested stop_for_caller();
  /// Tells the host's log, if it has one. What the host's function throws is not ours to handle and
  /// must not turn a call that succeeded into one that failed.
  void log(int32_t severity, const std::string& text) noexcept;
  void log(const Findings& findings) noexcept;

  /// What names of dosegate_protocol_add() stand for.
  struct AddedProtocol {
    std::string text;
    protocol::Protocol parsed;
  };
  std::map<std::string, AddedProtocol> added_protocols;

  /// Replaces cases and results.
  void set_cases(dicom::ReadOutcome outcome);
  [[nodiscard]] const dicom::ReadOutcome& outcome() const { return outcome_; }
  /// Text kept as long as the cases.
  [[nodiscard]] const char* keep(std::string text);
  /// Text kept as long as the session.
  [[nodiscard]] const char* keep_for_good(std::string text);

  /// The number of the new case, the last one. Results stay. `parts`: what it is the sum of, if it
  /// has several doses.
  std::size_t add_case(model::Case added, std::vector<model::Case> parts);
  /// Empty for a case with one dose.
  [[nodiscard]] const std::vector<model::Case>& parts_of(std::size_t case_index) const;
  /// Whether dosegate_read() made the case, so that what it found holds for it too.
  [[nodiscard]] bool from_files(std::size_t case_index) const { return case_index < file_cases_; }

  [[nodiscard]] HandleSlots<StoredResult>& results() { return results_; }
  /// Cases that are being put together; reading files leaves them alone.
  [[nodiscard]] HandleSlots<CaseBuilder>& builders() { return builders_; }

 private:
  dosegate_host host_;
  dicom::ReadOutcome outcome_;
  std::size_t file_cases_ = 0;                             // those from files come first
  std::map<std::size_t, std::vector<model::Case>> parts_;  // by case
  KeptTexts case_texts_, session_texts_;
  HandleSlots<StoredResult> results_;
  HandleSlots<CaseBuilder> builders_;
};

/// Gives out and recognises session handles. The only state of the library that outlives a call.
[[nodiscard]] dosegate_session register_session(std::shared_ptr<Session> session);
[[nodiscard]] std::shared_ptr<Session> find_session(dosegate_session handle);
bool forget_session(dosegate_session handle);

/// A number for the current thread, to tell the calling thread from workers.
[[nodiscard]] std::uint64_t this_thread_number();

}  // namespace dosegate::plugin
