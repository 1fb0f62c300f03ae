// SPDX-License-Identifier: MIT
// TensorFlow Lite bytes to a graph, and a guess at bytes.
#pragma once

#include <accel/backend.h>

namespace accel::tflite {

/// Import without letting an exception out; the detail of a failure goes to host->set_error.
accel_status import_model(const accel_bk_host *host, const accel_bk_source *source, accel_bk_model **out_model) noexcept;

/// 0..100: how sure it is that the bytes begin a TensorFlow Lite model.
uint32_t probe(const void *bytes, uint64_t byte_count) noexcept;

}  // namespace accel::tflite
