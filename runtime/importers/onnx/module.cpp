// SPDX-License-Identifier: MIT
// The entry of the module, and its tables.
#include "common/module.h"
#include "import.h"

namespace {

enum accel_status import_source(const accel_bk_host *host, const accel_bk_source *source, accel_bk_model **out_model)
{
    return accel::onnx::import_model(host, *source, out_model);
}

uint32_t probe_bytes(const void *bytes, uint64_t byte_count)
{
    return accel::onnx::probe(bytes, byte_count);
}

constexpr accel_bk_importer kImporter = {sizeof(accel_bk_importer), probe_bytes, import_source};
constexpr accel_bk_module kModule = accel::importer::module_of("onnx", kImporter);

}  // namespace

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t)
{
    return &kModule;
}
