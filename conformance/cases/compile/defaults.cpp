// SPDX-License-Identifier: MIT
// Inputs that have values where nothing is bound.
#include "support/bytes.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

constexpr size_t kCount = 128;
const std::vector<int64_t> kDims{1, 8, 4, 4};

/// y = a + b, where b need not be bound, in a type that every device that adds has one of.
template <class T> GraphBuilder adder_with_default(const Room &room, accel_type type, const std::vector<T> &values)
{
    const Quantization whole = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
    GraphBuilder graph;
    const uint32_t a = graph.input("a", type, kDims, whole), b = graph.input_with_default("b", type, kDims, values, whole), y = graph.tensor("y", type, kDims, whole);
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, type == ACCEL_TYPE_I8 ? room.rounding() : ACCEL_ROUNDING_NONE);
    graph.output(y);
    return graph;
}

template <class T> std::vector<T> counting(int first)
{
    std::vector<T> values(kCount);
    for (size_t i = 0; i < kCount; ++i) values[i] = static_cast<T>(first + static_cast<int>(i % 7));
    return values;
}

template <class T> Comparison is_sum(accel_type type, const std::vector<T> &a, const std::vector<T> &b, const std::vector<char> &got)
{
    std::vector<T> sums(kCount);
    for (size_t i = 0; i < kCount; ++i) sums[i] = static_cast<T>(a[i] + b[i]);
    return compare(Expected::exactly(type, kDims, to_bytes(sums)), got);
}

/// The same program with the default for a constant; none where the device adds no constants.
std::optional<Program> known_program(const Room &room, GraphBuilder &graph)
{
    const Model model = Model::create(room.instance(), graph.desc());
    const accel_known_value known{"b", nullptr, nullptr, 0, nullptr, 0, 0};
    accel_device *device = room.device().get();
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = &device;
    desc.device_count = 1;
    desc.known = &known;
    desc.known_count = 1;
    desc.known_size = sizeof known;
    try {
        return Program::build(desc);
    } catch (const Error &error) {
        if (error.status() != ACCEL_STATUS_UNSUPPORTED) throw;
        return std::nullopt;
    }
}

template <class T> void check_type(const Room &room, Several &several, accel_type type)
{
    const auto fallback = counting<T>(-3), given = counting<T>(2), a = counting<T>(5);
    auto graph = adder_with_default(room, type, fallback);
    const auto program = several.build(graph);
    if (!program) return;
    CHECK(program->entry(0).input_count == 2);
    CHECK(program->port(0).flags == 0);
    CHECK(program->port(1).flags == ACCEL_PORT_FLAG_DEFAULT);
    CHECK(is_sum(type, a, fallback, run_dense(room, *program, {to_bytes(a), {}})[0]));
    CHECK(is_sum(type, a, given, run_dense(room, *program, {to_bytes(a), to_bytes(given)})[0]));
    const Program loaded = Program::load(room.instance(), program->save(), {room.device()});
    CHECK(loaded.port(1).flags == ACCEL_PORT_FLAG_DEFAULT);
    CHECK(is_sum(type, a, fallback, run_dense(room, loaded, {to_bytes(a), {}})[0]));
    const auto known = known_program(room, graph);
    if (!known) return;
    CHECK(known->entry(0).input_count == 1);
    CHECK(is_sum(type, a, fallback, run_dense(room, *known, {to_bytes(a)})[0]));
}

