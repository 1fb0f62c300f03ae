// SPDX-License-Identifier: MIT
// Tests of known inputs: values, sizes that follow, what is refused, what it costs.
#include "known_values.h"

#include <accel/graph/builder.h>
#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "base/error.h"
#include "base/progress.h"
#include "graph/graph_check.h"
#include "graph/values.h"
#include "prepare.h"
#include "testing/builder.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

/// y = reshape(x[L, 6], shape), shape an input.
struct Reshaped : Builder {
    uint32_t x = 0, shape = 0, y = 0;
    Reshaped()
    {
        graph.symbols = {{"L", 1, 100}, {"rows", 0, 1000, ACCEL_SYMBOL_KIND_DERIVED}, {"n", 0, 8}};
        x = input("x", ACCEL_TYPE_F32, {1, 6}), shape = input("shape", ACCEL_TYPE_I64, {2}), y = tensor("y", ACCEL_TYPE_F32, {1, 3});
        graph.tensors[x].shape[0] = {-1, 0};
        graph.tensors[y].shape[0] = {-1, 1};
        node("r", ACCEL_OPERATION_RESHAPE, {x, shape}, {y});
        output(y);
        REQUIRE(check_rules(graph) == ACCEL_STATUS_OK);
    }
    accel_status prepared(std::vector<accel_known_value> known, uint32_t element_size = sizeof(accel_known_value), int64_t length = 4)
    {
        const accel_symbol_value value{"L", nullptr, length};
        return prepare(graph, {&value, length ? 1u : 0u, 0, {known.data(), static_cast<uint32_t>(known.size()), element_size}});
    }
    std::string refused(std::vector<accel_known_value> known)
    {
        CHECK(prepared(std::move(known)) == ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->rule) + " " + accel_last_error()->message;
    }
};

const int64_t kWanted[2] = {-1, 3};

accel_known_value wanted() { return {"shape", nullptr, kWanted, sizeof kWanted, nullptr, 0, 0}; }

}  // namespace

TEST_CASE("P-17 a known input is a constant and no input", "[program]")
{
    Reshaped r;
    REQUIRE(r.prepared({wanted()}) == ACCEL_STATUS_OK);
    REQUIRE(r.graph.inputs.size() == 1);
    CHECK(r.graph.tensors[r.graph.inputs[0]].name == "x");
    REQUIRE(r.graph.nodes.size() == 1);
    CHECK(integers_at(r.graph, r.graph.nodes[0], ACCEL_OPERAND_RESHAPE_SHAPE) == std::vector<int64_t>{8, 3});
}

TEST_CASE("P-17 the dims of a known input give symbols their sizes", "[program]")
{
    const std::vector<float> values(30, 0.5f);
    const int64_t dims[2] = {5, 6};
    const accel_known_value x{"x", nullptr, values.data(), values.size() * 4, dims, 2, 0};
    Reshaped r;
    REQUIRE(r.prepared({x, wanted()}, sizeof(accel_known_value), 0) == ACCEL_STATUS_OK);
    CHECK(r.graph.inputs.empty());
    CHECK(r.graph.tensors[r.graph.outputs[0]].shape == Shape{Dim{10}, Dim{3}});
    Reshaped other;
    CHECK(other.prepared({x, wanted()}) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("symbol 'L' is 5 by known value 'x', but it is 4 already") != std::string::npos);
}

namespace {

/// Two results: y of x [L], and sum of z, which is known and whose size follows from L as its expression says (2L), or as nothing says. With x_size x is no longer open, and makes L known.
struct Followed : Builder {
    explicit Followed(uint32_t kind, bool expressed, int64_t x_size = 0)
    {
        accel::graph::Builder rows;
        const uint32_t twice = rows.mul(rows.constant(2), rows.symbol(0, {1, 100}));
        graph.expressions.assign(rows.rows().begin(), rows.rows().end());
        graph.symbols = {{"L", 1, 100}, {"twice", 0, 1000, kind, expressed ? twice : ACCEL_EXPRESSION_NONE}};
        const uint32_t x = input("x", ACCEL_TYPE_F32, {1}), z = input("z", ACCEL_TYPE_F32, {1}), y = tensor("y", ACCEL_TYPE_F32, {1}), sum = tensor("sum", ACCEL_TYPE_F32, {1});
        graph.tensors[x].shape[0] = x_size ? Dim{x_size} : Dim{-1, 0};
        graph.tensors[y].shape[0] = {-1, 0};
        graph.tensors[z].shape[0] = graph.tensors[sum].shape[0] = {-1, 1};
        node("y", ACCEL_OPERATION_RELU, {x}, {y});
        node("sum", ACCEL_OPERATION_RELU, {z}, {sum});
        output(y);
        output(sum);
        REQUIRE(check_rules(graph) == ACCEL_STATUS_OK);
    }
    accel_status prepared(int64_t length, int64_t known_size)
    {
        const accel_symbol_value value{"L", nullptr, length};
        const std::vector<float> data(static_cast<size_t>(known_size), 1.0f);
        const accel_known_value z{"z", nullptr, data.data(), data.size() * 4, &known_size, 1, 0};
        return prepare(graph, {&value, length ? 1u : 0u, 0, {&z, 1, sizeof z}});
    }
};

}  // namespace

