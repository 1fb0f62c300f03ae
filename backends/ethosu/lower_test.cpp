// SPDX-License-Identifier: MIT
// Tests of claims, refusals, groups, ports and scratch of whole graphs.
#include "graph_builder.h"
#include "lower.h"

#include <catch2/catch_test_macros.hpp>

#include <map>

using namespace accel::ethosu;

namespace {

struct ConvGraph {
    GraphBuilder builder;
    uint32_t x, w, b, y, node;

    explicit ConvGraph(accel_type type = ACCEL_TYPE_I8, accel_rounding rounding = ACCEL_ROUNDING_TFLITE)
    {
        x = builder.quantised(type, {1, 2, 4, 4}, 0.5f, 0);
        w = builder.tensor(ACCEL_TYPE_I8, {3, 2, 1, 1});
        builder.quantise(w, {0.1f, 0.2f, 0.3f}, {0, 0, 0}, 0);
        builder.fill<int8_t>(w, {1, 2, 3, 4, 5, 6});
        b = builder.tensor(ACCEL_TYPE_I32, {3});
        builder.fill<int32_t>(b, {10, 20, 30});
        y = builder.quantised(type, {1, 3, 4, 4}, 0.5f, 0);
        node = builder.node(ACCEL_OPERATION_CONV, {x, w, b}, {y}, rounding);
    }

    accel_bk_support ask() { return query(accel::graph::View(builder.finish({x}, {y})))[0]; }
    accel_reason reason() { return static_cast<accel_reason>(ask().reason); }
};

uint32_t tensor_like(GraphBuilder &builder) { return builder.quantised(ACCEL_TYPE_I8, {1, 2, 4, 4}, 0.5f, 0); }

Lowered lower_graph(const accel_graph_desc &graph) { return lower(accel::graph::View(graph), {}); }

// Every value that a register gets, in order.
std::vector<uint32_t> values_of(const Lowered &lowered, Command wanted)
{
    std::vector<uint32_t> values;
    const auto &words = lowered.program.stream.words;
    for (size_t i = 0; i < words.size(); i += words[i] & kPayloadFollows ? 2 : 1)
        if (static_cast<Command>(words[i] & 0x43ff) == wanted)
            values.push_back(words[i] & kPayloadFollows ? words[i + 1] : words[i] >> 16);
    return values;
}

int count_ops(const Lowered &lowered, Command wanted) { return static_cast<int>(values_of(lowered, wanted).size()); }

}  // namespace

TEST_CASE("a convolution within the limits is claimed", "[query]")
{
    const accel_bk_support answer = ConvGraph().ask();
    CHECK(answer.group == 1);
    CHECK(answer.reason == ACCEL_REASON_OK);
}

TEST_CASE("each refusal of a convolution has its reason and its tensor", "[query]")
{
    CHECK(ConvGraph(ACCEL_TYPE_F32).reason() == ACCEL_REASON_TYPE);
    CHECK(ConvGraph(ACCEL_TYPE_I8, ACCEL_ROUNDING_HALF_EVEN).reason() == ACCEL_REASON_ROUNDING);

    ConvGraph strided;
    strided.builder.ints(strided.node, ACCEL_ATTRIBUTE_STRIDES, {4, 1});
    const auto stride = strided.ask();
    CHECK(stride.reason == ACCEL_REASON_ATTRIBUTE);
    CHECK(stride.given == 4);
    CHECK(stride.expected == 3);

    ConvGraph dilated;
    dilated.builder.ints(dilated.node, ACCEL_ATTRIBUTE_DILATIONS, {1, 3});
    CHECK(dilated.reason() == ACCEL_REASON_ATTRIBUTE);

    ConvGraph variable_weights;
    variable_weights.builder.tensors()[variable_weights.w].data = nullptr;
    CHECK(variable_weights.reason() == ACCEL_REASON_CONSTANT);

    ConvGraph wrong_axis;
    wrong_axis.builder.quantise(wrong_axis.w, {0.1f, 0.2f, 0.3f}, {0, 0, 0}, 1);
    CHECK(wrong_axis.reason() == ACCEL_REASON_QUANTIZATION);

    ConvGraph per_channel_input;
    per_channel_input.builder.quantise(per_channel_input.x, {0.1f, 0.2f}, {0, 0}, 1);
    const auto input = per_channel_input.ask();
    CHECK(input.reason == ACCEL_REASON_QUANTIZATION);
    CHECK(input.tensor == per_channel_input.x);

    ConvGraph unquantised;
    unquantised.builder.tensors()[unquantised.x].quantization = nullptr;
    CHECK(unquantised.reason() == ACCEL_REASON_QUANTIZATION);

    ConvGraph bias;
    bias.builder.quantise(bias.b, {1.0f}, {0}, 0);
    CHECK(bias.reason() == ACCEL_REASON_QUANTIZATION);

    ConvGraph cut;
    cut.builder.tensors()[cut.w].data_bytes = 5;
    CHECK(cut.reason() == ACCEL_REASON_SIZE);
}

