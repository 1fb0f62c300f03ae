// SPDX-License-Identifier: MIT
// Networks: what is drawn, how it is cut, and how far two right results may be apart.
#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "networks/steadiness.h"
#include "networks/weaver.h"

using namespace accel::conformance;

namespace {

Tensor floats(const Dims &dims, const std::vector<float> &values)
{
    Tensor tensor{ACCEL_TYPE_F32, dims, {}, {}};
    for (const float value : values) append_real(tensor.bytes, value);
    return tensor;
}

Question question(accel_operation operation, accel_type type = ACCEL_TYPE_F32, const Dims &dims = {2})
{
    Question asked;
    asked.operation = operation;
    asked.results.push_back({type, dims, {}, {}});
    return asked;
}

/// v2 = v0 + v1, v3 = relu v2, v4 = v2 * v3
Network small()
{
    Network network;
    const size_t a = network.add_input(floats({2}, {3, -1})), b = network.add_input(floats({2}, {0.5f, 0.25f}));
    REQUIRE(network.add(question(ACCEL_OPERATION_ADD), {a, b}));
    REQUIRE(network.add(question(ACCEL_OPERATION_RELU), {2}));
    REQUIRE(network.add(question(ACCEL_OPERATION_MUL), {2, 3}));
    return network;
}

}  // namespace

TEST_CASE("a network holds what the reference makes of it", "[networks]")
{
    const Network network = small();
    CHECK(network.inputs() == std::vector<size_t>{0, 1});
    CHECK(network.results(true) == std::vector<size_t>{2, 3, 4});
    CHECK(network.results(false) == std::vector<size_t>{4});
    CHECK(network.values()[4].tensor.bytes == floats({2}, {12.25f, -0.0f}).bytes);
    GraphBuilder graph = network.graph(true);
    CHECK((graph.desc().node_count == 3 && graph.desc().output_count == 3 && graph.desc().input_count == 2));
    CHECK(network.graph(false).desc().output_count == 1);
    CHECK(network.text().find("v4:F32[2] = MUL(v2:F32[2], v3:F32[2])") != std::string::npos);
}

TEST_CASE("what has no answer, or a number near the end of its type, is no member", "[networks]")
{
    Network network;
    const size_t large = network.add_input(floats({2}, {1e37f, 1})), zero = network.add_input(floats({2}, {0, 1}));
    CHECK_FALSE(network.add(question(ACCEL_OPERATION_ADD), {large, large}));
    CHECK_FALSE(network.add(question(ACCEL_OPERATION_DIV), {zero, zero}));
    CHECK(network.members().empty());
    CHECK(network.add(question(ACCEL_OPERATION_ADD), {zero, zero}));
}

TEST_CASE("the part that a value depends on, cut where elements are given", "[networks]")
{
    const Network network = small();
    const auto relu = network.ancestors(3, {});
    REQUIRE(relu.has_value());
    CHECK(relu->members().size() == 2);
    CHECK(relu->values().back().tensor.bytes == network.values()[3].tensor.bytes);
    std::vector<std::vector<char>> given(5);
    given[2] = floats({2}, {-4, 4}).bytes;
    const auto cut = network.ancestors(4, given);
    REQUIRE(cut.has_value());
    CHECK(cut->members().size() == 2);
    CHECK(cut->inputs().size() == 1);
    CHECK(cut->values().back().tensor.bytes == floats({2}, {-0.0f, 16}).bytes);
    given[2] = floats({2}, {NAN, 4}).bytes;
    CHECK_FALSE(network.ancestors(4, given).has_value());
}

TEST_CASE("the same seed draws the same network, of operations that are tied to each other", "[networks]")
{
    const auto &subjects = all_subjects();
    CHECK(woven(subjects, 5, 20).text() == woven(subjects, 5, 20).text());
    CHECK(woven(subjects, 5, 20).text() != woven(subjects, 6, 20).text());
    size_t members = 0, tied = 0, quantised = 0;
    for (uint64_t seed = 0; seed < 20; ++seed) {
        const Network network = woven(subjects, seed, 20);
        for (const auto &member : network.members()) {
            ++members;
            for (const size_t operand : member.operands)
                if (operand != Network::kNone && network.values()[operand].maker != Network::kNone) {
                    ++tied;
                    break;
                }
            quantised += member.question.operation == ACCEL_OPERATION_QUANTIZE;
        }
    }
    CHECK(members > 400);
    CHECK(tied > members / 2);
    CHECK(quantised > 0);
}

TEST_CASE("distances grow with each rounding, and end where a step may be large", "[networks]")
{
    Network network = small();
    const double ulp = std::ldexp(1.0, -23);
    REQUIRE(network.add(question(ACCEL_OPERATION_FLOOR), {4}));
    REQUIRE(network.add(question(ACCEL_OPERATION_ADD), {5, 0}));
    REQUIRE(network.add(question(ACCEL_OPERATION_TRANSPOSE), {0}));
    const auto distances = distances_of(network);
    CHECK((distances[0] == 0.0 && distances[1] == 0.0));
    REQUIRE((distances[2] && distances[3] && distances[4]));
    CHECK((*distances[2] >= 2 * ulp && *distances[2] <= 8 * ulp));  // of 3.5
    CHECK(*distances[3] > *distances[2]);
    CHECK(*distances[4] > 3 * *distances[3]);  // 3.5 times
    CHECK(*distances[4] < 100 * ulp);
    CHECK_FALSE(distances[5].has_value());
    CHECK_FALSE(distances[6].has_value());
    CHECK(distances[7] == 0.0);  // bits that only move
    const Tensor like = floats({2}, {1, 2});
    CHECK(apart(like, like.bytes, floats({2}, {1, 2.001f}).bytes, 0.01).empty());
    CHECK(apart(like, like.bytes, floats({2}, {1, 2.1f}).bytes, 0.01).find("element 1 is 2.1") == 0);
    CHECK_FALSE(apart(like, like.bytes, floats({2}, {NAN, 2}).bytes, 0.01).empty());
    CHECK(apart(like, floats({2}, {0, 2}).bytes, floats({2}, {-0.0f, 2}).bytes, 0) == "their bits differ");
}
