# SPDX-License-Identifier: MIT
# libdrm::headers: drm.h and xf86drm.h. LIBDRM_LIBRARY: the library, for programs that have a descriptor of their own; empty where it is not there.
find_path(LIBDRM_INCLUDE_DIR drm.h PATH_SUFFIXES libdrm)
find_library(LIBDRM_LIBRARY drm)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibdrmHeaders REQUIRED_VARS LIBDRM_INCLUDE_DIR REASON_FAILURE_MESSAGE "on Debian: apt-get install libdrm-dev, or scripts/setup")
mark_as_advanced(LIBDRM_INCLUDE_DIR LIBDRM_LIBRARY)
if(LibdrmHeaders_FOUND AND NOT TARGET libdrm::headers)
  add_library(libdrm::headers INTERFACE IMPORTED GLOBAL)
  target_include_directories(libdrm::headers SYSTEM INTERFACE ${LIBDRM_INCLUDE_DIR})
endif()
