// What a page for people says, in the order in which it says it, as finished texts: the HTML and the PDF
// are made from this alone, so that they cannot come to say different things. A format adds type, lines and
// colours, and escapes for itself.
//
// Every text is one line of printable() UTF-8: texts of files were made safe here. Nothing is worked out here but
// for display: numbers have the digits that never contradict their verdict (fixed_beside()). A number that
// is not known reads "not measured" and its reason stands beside it. Verdicts are words; colour may go with
// them, never stand for them. There is no clock in it: the person who signs writes the date.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evaluation/evaluation.h"
#include "report/plot_content.h"

namespace dosegate::report {

/// What stands for a value that is not there.
inline constexpr const char* kNotMeasured = "not measured";
/// What stands for a text that no file states.
inline constexpr const char* kNotStated = "not stated";
/// Closes every page.
inline constexpr const char* kResearchUse =
    "For research and quality assurance; a qualified person decides.";

/// One line "label: value"; `note` explains where it is not empty.
struct LabelledText {
  std::string label, value, note;
};

/// Where a test lies on a straight axis from 0 to 1: its limits and the value with its bounds.
struct TierBar {
  std::string from, to;  ///< the axis' ends, with unit
  double goal = 0.0;
  std::optional<double> variation;
  /// A part of the bracket that lies beyond an end, or has no bound, ends there.
  std::optional<double> value, low, high;
  bool lower_is_better = true;  ///< the goal is met to its left; else to its right
};

struct ShownTest {
  std::string metric;  ///< "Mean[Gy]"
  std::string value;   ///< "17.53 Gy", or kNotMeasured
  std::string
      bracket;       ///< "17.49 to 17.58 Gy", "at least 5.00 Gy"; empty if it is the value itself
  std::string goal;  ///< "<= 18 Gy"
  std::string variation;  ///< "<= 20 Gy"; empty if there is none
  std::string beside;  ///< "D0.03cc is 41.20 Gy"; shown beside a Max, decides nothing; may be empty
  std::string reason;  ///< why there is no value; else empty
  evaluation::Verdict outcome = evaluation::Verdict::Unknown;
  bool borderline = false;
  std::optional<TierBar> bar;
};

/// Where a limit comes from.
struct ShownSource {
  std::string citation;  ///< the source's id where the protocol does not list it
  std::string doi, read, note, mark;
};

struct ShownRule {
  std::string protocol, id, label, text;
  std::string level;            ///< "required", "advisory"
  std::optional<int> priority;  ///< 1..9, 1 first
  std::string structure;        ///< as the rule writes it
  std::string rois;             ///< what was taken for it; empty if nothing was
  evaluation::Verdict verdict = evaluation::Verdict::Unknown;
  bool borderline = false;
  std::size_t shown = 0;  ///< the one of `tests` that decided, else the first
  /// Left to right; where nothing was measured, with the limits alone.
  std::vector<ShownTest> tests;
  std::string branch;    ///< "Met by the second of 2 branches: CV5Gy[cc] >= 300."; may be empty
  std::string reason;    ///< empty only for a plain PASS
  std::string headroom;  ///< of the dose, until the verdict changes; may be empty
  ShownSource source;
};

/// Rules of one level and priority, in the order of the protocols.
struct RuleGroup {
  std::string
      title;  ///< "Required", "Required, priority 2", "Advisory (flagged, never fails the plan)"
  std::vector<ShownRule> rules;
};

struct ShownCheck {
  std::string protocol, id, label, text, level, reason;
  evaluation::Verdict verdict = evaluation::Verdict::Unknown;
  ShownSource source;
};

/// What was not held against the plan, and why.
struct ShownNotApplicable {
  std::string protocol, id, label, reason;
};

/// A required rule or plan check that keeps the plan from passing, in one line.
struct OpenPoint {
  evaluation::Verdict verdict = evaluation::Verdict::Unknown;
  std::string id, label;
  std::string
      measured;  ///< "Mean[Gy] 23.43 Gy, goal <= 18 Gy, variation <= 20 Gy"; empty for a plan check
  std::string reason;
  bool borderline = false;
};

struct ShownStructure {
  std::string name;
  std::string number;  ///< the ROI number; empty for a volume that rules make of several ROIs
  std::string type;    ///< RTROIInterpretedType; may be empty
  std::string
      taken_for;  ///< the subjects of the rules that it was taken for: "Liver - GTV*, Liver"
  std::string volume, uncovered, mean, maximum, minimum,
      near_maximum;    ///< with unit, or kNotMeasured
  std::string reason;  ///< not empty where one of these is not measured
};

struct ShownTpsRow {
  std::string name;
  std::string volume, mean, maximum;  ///< "theirs / ours (difference)"
  std::string curve;                  ///< largest difference of the curves
  bool differs = false;
  std::string explanation;
};

struct ShownFinding {
  std::string severity;  ///< "error", "warning", "info"
  std::string code, text, where;
};

struct ShownInput {
  std::string path, sop_class, sop_instance_uid, sha256;
};

struct ShownProtocol {
  std::string id, version, title, sha256, origin;
  evaluation::Verdict verdict = evaluation::Verdict::Unknown;
};

/// A line to sign on.
struct SignatureLine {
  std::string role;
};

struct ReportContent {
  // The first screen.
  evaluation::Verdict verdict = evaluation::Verdict::Unknown;
  std::string verdict_sentence;  ///< what the word means for the plan: a whole sentence
  std::string verdict_reason;    ///< what decided
  int borderline_rules = 0;      ///< of the required rules: another system could decide otherwise
  std::string patient_name, patient_id, plan_label, plan_uid;  ///< kNotStated where nothing does
  /// In the order of ASTRO: site, method, dose per fraction, fractions, total dose; then BED and EQD2.
  std::vector<LabelledText> prescription;
  std::vector<OpenPoint> open_points;  ///< the worst first: FAIL, UNKNOWN, VARIATION
  /// What a PASS must not hide, a sentence each: advisory rules that are not met, required rules that
  /// another branch than the first let through.
  std::vector<std::string> flags;
  std::string headroom;  ///< of the plan; a sentence why not where it was not looked for

  // The numbers.
  std::vector<RuleGroup> rule_groups;
  PlotContent plot;
  std::vector<ShownStructure> structures;
  std::vector<ShownTpsRow> tps_rows;   ///< empty where the dose carries no DVHs
  std::vector<ShownFinding> findings;  ///< the severest first
  std::vector<ShownCheck> plan_checks;
  std::vector<ShownNotApplicable> not_applicable;

  // Where it comes from.
  std::vector<ShownInput> inputs;
  std::vector<ShownProtocol> protocols;
  std::vector<LabelledText>
      settings;  ///< how the numbers were computed; the software's version first
  std::vector<SignatureLine> signatures;
};

[[nodiscard]] ReportContent report_content(const evaluation::Evaluation& evaluation);
/// The same without plot and structures, for formats that show verdicts alone.
[[nodiscard]] ReportContent verdict_content(const evaluation::Evaluation& evaluation);

/// "PASS", "VARIATION", "FAIL", "UNKNOWN", "NOT APPLICABLE".
[[nodiscard]] std::string verdict_word(evaluation::Verdict verdict);

}  // namespace dosegate::report
