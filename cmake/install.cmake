# What `cmake --install` puts where: the module and its one header, the command, the protocols as files to
# read and copy (they are built in too), and the two ways in which a stranger's project finds it all. The
# tree can be moved: nothing in it holds an absolute path.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(DOSEGATE_PROTOCOLS_DIR "${CMAKE_INSTALL_DATADIR}/dosegate/protocols")
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/dosegate")

file(RELATIVE_PATH library_from_bin "/${CMAKE_INSTALL_BINDIR}" "/${CMAKE_INSTALL_LIBDIR}")
set_target_properties(dosegate PROPERTIES INSTALL_RPATH "$ORIGIN/${library_from_bin}")
set_target_properties(dosegate_plugin PROPERTIES EXPORT_NAME plugin)

install(TARGETS dosegate_plugin EXPORT dosegateTargets INCLUDES DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
install(TARGETS dosegate)
install(FILES plugin/include/dosegate/dosegate.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/dosegate")
install(DIRECTORY protocols/ DESTINATION "${DOSEGATE_PROTOCOLS_DIR}" FILES_MATCHING PATTERN "*.yaml")
install(FILES core/protocol/schema/protocol.schema.json DESTINATION "${CMAKE_INSTALL_DATADIR}/dosegate")
install(FILES LICENSE README.md CHANGELOG.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT dosegateTargets NAMESPACE dosegate:: DESTINATION "${package_dir}")
configure_package_config_file(cmake/dosegateConfig.cmake.in "${CMAKE_CURRENT_BINARY_DIR}/dosegateConfig.cmake"
                              INSTALL_DESTINATION "${package_dir}")
# The C interface stays compatible within its major version, and so does the package.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/dosegateConfigVersion.cmake"
                                 COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/dosegateConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/dosegateConfigVersion.cmake" DESTINATION "${package_dir}")

file(RELATIVE_PATH DOSEGATE_PC_TO_PREFIX "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
configure_file(cmake/dosegate.pc.in "${CMAKE_CURRENT_BINARY_DIR}/dosegate.pc" @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/dosegate.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
