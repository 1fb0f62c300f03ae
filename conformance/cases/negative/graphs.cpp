// SPDX-License-Identifier: MIT
// Graphs that break one rule each: a valid graph and one edit.
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>

#include "support/calls.h"
#include "support/operation.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// x -> CONV(w, b) -> RELU -> y, quantised.
GraphBuilder valid_graph()
{
    const Quantization qx{{0.5f}, {1}}, qw{{0.25f, 0.5f}, {0, 0}, 0}, qb{{0.125f, 0.25f}, {0, 0}, 0}, qy{{1}, {0}};
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_I8, {1, 3, 5, 5}, qx);
    const uint32_t w = graph.constant<int8_t>("w", ACCEL_TYPE_I8, {2, 3, 3, 3}, std::vector<int8_t>(54, 1), qw), b = graph.constant<int32_t>("b", ACCEL_TYPE_I32, {2}, {1, 2}, qb);
    const uint32_t c = graph.tensor("c", ACCEL_TYPE_I8, {1, 2, 3, 3}, qy), y = graph.tensor("y", ACCEL_TYPE_I8, {1, 2, 3, 3}, qy);
    graph.node(ACCEL_OPERATION_CONV, {x, w, b}, {c}, {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {3, 3}}, {ACCEL_ATTRIBUTE_STRIDES, {1, 1}}}, {}}, ACCEL_ROUNDING_TFLITE);
    graph.node(ACCEL_OPERATION_RELU, {c}, {y});
    graph.output(y);
    return graph;
}
constexpr uint32_t kX = 0, kW = 1, kB = 2, kC = 3, kY = 4;

constexpr int64_t kOne[1] = {1};
alignas(8) constexpr char kOdd[32] = {};

struct Edit {
    const char *what;
    std::function<void(GraphBuilder &, accel_graph_desc &)> apply;
};

/// Each edit alone makes the graph INVALID_ARGUMENT, or what is expected instead.
void check_edits(const std::vector<Edit> &edits, accel_status expected = ACCEL_STATUS_INVALID_ARGUMENT)
{
    const auto instance = make_instance(Target::current());
    {
        auto graph = valid_graph();
        accel_model *model = nullptr;
        const accel_status status = create_model(instance, graph.desc(), &model);
        INFO("the valid graph: " << (status ? accel_last_error()->message : ""));
        REQUIRE_STATUS(status, ACCEL_STATUS_OK);
        accel_model_unref(model);
    }
    for (const auto &edit : edits) {
        INFO(edit.what);
        auto graph = valid_graph();
        auto &desc = graph.desc();
        edit.apply(graph, desc);
        accel_model *model = nullptr;
        CHECK_REFUSED(create_model(instance, desc, &model), expected);
        CHECK(std::string(accel_last_error()->rule) != "");
        CHECK(model == nullptr);
        accel_model_unref(model);
    }
}

uint32_t *operands(accel_node_desc &node) { return const_cast<uint32_t *>(node.inputs); }
uint32_t *results(accel_node_desc &node) { return const_cast<uint32_t *>(node.outputs); }
accel_attribute *attributes(accel_node_desc &node) { return const_cast<accel_attribute *>(node.attributes); }
int64_t *integers(const accel_attribute &attribute) { return static_cast<int64_t *>(const_cast<void *>(attribute.values)); }
accel_quantization *quantization(accel_tensor_desc &tensor) { return const_cast<accel_quantization *>(tensor.quantization); }

}  // namespace

ACCEL_CASE("negative.graph.indices", "G-1", "indices outside the tables and wrong element sizes are INVALID_ARGUMENT")
{
    check_edits({
        {"operand beyond the tensors", [](auto &graph, auto &) { operands(graph.nodes()[0])[0] = 99; }},
        {"result beyond the tensors", [](auto &graph, auto &) { results(graph.nodes()[0])[0] = 99; }},
        {"result absent", [](auto &graph, auto &) { results(graph.nodes()[0])[0] = ACCEL_TENSOR_NONE; }},
        {"graph input beyond the tensors", [](auto &, auto &desc) { const_cast<uint32_t *>(desc.inputs)[0] = 99; }},
        {"graph output beyond the tensors", [](auto &, auto &desc) { const_cast<uint32_t *>(desc.outputs)[0] = ACCEL_TENSOR_NONE; }},
        {"tensor_size 0", [](auto &, auto &desc) { desc.tensor_size = 0; }},
        {"node_size of 8", [](auto &, auto &desc) { desc.node_size = 8; }},
        {"tensors NULL", [](auto &, auto &desc) { desc.tensors = nullptr; }},
        {"nodes NULL", [](auto &, auto &desc) { desc.nodes = nullptr; }},
        {"symbol beyond the symbols", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kX].dims)[0] = {-1, 3, 0}; }},
    });
}

