// Orthanc's own REST interface, from inside, and its log.
#pragma once

#include <orthanc/OrthancCPlugin.h>

#include <optional>
#include <string>

namespace orthanc_dosegate {

/// Any thread. What fails is told by the answer, nothing throws but std::bad_alloc.
class OrthancRest {
 public:
  explicit OrthancRest(OrthancPluginContext* context) : context_(context) {}

  [[nodiscard]] std::optional<std::string> get(const std::string& uri) const;
  [[nodiscard]] bool put(const std::string& uri, const std::string& body) const;
  void remove(const std::string& uri) const;
  void log_error(const std::string& text) const;
  void log_warning(const std::string& text) const;
  [[nodiscard]] OrthancPluginContext* context() const { return context_; }

 private:
  OrthancPluginContext* context_;
};

}  // namespace orthanc_dosegate
