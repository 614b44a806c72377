// A small case, made in memory, whose every number is known: a liver of 1080 cc with a GTV of 12 cc
// wholly inside, and a dose that is a formula on a 5 mm grid.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "evaluation/evaluate.h"
#include "model/case.h"
#include "support/shapes.h"

namespace dosegate::evaluation_test {

using model::Roi;
using model::Vec3;
using DoseFormula = std::function<double(const Vec3&)>;

/// A box drawn axially on planes 3 mm apart; with its half-slice caps it fills [lo, hi] exactly.
inline Roi axial_box(std::string name, const Vec3& lo, const Vec3& hi, std::string type = "ORGAN") {
  const int planes = static_cast<int>(std::lround((hi.z() - lo.z()) / 3.0));
  Roi roi = testing::stack(std::move(name), lo.z() + 1.5, 3.0, planes, [&](double) {
    return std::vector{testing::rectangle(lo.x(), lo.y(), hi.x(), hi.y())};
  });
  roi.interpreted_type = std::move(type);
  return roi;
}

/// x 0..120, y 0..100, z 0..90 mm: 1080 cc.
inline Roi liver() {
  return axial_box("Liver", {0, 0, 0}, {120, 100, 90});
}
/// x 40..60, y 40..60, z 30..60 mm: 12 cc, so that Liver - GTV has 1068 cc.
inline Roi gtv(std::string name = "GTV") {
  return axial_box(std::move(name), {40, 40, 30}, {60, 60, 60}, "GTV");
}

/// Voxel centres from -30 mm every 5 mm to 150, 130 and 120 mm: dose reaches from -32.5 to 152.5 in
/// x.
inline testing::GridSpec dose_lattice() {
  return {Vec3(-30, -30, -30), Vec3(5, 5, 5), {37, 33, 31}};
}

inline model::Dose dose_of(model::DoseGrid grid) {
  return {"1.2.3.2",
          "dose.dcm",
          "1.2.3.9",
          "P1",
          model::DoseType::Physical,
          model::DoseSummation::Plan,
          {"1.2.3.1"},
          {},
          {},
          "",
          std::move(grid)};
}

/// 50 Gy in 25 fractions.
inline model::Case make_case(std::vector<Roi> rois, const DoseFormula& dose,
                             const testing::GridSpec& lattice = dose_lattice()) {
  model::Case c;
  c.patient_id = "P1";
  c.plan.emplace();
  c.plan->sop_instance_uid = "1.2.3.1";
  c.plan->label = "plan";
  c.plan->fractions = 25;
  c.plan->prescription_gy = 50.0;
  c.structures.emplace();
  c.structures->rois = std::move(rois);
  for (std::size_t i = 0; i < c.structures->rois.size(); ++i) {
    c.structures->rois[i].number = static_cast<int>(i) + 1;
  }
  c.doses.push_back(dose_of(testing::grid_of(lattice, dose)));
  return c;
}

inline DoseFormula uniform(double dose_gy) {
  return [dose_gy](const Vec3&) { return dose_gy; };
}

/// A protocol of the given rules, all required, ids r0, r1 ...
inline protocol::Protocol protocol_of(const std::vector<std::string>& rules,
                                      std::string id = "test") {
  protocol::Protocol p;
  p.id = std::move(id);
  for (const std::string& text : rules) {
    auto rule = protocol::parse_rule(text);
    if (!rule) throw std::runtime_error(to_text(rule.error()));
    p.rules.push_back(
        {"r" + std::to_string(p.rules.size()), "", protocol::Level::Required, *rule, {}});
  }
  return p;
}

inline const std::vector<protocol::Protocol>& hcc() {
  static const std::vector<protocol::Protocol> protocols = {
      protocol::builtin_protocol(protocol::kDefaultProtocol).value()};
  return protocols;
}

inline evaluation::EvaluationOptions with_map(const std::vector<std::string>& entries) {
  evaluation::EvaluationOptions options;
  options.map = protocol::NameMap::parse(entries).value();
  return options;
}

inline evaluation::Evaluation evaluated(const model::Case& c,
                                        const std::vector<protocol::Protocol>& protocols = hcc(),
                                        const evaluation::EvaluationOptions& options = {}) {
  auto result = evaluation::evaluate(c, protocols, options);
  if (!result) throw std::runtime_error(to_text(result.error()));
  return std::move(*result);
}

inline const evaluation::RuleResult& rule(const evaluation::Evaluation& e, const std::string& id) {
  for (const auto& r : e.rules) {
    if (r.id == id) return r;
  }
  throw std::runtime_error("no rule " + id);
}

inline int count(const Findings& findings, FindingCode code) {
  return static_cast<int>(std::count_if(findings.begin(), findings.end(),
                                        [&](const Finding& f) { return f.code == code; }));
}

/// The grid without its first (face 0, 2, 4 for axis 0, 1, 2) or last (1, 3, 5) `layers` layers.
inline model::DoseGrid cropped(const model::DoseGrid& grid, int face, std::size_t layers) {
  model::GridGeometry g;
  g.axes = grid.axes();
  g.origin = grid.origin();
  std::array<std::size_t, 3> first{};
  for (int a = 0; a < 3; ++a) {
    const auto p = grid.positions(a);
    const auto index = static_cast<std::size_t>(a);
    const std::size_t before = face == 2 * a ? layers : 0;
    const std::size_t after = face == 2 * a + 1 ? layers : 0;
    first[index] = before;
    g.origin += grid.axis(a) * p[before];
    for (std::size_t i = before; i + after < p.size(); ++i) {
      g.positions_mm[index].push_back(p[i] - p[before]);
    }
  }
  std::vector<double> values;
  for (std::size_t k = 0; k < g.positions_mm[2].size(); ++k) {
    for (std::size_t j = 0; j < g.positions_mm[1].size(); ++j) {
      for (std::size_t i = 0; i < g.positions_mm[0].size(); ++i) {
        values.push_back(grid.value(first[0] + i, first[1] + j, first[2] + k));
      }
    }
  }
  return model::DoseGrid::create(std::move(g), std::move(values)).value();
}

// The standard case and what is asked of it.
inline model::Case standard(double dose_gy = 10.0) {
  return make_case({liver(), gtv()}, uniform(dose_gy));
}

inline ErrorCode refusal(const model::Case& c,
                         const std::vector<protocol::Protocol>& protocols = hcc(),
                         const evaluation::EvaluationOptions& options = {}) {
  const auto result = evaluation::evaluate(c, protocols, options);
  return result ? ErrorCode{} : result.error().code;
}

inline bool says(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

// UNKNOWN with a reason, for the rule and for the plan.
inline void expect_unknown(const model::Case& c, const std::string& words,
                           const evaluation::EvaluationOptions& options = {},
                           const std::string& id = "liver") {
  const evaluation::Evaluation e = evaluated(c, hcc(), options);
  EXPECT_EQ(rule(e, id).verdict, evaluation::Verdict::Unknown);
  EXPECT_EQ(e.verdict, evaluation::Verdict::Unknown);
  EXPECT_TRUE(says(rule(e, id).reason, words)) << rule(e, id).reason;
  EXPECT_TRUE(says(e.verdict_reason, id)) << e.verdict_reason;
}

}  // namespace dosegate::evaluation_test
