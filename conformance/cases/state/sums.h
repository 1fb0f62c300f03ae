// SPDX-License-Identifier: MIT
// Three entry points of one variable, for what is tried with states.
#pragma once

#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/arrival.h"
#include "support/bytes.h"
#include "support/room.h"

namespace accel::conformance {

/// A program of all entry points, of which a pair of ports is a variable.
inline Program build_with(const Room &room, const Model &model, const accel_state_pair &pair)
{
    accel_device *device = room.device().get();
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = &device;
    desc.device_count = 1;
    desc.states = &pair;
    desc.state_count = 1;
    desc.state_size = sizeof pair;
    return Program::build(desc);
}

/// "fill" writes s = x + z, "step" s = s + x, "look" reads y = s + x. One variable, whatever type the device adds.
class Sums {
public:
    explicit Sums(const Room &room) : room_(room),
                                      type_(room.adder().type()),
                                      rounding_(type_ == ACCEL_TYPE_I8 ? room.rounding() : ACCEL_ROUNDING_NONE)
    {
        dims_ = {1, 8, 4, 4};
        for (const int64_t size : dims_) list_.push_back({size, ACCEL_SYMBOL_NONE, 0}), count_ *= static_cast<size_t>(size);
        variable_.name = "s";
        variable_.type = type_;
        variable_.rank = static_cast<uint32_t>(dims_.size());
        variable_.dims = list_.data();
        graphs_.emplace_back(sum("x", "z", "s"));
        graphs_.emplace_back(sum("s", "x", "s"));
        graphs_.emplace_back(sum("s", "x", "y"));
    }
    Sums(const Sums &) = delete;
    Sums &operator=(const Sums &) = delete;

    static constexpr uint32_t kFill = 0, kStep = 1, kLook = 2;

    /// Skips the case where the device does not take such a sum.
    void need() const
    {
        GraphBuilder plain = sum("x", "z", "y");
        room_.needs_program(plain);
    }
    accel_type type() const { return type_; }
    accel_variable &variable() { return variable_; }
    GraphBuilder &graph(uint32_t entry) { return graphs_[entry]; }
    std::vector<char> filled(int value) const
    {
        if (type_ == ACCEL_TYPE_I8) return std::vector<char>(count_, static_cast<char>(value));
        return to_bytes(std::vector<float>(count_, static_cast<float>(value)));
    }
    std::vector<accel_entry_desc> entries()
    {
        static constexpr const char *kNames[] = {"fill", "step", "look"};
        std::vector<accel_entry_desc> entries;
        for (uint32_t i = 0; i < graphs_.size(); ++i) entries.push_back({kNames[i], &described(i)});
        return entries;
    }
    Program build() { return Program::build(Model::create(room_.instance(), entries()), {room_.device()}); }

private:
    /// Operands and result by name; "s" is the variable.
    GraphBuilder sum(const char *first, const char *second, const char *result) const
    {
        const Quantization quantization = type_ == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
        GraphBuilder graph;
        const std::string names[] = {first, second};
        const uint32_t a = graph.input(names[0] == "s" ? "s_in" : first, type_, dims_, quantization);
        const uint32_t b = graph.input(second, type_, dims_, quantization);
        const uint32_t c = graph.tensor(std::string_view(result) == "s" ? "s_out" : result, type_, dims_, quantization);
        graph.node(ACCEL_OPERATION_ADD, {a, b}, {c}, {}, rounding_);
        graph.output(c);
        if (names[0] == "s") graph.tensors()[a].flags = ACCEL_TENSOR_FLAG_VARIABLE;
        if (std::string_view(result) == "s") graph.tensors()[c].flags = ACCEL_TENSOR_FLAG_VARIABLE;
        return graph;
    }

    const accel_graph_desc &described(uint32_t entry)
    {
        accel_graph_desc &desc = graphs_[entry].desc();
        if (type_ == ACCEL_TYPE_I8) variable_.quantization = desc.tensors[0].quantization;
        desc.variables = &variable_;
        desc.variable_count = 1;
        desc.variable_size = sizeof variable_;
        return desc;
    }

    const Room &room_;
    accel_type type_;
    accel_rounding rounding_;
    std::vector<int64_t> dims_;
    std::vector<accel_dim> list_;
    size_t count_ = 1;
    accel_variable variable_{};
    std::deque<GraphBuilder> graphs_;
};

/// A run of an entry point with x, and with z or y if it has one, in buffers of its own.
struct Turn {
    Turn(const Room &room, const Sums &given, const Program &of, uint32_t number, const State &state) : sums(given),
                                                                                                        program(of),
                                                                                                        entry(number),
                                                                                                        run(Run::create(of, number, state))
    {
        for (uint32_t port = 0; port < program.entry(entry).port_count; ++port) {
            buffers.push_back(room.buffer(program.port(port, entry).size_bytes));
            run.bind(port, buffers.back());
        }
    }
    void set(int x) const { scatter(program.port(0, entry), sums.filled(x).data(), buffers[0].map(ACCEL_ACCESS_WRITE).as<char>()); }
    std::vector<char> result() const
    {
        std::vector<char> dense(dense_bytes(program.port(1, entry)));
        gather(program.port(1, entry), buffers[1].map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
        return dense;
    }
    const Sums &sums;
    const Program &program;
    uint32_t entry;
    std::vector<Buffer> buffers;
    Run run;
};

/// All entry points with one state, on one queue.
struct Play {
    Play(const Room &room, const Sums &sums, const Program &program, State given)
        : state(std::move(given)),
          fill(room, sums, program, Sums::kFill, state),
          step(room, sums, program, Sums::kStep, state),
          look(room, sums, program, Sums::kLook, state),
          queue(room.queue()),
          fence(room.fence())
    {
    }
    void go(const Turn &turn, int x)
    {
        turn.set(x);
        queue.submit(turn.run, {}, {fence.at(++value)});
        if (!arrives(fence, value)) throw std::runtime_error("a run with a state does not end");
    }
    std::vector<char> seen()
    {
        go(look, 0);
        return look.result();
    }
    State state;
    Turn fill, step, look;
    Queue queue;
    Fence fence;
    uint64_t value = 0;
};

}  // namespace accel::conformance
