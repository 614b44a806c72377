// Quantities with their unit in the type: a dose cannot be passed where a volume is asked for, and
// adding Gy to Cc does not compile. Values are plain doubles inside; `.value()` is the number in
// the unit that the type names. Percent runs from 0 to 100.
//
// Inside hot loops, files and JSON the house uses `double` with a suffix (`_gy`, `_mm`, `_cc`,
// `_pct`).
#pragma once

#include <compare>

namespace dosegate {
inline namespace base {

/// A number with a unit. Exact: no operation here converts units or rounds beyond IEEE double.
template <class Tag>
class Quantity {
 public:
  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : value_(value) {}

  /// The number in the unit of the type.
  [[nodiscard]] constexpr double value() const { return value_; }

  constexpr auto operator<=>(const Quantity&) const = default;
  constexpr Quantity operator-() const { return Quantity(-value_); }
  constexpr Quantity& operator+=(Quantity other) {
    value_ += other.value_;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity other) {
    value_ -= other.value_;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return a += b; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return a -= b; }
  friend constexpr Quantity operator*(double factor, Quantity a) {
    return Quantity(factor * a.value_);
  }
  friend constexpr Quantity operator/(Quantity a, double divisor) {
    return Quantity(a.value_ / divisor);
  }
  /// Ratio of two like quantities, a plain number.
  friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }

 private:
  double value_ = 0.0;
};

using Gy = Quantity<struct GyTag>;            ///< absorbed dose (or BED/EQD2), gray
using Mm = Quantity<struct MmTag>;            ///< length, millimetre
using Cc = Quantity<struct CcTag>;            ///< volume, cubic centimetre (= mL)
using Percent = Quantity<struct PercentTag>;  ///< 0..100

inline namespace literals {
constexpr Gy operator""_gy(long double v) {
  return Gy(static_cast<double>(v));
}
constexpr Gy operator""_gy(unsigned long long v) {
  return Gy(static_cast<double>(v));
}
constexpr Mm operator""_mm(long double v) {
  return Mm(static_cast<double>(v));
}
constexpr Mm operator""_mm(unsigned long long v) {
  return Mm(static_cast<double>(v));
}
constexpr Cc operator""_cc(long double v) {
  return Cc(static_cast<double>(v));
}
constexpr Cc operator""_cc(unsigned long long v) {
  return Cc(static_cast<double>(v));
}
constexpr Percent operator""_pct(long double v) {
  return Percent(static_cast<double>(v));
}
constexpr Percent operator""_pct(unsigned long long v) {
  return Percent(static_cast<double>(v));
}
}  // namespace literals

}  // namespace base
}  // namespace dosegate
