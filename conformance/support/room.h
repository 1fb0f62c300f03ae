// SPDX-License-Identifier: MIT
// The place where a case meets the device under test.
#pragma once

#include <accel/accel.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrival.h"
#include "expected.h"
#include "graph.h"
#include "instance.h"
#include "suite/case.h"
#include "suite/child.h"

namespace accel::conformance {

/// y = a + b over small whole numbers: the simplest program that every device must offer in one of its types, exact in all of them.
class Adder {
public:
    Adder(Program program, accel_type type, std::vector<int64_t> dims) : program_(std::move(program)),
                                                                         type_(type),
                                                                         dims_(std::move(dims)) {}
    const Program &program() const { return program_; }
    accel_type type() const { return type_; }
    size_t element_count() const;
    static constexpr uint32_t kA = 0, kB = 1, kY = 2;  ///< ports
    uint64_t size_bytes(uint32_t port) const { return program_.port(port).size_bytes; }
    /// Values must lie in [-60, 60].
    void write(const Buffer &buffer, uint32_t port, const std::vector<int> &values) const;
    void fill(const Buffer &buffer, uint32_t port, int value) const { write(buffer, port, std::vector<int>(element_count(), value)); }
    std::vector<int> read(const Buffer &buffer, uint32_t port) const;
    /// The last element alone, which is quick: what a value that is reached too early does not show yet.
    int last(const Buffer &buffer, uint32_t port) const;

private:
    Program program_;
    accel_type type_;
    std::vector<int64_t> dims_;
};

/// A run of an Adder with buffers of its own.
struct Sum {
    /// run_flags: enum accel_run_flag.
    Sum(const class Room &room, const Adder &adder, uint32_t run_flags = 0, const Scratch &scratch = Scratch());
    const Adder &adder;
    Buffer a, b, y;
    Run run;
    void set(int a_value, int b_value) const
    {
        adder.fill(a, Adder::kA, a_value);
        adder.fill(b, Adder::kB, b_value);
    }
    std::vector<int> result() const { return adder.read(y, Adder::kY); }
    Comparison holds(int value) const;
};

class Room {
public:
    /// Makes the instance and finds the device; a device that is not there fails the case.
    Room();

    const Instance &instance() const { return instance_; }
    const Device &device() const { return device_; }
    const accel_device_info &facts() const { return facts_; }

    /// Skip unless the device claims the kind.
    void needs_buffer_import(accel_handle_kind kind) const;
    void needs_buffer_export(accel_handle_kind kind) const;
    void needs_fence_export(accel_handle_kind kind) const;
    void needs_fence_wait(accel_handle_kind kind) const;
    /// Skip unless the device takes this graph whole; the reason is its own.
    Program needs_program(GraphBuilder &graph, accel_rounding rounding = ACCEL_ROUNDING_NONE) const;

    /// The program for this device only, or nothing when it is UNSUPPORTED. Then *refused receives what the device refuses when it is asked; that it refuses nothing fails the case.
    std::optional<Program> try_build(GraphBuilder &graph, accel_rounding rounding = ACCEL_ROUNDING_NONE, std::vector<Refusal> *refused = nullptr) const;
    /// A requantising mode that the device offers.
    accel_rounding rounding() const;
    Adder adder(const std::vector<int64_t> &dims = {1, 8, 4, 4}) const;
    /// y = a + b + … + b, so many sums, each an operation of its own.
    Adder chain(int sums) const;
    /// A program that keeps the device busy for 10 ms, or is large enough to be seen at work: an Adder over many elements.
    Adder heavy() const;

    Buffer buffer(uint64_t size_bytes, uint32_t export_kinds = 0) const { return Buffer::create({device_}, size_bytes, export_kinds); }
    /// Submit a bound run to a queue of its own and wait until it has ended.
    Comparison completes(const Run &run) const;
    Queue queue(uint32_t depth = 0) const { return Queue::create({device_}, depth); }
    Fence fence(uint32_t export_kinds = 0) const { return Fence::create(instance_, export_kinds); }

private:
    Adder adder(const std::vector<int64_t> &dims, int sums) const;
    Instance instance_;
    Device device_;
    accel_device_info facts_;
};

/// Programs of which a device may take some and not others: each that it takes is for the case to run, and a case for which it takes none is skipped.
class Several {
public:
    explicit Several(const Room &room) : room_(room) {}
    std::optional<Program> build(GraphBuilder &graph)
    {
        auto program = room_.try_build(graph, ACCEL_ROUNDING_NONE, &refused_);
        any_ = any_ || program.has_value();
        return program;
    }
    /// At the end of the case.
    void skip_if_none() const
    {
        if (!any_) skip_refused(refused_);
    }

private:
    const Room &room_;
    std::vector<Refusal> refused_;
    bool any_ = false;
};

/// What devices, asked without building, do not take of a graph: empty when they take all.
std::vector<Refusal> refusals_of(const Instance &instance, const std::vector<Device> &devices, GraphBuilder &graph, accel_rounding rounding = ACCEL_ROUNDING_NONE);

/// Run an entry point of a program once over raw, dense, row-major bytes in the model's axis order; layouts are converted by the ports' strides. What has a default and is empty here is not bound.
std::vector<std::vector<char>> run_dense(const Room &room, const Program &program, const std::vector<std::vector<char>> &inputs, uint32_t entry = 0);

/// Elements of a dense row-major array to and from memory with the port's strides.
void scatter(const accel_port_info &port, const char *dense, char *memory);
void gather(const accel_port_info &port, const char *memory, char *dense);
/// Bytes of the dense form.
uint64_t dense_bytes(const accel_port_info &port);
uint32_t element_bytes(uint32_t type);

/// Open file descriptors of this process, by number.
size_t open_fd_count();

}  // namespace accel::conformance
