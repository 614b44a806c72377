#include "session.h"

#include <functional>
#include <thread>

#include "base/text.h"

namespace dosegate::plugin {
namespace {

constexpr std::uint64_t kSlotBits = 32;

struct SessionSlot {
  std::uint32_t generation = 0;
  std::shared_ptr<Session> session;
};

std::mutex sessions_mutex;
std::vector<SessionSlot>& sessions() {
  static std::vector<SessionSlot> all;
  return all;
}

}  // namespace

std::uint64_t handle_of(const HandlePlace& place) {
  return (static_cast<std::uint64_t>(place.generation) << kSlotBits) | (place.slot + 1);
}

std::optional<HandlePlace> place_of(std::uint64_t handle) {
  const auto low = handle & ((std::uint64_t{1} << kSlotBits) - 1);
  if (low == 0) return std::nullopt;
  return HandlePlace{static_cast<std::size_t>(low - 1),
                     static_cast<std::uint32_t>(handle >> kSlotBits)};
}

std::uint32_t next_generation() {
  static std::atomic<std::uint32_t> last = 0;
  return ++last;
}

bool Session::stop_requested(std::uint64_t calling_thread, const Progress& progress) {
  if (cancelled.load(std::memory_order_relaxed)) return true;
  if (this_thread_number() != calling_thread) return false;
  int32_t stop = 0;
  if (host_.progress_at != nullptr) {
    const std::string stage(progress.stage);
    stop = host_.progress_at(host_.user, stage.c_str(), progress.done, progress.total);
  } else if (host_.progress != nullptr) {
    stop = host_.progress(host_.user);
  }
  if (stop == 0) return false;
  cancelled = true;
  return true;
}

StopRequested Session::stop_for_caller() {
  return [this, caller = this_thread_number()](const Progress& progress) {
    return stop_requested(caller, progress);
  };
}

void Session::log(int32_t severity, const std::string& text) noexcept {
  if (host_.log == nullptr) return;
  try {
    host_.log(host_.user, severity, text.c_str());
  } catch (...) {
    return;
  }
}

void Session::log(const Findings& findings) noexcept {
  if (host_.log == nullptr) return;
  for (const Finding& finding : findings) {
    try {
      const std::string where = finding.where.empty() ? "" : " (" + printable(finding.where) + ")";
      log(static_cast<int32_t>(finding_severity(finding.code)),
          printable(finding.text) + where + " [" + std::string(finding_id(finding.code)) + "]");
    } catch (...) {
      return;
    }
  }
}

void Session::set_cases(dicom::ReadOutcome outcome) {
  results_.clear();
  case_texts_.clear();
  parts_.clear();
  file_cases_ = outcome.cases.size();
  outcome_ = std::move(outcome);
}

const char* Session::keep(std::string text) {
  return case_texts_.insert(std::move(text)).first->c_str();
}

const char* Session::keep_for_good(std::string text) {
  return session_texts_.insert(std::move(text)).first->c_str();
}

std::size_t Session::add_case(model::Case added, std::vector<model::Case> parts) {
  const std::size_t index = outcome_.cases.size();
  if (!parts.empty()) parts_.emplace(index, std::move(parts));
  try {
    outcome_.cases.emplace_back(std::move(added));
  } catch (...) {
    parts_.erase(index);  // or the next case would have them
    throw;
  }
  return index;
}

const std::vector<model::Case>& Session::parts_of(std::size_t case_index) const {
  static const std::vector<model::Case> none;
  const auto found = parts_.find(case_index);
  return found == parts_.end() ? none : found->second;
}

dosegate_session register_session(std::shared_ptr<Session> session) {
  const std::lock_guard lock(sessions_mutex);
  std::size_t at = 0;
  while (at < sessions().size() && sessions()[at].session != nullptr) ++at;
  if (at == sessions().size()) sessions().emplace_back();
  SessionSlot& slot = sessions()[at];
  slot.generation = next_generation();
  slot.session = std::move(session);
  return handle_of({at, slot.generation});
}

std::shared_ptr<Session> find_session(dosegate_session handle) {
  const auto place = place_of(handle);
  const std::lock_guard lock(sessions_mutex);
  if (!place || place->slot >= sessions().size()) return nullptr;
  const SessionSlot& slot = sessions()[place->slot];
  return slot.generation == place->generation ? slot.session : nullptr;
}

bool forget_session(dosegate_session handle) {
  std::shared_ptr<Session> last;  // destroyed after the lock is released
  const auto place = place_of(handle);
  const std::lock_guard lock(sessions_mutex);
  if (!place || place->slot >= sessions().size()) return false;
  SessionSlot& slot = sessions()[place->slot];
  if (slot.generation != place->generation) return false;
  last = std::move(slot.session);
  slot.session = nullptr;
  return last != nullptr;
}

std::uint64_t this_thread_number() {
  return std::hash<std::thread::id>{}(std::this_thread::get_id());
}

}  // namespace dosegate::plugin
