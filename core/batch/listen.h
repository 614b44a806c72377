// An inbox that is served until somebody stops it: plans that come over the network, or into a folder.
#pragma once

#include <functional>
#include <string>

#include "base/progress.h"
#include "base/result.h"
#include "batch/inbox.h"
#include "dicom/store_receiver.h"

namespace dosegate::batch {

/// Something worth a line in a log; no text holds a patient's name or number.
struct ListenEvent {
  enum class Severity { Info, Warning };
  Severity severity{};
  std::string text;
};

/// All of them are called on the thread that serves.
struct ListenHost {
  std::function<double()> seconds;  ///< of a clock that never goes back
  StopRequested stop;  ///< stage "waiting", several times a second unless a plan is checked
  std::function<void(const PlanDone&)> done;
  std::function<void(const ListenEvent&)> tell;
};

/// Checks what a planning system exports into `inbox.folder`, until stopped; the plan in hand is finished first. Errors: as
/// Inbox::open().
[[nodiscard]] Result<void> watch_folder(const InboxOptions& inbox, const ListenHost& host);

/// Checks what arrives by DICOM, until stopped; what is being received and checked is finished first. What arrived
/// lies in `inbox.out`/received, which is the receiver's folder and the inbox's. Errors: as receive_stores() and
/// Inbox::open().
[[nodiscard]] Result<void> listen_for_plans(dicom::ReceiverOptions receiver, InboxOptions inbox,
                                            const ListenHost& host);

}  // namespace dosegate::batch
