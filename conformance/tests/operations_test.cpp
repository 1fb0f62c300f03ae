// SPDX-License-Identifier: MIT
// The probes of the chapter `operations`, and the comparison that judges them.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "operations/cover.h"
#include "operations/probe.h"
#include "reference/rows.h"

namespace accel::conformance {
namespace {

/// Shapes, constants and inputs of a probe.
std::string fingerprint(Probe &probe)
{
    std::string text = probe.about;
    const auto &graph = probe.graph.desc();
    for (uint32_t index = 0; index < graph.tensor_count; ++index)
        if (graph.tensors[index].data) text.append(static_cast<const char *>(graph.tensors[index].data), graph.tensors[index].data_bytes);
    for (const auto &input : probe.inputs) text.append(input.begin(), input.end());
    return text;
}

std::vector<int64_t> dims_of(const accel_tensor_desc &tensor)
{
    std::vector<int64_t> dims;
    for (uint32_t axis = 0; axis < tensor.rank; ++axis) dims.push_back(tensor.dims[axis].size);
    return dims;
}

Comparison compared(std::vector<double> values, std::vector<float> results, double ulps)
{
    const auto count = static_cast<int64_t>(values.size());
    return compare(Expected::within_ulps({count}, std::move(values), ulps), to_bytes(results));
}

}  // namespace

TEST_CASE("of a result without a bound nothing is asked, and of its neighbours everything")
{
    const double endless = std::numeric_limits<double>::infinity();
    const float none = std::numeric_limits<float>::quiet_NaN();
    CHECK(compare(Expected::within({2}, {0, 1}, {endless, 0}), to_bytes(std::vector<float>{none, 1})));
    CHECK_FALSE(compare(Expected::within({2}, {0, 1}, {endless, 0}), to_bytes(std::vector<float>{none, none})));
}

TEST_CASE("every subject has an id of its own and a rule")
{
    std::set<std::string> ids, operations;
    for (const auto &subject : all_subjects()) {
        CHECK(ids.insert(subject.id()).second);
        operations.insert(subject.id().substr(0, subject.id().rfind('.')));
        CHECK(std::string(subject.rule()).rfind("N-", 0) == 0);
    }
    CHECK(operations.size() == std::size(kOperationRows));
    CHECK(ids.count("operations.leaky-relu.f32") == 1);
    CHECK(ids.count("operations.conv.i8-half-even") == 1);
}

TEST_CASE("every two choices of two aspects of an operation occur together, in at most 64 probes or four of each kind")
{
    for (const auto &row : kOperationRows) {
        INFO(row.name);
        const auto aspects = aspects_of(row);
        size_t asked = 0;
        for (const auto &subject : subjects_of(row)) asked += probe_count(subject);
        CHECK(asked <= most_of(aspects));
        CHECK(uncovered_pairs(aspects, pairwise(aspects, first_configurations(row, aspects), most_of(aspects))) == 0);
    }
}

TEST_CASE("every type and rounding of an operation has sizes with a tail, however many there are")
{
    size_t turns = 0;
    for (const auto &row : kOperationRows) {
        INFO(row.name);
        const auto aspects = aspects_of(row);
        std::set<size_t> kinds;
        for (const auto &configuration : pairwise(aspects, first_configurations(row, aspects), most_of(aspects)))
            if (configuration[1] == kTailSizes) kinds.insert(configuration[0]);
        CHECK(aspects[1].name == "sizes");
        CHECK(kinds.size() == aspects[0].choices);
        turns += kinds_take_turns(aspects);
    }
    CHECK(turns > 10);
}

TEST_CASE("pairs that are missing are counted, and a product has every combination once")
{
    const std::vector<Aspect> aspects{{"a", 2}, {"b", 3}, {"c", 2}};
    CHECK(uncovered_pairs(aspects, {}) == 16);
    CHECK(uncovered_pairs(aspects, {{0, 0, 0}}) == 13);
    CHECK(uncovered_pairs(aspects, pairwise(aspects, {}, 64)) == 0);
    const auto all = product(aspects, 100, 1);
    CHECK(std::set<Configuration>(all.begin(), all.end()).size() == 12);
    const auto some = product(aspects, 5, 1);
    CHECK(std::set<Configuration>(some.begin(), some.end()).size() == 5);
}

TEST_CASE("probes are the same for the same seed, and others for another")
{
    const auto all = [](const Subject &subject, uint64_t seed) {
        std::string text;
        for (size_t round = 0; round < probe_count(subject); ++round) {
            auto probe = make_probe(subject, seed, round);
            text += fingerprint(probe);
        }
        return text;
    };
    for (const auto &subject : all_subjects()) {
        INFO(subject.id());
        CHECK(all(subject, 1) == all(subject, 1));
        CHECK(all(subject, 1) != all(subject, 2));
        auto one = make_probe(subject, 1, 3), next = make_probe(subject, 1, 4);
        CHECK(fingerprint(one) != fingerprint(next));
    }
}

TEST_CASE("what a probe expects has the shapes and types of its graph's outputs")
{
    for (const auto &subject : all_subjects())
        for (size_t round = 0; round < probe_count(subject); ++round) {
            auto probe = make_probe(subject, 9, round);
            INFO(probe.about << ", round " << round);
            const auto &graph = probe.graph.desc();
            const auto &expected = probe.expected;
            REQUIRE(graph.node_count == 1);
            REQUIRE(expected.size() == graph.output_count);
            REQUIRE(probe.inputs.size() == graph.input_count);
            for (uint32_t output = 0; output < graph.output_count; ++output) {
                const auto &tensor = graph.tensors[graph.outputs[output]];
                CHECK(expected[output].type == static_cast<accel_type>(tensor.type));
                CHECK(expected[output].dims == dims_of(tensor));
            }
        }
}

TEST_CASE("a comparison takes what is allowed, and tells place, value, expected value and limit of what is not")
{
    const double one_ulp = std::ldexp(1.0, -23);
    CHECK(compared({1, 2}, {1, 2}, 0));
    CHECK(compared({1 + one_ulp / 2}, {1}, 1));
    CHECK(compared({0}, {-0.0f}, 0));
    CHECK(compared({std::nan("")}, {std::nanf("")}, 0));
    CHECK_FALSE(compared({1 + 2 * one_ulp}, {1}, 1));
    CHECK_FALSE(compared({std::nan("")}, {1}, 1));
    CHECK_FALSE(compared({1}, {std::nanf("")}, 1e9));
    CHECK_FALSE(compared({1}, {std::numeric_limits<float>::infinity()}, 1e9));
    CHECK_FALSE(compared({1, 2}, {1}, 1));
    CHECK(compared({1e60}, {std::numeric_limits<float>::infinity()}, 1));
    CHECK(compared({1, 2, 4}, {1, 2.5f, 5}, 1).difference() ==
          "element 1 is 2.5 (0x40200000), expected 2: off by 0.5 or 2097152 ULP, allowed are 2.38418579e-07 or 1 ULP; 2 of 3 elements are wrong");
    CHECK(compare(Expected::exactly(ACCEL_TYPE_I8, {2, 2}, {1, 2, 3, 4}), {1, 2, 3, -4}).difference() == "element 3 [1,1] is -4, expected 4, nothing else is allowed");
    CHECK(same<int32_t>({7, 8}, {7, 8}));
}

}  // namespace accel::conformance
