#include "dicom/link_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/text.h"
#include "dicom/choose_dose.h"
#include "dicom/choose_structures.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using Doses = std::vector<const DoseObject*>;

// The parts of one case before its doses are loaded.
struct Draft {
  const PlanObject* plan = nullptr;
  const StructureObject* structures = nullptr;
  DoseChoice doses;
  Findings findings;  // of linking
  // Objects hang together by UIDs alone; an absent frame of reference is then no reason to refuse.
  bool structures_by_uid = false;
  bool doses_by_uid = false;
};

std::string path_of(const ObjectSource& source) {
  return printable(source.file.path);
}

class Linker {
 public:
  Linker(RtObjects& objects, const ReadOptions& options, const std::vector<std::string>& unreadable)
      : objects_(objects), options_(options), unreadable_(unreadable) {}

  ReadOutcome link();

 private:
  using SortKey = std::tuple<std::string, std::string, std::string>;  // label, UID, path

  Result<model::Case> link_plan(const PlanObject& plan);
  Result<model::Case> link_without_plan(const Doses& doses);
  Doses doses_of_plan(const PlanObject& plan, Draft& draft) const;
  Result<void> choose(const Doses& candidates, const model::Plan* plan, Draft& draft);
  Result<void> find_structures(Draft& draft);
  Result<void> check_draft(Draft& draft) const;
  Result<void> check_patients(Draft& draft) const;
  Result<void> check_frames(Draft& draft) const;
  Result<void> missing(ErrorCode code, const std::string& text, const std::string& where,
                       Findings& findings) const;
  Result<model::Case> build(Draft& draft);
  void hand_over_structures();
  void report_unused_dose(const UnusedDose& unused, Findings& findings) const;
  void report_unclaimed();
  void link_all_without_plan();
  void add(SortKey key, Result<model::Case> result) {
    cases_.push_back({std::move(key), std::move(result), std::exchange(built_with_, nullptr)});
  }
  void claim(const ObjectSource& source) { claimed_.insert(&source); }

  // A case without its structures yet, and the object that has them.
  struct LinkedCase {
    SortKey key;
    Result<model::Case> result;
    StructureObject* structures = nullptr;
  };

  RtObjects& objects_;
  const ReadOptions& options_;
  const std::vector<std::string>& unreadable_;
  std::set<const ObjectSource*> claimed_;  // looked up only, never walked: addresses have no order
  std::vector<LinkedCase> cases_;
  StructureObject* built_with_ = nullptr;  // of the case that was built last
  Findings findings_;
};

std::vector<const ObjectSource*> sources_of(const Draft& draft) {
  std::vector<const ObjectSource*> sources;
  if (draft.plan != nullptr) sources.push_back(&draft.plan->source);
  if (draft.structures != nullptr) sources.push_back(&draft.structures->source);
  for (const DoseObject* dose : draft.doses.used) sources.push_back(&dose->source);
  return sources;
}

// A part that is missing refuses the case, unless the caller takes what is there: then it is a
// finding.
Result<void> Linker::missing(ErrorCode code, const std::string& text, const std::string& where,
                             Findings& findings) const {
  if (options_.need == ReadOptions::Need::Nothing) {
    findings.push_back({FindingCode::ObjectUnused, text, where});
    return {};
  }
  std::string full = text;
  for (const std::string& path : unreadable_) {
    full += (&path == &unreadable_.front() ? " Could not be read: " : ", ") + printable(path);
  }
  if (!unreadable_.empty()) full += ".";
  return fail(code, std::move(full), where);
}

// The doses that name the plan; if there are none and it is the only plan, those that name no plan.
Doses Linker::doses_of_plan(const PlanObject& plan, Draft& draft) const {
  Doses named;
  Doses nameless;
  for (const DoseObject& dose : objects_.doses) {
    const std::vector<std::string>& uids = dose.header.plan_uids;
    const std::string& uid = plan.source.file.sop_instance_uid;
    if (!uid.empty() && std::find(uids.begin(), uids.end(), uid) != uids.end())
      named.push_back(&dose);
    if (uids.empty()) nameless.push_back(&dose);
  }
  draft.doses_by_uid = !named.empty();
  if (!named.empty() || objects_.plans.size() != 1) return named;
  // An assumed link must at least not contradict the frames of reference.
  const std::string& frame = plan.source.frame_of_reference_uid;
  std::erase_if(nameless, [&](const DoseObject* dose) {
    const std::string& own = dose->source.frame_of_reference_uid;
    return !frame.empty() && !own.empty() && own != frame;
  });
  for (const DoseObject* dose : nameless) {
    draft.findings.push_back({FindingCode::LinkAssumed,
                              "The dose names no plan; it was taken as the dose of the only plan.",
                              place(dose->source.file.path, tag::kReferencedPlans)});
  }
  return nameless;
}

