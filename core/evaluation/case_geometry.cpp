#include "evaluation/case_geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text.h"
#include "geometry/read_stack.h"
#include "geometry/structure_margin.h"

namespace dosegate::evaluation {
namespace {

using geometry::BuiltRegion;
using geometry::BuiltStack;
using geometry::Combine;
using geometry::PlaneFrame;
using geometry::Reading;
using geometry::Region;
using geometry::RoiSurvey;
using geometry::StackExpression;

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
    case RoiExpression::Op::Margin:
      break;
  }
  throw InternalError("a single operand is no combination");
}

bool has_margin(const RoiExpression& expression) {
  return expression.op == RoiExpression::Op::Margin ||
         std::any_of(expression.operands.begin(), expression.operands.end(), has_margin);
}

// The margin that the steps of a stack are grown or shrunk by. A reading that says what lies between the
// planes stands for a smooth border, which the steps leave by half a spacing times the cosine of its
// slope: to both sides, but it is the outer corners that grow and the inner ones that shrink. Over a
// ball that is a quarter of the spacing on average, which the margin is less by; with the slabs as they
// stand beside it, the bracket tells how much the planes leave open.
double margin_of(const RoiExpression& expression, const Reading& reading, double spacing_mm) {
  constexpr double kLeast_mm = 0.01;
  if (reading.interpolation == geometry::Interpolation::Slab) return expression.margin_mm;
  const double size_mm = std::abs(expression.margin_mm) - 0.25 * spacing_mm;
  return std::copysign(std::max(size_mm, kLeast_mm), expression.margin_mm);
}

int drawn_planes(const model::Roi& roi, const geometry::PlaneStack& stack) {
  return roi.from_voxels ? 0 : static_cast<int>(stack.planes.size());
}

auto no_volume(const std::string& roi_name) {
  return fail(ErrorCode::RegionEmpty,
              fmt::format("The contours of ROI \"{}\" enclose no volume.", printable(roi_name)));
}

}  // namespace

CaseGeometry::CaseGeometry(const model::StructureSet& structures, Reading reading)
    : structures_(structures), reading_(reading), surveys_(structures.rois.size()) {}

const RoiSurvey& CaseGeometry::survey_of(std::size_t index) const {
  require(index < surveys_.size(), "ROI index out of range");
  Survey& entry = surveys_[index];
  std::call_once(entry.once, [&] { entry.survey = geometry::survey(structures_.rois[index]); });
  return entry.survey;
}

std::optional<double> CaseGeometry::set_spacing(const model::Vec3& w) const {
  const std::lock_guard lock(spacing_mutex_);
  for (const auto& [normal, spacing] : spacings_) {
    if (normal == w) return spacing;
  }
  // A pure function of the structure set and w: whichever thread comes first finds the same.
  std::vector<RoiSurvey> surveys;
  for (std::size_t i = 0; i < surveys_.size(); ++i) surveys.push_back(survey_of(i));
  spacings_.emplace_back(w, geometry::nominal_spacing_mm(surveys, w));
  return spacings_.back().second;
}

Result<CaseGeometry::Stack> CaseGeometry::make_stack(std::size_t index,
                                                     const PlaneFrame& frame) const {
  auto built = geometry::build_stack(survey_of(index), frame, set_spacing(frame.axes.col(2)));
  if (!built) return tl::unexpected(built.error());
  return std::make_shared<const BuiltStack>(std::move(*built));
}

// Operands of expressions are kept: the same few ROIs (targets above all) come again and again.
// ROIs that are asked for alone are not: their borders are as large as the file they came from.
Result<CaseGeometry::Stack> CaseGeometry::kept_stack(std::size_t index,
                                                     const PlaneFrame& frame) const {
  std::array<double, 9> axes{};
  std::copy_n(frame.axes.data(), axes.size(), axes.begin());
  std::shared_ptr<Making> making;
  {
    const std::lock_guard lock(stacks_mutex_);
    auto& entry = stacks_[{index, axes}];
    if (!entry) entry = std::make_shared<Making>();
    making = entry;
  }
  std::call_once(making->once, [&] { making->stack = make_stack(index, frame); });
  return making->stack;
}

Result<BuiltRegion> CaseGeometry::roi(std::size_t index) const {
  auto read = read_roi(index, std::array{reading_});
  if (!read) return tl::unexpected(read.error());
  return BuiltRegion{std::move(read->regions[0]), std::move(read->findings),
                     read->nominal_spacing_mm, read->planes};
}

Result<Region> CaseGeometry::region(const RoiExpression& expression) const {
  auto read = readings(expression, std::array{reading_});
  if (!read) return tl::unexpected(read.error());
  return std::move(read->regions[0]);
}

Result<ExpressionReadings> CaseGeometry::read_roi(std::size_t index,
                                                  std::span<const Reading> readings) const {
  const auto frame = geometry::contour_frame(survey_of(index));
  if (!frame) return tl::unexpected(frame.error());
  const auto stack = make_stack(index, *frame);
  if (!stack) return tl::unexpected(stack.error());
  ExpressionReadings result;
  for (const Reading& reading : readings)
    result.regions.push_back(geometry::read_stack((*stack)->stack, reading));
  if (result.regions[0].empty()) {
    return no_volume(structures_.rois[index].name);
  }
  result.findings = (*stack)->findings;
  result.planes = drawn_planes(structures_.rois[index], (*stack)->stack);
  result.nominal_spacing_mm = (*stack)->stack.nominal_spacing_mm;
  return result;
}

