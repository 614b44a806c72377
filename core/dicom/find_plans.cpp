#include "dicom/find_plans.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "dicom/dicom_file.h"
#include "dicom/file_scan.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

// An RT file and what links it to others.
struct Linked {
  std::string path;
  ObjectKind kind{};
  std::string uid, patient_id;
  std::string label, date, patient_name;  // of a plan
  std::string structure_set_uid;          // of a plan or dose; empty: it names none
  std::vector<std::string> plan_uids;     // of a dose
};

using Files = std::vector<const Linked*>;

bool is_plan(const Linked& file) {
  return file.kind == ObjectKind::Plan || file.kind == ObjectKind::IonPlan;
}

// Text that names one thing: bytes that cannot be shown are told apart by their hash.
std::string key_of(const std::string& text) {
  constexpr std::size_t kDigits = 12;
  std::string key = printable(text);
  return key == text ? key : fmt::format("{} [{}]", key, sha256_hex(text).substr(0, kDigits));
}

std::string folder_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

DicomFile::Extent extent_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::Structures:
      return DicomFile::Extent::BeforeRois;
    case ObjectKind::Dose:
      return DicomFile::Extent::BeforePixelData;
    default:
      return DicomFile::Extent::Whole;  // what a plan names stands at its end
  }
}

std::string first_referenced(const Attributes& root, const Tag& sequence) {
  const std::vector<Attributes> items = root.items(sequence);
  return items.empty() ? std::string{} : items.front().text(tag::kReferencedSopInstanceUid);
}

Result<Linked> links_of(const RtFile& found) {
  const auto file = DicomFile::load(found.path, extent_of(found.kind));
  if (!file) return tl::unexpected<Error>(file.error());
  const Attributes root = file->root();
  Linked linked;
  linked.path = found.path;
  linked.kind = found.kind;
  linked.uid = root.text(tag::kSopInstanceUid);
  linked.patient_id = root.name(tag::kPatientId);
  if (found.kind == ObjectKind::Structures) return linked;
  linked.structure_set_uid = first_referenced(root, tag::kReferencedStructureSets);
  if (is_plan(linked)) {
    linked.label = root.name(tag::kPlanLabel);
    linked.date = root.text(tag::kPlanDate);
    linked.patient_name = root.name(tag::kPatientName);
    return linked;
  }
  for (const Attributes& item : root.items(tag::kReferencedPlans)) {
    const std::string uid = item.text(tag::kReferencedSopInstanceUid);
    if (!uid.empty()) linked.plan_uids.push_back(uid);
  }
  return linked;
}

class Grouping {
 public:
  explicit Grouping(const std::vector<Linked>& files) : files_(files) {
    for (const Linked& file : files) {
      families_[family_of(file)].push_back(&file);
      if (!file.uid.empty()) by_uid_[file.uid].push_back(&file);
      if (is_plan(file)) plans_[file.uid.empty() ? file.path : file.uid].push_back(&file);
      if (is_plan(file)) patients_[folder_of(file.path)].insert(file.patient_id);
      for (const std::string& uid : file.plan_uids) doses_[uid].push_back(&file);
    }
  }

  FoundPlans group();

 private:
  // All files of a patient; of one without an ID, all of those in its folder.
  static std::string family_of(const Linked& file) {
    return file.patient_id.empty() ? "folder " + folder_of(file.path)
                                   : "patient " + file.patient_id;
  }
  // Files that carry the UID of a structure set; none if there is no such file or no UID.
  [[nodiscard]] Files structures(const std::string& uid) const {
    Files found;
    const auto known = by_uid_.find(uid);
    if (uid.empty() || known == by_uid_.end()) return found;
    for (const Linked* file : known->second) {
      if (file->kind == ObjectKind::Structures) found.push_back(file);
    }
    return found;
  }
  [[nodiscard]] Files files_of(const Files& plan, bool& linked) const;
  [[nodiscard]] bool shares_folder(const Files& plan) const;
  void doses_without_plan(FoundPlans& found) const;

  const std::vector<Linked>& files_;
  std::map<std::string, Files> plans_;  // by key: one file, or several that carry its UID
  std::map<std::string, Files> doses_;  // by the UID of a plan that they name
  std::map<std::string, Files> by_uid_, families_;
  std::map<std::string, std::set<std::string>> patients_;  // that have a plan in a folder
};

