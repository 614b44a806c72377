// Access to the attributes of one DICOM item, without DCMTK in sight: text as text, numbers parsed
// strictly and without a locale, sequences as lists of items. Private to this room.
//
// An attribute that is absent and one that is empty read the same: "no value". A value that is
// there but cannot be used is an Error (TagInvalid) that names the file and the tag.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

class DcmItem;

namespace dosegate::dicom {

class DicomFile;

/// A DICOM tag with its keyword, for messages.
struct Tag {
  std::uint16_t group = 0;
  std::uint16_t element = 0;
  std::string_view keyword;
};

/// "DoseGridScaling (3004,000E)".
[[nodiscard]] std::string to_text(const Tag& tag);
/// "FILE, DoseGridScaling (3004,000E)": the place in findings and errors.
[[nodiscard]] std::string place(const std::string& path, const Tag& tag);

/// A view of one item of a loaded file; the file must outlive it.
class Attributes {
 public:
  Attributes(const DicomFile& file, DcmItem& item) : file_(&file), item_(&item) {}

  /// True if the attribute stands in the item, even without a value.
  [[nodiscard]] bool has(const Tag& tag) const;

  /// The bytes of a text value as they stand, all its components; empty if there are none.
  /// Valid until the file is closed.
  [[nodiscard]] std::string_view raw(const Tag& tag) const;

  /// The value trimmed. For codes, UIDs and other plain ASCII.
  [[nodiscard]] std::string text(const Tag& tag) const;
  /// The same in upper case, for coded strings.
  [[nodiscard]] std::string code(const Tag& tag) const;
  /// The value trimmed and converted to UTF-8 from the file's character set. For names.
  [[nodiscard]] std::string name(const Tag& tag) const;

  /// Decimal or integer string of one value. No value: nullopt. Errors: TagInvalid.
  [[nodiscard]] Result<std::optional<double>> number(const Tag& tag) const;
  [[nodiscard]] Result<std::optional<int>> integer(const Tag& tag) const;
  /// Decimal string of any number of values; none if there are none. Errors: TagInvalid.
  [[nodiscard]] Result<std::vector<double>> numbers(const Tag& tag) const;
  /// Binary unsigned 16-bit value (VR US). No value: nullopt.
  [[nodiscard]] std::optional<unsigned> unsigned_short(const Tag& tag) const;

  /// The items of a sequence, in order; none if it is absent, empty or no sequence.
  [[nodiscard]] std::vector<Attributes> items(const Tag& tag) const;

  [[nodiscard]] const DicomFile& file() const { return *file_; }
  [[nodiscard]] DcmItem& item() const { return *item_; }

 private:
  const DicomFile* file_;
  DcmItem* item_;
};

/// Appends the values of a DICOM decimal string ("1.5\-2\ 3e1 ") to `values`. False, with `values`
/// in an unspecified state, unless every component is a finite number: an empty one counts as
/// missing.
[[nodiscard]] bool parse_decimals(std::string_view text, std::vector<double>& values);

}  // namespace dosegate::dicom
