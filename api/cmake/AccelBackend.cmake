# SPDX-License-Identifier: MIT
# accel_add_backend(NAME [NO_INSTALL] SOURCES a.cpp … [LIBRARIES lib …] [NEEDS soname …] [MANIFEST manifest.json])
#
# Builds the module libaccel-NAME.so with one exported symbol, puts it and its manifest into ACCEL_MODULE_OUTPUT_DIR (default: modules/ in
# the build tree) and installs both, unless NO_INSTALL says that nobody but the tests needs it. NEEDS names the shared libraries beyond the C and C++ run time that
# the module may need, such as libdrm.so.2: in libaccel's own tree a test compares (api.symbols.modules). The same function serves backends, importers and device models, in this tree and outside of it.

function(accel_add_backend name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "NO_INSTALL" "MANIFEST" "SOURCES;LIBRARIES;NEEDS")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "accel_add_backend(${name} [NO_INSTALL] SOURCES … [LIBRARIES …] [NEEDS …] [MANIFEST file]): '${arg_UNPARSED_ARGUMENTS}' not understood")
  endif()
  if(NOT arg_MANIFEST)
    set(arg_MANIFEST manifest.json)
  endif()
  if(NOT ACCEL_MODULE_OUTPUT_DIR)
    set(ACCEL_MODULE_OUTPUT_DIR ${CMAKE_BINARY_DIR}/modules)
  endif()
  set(target accel-${name})
  add_library(${target} MODULE ${arg_SOURCES})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  if(TARGET accel_headers)
    target_link_libraries(${target} PRIVATE accel_headers)
  else()
    target_link_libraries(${target} PRIVATE accel::headers)
  endif()
  target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
  target_link_options(${target} PRIVATE "LINKER:--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/module.map" "LINKER:--exclude-libs,ALL")
  if(NOT ACCEL_SANITIZE)
    target_link_options(${target} PRIVATE "LINKER:-z,defs")
  endif()
  set_target_properties(${target} PROPERTIES
    CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/module.map
    LIBRARY_OUTPUT_DIRECTORY ${ACCEL_MODULE_OUTPUT_DIR})
  if(TARGET modules)
    add_dependencies(modules ${target})
    list(JOIN arg_NEEDS "\n" needs)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/module-needs/libaccel-${name}.so.txt CONTENT "${needs}\n")
  endif()
  configure_file(${arg_MANIFEST} ${ACCEL_MODULE_OUTPUT_DIR}/${name}.json COPYONLY)
  if(arg_NO_INSTALL)
    return()
  endif()
  include(GNUInstallDirs)
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/accel)
  install(FILES ${ACCEL_MODULE_OUTPUT_DIR}/${name}.json DESTINATION ${CMAKE_INSTALL_DATADIR}/accel/modules.d)
endfunction()
