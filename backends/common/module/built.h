// SPDX-License-Identifier: MIT
// What a compiler's build hands out, with all that its description points to.
#pragma once

#include <accel/backend.h>
#include <accel/layouts/layout.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace accel::module {

// Fill it in; hand_out makes an accel_bk_blob of it. The members are those of the structs of accel/backend/compiler.h.
struct Built {
    struct Port {
        uint32_t tensor;
        layouts::Layout layout;
        uint64_t align_bytes;  // a power of two
        uint32_t flags = 0;    // enum accel_bk_port_flag
        uint32_t in_place_of = 0;
    };
    struct Entry {
        std::vector<Port> ports;  // graph inputs, then graph outputs
        uint64_t scratch_bytes = 0;
        uint32_t buffer_count_max = 0;
    };

    std::vector<uint8_t> bytes;
    std::vector<Entry> entries;  // one per graph
    std::vector<accel_bk_constant_place> constants;
    std::string log;
};

// Its release deletes all of it. Throws bad_alloc, and keeps nothing then.
accel_bk_blob *hand_out(std::unique_ptr<Built> built);

}  // namespace accel::module
