# Turns files into a C++ source that defines std::span<const TYPE> dosegate::ROOM::FUNCTION(), sorted by name.
#
# cmake -DFILES=a.yaml;b.yaml -DOUTPUT=out.cpp [-DROOM=r -DFUNCTION=f -DTYPE=T] -P embed_text.cmake
# ROOM/FUNCTION.h declares it, and TYPE: {name without ending, bytes, size}. Left out: the protocols' texts.
# Bytes and not a string literal: literals have a length limit and would need escapes.

if(NOT DEFINED ROOM)
  set(ROOM protocol)
  set(FUNCTION builtin_texts)
  set(TYPE BuiltinText)
endif()
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
     "// Made by cmake/embed_text.cmake from files of the project and of its packages.
#include <array>

#include \"${ROOM}/${FUNCTION}.h\"

namespace dosegate::${ROOM} {
namespace {

${arrays}constexpr std::array<${TYPE}, ${number}> kTexts{{
${rows}}};

}  // namespace

std::span<const ${TYPE}> ${FUNCTION}() { return kTexts; }

}  // namespace dosegate::${ROOM}
")
