#include "batch/inbox.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "base/whole_file.h"
#include "batch/check_record.h"
#include "batch/fingerprint.h"
#include "protocol/context_file.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;

constexpr double kNever = std::numeric_limits<double>::infinity();
// An incomplete plan is given up after so many quiet times.
constexpr double kLongestWait = 10;

// A file as it was when it was seen last.
struct Seen {
  FileStamp stamp;
  double since = 0;        // when it was seen like that first
  bool looked_at = false;  // by the index
};

// A plan, or a file that gives none.
struct Subject {
  std::string state;   // of its files; another: something arrived
  double changed = 0;  // when the newest of them changed
  bool done = false;
  double retry = 0;  // not before: its result could not be written
};

// One process alone works in a folder.
class FolderLock {
 public:
  static Result<FolderLock> take(const std::string& path) {
    constexpr mode_t kMode = 0666;
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode);
    if (file >= 0 && ::flock(file, LOCK_EX | LOCK_NB) == 0) return FolderLock(file);
    if (file >= 0) (void)::close(file);
    return fail(ErrorCode::FileUnwritable,
                file < 0 ? "The folder cannot be written to; check its permissions."
                         : "Another listen or watch works in this folder; give each its own.",
                printable(path));
  }
  FolderLock(FolderLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;
  ~FolderLock() {
    if (file_ >= 0) (void)::close(file_);
  }

 private:
  explicit FolderLock(int file) : file_(file) {}
  int file_;
};

std::string folder_of(const std::string& path) {
  return fs::path(path).parent_path().string();
}

std::string context_beside(const dicom::PlanFiles& plan) {
  return (fs::path(plan.plan_files.front()).parent_path() / protocol::kContextFileName).string();
}

// Drafts that an interrupted run left.
void sweep(const fs::path& folder) {
  std::error_code error;
  for (fs::recursive_directory_iterator entries(folder, error), end; !error && entries != end;
       entries.increment(error)) {
    std::error_code ignored;
    if (is_left_draft(entries->path().filename().string())) fs::remove(entries->path(), ignored);
  }
}

}  // namespace

struct Inbox::State {
  InboxOptions options;
  InboxHost host;
  FolderLock lock;
  BatchIdentity identity;
  std::map<std::string, Seen> files;  // by path
  dicom::PlanIndex index;
  std::map<std::string, Subject> plans, strays;  // by key
  std::set<std::string> stray_records;           // their names, also of earlier runs
  double due = 0;
  double looking_s = 0, checking_s = 0;  // in one look

  [[nodiscard]] fs::path records() const { return fs::path(options.out) / "checks"; }
  void look();
  bool survey(double now);
  void survey_folder(const fs::path& folder, double now, std::set<std::string>& there,
                     bool& changed);
  bool see(const std::string& path, double now);
  [[nodiscard]] bool is_due(Subject& subject, const std::vector<std::string>& paths, bool complete,
                            const std::string& more, double now);
  void consider(dicom::PlanFiles plan, double now);
  void consider(const dicom::NoPlan& stray, double now);
  void forget_strays(const std::vector<dicom::NoPlan>& now);
  [[nodiscard]] std::string record_path(const char* kind, const std::string& key) const;
  [[nodiscard]] Result<CheckedPlan> check(const dicom::PlanFiles& plan);
  [[nodiscard]] bool was_done(const dicom::PlanFiles& plan, const CheckRecord& record);
  [[nodiscard]] bool are_as_seen(const std::vector<std::string>& paths) const;
  void remove_outputs(const CheckRecord& record) const;
  [[nodiscard]] Result<CohortPlan> work(const dicom::PlanFiles& plan,
                                        const std::optional<CheckRecord>& before);
  void finish(Subject& subject, const Result<CohortPlan>& row, bool kept, double now);
};

// Whether a file is new, has changed, or can be read now.
bool Inbox::State::see(const std::string& path, double now) {
  const auto stamp = stamp_of(path);
  if (!stamp) return false;
  auto [entry, is_new] = files.try_emplace(path);
  Seen& seen = entry->second;
  bool changed = is_new || seen.stamp != *stamp;
  if (changed) {
    index.forget(path);
    seen = {*stamp, now, false};
  }
  const double settled =
      options.arrival == InboxOptions::Arrival::Whole ? seen.since : seen.since + options.quiet_s;
  if (!seen.looked_at && now >= settled) {
    index.look_at(path);
    seen.looked_at = true;
    changed = true;
  }
  if (!seen.looked_at) due = std::min(due, settled);
  return changed;
}

