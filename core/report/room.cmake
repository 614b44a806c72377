# Style and script of the HTML page are built into the library, and with them dygraphs (Debian: libjs-dygraphs) where
# it is installed: then the plot can be read off, zoomed and switched. Without it the page has the static plot
# and no script at all. Included by core/CMakeLists.txt after the room's target is made.

file(GLOB page_files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/assets/*")
find_file(DOSEGATE_DYGRAPHS dygraph.min.js PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH
          DOC "dygraphs, embedded in the HTML report; OFF: static plots only")
if(DOSEGATE_DYGRAPHS)
  list(APPEND page_files "${DOSEGATE_DYGRAPHS}")
else()
  message(STATUS "dygraphs (libjs-dygraphs) not found: HTML reports have static plots only")
endif()
set(page_source "${CMAKE_CURRENT_BINARY_DIR}/report_page_assets.cpp")
add_custom_command(
  OUTPUT "${page_source}"
  COMMAND "${CMAKE_COMMAND}" "-DFILES=${page_files}" "-DOUTPUT=${page_source}" -DROOM=report -DFUNCTION=page_assets
          -DTYPE=PageAsset -P "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  DEPENDS ${page_files} "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  COMMENT "Embedding style and script of the HTML report"
  VERBATIM)
target_sources(dosegate_report PRIVATE "${page_source}")
