#include "sample_plans.h"

#include <utility>

namespace dosegate::samples {
namespace {

/// A tumour, and the margins of its planning target volume.
struct Tumour {
  Point3 centre;
  double radius_mm = 0.0;
};

constexpr double kAxialMargin = 8.0;  // mm, GTV to PTV
constexpr double kCranioCaudalMargin = 12.0;

enum class DrawGtv { Yes, No };

class Anatomy {
 public:
  void add(const std::string& name, const std::string& type, const std::string& colour,
           std::vector<Solid> solids) {
    // The body is drawn coarsely to keep the files small; nothing of the protocol depends on it.
    const double chord_error = type == "EXTERNAL" ? 0.12 : 0.016;
    const int number = static_cast<int>(rois_.size()) + 1;
    rois_.push_back({number, name, type, colour, chord_error, std::move(solids)});
  }
  [[nodiscard]] std::vector<SampleRoi> take() { return std::move(rois_); }

 private:
  std::vector<SampleRoi> rois_;
};

/// The abdomen all plans share, with the plan's own tumours.
std::vector<SampleRoi> abdomen(const std::vector<Tumour>& tumours, DrawGtv draw_gtv) {
  Anatomy anatomy;
  anatomy.add("Body", "EXTERNAL", "0\\255\\0", {tube({0, 0, 0}, {150, 102, 81}, {0, 0})});
  anatomy.add("Liver", "ORGAN", "160\\82\\45", {ellipsoid({-48, -18, 15}, {88, 64, 62})});
  std::vector<Solid> ptv;
  int count = 0;
  for (const auto& t : tumours) {
    const double r = t.radius_mm;
    if (draw_gtv == DrawGtv::Yes) {
      anatomy.add("GTV_" + std::to_string(++count), "GTV", "255\\0\\0",
                  {ellipsoid(t.centre, {r, r, r})});
    }
    ptv.push_back(
        ellipsoid(t.centre, {r + kAxialMargin, r + kAxialMargin, r + kCranioCaudalMargin}));
  }
  anatomy.add("PTV", "PTV", "255\\128\\128", std::move(ptv));
  anatomy.add(
      "Bowel_Small", "ORGAN", "255\\255\\0",
      {tube({42, -45, -48}, {16, 14, 30}, {5, 3}), ellipsoid({84, -20, -50}, {20, 24, 26})});
  anatomy.add(
      "Colon", "ORGAN", "0\\128\\255",
      {tube({-95, 5, -62}, {18, 16, 16}, {3, -2}), tube({110, 22, -34}, {14, 13, 44}, {-3, 4}),
       ellipsoid({15, -82, -46}, {58, 13, 17})});
  anatomy.add("Duodenum", "ORGAN", "255\\165\\0", {tube({18, 38, -38}, {13, 10, 23}, {6, 2})});
  anatomy.add("Esophagus", "ORGAN", "255\\192\\203", {tube({8, 44, 52}, {9, 7, 26}, {4, -3})});
  anatomy.add("Stomach", "ORGAN", "128\\0\\128", {ellipsoid({80, -10, 26}, {35, 42, 45})});
  anatomy.add("SpinalCord", "ORGAN", "255\\255\\255", {tube({0, 68, 0}, {6.5, 5.5, 78}, {0, 3})});
  anatomy.add("Kidney_L", "ORGAN", "0\\255\\255", {ellipsoid({62, 58, -20}, {25, 23, 42})});
  anatomy.add("Kidney_R", "ORGAN", "0\\200\\200", {ellipsoid({-60, 62, -34}, {24, 22, 40})});
  return anatomy.take();
}

/// What all plans have in common; the smallest dose in the grid stays above zero by `base`.
SamplePlan common_plan(const std::string& folder, int number, const std::string& ordinal) {
  SamplePlan plan;
  plan.folder = folder;
  plan.patient_id = "DOSEGATE-SAMPLE-" + std::to_string(number);
  plan.patient_name = "Sample^" + ordinal;
  plan.fractions = 25;
  plan.prescription_gy = 50.0;
  plan.plane_spacing_mm = 3.0;
  plan.dose.base_gy = 0.8;
  plan.dose.gradient_gy_per_mm = {-0.002, 0.001, 0.0015};
  return plan;
}

SamplePlan pass_plan() {
  auto plan = common_plan("hcc_25fx_pass", 1, "One");
  plan.plan_label = "HCC 25fx pass";
  plan.gantry_deg = {210, 290};
  plan.plane_offset_mm = 0.0;
  const Tumour one{{-82, -28, 22}, 22};
  plan.rois = abdomen({one}, DrawGtv::Yes);
  plan.dose.level_gy = 42.0;
  plan.dose.targets = {{one.centre, 39, 3.5, 1.1}};
  plan.dose.bath = {9.5, {-68, -20, 18}, {66, 64, 56}};
  plan.grid.first_mm = {-152.5, -104.3, -84.2};
  plan.grid.spacing_mm = {3.0, 3.0, 3.0};
  plan.grid.count = {103, 70, 57};
  plan.grid.scaling_text = "0.00125";
  return plan;
}

SamplePlan variation_plan() {
  auto plan = common_plan("hcc_25fx_variation", 2, "Two");
  plan.plan_label = "HCC 25fx var";
  plan.gantry_deg = {200, 250, 300};
  plan.plane_spacing_mm = 2.5;
  plan.plane_offset_mm = 0.7;
  const Tumour one{{-78, -26, 14}, 26};
  const Tumour two{{-12, -22, 28}, 12};
  plan.rois = abdomen({one, two}, DrawGtv::Yes);
  plan.dose.level_gy = 42.0;
  plan.dose.targets = {{one.centre, 43, 3.5, 1.1}, {two.centre, 29, 3.0, 1.15}};
  plan.dose.bath = {10.0, {-62, -20, 16}, {57, 52, 43}};
  plan.grid.first_mm = {-153.6, -105.2, -85.4};
  plan.grid.spacing_mm = {4.0, 4.0, 4.0};
  plan.grid.count = {78, 54, 44};
  plan.grid.scaling_text = "0.001";
  plan.grid.frames = GridSpec::Frames::Descending;
  return plan;
}

SamplePlan spared_plan() {
  auto plan = common_plan("hcc_25fx_spared", 3, "Three");
  plan.plan_label = "HCC 25fx spared";
  plan.gantry_deg = {180, 230, 280};
  plan.plane_offset_mm = 1.0;
  const Tumour one{{-88, -22, 18}, 30};
  // A lymph node beside the esophagus, outside the liver: an advisory limit is missed, and the plan
  // passes all the same.
  const Tumour two{{22, 50, 58}, 9};
  plan.rois = abdomen({one, two}, DrawGtv::Yes);
  plan.dose.level_gy = 45.0;
  plan.dose.targets = {{one.centre, 56, 5.0, 1.05}, {two.centre, 23, 3.0, 1.05}};
  plan.dose.bath = {7.2, {-80, -20, 18}, {76, 66, 58}};
  plan.grid.first_mm = {-153.5, -105.2, -84.0};
  plan.grid.spacing_mm = {3.5, 3.5, 3.0};
  plan.grid.count = {89, 61, 57};
  plan.grid.scaling_text = "0.00095";
  plan.grid.frames = GridSpec::Frames::Absolute;
  return plan;
}

SamplePlan fail_plan() {
  auto plan = common_plan("hcc_25fx_fail", 4, "Four");
  plan.plan_label = "HCC 25fx fail";
  plan.gantry_deg = {30, 330};
  plan.plane_offset_mm = 0.4;
  const Tumour one{{-72, -18, 12}, 32};
  // Grows out of the front of the liver.
  const Tumour two{{-30, -76, 20}, 14};
  plan.rois = abdomen({one, two}, DrawGtv::Yes);
  plan.dose.level_gy = 42.0;
  plan.dose.targets = {{one.centre, 51, 4.5, 1.1}, {two.centre, 29, 3.5, 1.15}};
  plan.dose.bath = {10.5, {-66, -25, 15}, {58, 52, 46}};
  plan.grid.first_mm = {-154.0, -105.0, -84.5};
  plan.grid.spacing_mm = {4.0, 3.5, 3.0};
  plan.grid.count = {78, 61, 57};
  plan.grid.scaling_text = "1.1E-03";
  plan.grid.orientation = GridSpec::Orientation::Prone;
  return plan;
}

SamplePlan bowel_plan() {
  auto plan = common_plan("hcc_5fx_bowel_fail", 5, "Five");
  plan.plan_label = "HCC 5fx bowel";
  plan.fractions = 5;
  plan.prescription_gy = 40.0;
  plan.gantry_deg = {215, 265, 320};
  plan.plane_spacing_mm = 2.5;
  plan.plane_offset_mm = 0.3;
  const Tumour one{{2, -38, -10}, 17};
  plan.rois = abdomen({one}, DrawGtv::Yes);
  plan.dose.level_gy = 37.5;
  plan.dose.targets = {{one.centre, 38, 3.2, 1.08}};
  plan.dose.bath = {4.0, {-20, -25, 0}, {60, 50, 45}};
  plan.grid.first_mm = {-153.4, -104.6, -85.7};
  plan.grid.spacing_mm = {4.0, 4.0, 4.0};
  plan.grid.count = {78, 54, 43};
  plan.grid.scaling_text = "1.25e-8";
  plan.grid.bits = 32;
  plan.encoding = SamplePlan::Encoding::ImplicitLittleEndian;
  return plan;
}

SamplePlan no_gtv_plan() {
  auto plan = common_plan("hcc_no_gtv", 6, "Six");
  plan.plan_label = "HCC no GTV";
  plan.gantry_deg = {210, 290};
  const Tumour one{{-82, -28, 22}, 22};
  plan.rois = abdomen({one}, DrawGtv::No);
  plan.dose.level_gy = 42.0;
  plan.dose.targets = {{one.centre, 39, 3.5, 1.1}};
  plan.dose.bath = {9.5, {-68, -20, 18}, {66, 64, 56}};
  // Dose planes on the contour planes, as many systems make them.
  plan.grid.first_mm = {-154.0, -106.0, -84.0};
  plan.grid.spacing_mm = {4.0, 4.0, 3.0};
  plan.grid.count = {78, 54, 57};
  plan.grid.scaling_text = "0.001";
  return plan;
}

}  // namespace

std::vector<SamplePlan> sample_plans() {
  return {pass_plan(), variation_plan(), spared_plan(), fail_plan(), bowel_plan(), no_gtv_plan()};
}

}  // namespace dosegate::samples
