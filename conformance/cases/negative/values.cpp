// SPDX-License-Identifier: MIT
// Value operands, and inputs with defaults, that break one rule each.
#include <functional>

#include "suite/case.h"
#include "support/calls.h"
#include "support/graph.h"
#include "support/instance.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr uint32_t kX = 0, kPads = 1, kValue = 2, kY = 3;

/// y = x with one element of padding on both sides, whose value is an input with a default.
GraphBuilder padded()
{
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_F32, {4}), pads = graph.constant<int64_t>("pads", ACCEL_TYPE_I64, {2}, {1, 1});
    const uint32_t value = graph.input_with_default<float>("value", ACCEL_TYPE_F32, {}, {2}), y = graph.tensor("y", ACCEL_TYPE_F32, {6});
    graph.node(ACCEL_OPERATION_PAD, {x, pads, value}, {y}, {{{ACCEL_ATTRIBUTE_CUSTOM, {1}}}, {}});
    graph.nodes().back().attribute_count = 0;
    graph.output(y);
    return graph;
}

struct Edit {
    const char *what;
    std::function<void(GraphBuilder &)> apply;
    const char *rule;
};

void check_edits(const std::vector<Edit> &edits)
{
    const auto instance = make_instance(Target::current());
    const auto create = [&](GraphBuilder &graph, accel_model **model) { return create_model(instance, graph.desc(), model); };
    {
        auto graph = padded();
        accel_model *model = nullptr;
        const accel_status status = create(graph, &model);
        INFO("the valid graph: " << (status ? accel_last_error()->message : ""));
        REQUIRE_STATUS(status, ACCEL_STATUS_OK);
        accel_model_unref(model);
    }
    for (const auto &edit : edits) {
        INFO(edit.what);
        auto graph = padded();
        edit.apply(graph);
        accel_model *model = nullptr;
        CHECK_REFUSED(create(graph, &model), ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(std::string(accel_last_error()->rule) == edit.rule);
        CHECK(model == nullptr);
        accel_model_unref(model);
    }
}

/// The node's one attribute.
void set_attribute(GraphBuilder &graph, uint32_t key, uint32_t kind, const void *values, uint64_t count)
{
    accel_node_desc &node = graph.nodes().back();
    const_cast<accel_attribute *>(node.attributes)[0] = {key, kind, "", values, count};
    node.attribute_count = 1;
}

}  // namespace

ACCEL_CASE("negative.graph.value-operands", "G-6", "value operands of other types and ranks, and attributes in their place, are INVALID_ARGUMENT")
{
    static const int64_t ones[2] = {1, 1};
    static const float half = 0.5f;
    std::vector<Edit> edits{
        {"the required one absent", [](auto &graph) { const_cast<uint32_t *>(graph.nodes()[0].inputs)[1] = ACCEL_TENSOR_NONE; }, "G-6"},
        {"pads of F32", [](auto &graph) { const_cast<uint32_t *>(graph.nodes()[0].inputs)[1] = kValue; }, "G-6"},
        {"pads of I8", [](auto &graph) { graph.tensors()[kPads].type = ACCEL_TYPE_I8, graph.tensors()[kPads].data_bytes = 2; }, "G-6"},
        {"a value that is a list", [](auto &graph) { const_cast<uint32_t *>(graph.nodes()[0].inputs)[2] = kX; }, "G-6"},
        {"one operand more", [](auto &graph) {
             static const uint32_t four[] = {kX, kPads, kValue, kValue};
             graph.nodes()[0].inputs = four;
             graph.nodes()[0].input_count = 4;
         },
         "G-6"},
        {"pads as an attribute", [](auto &graph) { set_attribute(graph, ACCEL_ATTRIBUTE_PADS, ACCEL_ATTRIBUTE_KIND_INTS, ones, 2); }, "G-6"},
        {"pads that crop", [](auto &graph) { static_cast<int64_t *>(const_cast<void *>(graph.tensors()[kPads].data))[0] = -1; }, "G-7"},
        {"pads of another rank", [](auto &graph) { const_cast<accel_dim *>(graph.tensors()[kPads].dims)[0].size = 1, graph.tensors()[kPads].data_bytes = 8; }, "G-7"},
    };
    // Keys that were attributes of 0.1.
    for (const uint32_t key : {7u, 20u, 21u, 22u, 23u, 24u}) edits.push_back({"a key that is not used again", [key](auto &graph) { set_attribute(graph, key, ACCEL_ATTRIBUTE_KIND_INTS, ones, 2); }, "G-6"});
    edits.push_back({"the key of a real value that is not used again", [](auto &graph) { set_attribute(graph, 25, ACCEL_ATTRIBUTE_KIND_FLOAT, &half, 1); }, "G-6"});
    check_edits(edits);
}

ACCEL_CASE("negative.graph.defaults", "G-5", "a default without data, of another size, of what is no input, or without its flag is INVALID_ARGUMENT")
{
    check_edits({
        {"no data", [](auto &graph) { graph.tensors()[kValue].data = nullptr, graph.tensors()[kValue].data_bytes = 0; }, "G-5"},
        {"too much data", [](auto &graph) { graph.tensors()[kValue].data_bytes = 8; }, "G-5"},
        {"a constant that is no input", [](auto &graph) { graph.tensors()[kPads].flags = ACCEL_TENSOR_FLAG_DEFAULT; }, "G-5"},
        {"an output", [](auto &graph) {
             static const float values[6] = {};
             graph.tensors()[kY].flags = ACCEL_TENSOR_FLAG_DEFAULT;
             graph.tensors()[kY].data = values;
             graph.tensors()[kY].data_bytes = sizeof values;
         },
         "G-5"},
        {"an input with data and no flag", [](auto &graph) { graph.tensors()[kValue].flags = 0; }, "G-5"},
    });
}

}  // namespace accel::conformance
