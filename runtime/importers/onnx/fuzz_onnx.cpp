// SPDX-License-Identifier: MIT
// libFuzzer target: any bytes give a status; a graph that comes out obeys the runtime's rules, and every byte of its constants is there.
#include "../../constant_budget.h"
#include "../../graph_check.h"
#include "import.h"

#include <cstdlib>

namespace {

constexpr uint64_t kBudgetBytes = uint64_t{64} << 20;

/// Reads all bytes, so that a constant that reaches outside of its memory is noticed.
void read_constants(const accel_graph_desc& graph) {
    [[maybe_unused]] static volatile unsigned char byte;
    for (uint32_t i = 0; i < graph.tensor_count; ++i) {
        const auto* bytes = static_cast<const unsigned char*>(graph.tensors[i].data);
        for (uint64_t k = 0; bytes != nullptr && k < graph.tensors[i].data_bytes; ++k) {
            byte = bytes[k];
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t byte_count) {
    accel::runtime::ConstantBudget budget(kBudgetBytes);
    accel_bk_source source{sizeof(accel_bk_source), bytes, byte_count, -1, 0, ""};
    source.context = &budget;
    source.charge = [](void* context, uint64_t wanted_bytes, const char* purpose) {
        return static_cast<accel::runtime::ConstantBudget*>(context)->keep(wanted_bytes, purpose);
    };
    accel_bk_model* model = nullptr;
    if (accel::onnx::import_model(nullptr, source, &model) != ACCEL_STATUS_OK) {
        return 0;
    }
    const bool obeys = accel::runtime::check_structure(*model->entries[0].graph) == ACCEL_STATUS_OK &&
                       accel::runtime::check_rules(accel::runtime::copy_graph(*model->entries[0].graph)) == ACCEL_STATUS_OK;
    if (!obeys) {
        std::abort();
    }
    read_constants(*model->entries[0].graph);
    model->release(model);
    return 0;
}
