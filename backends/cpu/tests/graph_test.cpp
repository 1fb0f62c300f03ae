// SPDX-License-Identifier: MIT
// Whole graphs: layouts between nodes, refusals, and blobs that nobody should trust.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cmath>

#include "../plan.h"

using namespace accel::cpu::test;

namespace {

using Attributes = GraphMaker::Attributes;

// A network with the shapes of a small classifier: layouts change between convolutions, the reshape and the matrix product.
struct Network {
    GraphMaker graph;
    std::vector<uint32_t> tensors;

    uint32_t real(Dims dims) { return graph.tensor(ACCEL_TYPE_F32, std::move(dims)); }
    uint32_t weights(Dims dims, uint32_t seed)
    {
        return graph.constant(ACCEL_TYPE_F32, dims, random_floats(count(dims), seed, -0.3f, 0.3f));
    }

    explicit Network(bool outputs_everything)
    {
        const Attributes padded{{{ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}}, {}, 0};
        const uint32_t image = graph.input(ACCEL_TYPE_F32, {1, 3, 8, 8});
        const uint32_t stem = real({1, 32, 8, 8}), stem_relu = real({1, 32, 8, 8}), depth = real({1, 32, 8, 8}),
                       project = real({1, 32, 8, 8});
        const uint32_t residual = real({1, 32, 8, 8}), pool = real({1, 32, 3, 3}), wide = real({1, 36, 3, 3}),
                       clipped = real({1, 36, 3, 3});
        const uint32_t turned = real({1, 3, 3, 36}), flat = real({1, 324}), mean = real({1, 36, 1, 1}), flat_mean = real({1, 36});
        const uint32_t joined = real({1, 360}), scores = real({1, 10}), probabilities = real({1, 10});
        graph.node(ACCEL_OPERATION_CONV, {image, weights({32, 3, 3, 3}, 1), weights({32}, 2)}, {stem}, padded);
        graph.node(ACCEL_OPERATION_RELU, {stem}, {stem_relu});
        Attributes depthwise = padded;
        depthwise.ints.push_back({ACCEL_ATTRIBUTE_GROUP, {32}});
        graph.node(ACCEL_OPERATION_CONV, {stem_relu, weights({32, 1, 3, 3}, 3)}, {depth}, depthwise);
        graph.node(ACCEL_OPERATION_CONV, {depth, weights({32, 32, 1, 1}, 4)}, {project});
        graph.node(ACCEL_OPERATION_ADD, {stem_relu, project}, {residual});
        graph.node(ACCEL_OPERATION_MAX_POOL, {residual}, {pool},
                   {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {4, 4}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}}, {}, 0});
        graph.node(ACCEL_OPERATION_CONV, {pool, weights({36, 32, 3, 3}, 5)}, {wide}, padded);
        graph.node(ACCEL_OPERATION_CLIP, {wide, graph.real(0), graph.real(0.7f)}, {clipped});
        graph.node(ACCEL_OPERATION_TRANSPOSE, {clipped}, {turned}, {{{ACCEL_ATTRIBUTE_PERM, {0, 2, 3, 1}}}, {}, 0});
        graph.node(ACCEL_OPERATION_RESHAPE, {turned}, {flat});
        graph.node(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {clipped}, {mean});
        graph.node(ACCEL_OPERATION_RESHAPE, {mean}, {flat_mean});
        graph.node(ACCEL_OPERATION_CONCAT, {flat, flat_mean}, {joined}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
        graph.node(ACCEL_OPERATION_GEMM, {joined, weights({10, 360}, 6), weights({10}, 7)}, {scores},
                   {{{ACCEL_ATTRIBUTE_TRANS_B, {1}}}, {}, 0});
        graph.node(ACCEL_OPERATION_SOFTMAX, {scores}, {probabilities}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
        graph.output(probabilities);
        if (outputs_everything)
            for (const uint32_t tensor :
                 {stem, stem_relu, depth, project, residual, pool, wide, clipped, turned, flat, mean, joined, scores})
                graph.output(tensor);
    }
};

accel_bk_blob *build(const accel_graph_desc &graph)
{
    accel_bk_compile_options options{};
    options.struct_size = sizeof options;
    options.target = "cpu";
    accel_bk_blob *blob = nullptr;
    const accel_graph_desc *graphs = &graph;
    REQUIRE(module().compiler->build(nullptr, &graphs, 1, &options, &blob) == ACCEL_STATUS_OK);
    return blob;
}

size_t steps_of(Network &network)
{
    return accel::cpu::make_plan(accel::cpu::read_graph(network.graph.desc()), 1)->steps.size();
}

accel_status load(const void *bytes, uint64_t byte_count, const std::vector<accel_bk_constant> &constants)
{
    accel_bk_program *program = nullptr;
    const accel_status status =
        accel::door::load(*module().device, nullptr, bytes, byte_count, constants.data(), static_cast<uint32_t>(constants.size()), &program);
    if (status == ACCEL_STATUS_OK)
        module().device->program_unload(program);
    else
        CHECK(program == nullptr);
    return status;
}

// Whether an answer refuses an attribute for its value.
bool names(const accel_bk_support &answer, uint32_t attribute, int64_t given, int64_t expected)
{
    return answer.reason == ACCEL_REASON_ATTRIBUTE && answer.attribute == attribute && answer.given == given && answer.expected == expected;
}

}  // namespace

