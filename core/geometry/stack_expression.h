// A structure expression over stacks of planes, read as a solid under any reading.
//
// Meaning. An interpolated stack says of a point which share of it belongs to the solid. Where two
// planes share in a stretch of w, take it as a choice: one of them holds, with its share as its
// chance. Operands that are drawn on the same planes there choose together, which is to say that the
// planes are combined first and then interpolated; operands on other planes choose apart, so that
// their shares multiply. Under each choice every operand is a plain outline (or nothing), and the
// expression is evaluated on these. Hence all laws of sets hold, for every reading: V(A - B) = V(A) -
// V(A & B), A - (B + C) = (A - B) & (A - C), A & A = A and so on. In the slab reading there is never
// more than one choice, and the solids are cut at each other's faces.
//
// Products of shares are curved along w; they become straight pieces as in read_stack.h.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "geometry/arrangement.h"
#include "geometry/plane_stack.h"
#include "geometry/reading.h"

namespace dosegate::geometry {

/// A stack, or an operation on two or more expressions, from left to right.
struct StackExpression {
  const PlaneStack* stack = nullptr;  ///< set: a stack, and the rest means nothing
  Combine operation = Combine::Union;
  std::vector<StackExpression> operands;
};

/// Reads one expression under several readings; each pair of borders is arranged once for all of
/// them. All stacks must lie in one frame (InternalError) and outlive the reader. Not for use by
/// several threads at once.
class ExpressionReader {
 public:
  explicit ExpressionReader(StackExpression expression);
  ~ExpressionReader();
  ExpressionReader(const ExpressionReader&) = delete;
  ExpressionReader& operator=(const ExpressionReader&) = delete;

  /// The solid; without slabs if nothing is left. Regions of one reader share the borders that they
  /// have in common.
  [[nodiscard]] Region read(const Reading& reading);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dosegate::geometry
