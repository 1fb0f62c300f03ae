// SPDX-License-Identifier: MIT
// Regions and captures: a valid loop and one edit.
#include <functional>

#include "support/calls.h"
#include "support/graph.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr uint32_t kNone = ACCEL_OPERAND_NONE;
constexpr uint32_t kX = 0, kSeen = 1, kY = 2, kAll = 3;                   // of the graph
constexpr uint32_t kTurn = 0, kGo = 1, kValue = 2, kTaken = 3, kSum = 4;  // of the body

/// x -> RELU -> seen; a custom loop carries x, takes seen from around it, and puts out each sum.
struct LoopGraph {
    GraphBuilder graph, inside;
    std::vector<accel_capture> captures{{kSeen, kTaken}};
    std::vector<accel_region_port> inputs{{ACCEL_REGION_PORT_KIND_ITERATION, kNone, kNone, 0, 0}, {ACCEL_REGION_PORT_KIND_CONDITION, kNone, kNone, 0, 0}, {ACCEL_REGION_PORT_KIND_CARRIED, 0, kNone, 0, 0}};
    std::vector<accel_region_port> outputs{{ACCEL_REGION_PORT_KIND_CONDITION, kNone, kNone, 0, 0}, {ACCEL_REGION_PORT_KIND_CARRIED, 0, 0, 0, 0}, {ACCEL_REGION_PORT_KIND_SCANNED, kNone, 1, 0, 0}};
    accel_region region{};
    const accel_region *regions[1] = {&region};
    accel_graph_desc body{};

    LoopGraph()
    {
        graph.input("x", ACCEL_TYPE_F32, {2, 3});
        graph.tensor("seen", ACCEL_TYPE_F32, {2, 3});
        graph.tensor("y", ACCEL_TYPE_F32, {2, 3});
        graph.tensor("all", ACCEL_TYPE_F32, {4, 2, 3});
        graph.node(ACCEL_OPERATION_RELU, {kX}, {kSeen});
        graph.node(ACCEL_OPERATION_CUSTOM, {kX}, {kY, kAll});
        graph.nodes().back().custom_name = "Loop";
        graph.output(kY), graph.output(kAll);
        inside.input("turn", ACCEL_TYPE_I64, {}), inside.input("go", ACCEL_TYPE_BOOL, {}), inside.input("value", ACCEL_TYPE_F32, {2, 3});
        inside.tensor("taken", ACCEL_TYPE_F32, {2, 3}), inside.tensor("sum", ACCEL_TYPE_F32, {2, 3});
        const uint32_t still = inside.tensor("still", ACCEL_TYPE_BOOL, {}), slice = inside.tensor("slice", ACCEL_TYPE_F32, {2, 3});
        inside.node(ACCEL_OPERATION_IDENTITY, {kGo}, {still});
        inside.node(ACCEL_OPERATION_ADD, {kValue, kTaken}, {kSum});
        inside.node(ACCEL_OPERATION_RELU, {kSum}, {slice});
        inside.output(still), inside.output(kSum), inside.output(slice);
    }
    LoopGraph(const LoopGraph &) = delete;

    accel_graph_desc &desc()
    {
        body = inside.desc();
        region = {sizeof region, &body, captures.data(), inputs.data(), outputs.data(), ACCEL_REGION_ROLE_BODY, static_cast<uint32_t>(captures.size())};
        graph.nodes()[1].regions = regions;
        graph.nodes()[1].region_count = 1;
        return graph.desc();
    }
};

struct Edit {
    const char *what;
    std::function<void(LoopGraph &)> before, after;  ///< the description is made
};

void check_edits(const std::vector<Edit> &edits, const char *rule)
{
    const auto instance = make_instance(Target::current());
    for (const auto &edit : edits) {
        INFO(edit.what);
        LoopGraph loop;
        if (edit.before) edit.before(loop);
        auto &desc = loop.desc();
        if (edit.after) edit.after(loop);
        accel_model *model = nullptr;
        CHECK_REFUSED(create_model(instance, desc, &model), ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(std::string(accel_last_error()->rule) == rule);
        CHECK(model == nullptr);
        accel_model_unref(model);
    }
}

}  // namespace