// What reading has to look at to choose for this plan as it would among all files of the cohort.
Files Grouping::files_of(const Files& plan, bool& linked) const {
  Files files;
  linked = true;
  for (const Linked* file : plan) {
    const Files sets = structures(file->structure_set_uid);
    const auto named_by = doses_.find(file->uid);
    const bool dosed = !file->uid.empty() && named_by != doses_.end();
    linked = linked && !sets.empty() && dosed;
    files.insert(files.end(), sets.begin(), sets.end());
    if (dosed) files.insert(files.end(), named_by->second.begin(), named_by->second.end());
  }
  for (const Linked* file : plan) {
    const auto known = by_uid_.find(file->uid);
    if (file->uid.empty() || known == by_uid_.end()) {
      files.push_back(file);
    } else {  // with them whatever else carries the plan's UID: reading says that it does
      files.insert(files.end(), known->second.begin(), known->second.end());
    }
    if (linked) continue;
    const Files& family = families_.at(family_of(*file));
    files.insert(files.end(), family.begin(), family.end());
  }
  return files;
}

// Whether plans of several patients lie in the folder of this one.
bool Grouping::shares_folder(const Files& plan) const {
  for (const Linked* file : plan) {
    if (patients_.at(folder_of(file->path)).size() > 1) return true;
  }
  return false;
}

void Grouping::doses_without_plan(FoundPlans& found) const {
  for (const Linked& file : files_) {
    if (file.kind != ObjectKind::Dose) continue;
    const bool named = std::any_of(file.plan_uids.begin(), file.plan_uids.end(),
                                   [&](const std::string& uid) { return plans_.contains(uid); });
    if (named) continue;
    // A dose that names no plan is looked at with those plans of its patient that lack a dose.
    const Files& family = families_.at(family_of(file));
    const bool may_have =
        file.plan_uids.empty() &&
        std::any_of(family.begin(), family.end(), [&](const Linked* other) {
          return is_plan(*other) && (other->uid.empty() || !doses_.contains(other->uid));
        });
    if (may_have) continue;
    found.without.push_back(
        {file.path,
         key_of(file.path),
         {ErrorCode::PlanMissing,
          file.plan_uids.empty()
              ? "The dose names no plan, and no plan of its patient lacks one; add its RT Plan."
              : "The plan that the dose names is not among the files; add it.",
          place(file.path, tag::kReferencedPlans)},
         false});
  }
}

FoundPlans Grouping::group() {
  FoundPlans found;
  std::set<std::string> used;
  for (const auto& [key, plan] : plans_) {
    PlanFiles group;
    group.key = key_of(key);
    group.patient_id = plan.front()->patient_id;
    group.label = plan.front()->label;
    group.uid = plan.front()->uid;
    group.date = plan.front()->date;
    group.patient_name = plan.front()->patient_name;
    for (const Linked* file : plan) group.plan_files.push_back(file->path);
    group.shares_folder = shares_folder(plan);
    std::set<std::string> paths;
    for (const Linked* file : files_of(plan, group.linked)) paths.insert(file->path);
    group.files.assign(paths.begin(), paths.end());
    used.insert(paths.begin(), paths.end());
    found.plans.push_back(std::move(group));
  }
  for (const Linked& file : files_) {
    if (file.kind == ObjectKind::Structures && !used.contains(file.path)) {
      ++found.structure_sets_unused;
    }
  }
  doses_without_plan(found);
  return found;
}

// A file that cannot be read may belong to any plan beside it.
void tell_neighbours(FoundPlans& found) {
  std::map<std::string, std::vector<const NoPlan*>> by_folder;
  for (const NoPlan& file : found.without) {
    if (file.unreadable) by_folder[folder_of(file.path)].push_back(&file);
  }
  if (by_folder.empty()) return;
  for (PlanFiles& plan : found.plans) {
    std::set<std::string> folders;
    for (const std::string& path : plan.files) folders.insert(folder_of(path));
    for (const std::string& folder : folders) {
      const auto beside = by_folder.find(folder);
      if (beside == by_folder.end()) continue;
      for (const NoPlan* file : beside->second) {
        plan.findings.push_back(
            {FindingCode::FileUnreadable, file->error.text, printable(file->path)});
      }
    }
  }
}

// Why a file could not be read, as scanning found it.
Error reason_of(const std::string& path, const Findings& findings) {
  for (const Finding& finding : findings) {
    if (finding.code == FindingCode::FileUnreadable && finding.where == printable(path)) {
      return {ErrorCode::FileUnreadable, finding.text, finding.where};
    }
  }
  return {ErrorCode::FileUnreadable, "The file cannot be read.", printable(path)};
}

