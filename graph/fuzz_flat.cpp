// SPDX-License-Identifier: MIT
// Arbitrary bytes never crash the reader, and what it accepts survives a round trip.
#include <accel/graph/flat.h>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t byte_count)
{
    static const uint64_t words[8] = {};
    const accel_bk_constant table[] = {{words, sizeof words}};
    std::string error;
    const auto graph = accel::graph::FlatGraph::parse(bytes, byte_count, table, 1, &error);
    if (!graph) {
        if (error.empty()) std::abort();
        return 0;
    }
    const std::vector<uint8_t> again = accel::graph::flatten(graph->desc());
    if (!accel::graph::FlatGraph::parse(again.data(), again.size(), nullptr, 0, &error)) std::abort();
    return 0;
}
