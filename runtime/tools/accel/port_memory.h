// SPDX-License-Identifier: MIT
// Memory for all ports of an entry point: one buffer where its devices can share one, since some name only a few at once; else one for each device.
#pragma once

#include <accel/accel.hpp>

#include <vector>

namespace accel::tool {

class PortMemory {
public:
    PortMemory(const Program &program, uint32_t entry);

    /// All ports but those that have a default.
    void bind_to(const Run &run) const;
    void bind_to(const Run &run, uint32_t port) const { run.bind(port, buffers_[places_[port].buffer], places_[port].offset_bytes); }
    Buffer::Mapping map(uint32_t port, uint32_t access) const { return buffers_[places_[port].buffer].map(access); }
    uint64_t offset_bytes(uint32_t port) const { return places_[port].offset_bytes; }
    size_t buffer_count() const { return buffers_.size(); }

private:
    struct Place {
        size_t buffer = 0;
        uint64_t offset_bytes = 0;
        bool has_default = false;
    };
    bool share_one(const std::vector<accel_port_info> &ports);
    void fill(const std::vector<accel_port_info> &ports, const std::vector<accel_device *> &devices);

    std::vector<Buffer> buffers_;
    std::vector<Place> places_;  ///< by port
};

}  // namespace accel::tool
