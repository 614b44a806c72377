#include "base/result.h"

#include <fmt/format.h>

namespace dosegate {
inline namespace base {

std::string to_text(const Error& error) {
  const int code = static_cast<int>(error.code);
  if (error.where.empty()) return fmt::format("{} [{}]", error.text, code);
  return fmt::format("{} ({}) [{}]", error.text, error.where, code);
}

tl::unexpected<Error> fail(ErrorCode code, std::string text, std::string where) {
  return tl::unexpected<Error>(Error{code, std::move(text), std::move(where)});
}

void require(bool condition, std::string_view what) {
  if (!condition) throw InternalError(std::string(what));
}

}  // namespace base
}  // namespace dosegate