ACCEL_CASE("negative.graph.order", "G-2", "cycles, wrong order, two makers and inputs without a maker are INVALID_ARGUMENT")
{
    check_edits({
        {"nodes swapped", [](auto &graph, auto &) { std::swap(graph.nodes()[0], graph.nodes()[1]); }},
        {"a node reads its own result", [](auto &graph, auto &) { operands(graph.nodes()[0])[0] = kC; }},
        {"two makers", [](auto &graph, auto &) { results(graph.nodes()[1])[0] = kC; }},
        {"a node makes a graph input", [](auto &graph, auto &) { results(graph.nodes()[1])[0] = kX; }},
        {"an operand that nobody makes", [](auto &, auto &desc) { desc.input_count = 0; }},
        {"an output that nobody makes", [](auto &, auto &desc) { desc.node_count = 1; }},
        {"an input named twice", [](auto &graph, auto &desc) { static uint32_t twice[] = {kX, kX}; desc.inputs = twice; desc.input_count = 2; (void)graph; }},
    });
}

ACCEL_CASE("negative.graph.types", "G-3", "unknown types, absurd ranks and sizes are INVALID_ARGUMENT")
{
    check_edits({
        {"type 0", [](auto &graph, auto &) { graph.tensors()[kX].type = 0; }},
        {"type 4711", [](auto &graph, auto &) { graph.tensors()[kX].type = 4711; }},
        {"rank of a million", [](auto &graph, auto &) { graph.tensors()[kX].rank = 1'000'000; }},
        {"rank without dimensions", [](auto &graph, auto &) { graph.tensors()[kX].dims = nullptr; }},
        {"a dimension of -5", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kX].dims)[1].size = -5; }},
        {"a dimension of 2^62", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kX].dims)[2].size = int64_t{1} << 62; }},
    });
}

namespace {

/// Scales that are none, as bits of each type that scales may have: 0, below 0, infinite, not a number, as far as the type has them.
const std::vector<std::pair<accel_type, std::vector<uint64_t>>> kBadScales{
    {ACCEL_TYPE_F32, {0, 0xbf800000, 0x7f800000, 0x7fc00000}},
    {ACCEL_TYPE_F16, {0, 0xbc00, 0x7c00, 0x7e00}},
    {ACCEL_TYPE_BF16, {0, 0xbf80, 0x7f80, 0x7fc0}},
    {ACCEL_TYPE_F64, {0, 0xbff0000000000000, 0x7ff0000000000000, 0x7ff8000000000000}},
    {ACCEL_TYPE_F8E8M0, {0xff}},
};

}  // namespace

