#include "batch/run_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "base/whole_file.h"
#include "batch/cohort_tables.h"
#include "batch/fingerprint.h"
#include "batch/journal.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;

// A plan that is to be checked, and how it was entered before.
struct Task {
  dicom::PlanFiles plan;
  std::optional<JournalEntry> before;
};

// What a worker made of a task.
struct Finished {
  std::size_t task = 0;
  bool kept = false;
  JournalEntry entry;           // unless it was kept
  std::optional<Error> broken;  // the batch as a whole cannot go on
};

// Checks tasks on threads of its own and hands over what is finished. Everything but checking and the writing of a
// plan's files is done by the thread that asks.
class Workers {
 public:
  Workers(const BatchOptions& options, const BatchIdentity& identity,
          const std::vector<Task>& tasks)
      : options_(options), identity_(identity), tasks_(tasks), settings_(options.check) {
    settings_.options.workers = 1;  // plans are side by side already
    settings_.options.stop = [this](const Progress&) { return stopped_.load(); };
    unsigned count = options.workers != 0 ? options.workers : std::thread::hardware_concurrency();
    count = std::clamp<unsigned>(count, 1,
                                 static_cast<unsigned>(std::max<std::size_t>(tasks.size(), 1)));
    most_waiting_ = std::size_t{2} * count;
    try {
      for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
      stop();  // those that run already must not be left behind
      throw;
    }
  }
  ~Workers() { stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  void stop() {
    {
      const std::lock_guard lock(mutex_);  // or a worker could begin to wait just after it looked
      stopped_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

  // The next finished task; nothing if none came in a while.
  std::optional<Finished> next() {
    constexpr auto kWhile = std::chrono::milliseconds(50);
    std::unique_lock lock(mutex_);
    if (!came_.wait_for(lock, kWhile, [&] { return broken_ || !finished_.empty(); })) {
      return std::nullopt;
    }
    if (broken_) std::rethrow_exception(broken_);
    Finished first = std::move(finished_.front());
    finished_.pop_front();
    room_.notify_one();
    return first;
  }

 private:
  // An exception that leaves a thread would end the host; it goes on in the thread that asks.
  void work() noexcept {
    try {
      while (!stopped_ && check_one()) continue;
    } catch (...) {
      const std::lock_guard lock(mutex_);
      broken_ = std::current_exception();
      came_.notify_one();
    }
  }

  // False where there is nothing left to do.
  bool check_one() {
    const std::size_t task = next_task_++;
    if (task >= tasks_.size()) return false;
    std::optional<Finished> done = finish(task);
    if (!done) return false;
    std::unique_lock lock(mutex_);
    // The journal sets the pace: what is finished must not pile up in memory.
    room_.wait(lock, [&] { return stopped_ || finished_.size() < most_waiting_; });
    finished_.push_back(std::move(*done));
    came_.notify_one();
    return true;
  }

  // Nothing if the batch was stopped meanwhile.
  std::optional<Finished> finish(std::size_t index) {
    Finished done;
    done.task = index;
    try {
      const Task& task = tasks_[index];
      if (is_unchanged(task)) {
        done.kept = true;
        return done;
      }
      auto checked = check_plan(task.plan, settings_);
      if (!checked) return std::nullopt;
      write(task, std::move(*checked), done);
    } catch (const std::bad_alloc&) {
      throw;  // that is not the plan's doing
    } catch (const std::exception& defect) {
      // One plan that breaks something in us must not take the others with it, and must not be left out.
      CohortPlan& row = done.entry.plan;
      row = {};
      row.key = row_key(tasks_[index].plan.key, settings_);
      // What a defect says may quote the plan.
      row.reason = fmt::format("A defect in Dosegate, please report it: {}",
                               settings_.deidentify ? "check the plan alone" : defect.what());
    }
    return done;
  }

  bool is_unchanged(const Task& task) const {
    if (options_.anew || !task.before) return false;
    if (task.before->plan.status != CohortPlan::Status::Checked) return false;  // tried again
    const auto inputs = hashed_inputs(task.plan);
    return inputs &&
           fingerprint_of(task.plan, *inputs, identity_, settings_.deidentify) ==
               task.before->fingerprint &&
           outputs_are_there((fs::path(options_.out) / task.before->plan.folder).string(),
                             *task.before);
  }

  void write(const Task& task, CheckedPlan checked, Finished& done) const {
    JournalEntry& entry = done.entry;
    entry.plan = std::move(checked.row);
    if (entry.plan.status != CohortPlan::Status::Checked) return;
    checked.row = entry.plan;
    if (const auto written = write_plan(options_.out, checked); !written) {
      done.broken = written.error();
      return;
    }
    for (const CheckedPlan::File& file : checked.files) {
      entry.outputs.push_back({file.name, sha256_hex(file.bytes)});
    }
    auto inputs = hashed_inputs(task.plan, checked.input_hashes);
    if (!inputs) {  // it vanished after it was read: what was checked is not there any more
      entry.plan.status = CohortPlan::Status::Refused;
      entry.plan.reason = to_text(without_paths(inputs.error()));
      return;
    }
    entry.inputs = std::move(*inputs);
    entry.fingerprint = fingerprint_of(task.plan, entry.inputs, identity_, settings_.deidentify);
    if (!settings_.deidentify) return;
    const evaluation::Pseudonyms pseudonyms(*settings_.deidentify, {});
    for (HashedFile& input : entry.inputs) {
      input = {pseudonyms.path(input.name), pseudonyms.sha256(input.sha256)};
    }
  }

  Error without_paths(const Error& error) const {
    if (!settings_.deidentify) return error;
    return evaluation::Pseudonyms(*settings_.deidentify, {}).unknown_file_error(error);
  }

  const BatchOptions& options_;
  const BatchIdentity& identity_;
  const std::vector<Task>& tasks_;
  CheckSettings settings_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::size_t> next_task_ = 0;
  std::size_t most_waiting_ = 0;
  std::mutex mutex_;
  std::condition_variable came_, room_;
  std::deque<Finished> finished_;
  std::exception_ptr broken_;
  std::vector<std::thread> threads_;
};

tl::unexpected<Error> cancelled() {
  return fail(ErrorCode::Cancelled, "The batch was stopped; the same call goes on where it was.");
}

// What an interrupted batch left under temporary names. Nobody else writes here: the journal is locked.
void sweep(const std::string& out) {
  std::error_code error;
  for (fs::recursive_directory_iterator entries(out, error), end; !error && entries != end;
       entries.increment(error)) {
    std::error_code ignored;
    if (is_left_draft(entries->path().filename().string())) fs::remove(entries->path(), ignored);
  }
}

Result<void> make_folder(const std::string& out) {
  std::error_code error;
  fs::create_directories(out, error);
  if (!error) return {};
  return fail(ErrorCode::FileUnwritable,
              fmt::format("The folder cannot be made ({}).", error.message()), printable(out));
}

// Takes a plan out of the journal, with the folder that only it has.
Result<void> drop(const std::string& out, const std::string& key, Journal& journal) {
  const auto entry = journal.find(key);
  if (!entry) return tl::unexpected<Error>(entry.error());
  if (*entry && !(*entry)->plan.folder.empty()) {
    std::error_code ignored;
    const fs::path folder = fs::path(out) / (*entry)->plan.folder;
    for (const HashedFile& file : (*entry)->outputs) fs::remove(folder / file.name, ignored);
    fs::remove(folder, ignored);  // stays if somebody put something else there
  }
  return journal.remove(key);
}

class Run {
 public:
  Run(const BatchOptions& options, const BatchHost& host) : options_(options), host_(host) {}
  Result<BatchCounts> run();

 private:
  Result<void> begin();
  Result<void> look();
  Result<void> enter(const CohortPlan& plan);
  Result<void> check();
  Result<void> take(Finished finished);
  [[nodiscard]] bool is_mine(const std::string& key) const {
    return shard_of(key, options_.shards) == options_.shard;
  }

  const BatchOptions& options_;
  const BatchHost& host_;
  BatchIdentity identity_;
  std::optional<Journal> journal_;
  std::vector<Task> tasks_;
  std::vector<CohortPlan> without_;
  BatchCounts counts_;
};

Result<void> Run::begin() {
  if (options_.shards == 0 || options_.shard == 0 || options_.shard > options_.shards) {
    return fail(ErrorCode::OptionInvalid,
                fmt::format("There is no part {} of {}; write 1/4 to 4/4, for instance.",
                            options_.shard, options_.shards));
  }
  identity_ = {options_.check.options.software_version, options_.settings,
               fmt::format("{}/{}", options_.shard, options_.shards)};
  if (const auto made = make_folder(options_.out); !made) return made;
  auto journal = Journal::open(options_.out);
  if (!journal) return tl::unexpected<Error>(journal.error());
  journal_ = std::move(*journal);
  const auto before = journal_->identity();
  if (!before) return tl::unexpected<Error>(before.error());
  if (*before && (*before)->shard != identity_.shard) {
    return fail(ErrorCode::FileUnwritable,
                fmt::format("The folder holds part {} of a batch, and part {} was asked for; give "
                            "each part a folder.",
                            (*before)->shard, identity_.shard),
                printable(options_.out));
  }
  sweep(options_.out);
  return {};
}

Result<void> Run::look() {
  auto found = dicom::find_plans(options_.roots, host_.stop);
  if (!found) return tl::unexpected<Error>(found.error());
  if (found->plans.empty() && found->without.empty()) {
    return fail(ErrorCode::NoRtObjects,
                "There is no RT plan in what was given; name the folder of the cohort.",
                printable(options_.roots.front()));
  }
  counts_.structure_sets_unused = found->structure_sets_unused;
  counts_.other_files = found->other_files;
  // From here on something changes.
  if (const auto begun = begin_tables(options_.out); !begun) return begun;
  if (const auto set = journal_->set_identity(identity_); !set) return set;
  std::set<std::string> keys;
  for (dicom::PlanFiles& plan : found->plans) {
    if (!is_mine(plan.key)) continue;
    const std::string key = row_key(plan.key, options_.check);
    keys.insert(key);
    auto before = journal_->find(key);
    if (!before) return tl::unexpected<Error>(before.error());
    tasks_.push_back({std::move(plan), std::move(*before)});
  }
  for (const dicom::NoPlan& file : found->without) {
    if (!is_mine(file.key)) continue;
    CohortPlan row = row_of(file, options_.check);
    keys.insert(row.key);
    without_.push_back(std::move(row));
  }
  const auto known = journal_->keys();
  if (!known) return tl::unexpected<Error>(known.error());
  for (const std::string& key : *known) {
    if (keys.contains(key)) continue;
    if (const auto dropped = drop(options_.out, key, *journal_); !dropped) return dropped;
    ++counts_.removed;
  }
  return {};
}

Result<void> Run::enter(const CohortPlan& plan) {
  if (const auto dropped = drop(options_.out, plan.key, *journal_); !dropped) return dropped;
  if (const auto entered = journal_->enter({plan, "", {}, {}}); !entered) return entered;
  if (host_.done) host_.done({&plan, false});
  return {};
}

Result<void> Run::take(Finished finished) {
  if (finished.broken) return tl::unexpected<Error>(*finished.broken);
  const Task& task = tasks_[finished.task];
  if (finished.kept) {
    ++counts_.kept;
    if (host_.done) host_.done({&task.before->plan, true});
    return {};
  }
  if (finished.entry.plan.status != CohortPlan::Status::Checked) return enter(finished.entry.plan);
  // Another label gave another folder; the one of before would stay behind.
  if (task.before && task.before->plan.folder != finished.entry.plan.folder) {
    if (const auto dropped = drop(options_.out, task.before->plan.key, *journal_); !dropped) {
      return dropped;
    }
  }
  if (const auto entered = journal_->enter(finished.entry); !entered) return entered;
  if (host_.done) host_.done({&finished.entry.plan, false});
  return {};
}

Result<void> Run::check() {
  Workers workers(options_, identity_, tasks_);
  for (std::size_t done = 0; done < tasks_.size();) {
    if (stops(host_.stop, {"checking", done, tasks_.size()})) return cancelled();
    std::optional<Finished> finished = workers.next();
    if (!finished) continue;
    if (const auto taken = take(std::move(*finished)); !taken) return taken;
    ++done;
  }
  return {};
}

Result<BatchCounts> Run::run() {
  if (const auto begun = begin(); !begun) return tl::unexpected<Error>(begun.error());
  if (const auto looked = look(); !looked) return tl::unexpected<Error>(looked.error());
  for (const CohortPlan& row : without_) {
    if (const auto entered = enter(row); !entered) return tl::unexpected<Error>(entered.error());
  }
  if (const auto checked = check(); !checked) return tl::unexpected<Error>(checked.error());
  auto counts = finish_tables(options_.out, std::move(*journal_));
  if (!counts) return counts;
  counts->kept = counts_.kept;
  counts->removed = counts_.removed;
  counts->structure_sets_unused = counts_.structure_sets_unused;
  counts->other_files = counts_.other_files;
  return counts;
}

}  // namespace

Result<BatchCounts> run_batch(const BatchOptions& options, const BatchHost& host) {
  return Run(options, host).run();
}

}  // namespace dosegate::batch
