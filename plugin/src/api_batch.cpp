// The C interface: cohorts.
#include "base/text.h"
#include "batch/run_batch.h"
#include "batch_calls.h"
#include "call_options.h"
#include "view.h"
#include "wall.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

std::vector<batch::ReportFormat> formats_of(uint32_t reports) {
  using batch::ReportFormat;
  const std::pair<uint32_t, ReportFormat> known[] = {{DOSEGATE_REPORT_HTML, ReportFormat::Html},
                                                     {DOSEGATE_REPORT_PDF, ReportFormat::Pdf},
                                                     {DOSEGATE_REPORT_CSV, ReportFormat::Csv},
                                                     {DOSEGATE_REPORT_JUNIT, ReportFormat::Junit}};
  std::vector<ReportFormat> formats;
  for (const auto& [bit, format] : known) {
    if ((reports & bit) != 0) formats.push_back(format);
    reports &= ~bit;
  }
  if (reports != 0)
    refuse(DOSEGATE_OPTION_INVALID, "A report has none of the values of the header.");
  return formats;
}

int32_t verdict_of(const batch::CohortPlan& plan) {
  if (plan.status != batch::CohortPlan::Status::Checked) return 0;
  if (plan.verdict == "PASS") return DOSEGATE_PASS;
  if (plan.verdict == "VARIATION") return DOSEGATE_VARIATION;
  if (plan.verdict == "FAIL") return DOSEGATE_FAIL;
  return DOSEGATE_UNKNOWN;  // whatever is not known to pass does not
}

batch::BatchHost host_of(Session& session, const dosegate_batch_request& in) {
  return {session.stop_for_caller(), plan_told_to(in.plan_done, in.user)};
}

// The request, with everything in it that cannot be meant refused.
dosegate_batch_request asked(const dosegate_batch_request* request) {
  require_argument(request != nullptr, "The request is NULL.");
  const dosegate_batch_request in = taken(request);
  require_argument(in.root_count > 0, "No folder was given.");
  require_argument(in.out != nullptr && in.out[0] != '\0', "The folder to write to has no name.");
  if (in.anew != 0 && in.anew != 1) refuse(DOSEGATE_OPTION_INVALID, "`anew` is neither 0 nor 1.");
  return in;
}

dosegate_batch_summary summary_of(const batch::BatchCounts& counts) {
  dosegate_batch_summary summary{};
  summary.checked = counts.checked;
  summary.refused = counts.refused;
  summary.unreadable = counts.unreadable;
  summary.pass = counts.pass;
  summary.variation = counts.variation;
  summary.fail = counts.fail;
  summary.unknown = counts.unknown;
  summary.kept = counts.kept;
  summary.removed = counts.removed;
  summary.structure_sets_unused = counts.structure_sets_unused;
  summary.other_files = counts.other_files;
  return summary;
}

void require_summary(const dosegate_batch_summary* out) {
  // Found out before the work, not after it.
  require_argument(out != nullptr && out->struct_size >= sizeof(uint32_t) * 2,
                   "An out-parameter is NULL or its struct_size is not set.");
}

}  // namespace

namespace dosegate::plugin {

std::function<void(const batch::PlanDone&)> plan_told_to(
    void (*plan_done)(void*, const dosegate_batch_plan*), void* user) {
  if (plan_done == nullptr) return {};
  return [plan_done, user](const batch::PlanDone& done) {
    const std::string key = printable(done.row->key), reason = printable(done.row->reason);
    dosegate_batch_plan plan{};
    plan.struct_size = sizeof plan;
    plan.verdict = verdict_of(*done.row);
    plan.kept = done.kept ? 1 : 0;
    plan.unreadable = done.row->status == batch::CohortPlan::Status::Unreadable ? 1 : 0;
    plan.key = key.c_str();
    plan.reason = reason.c_str();
    plan.folder = done.row->folder.c_str();
    plan_done(user, &plan);
  };
}

SettledCheck check_of(Session& session, const dosegate_options& how, uint32_t reports) {
  require_argument(how.add_case_count == 0,
                   "Each plan is checked on its own; it cannot add cases.");
  SettledCheck check;
  check.settings.protocols = protocols_of(session, how);
  check.settings.options = options_of(session, how);
  check.settings.options.context = parse_context(texts(how.context, how.context_count));
  check.settings.reports = formats_of(reports);
  check.lines =
      settings_lines(how, check.settings.protocols) + "\nreports " + std::to_string(reports);
  return check;
}

}  // namespace dosegate::plugin

extern "C" {

int32_t dosegate_batch(dosegate_session handle, const dosegate_batch_request* request,
                       const dosegate_options* options, dosegate_batch_summary* out) noexcept {
  return call(handle, [&](Session& session) {
    require_summary(out);
    const dosegate_batch_request in = asked(request);
    const dosegate_options how = taken(options);
    SettledCheck check = check_of(session, how, in.reports);
    check.settings.deidentify = key_of(how);
    batch::BatchOptions all;
    all.roots = texts(in.roots, in.root_count);
    all.out = in.out;
    all.check = std::move(check.settings);
    all.settings = std::move(check.lines);
    constexpr uint32_t kMostWorkers = 1024;
    all.workers = std::min(in.workers, kMostWorkers);
    if (in.shards != 0 || in.shard != 0) {
      all.shard = in.shard;
      all.shards = in.shards;
    }
    all.anew = in.anew == 1;
    const auto given = [&] {
      evaluation::Identities identities;
      identities.paths = all.roots;
      return identities;
    };
    hiding(all.check.deidentify, given,
           [&] { fill(out, summary_of(unwrap(batch::run_batch(all, host_of(session, in))))); });
  });
}

int32_t dosegate_merge(dosegate_session handle, const dosegate_batch_request* request,
                       dosegate_batch_summary* out) noexcept {
  return call(handle, [&](Session& session) {
    require_summary(out);
    const dosegate_batch_request in = asked(request);
    fill(out, summary_of(unwrap(batch::merge_batches(texts(in.roots, in.root_count), in.out,
                                                     host_of(session, in)))));
  });
}

}  // extern "C"
