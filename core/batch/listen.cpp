#include "batch/listen.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/text.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;
using dicom::ReceiverEvent;

constexpr double kTick_s = 0.1;

void sleep_for_a_tick() {
  std::this_thread::sleep_for(std::chrono::duration<double>(kTick_s));
}

InboxHost inbox_host(const ListenHost& host, std::function<bool()> stop) {
  InboxHost inbox;
  inbox.seconds = host.seconds;
  inbox.stop = std::move(stop);
  inbox.done = host.done;
  inbox.trouble = [&host](const Error& error) {
    if (host.tell) host.tell({ListenEvent::Severity::Warning, error.text + " It is tried again."});
  };
  return inbox;
}

ListenEvent words_of(const ReceiverEvent& event) {
  using Kind = ReceiverEvent::Kind;
  using enum ListenEvent::Severity;
  switch (event.kind) {
    case Kind::Listening:
      return {Info, fmt::format("listening on port {} of every interface", event.text)};
    case Kind::Stored:
      return {Info, fmt::format("stored {} from {}", fs::path(event.path).filename().string(),
                                event.caller)};
    case Kind::Refused:
      return {Warning, fmt::format("refused {}: {}", event.caller, event.text)};
    case Kind::NotStored:
      return {Warning, fmt::format("not stored, from {}: {}", event.caller, event.text)};
    case Kind::Broken:
      return {Warning, fmt::format("broken off by or with {}: {}", event.caller, event.text)};
  }
  throw InternalError("unknown event of a receiver");
}

// The receiver on a thread of its own, with its events as a queue.
class Receiving {
 public:
  explicit Receiving(dicom::ReceiverOptions options) : options_(std::move(options)) {
    thread_ = std::thread([this] { run(); });
  }
  ~Receiving() { stop(); }
  Receiving(const Receiving&) = delete;
  Receiving& operator=(const Receiving&) = delete;

  // What is being received is finished first.
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  std::deque<ReceiverEvent> events() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }
  // Why it ended by itself.
  std::optional<Error> failed() {
    const std::lock_guard lock(mutex_);
    return failed_;
  }

 private:
  void run() {
    std::optional<Error> why;
    try {
      const dicom::ReceiverHost host{[this] { return stopped_.load(); },
                                     [this](const ReceiverEvent& event) { take(event); }};
      const auto received = dicom::receive_stores(options_, host);
      if (!received) why = received.error();
    } catch (const std::exception& defect) {
      why =
          Error{ErrorCode::FileUnwritable, fmt::format("Receiving failed: {}.", defect.what()), {}};
    }
    const std::lock_guard lock(mutex_);
    failed_ = std::move(why);
  }
  void take(const ReceiverEvent& event) {
    // Whoever knocks a million times while a plan is checked must not fill the memory.
    constexpr std::size_t kMostWaiting = 10000;
    const std::lock_guard lock(mutex_);
    if (events_.size() < kMostWaiting || event.kind == ReceiverEvent::Kind::Stored) {
      events_.push_back(event);
    }
  }

  const dicom::ReceiverOptions options_;
  std::atomic<bool> stopped_ = false;
  std::mutex mutex_;
  std::deque<ReceiverEvent> events_;
  std::optional<Error> failed_;
  std::thread thread_;
};

// Often enough that a file that is being written is seen to change, and not for every file that arrives: each look goes
// over all that there is. Where that is much, it may take a fifth of the time.
class Pace {
 public:
  Pace(double quiet_s, const std::function<double()>& seconds)
      : pause_s_(std::min(quiet_s / kOften, kMostSeldom_s)), seconds_(seconds), next_(seconds()) {}

  [[nodiscard]] bool may_look() const { return seconds_() >= next_; }
  void look(Inbox& inbox) {
    inbox.look();
    next_ = seconds_() + std::max(pause_s_, kOften * inbox.looking_s());
  }

 private:
  static constexpr double kOften = 4, kMostSeldom_s = 2;
  double pause_s_;
  const std::function<double()>& seconds_;
  double next_;
};

bool asked_to_stop(const ListenHost& host) {
  return stops(host.stop, {"waiting", 0, 0});
}

}  // namespace

Result<void> watch_folder(const InboxOptions& options, const ListenHost& host) {
  const auto stop = [&host] { return asked_to_stop(host); };
  auto inbox = Inbox::open(options, inbox_host(host, stop));
  if (!inbox) return tl::unexpected<Error>(inbox.error());
  Pace pace(options.quiet_s, host.seconds);
  while (!stop()) {
    if (pace.may_look()) pace.look(*inbox);
    sleep_for_a_tick();
  }
  return {};
}

Result<void> listen_for_plans(dicom::ReceiverOptions receiver, InboxOptions options,
                              const ListenHost& host) {
  receiver.folder = (fs::path(options.out) / "received").string();
  options.folder = receiver.folder;
  options.arrival = InboxOptions::Arrival::Whole;
  std::error_code error;
  fs::create_directories(options.folder, error);
  if (error) {
    return fail(ErrorCode::FileUnwritable,
                fmt::format("The folder cannot be made ({}).", error.message()),
                printable(options.folder));
  }
  const auto stop = [&host] { return asked_to_stop(host); };
  auto inbox = Inbox::open(options, inbox_host(host, stop));  // before: it locks the folder
  if (!inbox) return tl::unexpected<Error>(inbox.error());
  Receiving receiving(std::move(receiver));
  Pace pace(options.quiet_s, host.seconds);
  bool arrived = true;  // what an earlier run left
  const auto hear = [&] {
    for (const ReceiverEvent& event : receiving.events()) {
      arrived = arrived || event.kind == ReceiverEvent::Kind::Stored;
      if (host.tell) host.tell(words_of(event));
    }
  };
  while (!stop()) {
    hear();
    if (const auto failed = receiving.failed()) return tl::unexpected<Error>(*failed);
    if (pace.may_look() && (arrived || host.seconds() >= inbox->next_due())) {
      arrived = false;
      pace.look(*inbox);
    }
    sleep_for_a_tick();
  }
  receiving.stop();
  hear();
  return {};
}

}  // namespace dosegate::batch
