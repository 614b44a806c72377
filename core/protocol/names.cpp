#include "protocol/names.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "protocol/name_forms.h"
#include "protocol/protocol_file.h"

namespace dosegate::protocol {
namespace {

constexpr std::size_t kMostSuggestions = 3;

enum class Contours { Drawn, None };

constexpr Rung kRungs[] = {Rung::Exact,     Rung::CaseFold, Rung::ReverseOrder,
                           Rung::SiteAlias, Rung::Alias,    Rung::Normalised};

std::string roi_text(const RoiLabel& roi) {
  return "'" + printable(roi.name) + "' (ROI number " + std::to_string(roi.number) + ")";
}

std::string list_text(const std::vector<std::size_t>& indices, const std::vector<RoiLabel>& rois) {
  std::string text;
  for (const std::size_t index : indices) {
    text += (text.empty() ? "" : ", ") + roi_text(rois[index]);
  }
  return text;
}

bool fits_plainly(Rung rung, std::string_view wanted, std::string_view name) {
  switch (rung) {
    case Rung::Exact:
      return name == wanted;
    case Rung::CaseFold:
      return to_lower_ascii(name) == to_lower_ascii(wanted);
    case Rung::ReverseOrder:
      return is_reverse_order(name, wanted);
    case Rung::Normalised:
      return normalised(name) == normalised(wanted);
    case Rung::Map:
    case Rung::SiteAlias:
    case Rung::Alias:
      return false;
  }
  throw InternalError("unknown Rung");
}

// One rule name with the aliases that may stand for it.
class Wanted {
 public:
  Wanted(const std::string& name, const StructureEntry* entry, const SiteAliases& site)
      : name_(name), site_(site.of(name)) {
    if (entry == nullptr) return;
    for (const std::string& alias : entry->aliases) {
      if (!is_derived_from(alias, name)) aliases_.push_back(alias);
    }
  }

  [[nodiscard]] bool fits(Rung rung, std::string_view roi_name) const {
    if (rung == Rung::SiteAlias) return any_plainly(site_, roi_name);
    if (rung == Rung::Alias) return any_plainly(aliases_, roi_name);
    if (fits_plainly(rung, name_, roi_name)) return true;
    return rung == Rung::Normalised &&
           (any(site_, rung, roi_name) || any(aliases_, rung, roi_name));
  }

  // How far `roi_name` is from the name or the nearest alias; nothing if it is not similar at all.
  [[nodiscard]] std::optional<std::size_t> distance(std::string_view roi_name) const {
    std::optional<std::size_t> best = similarity_distance(name_, roi_name);
    for (const auto* list : {&site_, &aliases_}) {
      for (const std::string& alias : *list) {
        const std::optional<std::size_t> other = similarity_distance(alias, roi_name);
        if (other && (!best || *other < *best)) best = other;
      }
    }
    return best;
  }

 private:
  static bool any(const std::vector<std::string>& names, Rung rung, std::string_view roi_name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return fits_plainly(rung, name, roi_name); });
  }
  static bool any_plainly(const std::vector<std::string>& names, std::string_view roi_name) {
    return any(names, Rung::Exact, roi_name) || any(names, Rung::CaseFold, roi_name) ||
           any(names, Rung::ReverseOrder, roi_name);
  }

  std::string name_;
  std::vector<std::string> site_;
  std::vector<std::string> aliases_;
};

// The only index whose interpreted type is the one that `wanted` should have, if there is exactly
// one.
std::optional<std::size_t> singled_out(const std::vector<std::size_t>& candidates,
                                       const std::vector<RoiLabel>& rois, std::string_view wanted) {
  const std::string_view type = expected_type(wanted);
  std::optional<std::size_t> chosen;
  for (const std::size_t index : candidates) {
    if (rois[index].interpreted_type != type) continue;
    if (chosen) return std::nullopt;
    chosen = index;
  }
  return chosen;
}

