// The words of the metric language, shared by its parser and its printer. Internal to the room.
#pragma once

#include <span>
#include <string_view>

#include "metrics/metric.h"

namespace dosegate::metrics {

/// What stands behind the word of a query. A further kind of metric is a row of the table in
/// metric.cpp; one of another shape adds an enumerator here and a case in the parser and the
/// printer.
enum class Shape {
  DoseOnly,      ///< Mean[Gy]
  VolumeToDose,  ///< D95%[Gy]
  DoseToVolume,  ///< V20Gy[%]
  VolumeOnly,    ///< Volume[cc]
  Model,         ///< gEUD(a=8)[Gy], Veff(n=1,Dref=Rx)[%], NTCP(rild-primary)[%]
  Index,         ///< HI, CI(Dref=Rx,in=Body)
};

struct Query {
  std::string_view word;
  MetricKind kind;
  Shape shape;
};

struct BasisWord {
  std::string_view word;
  BasisKind kind;
};

[[nodiscard]] std::span<const Query> query_table();
[[nodiscard]] std::span<const BasisWord> basis_table();

}  // namespace dosegate::metrics
