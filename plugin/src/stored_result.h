// Results by handle. Private to the C interface.
#pragma once

#include <utility>

#include "view.h"
#include "wall.h"

namespace dosegate::plugin {

/// Leaves the call if the handle stands for nothing.
inline StoredResult& stored(Session& session, dosegate_result handle) {
  StoredResult* result = session.results().find(handle);
  if (result == nullptr) refuse(DOSEGATE_HANDLE_INVALID, "The result is not valid (any more).");
  return *result;
}

template <class T>
const T& of_kind(const StoredResult& result, const char* otherwise) {
  const T* data = std::get_if<T>(&result.data);
  require_argument(data != nullptr, otherwise);
  return *data;
}

inline const evaluation::Evaluation& evaluation_of(const StoredResult& result) {
  return of_kind<evaluation::Evaluation>(result, "The result is no evaluation.");
}

inline const evaluation::DvhReport& dvh_of(const StoredResult& result) {
  return of_kind<evaluation::DvhReport>(result, "The result holds no DVHs.");
}

/// Keeps texts as long as the result.
inline Keep keeper(StoredResult& result) {
  return
      [&result](std::string text) { return result.texts.insert(std::move(text)).first->c_str(); };
}

}  // namespace dosegate::plugin
