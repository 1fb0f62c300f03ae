// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes give a status; a graph that comes out obeys the runtime's rules.
#include "../../graph_check.h"
#include "import.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t byte_count) {
    const accel_bk_source source{sizeof(accel_bk_source), bytes, byte_count, -1, 0, ""};
    accel_bk_model* model = nullptr;
    if (accel::onnx::import_model(nullptr, source, &model) != ACCEL_STATUS_OK) {
        return 0;
    }
    const bool obeys = accel::runtime::check_structure(*model->graph) == ACCEL_STATUS_OK &&
                       accel::runtime::check_rules(accel::runtime::copy_graph(*model->graph)) == ACCEL_STATUS_OK;
    if (!obeys) {
        std::abort();
    }
    model->release(model);
    return 0;
}
