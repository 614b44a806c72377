#include "evaluation/resolve.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace dosegate::evaluation {
namespace {

using protocol::MatchStatus;
using protocol::StructureExpression;

class Resolver {
 public:
  Resolver(const protocol::Protocol* protocol, const model::StructureSet& structures,
           const protocol::NameMap& map)
      : protocol_(protocol), labels_(roi_labels(structures)), map_(map) {}

  Result<RoiExpression> run(const StructureExpression& e, int depth) {
    // A definition could name itself; a protocol file nests far less deep than this.
    constexpr int kDeepest = 80;
    if (depth > kDeepest) {
      return fail(ErrorCode::RuleSyntax, "A structure is defined by itself.", protocol::to_text(e));
    }
    if (e.margin_mm) {
      StructureExpression inner = e;
      inner.margin_mm.reset();
      auto operand = run(inner, depth + 1);
      if (!operand) return operand;
      return RoiExpression{RoiExpression::Op::Margin, 0, {std::move(*operand)}, *e.margin_mm};
    }
    switch (e.op) {
      case StructureExpression::Op::Name:
        return name(e, depth);
      case StructureExpression::Op::Glob:
        return glob(e);
      case StructureExpression::Op::Union:
        return operation(e, RoiExpression::Op::Union, depth);
      case StructureExpression::Op::Subtract:
        return operation(e, RoiExpression::Op::Subtract, depth);
      case StructureExpression::Op::Intersect:
        return operation(e, RoiExpression::Op::Intersect, depth);
    }
    throw InternalError("unknown structure operation");
  }

  Resolved finish(RoiExpression expression) {
    return {std::move(expression), std::move(rois_), std::move(notes_), std::move(how_),
            std::move(findings_)};
  }

 private:
  Result<RoiExpression> operation(const StructureExpression& e, RoiExpression::Op op, int depth) {
    RoiExpression result{op, 0, {}};
    for (const StructureExpression& operand : e.operands) {
      auto resolved = run(operand, depth + 1);
      if (!resolved) return resolved;
      result.operands.push_back(std::move(*resolved));
    }
    if (result.operands.size() == 1) return result.operands.front();
    return result;
  }

  Result<RoiExpression> name(const StructureExpression& e, int depth) {
    const protocol::StructureEntry* entry = protocol_ ? protocol_->find_structure(e.name) : nullptr;
    const auto match = protocol::match_structure(e.name, entry, labels_, map_);
    if (match.status == MatchStatus::Ambiguous)
      return fail(ErrorCode::StructureAmbiguous, match.reason);
    if (match.status == MatchStatus::Missing) {
      if (entry != nullptr && entry->definition) {
        how_.push_back(fmt::format("{}: not drawn, so {}", printable(e.name),
                                   protocol::to_text(*entry->definition)));
        return run(*entry->definition, depth + 1);
      }
      return fail(ErrorCode::StructureMissing, match.reason);
    }
    if (match.without_contours) {
      return fail(ErrorCode::RegionEmpty,
                  fmt::format("ROI \"{}\" has no closed contour.", label(match.rois.front())));
    }
    if (!match.reason.empty()) notes_.push_back(match.reason);
    add_how(e.name, match.rois, protocol::rung_text(match.rung));
    return take(match.rois.front());
  }

  Result<RoiExpression> glob(const StructureExpression& e) {
    const auto match = protocol::match_glob(e.name, labels_, map_);
    if (match.status != MatchStatus::Found) return fail(ErrorCode::StructureMissing, match.reason);
    for (const protocol::GlobDoubt& doubt : match.doubts) {
      // ORGAN is what some systems write for every ROI: it contradicts nothing by itself.
      const bool default_type = doubt.kind == protocol::GlobDoubt::Kind::InterpretedType &&
                                labels_[doubt.roi].interpreted_type == "ORGAN";
      if (!default_type) {
        return fail(ErrorCode::StructureAmbiguous,
                    fmt::format("{} Say which ROIs are meant, one --map \"{}*=ROI\" for each.",
                                doubt.text, e.name));
      }
      findings_.push_back({FindingCode::StructureDoubtful, doubt.text, labels_[doubt.roi].name});
    }
    if (!match.passed_over.empty()) {
      // Empty, of points only, or not readable: without it the union may be smaller than what is
      // meant.
      return fail(
          ErrorCode::RegionEmpty,
          fmt::format("ROI \"{0}\" matches {1}* but has no closed contour. Say which ROIs are "
                      "meant, one --map \"{1}*=ROI\" for each.",
                      label(match.passed_over.front()), e.name));
    }
    add_how(e.name + "*", match.rois,
            map_.targets(e.name + "*").empty() ? "the beginning of the name"
                                               : protocol::rung_text(protocol::Rung::Map));
    RoiExpression all{RoiExpression::Op::Union, 0, {}};
    for (const std::size_t i : match.rois) all.operands.push_back(take(i));
    if (all.operands.size() == 1) return all.operands.front();
    return all;
  }

