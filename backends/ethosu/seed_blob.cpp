// SPDX-License-Identifier: MIT
// Programs as the compiler makes them, in both forms that fuzz_blob.cpp reads.
#include "graph_builder.h"
#include "lower.h"
#include "seed.h"

using namespace accel::ethosu;

namespace {

void lower_to(Program &program, GraphBuilder &builder, uint32_t x, uint32_t y)
{
    Lowered lowered = lower(accel::graph::View(builder.finish({x}, {y})), {});
    if (lowered.status != ACCEL_STATUS_OK)
        std::abort();
    program = std::move(lowered.program);
}

Program pool()
{
    GraphBuilder builder;
    Program program;
    const uint32_t x = builder.quantised(ACCEL_TYPE_I8, {1, 3, 4, 4}, 0.5f, 1), y = builder.quantised(ACCEL_TYPE_I8, {1, 3, 1, 1}, 0.25f, 2);
    builder.node(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {x}, {y});
    lower_to(program, builder, x, y);
    return program;
}

Program convolution()
{
    GraphBuilder builder;
    Program program;
    const uint32_t x = builder.quantised(ACCEL_TYPE_I8, {1, 2, 6, 6}, 0.5f, 1), w = builder.quantised(ACCEL_TYPE_I8, {4, 2, 3, 3}, 0.25f, 0),
                   b = builder.tensor(ACCEL_TYPE_I32, {4}), t = builder.quantised(ACCEL_TYPE_I8, {1, 4, 4, 4}, 0.5f, 0),
                   y = builder.quantised(ACCEL_TYPE_I8, {1, 4, 4, 4}, 0.5f, 0);
    builder.fill(w, std::vector<int8_t>(72, 3));
    builder.fill(b, std::vector<int32_t>(4, 5));
    builder.node(ACCEL_OPERATION_CONV, {x, w, b}, {t});
    builder.node(ACCEL_OPERATION_RELU, {t}, {y});
    lower_to(program, builder, x, y);
    return program;
}

template <typename Record> void append(std::vector<uint8_t> &bytes, const Record &record)
{
    const auto *raw = reinterpret_cast<const uint8_t *>(&record);
    bytes.insert(bytes.end(), raw, raw + sizeof record);
}

std::vector<uint8_t> parts(const Program &program)
{
    std::vector<uint8_t> bytes = {static_cast<uint8_t>(program.ports.size()), static_cast<uint8_t>(program.stream.relocations.size())};
    for (const PortInfo &port : program.ports)
        append(bytes, port.size_bytes);
    for (const Relocation &relocation : program.stream.relocations)
        append(bytes, relocation);
    for (const uint32_t word : program.stream.words)
        append(bytes, word);
    return bytes;
}

}  // namespace

int main(int, char **arguments)
{
    accel::write_seed(arguments[1], "pool", write_blob(pool()));
    accel::write_seed(arguments[1], "convolution", write_blob(convolution()));
    accel::write_seed(arguments[1], "pool-parts", parts(pool()));
    accel::write_seed(arguments[1], "convolution-parts", parts(convolution()));
    return 0;
}
