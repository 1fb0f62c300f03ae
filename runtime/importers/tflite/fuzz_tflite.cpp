// SPDX-License-Identifier: MIT
// libFuzzer target: bytes as a model of this format.
#include "common/fuzz_import.h"
#include "import.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    accel::importer::fuzz_import(bytes, byte_count, [](const accel_bk_source &source, accel_bk_model **out_model) { return accel::tflite::import_model(nullptr, &source, out_model); });
    return 0;
}
