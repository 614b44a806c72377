#include "check_queue.h"

#include <algorithm>

namespace orthanc_dosegate {

void CheckQueue::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void CheckQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CheckQueue::add(const std::string& study, Asked asked) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& other) { return other.study == study; });
    if (found == waiting_.end()) {
      waiting_.push_back({study, asked});
    } else if (asked == Asked::ByUser) {
      found->asked = asked;
    }
  }
  changed_.notify_all();
}

std::string CheckQueue::progress(const std::string& study) const {
  const std::lock_guard lock(mutex_);
  if (running_ == study) return "running";
  return std::any_of(waiting_.begin(), waiting_.end(),
                     [&](const Waiting& other) { return other.study == study; })
             ? "waiting"
             : "";
}

void CheckQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const Waiting next = waiting_.front();
    waiting_.pop_front();
    running_ = next.study;
    lock.unlock();
    work_(next.study, next.asked, stopping_);
    lock.lock();
    running_.clear();
  }
}

}  // namespace orthanc_dosegate
