// The C interface: library, sessions and cases from files.
#include <fmt/format.h>

#include "base/text.h"
#include "protocol/tg263.h"
#include "view.h"
#include "wall.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

const Result<model::Case>& case_at(const Session& session, std::size_t index) {
  require_argument(index < session.outcome().cases.size(), "There is no case of that number.");
  return session.outcome().cases[index];
}

const model::Case& good_case_at(const Session& session, std::size_t index) {
  const auto& found = case_at(session, index);
  if (!found) refuse(found.error());
  return *found;
}

const char* dose_type_text(model::DoseType type) {
  switch (type) {
    case model::DoseType::Physical:
      return "PHYSICAL";
    case model::DoseType::Effective:
      return "EFFECTIVE";
    case model::DoseType::Error:
      return "ERROR";
    case model::DoseType::Unknown:
      return "not given";
  }
  return "not given";
}

const char* summation_text(model::DoseSummation summation) {
  switch (summation) {
    case model::DoseSummation::Plan:
      return "PLAN";
    case model::DoseSummation::MultiPlan:
      return "MULTI_PLAN";
    case model::DoseSummation::Fraction:
      return "FRACTION";
    case model::DoseSummation::Beam:
      return "BEAM";
    case model::DoseSummation::BeamSession:
      return "BEAM_SESSION";
    case model::DoseSummation::Other:
      return "other";
    case model::DoseSummation::Missing:
      return "not given";
  }
  return "not given";
}

}  // namespace

extern "C" {

const char* dosegate_version(void) noexcept {
  return version_text();
}

int32_t dosegate_session_create(const dosegate_host* host, dosegate_session* out) noexcept {
  if (out == nullptr) return DOSEGATE_ARGUMENT_INVALID;
  if (host != nullptr && host->struct_size < sizeof(uint32_t) * 2) return DOSEGATE_ARGUMENT_INVALID;
  try {
    *out = register_session(std::make_shared<Session>(taken(host)));
    return DOSEGATE_OK;
  } catch (const std::bad_alloc&) {
    return DOSEGATE_OUT_OF_MEMORY;
  } catch (...) {
    return DOSEGATE_INTERNAL;
  }
}

int32_t dosegate_session_destroy(dosegate_session handle) noexcept {
  const int32_t status = call(handle, [&](Session&) { forget_session(handle); });
  return status == DOSEGATE_HANDLE_INVALID ? DOSEGATE_OK : status;
}

const char* dosegate_last_error(dosegate_session handle) noexcept {
  try {
    const auto session = find_session(handle);
    if (session == nullptr) return "The session is not valid. [800]";
    // The call that runs may change the text while it is read.
    const std::unique_lock lock(session->busy, std::try_to_lock);
    return lock.owns_lock() ? session->last_error.c_str()
                            : "A call with the session runs; ask again when it has returned. [802]";
  } catch (...) {
    return "The session cannot be looked up. [900]";
  }
}

int32_t dosegate_cancel(dosegate_session handle) noexcept {
  try {
    const auto session = find_session(handle);
    if (session == nullptr) return DOSEGATE_HANDLE_INVALID;
    session->cancelled = true;
    return DOSEGATE_OK;
  } catch (...) {
    return DOSEGATE_INTERNAL;
  }
}

int32_t dosegate_read(dosegate_session handle, const char* const* paths, size_t path_count,
                      int32_t need, size_t* out_count) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(out_count != nullptr, "An out-parameter is NULL.");
    require_argument(need == DOSEGATE_READ_COMPLETE || need == DOSEGATE_READ_ANYTHING,
                     "`need` is none of the values of the header.");
    dicom::ReadOptions options;
    options.need = need == DOSEGATE_READ_COMPLETE ? dicom::ReadOptions::Need::StructuresAndDose
                                                  : dicom::ReadOptions::Need::Nothing;
    const std::vector<std::string> inputs = texts(paths, path_count);
    // Should this fail, nobody may take an earlier patient's cases for these.
    session.set_cases({});
    session.rule_names.clear();
    options.stop = session.stop_for_caller();
    session.set_cases(unwrap(dicom::read_cases(inputs, options)));
    session.log(session.outcome().findings);
    for (const auto& found : session.outcome().cases) {
      if (found) session.log(found->findings);
    }
    *out_count = session.outcome().cases.size();
  });
}

