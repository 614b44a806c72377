#include "evaluation/sum_dvhs.h"

#include <algorithm>
#include <limits>

#include "evaluation/plan_sum.h"

namespace dosegate::evaluation {
namespace {

constexpr std::size_t kMostVoxels = 8'000'000;
constexpr std::size_t kMostPieces = 4;
constexpr double kAround_mm = 20.0;  // more than any end cap reaches beyond its plane

// What a box around the contours of an expression is made of: those that it cannot reach beyond.
void collect_rois(const RoiExpression& expression, std::vector<std::size_t>& rois,
                  double& margin_mm) {
  if (expression.op == RoiExpression::Op::Roi) rois.push_back(expression.roi);
  margin_mm += std::max(0.0, expression.margin_mm);
  const bool first_holds_all = expression.op != RoiExpression::Op::Union;
  for (const RoiExpression& operand : expression.operands) {
    collect_rois(operand, rois, margin_mm);
    if (first_holds_all) break;
  }
}

geometry::LatticeBlock block_around(const RoiExpression& expression,
                                    const model::StructureSet& structures,
                                    const model::DoseGrid& lattice) {
  std::vector<std::size_t> rois;
  double around_mm = kAround_mm;
  collect_rois(expression, rois, around_mm);
  geometry::LatticeBlock block;
  for (int a = 0; a < 3; ++a) {
    double low = std::numeric_limits<double>::max();
    double high = std::numeric_limits<double>::lowest();
    for (const std::size_t roi : rois) {
      for (const model::Contour& contour : structures.rois[roi].contours) {
        for (const model::Vec3& point : contour.points) {
          const double at = lattice.axis(a).dot(point - lattice.origin());
          low = std::min(low, at - around_mm);
          high = std::max(high, at + around_mm);
        }
      }
    }
    const auto p = lattice.positions(a);
    const auto index = static_cast<std::size_t>(a);
    const auto begin = std::upper_bound(p.begin(), p.end(), low);
    const auto end = std::lower_bound(p.begin(), p.end(), high);
    const auto last = std::distance(p.begin(), end);
    block.first[index] =
        static_cast<std::size_t>(std::max<std::ptrdiff_t>(std::distance(p.begin(), begin) - 1, 0));
    block.last[index] = std::min(static_cast<std::size_t>(last), p.size() - 1);
    block.first[index] = std::min(block.first[index], block.last[index]);
  }
  return block;
}

// The most pieces of a voxel's distance that the memory bears.
std::size_t pieces_of(const geometry::LatticeBlock& block) {
  for (std::size_t pieces = kMostPieces; pieces > 1; --pieces) {
    std::size_t voxels = 1;
    for (std::size_t a = 0; a < 3; ++a) voxels *= (block.last[a] - block.first[a] + 1) * pieces;
    if (voxels <= kMostVoxels) return pieces;
  }
  return 1;
}

}  // namespace

void SumDvhs::ask(const metrics::Metric& metric, std::size_t expression,
                  const AskedEnclosures& enclosures) {
  const metrics::Basis basis = metrics::basis_of(metric);
  if (!options_.sum || !basis.is_converted()) return;
  auto found = std::find_if(bases_.begin(), bases_.end(),
                            [&](const OnBasis& known) { return known.basis == basis; });
  if (found == bases_.end()) found = bases_.insert(bases_.end(), OnBasis{basis, {}, {}, {}, {}});
  const auto add = [&](std::size_t index) {
    auto& list = found->expressions;
    if (std::find(list.begin(), list.end(), index) == list.end()) list.push_back(index);
  };
  add(expression);
  if (!metrics::needs_enclosure(metric.kind)) return;
  const auto enclosure = enclosures.find(metric.within);
  if (enclosure == enclosures.end()) return;
  if (enclosure->second.work) add(*enclosure->second.work);
  if (!enclosure->second.rim) return;
  add(*enclosure->second.rim);
  found->rims.insert(*enclosure->second.rim);
}

Result<void> SumDvhs::measure(const std::vector<RoiExpression>& expressions,
                              const CaseGeometry& geometry) {
  for (OnBasis& on : bases_) {
    const auto grid = sum_on_basis(*options_.sum, on.basis);
    if (!grid) {
      on.reason = grid.error().text;
      continue;
    }
    std::vector<RoiExpression> wanted;
    for (const std::size_t i : on.expressions) wanted.push_back(expressions[i]);
    auto measured = evaluation::measure(wanted, geometry, *grid, options_, [&](std::size_t i) {
      return !on.rims.contains(on.expressions[i]);
    });
    if (!measured) return tl::unexpected(measured.error());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      Measured& m = (*measured)[i];
      if (on.rims.contains(on.expressions[i]) && m.dvh) {
        on.dvhs.emplace(on.expressions[i], dvh::ReadingDvhs{std::move(*m.dvh), {}, {}});
      }
      if (!m.bracketed) continue;
      on.dvhs.emplace(on.expressions[i], std::move(*m.bracketed));
      if (auto finer = refine(on, on.expressions[i], wanted[i], geometry); !finer) return finer;
    }
  }
  return {};
}

