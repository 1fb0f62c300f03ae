// SPDX-License-Identifier: MIT
// A port of an entry point.
#pragma once

#include <accel/accel.h>
#include <accel/graph/quantization.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "port_layout.h"
#include "segment.h"

namespace accel::runtime {

struct ProgramPort {
    std::string name;
    uint32_t direction = 0;
    PortLayout layout;
    uint32_t device = 0;
    uint32_t in_place_of = UINT32_MAX;  ///< an output: the input whose memory it may have, or, of a variable, has
    uint32_t variable = UINT32_MAX;     ///< of the program, which it reads or writes: no port of the application; UINT32_MAX: none
    bool converted = false;             ///< a conversion reads or writes it; settle_ports() finds it in the transfer report
    accel_layout shown{};               ///< of layout, once settled
    std::optional<graph::Quantization> quantization;
    std::shared_ptr<const graph::QuantizationDesc> quantization_desc;  ///< of it, once the ports are settled
    uint32_t knowledge = ACCEL_SIZE_KNOWLEDGE_EXACT;                   ///< where not EXACT, layout is that of the planned sizes
    std::vector<int64_t> bounds;                                       ///< then, the dims that are told
    std::vector<DataDim> data_dims;                                    ///< that the segment tells after each submission, which writes the port itself
    uint32_t data_segment = UINT32_MAX;                                ///< which
    std::shared_ptr<const std::vector<uint8_t>> default_values;        ///< dense row-major, of an input that need not be bound; else null
};

}  // namespace accel::runtime
