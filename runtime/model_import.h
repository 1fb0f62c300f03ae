// SPDX-License-Identifier: MIT
// Models from files and bytes, through importer modules.
#pragma once

#include <accel/accel.h>

#include <memory>

#include "model.h"

namespace accel::runtime {

/// Check a graph and make the model that keeps source alive.
accel_status make_model(accel_instance *instance, const accel_graph_desc &desc, std::unique_ptr<ModelSource> source, accel_model **out_model);

/// Map the file, find the importer, import, check.
accel_status import_model(accel_instance *instance, const accel_model_source &given, accel_model **out_model);

}  // namespace accel::runtime