ACCEL_CASE("negative.regions.captures", "G-20", "a region takes values from its parent alone, each once and as what it is; no constants")
{
    check_edits(
        {
            {"another type", [](auto &loop) { loop.inside.tensors()[kTaken].type = ACCEL_TYPE_F64; }, {}},
            {"another rank", [](auto &loop) { loop.inside.tensors()[kTaken].rank = 1; }, {}},
            {"another size", [](auto &loop) { const_cast<accel_dim *>(loop.inside.tensors()[kTaken].dims)[1].size = 4; }, {}},
            {"two sources", [](auto &loop) { loop.captures.push_back({kX, kTaken}); }, {}},
            {"an input of the region", [](auto &loop) { loop.captures.push_back({kX, kValue}); }, {}},
            {"a constant", [](auto &loop) { loop.captures.push_back({loop.graph.template constant<float>("c", ACCEL_TYPE_F32, {2, 3}, std::vector<float>(6)), loop.inside.tensor("k", ACCEL_TYPE_F32, {2, 3})}); }, {}},
        },
        "G-20");
    check_edits(
        {
            {"what comes later", [](auto &loop) { loop.captures[0].outer = kY; }, {}},
            {"nothing, and reads it all the same", [](auto &loop) { loop.captures.clear(); }, {}},
            {"what a node of it makes", [](auto &loop) { loop.captures.push_back({kX, kSum}); }, {}},
        },
        "G-2");
    check_edits(
        {
            {"beyond the parent's tensors", [](auto &loop) { loop.captures[0].outer = 99; }, {}},
            {"beyond its own tensors", [](auto &loop) { loop.captures[0].inner = 99; }, {}},
            {"captures NULL", {}, [](auto &loop) { loop.region.captures = nullptr; }},
            {"no region", {}, [](auto &loop) { loop.regions[0] = nullptr; }},
            {"inputs NULL", {}, [](auto &loop) { loop.region.inputs = nullptr; }},
            {"outputs NULL", {}, [](auto &loop) { loop.region.outputs = nullptr; }},
            {"an operand that the node has not", [](auto &loop) { loop.inputs[2].operand = 1; }, {}},
            {"a result that the node has not", [](auto &loop) { loop.outputs[2].result = 2; }, {}},
        },
        "G-1");
}

ACCEL_CASE("negative.regions.ports", "G-20", "every input and output of a region says what it is connected to, and is of that kind")
{
    static const accel_symbol kSymbol{"n", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 8, 1};
    check_edits(
        {
            {"role 0", {}, [](auto &loop) { loop.region.role = 0; }},
            {"a role that does not exist", {}, [](auto &loop) { loop.region.role = 77; }},
            {"a branch that is run again", {}, [](auto &loop) { loop.region.role = ACCEL_REGION_ROLE_THEN; }},
            {"ports of a CUSTOM region", {}, [](auto &loop) { loop.region.role = ACCEL_REGION_ROLE_CUSTOM; }},
            {"kind 0", [](auto &loop) { loop.inputs[0].kind = 0; }, {}},
            {"a kind that does not exist", [](auto &loop) { loop.outputs[1].kind = 77; }, {}},
            {"an input with a result", [](auto &loop) { loop.inputs[2].result = 0; }, {}},
            {"a value without an operand", [](auto &loop) { loop.inputs[2] = {ACCEL_REGION_PORT_KIND_VALUE, kNone, kNone, 0, 0}; }, {}},
            {"turns that are floats", [](auto &loop) { loop.inputs[2] = {ACCEL_REGION_PORT_KIND_ITERATION, kNone, kNone, 0, 0}; }, {}},
            {"a condition that is a float", [](auto &loop) { loop.outputs[1] = {ACCEL_REGION_PORT_KIND_CONDITION, kNone, kNone, 0, 0}; }, {}},
            {"turns that are put out", [](auto &loop) { loop.outputs[0].kind = ACCEL_REGION_PORT_KIND_ITERATION; }, {}},
            {"what is carried in and not out", [](auto &loop) { loop.outputs[1] = {ACCEL_REGION_PORT_KIND_VALUE, kNone, 0, 0, 0}; }, {}},
            {"what is carried out and not in", [](auto &loop) { loop.inputs[2].kind = ACCEL_REGION_PORT_KIND_VALUE; }, {}},
            {"two outputs for one result", [](auto &loop) { loop.outputs[2].result = 0; }, {}},
            {"slices of no result", [](auto &loop) { loop.outputs[2].result = kNone; }, {}},
            {"a negative axis", [](auto &loop) { loop.outputs[2].axis = -1; }, {}},
            {"an axis of what is not scanned", [](auto &loop) { loop.outputs[1].axis = 1; }, {}},
            {"a direction beyond 1", [](auto &loop) { loop.outputs[2].reversed = 2; }, {}},
            {"symbols of its own", {}, [](auto &loop) { loop.body.symbols = &kSymbol, loop.body.symbol_count = 1, loop.body.symbol_size = sizeof kSymbol; }},
        },
        "G-20");
    check_edits({{"a size of 8", {}, [](auto &loop) { loop.region.struct_size = 8; }}, {"a graph of size 8", {}, [](auto &loop) { loop.body.struct_size = 8; }}}, "A-1");
    check_edits({{"a region of an operation that has none", {}, [](auto &loop) {
                      loop.region.role = ACCEL_REGION_ROLE_CUSTOM, loop.region.inputs = loop.region.outputs = nullptr, loop.captures[0].outer = kX;
                      loop.graph.nodes()[0].regions = loop.regions, loop.graph.nodes()[0].region_count = 1;
                  }}},
                "G-6");
}