Result<void> Linker::choose(const Doses& candidates, const model::Plan* plan, Draft& draft) {
  for (const DoseObject* dose : candidates) claim(dose->source);
  auto choice = choose_doses(candidates, plan);
  if (!choice) {
    const Error& error = choice.error();
    if (error.code != ErrorCode::DoseIncomplete) return tl::unexpected<Error>(error);
    return missing(error.code, error.text, error.where, draft.findings);
  }
  draft.doses = std::move(*choice);
  if (!draft.doses.used.empty()) return {};
  const std::string where = draft.plan != nullptr ? path_of(draft.plan->source) : std::string{};
  std::string text = "There is no dose of this plan; add the RT Dose that names it.";
  if (!draft.doses.unused.empty()) {
    text = fmt::format("There is no usable dose of this plan ({}: {}); export a PLAN dose.",
                       path_of(draft.doses.unused[0].dose->source), draft.doses.unused[0].reason);
  }
  return missing(ErrorCode::DoseMissing, text, where, draft.findings);
}

Result<void> Linker::find_structures(Draft& draft) {
  StructureRequest request;
  request.unreadable_files = unreadable_.size();
  if (draft.plan != nullptr) {
    request.path = draft.plan->source.file.path;
    request.uid_in_plan = draft.plan->plan->structure_set_uid;
    request.frame_of_reference_uid = draft.plan->source.frame_of_reference_uid;
  } else {
    request.asking = StructureRequest::Asking::Dose;
    request.path = draft.doses.used.front()->source.file.path;
  }
  for (const DoseObject* dose : draft.doses.used) {
    request.uids_in_doses.push_back(dose->header.structure_set_uid);
    if (request.frame_of_reference_uid.empty()) {
      request.frame_of_reference_uid = dose->source.frame_of_reference_uid;
    }
  }
  const auto choice = choose_structures(objects_.structures, request);
  if (!choice) {
    const Error& error = choice.error();
    return missing(error.code, error.text, error.where, draft.findings);
  }
  draft.structures = choice->set;
  draft.structures_by_uid = choice->by == StructureChoice::By::Uid;
  draft.findings.insert(draft.findings.end(), choice->findings.begin(), choice->findings.end());
  claim(choice->set->source);
  for (const DoseObject* dose : draft.doses.used) {
    const std::string& uid = dose->header.structure_set_uid;
    if (uid.empty() || uid == choice->set->source.file.sop_instance_uid) continue;
    draft.findings.push_back(
        {FindingCode::ReferenceContradicts,
         fmt::format("The dose names another structure set than the one that is used, {}: it may "
                     "have been computed on other contours.",
                     path_of(choice->set->source)),
         place(dose->source.file.path, tag::kReferencedStructureSets)});
  }
  return {};
}

Result<void> Linker::check_patients(Draft& draft) const {
  const ObjectSource* known = nullptr;
  const ObjectSource* nameless = nullptr;
  for (const ObjectSource* source : sources_of(draft)) {
    if (source->patient_id.empty()) {
      nameless = source;
    } else if (known == nullptr) {
      known = source;
    } else if (known->patient_id != source->patient_id) {
      return fail(ErrorCode::PatientMismatch,
                  "Two linked files have different PatientIDs; check whether they belong to one "
                  "patient.",
                  path_of(*known) + ", " + path_of(*source));
    }
  }
  if (known != nullptr && nameless != nullptr) {
    draft.findings.push_back({FindingCode::PatientIdDiffers,
                              "A file has no PatientID while others linked to it have one.",
                              place(nameless->file.path, tag::kPatientId)});
  }
  return {};
}

