// What every HTML page of Dosegate is made with: hostile text made harmless, verdicts as shape and word, and the policy
// that names a page's own styles and scripts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evaluation/verdict.h"

namespace dosegate::report::html {

/// Text for an element or a quoted attribute: & < > " ' are written as references.
[[nodiscard]] std::string escaped(std::string_view text);

/// A name from a file, kept from turning the direction of what stands around it.
[[nodiscard]] std::string name(std::string_view text);

/// JSON that may stand in a script element: `<` (in texts only) as \u003c, so that no name can end the element or
/// begin a comment.
[[nodiscard]] std::string script_json(std::string_view json);

/// Shape and word: `<span class="verdict fail">...FAIL</span>`.
[[nodiscard]] std::string verdict_mark(evaluation::Verdict verdict);
/// "pass", "variation", "fail", "unknown", "na": the class of a verdict.
[[nodiscard]] std::string_view verdict_class(evaluation::Verdict verdict);
/// The shapes that verdict_mark() refers to; once a page.
[[nodiscard]] std::string verdict_shapes();

/// Value of a Content-Security-Policy under which a page asks for nothing and runs nothing but these inline styles
/// and scripts, each named by its SHA-256 (CSP level 3, section 6.7.2).
[[nodiscard]] std::string content_policy(const std::vector<std::string_view>& styles,
                                         const std::vector<std::string_view>& scripts);

}  // namespace dosegate::report::html
