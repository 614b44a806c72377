#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <cstdio>
#include <memory>

#include "commands.h"

namespace cli {
namespace {

struct ListenOptions {
  CommonOptions common;
  std::vector<std::string> protocols, context, reports, allowed;
  std::string aet, folder, out, tls_certificate, tls_key, tls_authorities;
  unsigned port = 0;
  std::uint64_t quota_bytes = 0;
  double quiet_seconds = 0;
};

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "set in a signal handler");

void stop_on_signals() {
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = true; };
  for (const int signal : {SIGINT, SIGTERM}) ::sigaction(signal, &action, nullptr);
}

void say(const std::string& line) {
  fmt::print(stderr, "{}\n", line);
  std::fflush(stderr);
}

extern "C" {

static int32_t go_on(void*, const char*, uint64_t, uint64_t) {
  return interrupted ? 1 : 0;
}

// Errors are told by the command itself.
static void logged(void*, int32_t severity, const char* text) {
  if (severity == DOSEGATE_ERROR) return;
  say(severity == DOSEGATE_INFO ? text : fmt::format("warning: {}", text));
}

// Reasons stay in the records: they may name patients.
static void told(void*, const dosegate_batch_plan* plan) {
  if (plan->kept == 1) return;
  const char* verdict = plan->verdict == DOSEGATE_PASS        ? "PASS"
                        : plan->verdict == DOSEGATE_FAIL      ? "FAIL"
                        : plan->verdict == DOSEGATE_VARIATION ? "VARIATION"
                                                              : "UNKNOWN";
  if (plan->verdict == 0) {
    say(fmt::format("not checked: {} (its record in checks/ says why)", plan->key));
  } else {
    say(fmt::format("checked: {}: {}", plan->key, verdict));
  }
}
}

// Serves with the call that `serve` makes until a signal comes.
template <class Serve>
int run_until_stopped(const ListenOptions& options, Serve serve) {
  dosegate_host host{};
  host.log = logged;
  host.progress_at = go_on;
  const Library library(host);
  const auto maps = pointers(options.common.map);
  dosegate_options call = options_of(options.common, maps);
  const auto protocols = pointers(options.protocols), context = pointers(options.context);
  call.protocols = protocols.data();
  call.protocol_count = protocols.size();
  call.context = context.data();
  call.context_count = context.size();
  stop_on_signals();
  library.check(serve(library.session(), call));
  say("stopped");
  return kPass;
}

int run_listen(const ListenOptions& options) {
  const auto allowed = pointers(options.allowed);
  dosegate_listen_request request{};
  request.struct_size = sizeof request;
  request.reports = report_bits(options.reports);
  request.aet = options.aet.c_str();
  request.out = options.out.c_str();
  request.allowed = allowed.data();
  request.allowed_count = allowed.size();
  request.quota_bytes = options.quota_bytes;
  request.quiet_seconds = options.quiet_seconds;
  request.tls_certificate = options.tls_certificate.c_str();
  request.tls_key = options.tls_key.c_str();
  request.tls_authorities = options.tls_authorities.c_str();
  request.port = options.port;
  request.plan_done = told;
  return run_until_stopped(options, [&](dosegate_session session, const dosegate_options& call) {
    return dosegate_listen(session, &request, &call);
  });
}

int run_watch(const ListenOptions& options) {
  dosegate_watch_request request{};
  request.struct_size = sizeof request;
  request.reports = report_bits(options.reports);
  request.folder = options.folder.c_str();
  request.out = options.out.c_str();
  request.quiet_seconds = options.quiet_seconds;
  request.plan_done = told;
  return run_until_stopped(options, [&](dosegate_session session, const dosegate_options& call) {
    return dosegate_watch(session, &request, &call);
  });
}

void add_arriving(CLI::App& command, ListenOptions& options) {
  command
      .add_option("--out", options.out, "Folder for results and records, made if it is not there")
      ->required();
  command
      .add_option("--quiet", options.quiet_seconds,
                  "Seconds without anything new of a plan before it is checked (default: 10); an "
                  "incomplete plan is checked after ten times as long")
      ->check(CLI::PositiveNumber);
  add_reports(command, options.reports);
  add_reading(command, options.common);
  add_protocols_asked(command, options.protocols, options.context);
  command.add_option("--workers", options.common.workers,
                     "Threads at most for a plan; the result does not depend on it");
}

}  // namespace

Run add_listen(CLI::App& app) {
  auto options = std::make_shared<ListenOptions>();
  CLI::App* command = app.add_subcommand(
      "listen", "Receive plans by DICOM, on every interface, and check each as it is complete");
  command->add_option("--aet", options->aet, "AE title to be called by")->required();
  command->add_option("--port", options->port, "Port to listen on; 0: any that is free")
      ->required()
      ->check(CLI::Range(0, 65535));
  command
      ->add_option("--allow", options->allowed, "AET@HOST: who may send; everybody else is refused")
      ->required()
      ->allow_extra_args(false);
  command
      ->add_option("--quota", options->quota_bytes,
                   "Bytes that all received files may take: 500M, 20G (default: 10G)")
      ->transform(CLI::AsSizeValue(false));
  command->add_option("--tls-cert", options->tls_certificate,
                      "PEM file: our certificate; senders then need TLS");
  command->add_option("--tls-key", options->tls_key, "PEM file: its key");
  command->add_option("--tls-ca", options->tls_authorities,
                      "PEM file: certificates of the authorities that vouch for senders");
  add_arriving(*command, *options);
  return [options, command]() -> int { return command->parsed() ? run_listen(*options) : -1; };
}

Run add_watch(CLI::App& app) {
  auto options = std::make_shared<ListenOptions>();
  CLI::App* command = app.add_subcommand(
      "watch", "Check each plan that is exported into a folder as it is complete");
  command->add_option("DIR", options->folder, "Folder, with all that is below it")->required();
  add_arriving(*command, *options);
  return [options, command]() -> int { return command->parsed() ? run_watch(*options) : -1; };
}

}  // namespace cli
