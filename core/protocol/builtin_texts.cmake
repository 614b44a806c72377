# Writes the source file `builtin_source` that holds the files of protocols/ as texts. Included by every
# target that compiles the room's sources: the room itself, and the fuzzers of its parsers.

file(GLOB protocol_files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/protocols/*.yaml")
set(builtin_source "${CMAKE_CURRENT_BINARY_DIR}/protocol_builtin_texts.cpp")
add_custom_command(
  OUTPUT "${builtin_source}"
  COMMAND "${CMAKE_COMMAND}" "-DFILES=${protocol_files}" "-DOUTPUT=${builtin_source}" -P
          "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  DEPENDS ${protocol_files} "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  COMMENT "Embedding protocols/*.yaml"
  VERBATIM)
