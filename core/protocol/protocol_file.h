// A protocol: rules with their sources, the names of the structures, and what else a plan is held
// against. It is read from YAML; protocols/hcc-rt-ici.yaml explains the form at its top. The files
// in protocols/ are built in.
//
// A protocol file is strict: an unknown key, a key that comes twice, a rule without a source, a
// second document, text that is not UTF-8 or cannot be shown safely are errors with line and
// column. Nothing in the file is ignored.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/guard.h"
#include "protocol/rule.h"
#include "protocol/structure_expression.h"

namespace dosegate::protocol {

/// Required rules decide the plan's verdict; an advisory rule that is missed is flagged only.
enum class Level { Required, Advisory };
[[nodiscard]] std::string_view to_text(Level level);  ///< "required", "advisory"

/// Verified: read in the source named. Derived: computed from such a value; the note says how.
enum class Mark { Verified, Derived };
[[nodiscard]] std::string_view to_text(Mark mark);  ///< "verified", "derived"

/// Where limits come from.
struct Source {
  std::string id;
  std::string citation;
  std::string doi;  ///< may be empty
};

struct StructureEntry {
  std::string name;                  ///< TG-263 name, as rules use it
  std::vector<std::string> aliases;  ///< other names for the same volume, best first
  /// What a drawn structure of this name should equal (`Liver-GTV` = `Liver - GTV*`).
  std::optional<StructureExpression> definition;
  std::string note;
  /// Of the organ, for BED and EQD2 of its dose. Rules write their own; lint says where it is another.
  std::optional<double> alpha_beta_gy = {};
  /// Coded identifications of the structure, "SCHEME VALUE" (CodingSchemeDesignator and CodeValue): they
  /// decide between ROIs whose names are equally good.
  std::vector<std::string> codes = {};
};

/// What rules and plan checks have in common.
struct Provenance {
  std::string source;  ///< id of a Source
  std::string read;    ///< what was read there, in our words
  std::string note;    ///< what the reader should know; may be empty
  Mark mark = Mark::Verified;
};

/// Where something stands in a protocol file; both 1-based, 0 where it comes from no file.
struct FilePlace {
  int line = 0;
  int column = 0;

  bool operator==(const FilePlace&) const = default;
};

struct ProtocolRule {
  std::string id;     ///< unique in the file, over rules, plan checks and margins
  std::string label;  ///< short title for reports
  Level level = Level::Required;
  Rule rule;
  Provenance provenance;
  FilePlace place = {};  ///< of the rule's text
};

/// A check of the plan itself, without a structure: passes where `check` is true, is missed where
/// it is false. A context key that was not given: not applicable, and says so. fx or rx unknown:
/// unknown.
struct PlanCheck {
  std::string id;
  std::string label;
  Level level = Level::Advisory;
  Guard check;
  std::optional<Guard> when;
  Provenance provenance;
};

/// The kinds of target that margins are about, from the inside out.
enum class TargetKind { Gtv, Ctv, Ptv };
[[nodiscard]] std::string_view to_text(TargetKind kind);  ///< "GTV", "CTV", "PTV"

/// Both ends included, mm.
struct MarginRange {
  double least_mm = 0.0, most_mm = 0.0;

  bool operator==(const MarginRange&) const = default;
};

/// By how much each target of kind `to` should reach beyond those of kind `from` that belong to it.
struct MarginCheck {
  std::string id;
  std::string label;
  Level level = Level::Advisory;
  TargetKind from = TargetKind::Gtv;
  TargetKind to = TargetKind::Ctv;
  MarginRange axial;          ///< left, right, anterior, posterior
  MarginRange cranio_caudal;  ///< superior, inferior
  /// Right in any direction in which a vessel with tumour thrombus is followed. No plan says where
  /// that is, so that a margin in this range alone is neither met nor missed.
  std::optional<MarginRange> along_vessel;
  Provenance provenance;
};
/// "PTV = CTV + 5 mm axial, 10..15 mm cranio-caudal"
[[nodiscard]] std::string to_text(const MarginCheck& check);

struct Protocol {
  std::string id;
  std::string version;
  std::string title;
  std::string summary;                 ///< may be empty
  double tumour_alpha_beta_gy = 10.0;  ///< for BED and EQD2 of the prescription; always in the file
  std::vector<Source> sources;
  std::vector<ContextKey> context;
  std::vector<StructureEntry> structures;
  std::vector<ProtocolRule> rules;
  std::vector<PlanCheck> plan_checks;
  std::vector<MarginCheck> margins;
  std::string sha256;  ///< of the file's bytes
  std::string origin;  ///< kBuiltInOrigin or the path it was read from

  [[nodiscard]] const Source* find_source(std::string_view source_id) const;
  [[nodiscard]] const StructureEntry* find_structure(std::string_view name) const;
  [[nodiscard]] const ContextKey* find_context_key(std::string_view key) const;
};

/// The origin of built-in protocols.
inline constexpr std::string_view kBuiltInOrigin = "built in";

/// Largest protocol file, bytes.
inline constexpr std::size_t kLargestProtocolFile = 1024 * 1024;

/// `name` stands for the text in messages and in `origin`.
/// Errors: ProtocolInvalid, where = "name, line L, column C"; a rule that cannot be parsed keeps
/// its own code (RuleSyntax, MetricSyntax) and adds "character N of the text".
[[nodiscard]] Result<Protocol> parse_protocol(std::string_view yaml, const std::string& name);

/// Errors: FileUnreadable, and those of parse_protocol().
[[nodiscard]] Result<Protocol> read_protocol_file(const std::string& path);

/// Ids of the built-in protocols, sorted.
[[nodiscard]] std::vector<std::string> builtin_protocols();
/// The protocol that is used where none is named.
inline constexpr std::string_view kDefaultProtocol = "hcc-rt-ici";
/// The built-in file's text. Errors: ProtocolUnknown, listing the ids.
[[nodiscard]] Result<std::string> builtin_protocol_text(std::string_view id);
/// Errors: ProtocolUnknown, listing the ids.
[[nodiscard]] Result<Protocol> builtin_protocol(std::string_view id);

/// A built-in id, else a file. Errors: ProtocolUnknown, and those of read_protocol_file().
[[nodiscard]] Result<Protocol> read_protocol(const std::string& id_or_path);

/// Checks what the user said against what the protocols declare. Errors: OptionInvalid for a key
/// that none of them declares, or a value that a declaration does not allow.
[[nodiscard]] Result<void> check_context(const Context& context,
                                         const std::vector<Protocol>& protocols);

}  // namespace dosegate::protocol
