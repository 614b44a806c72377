// The regions of one case: the borders of each ROI's planes are found once, in whichever frame they
// are asked for, and read as often as needed.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/finding.h"
#include "geometry/plane_stack.h"
#include "geometry/reading.h"
#include "geometry/region.h"
#include "geometry/stack_expression.h"
#include "model/structure_set.h"

namespace dosegate::evaluation {

/// An expression over ROIs by index: what a structure expression became after its names were
/// matched.
struct RoiExpression {
  enum class Op { Roi, Union, Subtract, Intersect, Margin };
  Op op = Op::Roi;
  std::size_t roi = 0;  ///< for Roi: index into StructureSet::rois
  std::vector<RoiExpression> operands = {};
  /// For Margin, which has one operand: grown by so much in every direction, or shrunk.
  double margin_mm = 0.0;
};

/// One expression under several readings.
struct ExpressionReadings {
  /// In the order of the readings. Borders that two of them have in common are one object. Of the
  /// first there is always something; another may be without slabs (a single plane without caps).
  std::vector<geometry::Region> regions;
  Findings findings;  ///< of the contours of its ROIs, each seen in the expression's frame
  /// Of the expression's first ROI; 0 planes if it was not drawn but given as voxels: then no
  /// number hangs on where its planes lie.
  int planes = 0;
  double nominal_spacing_mm = 0.0;
};

/// Two solids in one frame.
struct SolidPair {
  geometry::Region a, b;
  double nominal_spacing_mm = 0.0;  ///< the widest of all ROIs'
};

/// May be used from several threads. Every answer is the same whichever was asked before.
class CaseGeometry {
 public:
  /// `structures` must outlive the geometry.
  explicit CaseGeometry(const model::StructureSet& structures, geometry::Reading reading = {});

  /// How roi() and region() read what was drawn.
  [[nodiscard]] const geometry::Reading& reading() const { return reading_; }

  /// The solid of one ROI in its own frame, and what was noticed. Errors: those of contour_frame()
  /// and build_stack(); RegionEmpty.
  [[nodiscard]] Result<geometry::BuiltRegion> roi(std::size_t index) const;

  /// The solid of an expression, in the frame of its first ROI. A margin is taken from its operand as
  /// slabs with the end caps of the reading (rounded ones as half), and is a quarter of the spacing
  /// smaller where the reading interpolates between planes. Errors: as above; RegionEmpty if nothing
  /// is left; ContoursNotParallel if the ROIs are drawn in planes of different tilt; NotComputable for a
  /// margin that is too large.
  [[nodiscard]] Result<geometry::Region> region(const RoiExpression& expression) const;

  /// Two expressions in one frame, that of `a`'s first ROI, as slabs with the end caps in use
  /// (whatever the interpolation); without slabs where nothing is left. For comparing where they
  /// are. Errors: as above, without the one for what is empty.
  [[nodiscard]] Result<SolidPair> solids(const RoiExpression& a, const RoiExpression& b) const;

  /// An expression under each of `readings` (at least one); every border, and every pair of borders
  /// that an operation meets, is worked out once for all of them. Errors: those of region(), for
  /// the first reading.
  [[nodiscard]] Result<ExpressionReadings> readings(
      const RoiExpression& expression, std::span<const geometry::Reading> readings) const;

 private:
  using Stack = std::shared_ptr<const geometry::BuiltStack>;
  // A stack that is being made or was made; who comes second waits for the first.
  struct Making {
    std::once_flag once;
    Result<Stack> stack = Stack{};
  };

  [[nodiscard]] const geometry::RoiSurvey& survey_of(std::size_t index) const;
  [[nodiscard]] std::optional<double> set_spacing(const model::Vec3& w) const;
  [[nodiscard]] Result<Stack> make_stack(std::size_t index,
                                         const geometry::PlaneFrame& frame) const;
  [[nodiscard]] Result<Stack> kept_stack(std::size_t index,
                                         const geometry::PlaneFrame& frame) const;
  [[nodiscard]] Result<geometry::StackExpression> stacks_of(const RoiExpression& expression,
                                                            const geometry::PlaneFrame& frame,
                                                            const geometry::Reading& reading,
                                                            std::vector<Stack>& stacks) const;
  [[nodiscard]] Result<geometry::StackExpression> margin_stack(const RoiExpression& expression,
                                                               const geometry::PlaneFrame& frame,
                                                               const geometry::Reading& reading,
                                                               std::vector<Stack>& stacks) const;
  // An expression ready to be read, and the stacks that it points into.
  struct Reader {
    geometry::Reading reading;  // that its margins were made for
    std::vector<Stack> stacks;
    std::shared_ptr<geometry::ExpressionReader> reader;
  };
  [[nodiscard]] Result<Reader> reader_of(const RoiExpression& expression,
                                         const geometry::PlaneFrame& frame,
                                         const geometry::Reading& reading) const;
  [[nodiscard]] Result<ExpressionReadings> read_roi(
      std::size_t index, std::span<const geometry::Reading> readings) const;

  struct Survey {
    std::once_flag once;
    geometry::RoiSurvey survey;
  };

  const model::StructureSet& structures_;
  geometry::Reading reading_;
  mutable std::vector<Survey> surveys_;
  mutable std::mutex spacing_mutex_;
  mutable std::vector<std::pair<model::Vec3, std::optional<double>>> spacings_;
  mutable std::mutex stacks_mutex_;
  // By ROI and frame (its nine numbers).
  mutable std::map<std::pair<std::size_t, std::array<double, 9>>, std::shared_ptr<Making>> stacks_;
};

}  // namespace dosegate::evaluation