FoundPlans plans_among(const std::vector<Linked>& files, const std::vector<NoPlan>& unreadable,
                       std::size_t others) {
  FoundPlans found = Grouping(files).group();
  found.without.insert(found.without.end(), unreadable.begin(), unreadable.end());
  std::sort(found.without.begin(), found.without.end(),
            [](const NoPlan& a, const NoPlan& b) { return a.path < b.path; });
  tell_neighbours(found);
  found.other_files = others;
  return found;
}

}  // namespace

Result<FoundPlans> find_plans(const std::vector<std::string>& paths, const StopRequested& stop) {
  const DcmtkSession session;
  if (const Result<void> usable = check_dictionary(); !usable) {
    return tl::unexpected<Error>(usable.error());
  }
  const auto scan = scan_paths(paths, stop);
  if (!scan) return tl::unexpected<Error>(scan.error());
  std::vector<NoPlan> unreadable;
  for (const std::string& path : scan->unreadable) {
    unreadable.push_back({path, key_of(path), reason_of(path, scan->findings), true});
  }
  std::vector<Linked> files;
  std::size_t looked_at = 0;
  for (const RtFile& file : scan->files) {
    if (stops(stop, {"linking", looked_at++, scan->files.size()})) {
      return fail(ErrorCode::Cancelled, "Looking for plans was stopped by the caller.");
    }
    auto linked = links_of(file);
    if (linked) {
      files.push_back(std::move(*linked));
    } else {
      unreadable.push_back({file.path, key_of(file.path), linked.error(), true});
    }
  }
  return plans_among(files, unreadable, scan->others);
}

struct PlanIndex::Files {
  std::map<std::string, Linked> linked;      // by path
  std::map<std::string, NoPlan> unreadable;  // by path
  std::set<std::string> others;
};

PlanIndex::PlanIndex() : files_(std::make_unique<Files>()) {}
PlanIndex::PlanIndex(PlanIndex&&) noexcept = default;
PlanIndex& PlanIndex::operator=(PlanIndex&&) noexcept = default;
PlanIndex::~PlanIndex() = default;

void PlanIndex::look_at(const std::string& path) {
  forget(path);
  const DcmtkSession session;
  const ScanOutcome scan = scan_file(path);
  if (!scan.unreadable.empty()) {
    files_->unreadable[path] = {path, key_of(path), reason_of(path, scan.findings), true};
    return;
  }
  if (scan.files.empty()) {
    files_->others.insert(path);
    return;
  }
  auto linked = links_of(scan.files.front());
  if (linked) {
    files_->linked[path] = std::move(*linked);
  } else {
    files_->unreadable[path] = {path, key_of(path), linked.error(), true};
  }
}

void PlanIndex::forget(const std::string& path) {
  files_->linked.erase(path);
  files_->unreadable.erase(path);
  files_->others.erase(path);
}

FoundPlans PlanIndex::plans() const {
  std::vector<Linked> linked;
  for (const auto& [path, file] : files_->linked) linked.push_back(file);
  std::vector<NoPlan> unreadable;
  for (const auto& [path, file] : files_->unreadable) unreadable.push_back(file);
  return plans_among(linked, unreadable, files_->others.size());
}

Result<void> check_object(const std::string& path) {
  PlanIndex index;
  index.look_at(path);
  const FoundPlans found = index.plans();
  if (found.other_files > 0) {
    return fail(ErrorCode::NoRtObjects, "The file is no RT plan, structure set or dose.",
                printable(path));
  }
  for (const NoPlan& file : found.without) {
    if (file.unreadable) return tl::unexpected<Error>(file.error);
  }
  return {};
}

Result<ReadOutcome> read_plan_files(const PlanFiles& plan, const StopRequested& stop) {
  ReadOptions options;
  options.stop = stop;
  options.only_plans = plan.plan_files;
  auto outcome = read_cases(plan.files, options);
  if (!outcome) return outcome;
  if (outcome->cases.size() != 1) {
    return fail(ErrorCode::FileUnreadable,
                "The plan is not in the file any more in which it was found; start again.",
                printable(plan.plan_files.front()));
  }
  outcome->findings.insert(outcome->findings.end(), plan.findings.begin(), plan.findings.end());
  return outcome;
}

}  // namespace dosegate::dicom
