// SPDX-License-Identifier: MIT
// One operation of the catalog in one element type and rounding: what a device may claim, and what a case proves.
#pragma once

#include <string>
#include <vector>

#include "rows.h"

namespace accel::conformance {

struct Subject {
    accel_operation operation = ACCEL_OPERATION_ADD;
    accel_type type = ACCEL_TYPE_F32;               ///< of the first operand
    accel_rounding rounding = ACCEL_ROUNDING_NONE;  ///< of a requantising operation

    /// "operations.leaky-relu.f32", "operations.conv.i8-tflite": the id of its case.
    std::string id() const;
    /// "LEAKY_RELU in F32", "CONV in I8 with rounding tflite"
    std::string text() const;
    /// The rule that says how exact it must be.
    const char *rule() const;
    bool operator==(const Subject &) const = default;
};

/// "F32"; throws where the catalog has no such type.
const char *type_name(accel_type type);

/// Throws where the catalog has no such operation.
const OperationRow &row_of(accel_operation operation);

/// A row in every type that the catalog admits, and in every rounding that docs/operations.md defines for it.
std::vector<Subject> subjects_of(const OperationRow &row);

/// Those of all rows.
const std::vector<Subject> &all_subjects();

}  // namespace accel::conformance
