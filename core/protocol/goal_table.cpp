#include "protocol/goal_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "metrics/cursor.h"
#include "protocol/csv_table.h"
#include "protocol/goal_columns.h"
#include "protocol/raystation_goal.h"
#include "protocol/rule.h"

namespace dosegate::protocol {
namespace {

tl::unexpected<Error> wrong(std::string text, int line) {
  return fail(ErrorCode::ProtocolInvalid, std::move(text), "line " + std::to_string(line));
}

// The columns of a table by what they say.
class Columns {
 public:
  static Result<Columns> read(const CsvRow& header, std::vector<ImportNote>& notes) {
    Columns columns;
    for (std::size_t i = 0; i < header.cells.size(); ++i) {
      const std::string& name = header.cells[i];
      const auto column = goal_column(name);
      if (!column) {
        if (!name.empty()) {
          notes.push_back({header.line, "left-out",
                           fmt::format("The column '{}' is not known and not used.", name)});
        }
        continue;
      }
      if (*column == GoalColumn::Passed) continue;
      if (!columns.place_.emplace(*column, i).second) {
        return wrong("two columns say the same as '" + name + "'; keep one", header.line);
      }
    }
    const bool raystation = columns.has(GoalColumn::GoalType);
    const bool complete =
        columns.has(GoalColumn::Structure) &&
        (raystation ? columns.has(GoalColumn::GoalCriteria) && columns.has(GoalColumn::Limit)
                    : columns.has(GoalColumn::Metric));
    if (!complete) {
      return wrong(
          "the first row must name the columns, at least 'structure' and 'metric'; for the goals "
          "of "
          "RayStation RoiName, GoalCriteria, GoalType and AcceptanceLevel",
          header.line);
    }
    return columns;
  }

  [[nodiscard]] bool has(GoalColumn column) const { return place_.contains(column); }
  [[nodiscard]] std::string of(const CsvRow& row, GoalColumn column) const {
    const auto found = place_.find(column);
    if (found == place_.end() || found->second >= row.cells.size()) return {};
    return row.cells[found->second];
  }
  /// Whether the column at `index` has a part in the goal.
  [[nodiscard]] bool used(std::size_t index) const {
    return std::any_of(place_.begin(), place_.end(),
                       [&](const auto& place) { return place.second == index; });
  }

 private:
  std::map<GoalColumn, std::size_t> place_;
};

// The delimiter that makes most columns of the first row known.
char delimiter_of(std::string_view text) {
  const std::string_view first = text.substr(0, text.find_first_of("\r\n"));
  char best = ',';
  std::size_t most = 0;
  for (const char delimiter : {',', ';', '\t'}) {
    const auto rows = read_csv(first, delimiter);
    if (!rows || rows->empty()) continue;
    const auto known = static_cast<std::size_t>(
        std::count_if(rows->front().cells.begin(), rows->front().cells.end(),
                      [](const std::string& cell) { return goal_column(cell).has_value(); }));
    if (known > most) {
      best = delimiter;
      most = known;
    }
  }
  return best;
}

std::vector<std::string> split_names(const std::string& cell) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= cell.size();) {
    const std::size_t end = std::min(cell.find('|', at), cell.size());
    const std::string name(trim(std::string_view(cell).substr(at, end - at)));
    if (!name.empty()) names.push_back(name);
    at = end + 1;
  }
  return names;
}

// "18", "<= 18": ends in a number without a decimal point.
bool ends_in_integer(std::string_view cell) {
  std::size_t at = cell.size();
  while (at > 0 && (metrics::is_ascii_digit(cell[at - 1]) || cell[at - 1] == '.')) --at;
  const std::string_view number = cell.substr(at);
  return !number.empty() && number.find('.') == number.npos;
}

// Two cells that may be one number whose decimal comma was not quoted.
struct Doubt {
  std::string cells;          // "18,5"; empty: there is none
  bool rest_is_lost = false;  // the second lies in a column that has no part in the goal
};

