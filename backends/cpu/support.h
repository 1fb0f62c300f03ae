// SPDX-License-Identifier: MIT
// Can this backend execute a node? One answer for the compiler's query and for loading a blob.
#pragma once

#include <accel/graph/view.h>

#include <cstdint>
#include <optional>
#include <string>

namespace accel::cpu {

struct Refusal {
    uint32_t reason = ACCEL_REASON_OK;
    uint32_t tensor = ACCEL_TENSOR_NONE;
    int64_t given = 0;
    int64_t expected = 0;
    uint32_t attribute = 0;  // enum accel_attribute_key, with reason ATTRIBUTE
    std::string sentence;    // of a contradiction of shapes

    bool refused() const { return reason != ACCEL_REASON_OK; }
};

// For a log.
std::string text_of(const Refusal &refusal);

// Of a graph whose numbers are inside their tables. Also establishes what execution relies on: shapes that fit each other, attributes in range, constants
// where they are needed.
Refusal check_node(const graph::View &graph, const accel_node_desc &node);

// The first input or output of the graph whose bytes cannot be counted, or are none.
std::optional<uint32_t> port_without_size(const graph::View &graph);

}  // namespace accel::cpu