TEST_CASE("fusing and layouts change nothing", "[graph]")
{
    // Every tensor that is an output stays in the graph's own layout and cannot be fused away.
    Network lean(false), verbose(true);
    CHECK(steps_of(lean) <= 12);  // 15 nodes; plan_test.cpp has the reasons
    CHECK(steps_of(verbose) > 20);
    const auto image = bytes_of(random_floats(3 * 64, 9));
    const auto fused = values_of<float>(execute(lean.graph.desc(), {image}, 2)[0]),
               plain = values_of<float>(execute(verbose.graph.desc(), {image}, 1)[0]);
    float sum = 0;
    for (size_t i = 0; i < 10; ++i) {
        CHECK(std::abs(fused[i] - plain[i]) < 1e-6f);
        sum += fused[i];
    }
    CHECK(std::abs(sum - 1) < 1e-5f);
}

TEST_CASE("weights stay outside the blob", "[graph]")
{
    Network network(false);
    const accel_graph_desc &graph = network.graph.desc();
    accel_bk_blob *blob = build(graph);
    CHECK(blob->byte_count < 8192);
    CHECK(blob->constant_count == 6);  // the ten biases are small enough to travel along
    CHECK(blob->entries[0].port_count == 2);
    CHECK(blob->entries[0].ports[0].layout->steps[0].stride_bits == 8 * 256);
    CHECK(blob->entries[0].ports[0].layout->size_bytes == 768);
    accel_bk_blob *again = build(graph);
    REQUIRE(again->byte_count == blob->byte_count);
    CHECK(std::memcmp(again->bytes, blob->bytes, blob->byte_count) == 0);
    again->release(again);
    blob->release(blob);
}

TEST_CASE("a blob that was cut, flipped or meant for others is refused", "[graph][blob]")
{
    Network network(false);
    const accel_graph_desc &graph = network.graph.desc();
    accel_bk_blob *blob = build(graph);
    std::vector<accel_bk_constant> constants;
    for (uint32_t i = 0; i < blob->constant_count; ++i)
        constants.push_back({graph.tensors[blob->constants[i].tensor].data, graph.tensors[blob->constants[i].tensor].data_bytes});
    const Bytes bytes(static_cast<const uint8_t *>(blob->bytes), static_cast<const uint8_t *>(blob->bytes) + blob->byte_count);
    CHECK(load(bytes.data(), bytes.size(), constants) == ACCEL_STATUS_OK);
    for (size_t size = 0; size < bytes.size(); size += 13)
        CHECK(load(bytes.data(), size, constants) == ACCEL_STATUS_CORRUPT);
    for (size_t at = 0; at < bytes.size(); at += 7) {
        Bytes flipped = bytes;
        flipped[at] ^= 0x41;
        const accel_status status = load(flipped.data(), flipped.size(), constants);
        // The thread count is the one field that may hold another value.
        CHECK((status == ACCEL_STATUS_CORRUPT || status == ACCEL_STATUS_INCOMPATIBLE || (at >= 12 && at < 16) || (at >= 20 && at < 24)));
    }
    auto fewer = constants;
    fewer.pop_back();
    CHECK(load(bytes.data(), bytes.size(), fewer) == ACCEL_STATUS_CORRUPT);
    auto shorter = constants;
    shorter[0].byte_count -= 4;
    CHECK(load(bytes.data(), bytes.size(), shorter) == ACCEL_STATUS_CORRUPT);
    accel_fit fit = ACCEL_FIT_FULL;
    CHECK(module().compiler->check(nullptr, bytes.data(), bytes.size(), "ethos-u65-256", &fit) == ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_NONE);
    CHECK(module().compiler->check(nullptr, bytes.data(), bytes.size() - 1, "cpu", &fit) == ACCEL_STATUS_CORRUPT);
    blob->release(blob);
}