ACCEL_CASE("negative.graph.quantisation", "G-4", "kinds, types, blocks, scales and zero points that are none are INVALID_ARGUMENT")
{
    const auto with = [](uint32_t tensor, auto edit) { return [tensor, edit](auto &graph, auto &) { edit(*quantization(graph.tensors()[tensor])); }; };
    std::vector<Edit> edits{
        {"kind 0", with(kX, [](auto &given) { given.kind = 0; })},
        {"a kind that does not exist", with(kX, [](auto &given) { given.kind = 77; })},
        {"scales of integers", with(kX, [](auto &given) { given.scale_type = ACCEL_TYPE_I32; })},
        {"scales of a type that does not exist", with(kX, [](auto &given) { given.scale_type = 4711; })},
        {"zero points of another type", with(kX, [](auto &given) { given.zero_point_type = ACCEL_TYPE_U8; })},
        {"zero points without a type", with(kX, [](auto &given) { given.zero_point_type = 0; })},
        {"zero points NULL", with(kX, [](auto &given) { given.zero_points = nullptr; })},
        {"no scale", with(kY, [](auto &given) { given.count = 0; })},
        {"more scales than blocks", with(kY, [](auto &given) { given.count = 2; })},
        {"a size of 8", with(kY, [](auto &given) { given.struct_size = 8; })},
        {"a rank beyond the tensor's", with(kW, [](auto &given) { given.rank = 9; })},
        {"a rank below the tensor's", with(kW, [](auto &given) { given.rank = 1; })},
        {"blocks NULL", with(kW, [](auto &given) { given.block_dims = nullptr; })},
        {"blocks of -1", with(kW, [](auto &given) { const_cast<int64_t *>(given.block_dims)[0] = -1; })},
        {"as many scales as another axis", with(kW, [](auto &given) { std::swap(const_cast<int64_t *>(given.block_dims)[0], const_cast<int64_t *>(given.block_dims)[1]); })},
        {"scales NULL", with(kX, [](auto &given) { given.scales = nullptr; })},
        {"a zero point outside the type", with(kX, [](auto &given) { static const int32_t kOutside = 200; given.zero_points = &kOutside; })},
        {"a quantised float", [](auto &graph, auto &) { graph.tensors()[kX].type = ACCEL_TYPE_F32; }},
        {"a zero point of a small float", [](auto &graph, auto &) { graph.tensors()[kX].type = ACCEL_TYPE_F8E5M2; }},
    };
    for (const auto &[type, patterns] : kBadScales)
        for (const uint64_t &bits : patterns)
            edits.push_back({"a bad scale", with(kX, [type = type, &bits](auto &given) { given.scale_type = type, given.scales = &bits; })});
    check_edits(edits);
}

ACCEL_CASE("negative.graph.quantisations-kept", "G-4", "scales of every type, zero points of the tensor's own type, blocks and several axes are kept as they were given")
{
    static const uint16_t kHalves[6] = {0x3c00, 0x3800, 0x4000, 1, 0x7bff, 0x3555};
    static const double kDoubles[6] = {0.1, 0.2, 0.3, 1e-300, 1e300, 1};
    static const float kFloats[2] = {0.5f, 3};
    static const uint8_t kPowers[6] = {0, 127, 254, 1, 2, 3};
    static const int8_t kZeros[6] = {-128, 127, 0, 1, 2, 3};
    static const int64_t kRows[2] = {1, 2}, kTiles[2] = {3, 2};
    const accel_quantization given[] = {
        {sizeof given[0], ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F16, ACCEL_TYPE_I8, 2, kRows, kHalves, kZeros, 6},
        {sizeof given[0], ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_BF16, 0, 2, kTiles, kHalves, nullptr, 2},
        {sizeof given[0], ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F64, ACCEL_TYPE_I8, 2, kRows, kDoubles, kZeros, 6},
        {sizeof given[0], ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F8E8M0, 0, 2, kRows, kPowers, nullptr, 6},
        {sizeof given[0], ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I8, 2, kTiles, kFloats, kZeros, 2},
    };
    const auto instance = make_instance(Target::current());
    for (const accel_quantization &quantization : given) {
        INFO("scales of type " << quantization.scale_type);
        GraphBuilder graph;
        const uint32_t x = graph.input("x", ACCEL_TYPE_I8, {3, 4}), y = graph.tensor("y", ACCEL_TYPE_F32, {3, 4});
        graph.tensors()[x].quantization = &quantization;
        graph.node(ACCEL_OPERATION_DEQUANTIZE, {x}, {y});
        graph.output(y);
        accel_model *model = nullptr;
        const accel_status status = create_model(instance, graph.desc(), &model);
        INFO((status ? accel_last_error()->message : ""));
        REQUIRE_STATUS(status, ACCEL_STATUS_OK);
        const accel_quantization &kept = *accel_graph_tensor(graph_of(model), x)->quantization;
        CHECK(kept.kind == quantization.kind);
        CHECK(kept.scale_type == quantization.scale_type);
        CHECK(kept.zero_point_type == quantization.zero_point_type);
        REQUIRE(kept.count == quantization.count);
        REQUIRE(kept.rank == 2);
        CHECK(kept.block_dims[0] == quantization.block_dims[0]);
        CHECK(kept.block_dims[1] == quantization.block_dims[1]);
        CHECK(std::memcmp(kept.scales, quantization.scales, kept.count * accel_type_bits(kept.scale_type) / 8) == 0);
        CHECK((kept.zero_points == nullptr) == (quantization.zero_points == nullptr));
        if (kept.zero_points) CHECK(std::memcmp(kept.zero_points, quantization.zero_points, kept.count) == 0);
        accel_model_unref(model);
    }
}

