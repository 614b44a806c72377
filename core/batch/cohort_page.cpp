#include "batch/cohort_page.h"
namespace dosegate::batch {
std::string cohort_page(const Cohort&) {
  return "\n";
}
}  // namespace dosegate::batch
