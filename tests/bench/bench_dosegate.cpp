// What the stages cost: reading, regions, curves, and how they grow with the size of the plan.
//
//   bench_dosegate [--folder FOLDER] [--smallest] [Google Benchmark's own options]
//
// With a folder (of generate_bench_plan) the stages are measured on what is read from it, without
// one on the small plan made in memory; reading is measured only where there is a folder. Curves
// are computed on one core; the benchmarks named `workers` go through evaluation/ as the command
// does. `--smallest` takes tiny plans throughout, to see that it all runs.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench_case.h"
#include "dicom/read_case.h"
#include "dvh/compute_dvh.h"
#include "evaluation/case_geometry.h"
#include "evaluation/evaluate.h"

namespace {

using benchmark::State;
using dosegate::bench::PlanSize;
using dosegate::geometry::BuiltRegion;
using dosegate::model::Case;

Case read_folder(const std::string& folder) {
  auto outcome = dosegate::dicom::read_cases({folder});
  if (!outcome) throw std::runtime_error(outcome.error().text);
  if (outcome->cases.size() != 1) throw std::runtime_error(folder + ": not one plan");
  if (!outcome->cases[0]) throw std::runtime_error(outcome->cases[0].error().text);
  return std::move(*outcome->cases[0]);
}

std::vector<BuiltRegion> regions_of(const Case& plan) {
  const dosegate::evaluation::CaseGeometry geometry(*plan.structures);
  std::vector<BuiltRegion> regions;
  for (std::size_t i = 0; i < plan.structures->rois.size(); ++i) {
    auto built = geometry.roi(i);
    if (!built) throw std::runtime_error(built.error().text);
    regions.push_back(std::move(*built));
  }
  return regions;
}

/// Sum of the means, so that no curve can be left out.
double curves_of(const std::vector<BuiltRegion>& regions, const dosegate::model::DoseGrid& grid) {
  double sum_gy = 0.0;
  for (const BuiltRegion& built : regions) {
    const auto dvh = dosegate::dvh::compute_dvh(built.region, grid);
    sum_gy += dvh.mean().value_or(dosegate::Gy(0.0)).value();
  }
  return sum_gy;
}

void count_plan(State& state, const Case& plan) {
  std::size_t contours = 0, points = 0;
  for (const auto& roi : plan.structures->rois) {
    contours += roi.contours.size();
    for (const auto& contour : roi.contours) points += contour.points.size();
  }
  const auto structures = static_cast<double>(plan.structures->rois.size());
  state.counters["structures"] = structures;
  state.counters["contours"] = static_cast<double>(contours);
  state.counters["points"] = static_cast<double>(points);
  state.counters["voxels"] = static_cast<double>(plan.doses[0].grid.values().size());
  state.counters["per_structure"] = benchmark::Counter(
      structures, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void read(State& state, const std::string& folder) {
  for (auto _ : state) benchmark::DoNotOptimize(read_folder(folder));
}

void regions(State& state, const Case& plan) {
  for (auto _ : state) benchmark::DoNotOptimize(regions_of(plan));
  count_plan(state, plan);
}

void curves(State& state, const Case& plan) {
  const auto built = regions_of(plan);
  for (auto _ : state) benchmark::DoNotOptimize(curves_of(built, plan.doses[0].grid));
  count_plan(state, plan);
}

void one_curve(State& state, const Case& plan, std::size_t roi) {
  const dosegate::evaluation::CaseGeometry geometry(*plan.structures);
  std::vector<BuiltRegion> built;
  built.push_back(std::move(geometry.roi(roi).value()));
  for (auto _ : state) benchmark::DoNotOptimize(curves_of(built, plan.doses[0].grid));
  state.counters["volume_cc"] = built[0].region.volume().value();
}

/// Regions, curves and what a result says of them: everything after reading.
void after_reading(State& state, const Case& plan, int workers) {
  dosegate::evaluation::EvaluationOptions options;
  options.workers = workers;
  for (auto _ : state) {
    const auto report = dosegate::evaluation::compute_dvhs(plan, {}, options);
    if (!report) throw std::runtime_error(report.error().text);
    benchmark::DoNotOptimize(report->structures.data());
  }
  count_plan(state, plan);
}

/// One thing grows, all else stays: how the curves' and the regions' time follows.
struct Growth {
  const char* name;
  std::vector<int> values;
  void (*apply)(PlanSize& size, int value);
};

std::vector<Growth> growths(bool smallest) {
  const std::vector<int> few = {4, 8};
  return {{"structures", smallest ? few : std::vector{5, 10, 20, 40},
           [](PlanSize& size, int value) { size.structures = value; }},
          {"planes", smallest ? few : std::vector{20, 40, 80, 160},
           [](PlanSize& size, int value) {
             size.plane_spacing_mm = size.plane_spacing_mm * size.planes / value;
             size.planes = value;
           }},
          {"points", smallest ? few : std::vector{50, 100, 200, 400, 800, 1600},
           [](PlanSize& size, int value) { size.points_from = size.points_to = value; }},
          {"voxels_along_x", smallest ? few : std::vector{50, 100, 200, 400},
           [](PlanSize& size, int value) {
             // All three axes, at the same extent.
             const double factor = static_cast<double>(value) / size.dose_count[0];
             size.dose_spacing_mm /= factor;
             for (int& count : size.dose_count) count = static_cast<int>(count * factor);
           }}};
}

void register_growth(const Growth& growth, const PlanSize& start) {
  const auto add = [&](const char* stage, void (*run)(State&, const Case&)) {
    auto* made =
        benchmark::RegisterBenchmark(("grow/" + std::string(growth.name) + "/" + stage).c_str(),
                                     [growth, start, run](State& state) {
                                       PlanSize size = start;
                                       growth.apply(size, static_cast<int>(state.range(0)));
                                       run(state, dosegate::bench::make_case(size));
                                       state.SetComplexityN(state.range(0));
                                     });
    for (const int value : growth.values) made->Arg(value);
    made->Unit(benchmark::kMillisecond)->Complexity();
  };
  add("regions", regions);
  add("curves", curves);
}

void register_stages(const Case& plan, const std::string& folder) {
  const auto add = [](const std::string& name, auto run) {
    benchmark::RegisterBenchmark(name.c_str(), run)->Unit(benchmark::kMillisecond);
  };
  if (!folder.empty()) {
    add("read", [folder](State& state) { read(state, folder); });
  }
  add("regions", [&plan](State& state) { regions(state, plan); });
  add("curves", [&plan](State& state) { curves(state, plan); });
  for (const int workers : {1, 2}) {
    benchmark::RegisterBenchmark(
        "after_reading/workers",
        [&plan](State& state) { after_reading(state, plan, static_cast<int>(state.range(0))); })
        ->Arg(workers)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  }
  for (std::size_t i = 0; i < plan.structures->rois.size(); ++i) {
    add("curve/" + plan.structures->rois[i].name,
        [&plan, i](State& state) { one_curve(state, plan, i); });
  }
}

int run(int argc, char** argv) {
  std::string folder;
  bool smallest = false;
  std::vector<char*> rest = {argv[0]};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--folder" && i + 1 < argc) {
      folder = argv[++i];
    } else if (argument == "--smallest") {
      smallest = true;
    } else {
      rest.push_back(argv[i]);
    }
  }
  int count = static_cast<int>(rest.size());
  benchmark::Initialize(&count, rest.data());
  if (benchmark::ReportUnrecognizedArguments(count, rest.data())) return 1;
  const PlanSize size = smallest ? dosegate::bench::smoke_plan() : dosegate::bench::small_plan();
  const Case plan = folder.empty() ? dosegate::bench::make_case(size) : read_folder(folder);
  register_stages(plan, folder);
  for (const Growth& growth : growths(smallest)) register_growth(growth, size);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench_dosegate: %s\n", failure.what());
    return 1;
  }
}
