#include "metrics/metric.h"

#include <array>

#include "base/text.h"
#include "metrics/cursor.h"
#include "metrics/metric_table.h"
#include "metrics/structure_name.h"
#include "radiobiology/lq.h"

namespace dosegate::metrics {
namespace {

struct Spelling {
  std::string_view wrong;
  std::string_view right;
};

// What people write elsewhere, compared without case.
constexpr std::array<Spelling, 12> kMetricHints{{
    {"dmax", "Max[Gy]"},
    {"dmin", "Min[Gy]"},
    {"dmean", "Mean[Gy]"},
    {"dmedian", "Median[Gy]"},
    {"maximum", "Max[Gy]"},
    {"minimum", "Min[Gy]"},
    {"average", "Mean[Gy]"},
    {"min", "Min[Gy]"},
    {"mean", "Mean[Gy]"},
    {"max", "Max[Gy]"},
    {"median", "Median[Gy]"},
    {"volume", "Volume[cc]"},
}};

constexpr std::string_view kQueryWords =
    "a metric (Min, Mean, Max, Median, D, DC, V, CV, Volume, gEUD, Veff, NTCP, CI, CN, HI or GI, "
    "in "
    "this spelling)";

std::string_view leading_letters(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_ascii_letter(text[length])) ++length;
  return text.substr(0, length);
}

// The unit that is missing in `V20`, `D95` and so on; the remedy shows one that is complete.
std::string unit_hint(std::string_view number_text, Shape shape) {
  const std::string number(number_text);
  if (shape == Shape::DoseToVolume) {
    return "the unit of the dose is missing; write " + number + "Gy, " + number + "cGy or " +
           number + "% and behind it [cc] or [%], as in V" + number + "Gy[%]";
  }
  return "the unit of the volume is missing; write " + number + "cc or " + number +
         "% and behind it [Gy], as in D" + number + "%[Gy]";
}

Result<DoseUnit> parse_dose_unit(Cursor& cursor) {
  if (cursor.take("%")) return DoseUnit::Percent;
  const std::string_view word = cursor.peek_word();
  if (cursor.take_word("Gy")) return DoseUnit::Gy;
  if (cursor.take_word("cGy")) return DoseUnit::CGy;
  const std::string lower = to_lower_ascii(word);
  if (lower == "gy") return cursor.error("the unit is spelt Gy");
  if (lower == "cgy") return cursor.error("the unit is spelt cGy");
  return cursor.expected("a dose unit (Gy, cGy or %)");
}

Result<VolumeUnit> parse_volume_unit(Cursor& cursor) {
  if (cursor.take("%")) return VolumeUnit::Percent;
  const std::string lower = to_lower_ascii(cursor.peek_word());
  if (cursor.take_word("cc")) return VolumeUnit::Cc;
  if (lower == "cc" || lower == "ccm" || lower == "cm3" || lower == "ml") {
    return cursor.error("the unit is spelt cc (1 cc = 1 mL = 1 cm3)");
  }
  return cursor.expected("a volume unit (cc or %)");
}

// "[" unit "]", with `example` to show what is missing where there is no bracket at all.
template <class UnitParser>
auto parse_output(Cursor& cursor, const std::string& example, UnitParser parse_unit)
    -> decltype(parse_unit(cursor)) {
  if (!cursor.take("[")) {
    return cursor.error("the output unit is missing; write " + example +
                        " (no unit is guessed, and there are no blanks inside a metric)");
  }
  auto unit = parse_unit(cursor);
  if (!unit) return unit;
  if (!cursor.take("]")) return cursor.expected("']'");
  return unit;
}

Result<Metric> parse_volume_to_dose(Cursor& cursor, const Query& query) {
  Metric metric;
  metric.kind = query.kind;
  const std::size_t start = cursor.position();
  const Result<double> volume = cursor.positive_number("a volume");
  if (!volume) return tl::unexpected(volume.error());
  const std::string_view digits = cursor.since(start);
  metric.argument = *volume;
  if (cursor.peek() != '%' && !is_ascii_letter(cursor.peek())) {
    return cursor.error(unit_hint(digits, query.shape));
  }
  const Result<VolumeUnit> volume_unit = parse_volume_unit(cursor);
  if (!volume_unit) return tl::unexpected(volume_unit.error());
  metric.volume_unit = *volume_unit;
  if (metric.volume_unit == VolumeUnit::Percent && metric.argument > 100.0) {
    return cursor.error_at(start, "no structure has more than 100 % of its volume");
  }
  const std::string written = std::string(query.word) + std::string(cursor.since(start));
  const Result<DoseUnit> dose_unit = parse_output(cursor, written + "[Gy]", parse_dose_unit);
  if (!dose_unit) return tl::unexpected(dose_unit.error());
  metric.dose_unit = *dose_unit;
  return metric;
}

Result<Metric> parse_dose_to_volume(Cursor& cursor, const Query& query) {
  Metric metric;
  metric.kind = query.kind;
  const std::size_t start = cursor.position();
  const Result<double> dose = cursor.positive_number("a dose");
  if (!dose) return tl::unexpected(dose.error());
  const std::string_view digits = cursor.since(start);
  metric.argument = *dose;
  if (cursor.peek() != '%' && !is_ascii_letter(cursor.peek())) {
    return cursor.error(unit_hint(digits, query.shape));
  }
  const Result<DoseUnit> dose_unit = parse_dose_unit(cursor);
  if (!dose_unit) return tl::unexpected(dose_unit.error());
  metric.dose_unit = *dose_unit;
  const std::string written = std::string(query.word) + std::string(cursor.since(start));
  const Result<VolumeUnit> volume_unit =
      parse_output(cursor, written + "[%] or " + written + "[cc]", parse_volume_unit);
  if (!volume_unit) return tl::unexpected(volume_unit.error());
  metric.volume_unit = *volume_unit;
  return metric;
}

Result<Metric> parse_without_argument(Cursor& cursor, const Query& query) {
  Metric metric;
  metric.kind = query.kind;
  const std::string word(query.word);
  if (query.shape == Shape::VolumeOnly) {
    const std::size_t start = cursor.position();
    const Result<VolumeUnit> unit = parse_output(cursor, word + "[cc]", parse_volume_unit);
    if (!unit) return tl::unexpected(unit.error());
    if (*unit != VolumeUnit::Cc) {
      return cursor.error_at(start,
                             "the volume in percent of itself is always 100; write Volume[cc]");
    }
    return metric;
  }
  const Result<DoseUnit> unit = parse_output(cursor, word + "[Gy]", parse_dose_unit);
  if (!unit) return tl::unexpected(unit.error());
  metric.dose_unit = *unit;
  return metric;
}

// name "=" num between two bounds, both in `unit`: " Gy", or "" for a plain number.
Result<double> parse_bounded(Cursor& cursor, std::string_view name, double least, double most,
                             std::string_view unit) {
  const std::string prefix = std::string(name) + "=";
  if (!cursor.take(prefix)) return cursor.expected("'" + prefix + "' (without blanks)");
  const std::size_t start = cursor.position();
  const Result<double> value =
      cursor.positive_number(unit.empty() ? "a number" : "a number of" + std::string(unit));
  if (!value) return value;
  if (*value < least || *value > most) {
    return cursor.error_at(start, "the value must lie between " + plain_number(least) + " and " +
                                      plain_number(most) + std::string(unit));
  }
  return value;
}

Result<Metric> parse_geud(Cursor& cursor, Metric metric) {
  const Result<double> a = parse_bounded(cursor, "a", kSmallestExponent, kLargestExponent, "");
  if (!a) return tl::unexpected(a.error());
  metric.argument = *a;
  if (!cursor.take(")")) return cursor.expected("')'");
  const Result<DoseUnit> unit =
      parse_output(cursor, "gEUD(a=" + plain_number(*a) + ")[Gy]", parse_dose_unit);
  if (!unit) return tl::unexpected(unit.error());
  if (*unit != DoseUnit::Gy) return cursor.error("a gEUD is given in Gy; write [Gy]");
  return metric;
}

Result<void> expect_percent(Cursor& cursor) {
  if (!cursor.take("[%]")) return cursor.expected("the output unit [%]");
  return {};
}

Result<Metric> parse_veff(Cursor& cursor, Metric metric) {
  const Result<double> n =
      parse_bounded(cursor, "n", 1.0 / kLargestExponent, 1.0 / kSmallestExponent, "");
  if (!n) return tl::unexpected(n.error());
  metric.argument = *n;
  if (!cursor.take(",Dref=")) {
    return cursor.expected("',' and the reference dose, as in Veff(n=1,Dref=50Gy)[%] or Dref=Rx");
  }
  if (!cursor.take_word("Rx")) {
    const Result<double> dose = cursor.positive_number("a dose in Gy, or Rx");
    if (!dose) return tl::unexpected(dose.error());
    metric.reference_gy = *dose;
    if (!cursor.take("Gy")) return cursor.expected("Gy");
  }
  if (!cursor.take(")")) return cursor.expected("')'");
  metric.volume_unit = VolumeUnit::Percent;
  if (const auto unit = expect_percent(cursor); !unit) return tl::unexpected(unit.error());
  return metric;
}

Result<Metric> parse_ntcp(Cursor& cursor, Metric metric) {
  std::string names;
  for (const radiobiology::LkbModel& model : radiobiology::lkb_models()) {
    if (cursor.take(std::string(model.name) + ")")) {
      metric.model = model.id;
      metric.volume_unit = VolumeUnit::Percent;
      if (const auto unit = expect_percent(cursor); !unit) return tl::unexpected(unit.error());
      return metric;
    }
    names += (names.empty() ? "" : ", ") + std::string(model.name);
  }
  return cursor.expected("one of the models (" + names + ") and ')'");
}

Result<Metric> parse_model(Cursor& cursor, const Query& query) {
  Metric metric;
  metric.kind = query.kind;
  if (!cursor.take("(")) {
    return cursor.error(
        "what it depends on is missing; write gEUD(a=8)[Gy], "
        "Veff(n=1,Dref=Rx)[%] or NTCP(rild-primary)[%]");
  }
  if (query.kind == MetricKind::GEud) return parse_geud(cursor, metric);
  return query.kind == MetricKind::Veff ? parse_veff(cursor, metric) : parse_ntcp(cursor, metric);
}

// "Dref=" ( num dunit | "Rx" ), with the cursor behind the equals sign.
Result<void> parse_reference(Cursor& cursor, Metric& metric) {
  if (cursor.take_word("Rx")) return {};
  const Result<double> dose = cursor.positive_number("a dose with its unit, or Rx");
  if (!dose) return tl::unexpected(dose.error());
  const Result<DoseUnit> unit = parse_dose_unit(cursor);
  if (!unit) return tl::unexpected(unit.error());
  metric.argument = *dose;
  metric.dose_unit = *unit;
  return {};
}

Result<Metric> parse_index(Cursor& cursor, const Query& query) {
  Metric metric;
  metric.kind = query.kind;
  if (query.kind == MetricKind::HomogeneityIndex) {
    if (cursor.peek() == '(') return cursor.error("HI depends on nothing else; write HI alone");
  } else {
    metric.argument = 100.0;  // the prescription
    metric.dose_unit = DoseUnit::Percent;
  }
  if (cursor.take("(")) {
    const bool reference = cursor.take("Dref=");
    if (reference) {
      if (const auto read = parse_reference(cursor, metric); !read) {
        return tl::unexpected(read.error());
      }
    }
    if (!reference || cursor.take(",")) {
      if (!cursor.take("in=")) {
        return cursor.expected(reference ? "'in=' and a structure, as in CI(Dref=Rx,in=Body)"
                                         : "'Dref=' or 'in=', as in CI(Dref=Rx,in=Body)");
      }
      Result<std::string> name = parse_structure_name(cursor, "the name of a structure");
      if (!name) return tl::unexpected(name.error());
      metric.within = std::move(*name);
    }
    if (!cursor.take(")")) return cursor.expected("')'");
  }
  if (cursor.peek() == '[') return cursor.error("an index is a ratio and has no unit");
  return metric;
}

tl::unexpected<Error> unknown_query(Cursor& cursor, std::string_view word) {
  const std::string lower = to_lower_ascii(word);
  for (const Spelling& hint : kMetricHints) {
    if (lower == hint.wrong) return cursor.error("write " + std::string(hint.right));
  }
  return cursor.expected(kQueryWords);
}

Result<Metric> parse_query(Cursor& cursor) {
  const std::string_view word = leading_letters(cursor.rest());
  for (const Query& query : query_table()) {
    if (word != query.word) continue;
    cursor.advance(word.size());
    switch (query.shape) {
      case Shape::VolumeToDose:
        return parse_volume_to_dose(cursor, query);
      case Shape::DoseToVolume:
        return parse_dose_to_volume(cursor, query);
      case Shape::DoseOnly:
      case Shape::VolumeOnly:
        return parse_without_argument(cursor, query);
      case Shape::Model:
        return parse_model(cursor, query);
      case Shape::Index:
        return parse_index(cursor, query);
    }
  }
  return unknown_query(cursor, word);
}

// A ratio or a fraction size in Gy.
Result<double> parse_ratio(Cursor& cursor, std::string_view name) {
  return parse_bounded(cursor, name, radiobiology::kSmallestRatioGy, radiobiology::kLargestRatioGy,
                       " Gy");
}

Result<Basis> parse_basis(Cursor& cursor) {
  const std::string_view word = cursor.peek_word();
  Basis basis;
  for (const BasisWord& candidate : basis_table()) {
    if (word == candidate.word) basis.kind = candidate.kind;
  }
  if (basis.kind == BasisKind::Unstated) {
    return cursor.expected("PHYS, BED(ab=...), EQD2(ab=...) or EQDX(d=...,ab=...)");
  }
  cursor.advance(word.size());
  if (basis.kind == BasisKind::Physical) return basis;
  if (!cursor.take("(")) {
    return cursor.error("the alpha/beta is missing; write " + std::string(word) + "(" +
                        (basis.kind == BasisKind::Eqdx ? "d=1.8," : "") + "ab=10)");
  }
  if (basis.kind == BasisKind::Eqdx) {
    const Result<double> per_fraction = parse_ratio(cursor, "d");
    if (!per_fraction) return tl::unexpected(per_fraction.error());
    basis.dose_per_fraction_gy = *per_fraction;
    if (!cursor.take(","))
      return cursor.expected("',' and the alpha/beta, as in EQDX(d=1.8,ab=10)");
  }
  const Result<double> alpha_beta = parse_ratio(cursor, "ab");
  if (!alpha_beta) return tl::unexpected(alpha_beta.error());
  basis.alpha_beta_gy = *alpha_beta;
  if (!cursor.take(")")) return cursor.expected("')'");
  return basis;
}

}  // namespace