ACCEL_CASE("negative.graph.constants", "G-5", "constant data of the wrong size, and constants that are inputs or made, are INVALID_ARGUMENT")
{
    check_edits({
        {"too little data", [](auto &graph, auto &) { graph.tensors()[kW].data_bytes = 53; }},
        {"too much data", [](auto &graph, auto &) { graph.tensors()[kB].data_bytes = 4096; }},
        {"a constant as graph input", [](auto &, auto &desc) { const_cast<uint32_t *>(desc.inputs)[0] = kW; }},
        {"a constant as result", [](auto &graph, auto &) { results(graph.nodes()[1])[0] = kB; }},
    });
}

ACCEL_CASE("negative.graph.attributes", "G-6", "wrong operand counts, attribute kinds and values are INVALID_ARGUMENT")
{
    check_edits({
        {"CONV of one operand", [](auto &graph, auto &) { graph.nodes()[0].input_count = 1; }},
        {"a required operand absent", [](auto &graph, auto &) { operands(graph.nodes()[0])[1] = ACCEL_TENSOR_NONE; }},
        {"RELU of no operand", [](auto &graph, auto &) { graph.nodes()[1].input_count = 0; }},
        {"revision 0", [](auto &graph, auto &) { graph.nodes()[1].revision = 0; }},
        {"flags of a node", [](auto &graph, auto &) { graph.nodes()[1].flags = 1; }},
        {"an attribute that does not exist", [](auto &graph, auto &) { attributes(graph.nodes()[0])[0].key = 4711; }},
        {"a reserved word of a dimension", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kX].dims)[0].reserved = 1; }},
        {"one value given as a list of one", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1] = {ACCEL_ATTRIBUTE_GROUP, ACCEL_ATTRIBUTE_KIND_INTS, "", kOne, 1}; }},
        {"a list of two given as one value", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1].kind = ACCEL_ATTRIBUTE_KIND_INT; }},
        {"more values than any memory holds", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1].count = UINT64_MAX / 8 + 2; }},
        {"values at an odd address", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1].values = kOdd + 1; }},
        {"an attribute of another kind", [](auto &graph, auto &) { attributes(graph.nodes()[0])[0].kind = ACCEL_ATTRIBUTE_KIND_STRING; }},
        {"an attribute twice", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1].key = ACCEL_ATTRIBUTE_KERNEL_SHAPE; }},
        {"an attribute without values", [](auto &graph, auto &) { attributes(graph.nodes()[0])[0].values = nullptr; }},
        {"a rounding that does not exist", [](auto &graph, auto &) { graph.nodes()[0].rounding = 77; }},
        {"strides of 0", [](auto &graph, auto &) { integers(graph.nodes()[0].attributes[1])[0] = 0; }},
    });
}

ACCEL_CASE("negative.graph.newer", "G-6", "operations and revisions that the catalog does not have are UNSUPPORTED")
{
    check_edits(
        {
            {"an operation that does not exist", [](auto &graph, auto &) { graph.nodes()[1].operation = 4711; }},
            {"a newer revision", [](auto &graph, auto &) { graph.nodes()[1].revision = 1000; }},
        },
        ACCEL_STATUS_UNSUPPORTED);
}

