// Whether a plan that was checked before need not be checked again.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "batch/journal.h"
#include "dicom/find_plans.h"
#include "evaluation/pseudonyms.h"

namespace dosegate::batch {

/// Path -> SHA-256 of files whose hash is known already.
using KnownHashes = std::map<std::string, std::string>;

/// The plan's files, and the context.yaml beside it if there is one, by path. Errors: FileUnreadable.
[[nodiscard]] Result<std::vector<HashedFile>> hashed_inputs(const dicom::PlanFiles& plan,
                                                            const KnownHashes& known = {});

/// SHA-256 of all that a plan's result depends on: its files by path and content, what lies beside them, the
/// program's version and the settings of the batch. With `key` it is hashed once more under it: who has the files
/// cannot find out by it which plan is theirs.
[[nodiscard]] std::string fingerprint_of(const dicom::PlanFiles& plan,
                                         const std::vector<HashedFile>& inputs,
                                         const BatchIdentity& identity,
                                         const std::optional<evaluation::DeidentifyKey>& key = {});

/// True if every file of the entry lies in `folder` with the content that was written.
[[nodiscard]] bool outputs_are_there(const std::string& folder, const JournalEntry& entry);

/// 1..`shards`: in which part of a batch that is split over machines a plan of that key is checked.
[[nodiscard]] unsigned shard_of(const std::string& key, unsigned shards);

}  // namespace dosegate::batch
