#include "protocol/structure_expression.h"

#include <algorithm>

#include "metrics/structure_name.h"

namespace dosegate::protocol {
namespace {

using metrics::Cursor;
using Op = StructureExpression::Op;

// Larger margins are slips of the pen: no structure is grown by more.
// A margin of a margin closes gaps; each further level costs many times the time of the one below.
constexpr int kMostMargins = 2;

Op op_of(char symbol) {
  switch (symbol) {
    case '+':
      return Op::Union;
    case '-':
      return Op::Subtract;
    default:
      return Op::Intersect;
  }
}

// Recursive descent. Every level of recursion and every level of the tree counts towards the depth.
class ExpressionParser {
 public:
  explicit ExpressionParser(Cursor& cursor) : cursor_(cursor) {}

  Result<StructureExpression> parse() {
    Result<Node> node = parse_chain("+-", 0);
    if (!node) return tl::unexpected(node.error());
    return std::move(node->expression);
  }

 private:
  // A tree and how deep it is, so that a long chain of alternating operators is bounded too.
  struct Node {
    StructureExpression expression;
    int depth = 1;
  };

  // sexpr (symbols "+-") or sterm (symbols "&"). Equal operators in a row make one node.
  Result<Node> parse_chain(std::string_view symbols, int nesting) {
    Result<Node> left = parse_operand(symbols, nesting);
    // Only a node made here may take more operands: "(A + B) + C" keeps its parentheses.
    bool open = false;
    while (left) {
      Result<char> symbol = parse_operator(symbols);
      if (!symbol) return tl::unexpected(symbol.error());
      if (*symbol == '\0') break;
      Result<Node> right = parse_operand(symbols, nesting);
      if (!right) return right;
      if (!open || left->expression.op != op_of(*symbol)) {
        Node node{{}, left->depth + 1};
        node.expression.op = op_of(*symbol);
        node.expression.operands.push_back(std::move(left->expression));
        left = std::move(node);
        open = true;
      }
      left->depth = std::max(left->depth, right->depth + 1);
      left->expression.operands.push_back(std::move(right->expression));
      if (left->depth > metrics::kDeepestNesting) return too_deep();
    }
    return left;
  }

  Result<Node> parse_operand(std::string_view symbols, int nesting) {
    return symbols == "&" ? parse_factor(nesting) : parse_chain("&", nesting);
  }

  // The operator of `symbols` that stands here with blanks around it; NUL if there is none. The
  // cursor stays before the blanks in that case.
  Result<char> parse_operator(std::string_view symbols) {
    const Cursor before = cursor_;
    cursor_.skip_blanks();
    const char symbol = cursor_.peek();
    if (symbol == '\0' || symbols.find(symbol) == std::string_view::npos) {
      cursor_ = before;
      return '\0';
    }
    const bool blank_before = cursor_.after_blank();
    const std::string text(1, symbol);
    cursor_.advance();
    if (!blank_before || cursor_.skip_blanks() == 0) {
      return cursor_.error("the operator '" + text +
                           "' needs a blank on both sides, because names contain hyphens");
    }
    return symbol;
  }

  Result<Node> parse_factor(int nesting) {
    cursor_.skip_blanks();
    Result<Node> node = cursor_.peek() == '(' ? parse_group(nesting) : parse_leaf();
    if (!node || cursor_.peek() != '{') return node;
    const std::size_t start = cursor_.position();
    Result<double> margin_mm = parse_margin();
    if (!margin_mm) return tl::unexpected(margin_mm.error());
    if (margins_in(node->expression) >= kMostMargins) {
      return cursor_.error_at(start, "a margin of a margin of a margin is not computed");
    }
    if (node->expression.margin_mm) {
      Node outer{{}, node->depth + 1};
      outer.expression.op = Op::Union;
      outer.expression.operands.push_back(std::move(node->expression));
      node = std::move(outer);
      if (node->depth > metrics::kDeepestNesting) return too_deep();
    }
    node->expression.margin_mm = *margin_mm;
    return node;
  }

  Result<Node> parse_group(int nesting) {
    if (nesting >= metrics::kDeepestNesting) return too_deep();
    cursor_.advance();
    Result<Node> node = parse_chain("+-", nesting + 1);
    if (!node) return node;
    cursor_.skip_blanks();
    if (!cursor_.take(")")) return cursor_.expected("')' or an operator (+ - &)");
    return node;
  }

