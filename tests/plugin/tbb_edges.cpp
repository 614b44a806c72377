// The order that TBB keeps between threads, told to the thread sanitizer.
//
// Debian's libtbb is not instrumented. That a task is spawned before a worker runs it, and that
// all work is done before the caller goes on, is settled by atomics within it that the sanitizer
// does not see: every task would be reported as a race. Suppressing what runs in TBB's workers
// would hide real races of two tasks with it. Instead, the functions that TBB's headers call are
// defined here, before those of the library; they forward to it and tell the sanitizer these two
// orders, task by task and wait by wait, and nothing more. Two tasks that touch the same memory are
// still a race: planted_race.cpp shows it.
#include <dlfcn.h>
#include <oneapi/tbb/parallel_for.h>
#include <sanitizer/tsan_interface.h>

#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

using tbb::detail::d1::execution_data;
using tbb::detail::d1::small_object_pool;
using tbb::detail::d1::task;
using tbb::detail::d1::task_alignment;
using tbb::detail::d1::task_group_context;
using tbb::detail::d1::wait_context;

template <class Function>
Function* of_library(const char* mangled) {
  void* found = dlsym(RTLD_NEXT, mangled);
  if (found == nullptr) {
    std::fprintf(stderr, "libtbb has no %s: tbb_edges.cpp was made for another one.\n", mangled);
    std::abort();
  }
  return reinterpret_cast<Function*>(found);
}

// Runs in the place of a spawned task, and first takes up what its spawner left.
class Spawned final : public task {
 public:
  explicit Spawned(task& work) : work_(work) {}
  task* execute(execution_data& data) override { return take().execute(data); }
  task* cancel(execution_data& data) override { return take().cancel(data); }

 private:
  task& take() {
    __tsan_acquire(this);
    task& work = work_;
    delete this;
    return work;
  }
  task& work_;
};

// Every task counts this down by an atomic of TBB's headers, which is instrumented; that the
// library saw it reach zero is not.
struct Waited {
  wait_context& tasks;
  ~Waited() { tasks.reserve(0); }
};

struct Pool : small_object_pool {};

}  // namespace

namespace tbb::detail::r1 {

void spawn(task& work, task_group_context& context) {
  static auto* const forward = of_library<void(task&, task_group_context&)>(
      "_ZN3tbb6detail2r15spawnERNS0_2d14taskERNS2_18task_group_contextE");
  auto* const spawned = new Spawned(work);
  __tsan_release(spawned);
  forward(*spawned, context);
}

void execute_and_wait(task& work, task_group_context& context, wait_context& tasks,
                      task_group_context& waiting) {
  static auto* const forward =
      of_library<void(task&, task_group_context&, wait_context&, task_group_context&)>(
          "_ZN3tbb6detail2r116execute_and_waitERNS0_2d14taskERNS2_18task_group_contextE"
          "RNS2_12wait_contextES6_");
  const Waited waited{tasks};
  forward(work, context, tasks, waiting);
}

// The library's pool of small objects hands memory from thread to thread by atomics of its own;
// operator new and delete are known to the sanitizer.
void* allocate(small_object_pool*& pool, std::size_t size) {
  static Pool unused;
  pool = &unused;
  return ::operator new (size, std::align_val_t{task_alignment});
}
void* allocate(small_object_pool*& pool, std::size_t size, const execution_data& /*data*/) {
  return allocate(pool, size);
}
void deallocate(small_object_pool& /*pool*/, void* memory, std::size_t /*size*/) {
  ::operator delete (memory, std::align_val_t{task_alignment});
}
void deallocate(small_object_pool& pool, void* memory, std::size_t size,
                const execution_data& /*data*/) {
  deallocate(pool, memory, size);
}

}  // namespace tbb::detail::r1
