#include "report/pdf.h"

#include <fmt/format.h>

#include "report/pdf_parts.h"

namespace dosegate::report {
namespace {

using pdf::Align;
using pdf::Canvas;
using pdf::Flow;

std::string title(const ReportContent& content) {
  return fmt::format("{}: plan {}, patient {}", verdict_word(content.verdict),
                     pdf::name(content.plan_label), pdf::name(content.patient_id));
}

// Whose page it is and which: a page that is lost from its staple can be told.
void feet(Canvas& canvas, const ReportContent& content) {
  constexpr double kY = Flow::kBottom_pt + 9.0, kNumber_pt = 80.0;
  const pdf::Style style{7.0, pdf::Weight::Normal, pdf::Family::Sans, pdf::kSoft};
  const std::size_t count = canvas.page_count();
  const auto whose =
      canvas.lay({{title(content), style}}, {Flow::kWidth_pt - kNumber_pt, 1, Align::Left});
  const auto use =
      canvas.lay({{kResearchUse, style}}, {Flow::kWidth_pt - kNumber_pt, 1, Align::Left});
  for (std::size_t i = 0; i < count; ++i) {
    canvas.select_page(i);
    canvas.stroke(
        pdf::Path().move(Flow::kLeft_pt, kY - 3.0).line(Flow::kLeft_pt + Flow::kWidth_pt, kY - 3.0),
        {pdf::kLine, 0.5, {}});
    canvas.draw(whose, Flow::kLeft_pt, kY);
    canvas.draw(use, Flow::kLeft_pt, kY + whose.height_pt());
    const auto number = canvas.lay({{fmt::format("page {} of {}", i + 1, count), style}},
                                   {kNumber_pt, 1, Align::Right});
    canvas.draw(number, Flow::kLeft_pt + Flow::kWidth_pt - kNumber_pt, kY);
  }
}

}  // namespace

Result<std::string> to_pdf(const evaluation::Evaluation& evaluation) {
  const ReportContent content = report_content(evaluation);
  auto canvas = Canvas::create(Flow::kPageWidth_pt, Flow::kPageHeight_pt);
  if (!canvas) return tl::unexpected(canvas.error());
  const pdf::Sources sources(content);
  Flow flow(*canvas);
  pdf::first_page(flow, content);
  pdf::rules_section(flow, content, sources);
  pdf::plot_section(flow, content.plot);
  pdf::structures_section(flow, content);
  pdf::tps_section(flow, content);
  pdf::findings_section(flow, content);
  pdf::checks_section(flow, content, sources);
  pdf::provenance_section(flow, content, sources);
  pdf::signature_section(flow, content);
  feet(*canvas, content);
  return std::move(*canvas).finish(
      {title(content), "Radiotherapy plan check",
       content.settings.empty() ? "" : content.settings.front().value});
}

}  // namespace dosegate::report
