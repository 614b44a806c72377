// Which volume a rule is about: `Liver - GTV*`, `Kidney_L + Kidney_R`, `PTV & "Small Bowel"`.
//
//   sexpr  = sterm { ( "+" | "-" ) sterm } ;     union, subtraction; left associative
//   sterm  = sfact { "&" sfact } ;               intersection, binds tighter
//   sfact  = ( name | glob | "(" sexpr ")" ) [ margin ] ;
//   margin = "{" [ "+" | "-" ] num "mm" "}" ;    isotropic, at most 50 mm; one of another, no deeper
//   glob   = name "*" ;                          union of all ROIs whose names begin so
//   name   : see metrics/structure_name.h
//
// The operators need a blank on both sides, because TG-263 names contain hyphens: `Liver-GTV` is a
// name, `Liver - GTV*` is a subtraction. A name that ends in a hyphen must be quoted. What matches
// a name or a glob is decided in names.h; nothing here knows of geometry.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "metrics/cursor.h"

namespace dosegate::protocol {

/// No margin in a clinic is larger, and geometry computes none.
inline constexpr double kLargestMargin_mm = 50.0;

struct StructureExpression {
  enum class Op {
    Name,       ///< one structure: `name`
    Glob,       ///< the union of all structures whose names begin with `name`
    Union,      ///< of all operands
    Subtract,   ///< the first operand without all the others
    Intersect,  ///< of all operands
  };
  Op op = Op::Name;
  std::string name;  ///< Name: the name; Glob: the prefix, without the star
  std::vector<StructureExpression> operands;  ///< two or more; one only to hold a second margin
  /// Isotropic margin applied to the result, mm, negative for shrinking; never 0.
  std::optional<double> margin_mm;

  bool operator==(const StructureExpression&) const = default;
};

/// Parses the whole of `text`; blanks at both ends are allowed.
/// Errors: RuleSyntax, where = "column N". Nesting is limited to metrics::kDeepestNesting.
[[nodiscard]] Result<StructureExpression> parse_structure_expression(std::string_view text);

/// Parses the expression that stands at the cursor and stops before "::", a closing parenthesis or
/// the end. For the rule parser.
[[nodiscard]] Result<StructureExpression> parse_structure_expression(metrics::Cursor& cursor);

/// Canonical text; parsing it gives the same tree.
[[nodiscard]] std::string to_text(const StructureExpression& expression);

/// All Name and Glob leaves, left to right, without repetition. Globs end in '*'.
[[nodiscard]] std::vector<std::string> names_in(const StructureExpression& expression);

}  // namespace dosegate::protocol
