#include "validation/docs_pages.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "validation/error_table.h"

namespace dosegate::validation {
namespace {

constexpr const char* kRenew =
    "This page is written by a program and compared with it in every test run. To renew it:\n\n"
    "```\nninja -C build/dev validation && build/dev/bin/validation --write "
    "tests/validation\n```\n\n";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts = {""};
  for (const char c : text) {
    if (c == at) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::optional<double> number(const std::string& word) {
  const char* first = word.c_str();
  const char* last = first + word.size();
  if (first != last && *first == '+') ++first;
  double value = 0.0;
  const auto [end, error] = std::from_chars(first, last, value);
  if (error != std::errc() || end != last) return std::nullopt;
  return value;
}

bool same_word(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto x = number(a);
  const auto y = number(b);
  if (!x || !y) return false;
  const auto unit = [](const std::string& word) {
    const auto point = word.find('.');
    if (point == std::string::npos || word.find('e') != std::string::npos) return 0.0;
    return std::pow(10.0, -static_cast<double>(word.size() - point - 1));
  };
  const double allowed =
      std::max(1.01 * std::max(unit(a), unit(b)), 0.1 * std::max(std::abs(*x), std::abs(*y)));
  return std::abs(*x - *y) <= allowed;
}

std::string signed_pct(double value) {
  const double shown = std::round(value * 100.0) / 100.0;
  return shown == 0.0 ? "0.00" : fmt::format("{:+.2f}", shown);
}

std::string range_text(const std::array<double, 2>& range) {
  return signed_pct(range[0]) + " to " + signed_pct(range[1]);
}

std::string score_line(const std::string& name, const std::vector<NelmsRow>& rows) {
  const NelmsScore s = score(rows);
  return fmt::format("| {} | {} | {} | {} | {} |\n", name, s.values, s.beyond[0], s.beyond[1],
                     s.beyond[2]);
}

std::string curve_line(const std::vector<NelmsRow>& generated, double spacing_mm,
                       const std::string& gradient) {
  const CurveSpread s = curve_spread(select(generated, [&](const NelmsRow& row) {
    return row.spacing_mm == spacing_mm && row.gradient == gradient;
  }));
  return fmt::format("| {:g} mm, {} | {} | {} | {:.2f} |\n", spacing_mm, gradient,
                     range_text({s.lowest_pct, s.highest_pct}), signed_pct(s.mean_pct),
                     s.deviation_pct);
}

std::string metric_heads() {
  std::string heads, rule;
  for (const auto metric : kNelmsMetrics) {
    heads += fmt::format(" {} |", metric);
    rule += "---|";
  }
  return heads + "\n|---|" + rule + "\n";
}

std::string range_lines(const std::string& name, const std::vector<NelmsRow>& rows) {
  std::string line = "| " + name + " |";
  for (std::size_t m = 0; m < kNelmsMetrics.size(); ++m) {
    line += " " + range_text(error_range_pct(rows, m)) + " |";
  }
  return line + "\n";
}

std::size_t size_class(const CaseResult& result) {
  const double size_mm = result.tried.solid.size_mm;
  return size_mm < 10.0 ? 0 : size_mm < 20.0 ? 1 : 2;
}

}  // namespace

std::string accuracy_page(std::vector<CaseResult> results) {
  // By size and spacing, so that the tables' lines come in that order; else as the cases came.
  std::stable_sort(results.begin(), results.end(), [](const CaseResult& a, const CaseResult& b) {
    const auto key = [](const CaseResult& r) {
      return std::pair(size_class(r), r.tried.drawing.spacing_mm);
    };
    return key(a) < key(b);
  });
  std::string text = "# How exact the engine is\n\n";
  text += kRenew;
  text += fmt::format(
      "Solids of known shape are drawn as contours (any phase, spacing and plane orientation), "
      "known "
      "doses sampled on\ngrids (any phase), and the engine's numbers held against two truths that "
      "share "
      "no code with it:\n\n"
      "- the *drawn* solid: the stack of prisms that the contours stand for, under the dose as the "
      "grid "
      "holds it. Linear\n  doses in closed form; others by a fine integration good to a tenth of "
      "the "
      "bars (`truth_test.cpp`). What is off here\n  is the engine's own error, and the bars hold "
      "for it.\n"
      "- the *ideal* solid that was drawn from, linear doses only. What is off there is how coarse "
      "contours draw a solid,\n  which no engine can know better without inventing shape.\n\n"
      "{} cases, drawn by lot from seed {}; `validation --table --full` runs every combination. "
      "Pairs are worst / 95th\npercentile; doses in mGy unless said otherwise, two digits. `0` is "
      "what "
      "rounding leaves: below 0.01 mGy, 1e-5 % of\nthe volume.\n\n",
      results.size(), kSeed);
  text += "## Against the bars (drawn solids)\n\n" + bars_table(results);
  const auto section = [&](const std::string& title, const std::string& heading,
                           const Grouping& group, Against against) {
    text += "\n## " + title + "\n\n" + error_table(results, heading, group, against);
  };
  section(
      "By solid (drawn)", "solid", [](const CaseResult& r) { return r.tried.solid.name; },
      Against::Drawn);
  section(
      "By dose (drawn)", "dose", [](const CaseResult& r) { return r.tried.model().name; },
      Against::Drawn);
  section(
      "By grid (drawn)", "grid", [](const CaseResult& r) { return r.tried.grid.name; },
      Against::Drawn);
  const Grouping coarse = [](const CaseResult& r) {
    constexpr std::array<const char*, 3> kSizes = {"3 to 5", "12 to 15", "60 to 85"};
    return fmt::format("{} mm, contours {:g} mm", kSizes[size_class(r)],
                       r.tried.drawing.spacing_mm);
  };
  section("By size and contour spacing (drawn)", "radius", coarse, Against::Drawn);
  section("Reading error: the same against the ideal solids, linear doses of 1 and 3 Gy/mm",
          "radius", coarse, Against::Ideal);
  return text;
}

std::string nelms_page(const std::vector<NelmsRow>& generated,
                       const std::vector<NelmsRow>& published) {
  const auto fine = [](const NelmsRow& row) { return belongs(row, NelmsTest::Fine); };
  const auto aligned = [](const NelmsRow& row) {
    return belongs(row, NelmsTest::Clinical) && !row.shifted;
  };
  const auto shifted = [](const NelmsRow& row) { return row.shifted; };
  std::string text = "# The published test of DVH calculators\n\n";
  text += kRenew;
  text +=
      "Nelms et al., Med Phys 42:4435, 2015: sphere, cylinder and cone of 24 mm, the latter two "
      "upright "
      "and lying (Rt), in a\ndose of 1 Gy/mm along the table (SupInf) or across it (AntPost), 16 "
      "Gy in "
      "the centre. Truth: the ideal solid and half a\nplane spacing of its end sections beyond "
      "either "
      "end. Errors in per cent of the true value.\n\n"
      "*Published*: the real DICOM files, as far as they are at hand (sphere and upright cylinder; "
      "the "
      "finest grid and contours\nof the cylinder are left out there). *Generated*: the whole "
      "matrix, drawn "
      "as published.\n\n"
      "## Values beyond 3, 2 and 1 %\n\n"
      "Others, over the whole published set beyond 3 %: PlanIQ 5 of 340 (0.2 mm) and 18 of 255 (1 "
      "to 3 "
      "mm), Pinnacle 52 and 93,\ndicompyler-core 153 and 190. Exact integration of slabs: 0 of "
      "340, even "
      "beyond 1 %, and 9, 18, 29 of 255.\n\n"
      "| rows | values | beyond 3 % | beyond 2 % | beyond 1 % |\n|---|---|---|---|---|\n";
  text += score_line("generated, contours 0.2 mm", select(generated, fine));
  text += score_line("generated, 1 to 3 mm", select(generated, aligned));
  text += score_line("published, contours 0.2 mm", select(published, fine));
  text += score_line("published, 1 to 3 mm", select(published, aligned));
  text += score_line("published, shifted by half a voxel", select(published, shifted));
  text += "\n## Lowest and highest error by metric, %\n\n| rows |" + metric_heads();
  text += range_lines("generated, contours 0.2 mm", select(generated, fine));
  text += range_lines("generated, 1 to 3 mm", select(generated, aligned));
  text += range_lines("published, contours 0.2 mm", select(published, fine));
  text += range_lines("published, 1 to 3 mm", select(published, aligned));
  text += range_lines("published, shifted by half a voxel", select(published, shifted));
  text +=
      "\n## Whole curve, generated\n\nError of the volume at 301 doses from 0 to 30 Gy, % of the "
      "whole, "
      "mean of the five solids.\n\n| contours, dose | lowest to highest | mean | standard "
      "deviation "
      "|\n|---|---|---|---|\n";
  for (const double spacing_mm : {0.2, 1.0, 2.0, 3.0}) {
    for (const char* gradient : {"SupInf", "AntPost"}) {
      text += curve_line(generated, spacing_mm, gradient);
    }
  }
  text +=
      "\n## Every published row, %\n\nVoxel in mm.\n\n| structure, voxel, dose |" + metric_heads();
  for (const NelmsRow& row : published) {
    text += fmt::format("| {}, {}, {} |", row.structure, row.grid, row.gradient);
    for (std::size_t m = 0; m < kNelmsMetrics.size(); ++m) {
      text += " " + signed_pct(row.error_pct(m)) + " |";
    }
    text += "\n";
  }
  return text;
}

std::optional<std::string> first_difference(const std::string& kept, const std::string& fresh) {
  const std::vector<std::string> a = split(kept, '\n');
  const std::vector<std::string> b = split(fresh, '\n');
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string x = i < a.size() ? a[i] : "(end)";
    const std::string y = i < b.size() ? b[i] : "(end)";
    const auto words = split(x, ' ');
    const auto others = split(y, ' ');
    if (words.size() == others.size() &&
        std::equal(words.begin(), words.end(), others.begin(), same_word)) {
      continue;
    }
    return fmt::format("line {}\n  kept:  {}\n  fresh: {}\n", i + 1, x, y);
  }
  return std::nullopt;
}

}  // namespace dosegate::validation
