// Sessions of several threads at once, and calls stopped by a thread that runs freely: what the
// thread sanitizer (preset tsan) looks at. Nothing here makes one thread wait for another but what
// stands in the text: each order it gives would be one that the library need not keep itself.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include "memory_case.h"

namespace dosegate::plugin_test {
namespace {

constexpr std::size_t kThreads = 3;

const dosegate_lattice kLattice = lattice({8, 8, 8}, {-8, -8, -8}, {2, 2, 2});

std::string file_in_temp(const std::string& name) {
  return ::testing::TempDir() + "/dosegate_parallel_" + std::to_string(::getpid()) + "_" + name;
}

// Files that all threads read, and one that all write.
struct Files {
  Files() { std::ofstream(goals) << "Liver :: D700cc <= 15 Gy\nCord :: Dmax <= 25 Gy\n"; }
  ~Files() {
    (void)std::remove(goals.c_str());
    (void)std::remove(report.c_str());
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  std::string goals = file_in_temp("goals.txt"), report = file_in_temp("report.html");
};

// A host that lets every call go on and keeps what it is told.
struct Listener {
  Listener() {
    host.struct_size = sizeof host;
    host.user = this;
    host.progress_at = [](void* user, const char* stage, uint64_t, uint64_t) -> int32_t {
      static_cast<Listener*>(user)->stages.insert(stage);
      return 0;
    };
    host.log = [](void* user, int32_t, const char* text) {
      static_cast<Listener*>(user)->log.emplace_back(text);
    };
  }
  dosegate_host host{};
  std::set<std::string> stages;
  std::vector<std::string> log;
};

using Texts = std::vector<std::string>;

void add_protocols(const Session& session, Texts& texts) {
  const char* text = nullptr;
  std::size_t length = 0;
  EXPECT_EQ(dosegate_protocol_text(session, "hcc-rt-ici", &text, &length), DOSEGATE_OK);
  texts.emplace_back(text, length);
  EXPECT_EQ(dosegate_protocol_add(session, "ours", text, length), DOSEGATE_OK) << session.error();
  std::size_t count = 0;
  EXPECT_EQ(dosegate_protocol_lint(session, "ours", &count), DOSEGATE_OK) << session.error();
  texts.push_back(std::to_string(count));
}

void import_goals(const Session& session, const Files& files, Texts& texts) {
  const char* text = nullptr;
  std::size_t length = 0, notes = 0;
  EXPECT_EQ(dosegate_goals_import(session, files.goals.c_str(), &text, &length, &notes),
            DOSEGATE_OK)
      << session.error();
  texts.emplace_back(text == nullptr ? "" : text);
}

void read_and_evaluate(Session& session, const Files& files, uint32_t workers, Texts& texts) {
  session.read({small_sample()});
  const char* const protocols[] = {"ours"};
  auto options = sized<dosegate_options>();
  options.workers = workers;
  options.protocols = protocols;
  options.protocol_count = 1;
  std::size_t rules = 0;
  EXPECT_EQ(dosegate_case_names(session, 0, &options, &rules), DOSEGATE_OK) << session.error();
  texts.push_back(std::to_string(rules));
  const dosegate_result result = session.evaluate(&options);
  for (const int32_t format :
       {DOSEGATE_JSON, DOSEGATE_CSV, DOSEGATE_HTML, DOSEGATE_PDF, DOSEGATE_JUNIT}) {
    texts.push_back(session.render(result, format));
  }
  EXPECT_EQ(dosegate_write(session, result, DOSEGATE_HTML, files.report.c_str()), DOSEGATE_OK)
      << session.error();
  texts.push_back(session.render(session.quick(&options), DOSEGATE_METRICS_CSV));
}

void build_a_case(MemorySession& session, Texts& texts) {
  const auto values = voxels_of<double>(kLattice, [](const Triple& at) { return 20.0 + at[0]; });
  const auto voxels = voxels_of<uint8_t>(kLattice, [](const Triple& at) { return at[1] < 4.0; });
  const std::size_t index = session.make(dose_of(kLattice, values), mask_of(kLattice, voxels));
  texts.push_back(session.render(session.dvh_of(index, {"Mean[Gy]", "D0.03cc[Gy]"})));
}

// Everything that a host can ask for, and every text that came of it.
Texts all_work(const Files& files, uint32_t workers) {
  Texts texts;
  Listener listener;
  {
    MemorySession session(&listener.host);
    add_protocols(session, texts);
    import_goals(session, files, texts);
    read_and_evaluate(session, files, workers, texts);
    build_a_case(session, texts);
    EXPECT_EQ(dosegate_evaluate(session, 99, nullptr, nullptr), DOSEGATE_ARGUMENT_INVALID);
  }
  texts.insert(texts.end(), listener.stages.begin(), listener.stages.end());
  texts.insert(texts.end(), listener.log.begin(), listener.log.end());
  return texts;
}

TEST(Parallel, SessionsThatDoAllTheirWorkAtOnceGiveTheSameBytes) {
  const Files files;
  std::vector<Texts> texts(kThreads);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back(
        [&texts, &files, i] { texts[i] = all_work(files, static_cast<uint32_t>(i)); });
  }
  for (std::thread& thread : threads) thread.join();
  const Texts alone = all_work(files, 1);  // last: the first in the process were those together
  for (const std::string& text : alone) EXPECT_FALSE(text.empty());
  for (const Texts& together : texts) EXPECT_TRUE(together == alone);
  std::ifstream report(files.report, std::ios::binary);
  const std::string written{std::istreambuf_iterator<char>(report), {}};
  EXPECT_EQ(std::count(alone.begin(), alone.end(), written), 1) << "whole, whoever came last";
}

// Asks for a stop again and again until told to end.
class Canceller {
 public:
  explicit Canceller(dosegate_session session)
      : thread_([this, session] {
          while (!over_) {
            if (dosegate_cancel(session) != DOSEGATE_OK) ++refused_;
            ++asked_;
          }
        }) {}
  ~Canceller() {
    over_ = true;
    thread_.join();
    EXPECT_EQ(refused_, 0);
  }
  Canceller(const Canceller&) = delete;
  Canceller& operator=(const Canceller&) = delete;
  // Until one more request that began after this call has been made.
  void wait_for_one() const {
    const uint64_t before = asked_;
    while (asked_ < before + 2) std::this_thread::yield();
  }

