// The benchmark's plans as cases in memory, without files between.
#pragma once

#include "bench_plan.h"
#include "model/case.h"

namespace dosegate::bench {

/// The case that generate_bench_plan would write and the reader would read: coordinates rounded to
/// two decimals, dose to its scaling.
[[nodiscard]] model::Case make_case(const PlanSize& size);

}  // namespace dosegate::bench
