# The files of protocols/ are built into the library, so that a default protocol is always there.
# Included by core/CMakeLists.txt after the room's target is made.

file(GLOB protocol_files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/protocols/*.yaml")
set(builtin_source "${CMAKE_CURRENT_BINARY_DIR}/protocol_builtin_texts.cpp")
add_custom_command(
  OUTPUT "${builtin_source}"
  COMMAND "${CMAKE_COMMAND}" "-DFILES=${protocol_files}" "-DOUTPUT=${builtin_source}" -P
          "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  DEPENDS ${protocol_files} "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  COMMENT "Embedding protocols/*.yaml"
  VERBATIM)
target_sources(dosegate_protocol PRIVATE "${builtin_source}")
