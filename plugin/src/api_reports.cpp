// The C interface: results as bytes, in memory, into a file or to a function of the host.
#include <algorithm>

#include "base/whole_file.h"
#include "dicom/write_documents.h"
#include "report/csv.h"
#include "report/html.h"
#include "report/json.h"
#include "report/junit.h"
#include "report/pdf.h"
#include "report/plan_documents.h"
#include "stored_result.h"

using namespace dosegate;
using namespace dosegate::plugin;

namespace {

std::string rendered(const StoredResult& result, int32_t format) {
  const bool check = std::holds_alternative<evaluation::Evaluation>(result.data);
  switch (format) {
    case DOSEGATE_JSON:
      return check ? report::to_json(evaluation_of(result)) : report::to_json(dvh_of(result));
    case DOSEGATE_CSV:
      return check ? report::to_csv(evaluation_of(result)) : report::to_csv(dvh_of(result));
    case DOSEGATE_METRICS_CSV:
      if (!check) return report::metrics_csv(dvh_of(result));
      break;
    case DOSEGATE_HTML:
      if (check) return report::to_html(evaluation_of(result));
      break;
    case DOSEGATE_PDF:
      if (check) return unwrap(report::to_pdf(evaluation_of(result)));
      break;
    case DOSEGATE_JUNIT:
      if (check) return report::to_junit(evaluation_of(result));
      break;
    case DOSEGATE_DICOM_PDF:
      if (check)
        return unwrap(dicom::write_pdf(unwrap(report::pdf_document(evaluation_of(result)))));
      break;
    case DOSEGATE_DICOM_SR:
      if (check)
        return unwrap(dicom::write_report(report::structured_report(evaluation_of(result))));
      break;
    default:
      break;
  }
  refuse(DOSEGATE_ARGUMENT_INVALID, "The result does not have that format.");
}

// Made once, and kept as long as the result.
const std::string& bytes_of(Session& session, dosegate_result handle, int32_t format) {
  StoredResult& found = stored(session, handle);
  const auto known = found.rendered.find(format);
  if (known != found.rendered.end()) return known->second;
  return found.rendered.emplace(format, rendered(found, format)).first->second;
}

}  // namespace

extern "C" {

int32_t dosegate_render(dosegate_session handle, dosegate_result result, int32_t format,
                        const char** text, size_t* length) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(text != nullptr && length != nullptr, "An out-parameter is NULL.");
    const std::string& whole = bytes_of(session, result, format);
    *text = whole.c_str();
    *length = whole.size();
  });
}

int32_t dosegate_write(dosegate_session handle, dosegate_result result, int32_t format,
                       const char* path) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(path != nullptr && path[0] != '\0', "The file has no name.");
    const auto written = write_whole_file(path, bytes_of(session, result, format));
    if (!written) refuse(written.error());
  });
}

int32_t dosegate_send(dosegate_session handle, dosegate_result result, int32_t format,
                      dosegate_sink sink, void* user) noexcept {
  return call(handle, [&](Session& session) {
    require_argument(sink != nullptr, "The function that takes the bytes is NULL.");
    // Small enough for a pipe or a socket of the host, large enough that calls cost nothing.
    constexpr std::size_t kPiece = 65536;
    const std::string& whole = bytes_of(session, result, format);
    for (std::size_t at = 0; at < whole.size(); at += kPiece) {
      if (sink(user, whole.data() + at, std::min(kPiece, whole.size() - at)) != 0) {
        refuse(DOSEGATE_CANCELLED, "The host's function took no more of the result.");
      }
    }
  });
}

}  // extern "C"
