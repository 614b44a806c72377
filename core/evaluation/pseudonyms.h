// Identities -> pseudonyms under a key. The same identity and key give the same pseudonym, in whatever format,
// plan or run; without the key nobody can tell which identity it was, nor try guesses (HMAC-SHA-256, RFC 2104).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.h"
#include "base/result.h"
#include "model/case.h"

namespace dosegate::evaluation {

/// The secret. It is never written anywhere.
class DeidentifyKey {
 public:
  static constexpr std::size_t kFewestBytes = 16;

  /// Errors: OptionInvalid where there are fewer than kFewestBytes.
  [[nodiscard]] static Result<DeidentifyKey> of(std::string bytes);
  /// 64 hexadecimal digits; another for each `kind` of one text.
  [[nodiscard]] std::string digest(std::string_view kind, std::string_view text) const;
  /// Tells keys apart and says nothing of them: 12 hexadecimal digits.
  [[nodiscard]] std::string mark() const;

 private:
  explicit DeidentifyKey(std::string bytes) : bytes_(std::move(bytes)) {}
  std::string bytes_;
};

/// What names a patient or leads to one, as it stands in the files. Order and repeats do not matter.
struct Identities {
  std::vector<std::string> patient_ids, patient_names, labels, uids, paths, hashes;

  void add(const model::Case& plan_case);
  void add(const std::vector<model::InputFile>& inputs);
  /// Paths of findings that speak of a file.
  void add(const Findings& findings);
};

/// Replaces identities. Each function leaves an empty text empty.
class Pseudonyms {
 public:
  Pseudonyms(DeidentifyKey key, const Identities& known);

  [[nodiscard]] std::string patient_id(std::string_view id) const;      ///< "P-1a2b3c4d5e6f"
  [[nodiscard]] std::string patient_name(std::string_view name) const;  ///< "N-1a2b3c4d5e6f"
  [[nodiscard]] std::string label(std::string_view label) const;        ///< "L-1a2b3c4d5e6f"
  [[nodiscard]] std::string uid(std::string_view uid) const;    ///< "2.25." and 128 bits in decimal
  [[nodiscard]] std::string path(std::string_view path) const;  ///< "file-1a2b3c4d5e6f"
  [[nodiscard]] std::string sha256(std::string_view hash) const;  ///< 64 hexadecimal digits
  /// SOP Instance UID or path, as a plan of a cohort is known by.
  [[nodiscard]] std::string plan_key(std::string_view key) const;

  /// Any other text: known identities in it, without regard to the case of ASCII and Latin-1 letters, and all that
  /// has the form of a UID or of an absolute path. Of names each part of three bytes or more is looked for, of
  /// paths each folder and file. What would be found in every sentence is replaced only where it is the whole text:
  /// identities of fewer than three bytes, and labels and folders that are plain words ("plan"). A number of fewer
  /// than six digits is not looked for inside of a longer one.
  [[nodiscard]] std::string text(std::string_view text) const;
  [[nodiscard]] Finding finding(Finding finding) const;
  [[nodiscard]] Error error(Error error) const;
  /// error() of files of which nothing else is known: what it quotes from them is left out.
  [[nodiscard]] Error unknown_file_error(Error error) const;

 private:
  enum class Place { Anywhere, Word, WholeText };
  struct Known {
    std::string folded, pseudonym;
    Place place = Place::Anywhere;
  };
  void add(const std::string& identity, const std::string& pseudonym, Place place);
  void add_name(const std::string& name);
  void add_path(const std::string& path);
  void sort();
  [[nodiscard]] const Known* known_at(std::string_view folded, std::size_t at) const;
  [[nodiscard]] std::string where(std::string_view where) const;

  DeidentifyKey key_;
  std::array<std::vector<Known>, 256> by_first_;  // byte of `folded`; longest first
};

}  // namespace dosegate::evaluation
