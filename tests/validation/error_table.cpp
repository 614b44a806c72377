#include "validation/error_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace dosegate::validation {
namespace {

// The columns: several metrics share one where their bar is the same.
struct Column {
  std::string title;
  std::string metrics;  // names with a blank on both sides
  double scale;         // of the error, for display
  double nothing;       // displayed errors below are shown as 0
};

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns = {
      {"volume %", " volume ", 1.0, 1e-5},
      {"mean mGy", " mean ", 1000.0, 0.01},
      {"Dmin, Dmax mGy", " Dmin Dmax ", 1000.0, 0.01},
      {"D99 mGy", " D99% ", 1000.0, 0.01},
      {"D98, D95 mGy", " D98% D95% ", 1000.0, 0.01},
      {"D50 mGy", " D50% ", 1000.0, 0.01},
      {"D5, D2 mGy", " D5% D2% ", 1000.0, 0.01},
      {"D1 mGy", " D1% ", 1000.0, 0.01},
      {"D0.03cc mGy", " D0.03cc ", 1000.0, 0.01},
      {"V5Gy, CV5Gy cc", " V5Gy CV5Gy ", 1.0, 1e-4},
      {"curve % of volume", " curve ", 1.0, 1e-4},
  };
  return kColumns;
}

double shown_error(const CaseResult& result, const Check& check, double scale) {
  const double error = std::abs(check.error());
  return check.metric == "volume" ? 100.0 * error / result.volume_cc : scale * error;
}

std::string cell(std::vector<double> errors, double nothing) {
  if (errors.empty()) return "-";
  std::sort(errors.begin(), errors.end());
  const auto at = static_cast<std::size_t>(0.95 * static_cast<double>(errors.size() - 1) + 0.5);
  return rounded(errors.back(), nothing) + " / " + rounded(errors[at], nothing);
}

}  // namespace

std::string rounded(double error, double nothing) {
  if (!(error >= nothing)) return std::isnan(error) ? "nan" : "0";
  if (error < 99.5) return fmt::format("{:.2g}", error);
  const double unit = std::pow(10.0, std::floor(std::log10(error)) - 1.0);
  return fmt::format("{:.0f}", unit * std::round(error / unit));
}

std::string bars_table(const std::vector<CaseResult>& results) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<std::pair<const CaseResult*, const Check*>>> metrics;
  for (const CaseResult& r : results) {
    for (const Check& c : r.checks) {
      // Steep doses have wider bars.
      const bool wide = c.bar > 0.02 && c.unit == "Gy";
      const std::string name = c.metric + (wide ? ", steep" : "");
      if (metrics[name].empty()) order.push_back(name);
      metrics[name].emplace_back(&r, &c);
    }
  }
  std::stable_sort(order.begin(), order.end(), [](const std::string& a, const std::string& b) {
    const auto late = [](const std::string& name) {
      return name.find("steep") != std::string::npos   ? 1
             : name == "curve" || name.find("5Gy") < 3 ? 2
                                                       : 0;
    };
    return late(a) < late(b);
  });
  std::string text =
      "| metric | bar | best of field | worst / 95th percentile | checks | beyond the bar | within "
      "best "
      "of field |\n|---|---|---|---|---|---|---|\n";
  for (const std::string& name : order) {
    std::vector<double> errors;
    int beyond = 0, best = 0;
    for (const auto& [r, c] : metrics[name]) {
      errors.push_back(c->metric == "volume" ? shown_error(*r, *c, 1.0) : std::abs(c->error()));
      beyond += c->beyond() ? 1 : 0;
      best += std::abs(c->error()) <= c->best ? 1 : 0;
    }
    const Check& c = *metrics[name][0].second;
    const bool volume = c.metric == "volume";
    text += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", name,
                        volume ? "0.01 % or 1e-5 cc" : fmt::format("{:g} {}", c.bar, c.unit),
                        volume ? "1e-4 % or 1e-5 cc" : fmt::format("{:g}", c.best),
                        cell(errors, 1e-5), errors.size(), beyond, best);
  }
  return text;
}

std::string error_table(const std::vector<CaseResult>& results, const std::string& heading,
                        const Grouping& group, Against against) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const CaseResult*>> groups;
  for (const CaseResult& r : results) {
    if (against == Against::Ideal && r.reading.empty()) continue;
    auto& members = groups[group(r)];
    if (members.empty()) order.push_back(group(r));
    members.push_back(&r);
  }
  std::string text = "| " + heading + " | cases |";
  std::string rule = "|---|---|";
  for (const Column& c : columns()) {
    text += " " + c.title + " |";
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (const std::string& name : order) {
    text += fmt::format("| {} | {} |", name, groups[name].size());
    for (const Column& c : columns()) {
      std::vector<double> errors;
      for (const CaseResult* r : groups[name]) {
        for (const Check& check : against == Against::Drawn ? r->checks : r->reading) {
          if (c.metrics.find(" " + check.metric + " ") == std::string::npos) continue;
          // Drawn larger than 0.03 cc, but the ideal solid is not, or the other way round.
          if (against == Against::Ideal && std::isnan(check.error())) continue;
          errors.push_back(shown_error(*r, check, c.scale));
        }
      }
      text += " " + cell(std::move(errors), c.nothing) + " |";
    }
    text += "\n";
  }
  return text;
}

std::string checks_beyond(const std::vector<CaseResult>& results) {
  std::string text;
  for (const CaseResult& r : results) {
    for (const Check& c : r.checks) {
      if (!c.beyond()) continue;
      text += fmt::format("{}: {} is {:.6f}, truth {:.6f} {}, off by {:.6f}, bar {:.6f}\n",
                          r.tried.name(), c.metric, c.engine, c.truth, c.unit, c.error(), c.bar);
    }
  }
  return text;
}

std::string all_checks_csv(const std::vector<CaseResult>& results) {
  std::string text = "case,metric,unit,engine,truth,bar\n";
  for (const CaseResult& r : results) {
    for (const Check& c : r.checks) {
      text += fmt::format("\"{}\",{},{},{:.9g},{:.9g},{:.3g}\n", r.tried.name(), c.metric, c.unit,
                          c.engine, c.truth, c.bar);
    }
  }
  return text;
}

}  // namespace dosegate::validation
