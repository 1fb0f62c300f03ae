// SPDX-License-Identifier: MIT
// Makes the objects of a run, fills and reads its ports, and runs it.
#include "session.h"

#include <cstring>
#include <random>

#include "elements.h"

namespace accel::tool {
namespace {

/// Distances of neighbours in bits, by axis. The command builds and loads programs with the layouts that strides can tell; one that was saved elsewhere may have others.
std::vector<int64_t> strides_of(const accel_port_info &port)
{
    std::vector<int64_t> strides(port.rank, 0);
    bool told = port.layout->kind == ACCEL_LAYOUT_KIND_STEPS && port.layout->type == port.type;
    for (uint32_t i = 0; told && i < port.layout->step_count; ++i) {
        const accel_layout_step &step = port.layout->steps[i];
        told = step.axis < port.rank && strides[step.axis] == 0;
        if (told) strides[step.axis] = step.stride_bits;
    }
    if (told) return strides;
    throw std::runtime_error(std::string("port '") + port.name + "' has the layout of its device, which strides cannot tell; build the program with STRIDED or DENSE ports");
}

template <class Visit> void for_each_element(const accel_port_info &port, const std::vector<int64_t> &strides, uint32_t axis, int64_t offset_bits, const Visit &visit)
{
    if (axis == port.rank) return visit(offset_bits);
    for (int64_t index = 0; index < port.dims[axis]; ++index) for_each_element(port, strides, axis + 1, offset_bits + index * strides[axis], visit);
}

/// One element between a port's memory and dense ones, which give a part of a byte a byte.
void put(char *memory, int64_t offset_bits, const char *element, uint32_t bits)
{
    char *place = memory + offset_bits / 8;
    if (bits >= 8) {
        std::memcpy(place, element, bits / 8);
        return;
    }
    const auto shift = static_cast<unsigned>(offset_bits % 8), mask = ((1u << bits) - 1) << shift;
    *place = static_cast<char>((static_cast<uint8_t>(*place) & ~mask) | (static_cast<uint8_t>(*element) << shift & mask));
}

void get(const char *memory, int64_t offset_bits, char *element, uint32_t bits)
{
    const char *place = memory + offset_bits / 8;
    if (bits >= 8)
        std::memcpy(element, place, bits / 8);
    else
        *element = static_cast<char>(static_cast<uint8_t>(*place) >> (offset_bits % 8) & ((1 << bits) - 1));
}

}  // namespace

uint64_t element_count(const accel_port_info &port)
{
    uint64_t count = 1;
    for (uint32_t axis = 0; axis < port.rank; ++axis) count *= static_cast<uint64_t>(port.dims[axis]);
    return count;
}

Session::Session(const Instance &instance, const std::vector<Device> &devices, Program program, uint32_t entry, uint32_t run_flags)
    : program_(std::move(program)),
      entry_(entry),
      info_(program_.entry(entry)),
      memory_(program_, entry),
      run_(Run::create(program_, entry, State(), run_flags)),
      queue_(Queue::create(devices)),
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
        put(start, offset, next, accel_type_bits(port.type));
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
        get(start, offset, next, accel_type_bits(port.type));
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
        for (size_t element = 0; element < element_count(port); ++element) {
            const float real = std::uniform_real_distribution<float>(0, 1)(random);
            // Indices and sizes are valid as 0, whatever they index; truth is 0 or 1.
            if (numbers_of(port.type) == Numbers::Reals)
                store_element(port.type, dense, element, static_cast<double>(real));
            else if (port.type == ACCEL_TYPE_BOOL)
                store_element(port.type, dense, element, real < 0.5f ? 0 : 1);
            else if (element_bytes(port.type) == 1)
                dense[element] = static_cast<char>(static_cast<int>(real * 127) & ((1 << accel_type_bits(port.type)) - 1));
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
