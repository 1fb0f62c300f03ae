// SPDX-License-Identifier: MIT
// A cache that grows by CONCAT, as in models without variables of their own: a first entry point without it, others that read one size and write the next.
#include <deque>

#include "operations/subject.h"
#include "sums.h"
#include "support/arrival.h"
#include "support/bytes.h"
#include "support/room.h"

namespace accel::conformance {
namespace {

/// "prefill" writes 2 rows of "present", each "decode" reads what is there as "past" and writes one row more, "look" reads all of it beside one row.
class Cache {
public:
    Cache(accel_type type, size_t axis) : type_(type),
                                          axis_(axis)
    {
        add("prefill", 0, 2, "present");
        for (int64_t rows = 2; rows < kRows; ++rows) add("decode", rows, 1, "present");
        add("look", kRows, 1, "seen");
    }
    static constexpr int64_t kRows = 4;

    GraphBuilder &widest() { return graphs_.back(); }
    std::vector<accel_entry_desc> entries()
    {
        std::vector<accel_entry_desc> entries;
        for (size_t i = 0; i < graphs_.size(); ++i) entries.push_back({names_[i].c_str(), &graphs_[i].desc()});
        return entries;
    }
    uint32_t last() const { return static_cast<uint32_t>(graphs_.size()) - 1; }

    /// Row n of the axis holds the n-th value, in all of it.
    std::vector<char> rows(const std::vector<int> &values) const
    {
        std::vector<float> all;
        const std::vector<int64_t> dims = shape(static_cast<int64_t>(values.size()));
        size_t outer = 1, inner = 1;
        for (size_t axis = 0; axis < dims.size(); ++axis) {
            if (axis != axis_) (axis < axis_ ? outer : inner) *= static_cast<size_t>(dims[axis]);
        }
        for (size_t i = 0; i < outer; ++i)
            for (const int value : values) all.insert(all.end(), inner, static_cast<float>(value));
        return type_ == ACCEL_TYPE_I8 ? to_bytes(std::vector<int8_t>(all.begin(), all.end())) : to_bytes(all);
    }

private:
    std::vector<int64_t> shape(int64_t rows) const
    {
        std::vector<int64_t> dims{1, 3, 5, 4};
        dims[axis_] = rows;
        return dims;
    }
    void add(const char *name, int64_t past_rows, int64_t row_count, const char *result)
    {
        const Quantization quantization = type_ == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
        GraphBuilder &graph = graphs_.emplace_back();
        names_.push_back(name + std::to_string(past_rows));
        const uint32_t past = past_rows ? graph.input("past", type_, shape(past_rows), quantization) : graph.input("first", type_, shape(1), quantization);
        const uint32_t added = graph.input("added", type_, shape(past_rows ? row_count : row_count - 1), quantization);
        const uint32_t output = graph.tensor(result, type_, shape(past_rows + row_count), quantization);
        graph.node(ACCEL_OPERATION_CONCAT, {past, added}, {output}, {{{ACCEL_ATTRIBUTE_AXIS, {static_cast<int64_t>(axis_)}}}, {}});
        graph.output(output);
    }

    accel_type type_;
    size_t axis_;
    std::deque<std::string> names_;
    std::deque<GraphBuilder> graphs_;
};

Program build(const Room &room, Cache &cache)
{
    return build_with(room, Model::create(room.instance(), cache.entries()), {"past", "present", nullptr});
}

/// The inputs of an entry point in its order, then its output if it has one.
std::vector<char> go(const Room &room, const Program &program, uint32_t entry, const State &state, const std::vector<std::vector<char>> &inputs)
{
    const Run run = Run::create(program, entry, state);
    std::vector<Buffer> buffers;
    for (uint32_t port = 0; port < program.entry(entry).port_count; ++port) {
        buffers.push_back(room.buffer(program.port(port, entry).size_bytes));
        run.bind(port, buffers.back());
        if (port < inputs.size()) scatter(program.port(port, entry), inputs[port].data(), buffers[port].map(ACCEL_ACCESS_WRITE).as<char>());
    }
    REQUIRE(room.completes(run));
    if (buffers.size() == inputs.size()) return {};
    const auto port = static_cast<uint32_t>(inputs.size());
    std::vector<char> dense(dense_bytes(program.port(port, entry)));
    gather(program.port(port, entry), buffers[port].map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
    return dense;
}

}  // namespace

ACCEL_CASE("state.growth", "G-12", "a cache that grows by CONCAT is one variable of its largest size, along the outermost axis and along others")
{
    const Room room;
    Several several(room);
    for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8}) {
        for (const size_t axis : {size_t{1}, size_t{2}}) {
            Cache cache(type, axis);
            if (!several.build(cache.widest())) continue;
            INFO("type " << type_name(type) << ", axis " << axis);
            const Program built = build(room, cache), loaded = Program::load(room.instance(), built.save(), {room.device()});
            for (const Program &program : {built, loaded}) {
                CHECK(program.info().variable_count == 1);
                const State state = State::create(program), other = State::create(program);
                go(room, program, 0, state, {cache.rows({1}), cache.rows({2})});
                go(room, program, 0, other, {cache.rows({11}), cache.rows({12})});
                for (uint32_t entry = 1; entry < cache.last(); ++entry) {
                    go(room, program, entry, state, {cache.rows({static_cast<int>(entry) + 2})});
                    go(room, program, entry, other, {cache.rows({static_cast<int>(entry) + 12})});
                }
                CHECK(go(room, program, cache.last(), state, {cache.rows({9})}) == cache.rows({1, 2, 3, 4, 9}));
                CHECK(go(room, program, cache.last(), other, {cache.rows({9})}) == cache.rows({11, 12, 13, 14, 9}));
            }
        }
    }
    several.skip_if_none();
}

}  // namespace accel::conformance
