# Every package the build needs, all from Debian 12, nothing downloaded here.
# cmake/packages.txt lists the Debian packages that bring them; cmake/setup.sh installs those.

find_package(Threads REQUIRED)
find_package(fmt 9 REQUIRED CONFIG)
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(DCMTK 3.6.7 REQUIRED CONFIG)
find_package(yaml-cpp 0.7 REQUIRED CONFIG)
find_package(nlohmann_json 3.11 REQUIRED CONFIG)
find_package(TBB 2021 REQUIRED CONFIG)
find_package(CLI11 2.1 REQUIRED CONFIG)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(SQLite3 3.40 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(CAIRO REQUIRED IMPORTED_TARGET cairo-pdf>=1.16)
pkg_check_modules(PANGO REQUIRED IMPORTED_TARGET pangocairo>=1.50)

# ITK without its IO modules: they bring a second DICOM reader (GDCM) whose JPEG-LS symbols clash with
# DCMTK's in one process. ITK_USE_FILE is not included for the same reason, and because it sets
# directory-wide include paths that are not SYSTEM.
find_package(ITK 5.2 REQUIRED COMPONENTS ITKCommon ITKImageFunction)
add_library(dosegate_itk INTERFACE)
target_include_directories(dosegate_itk SYSTEM INTERFACE ${ITK_INCLUDE_DIRS})
target_link_libraries(dosegate_itk INTERFACE ITKCommon itkvnl_algo)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Debian's ITK header of compiler facts was made for GNU only and stops clang with an error.
  target_compile_options(dosegate_itk INTERFACE -include "${CMAKE_CURRENT_LIST_DIR}/itk_clang_shim.h")
endif()

if(DOSEGATE_DEVELOPER_MODE)
  find_package(GTest REQUIRED CONFIG)
  find_package(rapidcheck REQUIRED CONFIG)
  find_package(benchmark REQUIRED CONFIG)
endif()
