// SPDX-License-Identifier: MIT
// The table of what each implementation of oneDNN was shown to fuse right.
#include "fusions.h"

namespace accel::cpu {
namespace {

constexpr unsigned kWithoutResidual = kBias | kClamp, kAll = kBias | kResidual | kClamp;

// oneDNN 2.6.3. Of what is left out, "x64:gemm:jit" reads nearly every residual at the wrong place, and "brgconv:avx512_core" and
// "brdgmm_dw:avx512_core" read some there.
constexpr Shown kShown[] = {
    {Kernel::kConvolution, "brdgmm_dw:avx512_core", kWithoutResidual},
    {Kernel::kConvolution, "brgconv:avx512_core", kWithoutResidual},
    {Kernel::kConvolution, "brgconv_1x1:avx512_core", kWithoutResidual},
    {Kernel::kConvolution, "jit:avx", kWithoutResidual},  // never asked for a residual: it leaves them to "x64:gemm:jit"
    {Kernel::kConvolution, "jit:avx2", kAll},
    {Kernel::kConvolution, "jit:avx512_core", kAll},
    {Kernel::kConvolution, "jit:sse41", kAll},
    {Kernel::kConvolution, "jit_1x1:avx", kWithoutResidual},
    {Kernel::kConvolution, "jit_1x1:avx2", kAll},
    {Kernel::kConvolution, "jit_1x1:avx512_core", kAll},
    {Kernel::kConvolution, "jit_1x1:sse41", kAll},
    {Kernel::kConvolution, "jit_dw:avx2", kAll},
    {Kernel::kConvolution, "jit_dw:avx512_core", kAll},
    {Kernel::kConvolution, "jit_dw:sse41", kAll},
    {Kernel::kConvolution, "x64:gemm:jit", kWithoutResidual},
    {Kernel::kProduct, "brg:avx512_core", kWithoutResidual},
    {Kernel::kProduct, "gemm:jit", kWithoutResidual},
};

}  // namespace

std::span<const Shown> shown() { return kShown; }

unsigned shown_right(Kernel kernel, std::string_view implementation)
{
    for (const Shown &entry : kShown)
        if (entry.kernel == kernel && entry.implementation == implementation)
            return entry.fusions;
    return kNoFusion;
}

}  // namespace accel::cpu
