#include "validation/nelms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numbers>
#include <stdexcept>

#include "dicom/read_case.h"
#include "dvh/compute_dvh.h"
#include "validation/validation_case.h"

namespace dosegate::validation {
namespace {

using model::Vec3;

constexpr double kRadius_mm = 12.0;
constexpr double kCurveEvery_gy = 0.1;  // 301 doses from 0 to 30 Gy
constexpr std::size_t kCurveDoses = 301;
const Vec3 kCentre_mm(0.0, -6.0, 6.0);

std::array<double, kNelmsMetrics.size()> metrics_of(const Numbers& n) {
  // The places of D99, D95, D5, D1 and D0.03cc in kDoseMetrics.
  const auto d = [&](std::size_t i) { return n.hottest_gy[i].value_or(NAN); };
  return {n.volume_cc, n.min_gy, n.max_gy, n.mean_gy, d(0), d(2), d(4), d(6), d(7)};
}

// What numbers_of() asks of a truth where only the engine's metrics are wanted.
class NoTruth final : public TruthCurve {
 public:
  [[nodiscard]] double volume_at_least(double /*x_gy*/) const override { return 0.0; }
};

void fill_curve(NelmsRow& row, const dvh::Dvh& dvh, const std::vector<double>& truth_cc) {
  for (std::size_t i = 0; i < truth_cc.size(); ++i) {
    const double x_gy = kCurveEvery_gy * static_cast<double>(i);
    row.curve_error_pct.push_back(100.0 * (dvh.volume_at_least(Gy(x_gy)).value() - truth_cc[i]) /
                                  truth_cc[0]);
  }
}

// ---- the generated matrix

// A body as published: its sections from -12 to 12 mm, and what they are taken to stand for.
struct NelmsShape {
  std::string name;
  std::function<std::vector<Polygon>(double w)> section;
  std::vector<SmoothPart> parts;
  std::vector<SmoothPart> caps;  // one mm long each, to be made half a spacing long
};

Polygon circle(double r) {
  const double corners =
      std::round(2.0 * std::numbers::pi * r / (2.0 * std::numbers::pi * kRadius_mm) * 376.0);
  return ellipse({0, 0}, r, r, std::max(4, static_cast<int>(corners)));
}

// The tiny polygon that stands where a body vanishes; its lower side lies at b.
Polygon tiny(double area_mm2, double b_mm) {
  const double side = std::sqrt(area_mm2);
  const double half = 0.5 * side;
  return {{-half, b_mm}, {half, b_mm}, {half, b_mm + side}, {-half, b_mm + side}};
}

std::vector<NelmsShape> nelms_shapes() {
  const double r = kRadius_mm;
  const auto across = [](double w) {
    return std::sqrt(std::max(0.0, kRadius_mm * kRadius_mm - w * w));
  };
  const auto at_end = [](double w) { return std::abs(w) > kRadius_mm - 1e-6; };
  const auto lying_cone = cone(r, Axis::Across);
  SmoothPart cone_up = cone(r, Axis::AlongW).smooth[0];
  cone_up.axis = -Vec3::UnitZ();  // base superior
  std::vector<NelmsShape> shapes;
  shapes.push_back({"Sphere",
                    [=](double w) -> std::vector<Polygon> {
                      return {at_end(w) ? tiny(0.051, 0.0) : circle(across(w))};
                    },
                    {smooth_ball(r, Vec3::Zero())},
                    {}});
  shapes.push_back(
      {"Cylinder",
       [=](double) -> std::vector<Polygon> { return {circle(r)}; },
       {smooth_rod(r, -r, r, Vec3::UnitZ())},
       {smooth_rod(r, r, r + 1, Vec3::UnitZ()), smooth_rod(r, r, r + 1, -Vec3::UnitZ())}});
  shapes.push_back({"RtCylinder",
                    [=](double w) -> std::vector<Polygon> {
                      const double a = at_end(w) ? 0.005 : across(w);
                      return {{{-a, -r}, {a, -r}, {a, r}, {-a, r}}};
                    },
                    {smooth_rod(r, -r, r, Vec3::UnitY())},
                    {}});
  shapes.push_back({"Cone",
                    [=](double w) -> std::vector<Polygon> {
                      return {w < 1e-6 - r ? tiny(2e-4, 0.0) : circle(0.5 * (r + w))};
                    },
                    {cone_up},
                    {smooth_rod(r, r, r + 1, Vec3::UnitZ())}});
  shapes.push_back({"RtCone",
                    [=](double w) -> std::vector<Polygon> {
                      return at_end(w) ? std::vector<Polygon>{tiny(2e-4, -r)}
                                       : lying_cone.first.section(w);
                    },
                    lying_cone.smooth,
                    {}});
  return shapes;
}

std::unique_ptr<TruthCurve> nelms_truth(const NelmsShape& shape, double spacing_mm,
                                        const Vec3& gradient) {
  std::vector<SmoothPart> parts = shape.parts;
  for (SmoothPart cap : shape.caps) {
    cap.hi_mm = cap.lo_mm + 0.5 * spacing_mm;
    parts.push_back(std::move(cap));
  }
  auto truth = smooth_truth(parts, {16.0, gradient});
  // The end sections count as part of the body however small they are.
  const double reach = std::abs(gradient.z()) > 0.0 ? kRadius_mm + 0.5 * spacing_mm : kRadius_mm;
  truth->min_gy = 16.0 - reach;
  truth->max_gy = 16.0 + reach;
  return truth;
}

struct NelmsGrid {
  std::string name;
  std::array<double, 3> step_mm;
};

NelmsRow generated_row(const NelmsShape& shape, double spacing_mm, const NelmsGrid& grid,
                       bool along_w) {
  NelmsRow row;
  row.shape = shape.name;
  row.spacing_mm = spacing_mm;
  row.structure = fmt::format("{}_{:02.0f}_0", shape.name, 10.0 * spacing_mm);
  row.grid = grid.name;
  row.gradient = along_w ? "SupInf" : "AntPost";
  const Vec3 gradient = along_w ? Vec3(0, 0, 1) : Vec3(0, -1, 0);
  const auto truth = nelms_truth(shape, spacing_mm, gradient);
  DrawnBody body;
  body.stacks[0] = draw(kCentre_mm.z() - kRadius_mm, kCentre_mm.z() + kRadius_mm,
                        kCentre_mm.z() - kRadius_mm, spacing_mm, [&](double w) {
                          auto polygons = shape.section(w - kCentre_mm.z());
                          for (Point& p : polygons[0]) p[1] += kCentre_mm.y();
                          return polygons;
                        });
  GridChoice choice{grid.name, grid.step_mm, {}};
  for (std::size_t a = 0; a < 3; ++a) {  // a node on the centre
    choice.phase_frac[a] = std::remainder(kCentre_mm[static_cast<int>(a)] / grid.step_mm[a], 1.0);
  }
  const DoseModel dose{"", [&](const Vec3& p) { return 16.0 + gradient.dot(p - kCentre_mm); },
                       std::nullopt, false};
  const dvh::Dvh dvh = dvh::compute_dvh(engine_region(body), sample(dose, body, choice).grid());
  row.truth = metrics_of(numbers_of(*truth));
  row.engine = metrics_of(numbers_of(dvh, NoTruth()));
  std::vector<double> curve_cc;
  for (std::size_t i = 0; i < kCurveDoses; ++i) {
    curve_cc.push_back(truth->volume_at_least(kCurveEvery_gy * static_cast<double>(i)));
  }
  fill_curve(row, dvh, curve_cc);
  return row;
}

// ---- the published files

// Columns "SI_1_mm_cc" and the like of analytic_curve_SHAPE.csv, every 2.5 cGy.
std::vector<double> published_curve(const std::string& folder, const NelmsRow& row) {
  std::ifstream file(folder + "/analytic_curve_" + row.shape + ".csv");
  const std::string wanted =
      fmt::format("{}_{:g}_mm_cc", row.gradient == "SupInf" ? "SI" : "AP", row.spacing_mm);
  const auto split = [](const std::string& line) {
    std::vector<std::string> cells = {""};
    for (const char c : line) {
      if (c == ',') {
        cells.emplace_back();
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
    return cells;
  };
  std::string line;
  std::getline(file, line);
  const std::vector<std::string> heads = split(line);
  const auto column = std::find(heads.begin(), heads.end(), wanted) - heads.begin();
  std::vector<double> curve_cc;
  for (int i = 0; std::getline(file, line); ++i) {
    const auto cells = split(line);
    if (i % 4 != 0) continue;
    const std::string& cell = cells.at(static_cast<std::size_t>(column));
    curve_cc.push_back(cell.empty() ? 0.0 : std::stod(cell));  // empty beyond the largest dose
  }
  if (curve_cc.size() != kCurveDoses) throw std::runtime_error("unexpected curve for " + wanted);
  return curve_cc;
}

dvh::Dvh published_dvh(const std::string& structures, const std::string& dose) {
  auto outcome = dicom::read_cases({structures, dose});
  if (!outcome || outcome->cases.size() != 1 || !outcome->cases[0]) {
    throw std::runtime_error("cannot read " + structures + " with " + dose);
  }
  const model::Case& c = *outcome->cases[0];
  geometry::RegionOptions options;
  options.set_spacing_mm = geometry::nominal_spacing_mm(*c.structures, Vec3::UnitZ());
  for (const model::Roi& roi : c.structures->rois) {
    const auto frame = geometry::contour_frame(roi);
    if (!frame) continue;  // the point
    return dvh::compute_dvh(geometry::build_region(roi, *frame, options).value().region,
                            c.doses.at(0).grid);
  }
  throw std::runtime_error("no contours in " + structures);
}

}  // namespace

std::vector<NelmsRow> published_rows(const std::string& folder) {
  std::vector<NelmsRow> rows;
  if (!std::filesystem::exists(folder + "/analytic_dvh.json")) return rows;
  std::ifstream file(folder + "/analytic_dvh.json");
  const auto json = nlohmann::json::parse(file);
  for (const auto& item : json.at("rows")) {
    if (item.at("file").is_null()) continue;
    NelmsRow row;
    row.structure = item.at("structure");
    row.shape = row.structure.substr(0, row.structure.find('_'));
    row.spacing_mm = item.at("slice_spacing_mm");
    row.grid = item.at("dose_voxel_mm");
    row.gradient = item.at("gradient");
    row.shifted = item.at("shift") != "0";
    constexpr std::array<const char*, 9> kKeys = {"volume_cc", "Dmin_gy", "Dmax_gy",
                                                  "Dmean_gy",  "D99_gy",  "D95_gy",
                                                  "D5_gy",     "D1_gy",   "D0.03cc_gy"};
    for (std::size_t i = 0; i < kKeys.size(); ++i) row.truth[i] = item.at(kKeys[i]);
    // The finest grid is not among the files; the dose is linear, so that 1 mm stands for it.
    const std::string voxel = row.grid.size() == 1 ? row.grid : "1";
    const dvh::Dvh dvh = published_dvh(
        folder + "/" + item.at("file").get<std::string>(),
        fmt::format("{}/doses/Linear_{}_{}mm_Aligned.dcm", folder, row.gradient, voxel));
    row.engine = metrics_of(numbers_of(dvh, NoTruth()));
    fill_curve(row, dvh, published_curve(folder, row));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<NelmsRow> generated_rows(NelmsTest test) {
  const std::vector<NelmsGrid> grids = {
      {"0.4x0.4x0.2", {0.4, 0.4, 0.2}}, {"1", {1, 1, 1}}, {"2", {2, 2, 2}}, {"3", {3, 3, 3}}};
  std::vector<NelmsRow> rows;
  for (const NelmsShape& shape : nelms_shapes()) {
    for (const NelmsGrid& grid : grids) {
      const bool fine = test == NelmsTest::Fine;
      if (!fine && grid.step_mm[0] < 1.0) continue;
      const double spacing_mm = fine ? 0.2 : grid.step_mm[0];
      for (const bool along_w : {false, true}) {
        rows.push_back(generated_row(shape, spacing_mm, grid, along_w));
      }
    }
  }
  return rows;
}

bool belongs(const NelmsRow& row, NelmsTest test) {
  return (row.spacing_mm < 0.5) == (test == NelmsTest::Fine);
}

NelmsScore score(const std::vector<NelmsRow>& rows) {
  NelmsScore score;
  for (const NelmsRow& row : rows) {
    for (std::size_t m = 0; m < kNelmsMetrics.size(); ++m) {
      if (m == 0 && row.gradient != "AntPost") continue;
      ++score.values;
      const double error = std::abs(row.error_pct(m));
      for (std::size_t i = 0; i < 3; ++i) {
        if (!(error <= 3.0 - static_cast<double>(i))) ++score.beyond[i];
      }
    }
  }
  return score;
}

std::array<double, 2> error_range_pct(const std::vector<NelmsRow>& rows, std::size_t metric) {
  std::array<double, 2> range = {1e300, -1e300};
  for (const NelmsRow& row : rows) {
    range[0] = std::min(range[0], row.error_pct(metric));
    range[1] = std::max(range[1], row.error_pct(metric));
  }
  return range;
}

CurveSpread curve_spread(const std::vector<NelmsRow>& rows) {
  CurveSpread spread{1e300, -1e300, 0.0, 0.0};
  const std::size_t doses = rows.at(0).curve_error_pct.size();
  double squares = 0.0;
  for (std::size_t i = 0; i < doses; ++i) {
    double mean = 0.0;
    for (const NelmsRow& row : rows) {
      mean += row.curve_error_pct[i] / static_cast<double>(rows.size());
    }
    spread.lowest_pct = std::min(spread.lowest_pct, mean);
    spread.highest_pct = std::max(spread.highest_pct, mean);
    spread.mean_pct += mean / static_cast<double>(doses);
    squares += mean * mean / static_cast<double>(doses);
  }
  spread.deviation_pct = std::sqrt(squares - spread.mean_pct * spread.mean_pct);
  return spread;
}

}  // namespace dosegate::validation
