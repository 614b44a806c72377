// One function a subcommand: adds its options to the command line and returns what runs it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "host.h"

namespace cli {

/// Runs a command that was parsed; returns the exit code.
using Run = std::function<int()>;

Run add_check(CLI::App& app);
Run add_dvh(CLI::App& app);
Run add_inspect(CLI::App& app);
Run add_protocols(CLI::App& app);
Run add_batch(CLI::App& app);
Run add_merge(CLI::App& app);
Run add_listen(CLI::App& app);
Run add_watch(CLI::App& app);

/// --report: what is written of each plan beside its JSON; and its bits for the C interface.
void add_reports(CLI::App& command, std::vector<std::string>& reports);
[[nodiscard]] std::uint32_t report_bits(const std::vector<std::string>& reports);

/// --map and --aliases.
void add_names(CLI::App& command, CommonOptions& common);
/// How plans are read and doses taken: what every command that computes something has, those of add_names()
/// included.
void add_reading(CLI::App& command, CommonOptions& common);
/// --deidentify and --deidentify-key.
void add_deidentify(CLI::App& command, CommonOptions& common);
/// --protocol and --context.
void add_protocols_asked(CLI::App& command, std::vector<std::string>& protocols,
                         std::vector<std::string>& context);
/// The options that `check` and `dvh` share, those of add_reading() included.
void add_common(CLI::App& command, CommonOptions& common);

}  // namespace cli
