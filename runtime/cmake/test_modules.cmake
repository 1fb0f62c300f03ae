# SPDX-License-Identifier: MIT
# Small modules that break one rule each, for runtime_test and the command's tests; healthy breaks none.
set(test_module_dir ${CMAKE_CURRENT_BINARY_DIR}/test-modules)
set(mode 0)
foreach(name no-entry null short-table null-slots newer other-name no-table good device-short device-null importer-short importer-null model-short model-null
    transport-short transport-null healthy model-good aborts hangs exits starts-again stays-down loads-long device-a device-b device-c)
  math(EXPR mode "${mode} + 1")
  set(target runtime_test_module_${name})
  add_library(${target} MODULE loader/testing/broken_module.c)
  target_link_libraries(${target} PRIVATE accel_headers)
  target_compile_definitions(${target} PRIVATE MODE=${mode})
  set_target_properties(${target} PROPERTIES PREFIX "" OUTPUT_NAME ${name} LIBRARY_OUTPUT_DIRECTORY ${test_module_dir})
  add_dependencies(runtime_test ${target})
endforeach()
target_compile_definitions(runtime_test PRIVATE TEST_MODULE_DIR="${test_module_dir}")
