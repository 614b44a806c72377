// The five verdicts and the logic that combines them (design section 5, facts 1.4).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "metrics/compute.h"
#include "protocol/rule.h"

namespace dosegate::evaluation {

enum class Verdict { Pass, Variation, Fail, Unknown, NotApplicable };

[[nodiscard]] std::string_view to_text(Verdict verdict);  ///< "PASS", "VARIATION", ...

/// What is known of a condition: its outcome lies between `worst` and `best` (Fail < Variation <
/// Pass). Both equal: decided. This is Kleene's three-valued logic, with a tier between false and
/// true.
struct Outcome {
  Verdict worst = Verdict::Fail;
  Verdict best = Verdict::Pass;
  [[nodiscard]] bool decided() const { return worst == best; }
  /// The verdict, Unknown if it is not decided.
  [[nodiscard]] Verdict verdict() const { return decided() ? best : Verdict::Unknown; }
  bool operator==(const Outcome&) const = default;
};

/// Best of two branches, worst of two demands, the opposite.
[[nodiscard]] Outcome either(const Outcome& a, const Outcome& b);
[[nodiscard]] Outcome both(const Outcome& a, const Outcome& b);
[[nodiscard]] Outcome opposite(const Outcome& a);

/// A value or its bounds held against goal and variation, unrounded, with the comparator as
/// written. Without value and bounds: anything from Fail to Pass; so too where the limits are no
/// limits (protocol/implausible.h).
[[nodiscard]] Outcome hold_against(const metrics::MetricValue& value, const protocol::Test& test);

/// True if a limit lies between the bounds of a value, so that another system could decide
/// otherwise.
[[nodiscard]] bool is_borderline(const metrics::MetricValue& value, const protocol::Test& test);

/// Decimals that a value is shown with at least: 2, of a ratio 3.
[[nodiscard]] int decimals_of(metrics::Unit unit);

/// "17.53 Gy": decimals_of() the unit, and as many more as are needed never to contradict a limit; the bounds
/// where there is no value; "not known" where there is nothing.
[[nodiscard]] std::string shown(const metrics::MetricValue& value, const protocol::Test& test);

}  // namespace dosegate::evaluation
