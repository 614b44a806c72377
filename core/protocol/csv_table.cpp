#include "protocol/csv_table.h"

#include <algorithm>

#include "base/text.h"

namespace dosegate::protocol {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}

  Result<std::vector<CsvRow>> read() {
    std::vector<CsvRow> rows;
    while (at_ < text_.size()) {
      CsvRow row;
      row.line = line_;
      if (auto outcome = read_row(row); !outcome) return tl::unexpected(outcome.error());
      const bool empty = std::all_of(row.cells.begin(), row.cells.end(),
                                     [](const std::string& cell) { return cell.empty(); });
      if (!empty) rows.push_back(std::move(row));
      if (rows.size() > kMostCsvRows)
        return wrong("the table has too many rows to be one of goals");
    }
    return rows;
  }

 private:
  Result<void> read_row(CsvRow& row) {
    for (;;) {
      bool quoted = false;
      Result<std::string> cell = read_cell(quoted);
      if (!cell) return tl::unexpected(cell.error());
      std::replace(cell->begin(), cell->end(), '\t', ' ');
      row.cells.emplace_back(trim(*cell));
      row.quoted.push_back(quoted);
      if (row.cells.size() > kMostCsvCells) return wrong("the row has too many cells");
      if (peek() == delimiter_ && at_ < text_.size()) {
        ++at_;
        continue;
      }
      take_line_end();
      return {};
    }
  }

  // Up to the delimiter or the line's end, which stay.
  Result<std::string> read_cell(bool& quoted) {
    std::string cell;
    std::size_t begin = at_;
    while (peek() == ' ') ++at_;
    if (peek() != '"') {
      while (at_ < text_.size() && peek() != delimiter_ && !at_line_end()) ++at_;
      cell = text_.substr(begin, at_ - begin);
      return cell;
    }
    quoted = true;
    const int opened = line_;
    ++at_;
    for (;;) {
      if (at_ >= text_.size()) {
        line_ = opened;
        return wrong("a double quote is opened and not closed");
      }
      if (peek() == '"') {
        ++at_;
        if (peek() != '"') break;
      }
      if (at_line_end()) {
        take_line_end();
        cell += ' ';  // a cell is one line here
        continue;
      }
      cell += text_[at_++];
    }
    while (peek() == ' ') ++at_;
    if (at_ < text_.size() && peek() != delimiter_ && !at_line_end()) {
      return wrong("there is text behind a closing double quote");
    }
    return cell;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  [[nodiscard]] bool at_line_end() const { return peek() == '\n' || peek() == '\r'; }

  void take_line_end() {
    if (at_ >= text_.size()) return;
    if (peek() == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
    ++at_;
    ++line_;
  }

  [[nodiscard]] tl::unexpected<Error> wrong(std::string text) const {
    return fail(ErrorCode::ProtocolInvalid, std::move(text), "line " + std::to_string(line_));
  }

  std::string_view text_;
  char delimiter_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view text, char delimiter) {
  return CsvReader(text, delimiter).read();
}

}  // namespace dosegate::protocol