TEST_CASE("sizes, ranks and operations that the device has not are refused by reason", "[query]")
{
    GraphBuilder symbolic;
    const uint32_t x = symbolic.quantised(ACCEL_TYPE_I8, {-1, 2, 4, 4}, 0.5f, 0);
    const uint32_t y = symbolic.quantised(ACCEL_TYPE_I8, {-1, 2, 4, 4}, 0.5f, 0);
    symbolic.node(ACCEL_OPERATION_RELU, {x}, {y});
    const accel::graph::View view(symbolic.finish({x}, {y}));
    CHECK(query(view)[0].reason == ACCEL_REASON_SYMBOL);

    GraphBuilder batched;
    const uint32_t many = batched.quantised(ACCEL_TYPE_I8, {5000, 1, 1, 1}, 0.5f, 0);
    const uint32_t most = batched.quantised(ACCEL_TYPE_I8, {5000, 1, 1, 1}, 0.5f, 0);
    batched.node(ACCEL_OPERATION_RELU, {many}, {most});
    const auto batch = query(accel::graph::View(batched.finish({many}, {most})))[0];
    CHECK(batch.reason == ACCEL_REASON_SIZE);
    CHECK(batch.given == 5000);

    GraphBuilder deep;
    const uint32_t x5 = deep.quantised(ACCEL_TYPE_I8, {1, 1, 2, 4, 4}, 0.5f, 0);
    const uint32_t y5 = deep.quantised(ACCEL_TYPE_I8, {1, 1, 2, 4, 4}, 0.5f, 0);
    deep.node(ACCEL_OPERATION_RELU, {x5}, {y5});
    CHECK(query(accel::graph::View(deep.finish({x5}, {y5})))[0].reason == ACCEL_REASON_RANK);

    GraphBuilder other;
    const uint32_t a = tensor_like(other);
    const uint32_t b = tensor_like(other);
    other.node(ACCEL_OPERATION_SOFTMAX, {a}, {b});
    CHECK(query(accel::graph::View(other.finish({a}, {b})))[0].reason == ACCEL_REASON_OPERATION);
}

TEST_CASE("no path leaves a group and comes back", "[query]")
{
    // relu -> softmax (refused) -> add(relu, softmax)
    GraphBuilder builder;
    const uint32_t x = tensor_like(builder);
    const uint32_t r = tensor_like(builder);
    const uint32_t s = tensor_like(builder);
    const uint32_t y = tensor_like(builder);
    const uint32_t z = tensor_like(builder);
    builder.node(ACCEL_OPERATION_RELU, {x}, {r});
    builder.node(ACCEL_OPERATION_SOFTMAX, {r}, {s});
    builder.node(ACCEL_OPERATION_ADD, {r, s}, {y});
    builder.node(ACCEL_OPERATION_RELU, {r}, {z});
    const auto answers = query(accel::graph::View(builder.finish({x}, {y, z})));
    CHECK(answers[0].group == 1);
    CHECK(answers[1].group == 0);
    CHECK(answers[2].group == 2);
    CHECK(answers[3].group == 1);
}

