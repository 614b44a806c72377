// The exception wall: every function of the C interface runs its work through call().
#pragma once

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>

#include "session.h"

namespace dosegate::plugin {

/// Thrown inside a call to leave it with an error; never leaves call().
struct Refusal {
  Error error;
};

[[noreturn]] inline void refuse(Error error) {
  throw Refusal{std::move(error)};
}
[[noreturn]] inline void refuse(int32_t code, std::string text) {
  refuse(Error{static_cast<ErrorCode>(code), std::move(text), {}});
}

/// The value, or out of the call with the error.
template <class T>
T unwrap(Result<T> result) {
  if (!result) refuse(std::move(result.error()));
  return std::move(*result);
}

inline void require_argument(bool good, const char* what) {
  if (!good) refuse(DOSEGATE_ARGUMENT_INVALID, what);
}

/// Runs `work(session)` under the session's lock and turns whatever happens into a status and a
/// sentence.
template <class Work>
int32_t call(dosegate_session handle, Work work) noexcept {
  std::shared_ptr<Session> session;
  try {
    session = find_session(handle);
  } catch (...) {
    return DOSEGATE_INTERNAL;
  }
  if (session == nullptr) return DOSEGATE_HANDLE_INVALID;
  const std::unique_lock lock(session->busy, std::try_to_lock);
  if (!lock.owns_lock()) return DOSEGATE_BUSY;
  const auto failed = [&](int32_t status, const char* text, const char* code = "") {
    try {
      session->last_error = std::string(text) + code;
    } catch (...) {
      session->last_error.clear();
    }
    session->log(DOSEGATE_ERROR, session->last_error);
    return status;
  };
  try {
    session->last_error.clear();
    session->cancelled = false;
    work(*session);
    return DOSEGATE_OK;
  } catch (const Refusal& refusal) {
    const auto status = static_cast<int32_t>(refusal.error.code);
    try {
      session->last_error = to_text(refusal.error);
    } catch (...) {
      return failed(status, "");
    }
    session->log(DOSEGATE_ERROR, session->last_error);
    return status;
  } catch (const std::bad_alloc&) {
    return failed(DOSEGATE_OUT_OF_MEMORY, "There is not enough memory. [901]");
  } catch (const std::exception& defect) {
    // A defect of ours; its text says where, for the report to the authors.
    return failed(DOSEGATE_INTERNAL, defect.what(), " [900]");
  } catch (...) {
    return failed(DOSEGATE_INTERNAL, "An unknown exception reached the interface. [900]");
  }
}

/// Copies as much of `value` as the host's struct has room for; its struct_size stays as it was.
template <class Struct>
void fill(Struct* out, Struct value) {
  require_argument(out != nullptr && out->struct_size >= sizeof(uint32_t) * 2,
                   "An out-parameter is NULL or its struct_size is not set.");
  const std::size_t size = std::min<std::size_t>(out->struct_size, sizeof(Struct));
  value.struct_size = out->struct_size;
  std::memcpy(static_cast<void*>(out), &value, size);
}

/// The host's struct, with zeros for members it does not have; all zeros for NULL.
template <class Struct>
Struct taken(const Struct* in) {
  Struct value{};
  if (in == nullptr) return value;
  require_argument(in->struct_size >= sizeof(uint32_t) * 2, "A struct's struct_size is not set.");
  std::memcpy(static_cast<void*>(&value), in,
              std::min<std::size_t>(in->struct_size, sizeof(Struct)));
  // What a newer host asks for and this library does not know must not be passed over.
  const auto* bytes = reinterpret_cast<const unsigned char*>(in);
  for (std::size_t i = sizeof(Struct); i < in->struct_size; ++i) {
    if (bytes[i] != 0) {
      refuse(DOSEGATE_OPTION_INVALID,
             "A struct asks for something that this version of the library does not know; use a "
             "newer one, or leave it out.");
    }
  }
  return value;
}

/// An element of a list, by the host's index.
template <class List>
const typename List::value_type& item(const List& list, std::size_t index) {
  require_argument(index < list.size(), "The index is out of range.");
  return list[index];
}

/// An array of texts from the host.
inline std::vector<std::string> texts(const char* const* array, std::size_t count) {
  require_argument(count == 0 || array != nullptr, "An array of texts is NULL.");
  std::vector<std::string> result;
  for (std::size_t i = 0; i < count; ++i) {
    require_argument(array[i] != nullptr, "A text in an array is NULL.");
    result.emplace_back(array[i]);
  }
  return result;
}

}  // namespace dosegate::plugin
