# SPDX-License-Identifier: MIT
# accel_absl: Abseil's strings for programs, from its static archives, so that none needs libraries with a date in their names. Not for shared objects, into which these archives cannot be linked.
find_path(ACCEL_ABSL_INCLUDE_DIR absl/strings/str_format.h)
add_library(accel_absl INTERFACE)
target_include_directories(accel_absl SYSTEM INTERFACE ${ACCEL_ABSL_INCLUDE_DIR})
# Each before what it needs.
foreach(name str_format_internal strings strings_internal int128 throw_delegate raw_logging_internal base spinlock_wait log_severity)
  find_library(ACCEL_ABSL_${name} NAMES libabsl_${name}.a)
  if(NOT ACCEL_ABSL_${name} OR NOT ACCEL_ABSL_INCLUDE_DIR)
    message(FATAL_ERROR "libabsl_${name}.a or its headers are missing; scripts/setup installs libabsl-dev")
  endif()
  target_link_libraries(accel_absl INTERFACE ${ACCEL_ABSL_${name}})
endforeach()
