// SPDX-License-Identifier: MIT
// Tests of answers to a build, right and wrong.
#include "emit.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "base/check.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

namespace {

/// What a module might answer to the build of y[2,3] = x[2,3] + k[3].
struct Answered {
    uint8_t bytes[3] = {1, 2, 3};
    accel_layout_step steps[2] = {{0, 0, 2, 8 * 16}, {1, 0, 3, 8 * 4}};
    accel_layout layout{sizeof(accel_layout), ACCEL_LAYOUT_KIND_STEPS, ACCEL_TYPE_F32, 0, 0, steps, 2, 0, 32};
    accel_bk_constant_place constants[1] = {{0, 1, ACCEL_BK_CONSTANT_PART_VALUES, 0}};
    accel_bk_port ports[2] = {{0, 0, &layout, 16, 0, 0}, {2, 0, &layout, 16, 0, 0}};
    accel_bk_blob_entry entry{ports, 64, 2, 5};
    accel_bk_blob blob{sizeof(accel_bk_blob), nullptr, bytes, 3, &entry, constants, "", 1, 1};
};
int releases = 0;

Subgraph part()
{
    Builder b;
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {2, 3}), k = b.constant<float>("k", ACCEL_TYPE_F32, {3}, {1, 2, 3});
    const uint32_t y = b.tensor("y", ACCEL_TYPE_F32, {2, 3});
    b.node("add", ACCEL_OPERATION_ADD, {x, k}, {y});
    b.output(y);
    return extract(b.graph, {0});
}

struct Answer {
    accel_status status;
    std::string rule;
    BuiltBlob built;
};

Answer build(Answered &answer, accel_status status = ACCEL_STATUS_OK, bool made = true, const std::vector<Wish> &wishes = {})
{
    FakeCompiler fake(0, "fake", takes({ACCEL_OPERATION_ADD}));
    answer.blob.release = [](accel_bk_blob *) { ++releases; };
    fake.build = [&](std::span<const accel_graph_desc *const>, accel_bk_blob **out) { return *out = made && status == ACCEL_STATUS_OK ? &answer.blob : nullptr, status; };
    Answer out;
    const int before = releases;
    const Subgraph one = part();
    const Subgraph *parts[] = {&one};
    out.status = build_blob(fake.target(), parts, {}, wishes, &out.built);
    out.rule = out.status == ACCEL_STATUS_OK ? "" : accel_last_error()->rule;
    CHECK(releases == before + (made && status == ACCEL_STATUS_OK ? 1 : 0));
    return out;
}

}  // namespace

TEST_CASE("a blob becomes a segment", "[emit]")
{
    Answered good;
    const Answer answer = build(good);
    REQUIRE(answer.status == ACCEL_STATUS_OK);
    CHECK(answer.built.blob.bytes == std::vector<uint8_t>{1, 2, 3});
    REQUIRE(answer.built.segments.size() == 1);
    CHECK(layout_text(answer.built.segments[0].segment.inputs[0]) == "0:2@16 1:3@4");
    CHECK(answer.built.blob.constants[0].byte_count == 12);
    CHECK(answer.built.blob.kept_constants.size() == 1);
    CHECK(answer.built.segments[0].buffer_count_max == 5);
}

TEST_CASE("blobs that break the contract are blamed on the module", "[emit]")
{
    const auto rule = [](auto damage) {
        Answered blob;
        damage(blob);
        const Answer answer = build(blob);
        CHECK(answer.status == ACCEL_STATUS_INTERNAL);
        return answer.rule;
    };
    CHECK(rule([](Answered &b) { b.entry.port_count = 1; }) == "P-3");
    CHECK(rule([](Answered &b) { b.entry.ports = nullptr; }) == "P-3");
    CHECK(rule([](Answered &b) { b.ports[1].tensor = 0; }) == "P-3");
    CHECK(rule([](Answered &b) { b.ports[0].reserved = 1; }) == "A-26");
    CHECK(rule([](Answered &b) { b.ports[0].layout = nullptr; }) == "L-1");
    CHECK(rule([](Answered &b) { b.layout.struct_size = 8; }) == "L-1");
    CHECK(rule([](Answered &b) { b.layout.kind = 2; }) == "L-1");
    CHECK(rule([](Answered &b) { b.layout.step_count = 33; }) == "L-1");
    CHECK(rule([](Answered &b) { b.layout.steps = nullptr; }) == "L-1");
    CHECK(rule([](Answered &b) { b.layout.size_bytes = 27; }) == "L-1");
    CHECK(rule([](Answered &b) { b.ports[0].align_bytes = 12; }) == "L-1");
    CHECK(rule([](Answered &b) { b.steps[0].stride_bits = 8 * 8; }) == "L-1");
    CHECK(rule([](Answered &b) { b.steps[1].stride_bits = -32; }) == "L-1");
    CHECK(rule([](Answered &b) { b.constants[0].tensor = 0; }) == "A-10");
    CHECK(rule([](Answered &b) { b.constants[0].tensor = 99; }) == "A-10");
    CHECK(rule([](Answered &b) { b.constants[0].graph = 1; }) == "A-10");
    CHECK(rule([](Answered &b) { b.constants[0].part = 1; }) == "A-10");
    CHECK(rule([](Answered &b) { b.constants[0].reserved = 1; }) == "A-10");
    CHECK(rule([](Answered &b) { b.blob.entry_count = 2; }) == "A-10");
    CHECK(rule([](Answered &b) { b.blob.entries = nullptr; }) == "A-10");
    CHECK(rule([](Answered &b) { b.blob.bytes = nullptr; }) == "A-10");
    Answered blob;
    CHECK(build(blob, ACCEL_STATUS_OK, false).status == ACCEL_STATUS_INTERNAL);
    const Answer broken = build(blob, ACCEL_STATUS_UNSUPPORTED);
    CHECK(broken.status == ACCEL_STATUS_INTERNAL);
    CHECK(broken.rule == "C-2");
    CHECK(build(blob, ACCEL_STATUS_RESOURCE).status == ACCEL_STATUS_RESOURCE);
    CHECK(build(blob, static_cast<accel_status>(77)).status == ACCEL_STATUS_INTERNAL);
}
