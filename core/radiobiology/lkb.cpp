#include "radiobiology/lkb.h"

#include <array>
#include <cmath>
#include <numbers>

#include "base/result.h"

namespace dosegate::radiobiology {
namespace {

// Radiation-induced liver disease. TD50 was fitted at 1.5 Gy twice a day, 39.8 Gy for primary liver
// cancer and 45.8 Gy for metastases; in 2 Gy fractions, alpha/beta 2.5 Gy, times 4.0/4.5. One public
// model file has 38.8 for 39.8.
constexpr std::array kModels = std::to_array<LkbModel>({
    {LkbModelId::RildPrimary, "rild-primary",
     "radiation-induced liver disease, primary liver cancer", 0.97, 0.12, 35.4, 2.5,
     "Dawson et al., as in Radiat Oncol 8:48 (n 0.97, m 0.12, TD50 39.8 Gy at 1.5 Gy twice a day)"},
    {LkbModelId::RildMetastatic, "rild-metastatic",
     "radiation-induced liver disease, liver metastases", 0.97, 0.12, 40.7, 2.5,
     "Dawson et al., as in a CERR model file (TD50 45.8 Gy at 1.5 Gy twice a day)"},
});

}  // namespace

std::span<const LkbModel> lkb_models() {
  return kModels;
}

const LkbModel& lkb_model(LkbModelId id) {
  for (const LkbModel& model : kModels) {
    if (model.id == id) return model;
  }
  throw InternalError("an LkbModelId without a row in kModels");
}

double lkb_ntcp(const LkbModel& model, double geud_gy) {
  const double t = (geud_gy - model.td50_gy) / (model.m * model.td50_gy);
  return 0.5 * std::erfc(-t / std::numbers::sqrt2);
}

}  // namespace dosegate::radiobiology
