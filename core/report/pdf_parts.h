// The parts of the PDF, each a function of the content, and how they come to stand on pages. Internal to the
// room.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/pdf_canvas.h"
#include "report/report_content.h"

namespace dosegate::report::pdf {

inline constexpr Colour kInk{0.106, 0.122, 0.141};
inline constexpr Colour kSoft{0.30, 0.34, 0.38};
inline constexpr Colour kLine{0.80, 0.83, 0.86};
inline constexpr Colour kPanel{0.965, 0.972, 0.98};
inline constexpr Colour kPaper{1.0, 1.0, 1.0};

inline constexpr Style kPlain{8.0, Weight::Normal, Family::Sans, kInk};
inline constexpr Style kBold{8.0, Weight::Bold, Family::Sans, kInk};
inline constexpr Style kSmall{7.0, Weight::Normal, Family::Sans, kSoft};
inline constexpr Style kCode{6.8, Weight::Normal, Family::Mono, kSoft};

/// A name from a file, kept from turning the direction of what stands around it.
[[nodiscard]] std::string name(const std::string& text);

[[nodiscard]] Colour verdict_colour(evaluation::Verdict verdict);
/// A circle, a triangle, an octagon, a square or a ring, in a square of `size_pt`.
void draw_shape(Canvas& canvas, evaluation::Verdict verdict, double x, double y, double size_pt);

/// Pages that fill from top to bottom.
class Flow {
 public:
  static constexpr double kPageWidth_pt = 595.28, kPageHeight_pt = 841.89;  ///< A4
  static constexpr double kLeft_pt = 42.0, kWidth_pt = kPageWidth_pt - 2.0 * kLeft_pt;
  /// US Letter is 50 pt shorter: printed in its middle, it loses 25 pt above and below.
  static constexpr double kTop_pt = 46.0, kBottom_pt = kPageHeight_pt - 74.0;

  explicit Flow(Canvas& canvas);
  [[nodiscard]] Canvas& canvas() { return canvas_; }
  [[nodiscard]] double y() const { return y_; }
  [[nodiscard]] double room_pt() const { return kBottom_pt - y_; }
  void new_page();
  /// A new page unless `height_pt` fit on this one or it is still empty.
  void need(double height_pt);
  void skip(double height_pt) { y_ += height_pt; }
  /// With a bookmark; level 1 or 2. Keeps `with_pt` below it on the same page.
  void heading(const std::string& title, int level, double with_pt = 60.0);
  void paragraph(const Text& text, double indent_pt = 0.0);

 private:
  Canvas& canvas_;
  double y_ = 0.0;
};

struct Column {
  std::string title;
  double width_pt = 0.0;
  Align align = Align::Left;
};

struct Cell {
  Text text;
  double indent_pt = 0.0;  ///< of the text; the drawing may stand there
  std::function<void(Canvas&, double x, double y)> drawing;
  double drawing_height_pt = 0.0;
};

[[nodiscard]] Cell verdict_cell(evaluation::Verdict verdict);

/// Rows with what is said below them. The head, if a column has a title, stands again on each page.
class Table {
 public:
  Table(Flow& flow, std::vector<Column> columns);
  /// `below` spans the columns from the second on, a paragraph each.
  void row(const std::vector<Cell>& cells, const std::vector<Text>& below = {});

 private:
  void need(double height_pt);
  void head();
  Flow& flow_;
  std::vector<Column> columns_;
  bool titled_ = false;
  std::size_t headed_page_ = 0;  ///< counted from 1: the last one that has the head
};

/// Where the limits come from, each once, in the order of the report; the number is what rules refer to.
class Sources {
 public:
  explicit Sources(const ReportContent& content);
  [[nodiscard]] std::size_t number_of(const ShownSource& source) const;
  [[nodiscard]] const std::vector<ShownSource>& all() const { return all_; }

 private:
  std::vector<ShownSource> all_;
};

void first_page(Flow& flow, const ReportContent& content);
void rules_section(Flow& flow, const ReportContent& content, const Sources& sources);
void draw_tier_bar(Canvas& canvas, const TierBar& bar, double x, double y, double width_pt);
void plot_section(Flow& flow, const PlotContent& plot);
void structures_section(Flow& flow, const ReportContent& content);
void tps_section(Flow& flow, const ReportContent& content);
void findings_section(Flow& flow, const ReportContent& content);
void checks_section(Flow& flow, const ReportContent& content, const Sources& sources);
void provenance_section(Flow& flow, const ReportContent& content, const Sources& sources);
void signature_section(Flow& flow, const ReportContent& content);

}  // namespace dosegate::report::pdf
