// SPDX-License-Identifier: MIT
// What a libFuzzer target asks of an import: any bytes give a status; a graph that comes out obeys the runtime's rules, and every byte of its constants is there.
#pragma once

#include "base/constant_budget.h"
#include "graph/graph_check.h"

#include <accel/backend.h>

#include <cstdlib>

namespace accel::importer {

/// Reads all bytes, so that a constant that reaches outside of its memory is noticed.
inline void read_constants(const accel_graph_desc &graph)
{
    [[maybe_unused]] static volatile unsigned char byte;
    for (uint32_t i = 0; i < graph.tensor_count; ++i) {
        const auto *bytes = static_cast<const unsigned char *>(graph.tensors[i].data);
        for (uint64_t k = 0; bytes != nullptr && k < graph.tensors[i].data_bytes; ++k) {
            byte = bytes[k];
        }
    }
}

/// import(source, out_model) is the import slot without a host. Ends the process where a promise is broken.
template <typename Import>
void fuzz_import(const uint8_t *bytes, size_t byte_count, const Import &import)
{
    constexpr uint64_t kBudgetBytes = uint64_t{64} << 20;
    runtime::ConstantBudget budget(kBudgetBytes);
    accel_bk_source source{sizeof(accel_bk_source), bytes, byte_count, -1, 0, ""};
    source.context = &budget;
    source.charge = [](void *context, uint64_t wanted_bytes, const char *purpose) {
        return static_cast<runtime::ConstantBudget *>(context)->keep(wanted_bytes, purpose);
    };
    accel_bk_model *model = nullptr;
    if (import(source, &model) != ACCEL_STATUS_OK) {
        return;
    }
    const accel_graph_desc &graph = *model->entries[0].graph;
    if (runtime::check_structure(graph) != ACCEL_STATUS_OK || runtime::check_rules(runtime::copy_graph(graph)) != ACCEL_STATUS_OK) {
        std::abort();
    }
    read_constants(graph);
    model->release(model);
}

}  // namespace accel::importer
