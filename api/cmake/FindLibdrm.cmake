# SPDX-License-Identifier: MIT
# libdrm::headers: drm.h and xf86drm.h, for whoever wants the kernel's structs alone. libdrm::drm: the library, for modules.
find_path(LIBDRM_INCLUDE_DIR drm.h PATH_SUFFIXES libdrm)
find_library(LIBDRM_LIBRARY drm)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libdrm REQUIRED_VARS LIBDRM_LIBRARY LIBDRM_INCLUDE_DIR REASON_FAILURE_MESSAGE "on Debian: apt-get install libdrm-dev, or scripts/setup")
mark_as_advanced(LIBDRM_INCLUDE_DIR LIBDRM_LIBRARY)
if(Libdrm_FOUND AND NOT TARGET libdrm::headers)
  add_library(libdrm::headers INTERFACE IMPORTED GLOBAL)
  target_include_directories(libdrm::headers SYSTEM INTERFACE ${LIBDRM_INCLUDE_DIR})
  add_library(libdrm::drm UNKNOWN IMPORTED GLOBAL)
  set_target_properties(libdrm::drm PROPERTIES IMPORTED_LOCATION ${LIBDRM_LIBRARY})
  target_link_libraries(libdrm::drm INTERFACE libdrm::headers)
endif()
