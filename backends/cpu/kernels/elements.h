// SPDX-License-Identifier: MIT
// Inner loops of operations that work element by element, a row for each operation and in it a loop for each element type.
//
// A loop goes along one row of a walk (nodes/walk.h): its operands are stretched and ordered already, so that all it knows are steps from element to element. It is made of a
// function of single elements (elements_unary.cpp and its neighbours), written once over types. F32 functions that vectors serve better have kernels in floats.h.
#pragma once

#include "number.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace accel::cpu {

// What a node says besides its operands.
struct ElementFactors {
    float low = -std::numeric_limits<float>::infinity(), high = std::numeric_limits<float>::infinity();  // of arithmetic on reals: a fused activation
    double alpha = 0;                                                                                    // LEAKY_RELU's; of MEAN how many there are
    uint32_t mode = 0;                                                                                   // MOD: FMOD; BIT_SHIFT: 1 to the right; IS_INF: 1 counts inf, 2 -inf
    uint32_t second = 0;                                                                                 // POW: the exponent's type
};

struct ElementRun {
    std::byte *y;
    std::array<const std::byte *, 3> x;
    int64_t y_step;
    std::array<int64_t, 3> x_step;
    int64_t count;
    const ElementFactors &factors;
};

using ElementKernel = void (*)(const ElementRun &run);

inline constexpr uint32_t kElementTypes = ACCEL_TYPE_U64 + 1;

using ElementKernels = std::array<ElementKernel, kElementTypes>;

struct ElementRow {
    uint32_t operation;
    uint32_t operands;  // that one loop takes; of a variadic operation, loops follow each other
    ElementKernels kernels;
    uint32_t result = 0;  // type of the result; 0: as the operands
};

// Null: the operation has none.
const ElementRow *find_element_row(uint32_t operation);
// Null: not in that type, which is that of the first operand, or of what a WHERE chooses from.
ElementKernel find_element_kernel(uint32_t operation, uint32_t type);

// Null: not between these types.
ElementKernel find_cast_kernel(uint32_t from, uint32_t to);

// The tables, each in a file of its own.
std::span<const ElementRow> unary_rows();
std::span<const ElementRow> function_rows();
std::span<const ElementRow> binary_rows();
std::span<const ElementRow> choice_rows();

}  // namespace accel::cpu
