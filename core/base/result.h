// What a function returns when a file or a user can make it fail.
//
// `Result<T>` holds a T or an `Error`. An `Error` says in one plain sentence what is wrong and what
// to do, where (file, tag, column), and carries a code from the list below. Codes are numbered in
// bands of a hundred per room and are never renumbered: scripts and hosts rely on them. A doubt
// that does not stop the work is a `Finding` (finding.h), not an Error. A defect in our own logic
// is `InternalError`, thrown, and caught once at the C wall.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace dosegate {
inline namespace base {

/// Every reason for which a function may refuse. The comment names what the user should look at.
enum class ErrorCode : int {
  // 100 base
  NotANumber = 100,      ///< text is not a plain ASCII number
  FileUnreadable = 101,  ///< a file cannot be opened or read
  Cancelled = 103,       ///< the host asked to stop
  FileUnwritable = 105,  ///< a file cannot be written

  // 200 dicom
  NoInput = 200,                   ///< no file, or an empty folder
  NotDicom = 201,                  ///< a file named by the user is not DICOM, or cut
  NoRtObjects = 202,               ///< DICOM was read, but no RT object that can be evaluated
  DictionaryMissing = 203,         ///< DCMTK's data dictionary could not be loaded
  TagMissing = 204,                ///< an attribute that is needed is absent or empty
  TagInvalid = 205,                ///< an attribute has a value that cannot be used
  PixelDataUnusable = 206,         ///< dose pixels absent, cut, compressed or of an unknown kind
  DoseUnitsUnusable = 207,         ///< DoseUnits is not GY
  GeometryUnusable = 208,          ///< position, orientation, spacing or offsets give no valid grid
  FrameOfReferenceMismatch = 209,  ///< dose and structures live in different frames of reference
  PatientMismatch = 210,           ///< objects of different patients are linked
  DoseAmbiguous = 211,             ///< several doses claim to be the dose of one plan
  DoseIncomplete = 212,            ///< BEAM doses do not cover all beams of the plan
  DoseMissing = 213,               ///< a plan without a dose
  StructuresMissing = 214,         ///< a plan or dose without a structure set
  StructuresAmbiguous = 215,       ///< several structure sets fit and nothing says which
  ObjectConflicting = 216,         ///< two different files carry one SOP Instance UID
  PlanMissing = 217,               ///< a dose names an absent plan, and a file could not be read

  // 300 geometry
  GridInvalid = 300,  ///< a dose grid with no voxels, non-finite values or bad axes
  RegionEmpty = 301,  ///< a ROI without any closed contour of area
  ContoursNotParallel =
      302,               ///< closed contours of one ROI, or operands, in planes of different tilt
  SpacingUnknown = 303,  ///< a single contour plane and nothing that tells its thickness
  ContoursNotPlanar = 304,  ///< a closed contour whose points do not lie in one plane
  GridsDoNotOverlap = 305,  ///< doses to be summed have no common region

  // 400 metrics and radiobiology
  MetricSyntax = 400,      ///< a metric that cannot be parsed; where = 1-based column
  NotComputable = 401,     ///< the metric has no value for this structure
  FractionsUnknown = 402,  ///< BED, EQD2 or a guard needs the number of fractions
  LqInvalid = 404,         ///< a fraction number or an alpha/beta that gives no BED

  // 500 protocol
  RuleSyntax = 500,        ///< a rule or structure expression that cannot be parsed
  ProtocolInvalid = 501,   ///< a protocol file with a wrong or missing entry; where = line, column
  ProtocolUnknown = 502,   ///< no built-in protocol of that id and no such file
  StructureMissing = 503,  ///< no ROI matches a name
  StructureAmbiguous = 504,  ///< two ROIs match a name equally well
  ContextInvalid = 505,      ///< a context file with a wrong entry; where = line, column

  // 600 evaluation
  FractionDoseUndecided = 600,  ///< FRACTION dose: total or one fraction? ask for --fraction-dose
  OptionInvalid = 601,          ///< an option with a value that makes no sense
  SumImpossible = 602,          ///< plans that cannot be added to one course

  // 700 report
  FontsMissing = 700,  ///< no font is installed, and a PDF needs one

  // 800 plugin
  HandleInvalid = 800,    ///< a handle that was never given out or is already destroyed
  ArgumentInvalid = 801,  ///< a null pointer or a struct of unknown size
};

/// Why something was refused.
struct Error {
  ErrorCode code{};
  std::string text;   ///< one sentence: what is wrong and what to do
  std::string where;  ///< file, tag path, line or column; empty if the text says it all
};

/// "text (where) [code]": the one form in which errors are shown to people.
[[nodiscard]] std::string to_text(const Error& error);

template <class T>
using Result = tl::expected<T, Error>;

/// Shorthand for the failing side of a Result.
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, std::string text, std::string where = {});

/// A defect in Dosegate itself: thrown, caught at the C wall, never part of a normal run.
class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws InternalError unless `condition` holds. For our own invariants, never for input.
void require(bool condition, std::string_view what);

}  // namespace base
}  // namespace dosegate
