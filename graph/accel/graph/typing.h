// SPDX-License-Identifier: MIT
// Which element types an operation's operands and results may have, and which of them go together, as the catalog's signatures say.
#pragma once

#include <accel/catalog.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace accel::graph {

struct Typed {
    uint32_t types;         ///< set of type_bit, in any signature
    int like;               ///< position of the first operand that always has the same type; -1: there is none
    uint32_t named_by = 0;  ///< the attribute whose value is the type; 0: none is
};

struct Typing {
    accel_operation operation;
    uint32_t plain_types;                  ///< of the first operand where it is not quantised
    std::span<const Typed> operands;       ///< those in front of value operands; the last one stands for all behind it where their number is open
    std::span<const Typed> results;        ///< the same
    std::span<const uint32_t> signatures;  ///< of each signature a set of type_bit for each of operands, then for each of results

    size_t signature_count() const { return signatures.size() / (operands.size() + results.size()); }
    /// Column: an index of operands, or operands.size() and one of results.
    uint32_t types_in(size_t signature, size_t column) const { return signatures[signature * (operands.size() + results.size()) + column]; }
};

/// Null: the catalog has no such operation.
const Typing *find_typing(uint32_t operation);

}  // namespace accel::graph
