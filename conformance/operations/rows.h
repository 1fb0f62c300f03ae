// SPDX-License-Identifier: MIT
// What the catalog says of each operation.
#pragma once

#include <accel/catalog.h>

#include <cstdint>

namespace accel::conformance {

struct OperationRow {
    accel_operation operation;
    const char *name;
    uint32_t types, roundings;  ///< bits per number; roundings of the stored bytes
    const char *real_rule;      ///< for F32; whole numbers and moved values have rules of their own
    bool composite;             ///< made of steps where a device does not take it as such
};

constexpr OperationRow kOperationRows[] = {
#include "rows.inc"
};

}  // namespace accel::conformance
