#include "evaluation/measure.h"

#include <fmt/format.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "base/text.h"
#include "dvh/compute_dvh.h"
#include "evaluation/grid_edge.h"
#include "geometry/conventions.h"
#include "geometry/voxel_dose.h"

namespace dosegate::evaluation {
namespace {

Measured measure_one(const RoiExpression& expression, const CaseGeometry& geometry,
                     const model::DoseGrid& grid, const dvh::DvhOptions& dvh_options,
                     const GridEdge& edge, bool bracketed) {
  std::vector<geometry::Reading> readings = {geometry.reading()};
  if (bracketed) {
    const auto others = bracket_readings(geometry.reading());
    readings.insert(readings.end(), others.begin(), others.end());
  }
  Measured measured;
  auto read = geometry.readings(expression, readings);
  if (!read) {
    measured.error = std::move(read.error());
    return measured;
  }
  measured.findings = std::move(read->findings);
  measured.planes = read->planes;
  measured.nominal_spacing_mm = read->nominal_spacing_mm;
  const std::span<const geometry::Region> regions = read->regions;
  if (bracketed) {
    measured.bracketed =
        dvh::compute_reading_dvhs(regions[0], regions.subspan(1), grid, dvh_options);
    measured.dvh = measured.bracketed->value;
  } else {
    measured.dvh = dvh::compute_dvh(regions[0], grid, dvh_options);
  }
  measured.maximum_at_edge = edge.cuts_maximum(regions[0], *measured.dvh);
  return measured;
}

}  // namespace

std::vector<geometry::Reading> bracket_readings(const geometry::Reading& in_use) {
  using geometry::EndCaps;
  using geometry::Interpolation;
  std::vector<geometry::Reading> readings;
  for (const Interpolation interpolation : {Interpolation::Slab, Interpolation::Blend}) {
    for (const EndCaps caps : {EndCaps::Half, EndCaps::None}) {
      const geometry::Reading reading{caps, interpolation};
      if (!(reading == in_use)) readings.push_back(reading);
    }
  }
  return readings;
}

std::vector<BracketReading> bracket_reading_names(const geometry::Reading& in_use) {
  std::vector<BracketReading> names;
  for (const geometry::Reading& reading : bracket_readings(in_use)) {
    names.push_back({std::string(geometry::name_of(reading.end_caps)),
                     std::string(geometry::name_of(reading.interpolation))});
  }
  return names;
}

Result<std::vector<Measured>> measure(const std::vector<RoiExpression>& expressions,
                                      const CaseGeometry& geometry, const model::DoseGrid& grid,
                                      const EvaluationOptions& options,
                                      const Bracketed& bracketed) {
  std::vector<Measured> results(expressions.size());
  const GridEdge edge(grid);
  std::optional<model::DoseGrid> steps;
  if (options.dose == DoseInterpolation::Voxel) {
    auto made = geometry::voxel_dose(grid);
    if (!made) return tl::unexpected(made.error());
    steps = std::move(*made);
  }
  const model::DoseGrid& asked = steps ? *steps : grid;
  dvh::DvhOptions dvh_options;
  dvh_options.voxel_dose = steps.has_value();
  // Neither puts tasks in order, so that the thread sanitizer sees what two of them share.
  std::atomic<bool> stopped = false;
  std::atomic<std::size_t> done = 0;
  // Asked for more threads than the machine has, TBB would warn on standard error.
  const int most = tbb::info::default_concurrency();
  tbb::task_arena arena(options.workers > 0 ? std::min(options.workers, most) : most);
  arena.execute([&] {
    // One task an expression: the work within a structure is sequential, so which thread does it
    // and when changes nothing.
    tbb::parallel_for(
        std::size_t{0}, expressions.size(), std::size_t{1},
        [&](std::size_t i) {
          if (stopped.load(std::memory_order_relaxed)) return;
          if (stops(options.stop,
                    {"measuring", done.load(std::memory_order_relaxed), expressions.size()})) {
            stopped.store(true, std::memory_order_relaxed);
            return;
          }
          results[i] = measure_one(expressions[i], geometry, asked, dvh_options, edge,
                                   bracketed && bracketed(i));
          done.fetch_add(1, std::memory_order_relaxed);
        },
        tbb::simple_partitioner());
  });
  if (stopped) return fail(ErrorCode::Cancelled, "The evaluation was stopped by the caller.");
  return results;
}

Findings coverage_findings(const Measured& measured, const std::string& name) {
  Findings findings;
  const dvh::Dvh& dvh = measured.dvh.value();
  if (dvh.uncovered().value() != 0.0) {
    findings.push_back({FindingCode::StructureLeavesGrid,
                        fmt::format("{} of {} cc lie outside of the dose grid and have no dose.",
                                    fixed_beside(dvh.uncovered().value(), {0.0}, 2),
                                    fixed(dvh.volume().value(), 2)),
                        name});
  }
  if (measured.maximum_at_edge) {
    findings.push_back({FindingCode::StructureMaximumAtEdge,
                        fmt::format("Its highest dose, {} Gy, lies at the edge of the dose grid, "
                                    "where the dose still rises: a higher one may have been cut "
                                    "off.",
                                    fixed(dvh.maximum()->value(), 2)),
                        name});
  }
  return findings;
}

Findings edge_findings(const model::DoseGrid& grid) {
  const auto values = grid.values();
  for (std::size_t k = 0; k < grid.size(2); ++k) {
    for (std::size_t j = 0; j < grid.size(1); ++j) {
      for (std::size_t i = 0; i < grid.size(0); ++i) {
        const bool edge = i == 0 || j == 0 || k == 0 || i + 1 == grid.size(0) ||
                          j + 1 == grid.size(1) || k + 1 == grid.size(2);
        if (edge && values[grid.index(i, j, k)] == grid.maximum_gy() && grid.maximum_gy() > 0.0) {
          return {{FindingCode::DoseMaximumAtEdge,
                   fmt::format(
                       "The highest dose, {} Gy, lies in the outermost voxels of the dose grid: "
                       "a higher one may have been cut off.",
                       fixed(grid.maximum_gy(), 2)),
                   ""}};
        }
      }
    }
  }
  return {};
}

Findings coarse_findings(const model::DoseGrid& grid) {
  // Spacings are written with a few decimals: 3.0001 mm is 3 mm.
  constexpr double kSameSpacing_mm = 0.01;
  double widest_mm = 0.0;
  for (int a = 0; a < 3; ++a) {
    const auto p = grid.positions(a);
    for (std::size_t i = 1; i < p.size(); ++i) widest_mm = std::max(widest_mm, p[i] - p[i - 1]);
  }
  if (widest_mm <= kCoarsestGrid_mm + kSameSpacing_mm) return {};
  return {{FindingCode::DoseGridCoarse,
           fmt::format("The dose's voxels are up to {} mm apart, more than {} mm: maxima and small "
                       "structures may be off by more than the stated accuracy.",
                       fixed(widest_mm, 2), shortest(kCoarsestGrid_mm)),
           ""}};
}

}  // namespace dosegate::evaluation
