# SPDX-License-Identifier: MIT
# What a device's folder says to the build. Each folder in here with a CMakeLists.txt joins by being there; nothing outside of it names it.
#
# accel_judge(DEVICE LABEL label MODULES module… [OPTIONS option…])
#   The test conformance-DEVICE: the suite on that device, where the modules are built. DEVICE.skips in the folder is what it skips, no more and no less.
#
# accel_carry(NAME MODEL_OF driver TITLE title TARGET target (SOURCES file… [LIBRARIES library…] | NODE path))
#   The module NAME: the device in another process, reached by copying. It is what the sources serve (carried/serve.h) and lies in the folder `carried`, or the node at
#   that path; then it lies in `carried-node`, because one that has no device behind it is listed where it is asked for only.
set(ACCEL_SUITE_MODULES ${CMAKE_BINARY_DIR}/fault-modules)

# One seed, so that a run can be compared with the last one; people who run the suite get another one each time. ctest stops them late: the supervisor's own watchdog
# ends single cases much earlier.
function(accel_judge device)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL" "MODULES;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_LABEL OR NOT arg_MODULES)
    message(FATAL_ERROR "accel_judge(${device} LABEL label MODULES module… [OPTIONS option…]): '${arg_UNPARSED_ARGUMENTS}' not understood, or something is missing")
  endif()
  set(skips ${CMAKE_CURRENT_SOURCE_DIR}/${device}.skips)
  if(NOT EXISTS ${skips})
    message(FATAL_ERROR "accel_judge(${device}): ${skips} is not there; it lists what the device skips")
  endif()
  list(TRANSFORM arg_MODULES PREPEND accel-)
  foreach(module ${arg_MODULES})
    if(NOT TARGET ${module} OR NOT ACCEL_BUILD_TESTS)
      return()
    endif()
  endforeach()
  set(records ${CMAKE_BINARY_DIR}/conformance-records)
  add_test(NAME conformance-${device} COMMAND accel-conformance run --quiet --seed 1 --device ${device} --out ${records}/${device} --expect-skips ${skips} ${arg_OPTIONS})
  set_tests_properties(conformance-${device} PROPERTIES TIMEOUT 600 LABELS ${arg_LABEL})
  # The chapters in which threads meet, by themselves, for the thread sanitizer; its reports are in the logs.
  if(ACCEL_SANITIZE MATCHES thread)
    add_test(NAME conformance-threads-${device}
      COMMAND accel-conformance run --quiet --device ${device} --out ${records}/threads-${device} ${arg_OPTIONS} threads queues fences lost lifetime)
    set_tests_properties(conformance-threads-${device} PROPERTIES TIMEOUT 600 LABELS threads)
  endif()
  add_dependencies(thread-tests accel-conformance ${arg_MODULES})
endfunction()

function(accel_carry name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "MODEL_OF;TITLE;TARGET;NODE" "SOURCES;LIBRARIES")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_MODEL_OF OR NOT arg_TITLE OR NOT arg_TARGET)
    message(FATAL_ERROR "accel_carry(${name} MODEL_OF … TITLE … TARGET … (SOURCES … | NODE path)): '${arg_UNPARSED_ARGUMENTS}' not understood, or something is missing")
  endif()
  if(NOT TARGET accel_carried)
    return()  # built without the suite
  endif()
  set(kind simulated)
  set(folder carried)
  if(arg_NODE)
    set(kind "behind the kernel")
    set(folder carried-node)
    set(arg_SOURCES ${ACCEL_CARRIED_ROOM}/serve_node.cpp ${ACCEL_CARRIED_ROOM}/../support/node_transport.cpp)
  endif()
  set(place ${ACCEL_SUITE_MODULES}/${folder})
  add_executable(${name}-server ${ACCEL_CARRIED_ROOM}/server_main.cpp ${arg_SOURCES})
  target_link_libraries(${name}-server PRIVATE accel_carried ${arg_LIBRARIES})
  target_compile_definitions(${name}-server PRIVATE ACCEL_CARRIED_NODE="${arg_NODE}")
  set_target_properties(${name}-server PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${place})
  install(TARGETS ${name}-server DESTINATION ${suite_module_dir}/${folder})

  add_library(accel-${name} MODULE ${ACCEL_CARRIED_ROOM}/module.cpp)
  target_link_libraries(accel-${name} PRIVATE accel_carried ${CMAKE_DL_LIBS})
  target_compile_definitions(accel-${name} PRIVATE ACCEL_CARRIED_NAME="${name}" ACCEL_CARRIED_MODEL_OF="${arg_MODEL_OF}" ACCEL_CARRIED_TITLE="${arg_TITLE}")
  target_link_options(accel-${name} PRIVATE "LINKER:--exclude-libs,ALL" "LINKER:--version-script=${PROJECT_SOURCE_DIR}/api/cmake/module.map")
  set_target_properties(accel-${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON LIBRARY_OUTPUT_DIRECTORY ${place})
  add_dependencies(accel-${name} ${name}-server)
  configure_file(${ACCEL_CARRIED_ROOM}/manifest.json.in ${place}/${name}.json @ONLY)
  install_suite_module(accel-${name} ${folder})
endfunction()
