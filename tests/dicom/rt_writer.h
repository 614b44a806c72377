// Writes small RT objects for tests, with DCMTK, into a folder that goes away with the test. Every
// object is consistent as it stands; a test changes the one thing it is about, in a field or with
// `edit`.
#pragma once

#include <dcmtk/config/osconfig.h>
// osconfig.h comes first in every file that uses DCMTK.
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dctk.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/finding.h"
#include "dicom/read_case.h"

namespace dosegate::dicom_test {

inline const std::string kPlanUid = "1.2.3.1";
inline const std::string kStructuresUid = "1.2.3.2";
inline const std::string kDoseUid = "1.2.3.3";
inline const std::string kFrameUid = "1.2.3.4";

/// Changes the data set just before it is written.
using Edit = std::function<void(DcmDataset&)>;

/// How a file is encoded.
struct Encoding {
  E_TransferSyntax syntax = EXS_LittleEndianExplicit;
  enum class Meta { Present, Absent } meta = Meta::Present;
};

/// A folder of its own for one test.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }
  [[nodiscard]] std::string operator/(const std::string& name) const {
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

struct BeamSpec {
  int number = 1;
  std::string delivery = "TREATMENT";
  std::string dose_gy = "1";  ///< BeamDose; two beams in 25 fractions give 50 Gy
};

struct PlanSpec {
  std::string uid = kPlanUid;
  std::string label = "plan A";
  std::string patient_id = "P1";
  std::string frame = kFrameUid;
  std::string structures_uid = kStructuresUid;
  std::string fractions = "25";
  std::string approval = "APPROVED";
  std::vector<BeamSpec> beams = {{1, "TREATMENT"}, {2, "TREATMENT"}};
  std::vector<std::string> target_doses = {"50"};
  bool ion = false;
  Edit edit;
};

struct ContourSpec {
  std::string data = "0\\0\\0\\10\\0\\0\\10\\10\\0\\0\\10\\0";
  std::string count = "4";
  std::string type = "CLOSED_PLANAR";
};

struct RoiSpec {
  int number = 1;
  std::string name = "Liver";
  std::vector<ContourSpec> contours = {ContourSpec{}};
  std::string frame = kFrameUid;
  std::string interpreted_type = "ORGAN";
  /// Number in ROIContourSequence, if it shall differ.
  std::optional<int> contour_number = {};
};

struct StructureSpec {
  std::string uid = kStructuresUid;
  std::string patient_id = "P1";
  std::vector<RoiSpec> rois = {RoiSpec{}};
  Edit edit;
};

/// One item of DVHSequence: by default 2 cc from 1 to 3 Gy, cumulative, as the values at the lower
/// edges of bins of 1 Gy. An empty text leaves its attribute out.
struct DvhSpec {
  struct Roi {
    std::string number = "1";
    std::string contribution = "INCLUDED";
  };
  std::vector<Roi> rois = {Roi{}};
  std::string type = "CUMULATIVE";
  std::string dose_units = "GY";
  std::string dose_type = "PHYSICAL";
  std::string scaling = "1";
  std::string volume_units = "CM3";
  std::string bins = "4";
  std::string data = "1\\2\\1\\2\\1\\1\\1\\0";
  std::string minimum = "1";
  std::string mean = "2";
  std::string maximum = "3";
};

/// 4 columns, 3 rows, 2 frames; the stored values are 1, 2, ... 24 in file order.
struct DoseSpec {
  std::string uid = kDoseUid;
  std::optional<std::string> plan_uid = kPlanUid;
  std::string patient_id = "P1";
  std::string frame = kFrameUid;
  std::string structures_uid;
  std::string units = "GY";
  std::string type = "PHYSICAL";
  std::string summation = "PLAN";
  std::vector<int> beams;
  unsigned columns = 4;
  unsigned rows = 3;
  std::string frames = "2";
  std::string spacing = "2\\3";
  std::string position = "-10\\20\\30";
  std::string orientation = "1\\0\\0\\0\\1\\0";
  std::string offsets = "0\\5";
  std::string thickness = "5";
  std::string scaling = "0.5";
  unsigned bits_allocated = 32;
  unsigned bits_stored = 0;  ///< 0: all
  bool is_signed = false;
  bool as_bytes = false;  ///< PixelData as OB
  std::vector<std::int64_t> values = counting(24);
  std::vector<DvhSpec> dvhs;
  std::string dvh_normalization;  ///< DVHNormalizationDoseValue; empty: left out
  Edit edit;

  static std::vector<std::int64_t> counting(std::size_t count);
};

void write(const PlanSpec& spec, const std::string& path, const Encoding& encoding = {});
void write(const StructureSpec& spec, const std::string& path, const Encoding& encoding = {});
void write(const DoseSpec& spec, const std::string& path, const Encoding& encoding = {});

void write_bytes(const std::string& path, const std::string& bytes);
[[nodiscard]] std::string read_bytes(const std::string& path);

/// A plan, its structure set and its dose, each in a file of its own below one folder.
struct CaseFiles {
  PlanSpec plan;
  StructureSpec structures;
  DoseSpec dose;
  TempFolder folder;

  [[nodiscard]] Result<dicom::ReadOutcome> read(const dicom::ReadOptions& options = {}) const;
  /// The only case. Fails the test, with the reason, where there is none.
  [[nodiscard]] model::Case read_case(const dicom::ReadOptions& options = {}) const;
  /// Why the only case, or the whole input, is refused. Fails the test where it is not.
  [[nodiscard]] Error read_error(const dicom::ReadOptions& options = {}) const;
};

[[nodiscard]] model::Case only_case(const Result<dicom::ReadOutcome>& outcome);
[[nodiscard]] Error only_error(const Result<dicom::ReadOutcome>& outcome);
[[nodiscard]] bool has(const Findings& findings, FindingCode code);
/// Text of the first finding of that kind; empty if there is none.
[[nodiscard]] std::string text_of(const Findings& findings, FindingCode code);

}  // namespace dosegate::dicom_test
