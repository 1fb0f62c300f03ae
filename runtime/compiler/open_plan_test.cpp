// SPDX-License-Identifier: MIT
// Which sizes stay open, what is planned for them, and the bounds of ports.
#include "open_plan.h"

#include <accel/graph/builder.h>
#include <catch2/catch_test_macros.hpp>

#include "base/error.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

accel_symbol_value given(const char *name, int64_t size) { return {name, nullptr, size, 0, 0, 0}; }
accel_symbol_value range(const char *name, int64_t min, int64_t max, int64_t typical = 0) { return {name, nullptr, -1, min, max, typical}; }
Dim of(uint32_t symbol) { return {-1, symbol}; }

/// y = concat(x, x) along axis 0, of [P, S]; its rows are named "both" = P + P. P is from 2 to 7, S without a bound.
struct Open : Builder {
    Open()
    {
        accel::graph::Builder rows;
        graph.symbols = {{"P", 2, 7}, {"S", 1, INT32_MAX}};
        const uint32_t p = rows.symbol(0, {2, 7});
        graph.symbols.push_back({"both", 0, INT32_MAX, ACCEL_SYMBOL_KIND_DERIVED, rows.add(p, p)});
        graph.expressions.assign(rows.rows().begin(), rows.rows().end());
        const uint32_t x = tensor("x", ACCEL_TYPE_F32, {}), y = tensor("y", ACCEL_TYPE_F32, {});
        graph.tensors[x].shape = {of(0), of(1)};
        graph.tensors[y].shape = {of(2), of(1)};
        Node &concat = node("cat", ACCEL_OPERATION_CONCAT, {x, x}, {y});
        concat.set_ints(ACCEL_ATTRIBUTE_AXIS, {0});
        graph.inputs = {x};
        graph.outputs = {y};
    }
    accel_status plan(const std::vector<accel_symbol_value> &values)
    {
        made = {};
        SizeRequest request;
        const accel_status status = read_sizes(values, &request);
        return status == ACCEL_STATUS_OK ? plan_open_sizes(graph, {}, request, &made) : status;
    }
    OpenPlan made;
};

}  // namespace

TEST_CASE("what is not given stays open, planned for its largest size, or for its typical one where there is no bound", "[compiler][sizes]")
{
    Open open;
    REQUIRE(open.plan({}) == ACCEL_STATUS_OK);
    REQUIRE(open.made.symbols.size() == 2);
    CHECK(open.made.symbols[0].name == "P");
    CHECK(open.made.symbols[0].planned_size == 7);
    CHECK(open.made.symbols[1].max_size == ACCEL_SIZE_UNBOUNDED);
    CHECK(open.made.symbols[1].planned_size == 1);
    REQUIRE(open.made.ports.size() == 2);
    CHECK(open.made.ports[0].dims == std::vector<int64_t>{7, ACCEL_SIZE_UNBOUNDED});
    CHECK(open.made.ports[1].dims == std::vector<int64_t>{14, ACCEL_SIZE_UNBOUNDED});  // what is derived has a bound of its own
    REQUIRE(open.plan({range("P", 3, 4), range("S", 0, 0, 50)}) == ACCEL_STATUS_OK);
    CHECK(open.made.symbols[0].min_size == 3);
    CHECK(open.made.symbols[0].planned_size == 4);
    CHECK(open.made.symbols[1].planned_size == 50);
    CHECK(open.made.ports[1].dims[0] == 8);
    REQUIRE(open.plan({given("S", 9)}) == ACCEL_STATUS_OK);
    REQUIRE(open.made.symbols.size() == 1);
    CHECK(open.made.ports[1].dims == std::vector<int64_t>{14, 9});
    REQUIRE(open.plan({given("S", 9), given("P", 2)}) == ACCEL_STATUS_OK);
    CHECK(open.made.symbols.empty());
}

TEST_CASE("planned sizes are ones that the symbol may have", "[compiler][sizes]")
{
    Open open;
    open.graph.symbols[0].multiple = 4;
    REQUIRE(open.plan({}) == ACCEL_STATUS_OK);
    CHECK(open.made.symbols[0].planned_size == 4);
    open.graph.symbols[1].multiple = 16;
    REQUIRE(open.plan({}) == ACCEL_STATUS_OK);
    CHECK(open.made.symbols[1].planned_size == 16);
    CHECK(open.plan({range("P", 5, 7)}) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message) == "symbol 'P' can have no size: no multiple of 4 lies between 5 and 7");
}

TEST_CASE("P-7 a planned size stays within 64 bits", "[compiler][sizes]")
{
    Open open;
    constexpr int64_t kMultiple = (int64_t{1} << 62) + 1;
    Symbol &s = open.graph.symbols[1];
    s.max_size = INT64_MAX;
    s.multiple = kMultiple;
    REQUIRE(open.plan({range("S", 0, 0, kMultiple)}) == ACCEL_STATUS_OK);
    CHECK(open.made.symbols[1].planned_size == kMultiple);
    s.min_size = kMultiple + 1;
    CHECK(open.plan({}) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("symbol 'S' can have no size") == 0);
}

TEST_CASE("P-7 ranges lie in the model's, and are those of free symbols", "[compiler][sizes]")
{
    Open open;
    for (const auto &value : {range("P", 8, 9), range("P", 0, 1), range("P", 6, 3), range("P", 2, 7, 9), range("both", 2, 4), range("Q", 1, 2), given("P", -2), accel_symbol_value{"P", nullptr, 2, 1, 3, 0}})
        CHECK(open.plan({value}) == ACCEL_STATUS_INVALID_ARGUMENT);
}
