// What is known to be true of a sample plan, written beside it as expected.json.
#pragma once

#include <filesystem>
#include <vector>

#include "sample_contours.h"
#include "sample_dose.h"
#include "sample_plans.h"

namespace dosegate::samples {

/// Throws std::runtime_error where a number has not converged to a quarter of the tolerance it
/// states, or where a drawn volume disagrees with the shoelace formula.
void write_expected(const std::filesystem::path& file, const SamplePlan& plan,
                    const std::vector<DrawnRoi>& rois, const StoredDose& dose);

}  // namespace dosegate::samples
