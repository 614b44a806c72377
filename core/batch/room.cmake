# Style and script of the cohort's page are built into the library. Included by core/CMakeLists.txt after the room's
# target is made.

file(GLOB cohort_page_files CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/assets/*")
set(cohort_page_source "${CMAKE_CURRENT_BINARY_DIR}/cohort_page_assets.cpp")
add_custom_command(
  OUTPUT "${cohort_page_source}"
  COMMAND "${CMAKE_COMMAND}" "-DFILES=${cohort_page_files}" "-DOUTPUT=${cohort_page_source}" -DROOM=batch
          -DFUNCTION=cohort_page_assets -DTYPE=report::PageAsset -P "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  DEPENDS ${cohort_page_files} "${PROJECT_SOURCE_DIR}/cmake/embed_text.cmake"
  COMMENT "Embedding style and script of the cohort's page"
  VERBATIM)
target_sources(dosegate_batch PRIVATE "${cohort_page_source}")
