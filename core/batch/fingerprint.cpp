#include "batch/fingerprint.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/sha256.h"
#include "protocol/context_file.h"

namespace dosegate::batch {
namespace {

namespace fs = std::filesystem;

// With its length before it, so that two lists of texts never read the same.
void add(std::string& all, const std::string& text) {
  all += std::to_string(text.size()) + ":" + text + "\n";
}

}  // namespace

Result<std::vector<HashedFile>> hashed_inputs(const dicom::PlanFiles& plan,
                                              const KnownHashes& known) {
  std::vector<std::string> paths = plan.files;
  const fs::path context =
      fs::path(plan.plan_files.front()).parent_path() / protocol::kContextFileName;
  std::error_code ignored;
  if (fs::exists(context, ignored)) paths.push_back(context.string());
  std::sort(paths.begin(), paths.end());
  std::vector<HashedFile> inputs;
  for (const std::string& path : paths) {
    const auto there = known.find(path);
    if (there != known.end()) {
      inputs.push_back({path, there->second});
      continue;
    }
    auto hash = sha256_of_file(path);
    if (!hash) return tl::unexpected<Error>(hash.error());
    inputs.push_back({path, std::move(*hash)});
  }
  return inputs;
}

std::string fingerprint_of(const dicom::PlanFiles& plan, const std::vector<HashedFile>& inputs,
                           const BatchIdentity& identity,
                           const std::optional<evaluation::DeidentifyKey>& key) {
  std::string all;
  add(all, identity.software_version);
  add(all, identity.settings);
  for (const HashedFile& input : inputs) {
    add(all, input.name);
    add(all, input.sha256);
  }
  add(all, plan.shares_folder ? "shared folder" : "");
  for (const Finding& finding : plan.findings) {
    add(all, finding.text);
    add(all, finding.where);
  }
  const std::string hash = sha256_hex(all);
  return key ? key->digest("fingerprint", hash) : hash;
}

bool outputs_are_there(const std::string& folder, const JournalEntry& entry) {
  return std::all_of(entry.outputs.begin(), entry.outputs.end(), [&](const HashedFile& output) {
    const auto hash = sha256_of_file((fs::path(folder) / output.name).string());
    return hash && *hash == output.sha256;
  });
}

unsigned shard_of(const std::string& key, unsigned shards) {
  // The first 32 bits of the hash: as good as even, and the same on every machine.
  constexpr std::size_t kDigits = 8;
  const std::string digits = sha256_hex(key).substr(0, kDigits);
  std::uint32_t number = 0;
  constexpr int kHexadecimal = 16;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, kHexadecimal);
  return number % shards + 1;
}

}  // namespace dosegate::batch