ACCEL_CASE("negative.graph.attribute-values", "G-6", "what attributes of custom nodes point at is looked at before it is read")
{
    static const accel_bytes endless{"", uint64_t{1} << 32}, absent{nullptr, 4};
    static const uint32_t outside[] = {99}, variable[] = {kX};
    static const int64_t dims[] = {2, 4};
    static const accel_sparse_tensor deep{kB, kB, 9, 0, dims}, bare{kB, kB, 2, 0, nullptr}, narrow{kB, kB, 2, 0, dims};
    // Any attribute of a name is legal on any node, so the convolution takes them.
    const auto with = [](accel_attribute_kind kind, const void *values, uint64_t count) {
        return [=](GraphBuilder &graph, accel_graph_desc &) { attributes(graph.nodes()[0])[1] = {ACCEL_ATTRIBUTE_CUSTOM, static_cast<uint32_t>(kind), "more", values, count}; };
    };
    check_edits({
        {"a string without end", with(ACCEL_ATTRIBUTE_KIND_STRING, &endless, 1)},
        {"a string of 4 bytes that is NULL", with(ACCEL_ATTRIBUTE_KIND_STRINGS, &absent, 1)},
        {"a type that is NULL", with(ACCEL_ATTRIBUTE_KIND_TYPE, &absent, 1)},
        {"no strings where one is announced", with(ACCEL_ATTRIBUTE_KIND_STRINGS, nullptr, 1)},
        {"two floats of one", with(ACCEL_ATTRIBUTE_KIND_FLOAT, kOdd, 2)},
        {"none of one", with(ACCEL_ATTRIBUTE_KIND_DOUBLE, nullptr, 0)},
        {"a tensor beyond the tensors", with(ACCEL_ATTRIBUTE_KIND_TENSOR, outside, 1)},
        {"a tensor that is computed", with(ACCEL_ATTRIBUTE_KIND_TENSORS, variable, 1)},
        {"a region of a node that has none", with(ACCEL_ATTRIBUTE_KIND_GRAPH, outside, 1)},
        {"a sparse tensor of rank 9", with(ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, &deep, 1)},
        {"a sparse tensor without dims", with(ACCEL_ATTRIBUTE_KIND_SPARSE_TENSOR, &bare, 1)},
        {"a sparse tensor whose indices are no i64", with(ACCEL_ATTRIBUTE_KIND_SPARSE_TENSORS, &narrow, 1)},
        {"a custom attribute without a name", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1] = {ACCEL_ATTRIBUTE_CUSTOM, ACCEL_ATTRIBUTE_KIND_INT, "", kOne, 1}; }},
    });
}

ACCEL_CASE("negative.graph.unknown-kinds", "A-26", "numbers that an enum does not have are INVALID_ARGUMENT, whatever lies behind them")
{
    std::vector<Edit> edits{
        {"a type + 1000", [](auto &graph, auto &) { graph.tensors()[kX].type += 1000; }},
        {"a rounding + 1000", [](auto &graph, auto &) { graph.nodes()[0].rounding += 1000; }},
        {"a flag of a tensor", [](auto &graph, auto &) { graph.tensors()[kX].flags = 1u << 30; }},
        {"an attribute key + 1000", [](auto &graph, auto &) { attributes(graph.nodes()[0])[1].key += 1000; }},
    };
    // Nothing of an unknown kind is read: the values would end the process.
    for (uint32_t kind = 0; kind < 40; ++kind)
        edits.push_back({"an attribute kind + 1000", [kind](auto &graph, auto &) {
                             attributes(graph.nodes()[0])[1] = {ACCEL_ATTRIBUTE_CUSTOM, kind + 1000, "more", reinterpret_cast<const void *>(uintptr_t{8}), 1};
                         }});
    check_edits(edits);
}

ACCEL_CASE("negative.graph.element-sizes", "A-24", "sizes of a graph's elements that no header had are INVALID_ARGUMENT")
{
    std::vector<Edit> edits;
    for (uint32_t accel_graph_desc::*size : {&accel_graph_desc::tensor_size, &accel_graph_desc::node_size, &accel_graph_desc::attribute_size})
        for (const int64_t off : {int64_t{-4}, int64_t{4}, int64_t{1} << 31})
            edits.push_back({"an element size", [size, off](auto &, auto &desc) { desc.*size = static_cast<uint32_t>(desc.*size + off); }});
    check_edits(edits);
}

ACCEL_CASE("negative.graph.shapes", "G-7", "results of another shape than the operation makes are INVALID_ARGUMENT")
{
    check_edits({
        {"a wrong width", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kC].dims)[3].size = 4; }},
        {"weights for other channels", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kX].dims)[1].size = 4; }},
        {"a window larger than its input", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kX].dims)[2].size = 2; }},
        {"a kernel_shape that is not the weights'", [](auto &graph, auto &) { integers(graph.nodes()[0].attributes[0])[0] = 2; }},
        {"RELU that changes the shape", [](auto &graph, auto &) { const_cast<accel_dim *>(graph.tensors()[kY].dims)[1].size = 3; }},
    });
}

