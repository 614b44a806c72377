#include "evaluation/case_geometry.h"

namespace dosegate::evaluation {
namespace {

using geometry::BuiltRegion;
using geometry::Combine;
using geometry::PlaneFrame;
using geometry::Region;

std::size_t first_roi(const RoiExpression& expression) {
  const RoiExpression* at = &expression;
  while (at->op != RoiExpression::Op::Roi) at = &at->operands.front();
  return at->roi;
}

Combine combination(RoiExpression::Op op) {
  switch (op) {
    case RoiExpression::Op::Union:
      return Combine::Union;
    case RoiExpression::Op::Subtract:
      return Combine::Subtract;
    case RoiExpression::Op::Intersect:
      return Combine::Intersect;
    case RoiExpression::Op::Roi:
      break;
  }
  throw InternalError("a single ROI is no combination");
}

}  // namespace

CaseGeometry::CaseGeometry(const model::StructureSet& structures, geometry::EndCaps caps)
    : structures_(structures), caps_(caps) {}

std::optional<double> CaseGeometry::set_spacing(const model::Vec3& w) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [normal, spacing] : spacings_) {
    if (normal == w) return spacing;
  }
  // A pure function of the structure set and w: whichever thread comes first finds the same.
  spacings_.emplace_back(w, geometry::nominal_spacing_mm(structures_, w));
  return spacings_.back().second;
}

Result<BuiltRegion> CaseGeometry::build(std::size_t index, const PlaneFrame& frame) const {
  geometry::RegionOptions options;
  options.end_caps = caps_;
  options.set_spacing_mm = set_spacing(frame.axes.col(2));
  return geometry::build_region(structures_.rois[index], frame, options);
}

Result<BuiltRegion> CaseGeometry::roi(std::size_t index) const {
  require(index < structures_.rois.size(), "ROI index out of range");
  const auto frame = geometry::contour_frame(structures_.rois[index]);
  if (!frame) return tl::unexpected(frame.error());
  return build(index, *frame);
}

Result<Region> CaseGeometry::region(const RoiExpression& expression) const {
  const auto frame = geometry::contour_frame(structures_.rois.at(first_roi(expression)));
  if (!frame) return tl::unexpected(frame.error());
  auto region = in_frame(expression, *frame);
  if (region && region->empty()) {
    return fail(ErrorCode::RegionEmpty,
                "Nothing is left of the structure after the subtraction or "
                "intersection.");
  }
  return region;
}

Result<Region> CaseGeometry::in_frame(const RoiExpression& expression,
                                      const PlaneFrame& frame) const {
  if (expression.op == RoiExpression::Op::Roi) {
    auto built = build(expression.roi, frame);
    if (!built) return tl::unexpected(built.error());
    return std::move(built->region);
  }
  require(!expression.operands.empty(), "an operation without operands");
  auto result = in_frame(expression.operands.front(), frame);
  for (std::size_t i = 1; result && i < expression.operands.size(); ++i) {
    const auto operand = in_frame(expression.operands[i], frame);
    if (!operand) return operand;
    result = geometry::combine(*result, *operand, combination(expression.op));
  }
  return result;
}

}  // namespace dosegate::evaluation
