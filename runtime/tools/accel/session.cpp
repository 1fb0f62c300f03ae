// SPDX-License-Identifier: MIT
// Makes the objects of a run, fills and reads its ports, and runs it.
#include "session.h"

#include <random>

namespace accel::tool {
namespace {

template <class Visit> void for_each_element(const accel_port_info &port, const std::vector<int64_t> &strides, uint32_t axis, int64_t offset_bytes, const Visit &visit)
{
    if (axis == port.rank) return visit(offset_bytes);
    for (int64_t index = 0; index < port.dims[axis]; ++index) for_each_element(port, strides, axis + 1, offset_bytes + index * strides[axis], visit);
}

/// The command builds and loads programs with the layouts that strides can tell; one that was saved elsewhere may have others.
std::vector<int64_t> strides_of(const accel_port_info &port)
{
    if (auto strides = strides_bytes(port)) return *strides;
    throw std::runtime_error(std::string("port '") + port.name + "' has the layout of its device, which strides cannot tell; build the program with STRIDED or DENSE ports");
}

}  // namespace

uint32_t element_bytes(uint32_t type)
{
    static constexpr uint32_t kBytes[] = {0, 4, 1, 1, 4, 8, 2, 2, 2, 1, 8};
    return type < std::size(kBytes) ? kBytes[type] : 0;
}

uint64_t element_count(const accel_port_info &port)
{
    uint64_t count = 1;
    for (uint32_t axis = 0; axis < port.rank; ++axis) count *= static_cast<uint64_t>(port.dims[axis]);
    return count;
}

Session::Session(const Instance &instance, const std::vector<Device> &devices, Program program, uint32_t entry, uint32_t run_flags)
    : program_(std::move(program)), entry_(entry), info_(program_.entry(entry)), memory_(program_, entry), run_(Run::create(program_, entry, State(), run_flags)), queue_(Queue::create(devices)),
      fence_(Fence::create(instance))
{
    memory_.bind_to(run_);
}

void Session::write(uint32_t input_index, const Dense &dense)
{
    const auto port = input(input_index);
    const uint32_t bytes = element_bytes(port.type);
    if (port.flags & ACCEL_PORT_FLAG_DEFAULT) memory_.bind_to(run_, input_index);
    const auto mapping = memory_.map(input_index, ACCEL_ACCESS_WRITE);
    char *start = mapping.as<char>() + memory_.offset_bytes(input_index);
    const char *next = dense.data();
    for_each_element(port, strides_of(port), 0, 0, [&](int64_t offset) {
        std::memcpy(start + offset, next, bytes);
        next += bytes;
    });
}

Dense Session::read(uint32_t output_index) const
{
    const auto port = output(output_index);
    const uint32_t bytes = element_bytes(port.type);
    Dense dense(element_count(port) * bytes);
    const uint32_t index = info_.input_count + output_index;
    const auto mapping = memory_.map(index, ACCEL_ACCESS_READ);
    const char *start = mapping.as<const char>() + memory_.offset_bytes(index);
    char *next = dense.data();
    for_each_element(port, strides_of(port), 0, 0, [&](int64_t offset) {
        std::memcpy(next, start + offset, bytes);
        next += bytes;
    });
    return dense;
}

void Session::fill_inputs(uint32_t seed)
{
    std::minstd_rand random(seed);
    for (uint32_t index = 0; index < input_count(); ++index) {
        const auto port = input(index);
        if (port.flags & ACCEL_PORT_FLAG_DEFAULT) continue;
        Dense dense(element_count(port) * element_bytes(port.type));
        for (size_t offset = 0; offset < dense.size(); offset += element_bytes(port.type)) {
            const float real = std::uniform_real_distribution<float>(0, 1)(random);
            // Indices and sizes are valid as 0, whatever they index; truth is 0 or 1.
            if (port.type == ACCEL_TYPE_F32) std::memcpy(&dense[offset], &real, 4);
            else if (port.type == ACCEL_TYPE_BOOL) dense[offset] = real < 0.5f ? 0 : 1;
            else if (element_bytes(port.type) == 1) dense[offset] = static_cast<char>(static_cast<int>(real * 127));
        }
        write(index, dense);
    }
}

void Session::run()
{
    queue_.submit(run_, {}, {fence_.at(++value_)});
    fence_.wait(value_);
}

}  // namespace accel::tool