TEST_CASE("ports are channels-last, and said so by their layouts", "[lower]")
{
    ConvGraph conv;
    const Ports ports = ports_of(accel::graph::View(conv.builder.finish({conv.x}, {conv.y})));
    REQUIRE(ports.tensors.size() == 2);
    CHECK(accel::layouts::text(ports.layouts[0]) == "2:4@8 3:4@2 1:2@1");
    CHECK(ports.layouts[0].size_bytes == 32);
    CHECK(accel::layouts::text(ports.layouts[1]) == "2:4@12 3:4@3 1:3@1");
}

TEST_CASE("chains share the scratch, ports have none of it", "[lower]")
{
    GraphBuilder builder;
    std::vector<uint32_t> tensors;
    for (int i = 0; i < 6; ++i)
        tensors.push_back(tensor_like(builder));
    for (int i = 0; i < 5; ++i)
        builder.node(ACCEL_OPERATION_RELU, {tensors[i]}, {tensors[i + 1]});
    const Lowered lowered = lower_graph(builder.finish({tensors[0]}, {tensors[5]}));
    REQUIRE(lowered.status == ACCEL_STATUS_OK);
    // two tensors of 32 bytes at a time
    CHECK(lowered.program.scratch_bytes == kScratchHeaderBytes + 64);
    CHECK(count_ops(lowered, Command::OP0_POOL) == 5 + 1);
    CHECK(lowered.program.stream.relocations.size() == 2);
}

TEST_CASE("intermediates stay clear of the receipt", "[lower]")
{
    GraphBuilder builder;
    const uint32_t x = tensor_like(builder), m = tensor_like(builder), y = tensor_like(builder);
    builder.node(ACCEL_OPERATION_RELU, {x}, {m});
    builder.node(ACCEL_OPERATION_RELU, {m}, {y});
    const Lowered lowered = lower_graph(builder.finish({x}, {y}));
    REQUIRE(lowered.status == ACCEL_STATUS_OK);
    const auto outputs = values_of(lowered, Command::SET1_OFM_BASE0);
    REQUIRE(outputs.size() == 3);
    CHECK(outputs[0] >= kScratchHeaderBytes);
    CHECK(outputs[2] == kReceiptOffset);
}

// 1: the first operand of the operation is scaled, 2: the second.
TEST_CASE("the operand of the smaller scale is scaled, in the order of the operation", "[lower]")
{
    for (const bool first_is_smaller : {false, true})
        for (const bool first_is_constant : {false, true}) {
            GraphBuilder builder;
            const uint32_t a = builder.quantised(ACCEL_TYPE_I8, {1, 2, 4, 4}, first_is_smaller ? 0.25f : 0.5f, 0);
            const uint32_t b = builder.quantised(ACCEL_TYPE_I8, {1, 2, 4, 4}, first_is_smaller ? 0.5f : 0.25f, 0);
            const uint32_t y = tensor_like(builder);
            builder.fill<int8_t>(first_is_constant ? a : b, std::vector<int8_t>(32, 1));
            builder.node(ACCEL_OPERATION_SUB, {a, b}, {y});
            const Lowered lowered = lower_graph(builder.finish({first_is_constant ? b : a}, {y}));
            REQUIRE(lowered.status == ACCEL_STATUS_OK);
            CHECK(values_of(lowered, Command::SET0_IFM_PRECISION)[0] >> 8 == (first_is_smaller ? 1u : 2u));
            CHECK(values_of(lowered, Command::SET0_IFM2_BROADCAST)[0] == (first_is_constant ? 0x40u : 0u));
        }
}

TEST_CASE("the last operation of a job copies the receipt", "[lower]")
{
    ConvGraph conv;
    const Lowered lowered = lower_graph(conv.builder.finish({conv.x}, {conv.y}));
    REQUIRE(lowered.status == ACCEL_STATUS_OK);
    CHECK(lowered.program.scratch_bytes == kScratchHeaderBytes);
    CHECK(count_ops(lowered, Command::OP0_CONV) == 1);
    CHECK(count_ops(lowered, Command::OP0_POOL) == 1);
    const auto &words = lowered.program.stream.words;
    REQUIRE(words.size() > 3);
    CHECK(words[words.size() - 2] == command_word(Command::OP0_POOL, 0));
    CHECK(words[words.size() - 3] == command_word(Command::OP0_KERNEL_WAIT, 0));
}

