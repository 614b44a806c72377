#include "study_records.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "failure.h"

namespace orthanc_dosegate {

using Json = nlohmann::json;

std::string study_uri(const std::string& study) {
  return "/studies/" + study;
}

std::string attachment_uri(const std::string& study, int number) {
  return study_uri(study) + "/attachments/" + std::to_string(number);
}

std::string metadata_uri(const std::string& study) {
  return study_uri(study) + "/metadata/" + std::to_string(kStateMetadata);
}

std::string dump_state(const Json& state) {
  return state.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string now() {
  const std::time_t seconds = std::time(nullptr);
  std::tm parts{};
  std::array<char, 32> text{};
  gmtime_r(&seconds, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

const std::string& this_process() {
  static const std::string kName = std::to_string(getpid()) + " since " + now();
  return kName;
}

Holds holds_of(const OrthancRest& rest, const std::string& study) {
  const auto answer = rest.get(study_uri(study) + "/series");
  if (!answer) throw Failure("Orthanc does not list the study's series.");
  Holds holds;
  for (const Json& series : Json::parse(*answer)) {
    const std::string modality = series.at("MainDicomTags").value("Modality", "");
    if (std::find(kNeeded.begin(), kNeeded.end(), modality) == kNeeded.end()) continue;
    for (const Json& instance : series.at("Instances")) {
      const std::string id = instance.get<std::string>();
      // A file that is sent again under its UIDs has the same number. "StoreMD5": false leaves its date.
      auto mark = rest.get("/instances/" + id + "/attachments/dicom/md5");
      if (!mark || mark->empty()) mark = rest.get("/instances/" + id + "/metadata/ReceptionDate");
      holds[modality][id] = mark.value_or("");
    }
  }
  return holds;
}

}  // namespace orthanc_dosegate
