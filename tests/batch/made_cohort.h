// Cohorts for tests, drawn from a seed: plausible plans with everything in between that makes a page go wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "batch/cohort.h"

namespace dosegate::batch {

/// `count` entries ordered by key; the same seed gives the same cohort. Among them: plans that were refused and files
/// that cannot be read, dates that are none, values that are missing or not finite, a rule whose branches
/// measure different metrics, one whose values are all the same, one with too few values, one without any, and values
/// far from all others. Hostile: ten plans have one of hostile_names() wherever there is a text.
enum class Names { Usual, Hostile };
[[nodiscard]] Cohort made_cohort(std::size_t count, std::uint64_t seed, Names names);

/// Names that a page must show and must not obey.
[[nodiscard]] const std::vector<std::string>& hostile_names();

}  // namespace dosegate::batch
