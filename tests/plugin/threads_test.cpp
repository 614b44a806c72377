// One session is one thread's at a time; many run side by side; a host can watch and stop.
#include <pthread.h>

#include <atomic>
#include <functional>
#include <set>
#include <stdexcept>
#include <thread>

#include "plugin_session.h"

namespace dosegate::plugin_test {
namespace {

// A host whose progress callback runs a function. The callback is made while the session is held,
// so it is also how these tests hold a session.
class Watcher {
 public:
  explicit Watcher(std::function<int32_t()> on_progress) : on_progress_(std::move(on_progress)) {
    host_.struct_size = sizeof host_;
    host_.user = this;
    host_.progress = [](void* user) { return static_cast<Watcher*>(user)->on_progress_(); };
  }
  [[nodiscard]] const dosegate_host* host() const { return &host_; }

 private:
  dosegate_host host_{};
  std::function<int32_t()> on_progress_;
};

// With one worker every task asks, in order, on the calling thread.
dosegate_options one_worker() {
  auto options = sized<dosegate_options>();
  options.workers = 1;
  return options;
}

TEST(Busy, EveryCallThatFindsTheSessionHeldIsRefusedAndDoesNothing) {
  dosegate_session handle = 0;
  std::size_t count = 77;
  std::set<int32_t> seen;
  std::string error;
  const auto intrude = [&] {
    auto info = sized<dosegate_case_info>();
    dosegate_result result = 77;
    const char* path = "nowhere";
    seen.insert(dosegate_protocol_count(handle, &count));
    seen.insert(dosegate_read(handle, &path, 1, DOSEGATE_READ_COMPLETE, &count));
    seen.insert(dosegate_case_get(handle, 0, &info));
    seen.insert(dosegate_evaluate(handle, 0, nullptr, &result));
    seen.insert(dosegate_result_release(handle, 1));
    seen.insert(dosegate_session_destroy(handle));
    error = dosegate_last_error(handle);
  };
  for (const bool same_thread : {false, true}) {
    SCOPED_TRACE(same_thread ? "from the callback itself" : "from another thread");
    bool done = true;  // until the plan is read
    Watcher watcher([&]() -> int32_t {
      if (done) return 0;
      done = true;
      same_thread ? intrude() : std::thread(intrude).join();
      return 0;
    });
    Session session(watcher.host());
    handle = session;
    session.read({small_sample()});
    seen.clear();
    done = false;
    const dosegate_result held = session.quick();
    EXPECT_TRUE(done);
    EXPECT_EQ(seen, std::set<int32_t>{DOSEGATE_BUSY});
    EXPECT_NE(error.find("[802]"), std::string::npos) << error;
    EXPECT_EQ(count, 77U);
    EXPECT_EQ(session.error(), "") << "the call itself succeeded";
    EXPECT_EQ(session.render(held), session.render(session.quick()));
  }
}

TEST(Cancel, TheProgressCallbackStopsTheCallAndTheSessionGoesOn) {
  int32_t answer = 0;
  Watcher watcher([&] { return answer; });
  Session session(watcher.host());
  session.read({small_sample()});
  answer = 1;
  dosegate_result result = 77;
  EXPECT_EQ(dosegate_evaluate(session, 0, nullptr, &result), DOSEGATE_CANCELLED);
  EXPECT_EQ(result, 77U);
  EXPECT_NE(session.error().find("[103]"), std::string::npos) << session.error();
  EXPECT_EQ(session.try_quick(result), DOSEGATE_CANCELLED);
  answer = 0;
  EXPECT_EQ(session.verdict(session.evaluate()), DOSEGATE_UNKNOWN);
}

TEST(Cancel, AnotherThreadStopsTheCallAndTheSessionGoesOn) {
  int calls = 0;
  dosegate_session handle = 0;
  bool cancel = false;
  Watcher watcher([&]() -> int32_t {
    ++calls;
    if (cancel) std::thread([&] { EXPECT_EQ(dosegate_cancel(handle), DOSEGATE_OK); }).join();
    return 0;
  });
  Session session(watcher.host());
  handle = session;
  session.read({small_sample()});
  calls = 0;
  cancel = true;
  const dosegate_options options = one_worker();
  dosegate_result result = 77;
  EXPECT_EQ(session.try_quick(result, &options), DOSEGATE_CANCELLED);
  EXPECT_EQ(calls, 1) << "after the request the host is not asked again";
  EXPECT_EQ(result, 77U);
  cancel = false;
  EXPECT_EQ(session.try_quick(result, &options), DOSEGATE_OK);
  EXPECT_EQ(calls, 1 + 4) << "one question a structure";
}

TEST(Cancel, MeansTheCallThatRunsAndNotTheNext) {
  Session session;
  session.read({small_sample()});
  EXPECT_EQ(dosegate_cancel(session), DOSEGATE_OK);
  (void)session.quick();
}

TEST(Progress, IsCalledOnTheCallingThreadOnly) {
  std::atomic<int> calls = 0, elsewhere = 0;
  const std::thread::id caller = std::this_thread::get_id();
  Watcher watcher([&] {
    ++calls;
    if (std::this_thread::get_id() != caller) ++elsewhere;
    return 0;
  });
  Session session(watcher.host());
  session.read({small_sample()});
  for (const uint32_t workers : {0U, 1U, 2U, 8U}) {
    auto options = sized<dosegate_options>();
    options.workers = workers;
    calls = 0;
    (void)session.quick(&options);
    EXPECT_GT(calls, 0) << workers;
  }
  EXPECT_EQ(elsewhere, 0);
}

TEST(Progress, ACallbackThatThrowsIsStoppedAtTheWall) {
  bool throws = false;
  Watcher watcher([&]() -> int32_t {
    if (throws) throw std::runtime_error("the host's own trouble");
    return 0;
  });
  Session session(watcher.host());
  session.read({small_sample()});
  throws = true;
  dosegate_result result = 77;
  EXPECT_EQ(session.try_quick(result), DOSEGATE_INTERNAL);
  EXPECT_EQ(session.error(), "the host's own trouble [900]");
  EXPECT_EQ(result, 77U);
  throws = false;
  (void)session.quick();
}

TEST(Parallel, ManySessionsAtOnceGiveTheSameBytes) {
  Session reference;
  reference.read({small_sample()});
  const std::string expected = reference.render(reference.evaluate());
  ASSERT_FALSE(expected.empty());
  std::vector<std::string> texts(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    threads.emplace_back([&texts, i] {
      Session session;
      session.read({small_sample()});
      auto options = sized<dosegate_options>();
      options.workers = static_cast<uint32_t>(i);
      texts[i] = session.render(session.evaluate(&options));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) EXPECT_EQ(text, expected);
}

TEST(Parallel, SessionsComeAndGoInManyThreads) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&wrong] {
      for (int round = 0; round < 200; ++round) {
        dosegate_session session = 0;
        std::size_t count = 0;
        const bool good = dosegate_session_create(nullptr, &session) == DOSEGATE_OK &&
                          dosegate_protocol_count(session, &count) == DOSEGATE_OK && count > 0 &&
                          dosegate_cancel(session) == DOSEGATE_OK &&
                          dosegate_session_destroy(session) == DOSEGATE_OK &&
                          dosegate_cancel(session) == DOSEGATE_HANDLE_INVALID;
        if (!good) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// Threads of planning systems are often made with far less than the usual 8 MiB.
TEST(Parallel, AThreadWithASmallStackIsEnough) {
  constexpr std::size_t kStack = 256 * 1024;
  std::string json;
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStack), 0);
  pthread_t thread;
  const auto work = [](void* text) -> void* {
    Session session;
    session.read({small_sample()});
    const dosegate_options options = one_worker();
    *static_cast<std::string*>(text) = session.render(session.evaluate(&options));
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, work, &json), 0);
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  (void)pthread_attr_destroy(&attributes);
  EXPECT_NE(json.find("\"verdict\": \"UNKNOWN\""), std::string::npos);
}

}  // namespace
}  // namespace dosegate::plugin_test
