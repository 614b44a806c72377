// How the parts of the PDF come to stand on pages: headings, paragraphs, tables, marks of verdicts.
#include <algorithm>
#include <cmath>

#include "report/pdf_parts.h"

namespace dosegate::report::pdf {
namespace {

using evaluation::Verdict;

constexpr double kGap_pt = 5.0;         // between columns
constexpr double kRowPad_pt = 2.6;      // above and below a row
constexpr int kMostCellLines = 14;      // of a name that is hostile; a row has to fit on a page
constexpr double kTogether_pt = 230.0;  // what is not longer than this is not torn

// The signs inside the shapes and the shapes, on a square of 24 by 24.
class Shape {
 public:
  Shape(Canvas& canvas, double x, double y, double size_pt)
      : canvas_(canvas), x_(x), y_(y), scale_(size_pt / 24.0) {}
  void body(std::initializer_list<std::pair<double, double>> corners, Colour colour) {
    canvas_.fill(trace(corners).close(), colour);
  }
  void sign(std::initializer_list<std::pair<double, double>> points) {
    canvas_.stroke(trace(points), {kPaper, 2.6 * scale_, {}});
  }
  void disc(double x, double y, double radius, Colour colour) {
    canvas_.fill(Path().circle(x_ + x * scale_, y_ + y * scale_, radius * scale_), colour);
  }
  void ring(Colour colour) {
    canvas_.stroke(Path().circle(x_ + 12 * scale_, y_ + 12 * scale_, 10 * scale_),
                   {colour, 2.5 * scale_, {}});
  }

 private:
  Path trace(std::initializer_list<std::pair<double, double>> points) const {
    Path path;
    bool first = true;
    for (const auto& [x, y] : points) {
      const double px = x_ + x * scale_, py = y_ + y * scale_;
      first ? path.move(px, py) : path.line(px, py);
      first = false;
    }
    return path;
  }
  Canvas& canvas_;
  double x_, y_, scale_;
};

}  // namespace

std::string name(const std::string& text) {
  const bool plain = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
  // FIRST STRONG ISOLATE ... POP DIRECTIONAL ISOLATE
  return plain ? text : "\xE2\x81\xA8" + text + "\xE2\x81\xA9";
}

Colour verdict_colour(Verdict verdict) {
  switch (verdict) {
    case Verdict::Pass:
      return {0.067, 0.388, 0.161};
    case Verdict::Variation:
      return {0.478, 0.294, 0.0};
    case Verdict::Fail:
      return {0.643, 0.055, 0.149};
    case Verdict::Unknown:
      return {0.357, 0.165, 0.616};
    case Verdict::NotApplicable:
      return {0.341, 0.376, 0.416};
  }
  throw InternalError("unknown verdict");
}

void draw_shape(Canvas& canvas, Verdict verdict, double x, double y, double size_pt) {
  const Colour colour = verdict_colour(verdict);
  Shape shape(canvas, x, y, size_pt);
  switch (verdict) {
    case Verdict::Pass:
      shape.disc(12, 12, 11, colour);
      return shape.sign({{6.5, 12.5}, {10.3, 16.3}, {17.5, 8.3}});
    case Verdict::Variation:
      shape.body({{12, 1.5}, {23.5, 22}, {0.5, 22}}, colour);
      shape.sign({{12, 9}, {12, 15.5}});
      return shape.disc(12, 18.8, 1.4, kPaper);
    case Verdict::Fail:
      shape.body(
          {{7.5, 1}, {16.5, 1}, {23, 7.5}, {23, 16.5}, {16.5, 23}, {7.5, 23}, {1, 16.5}, {1, 7.5}},
          colour);
      shape.sign({{8, 8}, {16, 16}});
      return shape.sign({{16, 8}, {8, 16}});
    case Verdict::Unknown:
      shape.body({{1, 1}, {23, 1}, {23, 23}, {1, 23}}, colour);
      shape.sign({{8.4, 9.2},
                  {9, 7.2},
                  {10.5, 6},
                  {12.6, 5.9},
                  {14.6, 7},
                  {15.2, 9},
                  {14.4, 11},
                  {12.6, 12.3},
                  {12, 14.4}});
      return shape.disc(12, 18, 1.5, kPaper);
    case Verdict::NotApplicable:
      return shape.ring(colour);
  }
}

Flow::Flow(Canvas& canvas) : canvas_(canvas) {
  new_page();
}

void Flow::new_page() {
  canvas_.add_page();
  y_ = kTop_pt;
}

void Flow::need(double height_pt) {
  if (y_ > kTop_pt && height_pt > room_pt()) new_page();
}

void Flow::heading(const std::string& title, int level, double with_pt) {
  const Style style{level == 1 ? 12.5 : 9.5, Weight::Bold, Family::Sans, kInk};
  const Laid laid = canvas_.lay({{title, style}}, {kWidth_pt, 3, Align::Left});
  const double above_pt = level == 1 ? 16.0 : 9.0;
  need(above_pt + laid.height_pt() + 4.0 + with_pt);
  if (y_ > kTop_pt) skip(above_pt);
  canvas_.bookmark(title, level, y_);
  if (level == 1) {
    canvas_.stroke(Path().move(kLeft_pt, y_).line(kLeft_pt + kWidth_pt, y_), {kInk, 1.2, {}});
    skip(4.0);
  }
  canvas_.draw(laid, kLeft_pt, y_);
  skip(laid.height_pt() + (level == 1 ? 4.0 : 3.0));
}

void Flow::paragraph(const Text& text, double indent_pt) {
  const Laid laid = canvas_.lay(text, {kWidth_pt - indent_pt, 40, Align::Left});
  need(laid.height_pt());
  canvas_.draw(laid, kLeft_pt + indent_pt, y_);
  skip(laid.height_pt() + 2.0);
}

Cell verdict_cell(Verdict verdict) {
  constexpr double kShape_pt = 9.0;
  Cell cell;
  cell.text = {{verdict_word(verdict), {7.6, Weight::Bold, Family::Sans, verdict_colour(verdict)}}};
  cell.indent_pt = kShape_pt + 3.5;
  cell.drawing = [verdict](Canvas& canvas, double x, double y) {
    draw_shape(canvas, verdict, x, y + 0.2, kShape_pt);
  };
  cell.drawing_height_pt = kShape_pt;
  return cell;
}

Table::Table(Flow& flow, std::vector<Column> columns) : flow_(flow), columns_(std::move(columns)) {
  titled_ = std::any_of(columns_.begin(), columns_.end(),
                        [](const Column& column) { return !column.title.empty(); });
}

void Table::head() {
  if (!titled_) return;
  std::vector<Laid> titles;
  double height_pt = 0.0;
  for (const Column& column : columns_) {
    titles.push_back(flow_.canvas().lay({{column.title, {6.8, Weight::Bold, Family::Sans, kSoft}}},
                                        {column.width_pt - kGap_pt, 2, column.align}));
    height_pt = std::max(height_pt, titles.back().height_pt());
  }
  double x = Flow::kLeft_pt;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    flow_.canvas().draw(titles[i], x, flow_.y() + height_pt - titles[i].height_pt());
    x += columns_[i].width_pt;
  }
  flow_.skip(height_pt + 1.5);
  flow_.canvas().stroke(Path().move(Flow::kLeft_pt, flow_.y()).line(x, flow_.y()), {kInk, 0.8, {}});
  flow_.skip(0.8);
}

