#include "dicom/read_case.h"

#include <fmt/format.h>

#include <map>

#include "base/sha256.h"
#include "base/text.h"
#include "dicom/dicom_file.h"
#include "dicom/file_scan.h"
#include "dicom/link_cases.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

Result<ObjectSource> read_source(const RtFile& found, const DicomFile& file) {
  const Attributes root = file.root();
  ObjectSource source;
  source.kind = found.kind;
  source.findings = found.findings;
  source.patient_id = root.name(tag::kPatientId);
  source.frame_of_reference_uid = root.text(tag::kFrameOfReferenceUid);
  auto sha256 = sha256_of_file(found.path);
  if (!sha256) return tl::unexpected<Error>(sha256.error());
  source.file = {
      found.path,         sop_class_name(found.kind),         root.text(tag::kSopInstanceUid),
      std::move(*sha256), root.text(tag::kSeriesInstanceUid), root.text(tag::kStudyInstanceUid)};
  return source;
}

// Reads one file into `objects`. The file is closed, and its memory freed, on return.
Result<void> read_object(const RtFile& found, RtObjects& objects) {
  const auto file = DicomFile::load(found.path, DicomFile::Extent::Whole);
  if (!file) return tl::unexpected<Error>(file.error());
  auto source = read_source(found, *file);
  if (!source) return tl::unexpected<Error>(source.error());
  switch (found.kind) {
    case ObjectKind::Plan:
    case ObjectKind::IonPlan: {
      auto plan = read_plan(*file, *source);
      objects.plans.push_back(
          {std::move(*source), std::move(plan), file->root().name(tag::kPlanLabel)});
      return {};
    }
    case ObjectKind::Structures: {
      auto structures = read_structures(*file, *source);
      objects.structures.push_back({std::move(*source), std::move(structures)});
      return {};
    }
    case ObjectKind::Dose: {
      auto header = read_dose_header(*file, *source);
      if (!header) return tl::unexpected<Error>(header.error());
      objects.doses.push_back({std::move(*source), std::move(*header)});
      return {};
    }
  }
  throw InternalError("unknown kind of RT object");
}

// The first file of each SOP Instance UID, and another one that carries it with other content.
struct FirstFile {
  model::InputFile file;
  std::string conflicting_path;
};
using FirstFiles = std::map<std::string, FirstFile>;

template <class Object>
void note_files(const std::vector<Object>& objects, FirstFiles& first_files) {
  for (const Object& object : objects) {
    const model::InputFile& file = object.source.file;
    if (file.sop_instance_uid.empty()) continue;
    FirstFile& first =
        first_files.try_emplace(file.sop_instance_uid, FirstFile{file, {}}).first->second;
    if (first.conflicting_path.empty() && first.file.sha256 != file.sha256) {
      first.conflicting_path = file.path;
    }
  }
}

// Keeps the first file of each UID. Where another one differs, the kept one is marked, because
// nobody can tell which of the two is right.
template <class Object>
void keep_first(const FirstFiles& first_files, std::vector<Object>& objects, Findings& findings) {
  for (Object& object : objects) {
    const auto entry = first_files.find(object.source.file.sop_instance_uid);
    if (entry != first_files.end()) object.source.conflicting_path = entry->second.conflicting_path;
  }
  std::erase_if(objects, [&](const Object& object) {
    const model::InputFile& file = object.source.file;
    const auto entry = first_files.find(file.sop_instance_uid);
    if (entry == first_files.end()) return false;
    const FirstFile& first = entry->second;
    if (first.file.path == file.path) return false;
    const bool same = first.file.sha256 == file.sha256;
    const std::string original = printable(first.file.path);
    findings.push_back(
        {FindingCode::DuplicateObject,
         same ? fmt::format("The file is the same as {}; it was left out.", original)
              : fmt::format(
                    "The file carries the SOP Instance UID of {} and differs from it; neither "
                    "can be used.",
                    original),
         printable(file.path)});
    return true;
  });
}

void filter_duplicates(RtObjects& objects, Findings& findings) {
  FirstFiles first_files;
  note_files(objects.plans, first_files);
  note_files(objects.structures, first_files);
  note_files(objects.doses, first_files);
  keep_first(first_files, objects.plans, findings);
  keep_first(first_files, objects.structures, findings);
  keep_first(first_files, objects.doses, findings);
}

Result<RtObjects> read_objects(ScanOutcome& scan, const StopRequested& stop) {
  RtObjects objects;
  std::size_t done_files = 0;
  for (const RtFile& found : scan.files) {
    if (stops(stop, {"reading", done_files++, scan.files.size()})) {
      return fail(ErrorCode::Cancelled, "Reading was stopped by the caller.");
    }
    const Result<void> done = read_object(found, objects);
    if (done) continue;
    if (found.origin == RtFile::Origin::Named) return tl::unexpected<Error>(done.error());
    scan.findings.push_back(
        {FindingCode::FileUnreadable, done.error().text,
         done.error().where.empty() ? printable(found.path) : done.error().where});
    scan.unreadable.push_back(found.path);
    scan.summary += (scan.summary.empty() ? "" : ", ") + printable(found.path) + " (unreadable)";
  }
  return objects;
}

}  // namespace

Result<ReadOutcome> read_cases(const std::vector<std::string>& paths, const ReadOptions& options) {
  const DcmtkSession session;
  if (const Result<void> usable = check_dictionary(); !usable) {
    return tl::unexpected<Error>(usable.error());
  }
  auto scan = scan_paths(paths, options.stop);
  if (!scan) return tl::unexpected<Error>(scan.error());
  auto objects = read_objects(*scan, options.stop);
  if (!objects) return tl::unexpected<Error>(objects.error());
  if (objects->plans.empty() && objects->structures.empty() && objects->doses.empty()) {
    return fail(
        ErrorCode::NoRtObjects,
        fmt::format("There is no RT plan, structure set or dose in what was given, only: {}; "
                    "add the RT files.",
                    scan->summary));
  }
  filter_duplicates(*objects, scan->findings);
  ReadOutcome outcome = link_cases(std::move(*objects), options, scan->unreadable);
  outcome.findings.insert(outcome.findings.begin(), scan->findings.begin(), scan->findings.end());
  return outcome;
}

}  // namespace dosegate::dicom
