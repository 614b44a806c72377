// One DICOM file, loaded with DCMTK, and the settings of DCMTK that hold while we read. Private to
// this room.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "dicom/attributes.h"

namespace dosegate::dicom {

/// While one of these lives, DCMTK is set the way our reading and writing need it, and its log is silent; when
/// the last one goes, everything is as it was before, because a host may share DCMTK with us. The
/// settings are DCMTK's own process-wide variables, so sessions of several threads are counted.
class DcmtkSession {
 public:
  DcmtkSession();
  ~DcmtkSession();
  DcmtkSession(const DcmtkSession&) = delete;
  DcmtkSession& operator=(const DcmtkSession&) = delete;
};

/// Errors: DictionaryMissing. Without the dictionary DCMTK reads implicit VR files without an error
/// and without their values.
[[nodiscard]] Result<void> check_dictionary();

/// A loaded file. Values longer than 64 KiB stay in the file until they are asked for, so that
/// neither a CT nor a length that the file only claims costs memory.
class DicomFile {
 public:
  enum class Extent {
    Header,           ///< up to Modality: enough to know what the file is
    BeforeRois,       ///< of a structure set what stands before its ROIs
    BeforePixelData,  ///< of a dose what stands before its values
    Whole,
  };
  /// Errors: NotDicom, with DCMTK's own reason.
  [[nodiscard]] static Result<DicomFile> load(const std::string& path, Extent extent);

  DicomFile(DicomFile&&) noexcept;
  DicomFile& operator=(DicomFile&&) noexcept;
  ~DicomFile();

  [[nodiscard]] const std::string& path() const;
  [[nodiscard]] Attributes root() const;
  [[nodiscard]] bool has_meta_header() const;
  /// Name of the transfer syntax the file was read in.
  [[nodiscard]] std::string transfer_syntax() const;
  /// True if that transfer syntax compresses or encapsulates pixel data.
  [[nodiscard]] bool encapsulated() const;

  /// Text in the file's SpecificCharacterSet as UTF-8. Where the bytes do not fit that character
  /// set: as they are if they are UTF-8 already, else with U+FFFD for what cannot be read.
  [[nodiscard]] std::string to_utf8(std::string_view text) const;

 private:
  struct Loaded;
  explicit DicomFile(std::unique_ptr<Loaded> loaded);
  std::unique_ptr<Loaded> loaded_;
};

}  // namespace dosegate::dicom
