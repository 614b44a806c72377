// RT objects -> cases, by UID. Private to this room.
#pragma once

#include <string>
#include <vector>

#include "dicom/read_case.h"
#include "dicom/rt_objects.h"

namespace dosegate::dicom {

/// Links the objects, which go into the cases, loads the doses that are used, and says what belongs
/// to no case. `unreadable` are paths that could not be read; a refusal for something missing names
/// them, as it may be in there.
[[nodiscard]] ReadOutcome link_cases(RtObjects&& objects, const ReadOptions& options,
                                     const std::vector<std::string>& unreadable);

}  // namespace dosegate::dicom
