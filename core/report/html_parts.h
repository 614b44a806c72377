// The parts of the HTML page, each a function of the content. Internal to the room.
#pragma once

#include <string>
#include <string_view>

#include "report/html.h"
#include "report/html_text.h"
#include "report/report_content.h"

namespace dosegate::report::html {

[[nodiscard]] std::string first_screen(const ReportContent& content);
[[nodiscard]] std::string rules_section(const ReportContent& content);
[[nodiscard]] std::string tier_bar(const ShownTest& test, const TierBar& bar);
[[nodiscard]] std::string plot_section(const ReportContent& content, PageScripts scripts);
/// The curves for the script, as JSON that may stand in a script element.
[[nodiscard]] std::string plot_data(const PlotContent& plot);
[[nodiscard]] std::string structures_section(const ReportContent& content);
[[nodiscard]] std::string tps_section(const ReportContent& content);
[[nodiscard]] std::string findings_section(const ReportContent& content);
[[nodiscard]] std::string checks_section(const ReportContent& content);
[[nodiscard]] std::string provenance_section(const ReportContent& content);
[[nodiscard]] std::string signature_section(const ReportContent& content);

}  // namespace dosegate::report::html
