// SPDX-License-Identifier: MIT
// The import slot of an importer's module, around what reads the model.
#pragma once

#include "host.h"
#include "memory.h"

#include <accel/backend.h>

namespace accel::importer {

/// Reads a model into memory that lives as long as it. Ends with an exception where it cannot.
using ReadModel = const accel_graph_desc *(*)(Host &host, const accel_bk_source &source, ModelMemory &memory);

/// The import slot of a module: what read makes as a model, or the status of the exception that it ended with. The sentence goes to host->set_error, with the model's name before it, unless the
/// runtime has one already; nothing is thrown. format begins the names of fault points.
accel_status import_model(const char *format, const accel_bk_host *host, const accel_bk_source &source, ReadModel read, accel_bk_model **out_model) noexcept;

}  // namespace accel::importer