TEST_CASE("a padded average is one operation per way of clipping its window", "[lower]")
{
    for (const bool include_padding : {false, true}) {
        GraphBuilder builder;
        const uint32_t x = tensor_like(builder);
        const uint32_t y = tensor_like(builder);
        const uint32_t node = builder.node(ACCEL_OPERATION_AVERAGE_POOL, {x}, {y});
        builder.ints(node, ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3});
        builder.ints(node, ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1});
        builder.ints(node, ACCEL_ATTRIBUTE_COUNT_INCLUDE_PAD, {include_padding ? 1 : 0});
        const Lowered lowered = lower_graph(builder.finish({x}, {y}));
        CHECK((lowered.status == ACCEL_STATUS_UNSUPPORTED) == include_padding);
        if (!include_padding)
            CHECK(count_ops(lowered, Command::OP0_POOL) == 9 + 1);
    }
}

TEST_CASE("clipped windows stay apart, even when they see as many inputs", "[lower]")
{
    GraphBuilder builder;
    const uint32_t x = builder.quantised(ACCEL_TYPE_I8, {1, 1, 1, 2}, 0.5f, 0);
    const uint32_t y = builder.quantised(ACCEL_TYPE_I8, {1, 1, 1, 2}, 0.5f, 0);
    const uint32_t node = builder.node(ACCEL_OPERATION_AVERAGE_POOL, {x}, {y});
    builder.ints(node, ACCEL_ATTRIBUTE_KERNEL_SHAPE, {1, 3});
    builder.ints(node, ACCEL_ATTRIBUTE_PADS, {0, 1, 0, 1});
    CHECK(count_ops(lower_graph(builder.finish({x}, {y})), Command::OP0_POOL) == 2 + 1);
}

TEST_CASE("reshapes inside a graph cost nothing where memory agrees", "[lower]")
{
    GraphBuilder builder;
    const uint32_t x = builder.quantised(ACCEL_TYPE_I8, {1, 8, 1, 1}, 0.5f, 0);
    const uint32_t a = builder.quantised(ACCEL_TYPE_I8, {1, 8, 1, 1}, 0.5f, 0);
    const uint32_t b = builder.quantised(ACCEL_TYPE_I8, {1, 8}, 0.5f, 0);
    const uint32_t y = builder.quantised(ACCEL_TYPE_I8, {1, 8}, 0.5f, 0);
    builder.node(ACCEL_OPERATION_RELU, {x}, {a});
    builder.node(ACCEL_OPERATION_RESHAPE, {a}, {b});
    builder.node(ACCEL_OPERATION_RELU, {b}, {y});
    const Lowered lowered = lower_graph(builder.finish({x}, {y}));
    REQUIRE(lowered.status == ACCEL_STATUS_OK);
    CHECK(count_ops(lowered, Command::OP0_POOL) == 2 + 1);
    CHECK(lowered.program.scratch_bytes == kScratchHeaderBytes + 8);
}

TEST_CASE("a build says which node it cannot do, and obeys cancellation", "[lower]")
{
    ConvGraph conv(ACCEL_TYPE_I8, ACCEL_ROUNDING_HALF_EVEN);
    const Lowered refused = lower_graph(conv.builder.finish({conv.x}, {conv.y}));
    CHECK(refused.status == ACCEL_STATUS_UNSUPPORTED);
    CHECK(refused.message.find("node 0") != std::string::npos);

    ConvGraph good;
    const accel::graph::View view(good.builder.finish({good.x}, {good.y}));
    CHECK_THROWS_AS(lower(view, [](double) { throw 1; }), int);
}

TEST_CASE("the same graph gives the same bytes", "[lower]")
{
    ConvGraph conv;
    const auto &graph = conv.builder.finish({conv.x}, {conv.y});
    CHECK(write_blob(lower_graph(graph).program) == write_blob(lower_graph(graph).program));
}
