# Checks that the committed DICOM files are what the generator writes, byte for byte.
#
#   cmake -DGENERATOR=<generate_samples> -DSAMPLES=<dicom_samples> -DWORK=<scratch folder> -P check_regenerated.cmake
#
# Only the DICOM files: the truth beside them (expected.json) takes minutes and is renewed by hand.

foreach(needed GENERATOR SAMPLES WORK)
  if(NOT DEFINED ${needed})
    message(FATAL_ERROR "check_regenerated.cmake needs -D${needed}=...")
  endif()
endforeach()

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
execute_process(COMMAND "${GENERATOR}" "${WORK}" --samples-only RESULT_VARIABLE status OUTPUT_QUIET)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "generate_samples ended with ${status}")
endif()

# Both lists: a sample that is committed but no longer made is as wrong as one that is not committed.
file(GLOB_RECURSE made RELATIVE "${WORK}" "${WORK}/*.dcm")
file(GLOB_RECURSE committed RELATIVE "${SAMPLES}" "${SAMPLES}/*.dcm")
list(SORT made)
list(SORT committed)
if(NOT made STREQUAL committed)
  message(FATAL_ERROR "made:      ${made}\ncommitted: ${committed}")
endif()
list(LENGTH made count)
if(count EQUAL 0)
  message(FATAL_ERROR "the generator made nothing")
endif()

foreach(name IN LISTS made)
  file(SHA256 "${WORK}/${name}" fresh)
  file(SHA256 "${SAMPLES}/${name}" kept)
  if(NOT fresh STREQUAL kept)
    message(SEND_ERROR "${name} differs from what the generator writes")
  endif()
endforeach()
message(STATUS "${count} files are the same")