ACCEL_CASE("negative.graph.expressions", "G-19", "sizes that are calculated from what comes later, from nothing, or in no known way are INVALID_ARGUMENT")
{
    static accel_symbol symbols[2];
    static accel_expression rows[3];
    /// twice = n + n, named by nobody, and what an edit breaks of it.
    const auto with = [](auto breaks) {
        return [breaks](auto &, auto &desc) {
            symbols[0] = {"n", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 64, 1};
            symbols[1] = {"twice", ACCEL_SYMBOL_KIND_DERIVED, 1, 2, 128, 2};
            rows[0] = {ACCEL_EXPRESSION_SYMBOL, 0, 0, 0, 0};
            rows[1] = {ACCEL_EXPRESSION_ADD, 0, 0, 0, 0};
            rows[2] = {ACCEL_EXPRESSION_SYMBOL, 1, 0, 0, 0};
            desc.symbols = symbols, desc.symbol_count = 2, desc.symbol_size = sizeof symbols[0];
            desc.expressions = rows, desc.expression_count = 3;
            breaks(desc);
        };
    };
    {
        const auto instance = make_instance(Target::current());
        auto graph = valid_graph();
        with([](auto &) {})(graph, graph.desc());
        accel_model *model = nullptr;
        REQUIRE_STATUS(create_model(instance, graph.desc(), &model), ACCEL_STATUS_OK);
        accel_model_unref(model);
    }
    check_edits({
        {"a row that names itself", with([](auto &) { rows[1].left = 1; })},
        {"a row that names a later one", with([](auto &) { rows[1].right = 2; })},
        {"a symbol beyond the symbols", with([](auto &) { rows[0].left = 2; })},
        {"a symbol that is calculated from itself", with([](auto &) { rows[0].left = 1; })},
        {"an operator that nobody knows", with([](auto &) { rows[1].op = 99; })},
        {"operator 0", with([](auto &) { rows[1].op = 0; })},
        {"a sum with a value", with([](auto &) { rows[1].value = 1; })},
        {"a reserved member", with([](auto &) { rows[1].reserved = 1; })},
        {"an expression beyond the expressions", with([](auto &) { symbols[1].expression = 3; })},
        {"a bound beyond the expressions", with([](auto &) { symbols[1].kind = ACCEL_SYMBOL_KIND_DATA, symbols[1].expression = 3; })},
        {"a free symbol with an expression", with([](auto &) { symbols[0].expression = 1; })},
        {"a kind that nobody knows", with([](auto &) { symbols[0].kind = 4; })},
        {"kind 0", with([](auto &) { symbols[0].kind = 0; })},
        {"a multiple of 0", with([](auto &) { symbols[0].multiple = 0; })},
        {"expressions NULL", with([](auto &desc) { desc.expressions = nullptr; })},
        {"symbol_size of 24", with([](auto &desc) { desc.symbol_size = 24; })},
    });
}

ACCEL_CASE("negative.graph.unknown", "G-21", "an operation of the catalog on what has an unknown type or rank is INVALID_ARGUMENT")
{
    check_edits({
        {"an operand of unknown type", [](auto &graph, auto &) { graph.tensors()[kX].type = 0, graph.tensors()[kX].quantization = nullptr; }},
        {"an operand of unknown rank", [](auto &graph, auto &) { graph.tensors()[kX].rank = ACCEL_RANK_UNKNOWN, graph.tensors()[kX].quantization = nullptr; }},
        {"a result of unknown rank", [](auto &graph, auto &) { graph.tensors()[kY].rank = ACCEL_RANK_UNKNOWN, graph.tensors()[kY].quantization = nullptr; }},
        {"a quantisation on an unknown rank", [](auto &graph, auto &) { graph.tensors()[kY].rank = ACCEL_RANK_UNKNOWN; }},
        {"a constant of unknown rank", [](auto &graph, auto &) { graph.tensors()[kB].rank = ACCEL_RANK_UNKNOWN, graph.tensors()[kB].quantization = nullptr; }},
    });
}

ACCEL_CASE("negative.graph.names", "G-8", "inputs and outputs without a name, or with the same one, are INVALID_ARGUMENT")
{
    check_edits({
        {"an input without a name", [](auto &graph, auto &) { graph.tensors()[kX].name = ""; }},
        {"an output named as the input", [](auto &graph, auto &) { graph.tensors()[kY].name = "x"; }},
    });
}

}  // namespace accel::conformance