Result<void> Linker::check_frames(Draft& draft) const {
  const ObjectSource* known = nullptr;
  for (const ObjectSource* source : sources_of(draft)) {
    if (source->frame_of_reference_uid.empty()) continue;
    if (known == nullptr) known = source;
    if (known->frame_of_reference_uid == source->frame_of_reference_uid) continue;
    return fail(
        ErrorCode::FrameOfReferenceMismatch,
        "Two linked files lie in different frames of reference, so structures and dose do not "
        "share one coordinate system; export them from one planning image.",
        path_of(*known) + ", " + path_of(*source));
  }
  if (draft.structures == nullptr) return {};
  for (const DoseObject* dose : draft.doses.used) {
    for (const ObjectSource* source : {&draft.structures->source, &dose->source}) {
      if (!source->frame_of_reference_uid.empty()) continue;
      const std::string where = place(source->file.path, tag::kFrameOfReferenceUid);
      if (!draft.structures_by_uid || (draft.plan != nullptr && !draft.doses_by_uid)) {
        return fail(
            ErrorCode::FrameOfReferenceMismatch,
            "The file names no frame of reference, and no UID links it, so nothing says that "
            "structures and dose share one coordinate system; export it again.",
            where);
      }
      draft.findings.push_back(
          {FindingCode::LinkAssumed,
           "The file names no frame of reference; that of the objects it is linked "
           "with by UID was assumed.",
           where});
    }
  }
  return {};
}

Result<void> Linker::check_draft(Draft& draft) const {
  for (const ObjectSource* source : sources_of(draft)) {
    if (source->conflicting_path.empty()) continue;
    return fail(
        ErrorCode::ObjectConflicting,
        "Two files carry the same SOP Instance UID and differ in content; leave only the right "
        "one.",
        path_of(*source) + ", " + printable(source->conflicting_path));
  }
  if (draft.structures != nullptr && !draft.structures->structures) {
    return tl::unexpected<Error>(draft.structures->structures.error());
  }
  if (const Result<void> done = check_patients(draft); !done) return done;
  return check_frames(draft);
}

void Linker::report_unused_dose(const UnusedDose& unused, Findings& findings) const {
  findings.push_back({FindingCode::ObjectUnused,
                      fmt::format("The dose is not used: {}.", unused.reason),
                      path_of(unused.dose->source)});
  if (unused.dose->header.summation != model::DoseSummation::Beam) return;
  // Some systems write an empty dose for all beams beside those of the single beams.
  const Result<LoadedDose> loaded = load_dose(*unused.dose);
  if (!loaded) return;
  for (const Finding& finding : loaded->findings) {
    if (finding.code == FindingCode::DoseAllZero) findings.push_back(finding);
  }
}

