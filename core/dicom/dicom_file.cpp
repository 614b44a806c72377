#include "dicom/dicom_file.h"

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmsr/dsrtypes.h>
#include <fmt/format.h>

#include <mutex>

#include "base/text.h"

namespace dosegate::dicom {
namespace {

// Longer values stay in the file. With an unlimited length DCMTK allocates whatever a file claims.
constexpr Uint32 kLongestValueInMemory = 65536;

struct Setting {
  OFGlobal<OFBool>* flag;
  OFBool ours;
};

// What our reading and writing need, whatever a host chose for its own.
const Setting kSettings[] = {
    // A contour of more than 65534 bytes in explicit VR is written as UN; this makes it DS again.
    {&dcmEnableUnknownVRConversion, OFTrue},
    // A host's leniency would let half a file pass as a whole one.
    {&dcmIgnoreParsingErrors, OFFalse},
    {&dcmReplaceWrongDelimitationItem, OFFalse},
    {&dcmAcceptUnexpectedImplicitEncoding, OFFalse},
    {&dcmPreferVRFromDataDictionary, OFFalse},
    {&dcmEnableAutomaticInputDataCorrection, OFTrue},
    // Without it sentences longer than 1024 bytes (VR UT) would be written as bytes of an unknown VR.
    {&dcmEnableUnlimitedTextVRGeneration, OFTrue},
};
constexpr std::size_t kSettingCount = std::size(kSettings);

// The one piece of shared state in the room: the settings above are shared by the whole process, so
// the record of what they were must be too.
struct SavedSettings {
  std::mutex mutex;
  int sessions = 0;
  OFBool flags[kSettingCount] = {};
  dcmtk::log4cplus::LogLevel log_level = 0, report_log_level = 0;
};

SavedSettings& saved_settings() {
  static SavedSettings saved;
  return saved;
}

}  // namespace

DcmtkSession::DcmtkSession() {
  SavedSettings& saved = saved_settings();
  const std::lock_guard lock(saved.mutex);
  if (saved.sessions++ > 0) return;
  for (std::size_t i = 0; i < kSettingCount; ++i) {
    saved.flags[i] = kSettings[i].flag->get();
    kSettings[i].flag->set(kSettings[i].ours);
  }
  saved.log_level = DCM_dcmdataLogger.getLogLevel();
  saved.report_log_level = DCM_dcmsrLogger.getLogLevel();
  DCM_dcmdataLogger.setLogLevel(OFLogger::OFF_LOG_LEVEL);
  DCM_dcmsrLogger.setLogLevel(OFLogger::OFF_LOG_LEVEL);
}

DcmtkSession::~DcmtkSession() {
  SavedSettings& saved = saved_settings();
  const std::lock_guard lock(saved.mutex);
  if (--saved.sessions > 0) return;
  for (std::size_t i = 0; i < kSettingCount; ++i) kSettings[i].flag->set(saved.flags[i]);
  DCM_dcmdataLogger.setLogLevel(saved.log_level);
  DCM_dcmsrLogger.setLogLevel(saved.report_log_level);
}

Result<void> check_dictionary() {
  // A dictionary without the radiotherapy attributes is as good as none.
  if (dcmDataDict.isDictionaryLoaded() && DcmTag(DCM_ContourData).getEVR() == EVR_DS) return {};
  return fail(ErrorCode::DictionaryMissing,
              "DCMTK's data dictionary is not loaded, so DICOM cannot be read; install DCMTK's "
              "dicom.dic and unset DCMDICTPATH, or let it name that file.");
}

struct DicomFile::Loaded {
  std::string path;
  DcmFileFormat format;
  // Conversion changes the converter's inner state, and for the user of a file it is a mere
  // look-up.
  mutable DcmSpecificCharacterSet converter;
};

DicomFile::DicomFile(std::unique_ptr<Loaded> loaded) : loaded_(std::move(loaded)) {}
DicomFile::DicomFile(DicomFile&&) noexcept = default;
DicomFile& DicomFile::operator=(DicomFile&&) noexcept = default;
DicomFile::~DicomFile() = default;

namespace {

// The first attribute that is not read any more.
DcmTagKey first_left_out(DicomFile::Extent extent) {
  if (extent == DicomFile::Extent::BeforeRois) return DCM_StructureSetROISequence;
  if (extent == DicomFile::Extent::BeforePixelData) return DCM_PixelData;
  return DcmTagKey(0x0008, 0x0061);  // Modality (0008,0060) is the last that is needed
}

}  // namespace

Result<DicomFile> DicomFile::load(const std::string& path, Extent extent) {
  auto loaded = std::make_unique<Loaded>();
  loaded->path = path;
  const OFFilename name(path.c_str());
  const OFCondition status =
      extent == Extent::Whole
          ? loaded->format.loadFile(name, EXS_Unknown, EGL_noChange, kLongestValueInMemory)
          : loaded->format.loadFileUntilTag(name, EXS_Unknown, EGL_noChange, kLongestValueInMemory,
                                            ERM_autoDetect, first_left_out(extent));
  if (status.bad()) {
    return fail(
        ErrorCode::NotDicom,
        fmt::format("The file cannot be read as DICOM ({}); it is no DICOM file, or it was cut "
                    "short or damaged: export it again.",
                    status.text()),
        printable(path));
  }
  if (DcmSpecificCharacterSet::isConversionAvailable() &&
      loaded->converter.selectCharacterSet(*loaded->format.getDataset()).bad()) {
    loaded->converter.clear();
  }
  return DicomFile(std::move(loaded));
}

const std::string& DicomFile::path() const {
  return loaded_->path;
}

Attributes DicomFile::root() const {
  return {*this, *loaded_->format.getDataset()};
}

bool DicomFile::has_meta_header() const {
  return loaded_->format.getMetaInfo()->card() > 0;
}

std::string DicomFile::transfer_syntax() const {
  return DcmXfer(loaded_->format.getDataset()->getOriginalXfer()).getXferName();
}

bool DicomFile::encapsulated() const {
  return DcmXfer(loaded_->format.getDataset()->getOriginalXfer()).isEncapsulated();
}

std::string DicomFile::to_utf8(std::string_view text) const {
  OFString converted;
  if (loaded_->converter &&
      loaded_->converter.convertString(text.data(), text.size(), converted, "\\^=").good()) {
    return {converted.c_str(), converted.size()};
  }
  return printable(text);
}

}  // namespace dosegate::dicom