// The only index that has a code of the entry, if there is exactly one.
std::optional<std::size_t> coded_as(const std::vector<std::size_t>& candidates,
                                    const std::vector<RoiLabel>& rois,
                                    const StructureEntry* entry) {
  if (entry == nullptr) return std::nullopt;
  std::optional<std::size_t> chosen;
  for (const std::size_t index : candidates) {
    const auto& codes = rois[index].codes;
    const bool coded = std::any_of(codes.begin(), codes.end(), [&](const std::string& code) {
      return std::find(entry->codes.begin(), entry->codes.end(), code) != entry->codes.end();
    });
    if (!coded) continue;
    if (chosen) return std::nullopt;
    chosen = index;
  }
  return chosen;
}

void add_part(std::string& reason, const std::string& part) {
  reason += (reason.empty() ? "" : "; ") + part;
}

// Turns the candidates of one rung into an answer.
void decide(NameMatch& match, const std::string& wanted, const StructureEntry* entry,
            const std::vector<std::size_t>& candidates, const std::vector<RoiLabel>& rois) {
  match.rois = candidates;
  if (candidates.size() > 1) {
    std::string by = "has the interpreted type " + std::string(expected_type(wanted));
    std::optional<std::size_t> chosen = singled_out(candidates, rois, wanted);
    if (!chosen) {
      chosen = coded_as(candidates, rois, entry);
      by = "has a code that the protocol lists";
    }
    if (!chosen) {
      match.status = MatchStatus::Ambiguous;
      match.reason = "several structures could be '" + printable(wanted) + "' by " +
                     std::string(rung_text(match.rung)) + ": " + list_text(candidates, rois) +
                     "; map the name to one of them";
      return;
    }
    match.rois = {*chosen};
    add_part(match.reason,
             "of " + list_text(candidates, rois) + " only " + roi_text(rois[*chosen]) + " " + by);
  }
  match.status = MatchStatus::Found;
  const RoiLabel& roi = rois[match.rois.front()];
  if (match.rung != Rung::Exact) {
    add_part(match.reason, "'" + printable(wanted) + "' is " + roi_text(roi) + " by " +
                               std::string(rung_text(match.rung)));
  }
  if (match.without_contours) {
    add_part(match.reason, roi_text(roi) + " has no closed planar contours");
  }
}

// The ROIs that a map entry names, by "#number", by exact name, or by name without regard to case.
std::vector<std::size_t> mapped_rois(const std::string& target, const std::vector<RoiLabel>& rois) {
  std::vector<std::size_t> exact;
  std::vector<std::size_t> folded;
  const bool by_number = target.size() > 1 && target.front() == '#';
  const std::optional<int> number =
      by_number ? parse_integer(std::string_view(target).substr(1)) : std::nullopt;
  for (std::size_t i = 0; i < rois.size(); ++i) {
    if (number ? rois[i].number == *number : rois[i].name == target) exact.push_back(i);
    if (!number && to_lower_ascii(rois[i].name) == to_lower_ascii(target)) folded.push_back(i);
  }
  return exact.empty() ? folded : exact;
}

std::string not_there(const std::string& rule_name, const std::string& target) {
  return "'" + printable(rule_name) + "' is mapped to '" + printable(target) +
         "', which is not in the structure set; correct the map";
}

NameMatch match_mapped(const std::string& wanted, const std::string& target,
                       const std::vector<RoiLabel>& rois) {
  NameMatch match;
  match.rung = Rung::Map;
  match.rois = mapped_rois(target, rois);
  if (match.rois.empty()) {
    match.reason = not_there(wanted, target);
    return match;
  }
  if (match.rois.size() > 1) {
    match.status = MatchStatus::Ambiguous;
    match.reason = "'" + printable(wanted) + "' is mapped to '" + printable(target) +
                   "', which several structures are called: " + list_text(match.rois, rois) +
                   "; map it to #NUMBER instead";
    return match;
  }
  match.without_contours = !rois[match.rois.front()].has_contours;
  decide(match, wanted, nullptr, match.rois, rois);
  return match;
}