void Inbox::State::survey_folder(const fs::path& folder, double now, std::set<std::string>& there,
                                 bool& changed) {
  std::error_code error;
  std::vector<fs::path> below;
  for (fs::directory_iterator entries(folder, error), end; !error && entries != end;
       entries.increment(error)) {
    std::error_code ignored;
    const fs::path& path = entries->path();
    if (entries->is_directory(ignored)) {
      if (!entries->is_symlink(ignored) && !fs::equivalent(path, options.out, ignored)) {
        below.push_back(path);
      }
      continue;
    }
    if (!entries->is_regular_file(ignored) || is_left_draft(path.filename().string())) continue;
    there.insert(path.string());
    changed = see(path.string(), now) || changed;
  }
  if (error) {
    // A share that is not there for a while: what was known of it stays known.
    for (const auto& [path, seen] : files) {
      if (path.starts_with((folder / "").string())) there.insert(path);
    }
    return;
  }
  for (const fs::path& inner : below) survey_folder(inner, now, there, changed);
}

bool Inbox::State::survey(double now) {
  due = kNever;
  bool changed = false;
  std::set<std::string> there;
  survey_folder(options.folder, now, there, changed);
  for (auto entry = files.begin(); entry != files.end();) {
    if (there.contains(entry->first)) {
      ++entry;
      continue;
    }
    index.forget(entry->first);
    entry = files.erase(entry);
    changed = true;
  }
  return changed;
}

bool Inbox::State::is_due(Subject& subject, const std::vector<std::string>& paths, bool complete,
                          const std::string& more, double now) {
  std::string state = more;
  std::set<std::string> folders;
  double newest = 0;
  for (const std::string& path : paths) {
    const auto seen = files.find(path);
    if (seen == files.end()) continue;
    const FileStamp& stamp = seen->second.stamp;
    state += fmt::format("\n{} {} {} {}", path, stamp.size, stamp.inode, stamp.changed);
    folders.insert(folder_of(path));
    newest = std::max(newest, seen->second.since);
  }
  state = sha256_hex(state);
  if (state != subject.state) subject = {state, newest, false, 0};
  if (subject.done) return false;
  // A file that is being copied beside it may be its dose.
  const bool in_flight = std::any_of(files.begin(), files.end(), [&](const auto& file) {
    return !file.second.looked_at && folders.contains(folder_of(file.first));
  });
  const double wait = complete && !in_flight ? options.quiet_s : options.quiet_s * kLongestWait;
  const double when = std::max(subject.changed + wait, subject.retry);
  if (now >= when) return true;
  due = std::min(due, when);
  return false;
}

std::string Inbox::State::record_path(const char* kind, const std::string& key) const {
  constexpr std::size_t kDigits = 24;
  return (records() / fmt::format("{}-{}.json", kind, sha256_hex(key).substr(0, kDigits))).string();
}

// A plan that breaks something in us must not take the others with it.
Result<CheckedPlan> Inbox::State::check(const dicom::PlanFiles& plan) {
  try {
    return check_plan(plan, options.check);
  } catch (const std::exception& defect) {
    CheckedPlan broken;
    broken.row.key = plan.key;
    broken.row.patient_id = plan.patient_id;
    broken.row.plan_label = plan.label;
    broken.row.plan_uid = plan.uid;
    broken.row.reason = fmt::format("A defect in Dosegate, please report it: {}", defect.what());
    return broken;
  }
}

bool Inbox::State::was_done(const dicom::PlanFiles& plan, const CheckRecord& record) {
  KnownHashes known;
  for (const CheckRecord::Input& input : record.inputs) {
    const auto stamp = stamp_of(input.path);
    if (stamp && *stamp == input.stamp) known[input.path] = input.sha256;
  }
  const auto inputs = hashed_inputs(plan, known);
  if (!inputs || fingerprint_of(plan, *inputs, identity) != record.fingerprint) return false;
  return std::all_of(record.outputs.begin(), record.outputs.end(), [&](const std::string& name) {
    std::error_code ignored;
    return fs::is_regular_file(fs::path(options.out) / record.folder / name, ignored);
  });
}

// Whether nobody writes to the files of a plan: asked before and after they are read, so that no verdict comes from
// half of one file and half of another.
bool Inbox::State::are_as_seen(const std::vector<std::string>& paths) const {
  return std::all_of(paths.begin(), paths.end(), [&](const std::string& path) {
    const auto seen = files.find(path);
    const auto stamp = stamp_of(path);
    return seen != files.end() && stamp && *stamp == seen->second.stamp;
  });
}