void Table::need(double height_pt) {
  constexpr double kHead_pt = 24.0;  // of two lines
  const bool headless = flow_.canvas().page_count() != headed_page_;
  flow_.need(height_pt + (headless ? kHead_pt : 0.0));
  if (flow_.canvas().page_count() == headed_page_) return;
  head();
  headed_page_ = flow_.canvas().page_count();
}

void Table::row(const std::vector<Cell>& cells, const std::vector<Text>& below) {
  require(cells.size() == columns_.size(), "a cell for each column");
  Canvas& canvas = flow_.canvas();
  std::vector<Laid> laid;
  double height_pt = 0.0, width_pt = 0.0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Column& column = columns_[i];
    laid.push_back(canvas.lay(cells[i].text, {column.width_pt - kGap_pt - cells[i].indent_pt,
                                              kMostCellLines, column.align}));
    height_pt = std::max({height_pt, cells[i].drawing_height_pt, laid.back().height_pt()});
    width_pt += column.width_pt;
  }
  const double first_pt = columns_.front().width_pt;
  std::vector<Laid> under;
  double under_pt = 0.0;
  for (const Text& text : below) {
    under.push_back(canvas.lay(text, {width_pt - first_pt, 40, Align::Left}));
    under_pt += under.back().height_pt() + 1.0;
  }
  if (!under.empty()) under_pt += kRowPad_pt;
  const double row_pt = height_pt + 2.0 * kRowPad_pt;
  need(row_pt + under_pt <= kTogether_pt || under.empty() ? row_pt + under_pt
                                                          : row_pt + under.front().height_pt());
  double x = Flow::kLeft_pt;
  const double y = flow_.y() + kRowPad_pt;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].drawing) cells[i].drawing(canvas, x, y);
    canvas.draw(laid[i], x + cells[i].indent_pt, y);
    x += columns_[i].width_pt;
  }
  flow_.skip(row_pt);
  for (const Laid& text : under) {
    need(text.height_pt() + kRowPad_pt);
    canvas.draw(text, Flow::kLeft_pt + first_pt, flow_.y());
    flow_.skip(text.height_pt() + 1.0);
  }
  if (!under.empty()) flow_.skip(kRowPad_pt);
  canvas.stroke(Path().move(Flow::kLeft_pt, flow_.y()).line(Flow::kLeft_pt + width_pt, flow_.y()),
                {kLine, 0.5, {}});
}

}  // namespace dosegate::report::pdf