  RoiExpression take(std::size_t roi) {
    if (std::find(rois_.begin(), rois_.end(), roi) == rois_.end()) rois_.push_back(roi);
    return {RoiExpression::Op::Roi, roi, {}};
  }

  void add_how(const std::string& wanted, const std::vector<std::size_t>& rois,
               std::string_view rung) {
    std::string list;
    for (const std::size_t roi : rois) {
      list += fmt::format("{}'{}' (ROI number {})", list.empty() ? "" : ", ", label(roi),
                          labels_[roi].number);
    }
    how_.push_back(fmt::format("{}: {} by {}", printable(wanted), list, rung));
  }

  [[nodiscard]] std::string label(std::size_t roi) const { return printable(labels_[roi].name); }

  const protocol::Protocol* protocol_;
  std::vector<protocol::RoiLabel> labels_;
  const protocol::NameMap& map_;
  std::vector<std::size_t> rois_;
  std::vector<std::string> notes_;
  std::vector<std::string> how_;
  Findings findings_;
};

}  // namespace

std::vector<protocol::RoiLabel> roi_labels(const model::StructureSet& structures) {
  std::vector<protocol::RoiLabel> labels;
  for (const model::Roi& roi : structures.rois) {
    const bool closed =
        std::any_of(roi.contours.begin(), roi.contours.end(), [](const model::Contour& contour) {
          return contour.type == model::ContourType::ClosedPlanar ||
                 contour.type == model::ContourType::ClosedPlanarXor;
        });
    labels.push_back({roi.name, roi.number, roi.interpreted_type, closed});
    for (const model::CodedConcept& code : roi.codes)
      labels.back().codes.push_back(code.scheme + " " + code.value);
  }
  return labels;
}

Result<Resolved> resolve(const StructureExpression& expression, const protocol::Protocol* protocol,
                         const model::StructureSet& structures, const protocol::NameMap& map) {
  Resolver resolver(protocol, structures, map);
  auto result = resolver.run(expression, 0);
  if (!result) return tl::unexpected(result.error());
  return resolver.finish(std::move(*result));
}

Result<Resolved> resolve_enclosure(const std::string& name, const protocol::Protocol* protocol,
                                   const model::StructureSet& structures,
                                   const protocol::NameMap& map) {
  if (!name.empty()) {
    return resolve({StructureExpression::Op::Name, name, {}, {}}, protocol, structures, map);
  }
  std::vector<std::size_t> bodies;
  const auto labels = roi_labels(structures);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].interpreted_type == "EXTERNAL") bodies.push_back(i);
  }
  constexpr std::string_view kRemedy =
      "Name the structure that bounds the isodose volume, as in CI(in=Body).";
  if (bodies.empty()) {
    return fail(ErrorCode::StructureMissing,
                fmt::format("No ROI is of type EXTERNAL. {}", kRemedy));
  }
  if (bodies.size() > 1) {
    std::string all;
    for (const std::size_t i : bodies) {
      all += fmt::format("{}\"{}\"", all.empty() ? "" : ", ", printable(labels[i].name));
    }
    return fail(ErrorCode::StructureAmbiguous,
                fmt::format("Several ROIs are of type EXTERNAL: {}. {}", all, kRemedy));
  }
  const std::size_t body = bodies.front();
  if (!labels[body].has_contours) {
    return fail(ErrorCode::RegionEmpty,
                fmt::format("ROI \"{}\" has no closed contour.", printable(labels[body].name)));
  }
  return Resolved{{RoiExpression::Op::Roi, body, {}}, {body}, {}, {}, {}};
}

std::string key_of(const RoiExpression& expression) {
  if (expression.op == RoiExpression::Op::Roi) return fmt::format("#{}", expression.roi);
  if (expression.op == RoiExpression::Op::Margin) {
    return key_of(expression.operands.front()) + "{" + shortest(expression.margin_mm) + "}";
  }
  constexpr std::string_view kSigns = "?+-&";
  std::string text = "(";
  for (std::size_t i = 0; i < expression.operands.size(); ++i) {
    if (i > 0) text += kSigns[static_cast<std::size_t>(expression.op)];
    text += key_of(expression.operands[i]);
  }
  return text + ")";
}

}  // namespace dosegate::evaluation
