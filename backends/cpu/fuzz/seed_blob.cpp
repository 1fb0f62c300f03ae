// SPDX-License-Identifier: MIT
// Blobs as the compiler makes them.
#include "../tests/harness.h"

#include "compiler.h"
#include "seed.h"

#include <algorithm>

using namespace accel::cpu::test;

namespace {

using Attributes = GraphMaker::Attributes;

constexpr uint32_t kF32 = ACCEL_TYPE_F32, kI8 = ACCEL_TYPE_I8;
const Scales kScales{{0.25f}, {1}, 0};

Bytes compiled(GraphMaker &graph)
{
    accel_bk_compile_options options{};
    options.struct_size = sizeof options;
    options.target = "cpu";
    accel_bk_blob *blob = nullptr;
    const accel_graph_desc *graphs = &graph.desc();
    if (accel::cpu::kCompiler.build(nullptr, &graphs, 1, &options, &blob) != ACCEL_STATUS_OK)
        std::abort();
    const auto *bytes = static_cast<const uint8_t *>(blob->bytes);
    Bytes copy(bytes, bytes + blob->byte_count);
    blob->release(blob);
    return copy;
}

// Input, nodes of one operand in a row, output.
class Chain {
public:
    Chain(uint32_t type, Dims dims, std::optional<Scales> scales = std::nullopt) : scales_(scales),
                                                                                   type_(type)
    {
        last_ = graph_.input(type, std::move(dims), std::move(scales));
    }
    Chain &then(uint32_t operation, Dims dims, std::vector<uint32_t> more = {}, Attributes attributes = {})
    {
        const uint32_t out = graph_.tensor(type_, std::move(dims), scales_);
        more.insert(more.begin(), last_);
        graph_.node(operation, std::move(more), {out}, std::move(attributes));
        last_ = out;
        return *this;
    }
    uint32_t list(const std::vector<int64_t> &values) { return graph_.list(values); }
    uint32_t floats(Dims dims)
    {
        const int64_t number = count(dims);
        return graph_.constant(kF32, std::move(dims), random_floats(number, 1));
    }
    GraphMaker &graph() { return graph_; }
    Bytes done()
    {
        graph_.output(last_);
        return compiled(graph_);
    }

private:
    GraphMaker graph_;
    std::optional<Scales> scales_;
    uint32_t type_;
    uint32_t last_ = 0;
};

Bytes float_network()
{
    Chain chain(kF32, {1, 2, 6, 6});
    const uint32_t weights = chain.floats({4, 2, 3, 3}), bias = chain.floats({4}), matrix = chain.floats({4, 3}), row = chain.floats({3});
    return chain.then(ACCEL_OPERATION_CONV, {1, 4, 4, 4}, {weights, bias}, {{{ACCEL_ATTRIBUTE_PADS, {0, 0, 0, 0}}, {ACCEL_ATTRIBUTE_STRIDES, {1, 1}}}, {}, 0})
        .then(ACCEL_OPERATION_RELU, {1, 4, 4, 4})
        .then(ACCEL_OPERATION_MAX_POOL, {1, 4, 2, 2}, {}, {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}}, {}, 0})
        .then(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {1, 4, 1, 1})
        .then(ACCEL_OPERATION_RESHAPE, {1, 4})
        .then(ACCEL_OPERATION_GEMM, {1, 3}, {matrix, row})
        .then(ACCEL_OPERATION_SOFTMAX, {1, 3}, {}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0})
        .done();
}

Bytes quantised_network()
{
    Chain chain(kI8, {1, 2, 6, 6}, kScales);
    const uint32_t weights = chain.graph().constant(kI8, {3, 2, 3, 3}, random_bytes(54, 2), Scales{{0.1f, 0.2f, 0.3f}, {0, 0, 0}, 0});
    const uint32_t bias = chain.graph().constant(ACCEL_TYPE_I32, {3}, std::vector<int32_t>{1, -2, 3});
    return chain
        .then(ACCEL_OPERATION_CONV, {1, 3, 4, 4}, {weights, bias}, {{{ACCEL_ATTRIBUTE_PADS, {0, 0, 0, 0}}}, {}, ACCEL_ROUNDING_TFLITE})
        .then(ACCEL_OPERATION_AVERAGE_POOL, {1, 3, 2, 2}, {},
              {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}}, {}, ACCEL_ROUNDING_TFLITE})
        .done();
}

Bytes moves()
{
    Chain chain(kF32, {2, 3, 4});
    const uint32_t indices = chain.list({1, 0}), starts = chain.list({0}), ends = chain.list({4}), axes = chain.list({0}), steps = chain.list({2}),
                   pads = chain.list({1, 0, 0, 1, 0, 0}), reduced = chain.list({1});
    return chain.then(ACCEL_OPERATION_TRANSPOSE, {4, 2, 3}, {}, {{{ACCEL_ATTRIBUTE_PERM, {2, 0, 1}}}, {}, 0})
        .then(ACCEL_OPERATION_SLICE, {2, 2, 3}, {starts, ends, axes, steps})
        .then(ACCEL_OPERATION_PAD, {4, 2, 3}, {pads})
        .then(ACCEL_OPERATION_GATHER, {2, 2, 3}, {indices}, {{{ACCEL_ATTRIBUTE_AXIS, {0}}}, {}, 0})
        .then(ACCEL_OPERATION_REDUCE_MEAN, {2, 1, 3}, {reduced}, {{{ACCEL_ATTRIBUTE_KEEPDIMS, {1}}}, {}, 0})
        .done();
}

// Short, so that most mutations meet the attribute.
Bytes turn()
{
    return Chain(kF32, {2, 3, 4}).then(ACCEL_OPERATION_TRANSPOSE, {4, 2, 3}, {}, {{{ACCEL_ATTRIBUTE_PERM, {2, 0, 1}}}, {}, 0}).done();
}

Bytes branches()
{
    GraphMaker graph;
    const uint32_t x = graph.input(kF32, {2, 4}), index = graph.input(ACCEL_TYPE_I32, {2});
    const uint32_t left = graph.tensor(kF32, {2, 2}), right = graph.tensor(kF32, {2, 2}), both = graph.tensor(kF32, {2, 4}), sum = graph.tensor(kF32, {2, 4}),
                   rows = graph.tensor(kF32, {2, 4}), stored = graph.tensor(kI8, {2, 4}, kScales), real = graph.tensor(kF32, {2, 4});
    graph.node(ACCEL_OPERATION_SPLIT, {x, graph.list({2, 2})}, {left, right}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.node(ACCEL_OPERATION_CONCAT, {right, left}, {both}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.node(ACCEL_OPERATION_ADD, {both, x}, {sum});
    graph.node(ACCEL_OPERATION_GATHER, {sum, index}, {rows}, {{{ACCEL_ATTRIBUTE_AXIS, {0}}}, {}, 0});
    graph.node(ACCEL_OPERATION_QUANTIZE, {rows}, {stored}, {{}, {}, ACCEL_ROUNDING_HALF_EVEN});
    graph.node(ACCEL_OPERATION_DEQUANTIZE, {stored}, {real});
    graph.output(real);
    return compiled(graph);
}

}  // namespace

int main(int, char **arguments)
{
    accel::write_seed(arguments[1], "float", float_network());
    accel::write_seed(arguments[1], "quantised", quantised_network());
    accel::write_seed(arguments[1], "moves", moves());
    accel::write_seed(arguments[1], "branches", branches());
    accel::write_seed(arguments[1], "turn", turn());
    return 0;
}
