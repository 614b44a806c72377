#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <memory>

#include "commands.h"
#include "output.h"

namespace cli {
namespace {

struct BatchOptions {
  CommonOptions common;
  std::vector<std::string> protocols, context, reports;
  std::string out, shard;
  bool resume = false, anew = false;
};

// Set by Ctrl-C and SIGTERM; what is in hand is entered first.
std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set in a signal handler");

class Signals {
 public:
  Signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
  }
};

// How far the batch is: one line that is written over on a terminal, now and then a line elsewhere.
class ProgressLine {
 public:
  int32_t at(const std::string& stage, std::uint64_t done, std::uint64_t total) {
    const auto now = Clock::now();
    if (stage != stage_) begin(stage, now);
    if (now >= next_ && total > 0) {
      tell(done, total, now);
      next_ = now + (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(30000));
    }
    return interrupted ? 1 : 0;
  }
  void plan(const dosegate_batch_plan& plan) {
    if (plan.kept == 0) ++worked_;
    if (plan.verdict != 0) return;
    ++failures_;
    clear();
    fmt::print(stderr, "not checked: {}: {}\n", plan.key, plan.reason);
  }
  void clear() const {
    if (terminal_) fmt::print(stderr, "\r\033[K");
  }

 private:
  using Clock = std::chrono::steady_clock;

  void begin(const std::string& stage, Clock::time_point now) {
    stage_ = stage;
    began_ = now;
    // Nothing of a short batch where lines are kept.
    next_ = terminal_ ? now : now + std::chrono::milliseconds(30000);
  }
  void tell(std::uint64_t done, std::uint64_t total, Clock::time_point now) {
    std::string line = fmt::format("{}: {} of {}", stage_, done, total);
    const double seconds = std::chrono::duration<double>(now - began_).count();
    constexpr double kEnough = 2.0;  // a rate of less says nothing
    if (stage_ == "checking" && seconds > kEnough && worked_ > 0) {
      // What was done before goes by at once: the time left is that of plans that were worked on.
      const double rate = static_cast<double>(worked_) / seconds;
      line += fmt::format(", {:.1f} plans/s, {} left", rate,
                          duration(static_cast<double>(total - done) / rate));
    }
    if (failures_ > 0) line += fmt::format(", {} not checked so far", failures_);
    if (terminal_) {
      fmt::print(stderr, "\r\033[K{}", line);
    } else {
      fmt::print(stderr, "{}\n", line);
    }
    std::fflush(stderr);
  }
  static std::string duration(double seconds) {
    constexpr int kMinute = 60, kHour = 3600;
    const auto whole = static_cast<long>(seconds);
    if (whole < kMinute) return fmt::format("{} s", whole);
    if (whole < kHour) return fmt::format("{} min", whole / kMinute);
    return fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
  }

