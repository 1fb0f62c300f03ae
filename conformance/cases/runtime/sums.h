// SPDX-License-Identifier: MIT
// A program of sums of tensors of 1 x 6 x 3 x 5 whose ports lie as chosen, and work for it.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "lists.h"
#include "stand.h"

namespace accel::conformance {

struct Choice {
    uint32_t layout;
    const accel_layout *given = nullptr;
};

/// y = a + b over 1 x 6 x 3 x 5, or a chain of several sums.
inline Program build(const Stand &stand, const std::vector<std::pair<const char *, Choice>> &choices, int sums = 1, accel_status *out_status = nullptr)
{
    GraphBuilder graph;
    const std::vector<int64_t> dims{1, kChannels, kHeight, kWidth};
    const uint32_t a = graph.input("a", ACCEL_TYPE_F32, dims), b = graph.input("b", ACCEL_TYPE_F32, dims);
    uint32_t last = a;
    for (int index = 0; index < sums; ++index) {
        const uint32_t next = graph.tensor(index + 1 == sums ? "y" : "", ACCEL_TYPE_F32, dims);
        graph.node(ACCEL_OPERATION_ADD, {last, b}, {next});
        last = next;
    }
    graph.output(last);
    const Model model = Model::create(stand.instance(), graph.desc());
    std::vector<accel_port_choice> ports;
    for (const auto &[port, choice] : choices) ports.push_back({port, nullptr, choice.layout, 0, choice.given});
    accel_device *device = stand.device().get();
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = &device;
    desc.device_count = 1;
    desc.ports = ports.data();
    desc.port_count = static_cast<uint32_t>(ports.size());
    desc.port_size = sizeof(accel_port_choice);
    if (!out_status) return Program::build(desc);
    accel_program *handle = nullptr;
    *out_status = accel_program_build(&desc, &handle);
    return Program(handle);
}

inline std::vector<std::pair<const char *, Choice>> all_ports(const Choice &choice) { return {{"a", choice}, {"b", choice}, {"y", choice}}; }

/// A run with buffers whose bytes were 0xff before.
struct Work {
    Work(const Stand &stand, const Program &the_program) : program(the_program),
                                                           run(Run::create(program)),
                                                           queue(stand.queue()),
                                                           fence(stand.fence())
    {
        for (uint32_t port = 0; port < 3; ++port) {
            buffers.push_back(stand.buffer(program.port(port).size_bytes));
            std::memset(buffers[port].map().as<char>(), 0xff, program.port(port).size_bytes);
            run.bind(port, buffers[port]);
        }
    }
    void set() const
    {
        for (uint32_t port = 0; port < 2; ++port) {
            const auto info = program.port(port);
            const auto mapping = buffers[port].map();
            for_each_element([&](int64_t c, int64_t h, int64_t w) {
                const float stored = port == 0 ? value(c, h, w) : 0.5f;
                std::memcpy(mapping.as<char>() + offset_bytes(*info.layout, c, h, w), &stored, sizeof stored);
            });
        }
    }
    /// Elements of y that are not a + b.
    int wrong(float addend = 0.5f) const
    {
        const auto info = program.port(2);
        const auto mapping = buffers[2].map(ACCEL_ACCESS_READ);
        int count = 0;
        for_each_element([&](int64_t c, int64_t h, int64_t w) {
            float stored = 0;
            std::memcpy(&stored, mapping.as<char>() + offset_bytes(*info.layout, c, h, w), sizeof stored);
            count += stored != value(c, h, w) + addend;
        });
        return count;
    }
    bool go()
    {
        queue.submit(run, {}, {fence.at(++round)});
        return static_cast<bool>(arrives(fence, round));
    }
    accel_run_info facts() const
    {
        auto info = sized<accel_run_info>();
        check(accel_run_query(run.get(), &info));
        return info;
    }
    Program program;
    Run run;
    Queue queue;
    Fence fence;
    std::vector<Buffer> buffers;
    uint64_t round = 0;
};

inline std::vector<accel_transfer> transfers(const Program &program)
{
    std::vector<accel_transfer> rows(program.entry().transfer_count, sized<accel_transfer>());
    for (uint32_t row = 0; row < rows.size(); ++row) check(accel_program_transfer(program.get(), 0, row, &rows[row]));
    return rows;
}

inline uint32_t converted_ports(const Program &program)
{
    uint32_t count = 0;
    for (uint32_t port = 0; port < 3; ++port) count += (program.port(port).flags & ACCEL_PORT_FLAG_CONVERTED) != 0;
    return count;
}

inline bool same_steps(const accel_layout &a, const accel_layout &b)
{
    bool same = true;
    for_each_element([&](int64_t c, int64_t h, int64_t w) { same = same && offset_bytes(a, c, h, w) == offset_bytes(b, c, h, w); });
    return same && a.type == b.type && a.size_bytes == b.size_bytes;
}

}  // namespace accel::conformance
