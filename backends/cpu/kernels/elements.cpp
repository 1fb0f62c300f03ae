// SPDX-License-Identifier: MIT
// Finds the row of an operation and its loop for a type.
#include "elements.h"

namespace accel::cpu {

const ElementRow *find_element_row(uint32_t operation)
{
    for (const auto rows : {unary_rows(), function_rows(), binary_rows(), choice_rows()})
        for (const ElementRow &row : rows)
            if (row.operation == operation)
                return &row;
    return nullptr;
}

ElementKernel find_element_kernel(uint32_t operation, uint32_t type)
{
    const ElementRow *row = find_element_row(operation);
    return row != nullptr && type < kElementTypes ? row->kernels[type] : nullptr;
}

}  // namespace accel::cpu
