// SPDX-License-Identifier: MIT
// The kernels of reals for each instruction set that this processor has, the widest last.
#pragma once

#include "kernels/floats.h"

#include <vector>

namespace accel::cpu::test {

inline std::vector<const FloatKernels *> all_float_kernels()
{
    std::vector<const FloatKernels *> all{&float_kernels_base()};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        all.push_back(&float_kernels_avx2());
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
        all.push_back(&float_kernels_avx512());
#endif
    return all;
}

}  // namespace accel::cpu::test
