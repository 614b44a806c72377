#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "commands.h"
#include "output.h"

namespace cli {
namespace {

struct InspectOptions {
  CommonOptions common;  ///< inputs, map and aliases
  std::vector<std::string> protocols;
};

std::string files_of(const Library& library, std::size_t at, const dosegate_case_info& info) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < info.input_count; ++i) {
    const auto input = library.get<dosegate_input_info>(dosegate_case_input, at, i);
    rows.push_back({input.sop_class, input.path, input.sop_instance_uid});
  }
  return table(rows, 4);
}

std::string doses_of(const Library& library, std::size_t at, const dosegate_case_info& info) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < info.dose_count; ++i) {
    const auto dose = library.get<dosegate_dose_info>(dosegate_case_dose, at, i);
    rows.push_back(
        {dose.summation, dose.type,
         fmt::format("{} x {} x {} voxels", dose.voxels[0], dose.voxels[1], dose.voxels[2]),
         fmt::format("maximum {:.3f} Gy", dose.maximum_gy), dose.source});
  }
  return table(rows, 4);
}

std::string rois_of(const Library& library, std::size_t at, const dosegate_case_info& info) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < info.roi_count; ++i) {
    const auto roi = library.get<dosegate_roi_info>(dosegate_case_roi, at, i);
    const bool as_listed = std::string_view(roi.name) == roi.tg263;
    rows.push_back({fmt::format("#{}", roi.number), roi.name, roi.interpreted_type,
                    fmt::format("{} contours", roi.contours),
                    roi.contours == roi.closed_contours
                        ? ""
                        : fmt::format("{} of them closed", roi.closed_contours),
                    roi.tg263[0] == '\0' || as_listed
                        ? roi.tg263_how
                        : fmt::format("TG-263: {} ({})", roi.tg263, roi.tg263_how)});
  }
  return table(rows, 4);
}

// Which ROIs the rules would take.
std::string names_of(const Library& library, std::size_t at, const InspectOptions& inspect) {
  const auto maps = pointers(inspect.common.map);
  const auto protocols = pointers(inspect.protocols);
  dosegate_options options = options_of(inspect.common, maps);
  options.protocols = protocols.data();
  options.protocol_count = protocols.size();
  std::size_t count = 0;
  library.check(dosegate_case_names(library.session(), at, &options, &count));
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < count; ++i) {
    const auto names = library.get<dosegate_rule_names>(dosegate_case_names_get, i);
    rows.push_back({fmt::format("{} {}", names.protocol, names.rule), names.structure,
                    names.roi[0] != '\0' ? fmt::format("takes {}", names.roi) : "takes nothing",
                    names.how});
  }
  return table(rows, 4);
}

std::string page(const Library& library, std::size_t at, const InspectOptions& inspect) {
  const auto info = library.get<dosegate_case_info>(dosegate_case_get, at);
  if (info.status != DOSEGATE_OK) return fmt::format("refused: {}\n", info.refusal);
  std::string text =
      fmt::format("plan {}, patient {}\n", info.plan_label[0] ? info.plan_label : "(none)",
                  info.patient_id[0] ? info.patient_id : "(no id)");
  text += fmt::format(
      "  fractions {}, prescription {}\n",
      info.fractions > 0 ? fmt::format("{}", info.fractions) : "unknown",
      info.prescription_gy > 0 ? fmt::format("{} Gy", info.prescription_gy) : "unknown");
  text += "  files\n" + files_of(library, at, info);
  text +=
      fmt::format("  dose{}\n", info.dose_count == 0 ? ": none" : "") + doses_of(library, at, info);
  text += fmt::format("  structures{}\n", info.has_structures ? "" : ": none") +
          rois_of(library, at, info);
  if (info.has_structures != 0)
    text += "  what rules would take\n" + names_of(library, at, inspect);
  text += fmt::format("  findings{}\n", info.finding_count == 0 ? ": none" : "");
  for (std::size_t i = 0; i < info.finding_count; ++i) {
    text +=
        "    " + finding_line(library.get<dosegate_finding>(dosegate_case_finding, at, i)) + "\n";
  }
  return text;
}

int run_inspect(const InspectOptions& options) {
  const Library library;
  const auto paths = pointers(options.common.inputs);
  std::size_t count = 0;
  library.check(
      dosegate_read(library.session(), paths.data(), paths.size(), DOSEGATE_READ_ANYTHING, &count));
  std::size_t findings = 0;
  library.check(dosegate_read_finding_count(library.session(), &findings));
  bool refused = false;
  for (std::size_t i = 0; i < count; ++i) {
    fmt::print("{}{}", i == 0 ? "" : "\n", page(library, i, options));
    refused =
        refused || library.get<dosegate_case_info>(dosegate_case_get, i).status != DOSEGATE_OK;
  }
  if (findings > 0) fmt::print("\nof no single plan\n");
  for (std::size_t i = 0; i < findings; ++i) {
    fmt::print("    {}\n", finding_line(library.get<dosegate_finding>(dosegate_read_finding, i)));
  }
  return refused ? kInput : kPass;
}

}  // namespace

Run add_inspect(CLI::App& app) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command =
      app.add_subcommand("inspect", "What was read, what it was taken for, what looks wrong");
  command->add_option("INPUT", options->common.inputs, "Files and folders")->required();
  add_names(*command, options->common);
  command
      ->add_option(
          "--protocol", options->protocols,
          "Built-in id or file, to see which ROI each rule would take; may be given several "
          "times (default: hcc-rt-ici)")
      ->allow_extra_args(false);
  return [options, command]() -> int { return command->parsed() ? run_inspect(*options) : -1; };
}

}  // namespace cli
