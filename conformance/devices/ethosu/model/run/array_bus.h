// SPDX-License-Identifier: MIT
//
// A bus over a few separate arrays; everything outside them is refused.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "npu.h"

namespace accel::devices::ethosu {

class ArrayBus : public Bus {
public:
    /// The arrays must not be moved or resized afterwards.
    void map(uint64_t address, std::vector<uint8_t> &bytes, bool writable)
    {
        windows_.push_back({address, &bytes, writable});
    }

    bool read(uint64_t address, void *bytes, size_t size_bytes) override
    {
        const uint8_t *from = find(address, size_bytes, false);
        if (from != nullptr && size_bytes != 0) std::memcpy(bytes, from, size_bytes);
        return from != nullptr;
    }

    bool write(uint64_t address, const void *bytes, size_t size_bytes) override
    {
        uint8_t *to = find(address, size_bytes, true);
        if (to != nullptr && size_bytes != 0) std::memcpy(to, bytes, size_bytes);
        return to != nullptr;
    }

    uint8_t *span(uint64_t address, size_t size_bytes) override { return find(address, size_bytes, true); }

private:
    struct Window {
        uint64_t address;
        std::vector<uint8_t> *bytes;
        bool writable;
    };

    uint8_t *find(uint64_t address, size_t size_bytes, bool writing)
    {
        for (const Window &window : windows_) {
            const uint64_t offset = address - window.address;
            const uint64_t available = window.bytes->size();
            if (address < window.address || offset > available || size_bytes > available - offset) continue;
            return writing && !window.writable ? nullptr : window.bytes->data() + offset;
        }
        return nullptr;
    }

    std::vector<Window> windows_;
};

}  // namespace accel::devices::ethosu
