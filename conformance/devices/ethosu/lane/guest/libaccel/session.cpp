// SPDX-License-Identifier: MIT
// Builds the small program, and runs it with one buffer for each port.
#include "session.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "harness.h"
#include "support/graph.h"

namespace accel::guest {
namespace {

using uapi::Failure;
using uapi::require;

Program build_pool(const Devices &devices)
{
    conformance::GraphBuilder graph;
    const conformance::Quantization same{{0.5f}, {0}};
    const uint32_t x = graph.input("x", ACCEL_TYPE_I8, {1, 16, 32, 32}, same);
    const uint32_t y = graph.tensor("y", ACCEL_TYPE_I8, {1, 16, 16, 16}, same);
    conformance::GraphBuilder::Attributes attributes;
    attributes.ints = {{ACCEL_ATTRIBUTE_KERNEL_SHAPE, {2, 2}}, {ACCEL_ATTRIBUTE_STRIDES, {2, 2}}};
    graph.node(ACCEL_OPERATION_MAX_POOL, {x}, {y}, attributes);
    graph.output(y);
    return Program::build(Model::create(devices.instance, graph.desc()), {devices.npu}, ACCEL_ROUNDING_NONE,
                          ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY);
}

Buffer port_buffer(const Devices &devices, const Program &program, uint32_t port)
{
    return Buffer::create({devices.npu}, program.port(port).size_bytes, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF));
}

}  // namespace

Session::Session(const Devices &devices)
    : devices_(devices),
      program_(build_pool(devices)),
      input_(port_buffer(devices, program_, 0)),
      output_(port_buffer(devices, program_, 1)),
      run_(Run::create(program_)),
      queue_(Queue::create({devices.npu}))
{
    run_.bind(0, input_);
    run_.bind(1, output_);
}

void Session::fill_input(uint8_t value) const
{
    std::memset(input_.map(ACCEL_ACCESS_WRITE).as<uint8_t>(), value, input_.size_bytes());
}

bool Session::output_holds(uint8_t value) const
{
    // Strides may leave gaps between rows: only what the port's dimensions name counts.
    const accel_port_info port = program_.port(1);
    const std::vector<int64_t> strides = strides_bytes(port).value();
    const auto mapping = output_.map(ACCEL_ACCESS_READ);
    const uint8_t *bytes = mapping.as<uint8_t>();
    for (int64_t c = 0; c < port.dims[1]; ++c)
        for (int64_t y = 0; y < port.dims[2]; ++y)
            for (int64_t x = 0; x < port.dims[3]; ++x)
                if (bytes[c * strides[1] + y * strides[2] + x * strides[3]] != value)
                    return false;
    return true;
}

uint64_t Session::submit(const Fence &fence, std::initializer_list<accel_fence_point> waits)
{
    ++value_;
    queue_.submit(run_, waits, {fence.at(value_)});
    return value_;
}

accel_status Session::run_once()
{
    const Fence fence = Fence::create(devices_.instance);
    return accel_fence_wait(fence.get(), submit(fence), kPatience_ns);
}

void require_right_run(Session &session, uint8_t value)
{
    session.fill_input(value);
    const accel_status status = session.run_once();
    require(status == ACCEL_STATUS_OK, std::string("the run ended with ") + accel_status_name(status));
    require(session.output_holds(value), "the output is wrong");
}

std::string load_file(const std::string &path)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Failure("cannot read " + path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string last_error()
{
    const accel_error *error = accel_last_error();
    return std::string(accel_status_name(static_cast<accel_status>(error->status))) + ": " + error->message;
}

}  // namespace accel::guest
