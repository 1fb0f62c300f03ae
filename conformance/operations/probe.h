// SPDX-License-Identifier: MIT
// One operation of the catalog in one element type and rounding: what it is asked, and what it must answer.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "../support/expected.h"
#include "../support/graph.h"

namespace accel::conformance {

/// What a device may claim, and what a case of the chapter `operations` proves.
struct Subject {
    accel_operation operation = ACCEL_OPERATION_ADD;
    accel_type type = ACCEL_TYPE_F32;                  ///< of the first operand
    accel_rounding rounding = ACCEL_ROUNDING_NONE;     ///< of a requantising operation

    /// "operations.leaky-relu.f32", "operations.conv.i8-tflite": the id of its case.
    std::string id() const;
    /// "LEAKY_RELU in F32", "CONV in I8 with rounding tflite"
    std::string text() const;
    /// The rule that says how exact it must be.
    const char *rule() const;
};

/// Every operation of the catalog in every type that the catalog admits, and in every rounding that docs/operations.md defines for it.
const std::vector<Subject> &all_subjects();

/// One graph of one operation, with inputs, and the results that the suite's own arithmetic makes of them.
struct Probe {
    std::string about;  ///< shapes and attributes, for messages
    GraphBuilder graph;
    std::vector<std::vector<char>> inputs;
    std::function<std::vector<Expected>()> expect;
};

/// The same subject, seed and round give the same probe. Rounds 0 and 1 have shapes that hardware likes, later ones are drawn from all that is legal.
Probe make_probe(const Subject &subject, uint64_t seed, size_t round);

}  // namespace accel::conformance