// Curves on a finer lattice in place of those that there are, whose doubt stays: it knows how far the
// dose between the plans' own voxels is from a smooth one, and more than covers what the finer lattice
// leaves.
Result<void> SumDvhs::refine(OnBasis& on, std::size_t index, const RoiExpression& expression,
                             const CaseGeometry& geometry) const {
  const model::DoseGrid& lattice = options_.sum->parts.front().grid;
  const auto block = block_around(expression, options_.sum->whole.structures.value(), lattice);
  const std::size_t pieces = pieces_of(block);
  if (pieces < 2) return {};
  const auto grid = sum_on_basis(*options_.sum, on.basis, block, pieces);
  if (!grid) return tl::unexpected(grid.error());
  auto measured = evaluation::measure({expression}, geometry, *grid, options_,
                                      [](std::size_t) { return true; });
  if (!measured) return tl::unexpected(measured.error());
  std::optional<dvh::ReadingDvhs>& finer = measured->front().bracketed;
  dvh::ReadingDvhs& known = on.dvhs.at(index);
  constexpr double kSame_cc = 1e-6;
  // The block was to hold the structure with all that its ends are read to be.
  if (!finer || finer->value.uncovered().value() > known.value.uncovered().value() + kSame_cc) {
    return {};
  }
  finer->doubt = known.doubt;
  known = std::move(*finer);
  return {};
}

MetricInput SumDvhs::input(const metrics::Metric& metric, std::size_t expression,
                           const dvh::ReadingDvhs& physical, const AskedEnclosures& enclosures,
                           metrics::MetricContext context) const {
  MetricInput input{&physical, std::move(context)};
  const metrics::Basis basis = metrics::basis_of(metric);
  if (!options_.sum || !basis.is_converted()) return input;
  input.context.no_conversion = "The structure has no curve on this basis.";
  const auto on = std::find_if(bases_.begin(), bases_.end(),
                               [&](const OnBasis& known) { return known.basis == basis; });
  if (on == bases_.end()) return input;
  if (!on->reason.empty()) {
    input.context.no_conversion = on->reason;
    return input;
  }
  const auto curves = on->dvhs.find(expression);
  if (curves == on->dvhs.end()) return input;
  for (auto& [name, enclosure] : input.context.enclosures) {
    if (enclosure.dvhs == nullptr) continue;
    const AskedEnclosure& asked = enclosures.at(name);
    const auto bounding = on->dvhs.find(asked.work.value());
    const auto rim = asked.rim ? on->dvhs.find(*asked.rim) : on->dvhs.end();
    if (bounding == on->dvhs.end() || (asked.rim && rim == on->dvhs.end())) {
      enclosure = {nullptr, "The structure that bounds the isodose has no curve on this basis."};
      continue;
    }
    enclosure.dvhs = &bounding->second;
    if (asked.rim) enclosure.rim = &rim->second.value;
  }
  input.dvhs = &curves->second;
  input.context.dose_basis = basis;
  input.context.no_conversion.clear();
  return input;
}

}  // namespace dosegate::evaluation
