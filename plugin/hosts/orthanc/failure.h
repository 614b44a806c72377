// A sentence of the module's own that goes into a study's state.
#pragma once

#include <stdexcept>

namespace orthanc_dosegate {

/// Ends a check without a verdict; what() is one sentence that says what to do.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace orthanc_dosegate
