// dosegate.h is enough by itself in C++11 and later, and twice is as good as once.
#include "dosegate/dosegate.h"

// Function and table entry have one type, so a host may keep either.
int32_t header_alone(dosegate_session session);

int32_t header_alone(dosegate_session session) {
  static_assert(noexcept(dosegate_version()), "the wall is part of the type");
  int32_t (*release)(dosegate_session, dosegate_result) = dosegate_result_release;
  const dosegate_api* api = dosegate_get_api(DOSEGATE_API_MAJOR);
  return api == nullptr ? release(session, 0) : api->result_release(session, 0);
}
