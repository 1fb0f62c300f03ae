// SPDX-License-Identifier: MIT
// Asking without building.
#include <string>
#include <vector>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

struct Row {
    std::vector<uint32_t> nodes;
    uint32_t device, group, reason;
    std::string text;
};

accel_status ask(const Model &model, accel_device *const *devices, uint32_t device_count, std::vector<Row> *rows, const char *target = nullptr)
{
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = devices;
    desc.device_count = device_count;
    desc.target = target;
    return accel_program_support(
        &desc,
        [](void *user, const accel_support *row) {
            static_cast<std::vector<Row> *>(user)->push_back({{row->nodes, row->nodes + row->node_count}, row->device, row->group, row->reason, row->reason_text});
            return ACCEL_STATUS_OK;
        },
        rows);
}

/// sum = a + b, then an operation that nobody knows, then sum again.
GraphBuilder half_known(const Adder &probe, accel_rounding rounding)
{
    const std::vector<int64_t> dims{1, 8, 4, 4};
    const bool quantised = probe.type() == ACCEL_TYPE_I8;
    const Quantization quantization = quantised ? Quantization{{1}, {0}} : Quantization{};
    const auto node_rounding = quantised ? rounding : ACCEL_ROUNDING_NONE;
    GraphBuilder graph;
    const uint32_t a = graph.input("a", probe.type(), dims, quantization), b = graph.input("b", probe.type(), dims, quantization);
    const uint32_t c = graph.tensor("", probe.type(), dims, quantization), d = graph.tensor("", probe.type(), dims, quantization);
    const uint32_t y = graph.tensor("y", probe.type(), dims, quantization);
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {c}, {}, node_rounding);
    graph.node(ACCEL_OPERATION_CUSTOM, {c}, {d});
    graph.nodes().back().domain = "org.example";
    graph.nodes().back().custom_name = "Frobnicate";
    graph.node(ACCEL_OPERATION_ADD, {d, b}, {y}, {}, node_rounding);
    graph.output(y);
    return graph;
}

}  // namespace

ACCEL_CASE("compile.support.rows", "P-11", "support has a row for each operation, in order, and names the reason of what is refused")
{
    const Room room;
    const Adder probe = room.adder();
    auto graph = half_known(probe, room.rounding());
    const Model model = Model::create(room.instance(), graph.desc());
    accel_device *device = room.device().get();
    std::vector<Row> rows;
    REQUIRE_STATUS(ask(model, &device, 1, &rows), ACCEL_STATUS_OK);
    REQUIRE(rows.size() == 3);
    for (uint32_t index = 0; index < 3; ++index) CHECK(rows[index].nodes == std::vector<uint32_t>{index});
    CHECK(rows[0].device == 0);
    CHECK(rows[0].reason == ACCEL_REASON_OK);
    CHECK(rows[0].text == "");
    CHECK(rows[1].device == UINT32_MAX);
    CHECK(rows[1].reason != ACCEL_REASON_OK);
    CHECK(rows[1].text.find(room.facts().id) != std::string::npos);
    CHECK(rows[2].device == 0);
    CHECK(rows[0].group != 0);
    CHECK(rows[1].group == 0);
}

ACCEL_CASE("compile.support.is-true", "P-11", "a model whose nodes are all reported as taken builds on that device alone")
{
    const Room room;
    const Adder probe = room.adder();
    auto whole = half_known(probe, room.rounding());
    // Without the odd one: its result is an input.
    GraphBuilder graph;
    const std::vector<int64_t> dims{1, 8, 4, 4};
    const bool quantised = probe.type() == ACCEL_TYPE_I8;
    const Quantization quantization = quantised ? Quantization{{1}, {0}} : Quantization{};
    const uint32_t a = graph.input("a", probe.type(), dims, quantization), b = graph.input("b", probe.type(), dims, quantization);
    const uint32_t y = graph.tensor("y", probe.type(), dims, quantization);
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, quantised ? room.rounding() : ACCEL_ROUNDING_NONE);
    graph.output(y);
    const Model model = Model::create(room.instance(), graph.desc());
    accel_device *device = room.device().get();
    std::vector<Row> rows;
    REQUIRE_STATUS(ask(model, &device, 1, &rows), ACCEL_STATUS_OK);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].device == 0);
    CHECK(expect(room.try_build(graph).has_value(), "a graph that the device claims whole is not built, expected a program"));
    const Model odd = Model::create(room.instance(), whole.desc());
    auto desc = sized<accel_program_desc>();
    desc.model = odd.get();
    desc.devices = &device;
    desc.device_count = 1;
    accel_program *program = nullptr;
    CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_UNSUPPORTED);
}

ACCEL_CASE("compile.support.folded", "P-11", "a node that is folded away goes with the one that reads it")
{
    const Room room;
    const Adder probe = room.adder();
    const bool quantised = probe.type() == ACCEL_TYPE_I8;
    const Quantization quantization = quantised ? Quantization{{1}, {0}} : Quantization{};
    const std::vector<int64_t> dims{1, 8, 4, 4};
    GraphBuilder graph;
    const uint32_t a = graph.input("a", probe.type(), dims, quantization), b = graph.input("b", probe.type(), dims, quantization);
    const uint32_t c = graph.tensor("", probe.type(), dims, quantization), y = graph.tensor("y", probe.type(), dims, quantization);
    graph.node(ACCEL_OPERATION_IDENTITY, {a}, {c});
    graph.node(ACCEL_OPERATION_ADD, {c, b}, {y}, {}, quantised ? room.rounding() : ACCEL_ROUNDING_NONE);
    graph.output(y);
    const Model model = Model::create(room.instance(), graph.desc());
    accel_device *device = room.device().get();
    std::vector<Row> rows;
    REQUIRE_STATUS(ask(model, &device, 1, &rows), ACCEL_STATUS_OK);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].nodes == std::vector<uint32_t>{0, 1});
    CHECK(rows[0].device == 0);
}

ACCEL_CASE("compile.support.target", "P-11", "a bare target answers as the device does, without opening one")
{
    const Room room;
    const std::string target = room.facts().target;
    const Adder probe = room.adder();
    auto graph = half_known(probe, room.rounding());
    const Model model = Model::create(room.instance(), graph.desc());
    accel_device *device = room.device().get();
    std::vector<Row> on_device, on_target;
    REQUIRE_STATUS(ask(model, &device, 1, &on_device), ACCEL_STATUS_OK);
    REQUIRE_STATUS(ask(model, nullptr, 0, &on_target, target.c_str()), ACCEL_STATUS_OK);
    REQUIRE(on_device.size() == on_target.size());
    for (size_t index = 0; index < on_device.size(); ++index) {
        CHECK(on_device[index].device == on_target[index].device);
        CHECK(on_device[index].reason == on_target[index].reason);
        CHECK(on_device[index].nodes == on_target[index].nodes);
    }
    std::vector<Row> none;
    CHECK_REFUSED(ask(model, nullptr, 0, &none), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(none.size() == 0);
}

}  // namespace accel::conformance
