#include "orthanc_rest.h"

namespace orthanc_dosegate {

std::optional<std::string> OrthancRest::get(const std::string& uri) const {
  OrthancPluginMemoryBuffer buffer{};
  if (OrthancPluginRestApiGet(context_, &buffer, uri.c_str()) != OrthancPluginErrorCode_Success) {
    return std::nullopt;
  }
  std::string text(static_cast<const char*>(buffer.data), buffer.size);
  OrthancPluginFreeMemoryBuffer(context_, &buffer);
  return text;
}

bool OrthancRest::put(const std::string& uri, const std::string& body) const {
  OrthancPluginMemoryBuffer buffer{};
  const auto code = OrthancPluginRestApiPut(context_, &buffer, uri.c_str(), body.data(),
                                            static_cast<uint32_t>(body.size()));
  if (code != OrthancPluginErrorCode_Success) return false;
  OrthancPluginFreeMemoryBuffer(context_, &buffer);
  return true;
}

void OrthancRest::remove(const std::string& uri) const {
  (void)OrthancPluginRestApiDelete(context_, uri.c_str());
}

void OrthancRest::log_error(const std::string& text) const {
  OrthancPluginLogError(context_, ("Dosegate: " + text).c_str());
}

void OrthancRest::log_warning(const std::string& text) const {
  OrthancPluginLogWarning(context_, ("Dosegate: " + text).c_str());
}

}  // namespace orthanc_dosegate
