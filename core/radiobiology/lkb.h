// The Lyman-Kutcher-Burman (LKB) model of normal tissue complication probability (NTCP), and the
// parameters that are built in.
//
// gEUD = (mean of D^(1/n))^n; t = (gEUD - TD50) / (m TD50); NTCP = Phi(t), the normal distribution.
// D is the dose in 2 Gy fractions (EQD2), voxel by voxel, with the model's own alpha/beta.
//
// An NTCP is as good as the patients its parameters were fitted to. It belongs into a report, beside
// limits, not in their place.
#pragma once

#include <span>
#include <string_view>

namespace dosegate::radiobiology {

enum class LkbModelId { RildPrimary, RildMetastatic };

struct LkbModel {
  LkbModelId id = LkbModelId::RildPrimary;
  std::string_view name;  ///< as the metric language writes it
  std::string_view about;
  double n = 1.0, m = 1.0;
  double td50_gy = 0.0;  ///< EQD2
  double alpha_beta_gy = 0.0;
  std::string_view source;
};

[[nodiscard]] std::span<const LkbModel> lkb_models();
[[nodiscard]] const LkbModel& lkb_model(LkbModelId id);

/// Probability 0..1 at a gEUD (EQD2).
[[nodiscard]] double lkb_ntcp(const LkbModel& model, double geud_gy);

}  // namespace dosegate::radiobiology
