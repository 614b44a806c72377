// Documents about a plan as DICOM objects, in the study of the plan: Encapsulated PDF and Comprehensive SR.
//
// Nothing is invented. Patient and study are as the document's head has them: a study or plan that has no UID, and a
// Patient ID that cannot be written exactly as it stands, are refused, because an object filed under another one would
// be another patient's (an empty one stays empty). Names are shown as far as DICOM lets them: 64 characters, without backslash and control
// characters (UTF-8 where they are not all ASCII). What else is no valid value is left empty, where the standard allows it.
//
// There is no clock: content and instance date and time are those of the plan (RTPlanDate, RTPlanTime), without
// them those of the study, without these empty. SOP Instance and Series Instance UIDs are "2.25." and 128
// bits of the SHA-256 of what the object holds: the same document is the same object, and gives the same bytes.
#pragma once

#include <string>

#include "base/result.h"
#include "model/document.h"

namespace dosegate::dicom {

/// A DICOM file with an Encapsulated PDF Storage object that names plan, structures and doses as its sources.
/// Errors: TagMissing, TagInvalid (patient, study or plan, as above), DictionaryMissing.
[[nodiscard]] Result<std::string> write_pdf(const model::PdfDocument& document);

/// A DICOM file with a Comprehensive SR Storage object. Sources stand in its evidence; those whose files name no series
/// cannot, and are written as text. Errors: as write_pdf().
[[nodiscard]] Result<std::string> write_report(const model::StructuredReport& report);

}  // namespace dosegate::dicom
