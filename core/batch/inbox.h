// What arrives in a folder, file by file and in any order -> each plan checked once, when all of it is there.
//
// A plan is due when its structure set and a dose are there and nothing of it, nor anything beside it, changed for the
// quiet time; after ten times as long it is checked as it is, and the refusal says what is missing. What arrives for a
// plan that was checked makes it checked again. Files are only read, never changed.
//
// In the folder `out`: plans/NAME/ as a batch writes them, and checks/NAME.json, one small record of each check. Records
// and files are all that is remembered: who is killed goes on from there.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "batch/check_plan.h"
#include "batch/run_batch.h"

namespace dosegate::batch {

struct InboxOptions {
  enum class Arrival {
    Whole,  ///< a file is there once all of it is, under a name of ours
    Growing,  ///< others copy into the folder: a file is read when it did not change for the quiet time
  };
  std::string folder;  ///< with all that is below it; links to folders are not followed
  std::string out;     ///< made if it is not there; what is below it is not looked at
  CheckSettings check;
  std::string settings;  ///< as BatchOptions::settings
  Arrival arrival = Arrival::Growing;
  double quiet_s = 10;  ///< seconds
};

/// All of them are called on the thread that looks.
struct InboxHost {
  std::function<double()> seconds;  ///< of a clock that never goes back, from any beginning
  std::function<bool()> stop;       ///< asked between two plans
  std::function<void(const PlanDone&)> done;
  /// A result that could not be written: why. It is tried again after the quiet time.
  std::function<void(const Error&)> trouble;
};

class Inbox {
 public:
  /// Errors: OptionInvalid (a quiet time that is no positive number; `out` is the folder itself), FileUnreadable (the
  /// folder is not there), FileUnwritable (`out`, or somebody else works in it).
  [[nodiscard]] static Result<Inbox> open(InboxOptions options, InboxHost host);
  Inbox(Inbox&&) noexcept;
  Inbox& operator=(Inbox&&) noexcept;
  ~Inbox();

  /// Sees what is new and checks what is due. A check that fails is recorded with its reason and stops nothing.
  void look();
  /// When, by the host's clock, looking is of use again although no file arrives; infinity: not at all.
  [[nodiscard]] double next_due() const;
  /// Seconds that the last look took, without the checks in it: they grow with all that ever arrived.
  [[nodiscard]] double looking_s() const;

 private:
  struct State;
  explicit Inbox(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dosegate::batch
