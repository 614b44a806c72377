// What the calls that check many plans have in common. Private to the C interface.
#pragma once

#include <functional>
#include <string>

#include "batch/run_batch.h"
#include "dosegate/dosegate.h"
#include "session.h"

namespace dosegate::plugin {

/// Hands each plan to the host's function; an empty function for NULL.
[[nodiscard]] std::function<void(const batch::PlanDone&)> plan_told_to(
    void (*plan_done)(void*, const dosegate_batch_plan*), void* user);

struct SettledCheck {
  batch::CheckSettings settings;
  std::string lines;  ///< the same for the record, as batch::BatchOptions::settings
};

/// How each plan is checked; leaves the call with an error where an option makes no sense.
[[nodiscard]] SettledCheck check_of(Session& session, const dosegate_options& how,
                                    uint32_t reports);

}  // namespace dosegate::plugin
