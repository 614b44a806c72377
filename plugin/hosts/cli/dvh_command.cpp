#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "commands.h"
#include "output.h"

namespace cli {
namespace {

struct DvhOptions {
  CommonOptions common;
  std::vector<std::string> structures, metrics;
  std::string json, csv, metrics_csv;
};

std::string cell(const dosegate_metric& metric) {
  if (metric.present & DOSEGATE_HAS_VALUE) return fmt::format("{:.3f}", metric.value);
  const bool low = (metric.present & DOSEGATE_HAS_LOW) != 0;
  const bool high = (metric.present & DOSEGATE_HAS_HIGH) != 0;
  if (low && high) return fmt::format("{:.3f}..{:.3f}", metric.low, metric.high);
  if (low) return fmt::format(">= {:.3f}", metric.low);
  if (high) return fmt::format("<= {:.3f}", metric.high);
  return "-";
}

std::string page(const Library& library, dosegate_result result) {
  const auto info = library.get<dosegate_dvh_info>(dosegate_dvh_get, result);
  std::vector<std::vector<std::string>> rows = {
      {"structure", "volume [cc]", "no dose [cc]", "mean [Gy]", "min [Gy]", "max [Gy]"}};
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < info.structure_count; ++i) {
    const auto s = library.get<dosegate_dvh_structure>(dosegate_dvh_get_structure, result, i);
    std::vector<std::string> row = {s.name, "-", "-", "-", "-", "-"};
    if (s.present & DOSEGATE_HAS_DVH) {
      row[1] = fmt::format("{:.3f}", s.volume_cc);
      row[2] = fmt::format("{:.3f}", s.uncovered_cc);
    }
    if (s.present & DOSEGATE_HAS_DOSE) {
      row[3] = fmt::format("{:.3f}", s.mean_gy);
      row[4] = fmt::format("{:.3f}", s.min_gy);
      row[5] = fmt::format("{:.3f}", s.max_gy);
    }
    if (s.reason[0] != '\0') notes.push_back(fmt::format("  {}: {}\n", s.name, s.reason));
    for (std::size_t m = 0; m < info.metric_count; ++m) {
      const auto metric = library.get<dosegate_metric>(dosegate_dvh_metric, result, i, m);
      if (i == 0) rows.front().emplace_back(metric.metric);
      row.push_back(cell(metric));
      const bool told = s.reason[0] != '\0' || metric.reason[0] == '\0';
      if (!told)
        notes.push_back(fmt::format("  {}: {}: {}\n", s.name, metric.metric, metric.reason));
    }
    rows.push_back(std::move(row));
  }
  std::string text =
      fmt::format("plan {}, patient {}\n", info.plan_label[0] ? info.plan_label : "(none)",
                  info.patient_id[0] ? info.patient_id : "(no id)");
  text += table(rows, 2);
  if (!notes.empty()) text += "\n";
  for (const std::string& note : notes) text += note;
  if (info.finding_count > 0) text += "\n";
  for (std::size_t i = 0; i < info.finding_count; ++i) {
    text +=
        "  " + finding_line(library.get<dosegate_finding>(dosegate_dvh_finding, result, i)) + "\n";
  }
  return text;
}

int run_dvh(DvhOptions& options) {
  take_key(options.common);
  const Library library;
  std::vector<std::size_t> cases = read_cases(library, options.common);
  const auto maps = pointers(options.common.map);
  dosegate_options call = options_of(options.common, maps);
  std::vector<std::size_t> added;
  sum_cases(options.common, cases, added, call);
  const bool files = !options.json.empty() || !options.csv.empty() || !options.metrics_csv.empty();
  if (cases.size() > 1 && files) {
    throw Stop(kUsage,
               "An output file holds one plan and the input has several; name one with --plan.");
  }
  const auto structures = pointers(options.structures);
  const auto metrics = pointers(options.metrics);
  dosegate_dvh_request request{};
  request.struct_size = sizeof request;
  request.structures = structures.data();
  request.structure_count = structures.size();
  request.metrics = metrics.data();
  request.metric_count = metrics.size();

  std::string pages;
  std::vector<Output> outputs;
  bool complete = true;
  for (const std::size_t i : cases) {
    dosegate_result result = 0;
    library.check(dosegate_dvh(library.session(), i, &request, &call, &result));
    pages += (pages.empty() ? "" : "\n") + page(library, result);
    const auto info = library.get<dosegate_dvh_info>(dosegate_dvh_get, result);
    for (std::size_t s = 0; s < info.structure_count && !options.structures.empty(); ++s) {
      const auto structure =
          library.get<dosegate_dvh_structure>(dosegate_dvh_get_structure, result, s);
      complete = complete && (structure.present & DOSEGATE_HAS_DVH) != 0;
    }
    if (!options.json.empty())
      outputs.push_back({options.json, library.render(result, DOSEGATE_JSON)});
    if (!options.csv.empty())
      outputs.push_back({options.csv, library.render(result, DOSEGATE_CSV)});
    if (!options.metrics_csv.empty()) {
      outputs.push_back({options.metrics_csv, library.render(result, DOSEGATE_METRICS_CSV)});
    }
  }
  write_all(outputs);
  const bool piped = uses_standard_output({options.json, options.csv, options.metrics_csv});
  fmt::print(piped ? stderr : stdout, "{}", pages);
  // A structure that was asked for by name and could not be measured is not a success.
  return complete ? kPass : kUnknown;
}

}  // namespace

Run add_dvh(CLI::App& app) {
  auto options = std::make_shared<DvhOptions>();
  CLI::App* command =
      app.add_subcommand("dvh", "Dose-volume histograms and metrics, without a protocol");
  add_common(*command, options->common);
  add_deidentify(*command, options->common);
  command
      ->add_option("--structure", options->structures,
                   "ROI name or expression, \"Liver - GTV*\"; may be given several times (default: "
                   "every ROI)")
      ->allow_extra_args(false);
  command
      ->add_option("--metric", options->metrics,
                   "\"D95%[Gy]\", \"V5Gy[cc]\", \"Max[Gy]@EQD2(ab=3)\"; may be given several times")
      ->allow_extra_args(false);
  command->add_option("--json", options->json,
                      "Write curves and metrics as JSON to a file, - for standard output");
  command->add_option("--csv", options->csv,
                      "Write the curves as CSV to a file, - for standard output");
  command->add_option("--metrics-csv", options->metrics_csv,
                      "Write the metrics as CSV to a file, - for standard output");
  return [options, command]() -> int { return command->parsed() ? run_dvh(*options) : -1; };
}

}  // namespace cli
