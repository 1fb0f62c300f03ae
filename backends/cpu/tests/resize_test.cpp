// SPDX-License-Identifier: MIT
// Resizing by hand, in both layouts, on several threads; the first ones of an axis.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace accel::cpu::test;

namespace {

using Floats = std::vector<float>;

struct Resize {
    Dims x, y;
    Floats scales = {};
    GraphMaker::Attributes attributes = {};
    Floats roi = {};
};

uint32_t reals(GraphMaker &graph, const Floats &values)
{
    return values.empty() ? ACCEL_TENSOR_NONE : graph.constant(ACCEL_TYPE_F32, {static_cast<int64_t>(values.size())}, values);
}

template <typename T> std::vector<T> resized(const Resize &resize, uint32_t type, const std::vector<T> &x, uint32_t threads = 1)
{
    GraphMaker graph;
    const uint32_t in = graph.input(type, resize.x), out = graph.tensor(type, resize.y);
    graph.node(ACCEL_OPERATION_RESIZE, {in, reals(graph, resize.roi), reals(graph, resize.scales), graph.list(resize.y)}, {out}, resize.attributes);
    graph.output(out);
    return values_of<T>(execute(graph.desc(), {bytes_of(x)}, threads)[0]);
}

GraphMaker::Attributes texts(std::vector<std::pair<uint32_t, std::string>> texts) { return {{}, {}, 0, std::move(texts)}; }

}  // namespace

TEST_CASE("nearest values by each way to round", "[resize]")
{
    const Floats x{1, 2, 3, 4};
    const auto by = [&](const char *coordinates, const char *nearest, int64_t size) {
        return resized<float>({{4}, {size}, {}, texts({{ACCEL_ATTRIBUTE_COORDINATES, coordinates}, {ACCEL_ATTRIBUTE_NEAREST, nearest}})}, ACCEL_TYPE_F32, x);
    };
    CHECK(by("half_pixel", "round_prefer_floor", 2) == Floats{1, 3});
    CHECK(by("half_pixel", "round_prefer_ceil", 2) == Floats{2, 4});
    CHECK(by("asymmetric", "floor", 8) == Floats{1, 1, 2, 2, 3, 3, 4, 4});
    CHECK(by("asymmetric", "ceil", 8) == Floats{1, 2, 2, 3, 3, 4, 4, 4});
    CHECK(by("align_corners", "round_prefer_floor", 7) == Floats{1, 1, 2, 2, 3, 3, 4});
    CHECK(by("tf_half_pixel_for_nn", "floor", 2) == Floats{2, 4});
    CHECK(by("half_pixel", "floor", 8) == Floats{1, 1, 1, 2, 2, 3, 3, 4});
}

TEST_CASE("lines and cubics", "[resize]")
{
    const auto by = [](const char *mode, const Dims &x, const Dims &y, const Floats &values, std::vector<std::pair<uint32_t, std::vector<int64_t>>> flags = {}) {
        return resized<float>({x, y, {}, {std::move(flags), {}, 0, {{ACCEL_ATTRIBUTE_MODE, mode}}}}, ACCEL_TYPE_F32, values);
    };
    CHECK(by("linear", {2}, {4}, {1, 5}) == Floats{1, 2, 4, 5});
    CHECK(by("linear", {2, 2}, {4, 2}, {1, 10, 5, 50}) == Floats{1, 10, 2, 20, 4, 40, 5, 50});
    CHECK(by("linear", {1, 4}, {1, 2}, {1, 2, 3, 4}, {{ACCEL_ATTRIBUTE_ANTIALIAS, {1}}}) == Floats{1.625f, 3.375f});
    CHECK(by("cubic", {4}, {4}, {1, 2, 3, 4}) == Floats{1, 2, 3, 4});
    const Floats cubic = by("cubic", {4}, {8}, {1, 2, 3, 4}), inside = by("cubic", {4}, {8}, {1, 2, 3, 4}, {{ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE, {1}}});
    CHECK(cubic[3] == 2.296875f);
    CHECK(cubic[4] == 2.703125f);
    CHECK(cubic[0] == 0.89453125f);
    CHECK(inside[3] == cubic[3]);
    CHECK(inside[0] != cubic[0]);
}

TEST_CASE("whole numbers are rounded to even and saturate", "[resize]")
{
    const auto linear = [](uint32_t type, auto values, int64_t size) {
        const auto count = static_cast<int64_t>(values.size());
        return resized(Resize{{count}, {size}, {}, texts({{ACCEL_ATTRIBUTE_MODE, "linear"}, {ACCEL_ATTRIBUTE_COORDINATES, "asymmetric"}})}, type, values);
    };
    CHECK(linear(ACCEL_TYPE_U8, std::vector<uint8_t>{0, 5, 8}, 6) == std::vector<uint8_t>{0, 2, 5, 6, 8, 8});
    CHECK(linear(ACCEL_TYPE_I64, std::vector<int64_t>{INT64_MIN, INT64_MAX}, 2) == std::vector<int64_t>{INT64_MIN, INT64_MAX});
    CHECK(linear(ACCEL_TYPE_I32, std::vector<int32_t>{INT32_MAX, INT32_MAX}, 4) == std::vector<int32_t>(4, INT32_MAX));
}

TEST_CASE("what lies outside of the region has the value that is given", "[resize]")
{
    const Resize crop{{3}, {3}, {}, {{}, {{ACCEL_ATTRIBUTE_EXTRAPOLATION, {9}}}, 0, {{ACCEL_ATTRIBUTE_MODE, "linear"}, {ACCEL_ATTRIBUTE_COORDINATES, "tf_crop_and_resize"}}}, {-0.25f, 0.75f}};
    CHECK(resized<float>(crop, ACCEL_TYPE_F32, {10, 20, 30}) == Floats{9, 15, 25});
}

