#include "session.h"

#include <functional>
#include <thread>

namespace dosegate::plugin {
namespace {

// A handle is the slot's number plus one below, its generation above: 0 is never valid, and a slot
// that is used again has another generation, so a stale handle is recognised.
constexpr std::uint64_t kSlotBits = 32;

std::uint64_t handle_of(std::size_t slot, std::uint32_t generation) {
  return (static_cast<std::uint64_t>(generation) << kSlotBits) | (slot + 1);
}

struct Place {
  std::size_t slot = 0;
  std::uint32_t generation = 0;
};

std::optional<Place> place_of(std::uint64_t handle) {
  const auto low = handle & ((std::uint64_t{1} << kSlotBits) - 1);
  if (low == 0) return std::nullopt;
  return Place{static_cast<std::size_t>(low - 1), static_cast<std::uint32_t>(handle >> kSlotBits)};
}

// One counter for sessions and for the results of all sessions: a result's handle means nothing to
// another session, where the same number would be another patient's result.
std::uint32_t next_generation() {
  static std::atomic<std::uint32_t> last = 0;
  return ++last;
}

struct SessionSlot {
  std::uint32_t generation = 0;
  std::shared_ptr<Session> session;
};

std::mutex sessions_mutex;
std::vector<SessionSlot>& sessions() {
  static std::vector<SessionSlot> all;
  return all;
}

template <class Slots, class Empty>
std::size_t free_slot(Slots& slots, Empty empty) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (empty(slots[i])) return i;
  }
  slots.emplace_back();
  return slots.size() - 1;
}

}  // namespace

bool Session::stop_requested(std::uint64_t calling_thread) {
  if (cancelled.load(std::memory_order_relaxed)) return true;
  if (host_.progress == nullptr || this_thread_number() != calling_thread) return false;
  if (host_.progress(host_.user) == 0) return false;
  cancelled = true;
  return true;
}

void Session::set_cases(dicom::ReadOutcome outcome) {
  for (Slot& slot : slots_) slot.result.reset();
  case_texts_.clear();
  outcome_ = std::move(outcome);
}

const char* Session::keep(std::string text) {
  return case_texts_.insert(std::move(text)).first->c_str();
}

const char* Session::keep_for_good(std::string text) {
  return session_texts_.insert(std::move(text)).first->c_str();
}

dosegate_result Session::add_result(StoredResult result) {
  const std::size_t at = free_slot(slots_, [](const Slot& slot) { return slot.result == nullptr; });
  slots_[at].generation = next_generation();
  slots_[at].result = std::make_unique<StoredResult>(std::move(result));
  return handle_of(at, slots_[at].generation);
}

StoredResult* Session::find_result(dosegate_result handle) {
  const auto place = place_of(handle);
  if (!place || place->slot >= slots_.size()) return nullptr;
  const Slot& slot = slots_[place->slot];
  return slot.generation == place->generation ? slot.result.get() : nullptr;
}

bool Session::release_result(dosegate_result handle) {
  if (find_result(handle) == nullptr) return false;
  slots_[place_of(handle)->slot].result.reset();
  return true;
}

dosegate_session register_session(std::shared_ptr<Session> session) {
  const std::lock_guard lock(sessions_mutex);
  const std::size_t at =
      free_slot(sessions(), [](const SessionSlot& slot) { return slot.session == nullptr; });
  SessionSlot& slot = sessions()[at];
  slot.generation = next_generation();
  slot.session = std::move(session);
  return handle_of(at, slot.generation);
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
