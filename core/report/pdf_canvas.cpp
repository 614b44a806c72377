#include "report/pdf_canvas.h"

#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace dosegate::report::pdf {
namespace {

// Longer texts are cut before they are set: a layout takes time with the length of a text even where only
// a few lines are asked for. A page of this type holds less.
constexpr std::size_t kLongestText = 16000;
constexpr const char* kEllipsis = "\xE2\x80\xA6";

struct Unref {
  template <class T>
  void operator()(T* object) const {
    g_object_unref(object);
  }
};

using Drawing = std::function<void(cairo_t*)>;

struct Bookmark {
  std::string title;
  int level = 1;
  std::size_t page = 0;
  double y = 0.0;
};

PangoLayout* layout_of(const std::shared_ptr<void>& layout) {
  return static_cast<PangoLayout*>(layout.get());
}

guint16 to_pango(double part) {
  return static_cast<guint16>(std::lround(part * 65535.0));
}

void set_colour(cairo_t* cr, Colour colour) {
  cairo_set_source_rgb(cr, colour.red, colour.green, colour.blue);
}

void trace(cairo_t* cr, const Path& path) {
  constexpr double kFullTurn = 2.0 * 3.14159265358979323846;
  cairo_new_path(cr);
  for (const Path::Step& step : path.steps()) {
    switch (step.kind) {
      case Path::Kind::Move:
        cairo_move_to(cr, step.x, step.y);
        break;
      case Path::Kind::Line:
        cairo_line_to(cr, step.x, step.y);
        break;
      case Path::Kind::Close:
        cairo_close_path(cr);
        break;
      case Path::Kind::Circle:
        cairo_new_sub_path(cr);
        cairo_arc(cr, step.x, step.y, step.radius, 0.0, kFullTurn);
        break;
    }
  }
}

PangoFontDescription* font_of(const Style& style) {
  PangoFontDescription* font = pango_font_description_new();
  // Debian's fonts-dejavu-core; where it is not installed, whatever stands for these.
  pango_font_description_set_family_static(
      font, style.family == Family::Mono ? "DejaVu Sans Mono,monospace" : "DejaVu Sans,sans-serif");
  pango_font_description_set_weight(
      font, style.weight == Weight::Bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  pango_font_description_set_size(font,
                                  static_cast<gint>(std::lround(style.size_pt * PANGO_SCALE)));
  return font;
}

void add_attributes(PangoAttrList* list, const Style& style, std::size_t from, std::size_t to) {
  const auto add = [&](PangoAttribute* attribute) {
    attribute->start_index = static_cast<guint>(from);
    attribute->end_index = static_cast<guint>(to);
    pango_attr_list_insert(list, attribute);
  };
  PangoFontDescription* font = font_of(style);
  add(pango_attr_font_desc_new(font));
  pango_font_description_free(font);
  add(pango_attr_foreground_new(to_pango(style.colour.red), to_pango(style.colour.green),
                                to_pango(style.colour.blue)));
}

// At most `most` bytes, whole characters; whether it was cut.
std::pair<std::string, bool> beginning(const std::string& text, std::size_t most) {
  if (text.size() <= most) return {text, false};
  std::size_t end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return {text.substr(0, end) + kEllipsis, true};
}

cairo_status_t append(void* closure, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(bytes), length);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

struct Canvas::State {
  double width_pt = 0.0, height_pt = 0.0;
  std::unique_ptr<PangoFontMap, Unref> fonts;
  std::unique_ptr<PangoContext, Unref> context;
  std::vector<std::vector<Drawing>> pages;
  std::size_t page = 0;
  std::vector<Bookmark> bookmarks;

  void record(Drawing drawing) { pages.at(page).push_back(std::move(drawing)); }
};

double Laid::height_pt() const {
  int height = 0;
  pango_layout_get_size(layout_of(layout_), nullptr, &height);
  return static_cast<double>(height) / PANGO_SCALE;
}

double Laid::width_pt() const {
  int width = 0;
  pango_layout_get_size(layout_of(layout_), &width, nullptr);
  return static_cast<double>(width) / PANGO_SCALE;
}

Path& Path::move(double x, double y) {
  steps_.push_back({Kind::Move, x, y, 0.0});
  return *this;
}
Path& Path::line(double x, double y) {
  steps_.push_back({Kind::Line, x, y, 0.0});
  return *this;
}
Path& Path::close() {
  steps_.push_back({Kind::Close, 0.0, 0.0, 0.0});
  return *this;
}
Path& Path::circle(double x, double y, double radius) {
  steps_.push_back({Kind::Circle, x, y, radius});
  return *this;
}
Path& Path::rectangle(double x, double y, double width, double height) {
  return move(x, y).line(x + width, y).line(x + width, y + height).line(x, y + height).close();
}

Canvas::Canvas(std::unique_ptr<State> state) : state_(std::move(state)) {}
Canvas::Canvas(Canvas&&) noexcept = default;
Canvas& Canvas::operator=(Canvas&&) noexcept = default;
Canvas::~Canvas() = default;

Result<Canvas> Canvas::create(double width_pt, double height_pt) {
  auto state = std::make_unique<State>();
  state->width_pt = width_pt;
  state->height_pt = height_pt;
  state->fonts.reset(pango_cairo_font_map_new());
  pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(state->fonts.get()), 72.0);
  state->context.reset(pango_font_map_create_context(state->fonts.get()));
  // By default the language follows the process's locale, and with it the choice of fonts.
  pango_context_set_language(state->context.get(), pango_language_from_string("en"));
  cairo_font_options_t* options = cairo_font_options_create();
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options(state->context.get(), options);
  cairo_font_options_destroy(options);
  pango_context_set_round_glyph_positions(state->context.get(), FALSE);
  Canvas canvas(std::move(state));
  // Without any font pango draws nothing, or boxes: a page on which no verdict can be read.
  const Laid tried = canvas.lay({{"PASS FAIL 0123456789", {}}}, {1000.0, 1, Align::Left});
  if (pango_layout_get_unknown_glyphs_count(layout_of(tried.layout_)) > 0) {
    return fail(ErrorCode::FontsMissing,
                "No font is installed, so no page can be set; install fonts-dejavu-core.");
  }
  return canvas;
}

void Canvas::add_page() {
  state_->pages.emplace_back();
  state_->page = state_->pages.size() - 1;
}
void Canvas::select_page(std::size_t index) {
  require(index < state_->pages.size(), "a page that is there");
  state_->page = index;
}
std::size_t Canvas::page_count() const {
  return state_->pages.size();
}

Laid Canvas::lay(const Text& text, const Measure& measure) const {
  PangoLayout* layout = pango_layout_new(state_->context.get());
  PangoAttrList* attributes = pango_attr_list_new();
  std::string whole;
  for (const Span& span : text) {
    const std::size_t from = whole.size();
    const auto [shown, cut] = beginning(span.text, kLongestText - std::min(kLongestText, from));
    whole += shown;
    add_attributes(attributes, span.style, from, whole.size());
    if (cut) break;
  }
  // A hyphen where a name was broken would read as part of the name.
  pango_attr_list_insert(attributes, pango_attr_insert_hyphens_new(FALSE));
  pango_layout_set_text(layout, whole.data(), static_cast<int>(whole.size()));
  pango_layout_set_attributes(layout, attributes);
  pango_attr_list_unref(attributes);
  if (!text.empty()) {  // the height of an empty line
    PangoFontDescription* font = font_of(text.front().style);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
  }
  pango_layout_set_single_paragraph_mode(layout, TRUE);
  // Columns stay columns whatever the direction of a name is.
  pango_layout_set_auto_dir(layout, FALSE);
  pango_layout_set_width(layout, static_cast<int>(std::lround(measure.width_pt * PANGO_SCALE)));
  pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_height(layout, -measure.most_lines);
  pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_alignment(layout, measure.align == Align::Right    ? PANGO_ALIGN_RIGHT
                                     : measure.align == Align::Centre ? PANGO_ALIGN_CENTER
                                                                      : PANGO_ALIGN_LEFT);
  Laid laid;
  laid.layout_ = std::shared_ptr<void>(layout, Unref());
  laid.set_width_pt_ = measure.width_pt;
  return laid;
}

void Canvas::draw(const Laid& text, double x, double y) {
  // Marks that are piled on a letter reach over other lines; text that keeps to its box needs no clip.
  constexpr double kAllowance_pt = 2.0;
  PangoRectangle ink, box;
  pango_layout_get_extents(layout_of(text.layout_), &ink, &box);
  const double above_pt = static_cast<double>(box.y - ink.y) / PANGO_SCALE;
  const double below_pt =
      static_cast<double>(ink.y + ink.height - box.y - box.height) / PANGO_SCALE;
  const bool clipped = std::max(above_pt, below_pt) > kAllowance_pt;
  if (clipped)
    begin_clip(x - kAllowance_pt, y, text.set_width_pt_ + 2.0 * kAllowance_pt, text.height_pt());
  state_->record([layout = text.layout_, x, y](cairo_t* cr) {
    cairo_move_to(cr, x, y);
    pango_cairo_show_layout(cr, layout_of(layout));
  });
  if (clipped) end_clip();
}

void Canvas::fill(const Path& path, Colour colour) {
  state_->record([path, colour](cairo_t* cr) {
    set_colour(cr, colour);
    trace(cr, path);
    cairo_fill(cr);
  });
}

void Canvas::stroke(const Path& path, const Pen& pen) {
  state_->record([path, pen](cairo_t* cr) {
    set_colour(cr, pen.colour);
    cairo_set_line_width(cr, pen.width_pt);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(cr, pen.dashes_pt.data(), static_cast<int>(pen.dashes_pt.size()), 0.0);
    trace(cr, path);
    cairo_stroke(cr);
  });
}

void Canvas::begin_clip(double x, double y, double width, double height) {
  state_->record([x, y, width, height](cairo_t* cr) {
    cairo_save(cr);
    cairo_rectangle(cr, x, y, width, height);
    cairo_clip(cr);
  });
}
void Canvas::end_clip() {
  state_->record([](cairo_t* cr) { cairo_restore(cr); });
}

void Canvas::bookmark(const std::string& title, int level, double y) {
  state_->bookmarks.push_back({title, level, state_->page, y});
}

std::string Canvas::finish(const DocumentInfo& info) && {
  std::string bytes;
  cairo_surface_t* surface =
      cairo_pdf_surface_create_for_stream(append, &bytes, state_->width_pt, state_->height_pt);
  const auto set = [&](cairo_pdf_metadata_t what, const std::string& text) {
    cairo_pdf_surface_set_metadata(surface, what, text.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, info.title);
  set(CAIRO_PDF_METADATA_SUBJECT, info.subject);
  set(CAIRO_PDF_METADATA_CREATOR, info.creator);
  set(CAIRO_PDF_METADATA_CREATE_DATE, "");  // else cairo writes the time of day
  int parent = CAIRO_PDF_OUTLINE_ROOT;
  for (const Bookmark& mark : state_->bookmarks) {
    // Whole points: cairo reads fractions by the locale.
    const std::string where =
        fmt::format("page={} pos=[0 {}]", mark.page + 1, static_cast<int>(std::floor(mark.y)));
    const int id = cairo_pdf_surface_add_outline(
        surface, mark.level == 1 ? CAIRO_PDF_OUTLINE_ROOT : parent, mark.title.c_str(),
        where.c_str(),
        mark.level == 1 ? CAIRO_PDF_OUTLINE_FLAG_OPEN : static_cast<cairo_pdf_outline_flags_t>(0));
    if (mark.level == 1) parent = id;
  }
  cairo_t* cr = cairo_create(surface);
  for (const std::vector<Drawing>& page : state_->pages) {
    for (const Drawing& drawing : page) drawing(cr);
    cairo_show_page(cr);
  }
  cairo_status_t status = cairo_status(cr);
  cairo_destroy(cr);
  cairo_surface_finish(surface);
  if (status == CAIRO_STATUS_SUCCESS) status = cairo_surface_status(surface);
  cairo_surface_destroy(surface);
  require(status == CAIRO_STATUS_SUCCESS, cairo_status_to_string(status));
  return bytes;
}

}  // namespace dosegate::report::pdf
