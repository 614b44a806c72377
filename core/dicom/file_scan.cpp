#include "dicom/file_scan.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dctk.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/text.h"
#include "dicom/tags.h"

namespace dosegate::dicom {
namespace {

namespace fs = std::filesystem;

struct Candidate {
  std::string path;
  RtFile::Origin origin{};
};

// What a file's first bytes say.
enum class Looks { Unreadable, NotDicom, Perhaps, Dicom };

Looks look_at(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return Looks::Unreadable;
  std::array<char, 132> head{};
  stream.read(head.data(), static_cast<std::streamsize>(head.size()));
  const std::string_view bytes(head.data(), static_cast<std::size_t>(stream.gcount()));
  if (bytes.size() == head.size() && bytes.substr(128) == "DICM") return Looks::Dicom;
  // Without the preamble a data set begins with group 0002 or 0008, in either byte order.
  const auto starts_with = [&](std::string_view start) { return bytes.substr(0, 2) == start; };
  using namespace std::string_view_literals;
  const bool group = starts_with("\x08\0"sv) || starts_with("\x02\0"sv) ||
                     starts_with("\0\x08"sv) || starts_with("\0\x02"sv);
  return bytes.size() >= 8 && group ? Looks::Perhaps : Looks::NotDicom;
}

// The kind of what is no DICOM at all; every other kind is the name of a SOP class.
constexpr const char* kNoDicom = "";

std::string counted(std::size_t count, const std::string& kind) {
  const std::string files = count == 1 ? "1 file" : fmt::format("{} files", count);
  return kind == kNoDicom ? files + " that cannot be DICOM" : files + " of " + kind;
}

class Scanner {
 public:
  Result<ScanOutcome> scan(const std::vector<std::string>& paths, const StopRequested& stop);
  ScanOutcome scan_one(const std::string& path);

 private:
  Result<void> collect(const std::string& path);
  void collect_folder(const fs::path& folder);
  Result<void> recognise(const Candidate& candidate);
  Result<void> unreadable(const Candidate& candidate, const Error& error);
  void left_out(const std::string& kind, const std::string& path);

