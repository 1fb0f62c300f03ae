# SPDX-License-Identifier: MIT
# Installed for find_package(accel) and pkg-config: accel::accel, accel::headers, accel_add_backend().
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/accel)
set_target_properties(accel_headers PROPERTIES EXPORT_NAME headers)
install(TARGETS accel accel_headers EXPORT accel-targets LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT accel-targets NAMESPACE accel:: DESTINATION ${package_dir})
configure_package_config_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/accel-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/accel-config.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/accel-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/accel-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/accel-config-version.cmake DESTINATION ${package_dir})
# Paths relative to the file itself, so that a moved tree still works.
file(RELATIVE_PATH ACCEL_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" ACCEL_PC_PREFIX "${ACCEL_PC_PREFIX}")
configure_file(${CMAKE_CURRENT_SOURCE_DIR}/cmake/accel.pc.in ${CMAKE_CURRENT_BINARY_DIR}/accel.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/accel.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