TEST_CASE("a constant that no node reads may have any type", "[graph]")
{
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {2}), out = graph.tensor(ACCEL_TYPE_F32, {2});
    graph.constant(ACCEL_TYPE_I4, {2}, std::vector<uint8_t>{0x21});
    graph.node(ACCEL_OPERATION_RELU, {in}, {out});
    graph.output(out);
    CHECK(values_of<float>(execute(graph.desc(), {bytes_of(std::vector<float>{-1, 2})})[0]) == std::vector<float>{0, 2});
}

TEST_CASE("what no shape allows is refused with both sizes", "[graph][query]")
{
    SECTION("symbol")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, 2}), out = graph.tensor(ACCEL_TYPE_F32, {2, 2});
        graph.node(ACCEL_OPERATION_RELU, {in}, {out});
        graph.output(out);
        graph.symbolic(in, 0);
        const accel_bk_support answer = query(graph.desc());
        CHECK(answer.group == 0);
        CHECK(answer.reason == ACCEL_REASON_SYMBOL);
        CHECK(answer.tensor == in);
    }
    SECTION("type")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_U32, {2}), out = graph.tensor(ACCEL_TYPE_U32, {2});
        graph.node(ACCEL_OPERATION_RELU, {in}, {out});
        CHECK(query(graph.desc()).reason == ACCEL_REASON_TYPE);
    }
    SECTION("shape")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {2}), out = graph.tensor(ACCEL_TYPE_F32, {3});
        graph.node(ACCEL_OPERATION_RELU, {in}, {out});
        const accel_bk_support answer = query(graph.desc());
        CHECK(answer.reason == ACCEL_REASON_SIZE);
        CHECK(answer.given == 3);
        CHECK(answer.expected == 2);
    }
    SECTION("no elements, of which at least one is expected")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {0, 2}), out = graph.tensor(ACCEL_TYPE_F32, {0, 2});
        graph.node(ACCEL_OPERATION_RELU, {in}, {out});
        const accel_bk_support answer = query(graph.desc());
        CHECK(answer.reason == ACCEL_REASON_SIZE);
        CHECK(answer.given == 0);
        CHECK(answer.expected == 1);
    }
}

TEST_CASE("convolutions of what nothing can hold, and of other channels, are refused for a size", "[graph][query]")
{
    SECTION("a padded image that nothing can hold")
    {
        GraphMaker graph;
        const Scales scales{{0.1f}, {0}, 0};
        constexpr int64_t kMany = int64_t{1} << 21, kPad = int64_t{1} << 20;
        const std::vector<int8_t> ones(static_cast<size_t>(kMany), 1);
        const uint32_t in = graph.input(ACCEL_TYPE_I8, {1, kMany, 1, 1}, scales), weights = graph.constant(ACCEL_TYPE_I8, {kMany, 1, 1, 1}, ones, scales),
                       out = graph.tensor(ACCEL_TYPE_I8, {1, kMany, 8, 8}, scales);
        graph.node(ACCEL_OPERATION_CONV, {in, weights}, {out},
                   {{{ACCEL_ATTRIBUTE_GROUP, {kMany}}, {ACCEL_ATTRIBUTE_PADS, {kPad, kPad, kPad, kPad}}, {ACCEL_ATTRIBUTE_STRIDES, {299593, 299593}}}, {}, ACCEL_ROUNDING_HALF_EVEN});
        graph.output(out);
        CHECK(query(graph.desc()).reason == ACCEL_REASON_SIZE);
    }
    SECTION("weights of other channels")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {1, 3, 4, 4}), out = graph.tensor(ACCEL_TYPE_F32, {1, 1, 4, 4});
        const uint32_t weights = graph.constant(ACCEL_TYPE_F32, {1, 2, 1, 1}, std::vector<float>{1, 1});
        graph.node(ACCEL_OPERATION_CONV, {in, weights}, {out});
        const accel_bk_support answer = query(graph.desc());
        CHECK(answer.reason == ACCEL_REASON_SIZE);
        CHECK(answer.tensor == weights);
        CHECK(answer.given == 2);
        CHECK(answer.expected == 3);
    }
}

