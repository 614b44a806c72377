// DVHs whose every number is known by hand. Header only.
#pragma once

#include "dvh/dvh_builder.h"

namespace dosegate::testing {

/// 40 cc at exactly 5 Gy and 60 cc at exactly 20 Gy; what `volume` has beyond them has no dose.
inline dvh::Dvh two_levels(Cc volume = Cc(100.0)) {
  dvh::DvhBuilder builder(Gy(0.0), Gy(30.0));
  builder.deposit(5, 0, 0, 40);
  builder.deposit(20, 0, 0, 60);
  builder.include_extreme(5);
  builder.include_extreme(20);
  return std::move(builder).finish(volume);
}

/// `covered_cc` spread evenly from 0 to 20 Gy, V(x) = covered (1 - x/20); the rest has no dose.
inline dvh::Dvh ramp(double covered_cc, Cc volume) {
  dvh::DvhBuilder builder(Gy(0.0), Gy(20.0));
  builder.deposit(10, 10, 400.0 / 12.0, covered_cc);
  builder.include_extreme(0);
  builder.include_extreme(20);
  return std::move(builder).finish(volume);
}

}  // namespace dosegate::testing