TEST_CASE("P-17 the dims of a known input are compared with what follows from others", "[program]")
{
    CHECK(Followed(ACCEL_SYMBOL_KIND_DERIVED, true).prepared(4, 8) == ACCEL_STATUS_OK);
    CHECK(Followed(ACCEL_SYMBOL_KIND_DERIVED, true).prepared(4, 9) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message) == "symbol 'twice' = L * 2 is 9 by known value 'z', but it is 8 already");
    CHECK(std::string(accel_last_error()->rule) == "P-7");
    CHECK(Followed(ACCEL_SYMBOL_KIND_DERIVED, true, 4).prepared(0, 8) == ACCEL_STATUS_OK);
    CHECK(Followed(ACCEL_SYMBOL_KIND_DERIVED, true, 4).prepared(0, 9) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message) == "symbol 'twice' = L * 2 is 9 by a known value or a node, but 8 by its expression");
    // Of what nobody else can say they are the size.
    for (const uint32_t kind : {ACCEL_SYMBOL_KIND_DERIVED, ACCEL_SYMBOL_KIND_DATA}) {
        Followed open(kind, false);
        REQUIRE(open.prepared(4, 9) == ACCEL_STATUS_OK);
        CHECK(open.graph.tensors[open.graph.outputs[1]].shape == Shape{Dim{9}});
        CHECK(Followed(kind, false).prepared(4, 1001) == ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

TEST_CASE("P-17 no data stands for the default that the model gives, and without known it is no constant", "[program]")
{
    const auto with_default = [] {
        Reshaped r;
        r.graph.tensors[r.shape].default_data = kWanted;
        r.graph.tensors[r.shape].default_bytes = sizeof kWanted;
        REQUIRE(check_rules(r.graph) == ACCEL_STATUS_OK);
        return r;
    };
    Reshaped known = with_default();
    REQUIRE(known.prepared({{"shape", nullptr, nullptr, 0, nullptr, 0, 0}}) == ACCEL_STATUS_OK);
    CHECK(known.graph.inputs.size() == 1);
    CHECK(integers_at(known.graph, known.graph.nodes[0], ACCEL_OPERAND_RESHAPE_SHAPE) == std::vector<int64_t>{8, 3});
    Reshaped other = with_default();
    static const int64_t kOther[2] = {3, 8};
    REQUIRE(other.prepared({{"shape", nullptr, kOther, sizeof kOther, nullptr, 0, 0}}) == ACCEL_STATUS_INVALID_ARGUMENT);  // y has 3 columns
    Reshaped open = with_default();
    REQUIRE(open.prepared({}) == ACCEL_STATUS_OK);
    CHECK(open.graph.inputs.size() == 2);
    CHECK(open.graph.nodes[0].operation == ACCEL_OPERATION_CUSTOM);
    CHECK(open.graph.tensors[open.graph.inputs[1]].default_data == kWanted);
    Reshaped sized = with_default();
    const std::string why = sized.refused({{"shape", nullptr, nullptr, 16, nullptr, 0, 0}});
    CHECK(why.find("data is NULL, and data_bytes, dims or rank is not 0") != std::string::npos);
}

TEST_CASE("P-17 what is no value of an input is refused", "[program]")
{
    const auto with = [](auto change) {
        accel_known_value value = wanted();
        change(value);
        Reshaped r;
        return r.refused({value});
    };
    const auto has = [](const std::string &text, const char *part) {
        UNSCOPED_INFO(text);
        return text.find(part) != std::string::npos;
    };
    const int64_t three[1] = {3}, negative[1] = {-2}, two[1] = {2}, none[2] = {0, 6};
    CHECK(has(with([](auto &v) { v.input = nullptr; }), "A-6"));
    CHECK(has(with([](auto &v) { v.input = "y"; }), "P-17 known value 'y': the model has no input of that name"));
    CHECK(has(with([](auto &v) { v.reserved = 1; }), "A-3"));
    CHECK(has(with([](auto &v) { v.data = nullptr; }), "P-17 known value 'shape': data is NULL, and the model gives the input no default"));
    CHECK(has(with([](auto &v) { v.data_bytes = 8; }), "it has 8 bytes, its shape and type need 16"));
    CHECK(has(with([](auto &v) { v.rank = 1; }), "dims is NULL, and rank is not 0"));
    CHECK(has(with([&](auto &v) { v.dims = three, v.rank = 1; }), "its shape is [3], the model's [2]"));
    CHECK(has(with([&](auto &v) { v.dims = negative, v.rank = 1; }), "the model's [2]"));
    CHECK(has(with([&](auto &v) { v.dims = two, v.rank = 0; }), "its shape is [], the model's [2]"));
    CHECK(has(with([&](auto &v) { v.input = "x"; }), "dims is NULL, and the model leaves sizes of it open"));
    CHECK(has(with([&](auto &v) { v.input = "x", v.dims = none, v.rank = 2, v.data_bytes = 0; }), "P-7 symbol 'L' is 0"));
    Reshaped twice;
    CHECK(has(twice.refused({wanted(), wanted()}), "it is given twice"));
    Reshaped sized;
    CHECK(sized.prepared({wanted()}, 24) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-24");
}

TEST_CASE("G-17 the copy of a known value is paid for", "[program]")
{
    Reshaped r;
    ConstantBudget small(8);
    const accel_known_value value = wanted();
    CHECK(guarded([&] { return prepare(r.graph, {nullptr, 0, 0, {&value, 1, sizeof value}, &small}); }) == ACCEL_STATUS_LIMIT);
}
