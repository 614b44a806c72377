// Truth for any dose grid: a fine integration of the trilinear field over a drawn body, by lines
// across it. Slow, and independent of the engine.
#pragma once

#include <memory>

#include "validation/analytic_doses.h"
#include "validation/truth_curve.h"

namespace dosegate::validation {

struct FieldTruthOptions {
  /// Lines stand at most this share of the body's extent apart along w, and half of it in plane:
  /// there, but not along w, the body's width can change within a strip.
  double step_frac = 1.0 / 200.0;
};

/// The drawn body lies within the outermost nodes of the lattice (std::logic_error otherwise).
/// Volume, Dmin and Dmax are exact. Mean and curve are sums over pieces of lines; along a line the
/// trilinear dose is linear within a cell, and across the strip that a line stands for the dose is
/// taken to first order. truth_test.cpp measures what that leaves.
[[nodiscard]] std::unique_ptr<TruthCurve> field_truth(const DrawnBody& body,
                                                      const DoseLatticeSpec& lattice,
                                                      const FieldTruthOptions& options = {});

}  // namespace dosegate::validation
