#include "evaluation/target_checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "evaluation/resolve.h"
#include "evaluation/targets.h"
#include "geometry/arrangement.h"
#include "geometry/margins.h"
#include "protocol/names.h"

namespace dosegate::evaluation {
namespace {

using geometry::Combine;
using geometry::Direction;
using geometry::Margins;
using protocol::TargetKind;

// What may lie outside without a word: the volume of a near-maximum dose, and what rounding of drawn
// points does to two outlines that run together.
constexpr double kOutside_cc = 0.03;
constexpr double kOutsideShare = 0.001;
constexpr double kOverlap_cc = 1e-3;  // two outlines that run together
constexpr double kMeasured_mm = 0.5;  // accuracy that margins are measured with

RoiExpression union_of(const std::vector<std::size_t>& rois) {
  RoiExpression all{RoiExpression::Op::Union, 0, {}};
  for (const std::size_t roi : rois) all.operands.push_back({RoiExpression::Op::Roi, roi, {}});
  if (all.operands.size() == 1) return all.operands.front();
  return all;
}

std::string names_of(const model::StructureSet& structures, const std::vector<std::size_t>& rois) {
  std::string names;
  for (const std::size_t roi : rois) {
    names += (names.empty() ? "" : " + ") + printable(structures.rois[roi].name);
  }
  return names;
}

Result<SolidPair> solids_of(const CaseGeometry& geometry, const TargetPair& pair) {
  return geometry.solids(union_of(pair.inner), {RoiExpression::Op::Roi, pair.outer, {}});
}

void check_nesting(const model::StructureSet& structures, const CaseGeometry& geometry,
                   const TargetPairs& pairs, Findings& findings) {
  for (const std::string& sentence : pairs.unclear) {
    findings.push_back({FindingCode::TargetsUnclear,
                        sentence + " Whether it lies inside of a larger target is not checked.",
                        ""});
  }
  for (const TargetPair& pair : pairs.pairs) {
    const std::string inner = names_of(structures, pair.inner);
    const std::string outer = printable(structures.rois[pair.outer].name);
    const auto solids = solids_of(geometry, pair);
    if (!solids) {
      findings.push_back({FindingCode::TargetsUnclear,
                          fmt::format("Whether {} lies inside of {} cannot be checked: {}", inner,
                                      outer, solids.error().text),
                          inner});
      continue;
    }
    const double all_cc = solids->a.volume().value();
    const double outside_cc =
        geometry::combine(solids->a, solids->b, Combine::Subtract).volume().value();
    if (outside_cc <= kOutside_cc || outside_cc <= kOutsideShare * all_cc) continue;
    findings.push_back({FindingCode::TargetLeavesTarget,
                        fmt::format("{} of {} cc lie outside of {}.", fixed(outside_cc, 2),
                                    fixed(all_cc, 2), outer),
                        inner});
  }
}

bool agrees(const protocol::MarginRange& range, double margin_mm, double tolerance_mm) {
  return margin_mm >= range.least_mm - tolerance_mm && margin_mm <= range.most_mm + tolerance_mm;
}

struct PairVerdict {
  Verdict verdict = Verdict::Pass;
  std::string text;
};

PairVerdict hold_pair(const Margins& margins, double spacing_mm,
                      const protocol::MarginCheck& check) {
  PairVerdict result;
  std::string numbers, missed, vessel;
  for (std::size_t i = 0; i < margins.size(); ++i) {
    const Direction direction = geometry::kDirections[i];
    const geometry::DirectionMargin& margin = margins[i];
    const double tolerance_mm = kMeasured_mm + (margin.across_planes ? 0.5 * spacing_mm : 0.0);
    const auto& range = geometry::is_cranio_caudal(direction) ? check.cranio_caudal : check.axial;
    numbers += fmt::format("{}{} {}", numbers.empty() ? "" : ", ", geometry::to_text(direction),
                           fixed(margin.margin_mm, 1));
    if (agrees(range, margin.margin_mm, tolerance_mm)) continue;
    const bool along =
        check.along_vessel && agrees(*check.along_vessel, margin.margin_mm, tolerance_mm);
    std::string& list = along ? vessel : missed;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", geometry::to_text(direction));
  }
  result.text = numbers + " mm.";
  if (!missed.empty()) {
    result.verdict = Verdict::Fail;
    result.text += fmt::format(" Not as asked for: {}.", missed);
  }
  if (!vessel.empty()) {
    if (missed.empty()) result.verdict = Verdict::Unknown;
    result.text +=
        fmt::format(" Right only along a vessel with thrombus, which no plan tells: {}.", vessel);
  }
  return result;
}

void add_sentence(std::string& text, const std::string& sentence) {
  text += (text.empty() ? "" : " ") + sentence;
}

// FAIL outranks UNKNOWN, that outranks PASS.
Verdict worse(Verdict a, Verdict b) {
  for (const Verdict v : {Verdict::Fail, Verdict::Unknown}) {
    if (a == v || b == v) return v;
  }
  return Verdict::Pass;
}

}  // namespace

Findings nesting_findings(const model::StructureSet& structures, const CaseGeometry& geometry) {
  Findings findings;
  const TargetPairs gtv_ctv = pair_targets(structures, TargetKind::Gtv, TargetKind::Ctv);
  if (gtv_ctv.has_outer) {
    if (gtv_ctv.has_inner) check_nesting(structures, geometry, gtv_ctv, findings);
    const TargetPairs ctv_ptv = pair_targets(structures, TargetKind::Ctv, TargetKind::Ptv);
    if (ctv_ptv.has_outer) check_nesting(structures, geometry, ctv_ptv, findings);
  } else {
    const TargetPairs gtv_ptv = pair_targets(structures, TargetKind::Gtv, TargetKind::Ptv);
    if (gtv_ptv.has_inner && gtv_ptv.has_outer) {
      check_nesting(structures, geometry, gtv_ptv, findings);
    }
  }
  return findings;
}

Findings bowel_findings(const model::StructureSet& structures, const CaseGeometry& geometry,
                        const std::vector<protocol::Protocol>& protocols) {
  constexpr std::array<const char*, 6> kBowels = {"Bowel_Small", "Bowel_Large", "Bowel",
                                                  "Bag_Bowel",   "Colon",       "Duodenum"};
  const auto labels = roi_labels(structures);
  std::vector<std::size_t> bowels;
  for (const char* name : kBowels) {
    std::vector<const protocol::StructureEntry*> entries = {nullptr};
    for (const protocol::Protocol& p : protocols) entries.push_back(p.find_structure(name));
    for (const protocol::StructureEntry* entry : entries) {
      // Of several equally good names each is looked at: this is no verdict.
      const auto match = protocol::match_structure(name, entry, labels, {});
      for (const std::size_t roi : match.rois) {
        const bool known = std::find(bowels.begin(), bowels.end(), roi) != bowels.end();
        if (!known && labels[roi].has_contours) bowels.push_back(roi);
      }
    }
  }
  std::sort(bowels.begin(), bowels.end());
  Findings findings;
  for (const std::size_t ptv : targets_of(structures, TargetKind::Ptv)) {
    const std::string ptv_name = printable(structures.rois[ptv].name);
    for (const std::size_t bowel : bowels) {
      const std::string name = printable(structures.rois[bowel].name);
      const auto solids =
          geometry.solids({RoiExpression::Op::Roi, ptv, {}}, {RoiExpression::Op::Roi, bowel, {}});
      if (!solids) {
        findings.push_back({FindingCode::TargetsUnclear,
                            fmt::format("Whether {} and {} overlap cannot be checked: {}", ptv_name,
                                        name, solids.error().text),
                            name});
        continue;
      }
      const double shared_cc =
          geometry::combine(solids->a, solids->b, Combine::Intersect).volume().value();
      if (shared_cc <= kOverlap_cc) continue;
      findings.push_back({FindingCode::TargetMeetsBowel,
                          fmt::format("{} of {} cc lie in {}.", fixed(shared_cc, 2),
                                      fixed(solids->b.volume().value(), 2), ptv_name),
                          name});
    }
  }
  return findings;
}

PlanCheckResult hold_margins(const model::StructureSet& structures, const CaseGeometry& geometry,
                             const protocol::Protocol& protocol,
                             const protocol::MarginCheck& check) {
  PlanCheckResult result;
  result.protocol_id = protocol.id;
  result.id = check.id;
  result.label = check.label;
  result.text = protocol::to_text(check);
  result.level = check.level;
  result.provenance = check.provenance;
  const TargetPairs pairs = pair_targets(structures, check.from, check.to);
  if (!pairs.has_inner || !pairs.has_outer) {
    // What a protocol requires is not shown by a plan without the target.
    const bool required = check.level == protocol::Level::Required;
    result.verdict = required ? Verdict::Unknown : Verdict::NotApplicable;
    result.reason =
        fmt::format("there is no {}", protocol::to_text(pairs.has_inner ? check.to : check.from));
    return result;
  }
  result.verdict = pairs.unclear.empty() && !pairs.pairs.empty() ? Verdict::Pass : Verdict::Unknown;
  for (const TargetPair& pair : pairs.pairs) {
    const auto solids = solids_of(geometry, pair);
    const auto margins = solids ? geometry::measure_margins(solids->a, solids->b)
                                : Result<Margins>(tl::unexpected(solids.error()));
    const std::string names = fmt::format("{} to {}: ", names_of(structures, pair.inner),
                                          printable(structures.rois[pair.outer].name));
    if (!margins) {
      result.verdict = worse(result.verdict, Verdict::Unknown);
      add_sentence(result.reason, names + margins.error().text);
      continue;
    }
    const PairVerdict held = hold_pair(*margins, solids->nominal_spacing_mm, check);
    result.verdict = worse(result.verdict, held.verdict);
    add_sentence(result.reason, names + held.text);
  }
  for (const std::string& sentence : pairs.unclear) add_sentence(result.reason, sentence);
  return result;
}

}  // namespace dosegate::evaluation
