# SPDX-License-Identifier: MIT
# accel-conformance, and the witness that its chapter `runtime` needs.
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Catch2 3 REQUIRED)

file(GLOB_RECURSE case_sources CONFIGURE_DEPENDS cases/*.cpp)
file(GLOB suite_sources CONFIGURE_DEPENDS suite/*.cpp support/*.cpp operations/*.cpp networks/*.cpp reference/*.cpp faults/list.cpp faults/campaign.cpp)
list(FILTER suite_sources EXCLUDE REGEX "_test\\.cpp$")
list(FILTER suite_sources EXCLUDE REGEX "/suite/main\\.cpp$")

# Everything but main and the cases, for the program and for the tests of the suite itself.
add_library(accel_suite OBJECT ${suite_sources})
target_include_directories(accel_suite PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
# A record says which suite made it.
set(suite_commit_header ${CMAKE_CURRENT_BINARY_DIR}/generated/suite_commit.h)
add_custom_target(suite-commit BYPRODUCTS ${suite_commit_header}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${PROJECT_SOURCE_DIR} -DHEADER=${suite_commit_header} -P ${CMAKE_CURRENT_SOURCE_DIR}/suite/version.cmake)
add_dependencies(accel_suite suite-commit)
set_source_files_properties(suite/version.cpp PROPERTIES COMPILE_DEFINITIONS "ACCEL_SUITE_VERSION=\"${PROJECT_VERSION}\"" INCLUDE_DIRECTORIES ${CMAKE_CURRENT_BINARY_DIR}/generated)
target_link_libraries(accel_suite PUBLIC accel::accel Catch2::Catch2 nlohmann_json::nlohmann_json CLI11::CLI11 accel_absl Threads::Threads ${CMAKE_DL_LIBS})
target_compile_options(accel_suite PUBLIC -Wno-missing-field-initializers)
accel_precompile(accel_suite <nlohmann/json.hpp> <accel/accel.hpp>)
accel_compile_fast(accel_suite)
# The reference mathematics is hot; the rest of the suite is not and is compiled as tests are.
file(GLOB reference_sources reference/*.cpp)
set_source_files_properties(${reference_sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
if(ACCEL_SANITIZE)
  set_source_files_properties(${reference_sources} PROPERTIES COMPILE_OPTIONS -O1)
elseif(CMAKE_BUILD_TYPE STREQUAL Release)
  set_source_files_properties(${reference_sources} PROPERTIES COMPILE_OPTIONS -O3)
endif()

# The suite's own modules are installed where no application looks for backends. The program finds them from its own place, so a moved installation works.
set(suite_module_dir ${CMAKE_INSTALL_LIBEXECDIR}/accel/suite-modules)
file(RELATIVE_PATH suite_modules_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBEXECDIR}/accel/suite-modules)
file(RELATIVE_PATH cpu_module_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/accel/libaccel-cpu.so)
file(RELATIVE_PATH ethosu_module_from_bin ${CMAKE_INSTALL_FULL_BINDIR} ${CMAKE_INSTALL_FULL_LIBDIR}/accel/libaccel-ethosu.so)
set_source_files_properties(suite/target.cpp PROPERTIES COMPILE_DEFINITIONS
  "ACCEL_SUITE_MODULES_FROM_BIN=\"${suite_modules_from_bin}\";ACCEL_CPU_MODULE_FROM_BIN=\"${cpu_module_from_bin}\";ACCEL_ETHOSU_MODULE_FROM_BIN=\"${ethosu_module_from_bin}\"")
function(install_suite_module target folder)
  install(TARGETS ${target} LIBRARY DESTINATION ${suite_module_dir}/${folder})
  install(DIRECTORY ${CMAKE_BINARY_DIR}/fault-modules/${folder}/ DESTINATION ${suite_module_dir}/${folder} FILES_MATCHING PATTERN "*.json")
endfunction()

add_executable(accel-conformance suite/main.cpp ${case_sources})
target_link_libraries(accel-conformance PRIVATE accel_suite)
accel_compile_fast(accel-conformance)
set_target_properties(accel-conformance PROPERTIES INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}" RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
# Of headers that are not ours: a compiler knows one of its own by contents alone once it is precompiled, and what it does not know again it reads twice.
accel_precompile(accel-conformance <nlohmann/json.hpp> <accel/accel.hpp>)
install(TARGETS accel-conformance)

add_subdirectory(witness)
add_subdirectory(carried)