  Result<Node> parse_leaf() {
    Result<std::string> name =
        metrics::parse_structure_name(cursor_, "a structure name, a name in double quotes, or '('");
    if (!name) return tl::unexpected(name.error());
    Node node;
    node.expression.name = std::move(*name);
    if (cursor_.take("*")) node.expression.op = Op::Glob;
    return node;
  }

  Result<double> parse_margin() {
    cursor_.advance();
    const std::size_t start = cursor_.position();
    const bool shrink = cursor_.peek() == '-';
    if (shrink || cursor_.peek() == '+') cursor_.advance();
    const Result<double> size = cursor_.positive_number("a margin such as {+5mm}");
    if (!size) return size;
    if (*size > kLargestMargin_mm) {
      return cursor_.error_at(start, "a margin of more than " +
                                         metrics::plain_number(kLargestMargin_mm) +
                                         " mm is not allowed");
    }
    if (!cursor_.take("mm")) return cursor_.expected("'mm'");
    if (!cursor_.take("}")) return cursor_.expected("'}'");
    return shrink ? -*size : *size;
  }

  // The most margins one within another.
  static int margins_in(const StructureExpression& expression) {
    int most = 0;
    for (const StructureExpression& operand : expression.operands)
      most = std::max(most, margins_in(operand));
    return most + (expression.margin_mm ? 1 : 0);
  }

  tl::unexpected<Error> too_deep() const {
    return cursor_.error("more than " + std::to_string(metrics::kDeepestNesting) +
                         " levels of parentheses or operators; simplify the expression");
  }

  Cursor& cursor_;
};

bool is_sum(const StructureExpression& expression) {
  return expression.op == Op::Union || expression.op == Op::Subtract;
}

bool is_leaf(const StructureExpression& expression) {
  return expression.op == Op::Name || expression.op == Op::Glob;
}

// Whether `operand`, at place `index` of `parent`, would be read differently without parentheses.
bool needs_parentheses(const StructureExpression& operand, const StructureExpression& parent,
                       std::size_t index) {
  if (is_leaf(operand) || operand.margin_mm) return false;  // a margin brings its own
  if (parent.operands.size() == 1 || parent.op == Op::Intersect) return true;
  if (!is_sum(operand)) return false;
  return index > 0 || operand.op == parent.op;
}

std::string_view symbol_of(Op op) {
  if (op == Op::Union) return " + ";
  return op == Op::Subtract ? " - " : " & ";
}

}  // namespace

Result<StructureExpression> parse_structure_expression(Cursor& cursor) {
  return ExpressionParser(cursor).parse();
}

Result<StructureExpression> parse_structure_expression(std::string_view text) {
  Cursor cursor(text, ErrorCode::RuleSyntax);
  if (text.size() > metrics::kLongestText) {
    return cursor.error_at(metrics::kLongestText, "an expression of more than " +
                                                      std::to_string(metrics::kLongestText) +
                                                      " characters is not allowed");
  }
  Result<StructureExpression> expression = parse_structure_expression(cursor);
  if (!expression) return expression;
  cursor.skip_blanks();
  if (!cursor.at_end()) {
    return cursor.expected("an operator (+ - & with a blank on both sides) or the end");
  }
  return expression;
}

std::string to_text(const StructureExpression& expression) {
  std::string text;
  if (is_leaf(expression)) {
    text = metrics::structure_name_text(expression.name) + (expression.op == Op::Glob ? "*" : "");
  }
  for (std::size_t i = 0; i < expression.operands.size(); ++i) {
    const StructureExpression& operand = expression.operands[i];
    if (i > 0) text += symbol_of(expression.op);
    const bool wrapped = needs_parentheses(operand, expression, i);
    text += wrapped ? "(" + to_text(operand) + ")" : to_text(operand);
  }
  if (!expression.margin_mm) return text;
  const double margin_mm = *expression.margin_mm;
  const std::string size = (margin_mm < 0.0 ? "-" : "+") +
                           metrics::plain_number(margin_mm < 0.0 ? -margin_mm : margin_mm);
  if (!is_leaf(expression)) text = "(" + text + ")";
  return text + "{" + size + "mm}";
}

std::vector<std::string> names_in(const StructureExpression& expression) {
  std::vector<std::string> names;
  const auto add = [&names](std::string name) {
    if (std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  };
  if (expression.op == Op::Name) add(expression.name);
  if (expression.op == Op::Glob) add(expression.name + "*");
  for (const StructureExpression& operand : expression.operands) {
    for (std::string& name : names_in(operand)) add(std::move(name));
  }
  return names;
}

}  // namespace dosegate::protocol
