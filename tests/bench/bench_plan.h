// The plans that the benchmarks run on: as many structures, planes, points and voxels as asked for,
// in shapes and sizes like those of a clinic's plan. A seeded generator of our own makes them, so
// that the same description gives the same bytes on every machine.
//
// Coordinates are the patient's (LPS, mm); contours are drawn on axial planes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sample_contours.h"
#include "sample_dose.h"
#include "sample_plans.h"

namespace dosegate::bench {

/// How much of everything. The contour planes are centred on z = 0, as the dose is, and then shifted
/// by `plane_phase_mm`. Spacing and phase are such that contour planes and dose planes meet at all
/// phases, that the dose covers every structure (160 planes 2.5 mm apart would leave a dose of 160
/// planes at any phase but one), and that two decimals write each z exactly.
struct PlanSize {
  int structures = 35;
  int planes = 160;  ///< every structure is drawn on each of them
  double plane_spacing_mm = 2.45;
  double plane_phase_mm = 0.875;
  int points_from = 150, points_to = 400;  ///< points a contour
  std::array<int, 3> dose_count = {200, 140, 160};
  double dose_spacing_mm = 2.5;
  int dose_bits = 32;  ///< 16 or 32
  std::uint64_t seed = 20260105;
};

/// The plan of the speed bars: 35 structures on 160 planes 2.45 mm apart, 150 to 400 points a
/// contour, dose 200x140x160 at 2.5 mm.
[[nodiscard]] PlanSize small_plan();
/// 60 structures on 160 planes 1.25 mm apart, 1000 points a contour, dose 330x230x260 at 1.5 mm.
[[nodiscard]] PlanSize huge_plan();
/// Seconds for every tool: whether the benchmark's machinery runs, not how fast.
[[nodiscard]] PlanSize smoke_plan();

/// One body of 170 by 110 mm half axes, an eighth of the structures 50 to 80 mm, the others 8 to
/// 40 mm; of these every sixth has two islands and every sixth a hole. The outlines are ellipses
/// that are bent and wobble along their circumference and, smoothly, from plane to plane.
[[nodiscard]] std::vector<samples::DrawnRoi> draw_rois(const PlanSize& size);

/// Plan, beams and dose that go with the ROIs: three sigmoid targets of up to 60 Gy in a wide bath
/// that is nowhere quite zero.
[[nodiscard]] samples::SamplePlan plan_around(const PlanSize& size,
                                              const std::vector<samples::DrawnRoi>& rois);

}  // namespace dosegate::bench
