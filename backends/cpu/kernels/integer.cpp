// SPDX-License-Identifier: MIT
// Chooses the integer loops for the processor's instruction set.
#include "integer.h"

#if defined(__x86_64__)
#include <oneapi/dnnl/dnnl.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace accel::cpu {

const IntegerKernels &integer_kernels()
{
#if defined(__x86_64__)
    // One knob for both: oneDNN answers with what the processor has under its cap. Its values are nested sets of features.
    const int effective = static_cast<int>(dnnl_get_effective_cpu_isa());
    const auto admits = [effective](int isa) { return (effective & isa) == isa; };
    if (admits(dnnl_cpu_isa_avx512_core) && __builtin_cpu_supports("avx512bw")) {
        const bool vnni = admits(dnnl_cpu_isa_avx512_core_vnni) && __builtin_cpu_supports("avx512vnni");
        return vnni ? integer_kernels_avx512_vnni() : integer_kernels_avx512();
    }
    if (admits(dnnl_cpu_isa_avx2) && __builtin_cpu_supports("avx2"))
        return admits(dnnl_cpu_isa_avx2_vnni) ? integer_kernels_avx2_vnni() : integer_kernels_avx2();
#elif defined(__aarch64__)
    if ((getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0)
        return integer_kernels_dotprod();
#endif
    return integer_kernels_base();
}

}  // namespace accel::cpu
