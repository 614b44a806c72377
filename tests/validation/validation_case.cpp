#include "validation/validation_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "dvh/compute_dvh.h"
#include "geometry/arrangement.h"
#include "validation/field_truth.h"

namespace dosegate::validation {
namespace {

// Share of the volume (percent) for each name of kDoseMetrics but the last.
constexpr std::array<double, 7> kShares_pct = {99, 98, 95, 50, 5, 2, 1};
constexpr double kSmall_cc = 0.03;

double small_or_share_cc(std::size_t i, double volume_cc) {
  return i < kShares_pct.size() ? kShares_pct[i] / 100.0 * volume_cc : kSmall_cc;
}

double curve_place_gy(const TruthCurve& truth, std::size_t i) {
  return truth.min_gy + (truth.max_gy - truth.min_gy) * static_cast<double>(i) /
                            static_cast<double>(kCurvePoints - 1);
}

}  // namespace

std::string ValidationCase::name() const {
  return fmt::format(
      "{} {:g} mm, contours {:g} mm at {:.3f} along {}, {}, grid {} at {:.3f} {:.3f} {:.3f}",
      solid.name, solid.size_mm, drawing.spacing_mm, drawing.phase_mm, "xyz"[drawing.w],
      model().name, grid.name, grid.phase_frac[0], grid.phase_frac[1], grid.phase_frac[2]);
}

model::Vec3 ValidationCase::centre() const {
  DrawnBody body;
  body.w = drawing.w;
  return body.place(drawing.centre_mm[0], drawing.centre_mm[1], drawing.centre_mm[2]);
}

DoseModel ValidationCase::model() const {
  return dose_model(dose, centre(), solid.size_mm, drawing.w);
}

Numbers numbers_of(const TruthCurve& truth) {
  Numbers n;
  n.volume_cc = truth.volume_cc;
  n.mean_gy = truth.mean_gy;
  n.min_gy = truth.min_gy;
  n.max_gy = truth.max_gy;
  n.at_least_5gy_cc = truth.volume_at_least(5.0);
  n.below_5gy_cc = truth.volume_cc - n.at_least_5gy_cc;
  for (std::size_t i = 0; i < kDoseMetrics.size(); ++i) {
    const double v = small_or_share_cc(i, truth.volume_cc);
    if (v < truth.volume_cc) n.hottest_gy[i] = truth.hottest_gy(v);
  }
  for (std::size_t i = 0; i < kCurvePoints; ++i) {
    n.curve_cc.push_back(truth.volume_at_least(curve_place_gy(truth, i)));
  }
  return n;
}

Numbers numbers_of(const dvh::Dvh& dvh, const TruthCurve& truth) {
  Numbers n;
  n.volume_cc = dvh.volume().value();
  n.mean_gy = dvh.mean().value_or(Gy(NAN)).value();
  n.min_gy = dvh.minimum().value_or(Gy(NAN)).value();
  n.max_gy = dvh.maximum().value_or(Gy(NAN)).value();
  n.at_least_5gy_cc = dvh.volume_at_least(Gy(5.0)).value();
  n.below_5gy_cc = dvh.volume_below(Gy(5.0)).value();
  for (std::size_t i = 0; i < kDoseMetrics.size(); ++i) {
    const double v = small_or_share_cc(i, dvh.volume().value());
    if (const auto dose = dvh.hottest(Cc(v))) n.hottest_gy[i] = dose->value();
  }
  for (std::size_t i = 0; i < kCurvePoints; ++i) {
    n.curve_cc.push_back(dvh.volume_at_least(Gy(curve_place_gy(truth, i))).value());
  }
  return n;
}

geometry::Region engine_region(const DrawnBody& body) {
  std::vector<geometry::Region> regions;
  for (std::size_t s = 0; s < 2; ++s) {
    const model::Roi roi = body.roi(s);
    if (roi.contours.empty()) continue;
    geometry::RegionOptions options;
    options.set_spacing_mm = body.stacks[s].spacing_mm;
    regions.push_back(
        geometry::build_region(roi, geometry::contour_frame(roi).value(), options).value().region);
  }
  if (body.combination == Combination::Only) return regions.at(0);
  const auto operation = body.combination == Combination::Union   ? geometry::Combine::Union
                         : body.combination == Combination::Minus ? geometry::Combine::Subtract
                                                                  : geometry::Combine::Intersect;
  return geometry::combine(regions.at(0), regions.at(1), operation);
}

std::unique_ptr<TruthCurve> drawn_truth(const DrawnBody& body, const DoseModel& dose,
                                        const DoseLatticeSpec& lattice) {
  return dose.linear ? linear_truth(body, *dose.linear) : field_truth(body, lattice);
}

std::unique_ptr<TruthCurve> ideal_truth(const ValidationCase& tried) {
  const DoseModel dose = tried.model();
  if (tried.solid.smooth.empty() || !dose.linear) return nullptr;
  DrawnBody axes;
  axes.w = tried.drawing.w;
  const model::Vec3& g = dose.linear->gradient;
  const LinearDose turned{
      dose.at_gy(tried.centre()),
      {g[static_cast<int>(axes.a())], g[static_cast<int>(axes.b())], g[axes.w]}};
  return smooth_truth(tried.solid.smooth, turned);
}

std::vector<Check> compare(const Numbers& engine, const Numbers& truth, const DoseModel& dose) {
  std::vector<Check> checks;
  const double volume_bar = std::max(1e-4 * truth.volume_cc, 1e-5);
  checks.push_back({"volume", "cc", engine.volume_cc, truth.volume_cc, volume_bar,
                    std::max(1e-6 * truth.volume_cc, 1e-5)});
  checks.push_back({"mean", "Gy", engine.mean_gy, truth.mean_gy, 0.005, 0.0005});
  checks.push_back({"Dmin", "Gy", engine.min_gy, truth.min_gy, 0.01, 0.001});
  checks.push_back({"Dmax", "Gy", engine.max_gy, truth.max_gy, 0.01, 0.001});
  const double dose_bar = dose.steep ? 0.03 : 0.01;
  for (std::size_t i = 0; i < kDoseMetrics.size(); ++i) {
    if (!truth.hottest_gy[i] && !engine.hottest_gy[i]) continue;
    // One of them alone: NaN, which is beyond any bar.
    checks.push_back({std::string(kDoseMetrics[i]), "Gy", engine.hottest_gy[i].value_or(NAN),
                      truth.hottest_gy[i].value_or(NAN), dose_bar, 0.1 * dose_bar});
  }
  if (dose.clinical) {
    checks.push_back({"V5Gy", "cc", engine.at_least_5gy_cc, truth.at_least_5gy_cc, 0.1, 0.01});
    checks.push_back({"CV5Gy", "cc", engine.below_5gy_cc, truth.below_5gy_cc, 0.1, 0.01});
  }
  Check curve{"curve", "% of volume", 0.0, 0.0, 0.05, 0.005};
  for (std::size_t i = 0; i < truth.curve_cc.size(); ++i) {
    const double to_pct = 100.0 / truth.volume_cc;
    const Check here{"", "", engine.curve_cc[i] * to_pct, truth.curve_cc[i] * to_pct, 0.0, 0.0};
    if (i > 0 && std::abs(here.error()) <= std::abs(curve.error())) continue;
    curve.engine = here.engine;
    curve.truth = here.truth;
  }
  checks.push_back(curve);
  return checks;
}

CaseResult run_case(const ValidationCase& tried) {
  const DrawnBody body = draw(tried.solid, tried.drawing);
  const DoseModel dose = tried.model();
  const DoseLatticeSpec lattice = sample(dose, body, tried.grid);
  const auto truth = drawn_truth(body, dose, lattice);
  const dvh::Dvh dvh = dvh::compute_dvh(engine_region(body), lattice.grid());
  CaseResult result{
      tried, truth->volume_cc, compare(numbers_of(dvh, *truth), numbers_of(*truth), dose), {}};
  if (const auto ideal = ideal_truth(tried)) {
    result.reading = compare(numbers_of(dvh, *ideal), numbers_of(*ideal), dose);
  }
  return result;
}

}  // namespace dosegate::validation
