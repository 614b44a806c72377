// Writes one sample plan as three DICOM files. Nothing of the clock, the machine or chance goes in:
// the same plan gives the same bytes.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <filesystem>
#include <string>
#include <vector>

#include "sample_contours.h"
#include "sample_dose.h"
#include "sample_plans.h"

namespace dosegate::samples {

/// A UID under 2.25 whose 128 bits are a hash of `name` in the form of a version 8 UUID.
[[nodiscard]] std::string uid_for(const std::string& name);

/// The UIDs that tie the three files of a plan together.
struct SampleUids {
  std::string study, frame_of_reference, plan, structures, dose;
};
[[nodiscard]] SampleUids uids_of(const SamplePlan& plan);

/// A thin layer over DcmItem that turns every refusal into an exception, so that no attribute can
/// be left out unnoticed.
class Attributes {
 public:
  explicit Attributes(DcmItem& item) : item_(&item) {}
  void text(const DcmTagKey& tag, const std::string& value);
  void words(const DcmTagKey& tag, const std::vector<Uint16>& value);
  void number(const DcmTagKey& tag, Uint16 value);
  void pointer(const DcmTagKey& tag, const DcmTagKey& target);
  /// Appends an item to a sequence, which is made if it is not there.
  [[nodiscard]] Attributes item(const DcmTagKey& sequence);

 private:
  DcmItem* item_;
};

/// "x\y\z" with `decimals` decimals each.
[[nodiscard]] std::string decimal_text(const std::vector<double>& values, int decimals);

/// Patient, study, series, equipment and SOP attributes of one object.
struct ObjectIdentity {
  std::string sop_class, sop_instance, modality;
  int series_number = 0;
};
void put_identity(Attributes& object, const SamplePlan& plan, const ObjectIdentity& identity);
/// One item that names another object.
void put_reference(Attributes& object, const DcmTagKey& sequence, const std::string& sop_class,
                   const std::string& sop_instance);

void fill_rtplan(Attributes& object, const SamplePlan& plan);
void fill_rtstruct(Attributes& object, const SamplePlan& plan, const std::vector<DrawnRoi>& rois);
void fill_rtdose(Attributes& object, const SamplePlan& plan, const StoredDose& dose);

/// RTPLAN.dcm, RTSTRUCT.dcm and RTDOSE.dcm in `folder`, which is made. Throws std::runtime_error.
void write_files(const std::filesystem::path& folder, const SamplePlan& plan,
                 const std::vector<DrawnRoi>& rois, const StoredDose& dose);

}  // namespace dosegate::samples
