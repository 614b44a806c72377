// DVHs of many structures at once. Private to evaluation/.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dvh/reading_dvhs.h"
#include "evaluation/evaluate.h"
#include "evaluation/resolve.h"

namespace dosegate::evaluation {

struct Measured {
  std::optional<dvh::Dvh> dvh;
  std::optional<dvh::ReadingDvhs> bracketed;  ///< where it was asked for and there is a dvh
  std::optional<Error> error;                 ///< why there is no dvh
  Findings findings;                          ///< of the contours of its ROIs
  /// The structure's highest dose lies at the grid's edge, where the dose still rises.
  bool maximum_at_edge = false;
  int planes = 0;  ///< of the expression's first ROI, as is the spacing
  double nominal_spacing_mm = 0.0;
};

/// The readings that brackets compare with (design 4.4): end caps half and none, slab and blend,
/// without the reading in use.
[[nodiscard]] std::vector<geometry::Reading> bracket_readings(const geometry::Reading& in_use);
[[nodiscard]] std::vector<BracketReading> bracket_reading_names(const geometry::Reading& in_use);

/// What brackets are asked for.
using Bracketed = std::function<bool(std::size_t expression)>;

/// Measures each expression; result i belongs to expressions[i]. Errors: Cancelled.
[[nodiscard]] Result<std::vector<Measured>> measure(const std::vector<RoiExpression>& expressions,
                                                    const CaseGeometry& geometry,
                                                    const model::DoseGrid& grid,
                                                    const EvaluationOptions& options,
                                                    const Bracketed& bracketed = {});

/// What the grid's end does to a structure that was measured: "3.10 of 45.00 cc lie outside of the
/// dose grid ...", if any volume is uncovered; "Its highest dose ...", if it was cut off.
[[nodiscard]] Findings coverage_findings(const Measured& measured, const std::string& name);

/// The hottest voxel lies in the outermost layer of the grid: the maximum may have been cut off.
[[nodiscard]] Findings edge_findings(const model::DoseGrid& grid);

/// The widest voxel spacing up to which the numbers' accuracy was shown, mm.
inline constexpr double kCoarsestGrid_mm = 3.0;
/// An axis along which the voxels are further apart than kCoarsestGrid_mm.
[[nodiscard]] Findings coarse_findings(const model::DoseGrid& grid);

}  // namespace dosegate::evaluation
