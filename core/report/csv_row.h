// One row of a CSV table; report/csv.h tells the rules that all tables keep.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace dosegate::report {

/// One line of cells. Text and numbers are different calls, because a number must not be taken for a formula ("-1.5"
/// would get a quote before it).
class CsvRow {
 public:
  CsvRow& text(std::string_view value) { return cell(csv_field(value)); }
  CsvRow& number(const std::optional<double>& value) { return cell(value ? shortest(*value) : ""); }
  CsvRow& integer(const std::optional<int>& value) {
    return cell(value ? std::to_string(*value) : std::string());
  }
  CsvRow& cell(std::string_view ready) {
    if (started_) line_ += ',';
    started_ = true;
    line_ += ready;
    return *this;
  }
  CsvRow& empty(int count) {
    for (int i = 0; i < count; ++i) cell("");
    return *this;
  }
  void add_to(std::string& table) const { (table += line_) += '\n'; }

 private:
  std::string line_;
  bool started_ = false;
};

}  // namespace dosegate::report