std::vector<std::size_t> candidates_on(Rung rung, const Wanted& wanted,
                                       const std::vector<RoiLabel>& rois, Contours contours) {
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < rois.size(); ++i) {
    if ((contours == Contours::Drawn) == rois[i].has_contours && wanted.fits(rung, rois[i].name)) {
      candidates.push_back(i);
    }
  }
  return candidates;
}

std::vector<std::size_t> suggestions_for(const Wanted& wanted, const std::vector<RoiLabel>& rois) {
  std::vector<std::pair<std::size_t, std::size_t>> scored;
  for (std::size_t i = 0; i < rois.size(); ++i) {
    if (const auto distance = wanted.distance(rois[i].name)) scored.emplace_back(*distance, i);
  }
  std::sort(scored.begin(), scored.end());
  if (scored.size() > kMostSuggestions) scored.resize(kMostSuggestions);
  std::vector<std::size_t> suggestions;
  for (const auto& [distance, index] : scored) suggestions.push_back(index);
  return suggestions;
}

}  // namespace

std::string_view rung_text(Rung rung) {
  switch (rung) {
    case Rung::Map:
      return "the user's map";
    case Rung::Exact:
      return "exact name";
    case Rung::CaseFold:
      return "name without regard to case";
    case Rung::ReverseOrder:
      return "reverse order of the name";
    case Rung::SiteAlias:
      return "the site's alias";
    case Rung::Alias:
      return "protocol alias";
    case Rung::Normalised:
      return "name without blanks and separators";
  }
  throw InternalError("unknown Rung");
}

Result<NameMap> NameMap::parse(const std::vector<std::string>& entries) {
  NameMap map;
  for (const std::string& entry : entries) {
    const std::size_t equals = entry.find('=');
    const std::string_view whole = entry;
    const std::string rule_name(trim(whole.substr(0, equals)));
    const std::string target(equals == std::string::npos ? "" : trim(whole.substr(equals + 1)));
    if (rule_name.empty() || target.empty()) {
      return fail(ErrorCode::OptionInvalid, "the map entry '" + printable(entry) +
                                                "' is incomplete; write RULE_NAME=ROI_NAME");
    }
    if (rule_name.back() != '*' && !map.targets(rule_name).empty()) {
      return fail(ErrorCode::OptionInvalid,
                  "the map names '" + printable(rule_name) + "' twice; keep one entry");
    }
    map.entries_.emplace_back(rule_name, target);
  }
  return map;
}

std::vector<std::string> NameMap::targets(std::string_view rule_name) const {
  std::vector<std::string> targets;
  for (const auto& [name, target] : entries_) {
    if (name == rule_name) targets.push_back(target);
  }
  return targets;
}