int32_t dosegate_case_get(dosegate_session handle, size_t case_index,
                          dosegate_case_info* out) noexcept {
  return call(handle, [&](Session& session) {
    const auto& found = case_at(session, case_index);
    dosegate_case_info info{};
    info.refusal = info.patient_id = info.plan_label = info.plan_uid = "";
    if (!found) {
      info.status = static_cast<int32_t>(found.error().code);
      info.refusal = session.keep(to_text(found.error()));
      fill(out, info);
      return;
    }
    info.patient_id = session.keep(printable(found->patient_id));
    if (found->plan) {
      info.plan_label = session.keep(printable(found->plan->label));
      info.plan_uid = session.keep(printable(found->plan->sop_instance_uid));
      info.fractions = found->plan->fractions.value_or(0);
      info.prescription_gy = found->plan->prescription_gy.value_or(0.0);
    }
    info.has_structures = found->structures ? 1 : 0;
    info.roi_count = found->structures ? found->structures->rois.size() : 0;
    info.dose_count = found->doses.size();
    info.input_count = found->inputs.size();
    info.finding_count = found->findings.size();
    fill(out, info);
  });
}

int32_t dosegate_case_roi(dosegate_session handle, size_t case_index, size_t index,
                          dosegate_roi_info* out) noexcept {
  return call(handle, [&](Session& session) {
    const model::Case& found = good_case_at(session, case_index);
    require_argument(found.structures.has_value(), "The case has no structures.");
    const model::Roi& roi = item(found.structures->rois, index);
    dosegate_roi_info info{};
    info.number = roi.number;
    info.name = session.keep(printable(roi.name));
    info.interpreted_type = session.keep(printable(roi.interpreted_type));
    info.contours = roi.contours.size();
    for (const model::Contour& contour : roi.contours) {
      info.closed_contours += contour.type == model::ContourType::ClosedPlanar ||
                              contour.type == model::ContourType::ClosedPlanarXor;
    }
    const auto advice = protocol::tg263_advice(roi.name);
    info.tg263 = session.keep(advice ? printable(advice->name) : "");
    info.tg263_how = session.keep(advice ? advice->how : "");
    fill(out, info);
  });
}

int32_t dosegate_case_dose(dosegate_session handle, size_t case_index, size_t index,
                           dosegate_dose_info* out) noexcept {
  return call(handle, [&](Session& session) {
    const model::Dose& dose = item(good_case_at(session, case_index).doses, index);
    dosegate_dose_info info{};
    info.source = session.keep(printable(dose.source));
    info.type = dose_type_text(dose.type);
    info.summation = summation_text(dose.summation);
    for (int a = 0; a < 3; ++a) info.voxels[a] = dose.grid.size(a);
    info.maximum_gy = dose.grid.maximum_gy();
    fill(out, info);
  });
}

int32_t dosegate_case_input(dosegate_session handle, size_t case_index, size_t index,
                            dosegate_input_info* out) noexcept {
  return call(handle, [&](Session& session) {
    const model::InputFile& input = item(good_case_at(session, case_index).inputs, index);
    dosegate_input_info info{};
    info.path = session.keep(printable(input.path));
    info.sop_class = session.keep(printable(input.sop_class));
    info.sop_instance_uid = session.keep(printable(input.sop_instance_uid));
    info.sha256 = session.keep(input.sha256);
    fill(out, info);
  });
}

int32_t dosegate_case_finding(dosegate_session handle, size_t case_index, size_t index,
                              dosegate_finding* out) noexcept {
  return call(handle, [&](Session& session) {
    const Finding& finding = item(good_case_at(session, case_index).findings, index);
    fill(out,
         finding_view(finding, [&](std::string text) { return session.keep(std::move(text)); }));
  });
}

int32_t dosegate_read_finding_count(dosegate_session handle, size_t* out) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(out != nullptr, "An out-parameter is NULL.");
    *out = session.outcome().findings.size();
  });
}

int32_t dosegate_read_finding(dosegate_session handle, size_t index,
                              dosegate_finding* out) noexcept {
  return call(handle, [&](Session& session) {
    const Finding& finding = item(session.outcome().findings, index);
    fill(out,
         finding_view(finding, [&](std::string text) { return session.keep(std::move(text)); }));
  });
}

}  // extern "C"
