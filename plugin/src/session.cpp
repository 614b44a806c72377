#include "session.h"

#include <functional>
#include <thread>

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

bool Session::stop_requested(std::uint64_t calling_thread) {
  if (cancelled.load(std::memory_order_relaxed)) return true;
  if (host_.progress == nullptr || this_thread_number() != calling_thread) return false;
  if (host_.progress(host_.user) == 0) return false;
  cancelled = true;
  return true;
}

void Session::set_cases(dicom::ReadOutcome outcome) {
  results_.clear();
  case_texts_.clear();
  outcome_ = std::move(outcome);
}

const char* Session::keep(std::string text) {
  return case_texts_.insert(std::move(text)).first->c_str();
}

const char* Session::keep_for_good(std::string text) {
  return session_texts_.insert(std::move(text)).first->c_str();
}

std::size_t Session::add_case(model::Case added) {
  outcome_.cases.emplace_back(std::move(added));
  return outcome_.cases.size() - 1;
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
