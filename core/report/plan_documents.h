// What goes into the DICOM documents of a check: a PDF and a structured report, to be written by dicom/.
//
// Patient, study and sources are those of the Evaluation and nothing else, so that a result whose identities were
// replaced gives documents without them.
//
// The structured report says, in this order: the plan's verdict and its reason; whose plan it is and what was
// prescribed; each rule, one container a rule and none left out, with verdict, limits and, where it was measured, one
// "Measured value"; each check of the plan; the findings; the protocols; the objects that it was made from. A rule
// that was not measured has a text "Not measured" with the reason in its place. Codes that no standard has are of the
// private scheme 99DOSEGATE.
#pragma once

#include "base/result.h"
#include "evaluation/evaluation.h"
#include "model/document.h"

namespace dosegate::report {

/// The PDF of to_pdf(). Errors: as to_pdf().
[[nodiscard]] Result<model::PdfDocument> pdf_document(const evaluation::Evaluation& evaluation);

[[nodiscard]] model::StructuredReport structured_report(const evaluation::Evaluation& evaluation);

}  // namespace dosegate::report
