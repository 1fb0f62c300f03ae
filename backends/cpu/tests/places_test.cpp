// SPDX-License-Identifier: MIT
// Repeating, taking and putting by indices, triangles: where elements go by hand, indices that are outside, one result for every number of threads.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include <numeric>
#include <random>

using namespace accel::cpu::test;

namespace {

template <typename T> std::vector<T> rising(int64_t count)
{
    std::vector<T> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), T{1});
    return values;
}

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

GraphMaker::Attributes reducing(const char *reduction, int64_t axis = 0) { return {{{ACCEL_ATTRIBUTE_AXIS, {axis}}}, {}, 0, {{ACCEL_ATTRIBUTE_REDUCTION, reduction}}}; }

// y of x = 0, 1, 2, … in one axis, with updates at indices.
template <typename T> std::vector<T> put(uint32_t type, const std::vector<T> &x, const Ints &indices, const std::vector<T> &updates, const char *reduction)
{
    GraphMaker graph;
    const auto size = static_cast<int64_t>(x.size()), count = static_cast<int64_t>(indices.size());
    const uint32_t in = graph.input(type, {size}), at = graph.input(ACCEL_TYPE_I64, {count}), given = graph.input(type, {count}), out = graph.tensor(type, {size});
    graph.node(ACCEL_OPERATION_SCATTER_ELEMENTS, {in, at, given}, {out}, reducing(reduction));
    graph.output(out);
    return values_of<T>(execute(graph.desc(), {bytes_of(x), bytes_of(indices), bytes_of(updates)})[0]);
}

}  // namespace

TEST_CASE("a tile of sixteen axes that do not merge", "[places]")
{
    GraphMaker graph;
    const Dims x{2, 2, 2, 2, 2, 2, 2, 2}, repeats{2, 1, 2, 2, 2, 2, 2, 3};
    Dims y;
    for (size_t axis = 0; axis < x.size(); ++axis)
        y.push_back(x[axis] * repeats[axis]);
    const uint32_t in = graph.input(ACCEL_TYPE_I32, x), out = graph.tensor(ACCEL_TYPE_I32, y);
    graph.node(ACCEL_OPERATION_TILE, {in, graph.list(repeats)}, {out});
    graph.output(out);
    const auto made = values_of<int32_t>(execute(graph.desc(), {bytes_of(rising<int32_t>(256))})[0]);
    bool right = true;
    for (int64_t place = 0; place < count(y); ++place) {
        int64_t rest = place, from = 0, step = 1;
        for (size_t axis = y.size(); axis-- > 0; rest /= y[axis], step *= 2)
            from += rest % y[axis] % 2 * step;
        right = right && made[static_cast<size_t>(place)] == from + 1;
    }
    CHECK(right);
}

TEST_CASE("updates that meet are taken in order, and whole numbers wrap", "[places]")
{
    CHECK(put<float>(ACCEL_TYPE_F32, {1, 2, 3}, {0, -1, 0}, {5, 6, 7}, "none") == Floats{7, 2, 6});
    CHECK(put<float>(ACCEL_TYPE_F32, {1, 2, 3}, {0, -1, 0}, {5, 6, 7}, "add") == Floats{13, 2, 9});
    CHECK(put<float>(ACCEL_TYPE_F32, {1, 2, 3}, {0, -1, 0}, {5, 6, 7}, "mul") == Floats{35, 2, 18});
    CHECK(put<float>(ACCEL_TYPE_F32, {1, 2, 3}, {0, -1, 0}, {5, 2, 7}, "max") == Floats{7, 2, 3});
    CHECK(put<float>(ACCEL_TYPE_F32, {1, 2, 3}, {0, -1, 0}, {5, 2, -7}, "min") == Floats{-7, 2, 2});
    CHECK(std::isnan(put<float>(ACCEL_TYPE_F32, {NAN}, {0}, {5}, "max")[0]));
    CHECK(std::isnan(put<float>(ACCEL_TYPE_F32, {1}, {0, 0}, {NAN, 5}, "min")[0]));
    CHECK(put<uint8_t>(ACCEL_TYPE_U8, {200}, {0, 0}, {100, 1}, "add") == std::vector<uint8_t>{45});
    CHECK(put<int32_t>(ACCEL_TYPE_I32, {INT32_MAX}, {0}, {2}, "mul") == std::vector<int32_t>{-2});
    CHECK(put<uint64_t>(ACCEL_TYPE_U64, {UINT64_MAX, 1}, {0, 1}, {1, UINT64_MAX}, "max") == std::vector<uint64_t>{UINT64_MAX, UINT64_MAX});
    CHECK(put<uint8_t>(ACCEL_TYPE_BOOL, {0, 1, 1}, {0, 1, 2}, {1, 1, 0}, "add") == std::vector<uint8_t>{1, 1, 1});
    CHECK(put<uint8_t>(ACCEL_TYPE_BOOL, {0, 1, 1}, {0, 1, 2}, {1, 1, 0}, "mul") == std::vector<uint8_t>{0, 1, 0});
}

