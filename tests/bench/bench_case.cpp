#include "bench_case.h"

#include <cmath>
#include <utility>

namespace dosegate::bench {
namespace {

/// As written with two decimals and read again.
double two_decimals(double value) {
  return std::round(value * 100.0) / 100.0;
}

model::Roi roi_of(const samples::DrawnRoi& drawn) {
  model::Roi roi;
  roi.number = drawn.roi.number;
  roi.name = drawn.roi.name;
  roi.interpreted_type = drawn.roi.interpreted_type;
  for (const auto& plane : drawn.planes) {
    for (const auto& polygon : plane.polygons) {
      model::Contour contour;
      for (const auto& point : polygon) {
        contour.points.emplace_back(two_decimals(point.x), two_decimals(point.y),
                                    two_decimals(plane.z));
      }
      roi.contours.push_back(std::move(contour));
    }
  }
  return roi;
}

model::DoseGrid grid_of(const samples::StoredDose& stored) {
  model::GridGeometry geometry;
  const auto& spec = stored.spec;
  geometry.origin = model::Vec3(spec.first_mm[0], spec.first_mm[1], spec.first_mm[2]);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (int i = 0; i < spec.count[axis]; ++i) {
      geometry.positions_mm[axis].push_back(i * spec.spacing_mm[axis]);
    }
  }
  std::vector<double> values_gy;
  values_gy.reserve(stored.raw.size());
  for (const auto raw : stored.raw) values_gy.push_back(raw * stored.scaling_gy);
  return *model::DoseGrid::create(std::move(geometry), std::move(values_gy));
}

}  // namespace

model::Case make_case(const PlanSize& size) {
  const auto drawn = draw_rois(size);
  const auto plan = plan_around(size, drawn);
  model::Case made;
  made.patient_id = plan.patient_id;
  made.plan.emplace();
  made.plan->sop_instance_uid = "1.2.3.1";
  made.plan->label = plan.plan_label;
  made.plan->fractions = plan.fractions;
  made.plan->prescription_gy = plan.prescription_gy;
  made.structures.emplace();
  for (const auto& roi : drawn) made.structures->rois.push_back(roi_of(roi));
  made.doses.push_back({"1.2.3.2",
                        "in memory",
                        "1.2.3.9",
                        plan.patient_id,
                        model::DoseType::Physical,
                        model::DoseSummation::Plan,
                        {"1.2.3.1"},
                        {},
                        {},
                        "",
                        grid_of(samples::store_dose(plan.dose, plan.grid))});
  return made;
}

}  // namespace dosegate::bench
