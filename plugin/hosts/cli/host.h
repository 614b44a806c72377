// The command's view of the library: dosegate.h with errors as exceptions and text as strings.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include "dosegate/dosegate.h"

namespace cli {

/// Exit codes of the command (README).
enum Exit : int {
  kPass = 0,
  kFail = 1,
  kUnknown = 2,
  kVariation = 3,
  kUsage = 64,
  kInput = 65,
  kInternal = 70,
  kStopped = 75,  ///< before its end, by a signal: the same command goes on where it was
};

/// Ends the command with a message and an exit code.
class Stop : public std::runtime_error {
 public:
  Stop(int exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

/// Which exit code a status of the library means.
[[nodiscard]] int exit_for(int32_t status);

/// One library session. check() turns a failed call into Stop.
class Library {
 public:
  Library();
  explicit Library(dosegate_host host);  ///< its struct_size is set here
  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  [[nodiscard]] dosegate_session session() const { return session_; }
  void check(int32_t status) const;

  /// A struct of the library, filled by `function(session, arguments..., &struct)`.
  template <class Struct, class Function, class... Arguments>
  Struct get(Function function, Arguments... arguments) const {
    Struct out{};
    out.struct_size = sizeof(Struct);
    check(function(session_, arguments..., &out));
    return out;
  }
  /// A result as text.
  [[nodiscard]] std::string render(dosegate_result result, int32_t format) const;

 private:
  dosegate_session session_ = 0;
};

/// What `check` and `dvh` have in common.
struct CommonOptions {
  std::vector<std::string> inputs;
  std::vector<std::string> map;
  std::string plan;  ///< label or UID; empty: all
  bool sum = false;  ///< all plans together as one course
  int fractions = 0;
  double prescription_gy = 0.0;
  std::string fraction_dose = "auto";
  std::string end_caps = "half";
  std::string interpolation = "slab";
  std::string dose_interpolation = "linear";
  std::string aliases;     ///< path; empty: none
  std::string convention;  ///< empty: as the two above say
  unsigned workers = 0;
  bool deidentify = false;
  std::string key_file;  ///< of --deidentify; empty: a key that nobody keeps
  std::string key;       ///< its bytes: take_key()
};

/// Sets `key` where identities are to be replaced: the bytes of `key_file`, or random ones. Stops with kUsage where
/// the file cannot be read or one option lacks the other.
void take_key(CommonOptions& common);

/// Pointers into a list of texts, as the C interface takes them; the list must outlive it.
[[nodiscard]] std::vector<const char*> pointers(const std::vector<std::string>& texts);

/// The C options; `common` and `maps` must outlive them.
[[nodiscard]] dosegate_options options_of(const CommonOptions& common,
                                          const std::vector<const char*>& maps);

/// Reads the inputs and returns the numbers of the cases that were asked for. Stops with kInput if a
/// case that was asked for was refused, or a file that may hold a plan could not be read.
[[nodiscard]] std::vector<std::size_t> read_cases(const Library& library,
                                                  const CommonOptions& common);

/// With --sum: leaves the first of `cases`, to which `call` adds the others.
/// Stops with kUsage if there is one only. `added` keeps what `call` points to.
void sum_cases(const CommonOptions& common, std::vector<std::size_t>& cases,
               std::vector<std::size_t>& added, dosegate_options& call);

/// "warning: text (where) [code]"
[[nodiscard]] std::string finding_line(const dosegate_finding& finding);

}  // namespace cli