TEST_CASE("operations and roundings that are not there are refused by reason", "[graph][query]")
{
    SECTION("weights at run time, quantised")
    {
        GraphMaker graph;
        const Scales scales{{0.1f}, {0}, 0};
        const uint32_t in = graph.input(ACCEL_TYPE_I8, {1, 2}, scales), weights = graph.input(ACCEL_TYPE_I8, {2, 2}, scales),
                       out = graph.tensor(ACCEL_TYPE_I8, {1, 2}, scales);
        graph.node(ACCEL_OPERATION_MATMUL, {in, weights}, {out}, {{}, {}, ACCEL_ROUNDING_TFLITE});
        CHECK(query(graph.desc()).reason == ACCEL_REASON_CONSTANT);
    }
    SECTION("rounding")
    {
        GraphMaker graph;
        const Scales scales{{0.1f}, {0}, 0};
        const uint32_t in = graph.input(ACCEL_TYPE_I8, {2}, scales), out = graph.tensor(ACCEL_TYPE_I8, {2}, scales);
        graph.node(ACCEL_OPERATION_ADD, {in, in}, {out});
        CHECK(query(graph.desc()).reason == ACCEL_REASON_ROUNDING);
    }
    SECTION("unknown and custom operations")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {2}), out = graph.tensor(ACCEL_TYPE_F32, {2});
        graph.node(9999, {in}, {out});
        CHECK(query(graph.desc()).reason == ACCEL_REASON_OPERATION);
        GraphMaker custom;
        const uint32_t x = custom.input(ACCEL_TYPE_F32, {2}), y = custom.tensor(ACCEL_TYPE_F32, {2});
        custom.node(ACCEL_OPERATION_CUSTOM, {x}, {y});
        CHECK(query(custom.desc()).reason == ACCEL_REASON_OPERATION);
    }
    SECTION("an operand that is absent among many")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {2}), out = graph.tensor(ACCEL_TYPE_F32, {2});
        graph.node(ACCEL_OPERATION_CONCAT, {in, ACCEL_TENSOR_NONE}, {out}, {{{ACCEL_ATTRIBUTE_AXIS, {0}}}, {}, 0});
        CHECK(query(graph.desc()).reason == ACCEL_REASON_OPERATION);
    }
}

TEST_CASE("a refused attribute is named with its value and the one expected", "[graph][query]")
{
    SECTION("an axis far away in a permutation")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {2, 3}), out = graph.tensor(ACCEL_TYPE_F32, {3, 2});
        graph.node(ACCEL_OPERATION_TRANSPOSE, {in}, {out}, {{{ACCEL_ATTRIBUTE_PERM, {int64_t{1} << 40, 0}}}, {}, 0});
        CHECK(names(query(graph.desc()), ACCEL_ATTRIBUTE_PERM, int64_t{1} << 40, 1));
    }
    SECTION("attribute out of range")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {1, 1, 4, 4}), out = graph.tensor(ACCEL_TYPE_F32, {1, 1, 4, 4});
        const uint32_t weights = graph.constant(ACCEL_TYPE_F32, {1, 1, 1, 1}, std::vector<float>{1});
        graph.node(ACCEL_OPERATION_CONV, {in, weights}, {out}, {{{ACCEL_ATTRIBUTE_STRIDES, {0, INT64_MAX}}}, {}, 0});
        CHECK(names(query(graph.desc()), ACCEL_ATTRIBUTE_STRIDES, 0, 1));
    }
    SECTION("padding that nobody has settled")
    {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {1, 1, 4, 4}), out = graph.tensor(ACCEL_TYPE_F32, {1, 1, 4, 4});
        const uint32_t weights = graph.constant(ACCEL_TYPE_F32, {1, 1, 3, 3}, std::vector<float>(9, 1));
        graph.node(ACCEL_OPERATION_CONV, {in, weights}, {out});
        accel_graph_desc desc = graph.desc();
        accel_node_desc node = desc.nodes[0];
        const accel_bytes same{"SAME_UPPER", 10};
        const accel_attribute attribute{ACCEL_ATTRIBUTE_AUTO_PAD, ACCEL_ATTRIBUTE_KIND_STRING, "", &same, 1};
        node.attributes = &attribute;
        node.attribute_count = 1;
        desc.nodes = &node;
        CHECK(names(query(desc), ACCEL_ATTRIBUTE_AUTO_PAD, 0, 0));
    }
}

TEST_CASE("every step that may open a team is announced", "[plan]")
{
    const auto uses_team = [](int64_t count, int threads) {
        GraphMaker graph;
        const uint32_t a = graph.input(ACCEL_TYPE_F32, {1, count}), b = graph.input(ACCEL_TYPE_F32, {1, count}), sum = graph.tensor(ACCEL_TYPE_F32, {1, count});
        graph.node(ACCEL_OPERATION_ADD, {a, b}, {sum});
        graph.output(sum);
        return accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), threads)->uses_team;
    };
    CHECK(uses_team(1 << 16, 2));
    CHECK_FALSE(uses_team(1 << 16, 1));
    CHECK_FALSE(uses_team(1 << 10, 2));
}
