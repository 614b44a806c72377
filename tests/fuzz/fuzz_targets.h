// What holds for any bytes that reach a parser of the language: it ends, it refuses with a sentence and a
// place, and what it accepts reads back as it was printed. Each function throws InternalError where one of
// these does not hold. Run by libFuzzer (preset "fuzz") and, over the corpus, by every test run.
#pragma once

#include <array>
#include <string_view>

namespace dosegate::fuzz {

void fuzz_metric(std::string_view bytes);
void fuzz_structure(std::string_view bytes);
void fuzz_rule(std::string_view bytes);
void fuzz_protocol(std::string_view bytes);  ///< a protocol file
void fuzz_goals(std::string_view bytes);     ///< a table of goals to import

struct FuzzTarget {
  std::string_view name;  ///< and folder of its corpus
  void (*run)(std::string_view bytes);
};

inline constexpr std::array<FuzzTarget, 5> kFuzzTargets{{
    {"metric", fuzz_metric},
    {"structure", fuzz_structure},
    {"rule", fuzz_rule},
    {"protocol", fuzz_protocol},
    {"goals", fuzz_goals},
}};

}  // namespace dosegate::fuzz
