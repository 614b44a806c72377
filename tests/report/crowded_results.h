// More than a page is made for: 80 structures and 60 rules, names of 64 KiB, from right to left, of letters that
// no font here has, with piles of marks.
#pragma once

#include "evaluation/evaluation.h"

namespace dosegate::report {

[[nodiscard]] evaluation::Evaluation crowded_evaluation();

}  // namespace dosegate::report