TEST_CASE("indices that come at run time and lie outside end the run", "[places]")
{
    const auto run = [](uint32_t operation, const Ints &indices, Dims shape, Dims updates) {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {3, 4}), at = graph.input(ACCEL_TYPE_I64, shape);
        std::vector<uint32_t> operands{in, at};
        std::vector<Bytes> data{bytes_of(rising<float>(12)), bytes_of(indices)};
        if (operation == ACCEL_OPERATION_SCATTER_ELEMENTS || operation == ACCEL_OPERATION_SCATTER_ND) {
            operands.push_back(graph.input(ACCEL_TYPE_F32, updates));
            data.push_back(bytes_of(rising<float>(count(updates))));
            updates = {3, 4};
        }
        const uint32_t out = graph.tensor(ACCEL_TYPE_F32, updates);
        graph.node(operation, operands, {out});
        graph.output(out);
        return values_of<float>(execute(graph.desc(), data)[0]);
    };
    CHECK(run(ACCEL_OPERATION_GATHER_ELEMENTS, {2, -3}, {1, 2}, {1, 2}) == Floats{9, 2});
    CHECK_THROWS_AS(run(ACCEL_OPERATION_GATHER_ELEMENTS, {3, 0}, {1, 2}, {1, 2}), std::runtime_error);
    CHECK_THROWS_AS(run(ACCEL_OPERATION_GATHER_ELEMENTS, {0, -4}, {1, 2}, {1, 2}), std::runtime_error);
    CHECK(run(ACCEL_OPERATION_GATHER_ND, {2, -4}, {1, 2}, {1}) == Floats{9});
    CHECK_THROWS_AS(run(ACCEL_OPERATION_GATHER_ND, {2, 4}, {1, 2}, {1}), std::runtime_error);
    CHECK_THROWS_AS(run(ACCEL_OPERATION_GATHER_ND, {INT64_MIN, 0}, {1, 2}, {1}), std::runtime_error);
    CHECK(run(ACCEL_OPERATION_SCATTER_ELEMENTS, {-1}, {1, 1}, {1, 1})[8] == 1);
    CHECK_THROWS_AS(run(ACCEL_OPERATION_SCATTER_ELEMENTS, {INT64_MAX}, {1, 1}, {1, 1}), std::runtime_error);
    CHECK(run(ACCEL_OPERATION_SCATTER_ND, {1}, {1, 1}, {1, 4}) == Floats{1, 2, 3, 4, 1, 2, 3, 4, 9, 10, 11, 12});
    CHECK_THROWS_AS(run(ACCEL_OPERATION_SCATTER_ND, {-4}, {1, 1}, {1, 4}), std::runtime_error);
}

TEST_CASE("what a triangle does not keep stands for 0", "[places]")
{
    GraphMaker graph;
    const Scales scales{{0.5f}, {3}, 0};
    const uint32_t in = graph.input(ACCEL_TYPE_I8, {2, 2}, scales), out = graph.tensor(ACCEL_TYPE_I8, {2, 2}, scales);
    graph.node(ACCEL_OPERATION_TRILU, {in, graph.list({1})}, {out});
    graph.output(out);
    CHECK(values_of<int8_t>(execute(graph.desc(), {Bytes{7, 8, 9, 10}})[0]) == std::vector<int8_t>{3, 8, 3, 3});
}

TEST_CASE("many indices have the same result on every number of threads", "[places]")
{
    constexpr int64_t kRows = 300, kColumns = 700, kTuples = 900;
    std::mt19937 random(7);
    Ints single(static_cast<size_t>(kRows * kColumns)), tuples(static_cast<size_t>(kTuples));
    for (int64_t &index : single)
        index = static_cast<int64_t>(random() % kColumns);
    for (int64_t &index : tuples)
        index = static_cast<int64_t>(random() % kRows) - kRows;
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {kRows, kColumns}), at = graph.input(ACCEL_TYPE_I64, {kRows, kColumns}), rows = graph.input(ACCEL_TYPE_I64, {kTuples, 1});
    const uint32_t values = graph.input(ACCEL_TYPE_F32, {kTuples, kColumns});
    const uint32_t taken = graph.tensor(ACCEL_TYPE_F32, {kRows, kColumns}), placed = graph.tensor(ACCEL_TYPE_F32, {kRows, kColumns});
    const uint32_t lines = graph.tensor(ACCEL_TYPE_F32, {kTuples, kColumns}), added = graph.tensor(ACCEL_TYPE_F32, {kRows, kColumns}), kept = graph.tensor(ACCEL_TYPE_F32, {kRows, kColumns});
    graph.node(ACCEL_OPERATION_GATHER_ELEMENTS, {in, at}, {taken}, {{{ACCEL_ATTRIBUTE_AXIS, {1}}}, {}, 0});
    graph.node(ACCEL_OPERATION_SCATTER_ELEMENTS, {in, at, in}, {placed}, reducing("add", 1));
    graph.node(ACCEL_OPERATION_GATHER_ND, {in, rows}, {lines});
    graph.node(ACCEL_OPERATION_SCATTER_ND, {in, rows, values}, {added}, {{}, {}, 0, {{ACCEL_ATTRIBUTE_REDUCTION, "add"}}});
    graph.node(ACCEL_OPERATION_TRILU, {in, graph.list({-5})}, {kept});
    for (const uint32_t output : {taken, placed, lines, added, kept})
        graph.output(output);
    const Floats x = random_floats(kRows * kColumns, 1), updates = random_floats(kTuples * kColumns, 2);
    const std::vector<Bytes> data{bytes_of(x), bytes_of(single), bytes_of(tuples), bytes_of(updates)};
    const auto alone = execute(graph.desc(), data, 1);
    for (const uint32_t threads : {2u, 5u})
        CHECK(execute(graph.desc(), data, threads) == alone);
    Floats expected = x;
    for (int64_t tuple = 0; tuple < kTuples; ++tuple)
        for (int64_t i = 0; i < kColumns; ++i)
            expected[static_cast<size_t>((tuples[static_cast<size_t>(tuple)] + kRows) * kColumns + i)] += updates[static_cast<size_t>(tuple * kColumns + i)];
    CHECK(values_of<float>(alone[3]) == expected);
}
