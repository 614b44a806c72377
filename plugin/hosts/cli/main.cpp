// The `dosegate` command. Results go to standard output, words about the work to standard error.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <vector>

#include "commands.h"

namespace cli {
namespace {

// CLI11 takes 025 for octal: 21 fractions where 25 were meant.
std::string plain_number(const std::string& text) {
  const bool digits = text.find_first_not_of("0123456789") == std::string::npos;
  if (digits && (text == "0" || text.front() != '0')) return {};
  return fmt::format("\"{}\" is no whole number; write it in digits, without a leading zero", text);
}

std::string not_empty(const std::string& text) {
  return text.empty() ? "it is empty" : "";
}

}  // namespace

void add_names(CLI::App& command, CommonOptions& common) {
  command.add_option("--map", common.map, "RULE_NAME=ROI_NAME or RULE_NAME=#ROI_NUMBER")
      ->allow_extra_args(false);  // else what follows, an INPUT, would be taken for another map
  command
      .add_option("--aliases", common.aliases,
                  "YAML file of the site's own structure names (aliases: {Liver: [Leber]})")
      ->check(not_empty);
}

void add_deidentify(CLI::App& command, CommonOptions& common) {
  command.add_flag("--deidentify", common.deidentify,
                   "Pseudonyms instead of patients, plan labels, UIDs, paths and hashes of input "
                   "files, in all output");
  command
      .add_option("--deidentify-key", common.key_file,
                  "File of 16 bytes or more that the pseudonyms are made with: the same file, the "
                  "same pseudonyms "
                  "(default: random, and thrown away)")
      ->check(not_empty);
}

void add_protocols_asked(CLI::App& command, std::vector<std::string>& protocols,
                         std::vector<std::string>& context) {
  command
      .add_option("--protocol", protocols,
                  "Built-in id or file; may be given several times (default: hcc-rt-ici)")
      ->allow_extra_args(false);
  command
      .add_option("--context", context,
                  "key=value for rules that ask for it (ecog=1); overrides context.yaml in the "
                  "plan's folder")
      ->allow_extra_args(false);
}

void add_reading(CLI::App& command, CommonOptions& common) {
  command.add_option("--fractions", common.fractions, "Number of fractions, instead of the plan's")
      ->check(plain_number)
      ->check(CLI::Range(1, 1000));
  command
      .add_option("--prescription", common.prescription_gy,
                  "Prescribed dose in Gy, instead of the plan's")
      ->check(CLI::PositiveNumber);
  command
      .add_option("--fraction-dose", common.fraction_dose,
                  "What a dose of DoseSummationType FRACTION holds: total or one (fraction)")
      ->check(CLI::IsMember({"auto", "total", "one"}));
  CLI::Option* caps =
      command
          .add_option("--end-caps", common.end_caps,
                      "What lies beyond the end planes of a structure: half a spacing (default), "
                      "nothing, half a spacing but at most 1.5 mm, or half a spacing rounded off")
          ->check(CLI::IsMember({"half", "none", "capped1.5", "rounded"}));
  CLI::Option* interpolation =
      command
          .add_option("--interpolation", common.interpolation,
                      "What lies between contour planes: prisms to the midpoints (default), or the "
                      "outlines interpolated linearly or by cubics")
          ->check(CLI::IsMember({"slab", "blend", "cubic"}));
  command
      .add_option("--convention", common.convention,
                  "End caps and interpolation by name: dosegate (default), or an approximation of "
                  "another system: as-eclipse, as-mim, as-proknow, as-raystation")
      ->check(not_empty)
      ->excludes(caps)
      ->excludes(interpolation);
  command
      .add_option("--dose-interpolation", common.dose_interpolation,
                  "What the dose is between the centres of its voxels: linear (default), or each "
                  "voxel's value throughout the voxel, as a count of voxels takes it")
      ->check(CLI::IsMember({"linear", "voxel"}));
  add_names(command, common);
}

void add_common(CLI::App& command, CommonOptions& common) {
  command.add_option("INPUT", common.inputs, "DICOM files and folders, in any mix")->required();
  command.add_option("--plan", common.plan, "Only the plan of this label or SOP Instance UID");
  command.add_flag("--sum", common.sum,
                   "All plans together as one course: their doses added, BED "
                   "and EQD2 converted for "
                   "each plan with its own number of fractions");
  add_reading(command, common);
  command
      .add_option("--workers", common.workers, "Threads at most; the result does not depend on it")
      ->check(plain_number);
}

}  // namespace cli

int main(int argc, char** argv) {
  CLI::App app(
      "Dosegate holds radiotherapy plans against dose-volume limits.\n"
      "For research and quality assurance; a qualified person decides.");
  app.set_version_flag("--version", std::string("dosegate ") + dosegate_version());
  app.require_subcommand(1);
  const std::vector<cli::Run> commands = {
      cli::add_check(app), cli::add_dvh(app),   cli::add_inspect(app), cli::add_protocols(app),
      cli::add_batch(app), cli::add_merge(app), cli::add_listen(app),  cli::add_watch(app)};
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 prints help and version itself; every other code of its own means wrong usage.
    return app.exit(error) == 0 ? cli::kPass : cli::kUsage;
  }
  try {
    for (const cli::Run& run : commands) {
      const int exit_code = run();
      if (exit_code < 0) continue;
      if (std::fflush(stdout) != 0)
        throw cli::Stop(cli::kUsage, "Standard output cannot be written.");
      return exit_code;
    }
    return cli::kUsage;
  } catch (const cli::Stop& stop) {
    fmt::print(stderr, "dosegate: {}\n", stop.what());
    return stop.exit_code();
  } catch (const std::exception& defect) {
    fmt::print(stderr, "dosegate: internal error: {}\n", defect.what());
    return cli::kInternal;
  }
}
