// SPDX-License-Identifier: MIT
// Lays ports out behind each other, in one buffer or in one for each device.
#include "port_memory.h"

#include <algorithm>

namespace accel::tool {
namespace {

constexpr uint64_t kAlignBytes = 64;  ///< of a cache line, so that ports do not meet in one

std::vector<accel_device *> devices_of(const std::vector<accel_port_info> &ports)
{
    std::vector<accel_device *> devices;
    for (const auto &port : ports)
        if (std::find(devices.begin(), devices.end(), port.device) == devices.end()) devices.push_back(port.device);
    return devices;
}

uint64_t align_up(uint64_t value, uint64_t granule) { return (value + granule - 1) / granule * granule; }

}  // namespace

PortMemory::PortMemory(const Program &program, uint32_t entry) : places_(program.entry(entry).port_count)
{
    std::vector<accel_port_info> ports;
    for (uint32_t index = 0; index < places_.size(); ++index) ports.push_back(program.port(index, entry));
    if (ports.empty() || share_one(ports)) return;
    for (accel_device *device : devices_of(ports)) fill(ports, {device});
}

bool PortMemory::share_one(const std::vector<accel_port_info> &ports)
{
    try {
        fill(ports, devices_of(ports));
        return true;
    } catch (const Error &error) {
        if (error.status() != ACCEL_STATUS_UNSUPPORTED || devices_of(ports).size() == 1) throw;
        return false;
    }
}

/// One more buffer, with the ports of these devices behind each other.
void PortMemory::fill(const std::vector<accel_port_info> &ports, const std::vector<accel_device *> &devices)
{
    std::vector<Device> set;
    uint64_t align_bytes = kAlignBytes, size_bytes = 0;
    for (accel_device *device : devices) {
        set.emplace_back(accel_device_ref(device));
        align_bytes = std::max(align_bytes, set.back().info().buffer_align_bytes);
    }
    for (size_t index = 0; index < ports.size(); ++index) {
        if (std::find(devices.begin(), devices.end(), ports[index].device) == devices.end()) continue;
        const bool has_default = ports[index].flags & ACCEL_PORT_FLAG_DEFAULT;
        places_[index] = {buffers_.size(), align_up(size_bytes, std::max(align_bytes, ports[index].align_bytes)), has_default};
        size_bytes = std::max(size_bytes, places_[index].offset_bytes + ports[index].size_bytes);
    }
    buffers_.push_back(Buffer::create(set, std::max<uint64_t>(size_bytes, 1)));
}

void PortMemory::bind_to(const Run &run) const
{
    for (uint32_t port = 0; port < places_.size(); ++port)
        if (!places_[port].has_default) bind_to(run, port);
}

}  // namespace accel::tool
