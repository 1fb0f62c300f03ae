// SPDX-License-Identifier: MIT
// Which importer reads a model.
#pragma once

#include <accel/accel.h>

#include <string_view>

namespace accel::runtime {

class Module;

/// The importer of a named format. Else by content: manifests say how their formats begin, and only importers whose manifest fits are loaded and asked,
/// those with the longest fit first; then the one that claims the suffix; last those whose manifest does not say how their formats begin. Sets the error detail.
accel_status choose_importer(const accel_instance &instance, const accel_model_source &given, std::string_view bytes, Module **out_module);

}  // namespace accel::runtime