void Inbox::State::remove_outputs(const CheckRecord& record) const {
  if (record.folder.empty()) return;
  std::error_code ignored;
  const fs::path folder = fs::path(options.out) / record.folder;
  for (const std::string& name : record.outputs) {
    fs::remove(folder / fs::path(name).filename(), ignored);
  }
  fs::remove(folder, ignored);  // stays if somebody put something else there
}

// The check with all that is written of it. Errors: FileUnwritable; FileUnreadable (a file vanished meanwhile).
Result<CohortPlan> Inbox::State::work(const dicom::PlanFiles& plan,
                                      const std::optional<CheckRecord>& before) {
  CheckRecord record;
  record.key = plan.key;
  record.software_version = identity.software_version;
  std::map<std::string, FileStamp> stamps;  // of before the files are read
  std::vector<std::string> paths = plan.files;
  paths.push_back(context_beside(plan));
  for (const std::string& path : paths) {
    if (const auto stamp = stamp_of(path)) stamps[path] = *stamp;
  }
  auto checked = check(plan);
  if (!checked) return tl::unexpected<Error>(checked.error());
  if (!are_as_seen(plan.files)) {
    return fail(ErrorCode::FileUnreadable, "A file changed while its plan was checked.");
  }
  const auto inputs = hashed_inputs(plan, checked->input_hashes);
  if (!inputs) return tl::unexpected<Error>(inputs.error());
  const CohortPlan& row = checked->row;
  // A verdict of before must not stay where there is none any more.
  if (before && before->folder != row.folder) remove_outputs(*before);
  if (row.status == CohortPlan::Status::Checked) {
    if (const auto written = write_plan(options.out, *checked); !written) {
      return tl::unexpected<Error>(written.error());
    }
  }
  record.status = row.status;
  record.verdict = row.verdict;
  record.reason = row.reason;
  record.folder = row.folder;
  record.outputs = row.reports;
  record.fingerprint = fingerprint_of(plan, *inputs, identity);
  for (const HashedFile& input : *inputs) {
    const auto stamp = stamps.find(input.name);
    if (stamp != stamps.end()) {
      record.inputs.push_back({input.name, input.sha256, stamp->second});
    }
  }
  if (const auto written = write_record(record_path("plan", plan.key), record); !written) {
    return tl::unexpected<Error>(written.error());
  }
  return row;
}

void Inbox::State::finish(Subject& subject, const Result<CohortPlan>& row, bool kept, double now) {
  if (!row) {
    subject.retry = now + options.quiet_s;
    due = std::min(due, subject.retry);
    if (host.trouble) host.trouble(row.error());
    return;
  }
  subject.done = true;
  if (host.done) host.done({&*row, kept});
}

void Inbox::State::consider(dicom::PlanFiles plan, double now) {
  const auto context = stamp_of(context_beside(plan));
  // Without a context file it is all one whose plans lie in a folder, and the next one that arrives must not make
  // this plan look changed.
  if (!context || options.arrival == InboxOptions::Arrival::Whole) plan.shares_folder = true;
  std::string more = plan.shares_folder ? "shared" : "";
  if (context) more += fmt::format(" {} {} {}", context->size, context->inode, context->changed);
  for (const Finding& finding : plan.findings) more += "\n" + finding.text + finding.where;
  Subject& subject = plans[plan.key];
  if (!is_due(subject, plan.files, plan.linked, more, now)) return;
  if (!are_as_seen(plan.files)) {
    due = now;  // the next look sees what is new
    return;
  }
  const auto before = read_record(record_path("plan", plan.key));
  if (before && was_done(plan, *before)) {
    CohortPlan row;
    row.key = plan.key;
    row.status = before->status;
    row.verdict = before->verdict;
    row.reason = before->reason;
    row.folder = before->folder;
    finish(subject, row, true, now);
    return;
  }
  const double began = host.seconds();
  const auto row = work(plan, before);
  checking_s += host.seconds() - began;
  finish(subject, row, false, now);
}

