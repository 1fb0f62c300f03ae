// SPDX-License-Identifier: MIT
// Models from files and bytes, through importer modules.
#pragma once

#include <accel/accel.h>

#include <memory>
#include <span>

#include "model.h"

namespace accel::runtime {

/// Check graphs and make the model that keeps source alive.
accel_status make_model(accel_instance *instance, std::span<const accel_entry_desc> entries, std::unique_ptr<ModelSource> source, accel_model **out_model);

/// Map the file, find the importer, import, check.
accel_status import_model(accel_instance *instance, const accel_model_source &given, accel_model **out_model);

}  // namespace accel::runtime
