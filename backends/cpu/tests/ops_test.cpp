// SPDX-License-Identifier: MIT
// Every row of the table over nodes that are drawn: what is claimed is built, runs and is right. Some of what is drawn has to be refused.
#include "draw.h"
#include "evaluate.h"

#include <catch2/catch_test_macros.hpp>

#include "ops/ops.h"

#include <accel/graph/rules.h>

#include <algorithm>
#include <cmath>
#include <set>

using namespace accel::cpu::test;
namespace graph = accel::graph;

namespace {

// Stored values may be one step away: their exact formulas have tests of their own.
bool near(const accel_tensor_desc &made, const Real &expected)
{
    const Real real = decode(made);
    const double unit = made.quantization ? static_cast<double>(graph::quantization(made).scales[0]) : 0;
    const int32_t zero = made.quantization ? graph::quantization(made).zero_points[0] : 0;
    const double low = made.type == ACCEL_TYPE_U8 ? 0 : -128, high = made.type == ACCEL_TYPE_U8 ? 255 : 127;
    for (size_t i = 0; i < real.values.size(); ++i) {
        if (made.type == ACCEL_TYPE_I32 && unit == 0 && real.values[i] != expected.values[i])
            return false;
        const double wanted = unit != 0 ? std::clamp(expected.values[i], (low - zero) * unit, (high - zero) * unit) : expected.values[i];
        if (real.values[i] == wanted || (std::isnan(wanted) && std::isnan(real.values[i])))
            continue;  // infinite and NaN ones as well: logarithms of 0 and of negative numbers
        if (!(std::abs(real.values[i] - wanted) <= (unit != 0 ? 1.001 * unit : 1e-5 * (1 + std::abs(wanted)))))
            return false;
    }
    return expected.dims == real.dims || expected.values.size() == real.values.size();
}

bool right(const graph::Applied &node, size_t result, const Bytes &bytes)
{
    // What compiling folds has the bits that a device makes.
    if (const auto folded = graph::fold(node, [] {}))
        return bytes == *folded;
    Real expected = evaluate(node, result);
    accel_tensor_desc made = *node.results[result];
    made.data = bytes.data();
    made.data_bytes = bytes.size();
    if (const auto low = graph::real(*node.node, ACCEL_ATTRIBUTE_CLAMP_MIN))
        for (double &value : expected.values)
            value = std::clamp(value, static_cast<double>(*low), static_cast<double>(*graph::real(*node.node, ACCEL_ATTRIBUTE_CLAMP_MAX)));
    return near(made, expected);
}

std::vector<accel::cpu::CpuOp> every_op()
{
    std::vector<accel::cpu::CpuOp> ops;
    for (const auto family : accel::cpu::op_families())
        ops.insert(ops.end(), family.begin(), family.end());
    return ops;
}

}  // namespace

TEST_CASE("what a row of the table claims is built and right", "[ops]")
{
    constexpr uint32_t kDraws = 120;
    std::set<uint32_t> seen;
    for (const accel::cpu::CpuOp &op : every_op()) {
        CHECK(seen.insert(op.operation).second);
        // Functions of single elements have a test over all their types (elements_test.cpp); those with scales or kernels for vectors are here too.
        if (op.prepare == accel::cpu::prepare_elements)
            continue;
        // Regions are no operands to draw: branches_test.cpp has them.
        if (op.operation == ACCEL_OPERATION_IF)
            continue;
        uint32_t claimed = 0;
        for (uint32_t seed = 0; seed < kDraws; ++seed) {
            INFO("operation " << op.operation << ", draw " << seed);
            Draw draw(op.operation, seed);
            if (draw.is_plain_element())
                continue;
            if (query(draw.desc()).group == 0)
                continue;
            ++claimed;
            const std::vector<Bytes> made = execute(draw.desc(), draw.data());
            std::vector<accel_tensor_desc> tensors;
            const accel_graph_desc known = draw.known(tensors);
            const graph::View view(known);
            const graph::NodeView node(view, view.node(0));
            REQUIRE(made.size() == node.get().results.size());
            for (size_t i = 0; i < made.size(); ++i)
                CHECK(right(node.get(), i, made[i]));
        }
        INFO("operation " << op.operation << ", claimed " << claimed);
        CHECK(claimed > kDraws / 12);
        CHECK(claimed < kDraws);
    }
}
