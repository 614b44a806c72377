// Paths -> the RT files below them. Private to this room.
#pragma once

#include <string>
#include <vector>

#include "base/finding.h"
#include "base/progress.h"
#include "base/result.h"
#include "dicom/rt_objects.h"

namespace dosegate::dicom {

/// A file that says it is an RT plan, structure set or dose.
struct RtFile {
  enum class Origin {
    Named,     ///< the user gave this file
    InFolder,  ///< found below a folder he gave
  };
  std::string path;
  Origin origin{};
  ObjectKind kind{};
  Findings findings;
};

struct ScanOutcome {
  std::vector<RtFile> files;            ///< sorted by path, each file once
  Findings findings;                    ///< what was left out, one entry a kind
  std::vector<std::string> unreadable;  ///< paths of files that look like DICOM and cannot be read
  std::size_t others = 0;               ///< files that are no RT plan, structure set or dose
  std::string summary;  ///< what was found beside RT objects, for messages; may be empty
};

/// Finds and recognises; reads no more of a file than its first attributes.
/// Errors: NoInput, FileUnreadable (a named path does not exist or cannot be opened), NotDicom,
/// Cancelled.
[[nodiscard]] Result<ScanOutcome> scan_paths(const std::vector<std::string>& paths,
                                             const StopRequested& stop = {});

/// The same for one file of a folder: what is no RT object is left out.
[[nodiscard]] ScanOutcome scan_file(const std::string& path);

}  // namespace dosegate::dicom
