// Handles and what they stand for. A handle is the slot's number plus one below, its generation above: 0
// is never valid, and a slot that is used again has another generation, so a stale handle is recognised.
// Generations are counted for all of the library together: a handle means nothing to another session or
// to another kind of handle, where the same number would be another patient's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace dosegate::plugin {

struct HandlePlace {
  std::size_t slot = 0;
  std::uint32_t generation = 0;
};

[[nodiscard]] std::uint64_t handle_of(const HandlePlace& place);
/// Nothing for a number that can be no handle.
[[nodiscard]] std::optional<HandlePlace> place_of(std::uint64_t handle);
/// Never the same twice; any thread.
[[nodiscard]] std::uint32_t next_generation();

/// Owns what handles stand for. Held by one thread at a time.
template <class T>
class HandleSlots {
 public:
  [[nodiscard]] std::uint64_t add(std::unique_ptr<T> value) {
    std::size_t at = 0;
    while (at < slots_.size() && slots_[at].value != nullptr) ++at;
    if (at == slots_.size()) slots_.emplace_back();
    slots_[at].generation = next_generation();
    slots_[at].value = std::move(value);
    return handle_of({at, slots_[at].generation});
  }

  /// Null for a handle that stands for nothing (any more).
  [[nodiscard]] T* find(std::uint64_t handle) {
    const auto place = place_of(handle);
    if (!place || place->slot >= slots_.size()) return nullptr;
    const Slot& slot = slots_[place->slot];
    return slot.generation == place->generation ? slot.value.get() : nullptr;
  }

  /// False if there was nothing to release.
  bool release(std::uint64_t handle) {
    if (find(handle) == nullptr) return false;
    slots_[place_of(handle)->slot].value.reset();
    return true;
  }

  void clear() {
    for (Slot& slot : slots_) slot.value.reset();
  }

 private:
  struct Slot {
    std::uint32_t generation = 0;
    std::unique_ptr<T> value;
  };
  std::vector<Slot> slots_;
};

}  // namespace dosegate::plugin