ACCEL_CASE("negative.regions.depth", "G-11", "regions are nested eight deep, and no deeper")
{
    const auto instance = make_instance(Target::current());
    for (const size_t depth : {8, 9}) {
        // Each graph has one custom node, whose region is the next one.
        std::vector<accel_graph_desc> graphs(depth + 1);
        std::vector<accel_node_desc> nodes(depth);
        std::vector<accel_region> regions(depth);
        std::vector<const accel_region *> lists(depth);
        for (size_t i = 0; i <= depth; ++i) graphs[i].struct_size = sizeof graphs[i], graphs[i].name = "";
        for (size_t i = 0; i < depth; ++i) {
            regions[i] = {sizeof regions[i], &graphs[i + 1], nullptr, nullptr, nullptr, ACCEL_REGION_ROLE_CUSTOM, 0};
            lists[i] = &regions[i];
            nodes[i].name = nodes[i].custom_name = "nest";
            nodes[i].regions = &lists[i];
            nodes[i].region_count = 1;
            graphs[i].nodes = &nodes[i];
            graphs[i].node_count = 1;
            graphs[i].node_size = sizeof nodes[i];
        }
        INFO(depth << " deep");
        accel_model *model = nullptr;
        const accel_status status = create_model(instance, graphs[0], &model);
        CHECK_STATUS(status, depth == 8 ? ACCEL_STATUS_OK : ACCEL_STATUS_INVALID_ARGUMENT);
        if (status != ACCEL_STATUS_OK) CHECK(std::string(accel_last_error()->rule) == "G-11");
        accel_model_unref(model);
    }
}

ACCEL_CASE("negative.regions.kept", "G-20", "a model keeps regions, captures and ports as they were given")
{
    const auto instance = make_instance(Target::current());
    LoopGraph loop;
    accel_model *model = nullptr;
    const accel_status status = create_model(instance, loop.desc(), &model);
    INFO((status ? accel_last_error()->message : ""));
    REQUIRE_STATUS(status, ACCEL_STATUS_OK);
    const accel_graph_desc *graph = graph_of(model);
    REQUIRE(accel_graph_node(graph, 1)->region_count == 1);
    const accel_region &kept = *accel_graph_node(graph, 1)->regions[0];
    CHECK(kept.role == ACCEL_REGION_ROLE_BODY);
    REQUIRE(kept.capture_count == 1);
    CHECK(kept.captures[0].outer == kSeen);
    CHECK(kept.captures[0].inner == kTaken);
    CHECK(kept.graph->node_count == 3);
    CHECK(kept.inputs[kTurn].kind == ACCEL_REGION_PORT_KIND_ITERATION);
    CHECK(kept.inputs[kValue].operand == 0);
    CHECK(kept.outputs[2].kind == ACCEL_REGION_PORT_KIND_SCANNED);
    CHECK(kept.outputs[2].result == 1);
    accel_model_unref(model);
}

ACCEL_CASE("negative.regions.refused", "P-1", "a node with regions that the device does not take is refused by name")
{
    Room room;
    LoopGraph loop;
    accel_model *model = nullptr;
    REQUIRE_STATUS(create_model(room.instance(), loop.desc(), &model), ACCEL_STATUS_OK);
    auto desc = sized<accel_program_desc>();
    desc.model = model;
    accel_device *devices[1] = {room.device().get()};
    desc.devices = devices;
    desc.device_count = 1;
    accel_program *program = nullptr;
    const accel_status status = accel_program_build(&desc, &program);
    if (status == ACCEL_STATUS_OK) {
        accel_program_unref(program);
        accel_model_unref(model);
        skip("module.regions", "the device takes loops");
    }
    CHECK_STATUS(status, ACCEL_STATUS_UNSUPPORTED);
    const std::string message = accel_last_error()->message;
    INFO(message);
    CHECK(message.find("node 'node1' (Loop)") != std::string::npos);
    accel_model_unref(model);
}

}  // namespace accel::conformance
