#include "metrics/metric.h"

#include <array>

#include "metrics/cursor.h"
#include "metrics/metric_table.h"
#include "metrics/structure_name.h"

namespace dosegate::metrics {
namespace {

constexpr std::array<Query, 16> kQueries{{
    {"Min", MetricKind::Min, Shape::DoseOnly},
    {"Mean", MetricKind::Mean, Shape::DoseOnly},
    {"Max", MetricKind::Max, Shape::DoseOnly},
    {"Median", MetricKind::Median, Shape::DoseOnly},
    {"D", MetricKind::D, Shape::VolumeToDose},
    {"DC", MetricKind::DC, Shape::VolumeToDose},
    {"V", MetricKind::V, Shape::DoseToVolume},
    {"CV", MetricKind::CV, Shape::DoseToVolume},
    {"Volume", MetricKind::Volume, Shape::VolumeOnly},
    {"gEUD", MetricKind::GEud, Shape::Model},
    {"Veff", MetricKind::Veff, Shape::Model},
    {"NTCP", MetricKind::Ntcp, Shape::Model},
    {"CI", MetricKind::ConformityIndex, Shape::Index},
    {"CN", MetricKind::ConformationNumber, Shape::Index},
    {"HI", MetricKind::HomogeneityIndex, Shape::Index},
    {"GI", MetricKind::GradientIndex, Shape::Index},
}};

constexpr std::array<BasisWord, 4> kBases{{
    {"PHYS", BasisKind::Physical},
    {"BED", BasisKind::Bed},
    {"EQD2", BasisKind::Eqd2},
    {"EQDX", BasisKind::Eqdx},
}};

const Query& query_of(MetricKind kind) {
  for (const Query& query : kQueries) {
    if (query.kind == kind) return query;
  }
  throw InternalError("a MetricKind without a row in kQueries");
}

std::string text_of(const Basis& basis) {
  const std::string ab = "ab=" + plain_number(basis.alpha_beta_gy) + ")";
  switch (basis.kind) {
    case BasisKind::Unstated:
      return "";
    case BasisKind::Physical:
      return "@PHYS";
    case BasisKind::Bed:
      return "@BED(" + ab;
    case BasisKind::Eqd2:
      return "@EQD2(" + ab;
    case BasisKind::Eqdx:
      return "@EQDX(d=" + plain_number(basis.dose_per_fraction_gy) + "," + ab;
  }
  throw InternalError("unknown BasisKind");
}

std::string model_arguments(const Metric& metric) {
  switch (metric.kind) {
    case MetricKind::GEud:
      return "(a=" + plain_number(metric.argument) + ")";
    case MetricKind::Veff:
      return "(n=" + plain_number(metric.argument) + ",Dref=" +
             (metric.reference_gy == 0.0 ? "Rx" : plain_number(metric.reference_gy) + "Gy") + ")";
    case MetricKind::Ntcp:
      return "(" + std::string(radiobiology::lkb_model(metric.model).name) + ")";
    default:
      throw InternalError("not a model metric");
  }
}

std::string index_arguments(const Metric& metric) {
  if (!needs_enclosure(metric.kind)) return "";
  const bool prescription = metric.dose_unit == DoseUnit::Percent && metric.argument == 100.0;
  std::string text = "(Dref=";
  text +=
      prescription ? "Rx" : plain_number(metric.argument) + std::string(to_text(metric.dose_unit));
  if (!metric.within.empty()) text += ",in=" + structure_name_text(metric.within);
  return text + ")";
}

}  // namespace

std::span<const Query> query_table() {
  return kQueries;
}

std::span<const BasisWord> basis_table() {
  return kBases;
}

bool is_index(MetricKind kind) {
  return query_of(kind).shape == Shape::Index;
}

bool needs_enclosure(MetricKind kind) {
  return is_index(kind) && kind != MetricKind::HomogeneityIndex;
}

bool is_dose_metric(MetricKind kind) {
  const Shape shape = query_of(kind).shape;
  return shape == Shape::DoseOnly || shape == Shape::VolumeToDose || kind == MetricKind::GEud;
}

bool needs_prescription(const Metric& metric) {
  if (metric.kind == MetricKind::Veff) return metric.reference_gy == 0.0;
  return metric.kind != MetricKind::Volume && metric.dose_unit == DoseUnit::Percent;
}

Unit output_unit(const Metric& metric) {
  if (metric.kind == MetricKind::Veff) return Unit::PercentOfVolume;
  if (metric.kind == MetricKind::Ntcp) return Unit::PercentProbability;
  if (is_index(metric.kind)) return Unit::Ratio;
  if (!is_dose_metric(metric.kind)) {
    return metric.volume_unit == VolumeUnit::Cc ? Unit::Cc : Unit::PercentOfVolume;
  }
  switch (metric.dose_unit) {
    case DoseUnit::Gy:
      return Unit::Gy;
    case DoseUnit::CGy:
      return Unit::CGy;
    case DoseUnit::Percent:
      return Unit::PercentOfPrescription;
  }
  throw InternalError("unknown DoseUnit");
}

std::string_view to_text(DoseUnit unit) {
  switch (unit) {
    case DoseUnit::Gy:
      return "Gy";
    case DoseUnit::CGy:
      return "cGy";
    case DoseUnit::Percent:
      return "%";
  }
  throw InternalError("unknown DoseUnit");
}

std::string_view to_text(VolumeUnit unit) {
  return unit == VolumeUnit::Cc ? "cc" : "%";
}

std::string_view to_text(Unit unit) {
  switch (unit) {
    case Unit::Gy:
      return "Gy";
    case Unit::CGy:
      return "cGy";
    case Unit::Cc:
      return "cc";
    case Unit::PercentOfPrescription:
    case Unit::PercentOfVolume:
    case Unit::PercentProbability:
      return "%";
    case Unit::Ratio:
      return "";
  }
  throw InternalError("unknown Unit");
}

std::string with_unit(std::string number, Unit unit) {
  if (unit == Unit::Ratio) return number;
  return std::move(number) + " " + std::string(to_text(unit));
}

std::string to_text(const Metric& metric) {
  const Query& query = query_of(metric.kind);
  std::string text(query.word);
  switch (query.shape) {
    case Shape::DoseOnly:
      break;
    case Shape::VolumeOnly:
      break;
    case Shape::VolumeToDose:
      text += plain_number(metric.argument) + std::string(to_text(metric.volume_unit));
      break;
    case Shape::DoseToVolume:
      text += plain_number(metric.argument) + std::string(to_text(metric.dose_unit));
      break;
    case Shape::Model:
      text += model_arguments(metric);
      break;
    case Shape::Index:
      return text + index_arguments(metric) + text_of(metric.basis);
  }
  text += "[" + std::string(to_text(output_unit(metric))) + "]";
  return text + text_of(metric.basis);
}

}  // namespace dosegate::metrics
