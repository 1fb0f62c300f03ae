// SPDX-License-Identifier: MIT
// The entry of the module, and its tables.
#include "import.h"

#include <accel/backend.h>

namespace {

enum accel_status import_source(const accel_bk_host* host, const accel_bk_source* source, accel_bk_model** out_model) {
    return accel::onnx::import_model(host, *source, out_model);
}

uint32_t probe_bytes(const void* bytes, uint64_t byte_count) {
    return accel::onnx::probe(bytes, byte_count);
}

constexpr accel_bk_importer kImporter = {sizeof(accel_bk_importer), probe_bytes, import_source};

// Nothing here outlives a call.
accel_status after_fork(const accel_bk_fork*) {
    return ACCEL_STATUS_OK;
}

constexpr accel_bk_sizes kSizes = ACCEL_BK_SIZES;

constexpr accel_bk_module kModule = {
    sizeof(accel_bk_module), ACCEL_BK_API_VERSION, 0, &kSizes, "onnx", "0.1.0", nullptr, nullptr, &kImporter, nullptr, after_fork,
};

}  // namespace

extern "C" const accel_bk_module* accel_module_entry(const accel_bk_host*, uint32_t) {
    return &kModule;
}
