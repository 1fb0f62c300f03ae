// SPDX-License-Identifier: MIT
// Tests of chosen layouts, and of who converts where a device has another.
#include "choices.h"

#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "testing/builder.h"

using namespace accel;
using namespace accel::runtime;
using accel::testing::Builder;

namespace {

struct Alone : Sharing {
    bool together(const std::vector<uint32_t> &) const override { return true; }
    bool either_way(uint32_t, uint32_t) const override { return true; }
};

/// y = Relu(x) over 2 x 20, built by a device whose ports are in blocks of 16.
struct Fixture {
    Builder b;
    std::vector<Subgraph> parts;
    std::vector<Segment> segments{1};
    Plan out;

    Fixture()
    {
        const uint32_t x = b.input("x", ACCEL_TYPE_I8, {2, 20}), y = b.tensor("y", ACCEL_TYPE_I8, {2, 20});
        b.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
        b.output(y);
        parts.push_back(extract(b.graph, {0}));
        segments[0].inputs = {blocked(x, ACCEL_PADDING_ZERO_BITS)};
        segments[0].outputs = {blocked(y, ACCEL_PADDING_ANY)};
    }

    PortLayout blocked(uint32_t tensor, uint32_t padding)
    {
        PortLayout layout = dense_layout(b.graph.tensors[tensor]);
        static_cast<layouts::Layout &>(layout) = *layouts::blocked(ACCEL_TYPE_I8, layout.dims, std::vector<uint32_t>{0, 1}, 1, 16);
        layout.padding = padding;
        layout.align_bytes = 16;
        return layout;
    }

    void plan_with(const PortChoices &choices)
    {
        out = {};
        segments[0].input_sources.clear();
        segments[0].output_sources.clear();
        plan(b.graph, parts, Alone(), choices, segments, &out);
    }

    accel_status take(const std::vector<accel_port_choice> &ports, PortChoices *choices) { return take_choices(b.graph, {}, ports, choices); }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "L-2 what strides cannot tell is converted where nobody chooses", "[choices]")
{
    plan_with({});
    CHECK(layout_text(out.ports[0].layout) == "0:2@20 1:20@1");
    CHECK(segments[0].input_sources[0].kind == PortSource::Kind::Value);
    CHECK(out.values[0].copy_of_port);
    CHECK(out.values[1].port_of == 1);
    REQUIRE(out.transfers.size() == 2);
    CHECK(out.transfers[0].kind == ACCEL_TRANSFER_KIND_CONVERT);
    CHECK(out.transfers[0].from_segment == ACCEL_SEGMENT_APPLICATION);
    CHECK(out.transfers[0].size_bytes == 64);  // padding is filled
    CHECK(out.transfers[1].to_segment == ACCEL_SEGMENT_APPLICATION);
    CHECK(out.transfers[1].size_bytes == 40);
}

TEST_CASE_METHOD(Fixture, "L-6 DEVICE ports are the device's", "[choices]")
{
    PortChoices choices;
    REQUIRE(take({{"x", nullptr, ACCEL_PORT_LAYOUT_DEVICE, 0, nullptr}, {"y", nullptr, ACCEL_PORT_LAYOUT_DEVICE, 0, nullptr}}, &choices) == ACCEL_STATUS_OK);
    plan_with(choices);
    CHECK(out.values.empty());
    CHECK(out.transfers.empty());
    CHECK(out.ports[0].layout.padding == ACCEL_PADDING_ZERO_BITS);
    CHECK(out.ports[1].layout.size_bytes == 64);
    CHECK(out.ports[1].layout.align_bytes == 16);
}

TEST_CASE_METHOD(Fixture, "L-6 GIVEN ports are as given, converted only where they disagree", "[choices]")
{
    const PortLayout same = blocked(b.graph.inputs[0], ACCEL_PADDING_ZERO_BITS);
    accel_layout given = same.view();
    PortChoices choices;
    REQUIRE(take({{"x", nullptr, ACCEL_PORT_LAYOUT_GIVEN, 0, &given}, {"y", nullptr, ACCEL_PORT_LAYOUT_DEVICE, 0, nullptr}}, &choices) == ACCEL_STATUS_OK);
    plan_with(choices);
    CHECK(out.transfers.empty());
    // The device needs zeros that the application does not promise.
    given.padding = ACCEL_PADDING_ANY;
    choices.clear();
    REQUIRE(take({{"x", nullptr, ACCEL_PORT_LAYOUT_GIVEN, 0, &given}, {"y", nullptr, ACCEL_PORT_LAYOUT_DEVICE, 0, nullptr}}, &choices) == ACCEL_STATUS_OK);
    plan_with(choices);
    REQUIRE(out.transfers.size() == 1);
    CHECK(out.transfers[0].kind == ACCEL_TRANSFER_KIND_COPY);
    // The device touches more than the application has.
    segments[0].outputs[0].size_bytes = 100;
    const PortLayout shorter = blocked(b.graph.outputs[0], ACCEL_PADDING_ANY);
    given = shorter.view();
    choices.clear();
    REQUIRE(take({{"y", nullptr, ACCEL_PORT_LAYOUT_GIVEN, 0, &given}}, &choices) == ACCEL_STATUS_OK);
    plan_with(choices);
    CHECK(out.ports[1].layout.size_bytes == 64);
    CHECK(out.values.back().port_of == 1);
}

TEST_CASE_METHOD(Fixture, "choices that cannot be", "[choices]")
{
    PortChoices choices;
    CHECK(take({{"z", nullptr, ACCEL_PORT_LAYOUT_DENSE, 0, nullptr}}, &choices) == ACCEL_STATUS_NOT_FOUND);
    CHECK(std::string(accel_last_error()->message).find("are: x, y") != std::string::npos);
    CHECK(take({{nullptr, nullptr, ACCEL_PORT_LAYOUT_DENSE, 0, nullptr}}, &choices) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(take({{"x", nullptr, ACCEL_PORT_LAYOUT_DENSE, 1, nullptr}}, &choices) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(take({{"x", nullptr, 4, 0, nullptr}}, &choices) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(take({{"x", nullptr, ACCEL_PORT_LAYOUT_GIVEN, 0, nullptr}}, &choices) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(take({{"x", nullptr, ACCEL_PORT_LAYOUT_DENSE, 0, nullptr}, {"x", nullptr, ACCEL_PORT_LAYOUT_DENSE, 0, nullptr}}, &choices) == ACCEL_STATUS_INVALID_ARGUMENT);
    VariableUse use;
    use.input = "x";
    CHECK(take_choices(b.graph, std::span(&use, 1), std::vector<accel_port_choice>{{"x", nullptr, ACCEL_PORT_LAYOUT_DENSE, 0, nullptr}}, &choices) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("L-1 REAL_ZERO wants one zero point", "[choices]")
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_U8, {2, 3});
    b.graph.tensors[x].quantization = Quantization{{1.0f, 1.0f}, {3, 4}, 0};
    PortLayout layout = dense_layout(b.graph.tensors[x]), taken;
    layout.padding = ACCEL_PADDING_REAL_ZERO;
    accel_layout given = layout.view();
    CHECK(take_layout(&given, b.graph.tensors[x], false, &taken) == ACCEL_STATUS_INVALID_ARGUMENT);
    b.graph.tensors[x].quantization->zero_points = {4, 4};
    REQUIRE(take_layout(&given, b.graph.tensors[x], false, &taken) == ACCEL_STATUS_OK);
    CHECK(taken.zero == 4);
}
