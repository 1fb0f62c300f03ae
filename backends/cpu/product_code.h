// SPDX-License-Identifier: MIT
// Code that oneDNN generates late.
//
// What multiplies matrices in convolutions named "x64:gemm" and products named "gemm" is generated at their first execution, for all of the process at
// once: up to 11.7 MB, 35 MB on a thread without a part of the heap. So it is made with the first such primitive, on the thread that builds.
#pragma once

#include <string_view>

namespace accel::cpu {

// Does a primitive of that implementation, as oneDNN names it, stand on that code?
bool stands_on_product_code(std::string_view implementation);

// Makes it, once in the life of the process. Throws std::bad_alloc if there is too little memory; a later call tries again. Without a reserve.
void make_product_code();

}  // namespace accel::cpu
