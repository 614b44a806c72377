// Curves of a few structures, every number to the last bit: for test_same_bits.py, which compares
// what the same sources give when they are compiled for other processors.
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench_case.h"
#include "dvh/compute_dvh.h"
#include "geometry/arrangement.h"
#include "geometry/region.h"

namespace {

using dosegate::Cc;
using dosegate::Gy;
using dosegate::dvh::compute_dvh;
using dosegate::dvh::Dvh;
using dosegate::geometry::Region;
using dosegate::model::DoseGrid;
using dosegate::model::Vec3;

/// Named by what went in.
void print(const std::string& name, const char* what, double value) {
  std::printf("%s %s %a\n", name.c_str(), what, value);
}

void print(const std::string& name, const Dvh& dvh) {
  print(name, "volume", dvh.volume().value());
  print(name, "covered", dvh.covered().value());
  print(name, "uncovered", dvh.uncovered().value());
  print(name, "mean", dvh.mean().value().value());
  print(name, "mean_square", dvh.mean_square_gy2().value());
  print(name, "min", dvh.minimum().value().value());
  print(name, "max", dvh.maximum().value().value());
  for (const double share : {0.999, 0.95, 0.5, 0.02, 0.001}) {
    print(name, "hottest", dvh.hottest(Cc(share * dvh.covered().value())).value().value());
    print(name, "coldest", dvh.coldest(Cc(share * dvh.covered().value())).value().value());
  }
  for (const double volume_cc : dvh.cumulative_cc(Gy(0.05))) print(name, "curve", volume_cc);
}

/// The same values on axes that are turned against those of every region, so that the grid is
/// resampled.
DoseGrid turned(const DoseGrid& grid) {
  dosegate::model::GridGeometry geometry;
  geometry.axes = Eigen::AngleAxisd(0.2, Vec3(1.0, 2.0, 3.0).normalized()).toRotationMatrix();
  geometry.origin = geometry.axes * grid.origin();
  for (int axis = 0; axis < 3; ++axis) {
    const auto positions = grid.positions(axis);
    geometry.positions_mm[static_cast<std::size_t>(axis)].assign(positions.begin(),
                                                                 positions.end());
  }
  const auto values = grid.values();
  return DoseGrid::create(std::move(geometry), {values.begin(), values.end()}).value();
}

/// A body, a large organ and small ones, two of them with a hole and one in two islands.
dosegate::bench::PlanSize plan_size() {
  dosegate::bench::PlanSize size = dosegate::bench::smoke_plan();
  size.structures = 14;
  size.planes = 20;
  size.points_from = 60;
  size.points_to = 150;
  size.dose_count = {44, 46, 32};  // the body leaves it along x
  size.dose_spacing_mm = 8.0;
  return size;
}

std::vector<std::pair<std::string, Region>> regions_of(const dosegate::model::StructureSet& set) {
  std::vector<std::pair<std::string, Region>> regions;
  for (const auto& roi : set.rois) {
    const auto frame = dosegate::geometry::contour_frame(roi).value();
    regions.emplace_back(roi.name, dosegate::geometry::build_region(roi, frame).value().region);
  }
  using dosegate::geometry::Combine;
  const Region& body = regions[0].second;
  const Region& organ = regions[1].second;
  const Region& target = regions.back().second;
  Region rest = combine(body, organ, Combine::Subtract);
  Region both = combine(organ, target, Combine::Union);
  regions.emplace_back("rest", std::move(rest));
  regions.emplace_back("both", std::move(both));
  return regions;
}

}  // namespace

int main() {
#ifdef __AVX2__
  std::puts("compiled for AVX2");
#else
  std::puts("compiled for any x86-64");
#endif
  const auto plan = dosegate::bench::make_case(plan_size());
  const DoseGrid& grid = plan.doses[0].grid;
  const DoseGrid turned_grid = turned(grid);
  for (const auto& [name, region] : regions_of(*plan.structures)) {
    print(name, compute_dvh(region, grid));
    print(name + " turned", compute_dvh(region, turned_grid));
    dosegate::dvh::DvhOptions fine;
    fine.cell = dosegate::Mm(3.0);
    print(name + " fine", compute_dvh(region, grid, fine));
  }
  return 0;
}
