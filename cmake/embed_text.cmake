# Turns files into a C++ source that defines dosegate::protocol::builtin_texts().
#
# cmake -DFILES=a.yaml;b.yaml -DOUTPUT=out.cpp -P embed_text.cmake
# Bytes and not a string literal: literals have a length limit and would need escapes.

list(SORT FILES)
set(arrays "")
set(rows "")
set(number 0)
foreach(file IN LISTS FILES)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
  # One line of 24 bytes each: a line of a megabyte is more than some tools can take.
  string(REPEAT "0x..," 24 line)
  string(REGEX REPLACE "(${line})" "\\1\n" bytes "${bytes}")
  get_filename_component(id "${file}" NAME_WE)
  string(APPEND arrays "constexpr unsigned char kText${number}[] = {\n${bytes}\n};\n\n")
  string(APPEND rows "    {\"${id}\", kText${number}, sizeof(kText${number})},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE "${OUTPUT}"
     "// Made by cmake/embed_text.cmake from the files of protocols/.
#include <array>

#include \"protocol/builtin_texts.h\"

namespace dosegate::protocol {
namespace {

${arrays}constexpr std::array<BuiltinText, ${number}> kTexts{{
${rows}}};

}  // namespace

std::span<const BuiltinText> builtin_texts() { return kTexts; }

}  // namespace dosegate::protocol
")
