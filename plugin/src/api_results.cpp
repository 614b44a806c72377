// The C interface: evaluations and DVHs.
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "base/text.h"
#include "call_options.h"
#include "evaluation/context_beside.h"
#include "evaluation/deidentify.h"
#include "session_protocols.h"
#include "stored_result.h"
#include "view.h"
#include "wall.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

using evaluation::DvhReport;
using evaluation::Evaluation;

const model::Case& case_of(const Session& session, std::size_t index) {
  require_argument(index < session.outcome().cases.size(), "There is no case of that number.");
  const auto& found = session.outcome().cases[index];
  if (!found) refuse(found.error());
  return *found;
}

// What a call evaluates: the case it names and those that are added to it, each of one dose.
struct Asked {
  std::vector<const model::Case*> cases;
  bool from_files = false;  // any of them
};

Asked asked_for(const Session& session, std::size_t index, const dosegate_options& in,
                evaluation::CourseOptions& course) {
  require_argument(in.add_case_count == 0 || in.add_cases != nullptr, "A list is NULL.");
  Asked asked;
  std::set<std::size_t> known;
  const auto add = [&](std::size_t i) {
    const model::Case& found = case_of(session, i);
    require_argument(known.insert(i).second, "One case was given twice, so it would count twice.");
    asked.from_files = asked.from_files || session.from_files(i);
    const std::vector<model::Case>& parts = session.parts_of(i);
    if (parts.empty()) asked.cases.push_back(&found);
    for (const model::Case& part : parts) asked.cases.push_back(&part);
  };
  add(index);
  for (std::size_t i = 0; i < in.add_case_count; ++i) add(in.add_cases[i]);
  // What a case of several doses states is prescribed for all of them.
  const model::Case& first = case_of(session, index);
  if (!session.parts_of(index).empty() && in.add_case_count == 0 && !course.prescription_gy) {
    course.prescription_gy = first.plan->prescription_gy;
  }
  return asked;
}

// Adds the context.yaml beside the case's plan.
void add_context(const Session& session, const model::Case& found,
                 const std::vector<protocol::Protocol>& protocols,
                 std::vector<protocol::ContextFile>& files) {
  std::vector<const model::Case*> all;
  for (const auto& other : session.outcome().cases) {
    if (other) all.push_back(&*other);
  }
  const evaluation::PlanFolder folder = evaluation::plan_folder_of(found, all);
  const auto added = evaluation::add_context_beside(found, folder, protocols, files);
  if (!added) refuse(added.error());
}

// What was noticed while reading belongs to no single case, but whoever looks at a result from those
// files must see it.
void add_read_findings(Findings& to, const Session& session, const Asked& asked) {
  if (!asked.from_files) return;
  to.insert(to.end(), session.outcome().findings.begin(), session.outcome().findings.end());
}

// Of all that was read: messages and findings may speak of the other cases.
evaluation::Identities identities_of(const Session& session) {
  evaluation::Identities identities;
  for (std::size_t i = 0; i < session.outcome().cases.size(); ++i) {
    const auto& found = session.outcome().cases[i];
    if (found) identities.add(*found);
    for (const model::Case& part : session.parts_of(i)) identities.add(part);
  }
  identities.add(session.outcome().findings);
  return identities;
}

}  // namespace

extern "C" {

int32_t dosegate_case_names(dosegate_session handle, size_t case_index,
                            const dosegate_options* options, size_t* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(out != nullptr, "An out-parameter is NULL.");
    session.rule_names.clear();  // should this fail, there are none
    const dosegate_options in = taken(options);
    const model::Case& found = case_of(session, case_index);
    require_argument(found.structures.has_value(), "The case has no structures.");
    session.rule_names = unwrap(
        evaluation::rule_names(*found.structures, protocols_of(session, in), name_map_of(in)));
    *out = session.rule_names.size();
  });
}

int32_t dosegate_case_names_get(dosegate_session handle, size_t index,
                                dosegate_rule_names* out) noexcept {
  return call(handle, [&](Session& session) {
    const evaluation::RuleNames& names = item(session.rule_names, index);
    dosegate_rule_names view{};
    view.protocol = names.protocol_id.c_str();
    view.rule = names.rule_id.c_str();
    view.structure = names.structure.c_str();
    std::string rois;
    for (const std::string& roi : names.rois) rois += (rois.empty() ? "" : " + ") + printable(roi);
    view.roi = session.keep(std::move(rois));
    view.how = session.keep(printable(fmt::format("{}", fmt::join(names.how, "; "))));
    fill(out, view);
  });
}

