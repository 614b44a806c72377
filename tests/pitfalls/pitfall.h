// One row of the table of pitfalls: a case of DICOM that is known to bite, and what must come of it.
//
// Each row makes real DICOM files, reads them as a user's are read, builds the regions, and computes
// the curves. What must come of it is one of three: values (with the closed form they follow from),
// findings, a refusal. Nothing else may come of it: a structure that the row does not expect, a
// finding that it does not name or a case too many fails the row as much as a wrong number does.
//
// The standard case, from which most rows differ in one thing:
//   dose       D = 32 + x/4 + y/2 + z Gy at every voxel centre (x, y, z in mm), 15 x 12 x 13 voxels of
//              3.5 x 4 x 3 mm, stored in 32 bits with DoseGridScaling 1e-6, the outermost layer 0 Gy;
//              trilinear interpolation is exact on it, and every mistaken axis shows
//   structure  "Liver", the box x -8..12, y -6..10 mm on the planes z -6, -3, 0, 3, 6 mm
//   so that    volume 20 x 16 x 15 mm^3 = 4.8 cc; mean = D(2, 2, 0) = 33.5 Gy;
//              minimum D(-8, -6, -7.5) = 19.5 Gy, maximum D(12, 10, 7.5) = 47.5 Gy
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "dicom/rt_writer.h"
#include "evaluation/course_dose.h"
#include "model/geometry_types.h"

namespace dosegate::pitfalls {

/// What a row puts into the folder that is read.
struct Input {
  std::optional<dicom_test::PlanSpec> plan;
  std::optional<dicom_test::StructureSpec> structures;
  std::optional<dicom_test::DoseSpec> dose;
  dicom_test::Encoding dose_encoding, structure_encoding;
  /// Writes further files, or changes those that were written ("plan", "structures", "dose").
  std::function<void(const dicom_test::TempFolder&)> more;
  /// Structure expressions to measure; empty: every ROI.
  std::vector<std::string> expressions;
};

/// The standard case of the head of this file.
[[nodiscard]] Input standard_input();

/// A metric that must have this value within the tolerance, or, without a value, these bounds
/// (an absent bound must be absent).
struct Expected {
  std::string metric;  ///< as in the metric language
  std::optional<double> value = {}, low = {}, high = {};
  double tolerance = 0.0;
};

/// A value; a lower bound only; a lower and an upper bound.
[[nodiscard]] Expected is(std::string metric, double value, double tolerance);
[[nodiscard]] Expected at_least(std::string metric, double low, double tolerance);
[[nodiscard]] Expected at_most(std::string metric, double low, double high, double tolerance);
/// No value and no bounds: what is asked cannot be told.
[[nodiscard]] Expected unknown(std::string metric);

/// One structure (with several cases: "plan label: name"), measured or refused.
struct StructureOutcome {
  std::string name;
  std::vector<Expected> numbers = {};
  std::optional<ErrorCode> refused = {};
};

struct Outcome {
  std::optional<ErrorCode> refused = {};  ///< the whole case; then there are no structures
  std::vector<StructureOutcome> structures = {};
  std::set<FindingCode> findings = {};  ///< exactly these, wherever they are raised
};

struct Row {
  std::string id;
  std::string line;   ///< the case, in the words of the list
  std::string input;  ///< how the input differs from the standard case
  std::string derivation =
      {};                   ///< where the expected values come from, if not from the standard case
  std::string others = {};  ///< who fails on it, if known
  std::function<void(Input&)> make;
  Outcome outcome;
};

/// Rows that belong together, under one heading of the page.
struct Chapter {
  std::string title;
  std::vector<Row> rows;
};

/// The whole table.
[[nodiscard]] const std::vector<Chapter>& chapters();

// Its parts, one a source file.
[[nodiscard]] std::vector<Row> dose_pixel_rows();
[[nodiscard]] std::vector<Row> dose_meaning_rows();
[[nodiscard]] std::vector<Row> dose_frame_rows();
[[nodiscard]] std::vector<Row> dose_orientation_rows();
[[nodiscard]] std::vector<Row> coverage_rows();
[[nodiscard]] std::vector<Row> linking_rows();
[[nodiscard]] std::vector<Row> roi_list_rows();
[[nodiscard]] std::vector<Row> contour_rows();
[[nodiscard]] std::vector<Row> hole_rows();
[[nodiscard]] std::vector<Row> plane_rows();
[[nodiscard]] std::vector<Row> tilt_rows();
[[nodiscard]] std::vector<Row> size_rows();
[[nodiscard]] std::vector<Row> boolean_rows();

}  // namespace dosegate::pitfalls