tl::unexpected<Error> one_number_or_two(const std::string& cells, int line) {
  return wrong("'" + printable(cells) +
                   "' may be one number with a decimal comma or two cells; write decimals with a "
                   "point, or, where it is two cells, put each in double quotes",
               line);
}

class TableReader {
 public:
  Result<GoalTable> read(std::string_view text) {
    const bool lines = text.substr(0, text.find_first_of("\r\n")).find("::") != text.npos;
    const Result<void> outcome = lines ? read_lines(text) : read_table(text);
    if (!outcome) return tl::unexpected(outcome.error());
    return std::move(table_);
  }

 private:
  Result<void> read_lines(std::string_view text) {
    for (int number = 1; !text.empty(); ++number) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string line(trim(text.substr(0, end)));
      std::replace(line.begin(), line.end(), '\t', ' ');
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.empty() || line.starts_with("#")) continue;
      const std::size_t at = line.find("::");
      if (at == std::string::npos) {
        return wrong("every line must read STRUCTURE :: LIMIT, as the first one does", number);
      }
      Goal goal;
      goal.line = number;
      goal.subject = std::string(trim(std::string_view(line).substr(0, at)));
      goal.limit.metric = std::string(trim(std::string_view(line).substr(at + 2)));
      goal.original = std::move(line);
      table_.goals.push_back(std::move(goal));
    }
    return {};
  }

  Result<void> read_table(std::string_view text) {
    const char delimiter = delimiter_of(text);
    const auto rows = read_csv(text, delimiter);
    if (!rows) return tl::unexpected(rows.error());
    if (rows->empty()) return wrong("the file is empty", 1);
    const auto columns = Columns::read(rows->front(), table_.notes);
    if (!columns) return tl::unexpected(columns.error());
    if (columns->has(GoalColumn::GoalType)) {
      table_.notes.push_back({rows->front().line, "assumption",
                              "The goals are read as RayStation's scripting writes them: doses in "
                              "cGy, relative volumes as shares of 1."});
    }
    const std::vector<Doubt> doubts =
        delimiter == ',' ? doubts_of(*rows, *columns) : std::vector<Doubt>(rows->size());
    for (std::size_t i = 1; i < rows->size(); ++i) {
      const CsvRow& row = (*rows)[i];
      Result<Goal> goal = goal_of(row, rows->front().cells.size(), *columns);
      if (goal && !doubts[i].cells.empty()) goal = one_number_or_two(doubts[i].cells, row.line);
      if (goal) {
        table_.goals.push_back(std::move(*goal));
      } else {
        table_.refusals.push_back(refusal_text(row.line, goal.error()));
      }
    }
    return {};
  }

  // The doubts of each row that the others do not settle. A row may leave out the cells at its end, and
  // then a decimal comma does not make it longer than the first one. Where no row does so, and one has
  // all its cells without a doubt, the others have theirs too.
  static std::vector<Doubt> doubts_of(const std::vector<CsvRow>& rows, const Columns& columns) {
    const std::size_t width = rows.front().cells.size();
    std::vector<Doubt> doubts(rows.size());
    bool whole = false;
    bool shorter = false;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      doubts[i] = doubt_of(rows[i], width, columns);
      shorter = shorter || rows[i].cells.size() < width;
      whole = whole || (rows[i].cells.size() == width && doubts[i].cells.empty());
    }
    if (!whole || shorter) return doubts;
    for (Doubt& doubt : doubts) {
      if (!doubt.rest_is_lost) doubt = {};
    }
    return doubts;
  }

  // The first two cells that make another goal of the row if they are taken as one number.
  static Doubt doubt_of(const CsvRow& row, std::size_t width, const Columns& columns) {
    if (row.cells.size() == width && row.cells.back().empty()) return {};  // all cells are there
    const std::string as_it_stands = reading_of(row, width, columns);
    if (as_it_stands.empty()) return {};
    for (std::size_t i = 0; i + 1 < row.cells.size(); ++i) {
      const std::string& rest = row.cells[i + 1];
      if (row.quoted[i] || row.quoted[i + 1] || !ends_in_integer(row.cells[i])) continue;
      if (rest.empty() || !metrics::is_ascii_digit(rest.front())) continue;
      CsvRow joined = row;
      joined.cells[i] += "." + rest;
      joined.cells.erase(joined.cells.begin() + static_cast<std::ptrdiff_t>(i) + 1);
      const std::string otherwise = reading_of(joined, width, columns);
      if (otherwise.empty() || otherwise == as_it_stands) continue;
      return {row.cells[i] + "," + rest, !columns.used(i + 1)};
    }
    return {};
  }

  // What the row asks for, in one text; empty if it cannot be read.
  static std::string reading_of(const CsvRow& row, std::size_t width, const Columns& columns) {
    const Result<Goal> goal = goal_of(row, width, columns);
    if (!goal || goal->priority.find_first_not_of("0123456789") != std::string::npos) return {};
    const auto test = parse_field_test(goal->limit);
    if (!test || !parse_rule("A :: " + test->text)) return {};
    return goal->structure + " :: " + test->text + " priority " + goal->priority;
  }

  static Result<Goal> goal_of(const CsvRow& row, std::size_t width, const Columns& columns) {
    // A decimal comma without quotes makes a row longer than its header, if it has all its cells.
    if (row.cells.size() > width) {
      return wrong(
          "the row has more cells than the first one; write decimals with a dot, and text with a "
          "comma in double quotes",
          row.line);
    }
    Goal goal;
    goal.line = row.line;
    goal.structure = columns.of(row, GoalColumn::Structure);
    if (goal.structure.empty()) return wrong("the structure is missing", row.line);
    goal.aliases = split_names(columns.of(row, GoalColumn::Aliases));
    const std::string patient = columns.of(row, GoalColumn::Patient);
    if (!patient.empty() && patient != "*") {
      return wrong("the goal is one patient's; a protocol holds for all", row.line);
    }
    goal.priority = columns.of(row, GoalColumn::Priority);
    for (const std::string& cell : row.cells) {
      if (!cell.empty()) goal.original += (goal.original.empty() ? "" : ", ") + cell;
    }
    if (columns.has(GoalColumn::GoalType)) {
      // The goal type says both already, and perhaps otherwise.
      for (const GoalColumn other : {GoalColumn::Comparator, GoalColumn::Metric}) {
        const std::string cell = columns.of(row, other);
        if (cell.empty()) continue;
        return wrong("'" + printable(cell) +
                         "' stands beside the GoalType, which says the metric, and GoalCriteria, "
                         "which says the comparator; leave it empty",
                     row.line);
      }
      auto limit = raystation_limit(
          {columns.of(row, GoalColumn::GoalCriteria), columns.of(row, GoalColumn::GoalType),
           columns.of(row, GoalColumn::Limit), columns.of(row, GoalColumn::Variation),
           columns.of(row, GoalColumn::ParameterValue), columns.of(row, GoalColumn::Unit)});
      if (!limit) return tl::unexpected(limit.error());
      goal.limit = std::move(*limit);
      return goal;
    }
    goal.limit = {columns.of(row, GoalColumn::Metric), columns.of(row, GoalColumn::Limit),
                  columns.of(row, GoalColumn::Variation), columns.of(row, GoalColumn::Unit)};
    const std::string comparator = columns.of(row, GoalColumn::Comparator);
    if (!comparator.empty()) goal.limit.limit = comparator + " " + goal.limit.limit;
    return goal;
  }

  GoalTable table_;
};

}  // namespace

std::string refusal_text(int line, const Error& error) {
  const bool column = error.where.starts_with("column ") && error.where != "column 1";
  return fmt::format("line {}{}: {}", line, column ? ", " + error.where : "", error.text);
}

Result<GoalTable> read_goal_table(std::string_view text) {
  return TableReader().read(text);
}

}  // namespace dosegate::protocol