 private:
  std::atomic<bool> over_ = false;
  std::atomic<uint64_t> asked_ = 0;
  std::atomic<int> refused_ = 0;
  std::thread thread_;
};

// A host that, where it is asked first, waits until the other thread has made its request.
struct Patient {
  Patient() {
    host.struct_size = sizeof host;
    host.user = this;
    host.progress = [](void* user) -> int32_t {
      if (const Canceller* free_thread = static_cast<Patient*>(user)->other)
        free_thread->wait_for_one();
      return 0;
    };
  }
  dosegate_host host{};
  const Canceller* other = nullptr;
};

TEST(Cancel, AThreadThatRunsFreelyStopsEveryCallThatCanBeStopped) {
  Patient patient;
  Session session(&patient.host);
  session.read({small_sample()});
  const std::string expected = session.render(session.quick());
  for (const uint32_t workers : {0U, 1U, 2U}) {
    SCOPED_TRACE(workers);
    auto options = sized<dosegate_options>();
    options.workers = workers;
    dosegate_result result = 77;
    {
      const Canceller canceller(session);
      patient.other = &canceller;
      EXPECT_EQ(session.try_quick(result, &options), DOSEGATE_CANCELLED);
      EXPECT_EQ(dosegate_evaluate(session, 0, &options, &result), DOSEGATE_CANCELLED);
      patient.other = nullptr;
    }
    EXPECT_EQ(result, 77U);
    EXPECT_TRUE(session.render(session.quick(&options)) == expected);
  }
  {
    const std::string path = small_sample();
    const char* const paths[] = {path.c_str()};
    std::size_t count = 77;
    const Canceller canceller(session);
    patient.other = &canceller;
    EXPECT_EQ(dosegate_read(session, paths, 1, DOSEGATE_READ_COMPLETE, &count), DOSEGATE_CANCELLED);
    EXPECT_EQ(count, 77U);
    patient.other = nullptr;
  }
  EXPECT_EQ(session.read({small_sample()}), 1U);
  EXPECT_TRUE(session.render(session.quick()) == expected);
}

}  // namespace
}  // namespace dosegate::plugin_test
