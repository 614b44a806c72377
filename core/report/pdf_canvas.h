// Pages to draw on, and what becomes of them: a PDF. The only place that knows cairo and pango.
//
// Points (1/72 inch), x to the right and y downwards from the upper left corner of the page. Pages are kept as
// lists of what to draw until finish(), so that a foot can name the number of pages without a second
// setting. Nothing is shared between canvases: each has its font map, so that several may be drawn at once on
// several threads. There is no clock and no locale in the bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace dosegate::report::pdf {

struct Colour {
  double red = 0.0, green = 0.0, blue = 0.0;  ///< 0 to 1
};

enum class Weight { Normal, Bold };
enum class Family { Sans, Mono };
enum class Align { Left, Centre, Right };

struct Style {
  double size_pt = 8.0;
  Weight weight = Weight::Normal;
  Family family = Family::Sans;
  Colour colour;
};

/// Text in one style. Any UTF-8; what breaks lines in it is drawn as a sign.
struct Span {
  std::string text;
  Style style;
};
using Text = std::vector<Span>;

/// How a text is set. Lines are broken at words, words that are too long anywhere.
struct Measure {
  double width_pt = 0.0;
  int most_lines = 40;  ///< what is left is cut, and an ellipsis says so; a page holds more
  Align align = Align::Left;
};

/// A text that was set: to be measured, then drawn where it fits.
class Laid {
 public:
  [[nodiscard]] double height_pt() const;
  [[nodiscard]] double width_pt() const;  ///< of its longest line

 private:
  friend class Canvas;
  std::shared_ptr<void> layout_;
  double set_width_pt_ = 0.0;
};

/// Straight lines and circles.
class Path {
 public:
  enum class Kind { Move, Line, Close, Circle };
  struct Step {
    Kind kind = Kind::Move;
    double x = 0.0, y = 0.0, radius = 0.0;
  };
  Path& move(double x, double y);
  Path& line(double x, double y);
  Path& close();
  Path& circle(double x, double y, double radius);
  Path& rectangle(double x, double y, double width, double height);
  [[nodiscard]] const std::vector<Step>& steps() const { return steps_; }

 private:
  std::vector<Step> steps_;
};

struct Pen {
  Colour colour;
  double width_pt = 0.7;
  std::vector<double> dashes_pt;  ///< on, off, ...; empty for a whole line
};

struct DocumentInfo {
  std::string title, subject, creator;
};

class Canvas {
 public:
  /// Errors: FontsMissing where the system has no font at all.
  [[nodiscard]] static Result<Canvas> create(double width_pt, double height_pt);
  Canvas(Canvas&&) noexcept;
  Canvas& operator=(Canvas&&) noexcept;
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;
  ~Canvas();

  /// Adds a page and draws on it from now on.
  void add_page();
  /// Draws on page `index`, from 0.
  void select_page(std::size_t index);
  [[nodiscard]] std::size_t page_count() const;

  [[nodiscard]] Laid lay(const Text& text, const Measure& measure) const;
  void draw(const Laid& text, double x, double y);
  void fill(const Path& path, Colour colour);
  void stroke(const Path& path, const Pen& pen);
  /// What is drawn until end_clip() shows in the rectangle only.
  void begin_clip(double x, double y, double width, double height);
  void end_clip();

  /// A bookmark to `y` of this page; of level 1, or 2 below the last one of level 1.
  void bookmark(const std::string& title, int level, double y);

  /// The document; the canvas is used up.
  [[nodiscard]] std::string finish(const DocumentInfo& info) &&;

 private:
  struct State;
  explicit Canvas(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace dosegate::report::pdf
