// SPDX-License-Identifier: MIT
// Writes tables that the fuzz target of expressions starts from.
#include <accel/tensor.h>

#include "seed.h"

namespace {

/// 12 bytes a row: operator, left, right, kind of number, number.
void row(std::vector<uint8_t> &bytes, uint8_t op, uint8_t left, uint8_t right = 0, uint8_t value = 0)
{
    bytes.insert(bytes.end(), {op, left, right, 1, value, 0, 0, 0, 0, 0, 0, 0});
}

}  // namespace

int main(int, char **arguments)
{
    std::vector<uint8_t> window{2}, derived{3 + 4 * 2};
    row(window, ACCEL_EXPRESSION_SYMBOL, 0);
    row(window, ACCEL_EXPRESSION_CONSTANT, 0, 0, 3);
    row(window, ACCEL_EXPRESSION_ADD, 0, 1);
    row(window, ACCEL_EXPRESSION_CONSTANT, 0, 0, 2);
    row(window, ACCEL_EXPRESSION_FLOOR_DIV, 2, 3);
    row(window, ACCEL_EXPRESSION_SYMBOL, 1);
    row(window, ACCEL_EXPRESSION_MAX, 4, 5);
    row(derived, ACCEL_EXPRESSION_SYMBOL, 0);
    row(derived, ACCEL_EXPRESSION_SYMBOL, 1);
    row(derived, ACCEL_EXPRESSION_MUL, 0, 1);
    row(derived, ACCEL_EXPRESSION_SYMBOL, 2);
    row(derived, ACCEL_EXPRESSION_CEIL_DIV, 3, 0);
    row(derived, ACCEL_EXPRESSION_MOD, 4, 1);
    accel::graph::write_seed(arguments[1], "window", window);
    accel::graph::write_seed(arguments[1], "derived", derived);
    return 0;
}
