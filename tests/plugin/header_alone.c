/* dosegate.h is enough by itself in C11, and twice is as good as once. */
#include "dosegate/dosegate.h"

/* Every struct is complete and begins with its size. */
_Static_assert(offsetof(dosegate_host, struct_size) == 0, "struct_size comes first");
_Static_assert(offsetof(dosegate_options, struct_size) == 0, "struct_size comes first");
_Static_assert(offsetof(dosegate_dvh_request, struct_size) == 0, "struct_size comes first");
_Static_assert(offsetof(dosegate_case_info, struct_size) == 0, "struct_size comes first");
_Static_assert(offsetof(dosegate_rule, struct_size) == 0, "struct_size comes first");
_Static_assert(offsetof(dosegate_api, struct_size) == 0, "struct_size comes first");

int32_t dosegate_header_alone(dosegate_session session);

int32_t dosegate_header_alone(dosegate_session session) {
  const dosegate_api* api = dosegate_get_api(DOSEGATE_API_MAJOR);
  dosegate_result result = 0;
  return api == NULL ? DOSEGATE_INTERNAL : api->evaluate(session, 0, NULL, &result);
}
