// What an evaluation says: plain data, complete enough that every report is made from it alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"
#include "dvh/dvh.h"
#include "evaluation/compare_tps.h"
#include "evaluation/verdict.h"
#include "model/case.h"
#include "protocol/protocol_file.h"

namespace dosegate::evaluation {

/// One test of a rule: `Mean[Gy] <= 18 | 20` and what it came to.
struct TestResult {
  protocol::Test test;
  metrics::MetricValue value;
  Outcome outcome;
  bool borderline = false;
  /// For Max: D0.03cc on the same basis, always shown beside it; it decides nothing.
  std::optional<metrics::MetricValue> near_maximum;
};

/// What a required rule or plan check becomes at another scale of the dose.
struct HeadroomChange {
  std::string id;  ///< with the protocol's before it where there are several
  Verdict verdict = Verdict::Unknown;
  bool operator==(const HeadroomChange&) const = default;
};

/// Where a verdict ends if every dose and the prescription are multiplied by one number, the number of
/// fractions unchanged.
struct HeadroomStep {
  /// Up to here, this number included, the verdict is the present one. 1: it changes with the least
  /// change of the dose.
  double factor = 1.0;
  Verdict beyond =
      Verdict::Unknown;  ///< just beyond `factor`; what follows further out is not said
  std::optional<double> prescription_gy;  ///< times `factor`; absent if there is none
  std::vector<HeadroomChange> changing;   ///< for the plan: what changes there
};

struct HeadroomSpan {
  double from = 1.0, to = 1.0;
  std::optional<double> prescription_from_gy, prescription_to_gy;
};

/// How far the dose could be scaled before the verdict changes, by the values themselves (brackets
/// are not looked at). Exact to 1e-10 of the factor (1e-7 where a metric is NTCP, or gEUD or Veff of a
/// converted dose).
struct Headroom {
  std::optional<HeadroomStep> up, down;  ///< absent: no change up to kHighestScale, kLowestScale
  /// Where the verdict is not PASS: the nearest scales at which it is, with every required rule that
  /// applies now still applying. Absent: none are within the scales looked at.
  std::optional<HeadroomSpan> pass;
  std::string reason;  ///< one sentence if it was not looked for; else empty
};

/// The scales looked at.
inline constexpr double kLowestScale = 0.1;
inline constexpr double kHighestScale = 10.0;

struct RuleResult {
  std::string protocol_id;
  std::string id;
  std::string label;
  std::string text;  ///< the rule, canonical
  protocol::Level level = protocol::Level::Required;
  std::optional<int> priority = {};  ///< 1..9 as the rule's text has it
  std::string structure;             ///< the subject as the rule writes it
  std::vector<std::string> rois;     ///< names of the ROIs taken; empty if none was found
  /// What was judged: an index into Evaluation::structures and on into judged_volumes. Absent where
  /// nothing was found, or the rule does not apply.
  std::optional<std::size_t> volume = {};
  Verdict verdict = Verdict::Unknown;
  Outcome outcome;  ///< at worst and at best; meaningful unless NotApplicable
  bool borderline = false;
  std::vector<TestResult> tests;        ///< left to right; empty where nothing could be measured
  std::optional<std::size_t> deciding;  ///< index of the test that decided, into `tests`
  std::string branch;                   ///< for OR: the branch that decided
  std::string reason;                   ///< one or more sentences, empty only for a plain PASS
  protocol::Provenance provenance;
  Headroom headroom;  ///< unless NotApplicable
};

struct PlanCheckResult {
  std::string protocol_id;
  std::string id;
  std::string label;
  std::string text;
  protocol::Level level = protocol::Level::Advisory;
  Verdict verdict = Verdict::Unknown;
  std::string reason;
  protocol::Provenance provenance;
};

struct StructureResult {
  std::string name;
  int number = 0;
  std::string interpreted_type;
  std::optional<dvh::Dvh> dvh;  ///< absent if the ROI is no volume: then `reason` says why
  std::string reason;
  int planes = 0;
  double nominal_spacing_mm = 0.0;
  /// What a protocol states for the organ that the ROI was taken for; absent if none does.
  std::optional<double> alpha_beta_gy = {};
};

/// A volume that rules judge and that is no single ROI: `Liver - GTV*`.
struct JudgedVolume {
  std::string structure;        ///< as the first rule that asks for it writes it
  std::optional<dvh::Dvh> dvh;  ///< absent if it is no volume: then `reason` says why
  std::string reason;
};

/// Elements of a written prescription that are no numbers (ASTRO: site, method, then dose per fraction,
/// fractions and total); each empty where nothing states it.
struct PrescriptionWords {
  std::string
      site;  ///< the context's site, else the ROI or description of the target that is prescribed to
  std::string method;  ///< "external beam, 2 beams", "ion beam, 1 beam"
};

struct ProtocolVerdict {
  std::string id, version, title, sha256, origin;
  std::vector<protocol::Source> sources;
  /// NotApplicable: a protocol that holds nothing required; it reports, and has no part in the plan's
  /// verdict (which is Unknown where no protocol has anything required).
  Verdict verdict = Verdict::Unknown;
};

/// How the space between and beyond contour planes was filled, by name (geometry/conventions.h).
struct ReadingSettings {
  std::string convention = "dosegate";  ///< "custom" if put together by hand
  std::string end_caps = "half";
  std::string interpolation = "slab";
  std::string dose_interpolation = "linear";
};

/// A reading that brackets compare with, by name.
struct BracketReading {
  std::string end_caps, interpolation;
};

struct Evaluation {
  std::string software_version;
  ReadingSettings settings;
  std::vector<BracketReading> bracket_readings;  ///< in the order of metrics::Bracket::readings
  std::vector<ProtocolVerdict> protocols;
  std::string patient_id, patient_name, plan_label, plan_uid;
  std::optional<int> fractions;
  std::optional<double> prescription_gy, bed_gy, eqd2_gy;
  double alpha_beta_gy = 10.0;  ///< the first protocol's tumour alpha/beta
  PrescriptionWords prescription_words;
  /// By which a point's dose is converted to BED or EQD2; absent where it cannot be (number unknown, a sum of
  /// plans, an effective dose): then the reason says why.
  std::optional<int> conversion_fractions;
  std::string no_conversion;
  std::vector<model::InputFile> inputs;
  Verdict verdict = Verdict::Unknown;
  std::string verdict_reason;
  Headroom headroom;
  std::vector<RuleResult> rules;
  std::vector<PlanCheckResult> plan_checks;
  std::vector<StructureResult> structures;
  std::vector<JudgedVolume> judged_volumes;  ///< in the order of the rules
  TpsComparisons tps_dvhs;                   ///< empty where the dose carries no DVHs
  Findings findings;
  /// Of the plan; of a sum of plans where all are of one study, its dates then the first plan's.
  model::Study study = {};
};

}  // namespace dosegate::evaluation
