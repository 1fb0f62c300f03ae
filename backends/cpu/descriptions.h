// SPDX-License-Identifier: MIT
// oneDNN's descriptions of memory, one for all that are equal: each is 696 bytes, and a network has many steps of a few shapes.
#pragma once

#include <dnnl.hpp>

#include <cstdint>
#include <unordered_set>

namespace accel::cpu {

class Descriptions {
public:
    // The first that was equal to it, which stays where it is as long as this lives.
    const dnnl::memory::desc *shared(const dnnl::memory::desc &given) { return &*known_.insert(given).first; }
    size_t size() const { return known_.size(); }

private:
    // Equal ones have equal dims; their strides may differ along axes of size 1.
    struct Hash {
        size_t operator()(const dnnl::memory::desc &desc) const
        {
            uint64_t hash = static_cast<uint64_t>(desc.data.data_type);
            for (int axis = 0; axis < desc.data.ndims; ++axis)
                hash = (hash ^ static_cast<uint64_t>(desc.data.dims[axis])) * 0x9e3779b97f4a7c15u;
            return hash ^ hash >> 32;
        }
    };

    std::unordered_set<dnnl::memory::desc, Hash> known_;
};

}  // namespace accel::cpu
