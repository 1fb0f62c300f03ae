// SPDX-License-Identifier: MIT
// The entry of the module, and its tables.
#include "common/module.h"
#include "import.h"

namespace {

constexpr accel_bk_importer kImporter = {sizeof(accel_bk_importer), accel::tflite::probe, accel::tflite::import_model};
constexpr accel_bk_module kModule = accel::importer::module_of("tflite", kImporter);

}  // namespace

extern "C" const accel_bk_module *accel_module_entry(const accel_bk_host *, uint32_t)
{
    return &kModule;
}
