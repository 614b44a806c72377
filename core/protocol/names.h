// Which ROI a rule means by `Liver`, `Bowel_Small`, `GTV*`.
//
// The ladder. Rungs are tried from the top; the first rung that has a candidate decides:
//   1 Map          the user said so (--map RULE_NAME=ROI_NAME, or =#NUMBER); it must exist
//   2 Exact        the same bytes
//   3 CaseFold     the same but for ASCII case
//   4 ReverseOrder TG-263's reverse order: the underscore parts reversed or rotated
//                  (Small_Bowel, L_Kidney)
//   5 SiteAlias    an alias that the site's own file lists (site_aliases.h), compared as in 2 to 4
//   6 Alias        an alias that the protocol file lists, compared likewise
//   7 Normalised   the name or an alias without blanks, '_' and '.', ASCII case folded
// One candidate there: found. Several: a ROIInterpretedType that singles one out decides, else a coded
// identification that the protocol's entry lists and only one of them has, else ambiguous.
//
// What is never done, because a wrong structure is a wrong verdict:
//   - A derived volume never stands for its parent. Hyphen, plus, tilde, caret, PRV parts, digits
//     and a leading underscore or 'z' survive normalisation: `Liver-GTV`, `Liver_PRV05`, `Liver~`,
//     `Liver2`, `_Liver` match `Liver` on no rung. (Digits at the end are often a margin or a
//     phase.)
//   - Names that are merely similar are suggestions for the reader and are never used.
//
// A ROI without closed planar contours is passed over while any other candidate exists on any rung;
// if it is all there is, it is found with `without_contours`, so that the reason names it.
//
// Globs: `GTV*` is a plain prefix match, ASCII case folded, on the ROI name as it stands: GTV,
// GTVp, GTV_1, GTV-T1 and "GTV thrombus" match, and so do "GTV+5mm" and "GTV-PTV ring", which are
// not tumour. Such names and ROIs whose interpreted type contradicts the prefix are taken but
// reported as doubts; the user can settle it by mapping the glob, once for each ROI: --map
// GTV*=GTVp --map GTV*=GTVn.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "protocol/site_aliases.h"

namespace dosegate::protocol {

struct StructureEntry;  // protocol_file.h

/// What matching needs to know of a ROI.
struct RoiLabel {
  std::string name;
  int number = 0;
  std::string interpreted_type;  ///< upper case, may be empty
  bool has_contours = true;      ///< at least one closed planar contour
  /// Its coded identifications (RTROIIdentificationCodeSequence), "SCHEME VALUE" as in "FMA 7197".
  std::vector<std::string> codes = {};
};

/// What the user says of names: his own assignments, rule name (or glob with its star) -> ROI name or
/// "#number", and his site's aliases.
class NameMap {
 public:
  /// Each entry "RULE_NAME=ROI_NAME". Errors: OptionInvalid for no '=', an empty side, or a rule
  /// name that is no glob and comes twice.
  [[nodiscard]] static Result<NameMap> parse(const std::vector<std::string>& entries);

  /// All targets of a rule name, in the order given; compared exactly.
  [[nodiscard]] std::vector<std::string> targets(std::string_view rule_name) const;
  /// All rule names, so that one that no rule uses can be reported.
  [[nodiscard]] std::vector<std::string> rule_names() const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }

  void set_site_aliases(SiteAliases aliases) { site_ = std::move(aliases); }
  [[nodiscard]] const SiteAliases& site_aliases() const { return site_; }

 private:
  std::vector<std::pair<std::string, std::string>> entries_;
  SiteAliases site_;
};

enum class MatchStatus { Found, Missing, Ambiguous };
enum class Rung { Map, Exact, CaseFold, ReverseOrder, SiteAlias, Alias, Normalised };
[[nodiscard]] std::string_view rung_text(Rung rung);  ///< "exact name", "protocol alias" ...

struct NameMatch {
  MatchStatus status = MatchStatus::Missing;
  /// Indices into the labels. Found: one. Ambiguous: all candidates. Missing: none.
  std::vector<std::size_t> rois;
  Rung rung = Rung::Exact;  ///< the rung that decided; without meaning if Missing
  /// The ROI found has no closed planar contour.
  bool without_contours = false;
  /// Indices of ROIs with a similar name, best first, at most three. Never used for a verdict.
  std::vector<std::size_t> suggestions;
  /// One sentence for Missing and Ambiguous (ErrorCode StructureMissing, StructureAmbiguous). For
  /// Found: how, unless the name was exact and nothing was passed over; then empty.
  std::string reason;
};

/// Finds the ROI for one rule name. `entry` is the protocol's entry of that name, or null.
[[nodiscard]] NameMatch match_structure(const std::string& wanted, const StructureEntry* entry,
                                        const std::vector<RoiLabel>& rois, const NameMap& map);

/// A reason to look twice at a ROI that a glob took.
struct GlobDoubt {
  enum class Kind {
    InterpretedType,  ///< the file says it is something else
    DerivedName,      ///< the name says it was made from a target: ring, +5mm, opt, PTV ...
  };
  std::size_t roi = 0;
  Kind kind = Kind::InterpretedType;
  std::string text;  ///< one sentence
};

struct GlobMatch {
  MatchStatus status = MatchStatus::Missing;  ///< Found or Missing
  std::vector<std::size_t> rois;              ///< in the order of the labels; all with contours
  std::vector<std::size_t> passed_over;       ///< matched, but without closed planar contours
  std::vector<GlobDoubt> doubts;  ///< about ROIs in `rois`; none if the user mapped them
  std::string reason;             ///< one sentence if Missing; else empty
};

/// Finds all ROIs for the glob `prefix*`.
[[nodiscard]] GlobMatch match_glob(const std::string& prefix, const std::vector<RoiLabel>& rois,
                                   const NameMap& map);

/// True if two names are the same but for case, blanks and separators.
[[nodiscard]] bool same_name(std::string_view a, std::string_view b);

/// True if `alias` names a volume derived from `name` (`Liver-PTV`, `Liver_PRV05` of `Liver`), so
/// that it cannot be an alias of it.
[[nodiscard]] bool is_derived_from(std::string_view alias, std::string_view name);

}  // namespace dosegate::protocol
