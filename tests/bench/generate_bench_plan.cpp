// Writes one plan to measure on: RTPLAN.dcm, RTSTRUCT.dcm and RTDOSE.dcm in the folder named.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

#include "bench_plan.h"
#include "sample_files.h"

namespace {

namespace bench = dosegate::bench;

struct Arguments {
  std::string folder;
  std::string plan = "small";
  int structures = 0, planes = 0, points = 0, bits = 0;
  std::vector<int> dose;
};

bench::PlanSize size_of(const Arguments& arguments) {
  bench::PlanSize size = arguments.plan == "huge"    ? bench::huge_plan()
                         : arguments.plan == "smoke" ? bench::smoke_plan()
                                                     : bench::small_plan();
  if (arguments.structures > 0) {
    size.structures = arguments.structures;
  }
  if (arguments.planes > 0) {
    size.planes = arguments.planes;
  }
  if (arguments.points > 0) {
    size.points_from = size.points_to = arguments.points;
  }
  if (arguments.bits > 0) {
    size.dose_bits = arguments.bits;
  }
  for (std::size_t axis = 0; axis < arguments.dose.size(); ++axis) {
    size.dose_count[axis] = arguments.dose[axis];
  }
  return size;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  CLI::App app{"Writes one plan to measure on; the same arguments give the same bytes"};
  app.add_option("folder", arguments.folder, "Where the three files go")->required();
  app.add_option("--plan", arguments.plan, "What the other options change")
      ->check(CLI::IsMember({"small", "huge", "smoke"}));
  app.add_option("--structures", arguments.structures)->check(CLI::Range(1, 10000));
  app.add_option("--planes", arguments.planes)->check(CLI::Range(1, 10000));
  app.add_option("--points", arguments.points, "Points a contour")->check(CLI::Range(3, 100000));
  app.add_option("--bits", arguments.bits, "Of a stored dose value")
      ->check(CLI::IsMember({16, 32}));
  app.add_option("--dose", arguments.dose, "Voxels along x, y, z")->expected(3);
  CLI11_PARSE(app, argc, argv);
  try {
    const auto size = size_of(arguments);
    const auto rois = bench::draw_rois(size);
    const auto plan = bench::plan_around(size, rois);
    dosegate::samples::write_files(arguments.folder, plan, rois,
                                   dosegate::samples::store_dose(plan.dose, plan.grid));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "generate_bench_plan: %s\n", failure.what());
    return 1;
  }
  return 0;
}