  bool terminal_ = ::isatty(STDERR_FILENO) == 1;
  std::string stage_;
  Clock::time_point began_, next_;
  std::uint64_t worked_ = 0, failures_ = 0;
};

extern "C" {

static int32_t told(void* user, const char* stage, uint64_t done, uint64_t total) {
  return static_cast<ProgressLine*>(user)->at(stage, done, total);
}

static void plan_done(void* user, const dosegate_batch_plan* plan) {
  static_cast<ProgressLine*>(user)->plan(*plan);
}
}

// "2/8" as its two numbers; both 0 for an empty text.
void set_shard(const std::string& text, dosegate_batch_request& request) {
  if (text.empty()) return;
  const auto slash = text.find('/');
  const auto number = [&](std::string_view digits) {
    uint32_t value = 0;
    const auto done = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return done.ec == std::errc() && done.ptr == digits.data() + digits.size() ? value : 0;
  };
  if (slash != std::string::npos) {
    request.shard = number(std::string_view(text).substr(0, slash));
    request.shards = number(std::string_view(text).substr(slash + 1));
  }
  if (request.shard == 0 || request.shards == 0 || request.shard > request.shards) {
    throw Stop(
        kUsage,
        fmt::format("--shard {}: write which part of how many, 1/4 to 4/4 for instance.", text));
  }
}

std::string counted(std::uint64_t count, const char* what) {
  return fmt::format("{} {}", count, what);
}

// The cohort in a few lines, and the exit code: a plan that was not checked outranks every verdict,
// because the cohort without it could be taken for the whole.
int conclude(const dosegate_batch_summary& summary, const std::string& out) {
  const std::uint64_t missing = summary.refused + summary.unreadable;
  std::string text =
      fmt::format("{} plans checked: {} PASS, {} VARIATION, {} FAIL, {} UNKNOWN\n", summary.checked,
                  summary.pass, summary.variation, summary.fail, summary.unknown);
  if (missing > 0) {
    text += fmt::format("{} not checked: {} that cannot be evaluated, {} that cannot be read\n",
                        missing, summary.refused, summary.unreadable);
  }
  if (summary.kept > 0) text += counted(summary.kept, "of them were done before and are kept\n");
  if (summary.removed > 0) {
    text += counted(summary.removed,
                    "that were done before are not in the folders any more and were taken out\n");
  }
  if (summary.structure_sets_unused > 0) {
    text += counted(summary.structure_sets_unused, "structure sets belong to no plan\n");
  }
  fmt::print("{}{}/index.html\n", text, out);
  if (missing > 0) return kInput;
  if (summary.fail > 0) return kFail;
  if (summary.unknown > 0) return kUnknown;
  return summary.variation > 0 ? kVariation : kPass;
}

int run_batch(BatchOptions& options) {
  take_key(options.common);
  if (options.common.deidentify && options.common.key_file.empty() &&
      (options.resume || !options.shard.empty())) {
    throw Stop(kUsage,
               "--resume and --shard need the same pseudonyms again; give --deidentify a key that "
               "is kept with "
               "--deidentify-key FILE.");
  }
  if (options.resume && options.anew) {
    throw Stop(kUsage, "--resume keeps what is done and --anew does not; give one of them.");
  }
  ProgressLine progress;
  dosegate_host host{};
  host.user = &progress;
  host.progress_at = told;
  const Library library(host);
  const auto maps = pointers(options.common.map);
  dosegate_options call = options_of(options.common, maps);
  const auto protocols = pointers(options.protocols), context = pointers(options.context);
  call.protocols = protocols.data();
  call.protocol_count = protocols.size();
  call.context = context.data();
  call.context_count = context.size();
  const auto roots = pointers(options.common.inputs);
  dosegate_batch_request request{};
  request.struct_size = sizeof request;
  request.reports = report_bits(options.reports);
  request.roots = roots.data();
  request.root_count = roots.size();
  request.out = options.out.c_str();
  request.workers = options.common.workers;
  request.anew = options.anew ? 1 : 0;
  request.plan_done = plan_done;
  request.user = &progress;
  set_shard(options.shard, request);
  const Signals signals;
  dosegate_batch_summary summary{};
  summary.struct_size = sizeof summary;
  const int32_t status = dosegate_batch(library.session(), &request, &call, &summary);
  progress.clear();
  library.check(status);
  return conclude(summary, options.out);
}

int run_merge(const BatchOptions& options) {
  ProgressLine progress;
  const Library library;
  const auto parts = pointers(options.common.inputs);
  dosegate_batch_request request{};
  request.struct_size = sizeof request;
  request.roots = parts.data();
  request.root_count = parts.size();
  request.out = options.out.c_str();
  dosegate_batch_summary summary{};
  summary.struct_size = sizeof summary;
  library.check(dosegate_merge(library.session(), &request, &summary));
  return conclude(summary, options.out);
}

}  // namespace

void add_reports(CLI::App& command, std::vector<std::string>& reports) {
  command
      .add_option("--report", reports,
                  "What to write of each plan beside its JSON: html, pdf, csv, junit, with commas "
                  "between them")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"html", "pdf", "csv", "junit"}));
}

uint32_t report_bits(const std::vector<std::string>& names) {
  uint32_t bits = 0;
  for (const std::string& name : names) {
    bits |= name == "html"  ? DOSEGATE_REPORT_HTML
            : name == "pdf" ? DOSEGATE_REPORT_PDF
            : name == "csv" ? DOSEGATE_REPORT_CSV
                            : DOSEGATE_REPORT_JUNIT;
  }
  return bits;
}

Run add_batch(CLI::App& app) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* command = app.add_subcommand(
      "batch", "Check every plan below some folders, and resume where it stopped");
  command
      ->add_option("ROOT", options->common.inputs, "Folders and files, with all that is below them")
      ->required();
  add_reading(*command, options->common);
  add_deidentify(*command, options->common);
  add_protocols_asked(*command, options->protocols, options->context);
  command->add_option("--out", options->out, "Folder for results, made if it is not there")
      ->required();
  add_reports(*command, options->reports);
  command->add_option("--jobs,--workers", options->common.workers,
                      "Plans checked at a time; the result does not depend on it");
  command->add_option("--shard", options->shard,
                      "I/N: only part I of N, split by the plans' UIDs; see merge");
  command->add_flag(
      "--resume", options->resume,
      "Keep what is done with the same files, protocols, options and version (always so)");
  command->add_flag("--anew", options->anew, "Check every plan again");
  return [options, command]() -> int { return command->parsed() ? run_batch(*options) : -1; };
}

Run add_merge(CLI::App& app) {
  auto options = std::make_shared<BatchOptions>();
  CLI::App* command = app.add_subcommand("merge", "Put the parts of a batch (--shard) together");
  command->add_option("DIR", options->common.inputs, "The folders of all parts")->required();
  command->add_option("--out", options->out, "Folder for the whole, empty or not there")
      ->required();
  return [options, command]() -> int { return command->parsed() ? run_merge(*options) : -1; };
}

}  // namespace cli
