// SPDX-License-Identifier: MIT
// Functions that the headers define, for callers who have no C compiler: bindings that find symbols by name. They know the types, keys and operations of this library.
//
// As in entry_0_1.cpp the assembler gives them their names; in C++ those belong to the headers' own.
#include <accel/accel.h>

extern "C" {

#define EXPORTED(name) __asm__(".symver " #name "_of_library, " #name "@@ACCEL_0.2")

[[gnu::used, gnu::visibility("default")]] unsigned accel_type_bits_of_library(unsigned type)
{
    return accel_type_bits(type);
}
EXPORTED(accel_type_bits);

[[gnu::used, gnu::visibility("default")]] unsigned accel_attribute_kind_of_of_library(unsigned key) { return accel_attribute_kind_of(key); }
EXPORTED(accel_attribute_kind_of);

[[gnu::used, gnu::visibility("default")]] unsigned accel_is_value_operand_of_library(unsigned operation, unsigned position)
{
    return accel_is_value_operand(operation, position);
}
EXPORTED(accel_is_value_operand);

[[gnu::used, gnu::visibility("default")]] int accel_layout_strides_of_library(const accel_layout *layout, uint32_t rank, int64_t *strides_bytes)
{
    return accel_layout_strides(layout, rank, strides_bytes);
}
EXPORTED(accel_layout_strides);
}
