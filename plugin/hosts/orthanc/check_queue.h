// Studies that wait for their check, one thread that makes them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "study_check.h"

namespace orthanc_dosegate {

/// Any thread may call anything but start() and stop(), which Orthanc's own thread calls.
class CheckQueue {
 public:
  using Work = std::function<void(const std::string& study, Asked, const std::atomic<bool>& stop)>;

  explicit CheckQueue(Work work) : work_(std::move(work)) {}
  ~CheckQueue() { stop(); }
  CheckQueue(const CheckQueue&) = delete;
  CheckQueue& operator=(const CheckQueue&) = delete;

  void start();
  /// Ends the check that runs, drops the others and waits for the thread.
  void stop();
  /// A study that waits already is not added again; one whose check runs is checked once more.
  void add(const std::string& study, Asked asked);
  /// "waiting", "running" or "".
  [[nodiscard]] std::string progress(const std::string& study) const;

 private:
  struct Waiting {
    std::string study;
    Asked asked;
  };
  void run();

  Work work_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::string running_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace orthanc_dosegate