Result<StackExpression> CaseGeometry::stacks_of(const RoiExpression& expression,
                                                const PlaneFrame& frame, const Reading& reading,
                                                std::vector<Stack>& stacks) const {
  StackExpression result;
  if (expression.op == RoiExpression::Op::Margin) {
    return margin_stack(expression, frame, reading, stacks);
  }
  if (expression.op == RoiExpression::Op::Roi) {
    auto stack = kept_stack(expression.roi, frame);
    if (!stack) return tl::unexpected(stack.error());
    result.stack = &(*stack)->stack;
    stacks.push_back(std::move(*stack));
    return result;
  }
  require(!expression.operands.empty(), "an operation without operands");
  result.operation = combination(expression.op);
  for (const RoiExpression& operand : expression.operands) {
    auto read = stacks_of(operand, frame, reading, stacks);
    if (!read) return read;
    result.operands.push_back(std::move(*read));
  }
  return result;
}

Result<StackExpression> CaseGeometry::margin_stack(const RoiExpression& expression,
                                                   const PlaneFrame& frame, const Reading& reading,
                                                   std::vector<Stack>& stacks) const {
  require(expression.operands.size() == 1, "a margin has one operand");
  const std::size_t first = stacks.size();
  auto operand = stacks_of(expression.operands.front(), frame, reading, stacks);
  if (!operand) return operand;
  const geometry::EndCaps prisms =
      reading.end_caps == geometry::EndCaps::Rounded ? geometry::EndCaps::Half : reading.end_caps;
  const Reading slabs{prisms, geometry::Interpolation::Slab};
  double widest_mm = 0.0;
  for (std::size_t i = first; i < stacks.size(); ++i)
    widest_mm = std::max(widest_mm, stacks[i]->stack.nominal_spacing_mm);
  auto made = geometry::with_margin(geometry::ExpressionReader(std::move(*operand)).read(slabs),
                                    margin_of(expression, reading, widest_mm));
  if (!made) return tl::unexpected(made.error());
  auto stack =
      std::make_shared<const BuiltStack>(BuiltStack{stacks[first]->roi_name, std::move(*made), {}});
  StackExpression result;
  result.stack = &stack->stack;
  stacks.push_back(std::move(stack));
  return result;
}

Result<SolidPair> CaseGeometry::solids(const RoiExpression& a, const RoiExpression& b) const {
  const auto frame = geometry::contour_frame(survey_of(first_roi(a)));
  if (!frame) return tl::unexpected(frame.error());
  std::vector<Stack> stacks;
  const Reading slabs{reading_.end_caps, geometry::Interpolation::Slab};
  std::vector<Region> regions;
  for (const RoiExpression* expression : {&a, &b}) {
    auto stack_expression = stacks_of(*expression, *frame, slabs, stacks);
    if (!stack_expression) return tl::unexpected(stack_expression.error());
    regions.push_back(geometry::ExpressionReader(std::move(*stack_expression)).read(slabs));
  }
  double widest_mm = 0.0;
  for (const Stack& stack : stacks)
    widest_mm = std::max(widest_mm, stack->stack.nominal_spacing_mm);
  return SolidPair{std::move(regions[0]), std::move(regions[1]), widest_mm};
}

Result<CaseGeometry::Reader> CaseGeometry::reader_of(const RoiExpression& expression,
                                                     const PlaneFrame& frame,
                                                     const Reading& reading) const {
  Reader made;
  made.reading = reading;
  auto stack_expression = stacks_of(expression, frame, reading, made.stacks);
  if (!stack_expression) return tl::unexpected(stack_expression.error());
  // An operand that was drawn and yet is nothing is a doubt, not an empty set.
  for (const Stack& stack : made.stacks) {
    if (!geometry::read_stack(stack->stack, {reading.end_caps, reading_.interpolation}).empty())
      continue;
    return no_volume(stack->roi_name);
  }
  made.reader = std::make_shared<geometry::ExpressionReader>(std::move(*stack_expression));
  return made;
}

Result<ExpressionReadings> CaseGeometry::readings(const RoiExpression& expression,
                                                  std::span<const Reading> readings) const {
  require(!readings.empty(), "no reading was asked for");
  if (expression.op == RoiExpression::Op::Roi) return read_roi(expression.roi, readings);
  const auto frame = geometry::contour_frame(survey_of(first_roi(expression)));
  if (!frame) return tl::unexpected(frame.error());
  auto first = reader_of(expression, *frame, readings[0]);
  if (!first) return tl::unexpected(first.error());
  std::vector<Reader> readers = {*first};
  const bool by_reading = has_margin(expression);  // a margin is made for each of them
  ExpressionReadings result;
  for (const Reading& reading : readings) {
    const auto known = std::find_if(readers.begin(), readers.end(), [&](const Reader& made) {
      return !by_reading || made.reading == reading;
    });
    if (known != readers.end()) {
      result.regions.push_back(known->reader->read(reading));
      continue;
    }
    // Under another reading than the first nothing may be left (shrunk, and without end caps).
    auto other = reader_of(expression, *frame, reading);
    result.regions.push_back(other ? other->reader->read(reading) : Region(*frame, {}));
    if (other) readers.push_back(std::move(*other));
  }
  if (result.regions[0].empty()) {
    return fail(ErrorCode::RegionEmpty,
                "Nothing is left of the structure after the subtraction or "
                "intersection.");
  }
  for (const Stack& stack : first->stacks) {
    result.findings.insert(result.findings.end(), stack->findings.begin(), stack->findings.end());
  }
  const geometry::PlaneStack& drawn = first->stacks.front()->stack;
  result.planes = drawn_planes(structures_.rois[first_roi(expression)], drawn);
  result.nominal_spacing_mm = drawn.nominal_spacing_mm;
  return result;
}

}  // namespace dosegate::evaluation