std::vector<std::string> NameMap::rule_names() const {
  std::vector<std::string> names;
  for (const auto& [name, target] : entries_) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

NameMatch match_structure(const std::string& wanted, const StructureEntry* entry,
                          const std::vector<RoiLabel>& rois, const NameMap& map) {
  const std::vector<std::string> mapped = map.targets(wanted);
  if (!mapped.empty()) return match_mapped(wanted, mapped.front(), rois);

  const Wanted names(wanted, entry, map.site_aliases());
  NameMatch match;
  std::vector<std::size_t> empty_rois;  // on the rungs passed so far
  for (const Rung rung : kRungs) {
    for (const std::size_t index : candidates_on(rung, names, rois, Contours::None)) {
      if (std::find(empty_rois.begin(), empty_rois.end(), index) == empty_rois.end()) {
        empty_rois.push_back(index);
      }
    }
    const auto candidates = candidates_on(rung, names, rois, Contours::Drawn);
    if (candidates.empty()) continue;
    match.rung = rung;
    decide(match, wanted, entry, candidates, rois);
    if (!empty_rois.empty()) {
      add_part(match.reason,
               list_text(empty_rois, rois) + " passed over for want of closed planar contours");
    }
    return match;
  }
  for (const Rung rung : kRungs) {
    const auto candidates = candidates_on(rung, names, rois, Contours::None);
    if (candidates.empty()) continue;
    match.rung = rung;
    match.without_contours = true;
    decide(match, wanted, entry, candidates, rois);
    return match;
  }
  match.suggestions = suggestions_for(names, rois);
  match.reason = "no structure is named '" + printable(wanted) + "'";
  if (entry != nullptr && !entry->aliases.empty()) match.reason += " or one of its aliases";
  if (!match.suggestions.empty()) {
    match.reason += "; similar, but not used: " + list_text(match.suggestions, rois);
  }
  match.reason += "; map the name if it is there under another one";
  return match;
}

namespace {

void add_doubts(GlobMatch& match, const std::string& glob, const std::string& prefix,
                const std::vector<RoiLabel>& rois) {
  for (const std::size_t index : match.rois) {
    const RoiLabel& roi = rois[index];
    const std::string start = roi_text(roi) + " was taken for " + printable(glob);
    if (contradicts_type(prefix, roi.interpreted_type)) {
      match.doubts.push_back(
          {index, GlobDoubt::Kind::InterpretedType,
           start + ", but its interpreted type is " + printable(roi.interpreted_type)});
    }
    if (const auto mark = derived_mark(std::string_view(roi.name).substr(prefix.size()))) {
      match.doubts.push_back(
          {index, GlobDoubt::Kind::DerivedName,
           start + ", but '" + *mark + "' in its name says that it was derived from a target"});
    }
  }
}

GlobMatch match_mapped_glob(const std::string& glob, const std::vector<std::string>& targets,
                            const std::vector<RoiLabel>& rois) {
  GlobMatch match;
  for (const std::string& target : targets) {
    const std::vector<std::size_t> found = mapped_rois(target, rois);
    if (found.empty()) {
      // A part of the union that is not there makes the whole unknown.
      match = GlobMatch{};
      match.reason = not_there(glob, target);
      return match;
    }
    for (const std::size_t index : found) {
      std::vector<std::size_t>& list = rois[index].has_contours ? match.rois : match.passed_over;
      if (std::find(list.begin(), list.end(), index) == list.end()) list.push_back(index);
    }
  }
  std::sort(match.rois.begin(), match.rois.end());
  std::sort(match.passed_over.begin(), match.passed_over.end());
  return match;
}

}  // namespace

GlobMatch match_glob(const std::string& prefix, const std::vector<RoiLabel>& rois,
                     const NameMap& map) {
  const std::string glob = prefix + "*";
  const std::vector<std::string> targets = map.targets(glob);
  GlobMatch match;
  if (!targets.empty()) {
    match = match_mapped_glob(glob, targets, rois);
    if (!match.reason.empty()) return match;
  } else {
    const std::string folded = to_lower_ascii(prefix);
    for (std::size_t i = 0; i < rois.size(); ++i) {
      if (!to_lower_ascii(rois[i].name).starts_with(folded)) continue;
      (rois[i].has_contours ? match.rois : match.passed_over).push_back(i);
    }
    add_doubts(match, glob, prefix, rois);
  }
  if (!match.rois.empty()) {
    match.status = MatchStatus::Found;
  } else if (!match.passed_over.empty()) {
    match.reason = "what " + printable(glob) + " stands for has no closed planar contours: " +
                   list_text(match.passed_over, rois);
  } else {
    match.reason = "no structure's name begins with '" + printable(prefix) + "'; map " +
                   printable(glob) + " if it is there under another one";
  }
  return match;
}

}  // namespace dosegate::protocol
