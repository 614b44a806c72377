// What the thread sanitizer must report with tbb_edges.cpp and tsan.supp in force: two tasks of TBB
// that write the same number. A run in which it stays silent would make every other run worthless.
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <atomic>
#include <cstdio>
#include <thread>

int main(int argc, char** /*argv*/) {
  const bool planted = argc == 1;  // with any argument, each task has a number of its own
  constexpr int kThreads = 2;
  // Also where the machine has one processor.
  const tbb::global_control all(tbb::global_control::max_allowed_parallelism, kThreads);
  tbb::task_arena arena(kThreads);
  std::atomic<int> started = 0;
  int numbers[kThreads] = {};
  arena.execute([&] {
    tbb::parallel_for(
        0, kThreads,
        [&](int i) {
          ++numbers[planted ? 0 : i];
          // So that it is two threads; relaxed, or the wait itself would put them in order.
          started.fetch_add(1, std::memory_order_relaxed);
          while (started.load(std::memory_order_relaxed) < kThreads) std::this_thread::yield();
        },
        tbb::simple_partitioner());
  });
  std::printf("%d\n", numbers[0] + numbers[1]);
  return 0;
}