void Inbox::State::consider(const dicom::NoPlan& stray, double now) {
  Subject& subject = strays[stray.key];
  const std::string reason = to_text(stray.error);
  if (!is_due(subject, {stray.path}, false, reason, now)) return;
  const std::string path = record_path("file", stray.key);
  const auto hash = sha256_of_file(stray.path);
  CheckRecord record;
  const CohortPlan row = row_of(stray, options.check);
  record.key = row.key;
  record.status = row.status;
  record.reason = row.reason;
  record.software_version = identity.software_version;
  record.fingerprint = sha256_hex(reason + "\n" + (hash ? *hash : std::string("unreadable")));
  const auto before = read_record(path);
  stray_records.insert(fs::path(path).filename().string());
  if (before && before->fingerprint == record.fingerprint) {
    finish(subject, row, true, now);
    return;
  }
  if (const auto written = write_record(path, record); !written) {
    finish(subject, tl::unexpected<Error>(written.error()), false, now);
    return;
  }
  finish(subject, row, false, now);
}

// A dose whose plan came at last is no stray any more.
void Inbox::State::forget_strays(const std::vector<dicom::NoPlan>& now) {
  std::set<std::string> keys, names;
  for (const dicom::NoPlan& stray : now) {
    keys.insert(stray.key);
    names.insert(fs::path(record_path("file", stray.key)).filename().string());
  }
  std::erase_if(strays, [&](const auto& entry) { return !keys.contains(entry.first); });
  std::erase_if(stray_records, [&](const std::string& name) {
    if (names.contains(name)) return false;
    std::error_code ignored;
    fs::remove(records() / name, ignored);
    return true;
  });
}

void Inbox::State::look() {
  const double now = host.seconds();
  const double before = due;
  const bool changed = survey(now);
  if (!changed && now < before) {
    due = std::min(due, before);
    return;
  }
  dicom::FoundPlans found = index.plans();
  const bool all_seen = std::all_of(files.begin(), files.end(),
                                    [](const auto& file) { return file.second.looked_at; });
  if (all_seen) forget_strays(found.without);
  for (dicom::PlanFiles& plan : found.plans) {
    if (host.stop && host.stop()) return;
    consider(std::move(plan), now);
  }
  for (const dicom::NoPlan& stray : found.without) {
    if (host.stop && host.stop()) return;
    consider(stray, now);
  }
}

Result<Inbox> Inbox::open(InboxOptions options, InboxHost host) {
  constexpr double kLongestQuiet = 86400;
  if (!std::isfinite(options.quiet_s) || options.quiet_s <= 0 || options.quiet_s > kLongestQuiet) {
    return fail(ErrorCode::OptionInvalid,
                "The quiet time is a number of seconds above 0 and up to 86400.");
  }
  std::error_code error;
  fs::create_directories(fs::path(options.out) / "checks", error);
  if (error) {
    return fail(ErrorCode::FileUnwritable,
                fmt::format("The folder cannot be made ({}).", error.message()),
                printable(options.out));
  }
  if (!fs::is_directory(options.folder, error)) {
    return fail(ErrorCode::FileUnreadable, "There is no such folder; check the path.",
                printable(options.folder));
  }
  if (fs::equivalent(options.folder, options.out, error)) {
    return fail(ErrorCode::OptionInvalid,
                "Results cannot go into the folder that is watched; name another.",
                printable(options.out));
  }
  auto lock = FolderLock::take((fs::path(options.out) / "lock").string());
  if (!lock) return tl::unexpected<Error>(lock.error());
  sweep(fs::path(options.out) / "checks");
  sweep(fs::path(options.out) / "plans");
  auto state = std::make_unique<State>(State{
      std::move(options), std::move(host), std::move(*lock), {}, {}, {}, {}, {}, {}, 0, 0, 0});
  state->identity = {state->options.check.options.software_version, state->options.settings, "1/1"};
  for (fs::directory_iterator entries(state->records(), error), end; !error && entries != end;
       entries.increment(error)) {
    std::string name = entries->path().filename().string();
    if (name.starts_with("file-")) state->stray_records.insert(std::move(name));
  }
  return Inbox(std::move(state));
}

Inbox::Inbox(std::unique_ptr<State> state) : state_(std::move(state)) {}
Inbox::Inbox(Inbox&&) noexcept = default;
Inbox& Inbox::operator=(Inbox&&) noexcept = default;
Inbox::~Inbox() = default;

void Inbox::look() {
  const double began = state_->host.seconds();
  state_->checking_s = 0;
  state_->look();
  state_->looking_s = state_->host.seconds() - began - state_->checking_s;
}

double Inbox::looking_s() const {
  return state_->looking_s;
}

double Inbox::next_due() const {
  return state_->due;
}

}  // namespace dosegate::batch