template <class T> void check_bound_later(const Room &room, Several &several, accel_type type)
{
    const auto fallback = counting<T>(-3), given = counting<T>(2), a = counting<T>(5);
    auto graph = adder_with_default(room, type, fallback);
    const auto program = several.build(graph);
    if (!program) return;
    const Run run = Run::create(*program);
    const Buffer memory[3] = {room.buffer(program->port(0).size_bytes), room.buffer(program->port(1).size_bytes), room.buffer(program->port(2).size_bytes)};
    const auto fill = [&](uint32_t port, const std::vector<T> &values) { scatter(program->port(port), to_bytes(values).data(), memory[port].map(ACCEL_ACCESS_WRITE).as<char>()); };
    const auto result = [&] {
        std::vector<char> dense(dense_bytes(program->port(2)));
        gather(program->port(2), memory[2].map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
        return dense;
    };
    fill(0, a);
    fill(1, given);
    run.bind(0, memory[0], 0);
    run.bind(2, memory[2], 0);
    REQUIRE(room.completes(run));
    CHECK(is_sum(type, a, fallback, result()));
    run.bind(1, memory[1], 0);
    REQUIRE(room.completes(run));
    CHECK(is_sum(type, a, given, result()));
    CHECK(is_sum(type, a, fallback, run_dense(room, *program, {to_bytes(a), {}})[0]));
}

/// y = a + b with images open in a and y, where b is one and need not be bound.
template <class T> void check_sizes(const Room &room, Several &several, accel_type type)
{
    const Quantization whole = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
    const auto fallback = counting<T>(-3);
    GraphBuilder graph;
    const std::vector<int64_t> most{3, 8, 4, 4};
    const uint32_t a = graph.input("a", type, most, whole), b = graph.input_with_default("b", type, kDims, fallback, whole), y = graph.tensor("y", type, most, whole);
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {y}, {}, type == ACCEL_TYPE_I8 ? room.rounding() : ACCEL_ROUNDING_NONE);
    graph.output(y);
    if (!several.build(graph)) return;
    const accel_symbol images{"images", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 3, 1};
    const std::vector<accel_dim> open{{-1, 0, 0}, {8, ACCEL_SYMBOL_NONE, 0}, {4, ACCEL_SYMBOL_NONE, 0}, {4, ACCEL_SYMBOL_NONE, 0}};
    for (const uint32_t tensor : {a, y}) graph.tensors()[tensor].dims = open.data();
    accel_graph_desc &description = graph.desc();
    description.symbols = &images;
    description.symbol_count = 1;
    description.symbol_size = sizeof images;
    const Program program = Program::build(Model::create(room.instance(), description), {room.device()});
    const Run run = Run::create(program);
    for (const int64_t count : {int64_t{1}, int64_t{3}, int64_t{2}}) {
        INFO(count << " images");
        run.bind(std::vector<accel_symbol_value>{{"images", nullptr, count, 0, 0, 0}});
        std::vector<T> given(static_cast<size_t>(count) * kCount), sums(given.size());
        for (size_t i = 0; i < given.size(); ++i) {
            given[i] = static_cast<T>(i % 11);
            sums[i] = static_cast<T>(given[i] + fallback[i % kCount]);
        }
        const Buffer from = room.buffer(run.port(0).size_bytes), to = room.buffer(run.port(2).size_bytes);
        scatter(run.port(0), to_bytes(given).data(), from.map(ACCEL_ACCESS_WRITE).as<char>());
        run.bind(0, from);
        run.bind(2, to);
        REQUIRE(room.completes(run));
        const auto out = run.port(2);
        std::vector<char> dense(dense_bytes(out));
        gather(out, to.map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
        CHECK(compare(Expected::exactly(type, {count, 8, 4, 4}, to_bytes(sums)), dense));
    }
}

}  // namespace

ACCEL_CASE("compile.default.used", "P-20", "an input with DEFAULT has the model's values where nothing is bound, and is a constant only where known names it")
{
    const Room room;
    Several several(room);
    check_type<float>(room, several, ACCEL_TYPE_F32);
    check_type<int8_t>(room, several, ACCEL_TYPE_I8);
    several.skip_if_none();
}

ACCEL_CASE("compile.default.bound-later", "P-20", "what is bound after a default was used takes its place, and the default stays what it is")
{
    const Room room;
    Several several(room);
    check_bound_later<float>(room, several, ACCEL_TYPE_F32);
    check_bound_later<int8_t>(room, several, ACCEL_TYPE_I8);
    several.skip_if_none();
}

ACCEL_CASE("compile.default.sizes", "P-20", "a default serves runs of every set of sizes")
{
    const Room room;
    Several several(room);
    check_sizes<float>(room, several, ACCEL_TYPE_F32);
    check_sizes<int8_t>(room, several, ACCEL_TYPE_I8);
    several.skip_if_none();
}

}  // namespace accel::conformance
