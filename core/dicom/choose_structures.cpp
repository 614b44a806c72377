#include "dicom/choose_structures.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

using Sets = std::vector<StructureObject>;

const StructureObject* find(const Sets& sets, const std::string& uid) {
  if (uid.empty()) return nullptr;
  const auto found = std::find_if(sets.begin(), sets.end(), [&](const StructureObject& set) {
    return set.source.file.sop_instance_uid == uid;
  });
  return found == sets.end() ? nullptr : &*found;
}

Result<const StructureObject*> only_one_in_frame(const Sets& sets, const StructureRequest& request,
                                                 const std::string& where) {
  std::vector<const StructureObject*> fitting;
  std::string paths;
  for (const StructureObject& set : sets) {
    const std::string& frame = request.frame_of_reference_uid;
    if (frame.empty() || set.source.frame_of_reference_uid != frame) continue;
    fitting.push_back(&set);
    paths += (paths.empty() ? "" : ", ") + printable(set.source.file.path);
  }
  if (fitting.size() == 1) return fitting[0];
  if (fitting.size() > 1) {
    return fail(
        ErrorCode::StructuresAmbiguous,
        fmt::format("{} structure sets share the frame of reference, and nothing says which "
                    "one the plan was made on; leave only the right one.",
                    fitting.size()),
        paths);
  }
  return fail(ErrorCode::StructuresMissing,
              "There is no structure set that this plan or dose names, nor one in its frame of "
              "reference; add the structure set it was made on.",
              where);
}

}  // namespace

Result<StructureChoice> choose_structures(const Sets& sets, const StructureRequest& request) {
  StructureChoice choice;
  choice.set = find(sets, request.uid_in_plan);
  if (choice.set != nullptr) return choice;

  const std::string where = place(request.path, tag::kReferencedStructureSets);
  bool named = !request.uid_in_plan.empty();
  for (const std::string& uid : request.uids_in_doses) {
    named = named || !uid.empty();
    if (choice.set == nullptr) choice.set = find(sets, uid);
  }
  if (choice.set != nullptr && request.asking == StructureRequest::Asking::Dose) return choice;
  const bool by_dose = choice.set != nullptr;
  if (!by_dose) {
    if (named && request.unreadable_files > 0) {
      return fail(
          ErrorCode::StructuresMissing,
          "The structure set that this plan or dose names is not among the files that could "
          "be read; add it.",
          where);
    }
    const auto only = only_one_in_frame(sets, request, where);
    if (!only) return tl::unexpected<Error>(only.error());
    choice.set = *only;
    choice.by = StructureChoice::By::Frame;
  }
  if (by_dose ? !request.uid_in_plan.empty() : named) {
    choice.findings.push_back({FindingCode::ReferenceEmpty,
                               "The structure set that is named is not among the files.", where});
  }
  choice.findings.push_back(
      {FindingCode::LinkAssumed,
       fmt::format("{} was taken as the structure set: {}.",
                   printable(choice.set->source.file.path),
                   by_dose ? "the dose names it" : "the only one in the same frame of reference"),
       where});
  return choice;
}

}  // namespace dosegate::dicom