Result<Metric> parse_metric(Cursor& cursor) {
  Result<Metric> metric = parse_query(cursor);
  if (!metric || cursor.peek() != '@') return metric;
  const std::size_t at = cursor.position();
  if (metric->kind == MetricKind::Volume) {
    return cursor.error("a volume has no dose basis; leave out the '@'");
  }
  if (metric->kind == MetricKind::Ntcp) {
    return cursor.error("an NTCP has the basis of its model (EQD2); leave out the '@'");
  }
  cursor.advance();
  const Result<Basis> basis = parse_basis(cursor);
  if (!basis) return tl::unexpected(basis.error());
  if (basis->is_converted() && needs_prescription(*metric)) {
    return cursor.error_at(at,
                           "a percent of the prescription on a converted dose has no agreed "
                           "meaning; write the dose in Gy");
  }
  metric->basis = *basis;
  return metric;
}

Result<Metric> parse_metric(std::string_view text) {
  Cursor cursor(text, ErrorCode::MetricSyntax);
  if (text.size() > kLongestText) {
    return cursor.error_at(kLongestText, "a metric of more than " + std::to_string(kLongestText) +
                                             " characters is not allowed");
  }
  cursor.skip_blanks();
  Result<Metric> metric = parse_metric(cursor);
  if (!metric) return metric;
  cursor.skip_blanks();
  if (!cursor.at_end()) return cursor.expected("the end of the metric");
  return metric;
}

}  // namespace dosegate::metrics
