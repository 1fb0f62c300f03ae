// SPDX-License-Identifier: MIT
#include "emit.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "../check.h"
#include "testing/builder.h"
#include "testing/fake_compiler.h"

using namespace accel::runtime;
using accel::testing::Builder;
using accel::testing::FakeCompiler;
using accel::testing::takes;

namespace {

/// What a module might answer to the build of y[2,3] = x[2,3] + k[3].
struct Blob {
    uint8_t bytes[3] = {1, 2, 3};
    int64_t strides[2] = {16, 4};
    uint32_t constants[1] = {1};
    accel_bk_port ports[2] = {{0, 2, strides, 32, 16}, {2, 2, strides, 32, 16}};
    accel_bk_blob blob{sizeof(accel_bk_blob), nullptr, bytes, 3, constants, 1, 2, ports, 64, "", 5, 0};
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
    BuiltSegment built;
};

Answer build(Blob &answer, accel_status status = ACCEL_STATUS_OK, bool made = true)
{
    FakeCompiler fake(0, "fake", takes({ACCEL_OPERATION_ADD}));
    answer.blob.release = [](accel_bk_blob *) { ++releases; };
    fake.build = [&](const accel_graph_desc &, accel_bk_blob **out) { return *out = made && status == ACCEL_STATUS_OK ? &answer.blob : nullptr, status; };
    Answer out;
    const int before = releases;
    out.status = build_segment(fake.target(), part(), {}, &out.built);
    out.rule = out.status == ACCEL_STATUS_OK ? "" : accel_last_error()->rule;
    CHECK(releases == before + (made && status == ACCEL_STATUS_OK ? 1 : 0));
    return out;
}

}  // namespace

TEST_CASE("a blob becomes a segment", "[emit]")
{
    Blob good;
    const Answer answer = build(good);
    REQUIRE(answer.status == ACCEL_STATUS_OK);
    CHECK(answer.built.segment.blob == std::vector<uint8_t>{1, 2, 3});
    CHECK(answer.built.segment.inputs[0].strides_bytes == std::vector<int64_t>{16, 4});
    CHECK(answer.built.segment.constants[0].byte_count == 12);
    CHECK(answer.built.segment.kept_constants.size() == 1);
    CHECK(answer.built.buffer_count_max == 5);
}

TEST_CASE("blobs that break the contract are blamed on the module", "[emit]")
{
    const auto rule = [](auto damage) {
        Blob blob;
        damage(blob);
        const Answer answer = build(blob);
        CHECK(answer.status == ACCEL_STATUS_INTERNAL);
        return answer.rule;
    };
    CHECK(rule([](Blob &b) { b.blob.port_count = 1; }) == "P-3");
    CHECK(rule([](Blob &b) { b.blob.ports = nullptr; }) == "P-3");
    CHECK(rule([](Blob &b) { b.ports[1].tensor = 0; }) == "P-3");
    CHECK(rule([](Blob &b) { b.ports[0].rank = 1; }) == "P-3");
    CHECK(rule([](Blob &b) { b.ports[0].size_bytes = 27; }) == "P-3");
    CHECK(rule([](Blob &b) { b.ports[0].align_bytes = 12; }) == "P-3");
    CHECK(rule([](Blob &b) { b.strides[0] = 8; }) == "P-3");
    CHECK(rule([](Blob &b) { b.strides[1] = -4; }) == "P-3");
    CHECK(rule([](Blob &b) { b.constants[0] = 0; }) == "A-10");
    CHECK(rule([](Blob &b) { b.constants[0] = 99; }) == "A-10");
    CHECK(rule([](Blob &b) { b.blob.bytes = nullptr; }) == "A-10");
    Blob blob;
    CHECK(build(blob, ACCEL_STATUS_OK, false).status == ACCEL_STATUS_INTERNAL);
    const Answer broken = build(blob, ACCEL_STATUS_UNSUPPORTED);
    CHECK(broken.status == ACCEL_STATUS_INTERNAL);
    CHECK(broken.rule == "C-2");
    CHECK(build(blob, ACCEL_STATUS_RESOURCE).status == ACCEL_STATUS_RESOURCE);
    CHECK(build(blob, static_cast<accel_status>(77)).status == ACCEL_STATUS_INTERNAL);
}

TEST_CASE("strides of axes with one element do not count", "[emit]")
{
    const PortLayout a{ACCEL_TYPE_I8, {1, 4}, {4, 1}, 4, 1}, b{ACCEL_TYPE_I8, {1, 4}, {64, 1}, 4, 1}, c{ACCEL_TYPE_I8, {1, 4}, {4, 2}, 8, 1};
    CHECK(same_places(a, b));
    CHECK_FALSE(same_places(a, c));
}