int32_t dosegate_evaluate(dosegate_session handle, size_t case_index,
                          const dosegate_options* options, dosegate_result* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(out != nullptr, "An out-parameter is NULL.");
    const dosegate_options in = taken(options);
    const auto key = key_of(in);
    const auto known = [&] { return identities_of(session); };
    hiding(key, known, [&] {
      evaluation::EvaluationOptions all = options_of(session, in);
      all.context = parse_context(texts(in.context, in.context_count));
      const Asked asked = asked_for(session, case_index, in, all.course);
      const std::vector<const model::Case*>& cases = asked.cases;
      const std::vector<protocol::Protocol> protocols = protocols_of(session, in);
      for (const model::Case* summed : cases) {
        add_context(session, *summed, protocols, all.context_files);
      }
      Evaluation e = unwrap(cases.size() == 1 ? evaluation::evaluate(*cases.front(), protocols, all)
                                              : evaluation::evaluate_sum(cases, protocols, all));
      add_read_findings(e.findings, session, asked);
      if (key) e = evaluation::deidentified(std::move(e), *key, known());
      session.log(e.findings);
      *out =
          session.results().add(std::make_unique<StoredResult>(StoredResult{std::move(e), {}, {}}));
    });
  });
}

int32_t dosegate_evaluation_get(dosegate_session handle, dosegate_result result,
                                dosegate_evaluation_info* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    fill(out, evaluation_view(evaluation_of(found), keeper(found)));
  });
}

int32_t dosegate_evaluation_rule(dosegate_session handle, dosegate_result result, size_t index,
                                 dosegate_rule* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    const Evaluation& e = evaluation_of(found);
    fill(out, rule_view(e, item(e.rules, index), keeper(found)));
  });
}

int32_t dosegate_evaluation_plan_check(dosegate_session handle, dosegate_result result,
                                       size_t index, dosegate_plan_check* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    const Evaluation& e = evaluation_of(found);
    fill(out, plan_check_view(e, item(e.plan_checks, index), keeper(found)));
  });
}

int32_t dosegate_evaluation_finding(dosegate_session handle, dosegate_result result, size_t index,
                                    dosegate_finding* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    fill(out, finding_view(item(evaluation_of(found).findings, index), keeper(found)));
  });
}

int32_t dosegate_dvh(dosegate_session handle, size_t case_index,
                     const dosegate_dvh_request* request, const dosegate_options* options,
                     dosegate_result* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(out != nullptr, "An out-parameter is NULL.");
    const dosegate_dvh_request in = taken(request);
    evaluation::DvhRequest wanted;
    for (const std::string& text : texts(in.structures, in.structure_count)) {
      wanted.structures.push_back(unwrap(protocol::parse_structure_expression(text)));
    }
    for (const std::string& text : texts(in.metrics, in.metric_count)) {
      wanted.metrics.push_back(unwrap(metrics::parse_metric(text)));
    }
    const dosegate_options chosen = taken(options);
    const auto key = key_of(chosen);
    const auto known = [&] { return identities_of(session); };
    hiding(key, known, [&] {
      evaluation::EvaluationOptions all = options_of(session, chosen);
      const Asked asked = asked_for(session, case_index, chosen, all.course);
      const std::vector<const model::Case*>& cases = asked.cases;
      DvhReport report =
          unwrap(cases.size() == 1 ? evaluation::compute_dvhs(*cases.front(), wanted, all)
                                   : evaluation::compute_sum_dvhs(cases, wanted, all));
      add_read_findings(report.findings, session, asked);
      if (key) report = evaluation::deidentified(std::move(report), *key, known());
      session.log(report.findings);
      *out = session.results().add(
          std::make_unique<StoredResult>(StoredResult{std::move(report), {}, {}}));
    });
  });
}

int32_t dosegate_dvh_get(dosegate_session handle, dosegate_result result,
                         dosegate_dvh_info* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    const DvhReport& report = dvh_of(found);
    const Keep keep = keeper(found);
    dosegate_dvh_info info{};
    info.patient_id = keep(printable(report.patient_id));
    info.plan_label = keep(printable(report.plan_label));
    info.structure_count = report.structures.size();
    info.metric_count = report.metrics.size();
    info.finding_count = report.findings.size();
    fill(out, info);
  });
}

int32_t dosegate_dvh_get_structure(dosegate_session handle, dosegate_result result, size_t index,
                                   dosegate_dvh_structure* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    const evaluation::DvhResult& structure = item(dvh_of(found).structures, index);
    const Keep keep = keeper(found);
    dosegate_dvh_structure info{};
    info.name = keep(printable(structure.name));
    std::string reason = printable(structure.reason);
    if (structure.dvh) {
      info.present = DOSEGATE_HAS_DVH;
      info.volume_cc = structure.dvh->volume().value();
      info.uncovered_cc = structure.dvh->uncovered().value();
      if (info.uncovered_cc == 0.0 && structure.dvh->mean()) {
        info.present |= DOSEGATE_HAS_DOSE;
        info.mean_gy = structure.dvh->mean()->value();
        info.min_gy = structure.dvh->minimum()->value();
        info.max_gy = structure.dvh->maximum()->value();
      } else {
        reason = fmt::format("{} cc have no dose.", fixed(info.uncovered_cc, 2));
      }
    }
    info.reason = keep(reason);
    fill(out, info);
  });
}