Result<model::Case> Linker::build(Draft& draft) {
  if (const Result<void> checked = check_draft(draft); !checked) {
    return tl::unexpected<Error>(checked.error());
  }
  model::Case result;
  for (const ObjectSource* source : sources_of(draft)) {
    result.inputs.push_back(source->file);
    result.findings.insert(result.findings.end(), source->findings.begin(), source->findings.end());
    if (result.patient_id.empty()) result.patient_id = source->patient_id;
  }
  std::sort(result.inputs.begin(), result.inputs.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  for (const DoseObject* dose : draft.doses.used) {
    Result<LoadedDose> loaded = load_dose(*dose);
    if (!loaded) return tl::unexpected<Error>(loaded.error());
    result.findings.insert(result.findings.end(), loaded->findings.begin(), loaded->findings.end());
    result.doses.push_back(std::move(loaded->dose));
  }
  if (draft.plan != nullptr) result.plan = *draft.plan->plan;
  // The objects are in hand as const while cases are linked; this one is among them.
  for (StructureObject& set : objects_.structures) {
    if (&set == draft.structures) built_with_ = &set;
  }
  for (const Findings* more : {&draft.doses.findings, &draft.findings}) {
    result.findings.insert(result.findings.end(), more->begin(), more->end());
  }
  for (const UnusedDose& unused : draft.doses.unused) report_unused_dose(unused, result.findings);
  return result;
}

Result<model::Case> Linker::link_plan(const PlanObject& plan) {
  claim(plan.source);
  Draft draft;
  draft.plan = &plan;
  const Doses candidates = doses_of_plan(plan, draft);
  for (const DoseObject* dose : candidates) claim(dose->source);
  if (!plan.plan) return tl::unexpected<Error>(plan.plan.error());
  // Even where the case is refused before its structures are looked for, they are not without a
  // plan.
  for (const StructureObject& set : objects_.structures) {
    const std::string& uid = set.source.file.sop_instance_uid;
    if (!uid.empty() && uid == plan.plan->structure_set_uid) claim(set.source);
  }
  if (const auto done = choose(candidates, &*plan.plan, draft); !done) {
    return tl::unexpected<Error>(done.error());
  }
  if (const auto done = find_structures(draft); !done) return tl::unexpected<Error>(done.error());
  return build(draft);
}

Result<model::Case> Linker::link_without_plan(const Doses& doses) {
  Draft draft;
  for (const DoseObject* dose : doses) claim(dose->source);
  for (const DoseObject* dose : doses) {
    if (dose->header.plan_uids.empty()) continue;
    if (!unreadable_.empty()) {  // what could not be read may be that very plan
      const auto done =
          missing(ErrorCode::PlanMissing,
                  "The plan that the dose names is not among the files that could be read; add it.",
                  place(dose->source.file.path, tag::kReferencedPlans), draft.findings);
      if (!done) return tl::unexpected<Error>(done.error());
      continue;
    }
    draft.findings.push_back({FindingCode::ReferenceEmpty,
                              "The plan that the dose names is not among the files.",
                              place(dose->source.file.path, tag::kReferencedPlans)});
  }
  if (const auto done = choose(doses, nullptr, draft); !done) {
    return tl::unexpected<Error>(done.error());
  }
  if (!draft.doses.used.empty()) {
    if (const auto done = find_structures(draft); !done) return tl::unexpected<Error>(done.error());
  }
  return build(draft);
}

// No plan at all: each dose (the doses of one absent plan together) is a case of its own.
void Linker::link_all_without_plan() {
  std::map<std::string, Doses> groups;
  for (const DoseObject& dose : objects_.doses) {
    const std::vector<std::string>& uids = dose.header.plan_uids;
    groups[uids.empty() ? "file " + dose.source.file.path : "plan " + uids.front()].push_back(
        &dose);
  }
  for (const auto& [key, doses] : groups) {
    const ObjectSource& first = doses.front()->source;
    add({"", first.file.sop_instance_uid, first.file.path}, link_without_plan(doses));
  }
  if (!groups.empty()) return;
  for (const StructureObject& set : objects_.structures) {
    Draft draft;
    draft.structures = &set;
    claim(set.source);
    const auto done =
        missing(ErrorCode::DoseMissing, "There is a structure set but no dose; add the RT Dose.",
                path_of(set.source), draft.findings);
    add({"", set.source.file.sop_instance_uid, set.source.file.path},
        done ? build(draft) : Result<model::Case>(tl::unexpected<Error>(done.error())));
  }
}

void Linker::report_unclaimed() {
  const auto report = [&](const ObjectSource& source, const std::string& why) {
    if (claimed_.contains(&source)) return;
    findings_.push_back({FindingCode::ObjectUnused,
                         fmt::format("This {} belongs to no plan that was read{}.",
                                     sop_class_name(source.kind), why),
                         path_of(source)});
  };
  for (const StructureObject& set : objects_.structures) report(set.source, "");
  for (const DoseObject& dose : objects_.doses) {
    report(dose.source, dose.header.plan_uids.empty()
                            ? ": it names none"
                            : ": the plan it names is not among the files");
  }
}

// Contours are the largest part of a case: copied only where another case wants them too.
void Linker::hand_over_structures() {
  std::map<const StructureObject*, std::size_t> wanted;  // looked up only
  for (const LinkedCase& linked : cases_) ++wanted[linked.structures];
  for (LinkedCase& linked : cases_) {
    if (linked.structures == nullptr) continue;
    model::StructureSet& set = *linked.structures->structures;
    if (--wanted[linked.structures] > 0) {
      linked.result->structures = set;
    } else {
      linked.result->structures = std::move(set);
    }
  }
}

ReadOutcome Linker::link() {
  const std::vector<std::string>& only = options_.only_plans;
  for (const PlanObject& plan : objects_.plans) {
    if (!only.empty() && std::find(only.begin(), only.end(), plan.source.file.path) == only.end()) {
      continue;
    }
    add({plan.label, plan.source.file.sop_instance_uid, plan.source.file.path}, link_plan(plan));
  }
  if (objects_.plans.empty()) link_all_without_plan();
  if (only.empty()) report_unclaimed();
  hand_over_structures();
  std::sort(cases_.begin(), cases_.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  ReadOutcome outcome;
  for (LinkedCase& linked : cases_) outcome.cases.push_back(std::move(linked.result));
  outcome.findings = std::move(findings_);
  return outcome;
}

}  // namespace

ReadOutcome link_cases(RtObjects&& objects, const ReadOptions& options,
                       const std::vector<std::string>& unreadable) {
  return Linker(objects, options, unreadable).link();
}

}  // namespace dosegate::dicom