TEST_CASE("scales say where positions lie when sizes are given too", "[resize]")
{
    const auto attributes = texts({{ACCEL_ATTRIBUTE_COORDINATES, "asymmetric"}, {ACCEL_ATTRIBUTE_NEAREST, "floor"}});
    CHECK(resized<float>({{4}, {5}, {2}, attributes}, ACCEL_TYPE_F32, {1, 2, 3, 4}) == Floats{1, 1, 2, 2, 3});
}

TEST_CASE("a resized image is the same in both layouts and on every number of threads", "[resize]")
{
    // A pool makes channels last of what it reads.
    constexpr int64_t kChannels = 24, kSize = 40;
    for (const char *mode : {"nearest", "linear", "cubic"})
        for (const Dims &size : {Dims{2 * kSize, 2 * kSize}, Dims{kSize / 2, 3 * kSize}}) {
            GraphMaker graph;
            const Dims x{1, kChannels, kSize, kSize}, y{1, kChannels, size[0], size[1]};
            const uint32_t in = graph.input(ACCEL_TYPE_F32, x), pooled = graph.tensor(ACCEL_TYPE_F32, x), a = graph.tensor(ACCEL_TYPE_F32, y), b = graph.tensor(ACCEL_TYPE_F32, y);
            graph.node(ACCEL_OPERATION_MAX_POOL, {in}, {pooled}, {{{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {1, 1}}}, {}, 0});
            for (const auto &[from, to] : {std::pair{in, a}, std::pair{pooled, b}}) {
                graph.node(ACCEL_OPERATION_RESIZE, {from, ACCEL_TENSOR_NONE, ACCEL_TENSOR_NONE, graph.list(y)}, {to}, texts({{ACCEL_ATTRIBUTE_MODE, mode}}));
                graph.output(to);
            }
            const std::vector<Bytes> data{bytes_of(random_floats(count(x), 3))};
            const auto alone = execute(graph.desc(), data, 1);
            CHECK(alone[0] == alone[1]);
            CHECK(execute(graph.desc(), data, 3) == alone);
        }
}

TEST_CASE("what no kernel has is refused by its attribute", "[resize]")
{
    const auto refused = [](GraphMaker::Attributes attributes) {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, {4}), out = graph.tensor(ACCEL_TYPE_F32, {8});
        graph.node(ACCEL_OPERATION_RESIZE, {in, ACCEL_TENSOR_NONE, ACCEL_TENSOR_NONE, graph.list({8})}, {out}, std::move(attributes));
        graph.output(out);
        const accel_bk_support answer = query(graph.desc());
        CHECK((answer.group != 0 || answer.reason == ACCEL_REASON_ATTRIBUTE));
        return answer.group == 0 ? answer.attribute : 0;
    };
    CHECK(refused({}) == 0);
    CHECK(refused(texts({{ACCEL_ATTRIBUTE_MODE, "area"}})) == ACCEL_ATTRIBUTE_MODE);
    CHECK(refused(texts({{ACCEL_ATTRIBUTE_COORDINATES, "corners"}})) == ACCEL_ATTRIBUTE_COORDINATES);
    CHECK(refused(texts({{ACCEL_ATTRIBUTE_NEAREST, "up"}})) == ACCEL_ATTRIBUTE_NEAREST);
    CHECK(refused({{{ACCEL_ATTRIBUTE_ANTIALIAS, {1}}}, {}, 0}) == ACCEL_ATTRIBUTE_ANTIALIAS);
}

TEST_CASE("the first ones of each row, equal ones in order, a NaN before all numbers", "[resize]")
{
    const auto top = [](const Dims &x, int64_t k, int64_t axis, bool largest, const Floats &values) {
        GraphMaker graph;
        Dims y = x;
        y[static_cast<size_t>(axis)] = k;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, x), best = graph.tensor(ACCEL_TYPE_F32, y), places = graph.tensor(ACCEL_TYPE_I64, y);
        graph.node(ACCEL_OPERATION_TOP_K, {in, graph.list({k})}, {best, places}, {{{ACCEL_ATTRIBUTE_AXIS, {axis}}, {ACCEL_ATTRIBUTE_LARGEST, {largest}}}, {}, 0});
        graph.output(best);
        graph.output(places);
        const auto made = execute(graph.desc(), {bytes_of(values)});
        return std::pair{values_of<float>(made[0]), values_of<int64_t>(made[1])};
    };
    CHECK(top({5}, 3, 0, true, {1, 7, 3, 7, 7}) == std::pair{Floats{7, 7, 7}, std::vector<int64_t>{1, 3, 4}});
    CHECK(top({5}, 5, 0, false, {4, 1, 3, 1, 0}) == std::pair{Floats{0, 1, 1, 3, 4}, std::vector<int64_t>{4, 1, 3, 2, 0}});
    CHECK(top({3, 2}, 2, 0, true, {1, 9, 5, 2, 3, 8}) == std::pair{Floats{5, 9, 3, 8}, std::vector<int64_t>{1, 0, 2, 2}});
    CHECK(top({2, 3, 2}, 1, 1, false, {6, 5, 4, 3, 2, 1, 1, 2, 3, 4, 5, 6}) == std::pair{Floats{2, 1, 1, 2}, std::vector<int64_t>{2, 2, 0, 0}});
    const auto [values, places] = top({4}, 2, 0, true, {1, NAN, INFINITY, NAN});
    CHECK((std::isnan(values[0]) && std::isnan(values[1]) && places == std::vector<int64_t>{1, 3}));
    CHECK(top({3}, 2, 0, false, {NAN, 2, INFINITY}).second == std::vector<int64_t>{1, 2});
}
