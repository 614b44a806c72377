// generate_samples OUTDIR [--samples-only]
//
// Writes the sample plans, one folder each, and beside each what is known to be true of it
// (expected.json). With --samples-only the DICOM files alone, which takes seconds; the truth takes
// minutes. Uses nothing of core/, so that the truth owes nothing to the code it tests.
#include <cstring>
#include <exception>
#include <filesystem>
#include <iostream>

#include "expected_truth.h"
#include "sample_contours.h"
#include "sample_dose.h"
#include "sample_files.h"
#include "sample_plans.h"

namespace {

enum class Scope { FilesAndTruth, FilesOnly };

void generate(const std::filesystem::path& out, Scope scope) {
  using namespace dosegate::samples;
  for (const auto& plan : sample_plans()) {
    const auto rois = draw(plan);
    const auto dose = store_dose(plan.dose, plan.grid);
    write_files(out / plan.folder, plan, rois, dose);
    if (scope == Scope::FilesAndTruth) {
      write_expected(out / plan.folder / "expected.json", plan, rois, dose);
    }
    std::cout << plan.folder << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bool files_only = argc == 3 && std::strcmp(argv[2], "--samples-only") == 0;
  if (argc != 2 && !files_only) {
    std::cerr << "usage: generate_samples OUTDIR [--samples-only]\n";
    return 64;
  }
  try {
    generate(argv[1], files_only ? Scope::FilesOnly : Scope::FilesAndTruth);
  } catch (const std::exception& error) {
    std::cerr << "generate_samples: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
