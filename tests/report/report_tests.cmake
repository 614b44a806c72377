# What the room writes is held to its schemas. The approved results of golden/ are what test_report
# compares the writers' output with, byte for byte, so checking them checks the writers.
find_package(Python3 REQUIRED COMPONENTS Interpreter)

foreach(kind IN ITEMS check dvh)
  add_test(NAME report.schema_${kind}
           COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_LIST_DIR}/validate_schema.py"
                   "${PROJECT_SOURCE_DIR}/core/report/schema/${kind}.schema.json"
                   "${CMAKE_CURRENT_LIST_DIR}/golden/${kind}.json")
endforeach()
add_test(NAME report.schemas_can_refuse
         COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_LIST_DIR}/test_validate_schema.py")
set_tests_properties(report.schema_check report.schema_dvh report.schemas_can_refuse
                     PROPERTIES LABELS report TIMEOUT 60)
add_test(NAME report.html_page COMMAND Python3::Interpreter -B "${CMAKE_CURRENT_LIST_DIR}/test_html_page.py")
set_tests_properties(
  report.html_page PROPERTIES LABELS report TIMEOUT 240
  ENVIRONMENT "DOSEGATE_COMMAND=$<TARGET_FILE:dosegate>;DOSEGATE_SOURCE=${PROJECT_SOURCE_DIR}")
