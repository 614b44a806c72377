// The C interface: plans that arrive.
#include <chrono>

#include "batch/listen.h"
#include "batch_calls.h"
#include "call_options.h"
#include "wall.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

bool is_given(const char* text) {
  return text != nullptr && text[0] != '\0';
}

double quiet_of(double asked_s) {
  constexpr double kQuiet_s = 10;
  return asked_s == 0 ? kQuiet_s : asked_s;  // what is no sensible number is refused below
}

batch::ListenHost listen_host(Session& session,
                              void (*plan_done)(void*, const dosegate_batch_plan*), void* user) {
  batch::ListenHost host;
  host.seconds = [] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  };
  host.stop = session.stop_for_caller();
  host.done = plan_told_to(plan_done, user);
  host.tell = [&session](const batch::ListenEvent& event) {
    const bool info = event.severity == batch::ListenEvent::Severity::Info;
    session.log(info ? DOSEGATE_INFO : DOSEGATE_WARNING, event.text);
  };
  return host;
}

batch::InboxOptions inbox_of(Session& session, const dosegate_options* options, const char* out,
                             uint32_t reports, double quiet_seconds) {
  require_argument(is_given(out), "The folder to write to has no name.");
  const dosegate_options how = taken(options);
  // Records and received files would still say whose they are: better refused than half done.
  if (key_of(how)) {
    refuse(DOSEGATE_OPTION_INVALID,
           "Plans that arrive cannot be deidentified; check them with dosegate_batch() and a key.");
  }
  SettledCheck check = check_of(session, how, reports);
  batch::InboxOptions inbox;
  inbox.out = out;
  inbox.check = std::move(check.settings);
  inbox.check.options.stop = {};  // a plan that is in hand is finished
  inbox.settings = std::move(check.lines);
  inbox.quiet_s = quiet_of(quiet_seconds);
  return inbox;
}

dicom::ReceiverOptions receiver_of(const dosegate_listen_request& in) {
  dicom::ReceiverOptions receiver;
  require_argument(in.aet != nullptr, "The AE title is NULL.");
  receiver.aet = in.aet;
  constexpr uint32_t kHighestPort = 65535;
  if (in.port > kHighestPort) refuse(DOSEGATE_OPTION_INVALID, "A port is a number up to 65535.");
  receiver.port = static_cast<std::uint16_t>(in.port);
  for (const std::string& caller : texts(in.allowed, in.allowed_count)) {
    receiver.allowed.push_back(unwrap(dicom::parse_caller(caller)));
  }
  constexpr std::uint64_t kQuota = std::uint64_t{10} << 30;
  receiver.quota_bytes = in.quota_bytes == 0 ? kQuota : in.quota_bytes;
  if (is_given(in.tls_certificate) || is_given(in.tls_key) || is_given(in.tls_authorities)) {
    if (!is_given(in.tls_certificate) || !is_given(in.tls_key) || !is_given(in.tls_authorities)) {
      refuse(DOSEGATE_OPTION_INVALID,
             "TLS needs three files: a certificate, its key, and the certificates of the "
             "authorities that vouch for senders.");
    }
    receiver.tls = dicom::TlsFiles{in.tls_certificate, in.tls_key, in.tls_authorities};
  }
  return receiver;
}

}  // namespace

extern "C" {

int32_t dosegate_listen(dosegate_session handle, const dosegate_listen_request* request,
                        const dosegate_options* options) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(request != nullptr, "The request is NULL.");
    const dosegate_listen_request in = taken(request);
    dicom::ReceiverOptions receiver = receiver_of(in);
    batch::InboxOptions inbox = inbox_of(session, options, in.out, in.reports, in.quiet_seconds);
    const batch::ListenHost host = listen_host(session, in.plan_done, in.user);
    const auto served = batch::listen_for_plans(std::move(receiver), std::move(inbox), host);
    if (!served) refuse(served.error());
  });
}

int32_t dosegate_watch(dosegate_session handle, const dosegate_watch_request* request,
                       const dosegate_options* options) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(request != nullptr, "The request is NULL.");
    const dosegate_watch_request in = taken(request);
    require_argument(is_given(in.folder), "The folder to watch has no name.");
    batch::InboxOptions inbox = inbox_of(session, options, in.out, in.reports, in.quiet_seconds);
    inbox.folder = in.folder;
    const batch::ListenHost host = listen_host(session, in.plan_done, in.user);
    const auto watched = batch::watch_folder(inbox, host);
    if (!watched) refuse(watched.error());
  });
}

}  // extern "C"