int32_t dosegate_dvh_metric(dosegate_session handle, dosegate_result result, size_t structure_index,
                            size_t metric_index, dosegate_metric* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    const DvhReport& report = dvh_of(found);
    const evaluation::DvhResult& structure = item(report.structures, structure_index);
    const metrics::Metric& metric = item(report.metrics, metric_index);
    const Keep keep = keeper(found);
    dosegate_metric info{};
    info.metric = keep(metrics::to_text(metric));
    info.unit = keep(std::string(metrics::to_text(metrics::output_unit(metric))));
    if (metric_index < structure.metrics.size()) {
      const metrics::MetricValue& value = structure.metrics[metric_index];
      info.reason = keep(value.reason);
      if (value.value) info.value = *value.value, info.present |= DOSEGATE_HAS_VALUE;
      if (value.low) info.low = *value.low, info.present |= DOSEGATE_HAS_LOW;
      if (value.high) info.high = *value.high, info.present |= DOSEGATE_HAS_HIGH;
    } else {
      info.reason = keep(printable(structure.reason));
    }
    fill(out, info);
  });
}

int32_t dosegate_dvh_curve(dosegate_session handle, dosegate_result result, size_t structure_index,
                           const double* doses_gy, size_t count, double* volumes_cc) noexcept {
  return call(handle, [&](Session& session) {
    const StoredResult& found = stored(session, result);
    const evaluation::DvhResult& structure = item(dvh_of(found).structures, structure_index);
    require_argument(count == 0 || (doses_gy != nullptr && volumes_cc != nullptr),
                     "An array is NULL.");
    require_argument(structure.dvh.has_value(), "The structure has no DVH.");
    for (std::size_t i = 0; i < count; ++i) {
      require_argument(std::isfinite(doses_gy[i]), "A dose is not a finite number.");
    }
    for (std::size_t i = 0; i < count; ++i) {
      volumes_cc[i] = structure.dvh->volume_at_least(Gy(doses_gy[i])).value();
    }
  });
}

int32_t dosegate_dvh_finding(dosegate_session handle, dosegate_result result, size_t index,
                             dosegate_finding* out) noexcept {
  return call(handle, [&](Session& session) {
    StoredResult& found = stored(session, result);
    fill(out, finding_view(item(dvh_of(found).findings, index), keeper(found)));
  });
}

int32_t dosegate_result_release(dosegate_session handle, dosegate_result result) noexcept {
  return call(handle, [&](Session& session) {
    if (!session.results().release(result))
      refuse(DOSEGATE_HANDLE_INVALID, "The result is not valid.");
  });
}

const dosegate_api* dosegate_get_api(uint32_t major) noexcept {
  static const dosegate_api api = {
      sizeof(dosegate_api),
      DOSEGATE_API_MAJOR,
      dosegate_version,
      dosegate_session_create,
      dosegate_session_destroy,
      dosegate_last_error,
      dosegate_cancel,
      dosegate_protocol_count,
      dosegate_protocol_get,
      dosegate_protocol_text,
      dosegate_read,
      dosegate_case_get,
      dosegate_case_roi,
      dosegate_case_dose,
      dosegate_case_input,
      dosegate_case_finding,
      dosegate_read_finding_count,
      dosegate_read_finding,
      dosegate_evaluate,
      dosegate_evaluation_get,
      dosegate_evaluation_rule,
      dosegate_evaluation_plan_check,
      dosegate_evaluation_finding,
      dosegate_dvh,
      dosegate_dvh_get,
      dosegate_dvh_get_structure,
      dosegate_dvh_metric,
      dosegate_dvh_finding,
      dosegate_render,
      dosegate_result_release,
      dosegate_protocol_lint,
      dosegate_protocol_lint_get,
      dosegate_case_names,
      dosegate_case_names_get,
      dosegate_goals_import,
      dosegate_goals_import_note,
      dosegate_case_begin,
      dosegate_case_add_dose,
      dosegate_case_add_contours,
      dosegate_case_add_mask,
      dosegate_case_add_voxels,
      dosegate_case_finish,
      dosegate_case_discard,
      dosegate_protocol_add,
      dosegate_protocol_find,
      dosegate_dvh_curve,
      dosegate_write,
      dosegate_send,
      dosegate_batch,
      dosegate_merge,
      dosegate_listen,
      dosegate_watch,
  };
  return major == DOSEGATE_API_MAJOR ? &api : nullptr;
}

}  // extern "C"
