# SPDX-License-Identifier: MIT
# accel_add_backend(NAME SOURCES a.cpp … [LIBRARIES lib …] [MANIFEST manifest.json])
#
# Builds the module libaccel-NAME.so with one exported symbol, puts it and its manifest into ACCEL_MODULE_OUTPUT_DIR (default: modules/ in
# the build tree) and installs both. The same function serves backends, importers and device models, in this tree and outside of it.

function(accel_add_backend name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MANIFEST" "SOURCES;LIBRARIES")
  if(NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "accel_add_backend(${name} SOURCES … [LIBRARIES …] [MANIFEST file]): '${arg_UNPARSED_ARGUMENTS}' not understood")
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
  endif()
  configure_file(${arg_MANIFEST} ${ACCEL_MODULE_OUTPUT_DIR}/${name}.json COPYONLY)
  include(GNUInstallDirs)
  install(TARGETS ${target} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/accel)
  install(FILES ${ACCEL_MODULE_OUTPUT_DIR}/${name}.json DESTINATION ${CMAKE_INSTALL_DATADIR}/accel/modules.d)
endfunction()
