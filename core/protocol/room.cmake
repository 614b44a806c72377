# The files of protocols/ are built into the library, so that a default protocol is always there.
# Included by core/CMakeLists.txt after the room's target is made.

include("${CMAKE_CURRENT_LIST_DIR}/builtin_texts.cmake")
target_sources(dosegate_protocol PRIVATE "${builtin_source}")
