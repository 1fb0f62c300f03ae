// SPDX-License-Identifier: MIT
// Chooses the binary32 loops for the processor's instruction set.
#include "floats.h"

#include <oneapi/dnnl/dnnl.h>

namespace accel::cpu {

const FloatKernels &float_kernels()
{
#if defined(__x86_64__)
    const int effective = static_cast<int>(dnnl_get_effective_cpu_isa());
    const auto admits = [effective](int isa) { return (effective & isa) == isa; };
    if (admits(dnnl_cpu_isa_avx512_core) && __builtin_cpu_supports("avx512bw"))
        return float_kernels_avx512();
    if (admits(dnnl_cpu_isa_avx2) && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return float_kernels_avx2();
#endif
    return float_kernels_base();
}

}  // namespace accel::cpu
