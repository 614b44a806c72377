#include "evaluation/targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "evaluation/resolve.h"
#include "protocol/names.h"

namespace dosegate::evaluation {
namespace {

using protocol::TargetKind;

constexpr std::size_t kPrefix = 3;  // GTV, CTV, PTV

struct Target {
  std::size_t roi = 0;
  std::string own_name;
};

struct Targets {
  std::vector<Target> found;
  std::vector<std::string> left_out;  // whole sentences
};

std::string own_name_of(std::string_view text) {
  std::string own;
  for (const char c : to_lower_ascii(text)) {
    if (c != ' ' && c != '_' && c != '.' && c != '-') own += c;
  }
  return own;
}

bool begins_like_a_target(const std::string& name) {
  const std::string start = to_lower_ascii(std::string_view(name).substr(0, kPrefix));
  return start == "gtv" || start == "ctv" || start == "ptv";
}

Targets find_targets(const model::StructureSet& structures, TargetKind kind) {
  const auto labels = roi_labels(structures);
  const std::string prefix(protocol::to_text(kind));
  const auto match = protocol::match_glob(prefix, labels, {});
  Targets targets;
  std::vector<std::size_t> doubtful;
  for (const protocol::GlobDoubt& doubt : match.doubts) {
    const bool default_type = doubt.kind == protocol::GlobDoubt::Kind::InterpretedType &&
                              labels[doubt.roi].interpreted_type == "ORGAN";
    if (default_type) continue;
    doubtful.push_back(doubt.roi);
    // A name like "PTV ring" says itself that it is no target; a type that contradicts is a doubt.
    if (doubt.kind == protocol::GlobDoubt::Kind::InterpretedType) {
      targets.left_out.push_back(doubt.text);
    }
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const bool by_name = std::find(match.rois.begin(), match.rois.end(), i) != match.rois.end();
    if (by_name) {
      if (std::find(doubtful.begin(), doubtful.end(), i) != doubtful.end()) continue;
      targets.found.push_back({i, own_name_of(std::string_view(labels[i].name).substr(kPrefix))});
    } else if (labels[i].has_contours && !begins_like_a_target(labels[i].name) &&
               labels[i].interpreted_type == prefix) {
      targets.found.push_back({i, own_name_of(labels[i].name)});
    }
  }
  return targets;
}

// Index into `outer` of the target that `inner` belongs to.
std::optional<std::size_t> owner_of(const Target& inner, const std::vector<Target>& outer) {
  std::optional<std::size_t> owner;
  for (std::size_t i = 0; i < outer.size(); ++i) {
    if (outer[i].own_name != inner.own_name) continue;
    if (owner) return std::nullopt;
    owner = i;
  }
  if (owner || outer.size() != 1) return owner;
  if (inner.own_name.empty() || outer[0].own_name.empty()) return 0;
  return std::nullopt;
}

}  // namespace

TargetPairs pair_targets(const model::StructureSet& structures, TargetKind inner,
                         TargetKind outer) {
  const Targets small = find_targets(structures, inner);
  const Targets large = find_targets(structures, outer);
  const auto name = [&](std::size_t roi) { return printable(structures.rois[roi].name); };
  TargetPairs result;
  result.has_inner = !small.found.empty() || !small.left_out.empty();
  result.has_outer = !large.found.empty() || !large.left_out.empty();
  for (const Targets* targets : {&small, &large}) {
    result.unclear.insert(result.unclear.end(), targets->left_out.begin(), targets->left_out.end());
  }
  std::vector<std::vector<std::size_t>> owned(large.found.size());
  for (const Target& target : small.found) {
    if (const auto owner = owner_of(target, large.found)) {
      owned[*owner].push_back(target.roi);
    } else if (!large.found.empty()) {
      result.unclear.push_back(
          fmt::format("No {} belongs to \"{}\" by its name.", to_text(outer), name(target.roi)));
    }
  }
  for (std::size_t i = 0; i < owned.size(); ++i) {
    if (!owned[i].empty()) {
      result.pairs.push_back({owned[i], large.found[i].roi});
    } else if (!small.found.empty()) {
      result.unclear.push_back(fmt::format("No {} belongs to \"{}\" by its name.", to_text(inner),
                                           name(large.found[i].roi)));
    }
  }
  return result;
}

std::vector<std::size_t> targets_of(const model::StructureSet& structures, TargetKind kind) {
  std::vector<std::size_t> rois;
  for (const Target& target : find_targets(structures, kind).found) rois.push_back(target.roi);
  return rois;
}

}  // namespace dosegate::evaluation
