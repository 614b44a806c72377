// Parts of a batch -> one.
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <utility>

#include "base/sha256.h"
#include "base/text.h"
#include "base/whole_file.h"
#include "batch/cohort_tables.h"
#include "batch/journal.h"
#include "batch/run_batch.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;

tl::unexpected<Error> no_part(const std::string& folder, std::string text) {
  return fail(ErrorCode::OptionInvalid, std::move(text), printable(folder));
}

// Copies a file that was written whole; false with what it holds now where that is not what was written.
Result<void> copy_output(const fs::path& from, const fs::path& to, const std::string& sha256) {
  std::ifstream file(from, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || sha256_hex(bytes) != sha256) {
    return fail(ErrorCode::FileUnreadable,
                "The file is not what the part's journal says (changed or taken away); run that "
                "part again, then "
                "merge.",
                printable(from.string()));
  }
  return write_whole_file(to.string(), bytes);
}

class Merge {
 public:
  Merge(const std::vector<std::string>& parts, const std::string& out, const BatchHost& host)
      : parts_(parts), out_(out), host_(host) {}
  Result<BatchCounts> run();

 private:
  struct Part {
    std::string folder;
    Journal journal;
    BatchIdentity identity;
  };
  Result<Part> opened(const std::string& folder) const;
  Result<void> check_identity(const BatchIdentity& identity, const std::string& folder);
  Result<void> check_complete() const;
  Result<void> copy(const JournalEntry& entry, const std::string& folder, Journal& journal);

  const std::vector<std::string>& parts_;
  const std::string& out_;
  const BatchHost& host_;
  std::optional<BatchIdentity> first_;
  std::set<std::string> shards_;  // that were given
};

Result<Merge::Part> Merge::opened(const std::string& folder) const {
  std::error_code ignored;
  // Opening would begin a journal where there is none.
  if (!fs::exists(fs::path(folder) / kJournalName, ignored)) {
    return no_part(folder,
                   "There is no results.sqlite of a batch in this folder; name folders that "
                   "`dosegate batch --shard` wrote.");
  }
  if (!fs::exists(fs::path(folder) / kSummaryName, ignored)) {
    return no_part(
        folder, "The batch in this folder is not complete; run it again, it goes on where it was.");
  }
  auto journal = Journal::open(folder);
  if (!journal) return tl::unexpected<Error>(journal.error());
  const auto identity = journal->identity();
  if (!identity) return tl::unexpected<Error>(identity.error());
  if (!*identity)
    return no_part(folder, "The journal of the batch in this folder does not say what it is.");
  return Part{folder, std::move(*journal), **identity};
}

Result<void> Merge::check_identity(const BatchIdentity& identity, const std::string& folder) {
  const auto count = [](const std::string& shard) { return shard.substr(shard.find('/') + 1); };
  if (!first_) first_ = identity;
  if (identity.software_version != first_->software_version ||
      identity.settings != first_->settings || count(identity.shard) != count(first_->shard)) {
    return no_part(
        folder,
        "The folder holds a part of another batch: the version, the protocols, the options or the "
        "number of parts differ; run it again like the others.");
  }
  if (!shards_.insert(identity.shard).second) {
    return no_part(folder, fmt::format("Part {} was given twice.", identity.shard));
  }
  return {};
}

Result<void> Merge::check_complete() const {
  const std::string& shard = first_->shard;
  const auto count = parse_integer(shard.substr(shard.find('/') + 1)).value_or(0);
  std::string missing;
  for (int i = 1; i <= count; ++i) {
    const std::string wanted = fmt::format("{}/{}", i, count);
    if (!shards_.contains(wanted)) missing += (missing.empty() ? "" : ", ") + wanted;
  }
  if (missing.empty()) return {};
  return fail(ErrorCode::OptionInvalid,
              fmt::format("Not all parts of the batch were given: {} missing; a cohort without "
                          "them would look whole.",
                          missing));
}

Result<void> Merge::copy(const JournalEntry& entry, const std::string& folder, Journal& journal) {
  if (!entry.plan.folder.empty()) {
    const fs::path to = fs::path(out_) / entry.plan.folder;
    std::error_code error;
    fs::create_directories(to, error);
    if (error) {
      return fail(ErrorCode::FileUnwritable,
                  fmt::format("The folder cannot be made ({}).", error.message()),
                  printable(to.string()));
    }
    for (const HashedFile& output : entry.outputs) {
      const auto copied = copy_output(fs::path(folder) / entry.plan.folder / output.name,
                                      to / output.name, output.sha256);
      if (!copied) return copied;
    }
  }
  if (const auto entered = journal.enter(entry); !entered) return entered;
  if (host_.done) host_.done({&entry.plan, false});
  return {};
}

Result<BatchCounts> Merge::run() {
  if (parts_.empty())
    return fail(ErrorCode::NoInput, "No folder was given; name the parts of the batch.");
  std::vector<Part> parts;
  for (const std::string& folder : parts_) {
    std::error_code ignored;
    if (fs::equivalent(folder, out_, ignored)) {
      return no_part(folder, "The folder to write to is one of the parts; name another one.");
    }
    for (const std::string& other : parts_) {
      if (&other != &folder && fs::equivalent(folder, other, ignored)) {
        return no_part(folder, "The folder was given twice.");
      }
    }
    auto part = opened(folder);
    if (!part) return tl::unexpected<Error>(part.error());
    if (const auto fits = check_identity(part->identity, folder); !fits)
      return tl::unexpected<Error>(fits.error());
    parts.push_back(std::move(*part));
  }
  if (const auto complete = check_complete(); !complete)
    return tl::unexpected<Error>(complete.error());
  std::error_code error;
  fs::create_directories(out_, error);
  auto journal = Journal::open(out_);
  if (!journal) return tl::unexpected<Error>(journal.error());
  BatchIdentity whole = *first_;
  whole.shard = "1/1";
  // A merge that was interrupted is done again over what it left; anything else stays as it is.
  const auto before = journal->identity();
  if (!before) return tl::unexpected<Error>(before.error());
  const bool own = *before && (*before)->shard == whole.shard &&
                   (*before)->settings == whole.settings &&
                   !fs::exists(fs::path(out_) / kSummaryName, error);
  if (*before && !own) {
    return no_part(out_, "The folder to write to holds a batch already; name an empty one.");
  }
  if (const auto set = journal->set_identity(whole); !set)
    return tl::unexpected<Error>(set.error());
  std::size_t done = 0;
  for (const Part& part : parts) {
    if (stops(host_.stop, {"merging", done++, parts.size()})) {
      return fail(ErrorCode::Cancelled, "Merging was stopped; the parts are as they were.");
    }
    const auto copied = part.journal.each(
        [&](const JournalEntry& entry) { return copy(entry, part.folder, *journal); });
    if (!copied) return tl::unexpected<Error>(copied.error());
  }
  return finish_tables(out_, std::move(*journal));
}

}  // namespace

Result<BatchCounts> merge_batches(const std::vector<std::string>& parts, const std::string& out,
                                  const BatchHost& host) {
  return Merge(parts, out, host).run();
}

}  // namespace dosegate::batch