  // Keyed by what the file system calls the file, so that one named twice is read once.
  std::map<std::string, Candidate> candidates_;
  std::set<std::string> seen_folders_;
  std::map<std::string, std::vector<std::string>> left_out_;  // by kind
  ScanOutcome outcome_;
};

std::string identity(const fs::path& path) {
  std::error_code error;
  const fs::path canonical = fs::canonical(path, error);
  return error ? path.string() : canonical.string();
}

Result<void> Scanner::collect(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (!fs::exists(status)) {
    return fail(ErrorCode::FileUnreadable, "There is no such file or folder; check the path.",
                printable(path));
  }
  if (fs::is_directory(status)) {
    collect_folder(path);
    return {};
  }
  if (!fs::is_regular_file(status)) {
    return fail(ErrorCode::NotDicom, "This is neither a file nor a folder; name a DICOM file.",
                printable(path));
  }
  Candidate& candidate = candidates_[identity(path)];
  const bool keep =
      candidate.origin == RtFile::Origin::Named && !candidate.path.empty() && candidate.path < path;
  if (!keep) candidate = {path, RtFile::Origin::Named};
  return {};
}

void Scanner::collect_folder(const fs::path& folder) {
  if (!seen_folders_.insert(identity(folder)).second) return;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  std::vector<fs::path> folders;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    std::error_code ignored;
    const bool link = entries->is_symlink(ignored);
    if (entries->is_directory(ignored)) {
      if (!link) folders.push_back(entries->path());
    } else if (entries->is_regular_file(ignored)) {
      candidates_.try_emplace(identity(entries->path()),
                              Candidate{entries->path().string(), RtFile::Origin::InFolder});
    }
  }
  if (error) {
    outcome_.findings.push_back(
        {FindingCode::FileUnreadable,
         fmt::format("A folder cannot be read ({}); what is in it is missing.", error.message()),
         printable(folder.string())});
    outcome_.unreadable.push_back(folder.string());
  }
  for (const fs::path& below : folders) collect_folder(below);
}

void Scanner::left_out(const std::string& kind, const std::string& path) {
  left_out_[kind].push_back(path);
}

// A file that should have been read and was not: the user's own file stops the work.
Result<void> Scanner::unreadable(const Candidate& candidate, const Error& error) {
  if (candidate.origin == RtFile::Origin::Named) return tl::unexpected<Error>(error);
  outcome_.findings.push_back({FindingCode::FileUnreadable, error.text, printable(candidate.path)});
  outcome_.unreadable.push_back(candidate.path);
  return {};
}

std::optional<ObjectKind> kind_of(const std::string& sop_class, const std::string& modality) {
  if (sop_class == UID_RTPlanStorage) return ObjectKind::Plan;
  if (sop_class == UID_RTIonPlanStorage) return ObjectKind::IonPlan;
  if (sop_class == UID_RTStructureSetStorage) return ObjectKind::Structures;
  if (sop_class == UID_RTDoseStorage) return ObjectKind::Dose;
  if (!sop_class.empty()) return std::nullopt;
  if (modality == "RTPLAN") return ObjectKind::Plan;
  if (modality == "RTSTRUCT") return ObjectKind::Structures;
  if (modality == "RTDOSE") return ObjectKind::Dose;
  return std::nullopt;
}

Result<void> Scanner::recognise(const Candidate& candidate) {
  const Looks looks = look_at(candidate.path);
  const bool named = candidate.origin == RtFile::Origin::Named;
  if (looks == Looks::Unreadable) {
    return unreadable(candidate, Error{ErrorCode::FileUnreadable,
                                       "The file cannot be opened; check its permissions.",
                                       printable(candidate.path)});
  }
  constexpr std::string_view kNotDicom =
      "This is no DICOM file; name DICOM files, or the folder they are in.";
  if (looks == Looks::NotDicom) {
    if (named) return fail(ErrorCode::NotDicom, std::string(kNotDicom), printable(candidate.path));
    left_out(kNoDicom, candidate.path);
    return {};
  }
  const Result<DicomFile> file = DicomFile::load(candidate.path, DicomFile::Extent::Header);
  if (!file) {
    if (looks == Looks::Dicom || named) return unreadable(candidate, file.error());
    left_out(kNoDicom, candidate.path);
    return {};
  }
  const std::string sop_class = file->root().text(tag::kSopClassUid);
  const std::string modality = file->root().code(tag::kModality);
  const std::optional<ObjectKind> kind = kind_of(sop_class, modality);
  if (!kind) {
    if (looks == Looks::Perhaps && sop_class.empty() && modality.empty()) {
      if (named)
        return fail(ErrorCode::NotDicom, std::string(kNotDicom), printable(candidate.path));
      left_out(kNoDicom, candidate.path);
      return {};
    }
    const char* class_name = dcmFindNameOfUID(sop_class.c_str());
    left_out(
        class_name != nullptr ? class_name : "an unknown SOP class (" + printable(sop_class) + ")",
        candidate.path);
    return {};
  }
  RtFile found{candidate.path, candidate.origin, *kind, {}};
  if (!file->has_meta_header()) {
    found.findings.push_back({FindingCode::MetaHeaderMissing,
                              "The file has no DICOM meta header; its encoding was recognised from "
                              "its first bytes.",
                              printable(candidate.path)});
  }
  if (sop_class.empty()) {
    found.findings.push_back({FindingCode::SopClassMissing,
                              fmt::format("The file names no SOP class; it was taken for what its "
                                          "Modality {} says.",
                                          modality),
                              place(candidate.path, tag::kSopClassUid)});
  }
  outcome_.files.push_back(std::move(found));
  return {};
}

Result<ScanOutcome> Scanner::scan(const std::vector<std::string>& paths,
                                  const StopRequested& stop) {
  std::vector<std::string> sorted(paths);
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& path : sorted) {
    if (const Result<void> done = collect(path); !done) return tl::unexpected<Error>(done.error());
  }
  std::vector<Candidate> ordered;
  for (auto& [id, candidate] : candidates_) ordered.push_back(std::move(candidate));
  std::sort(ordered.begin(), ordered.end(),
            [](const Candidate& a, const Candidate& b) { return a.path < b.path; });
  if (ordered.empty() && outcome_.unreadable.empty()) {
    return fail(ErrorCode::NoInput,
                paths.empty()
                    ? "No file and no folder was given; name the DICOM files of a plan."
                    : "There is no file in what was given; name the DICOM files of a plan.",
                paths.empty() ? std::string{} : printable(sorted.front()));
  }
  std::size_t looked_at = 0;
  for (const Candidate& candidate : ordered) {
    if (stops(stop, {"looking", looked_at++, ordered.size()})) {
      return fail(ErrorCode::Cancelled, "Reading was stopped by the caller.");
    }
    if (const Result<void> done = recognise(candidate); !done) {
      return tl::unexpected<Error>(done.error());
    }
  }
  for (const auto& [kind, files] : left_out_) {
    outcome_.others += files.size();
    const std::string what = counted(files.size(), kind);
    outcome_.findings.push_back(
        {FindingCode::FileSkipped,
         fmt::format("Left out {}: no RT plan, structure set or dose.", what),
         printable(files.front())});
    outcome_.summary += (outcome_.summary.empty() ? "" : ", ") + what;
  }
  for (const std::string& path : outcome_.unreadable) {
    outcome_.summary += (outcome_.summary.empty() ? "" : ", ") + printable(path) + " (unreadable)";
  }
  return std::move(outcome_);
}

ScanOutcome Scanner::scan_one(const std::string& path) {
  const Result<void> recognised = recognise({path, RtFile::Origin::InFolder});
  require(recognised.has_value(), "a file of a folder never stops the work");
  for (const auto& [kind, files] : left_out_) outcome_.others += files.size();
  return std::move(outcome_);
}

}  // namespace

std::string sop_class_name(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::Plan:
      return "RT Plan Storage";
    case ObjectKind::IonPlan:
      return "RT Ion Plan Storage";
    case ObjectKind::Structures:
      return "RT Structure Set Storage";
    case ObjectKind::Dose:
      return "RT Dose Storage";
  }
  throw InternalError("unknown kind of RT object");
}

Result<ScanOutcome> scan_paths(const std::vector<std::string>& paths, const StopRequested& stop) {
  return Scanner().scan(paths, stop);
}

ScanOutcome scan_file(const std::string& path) {
  return Scanner().scan_one(path);
}

}  // namespace dosegate::dicom
