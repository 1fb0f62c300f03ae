// SPDX-License-Identifier: MIT
// What a conversion costs on this machine; not run by itself: accel_layouts_test "[.speed]".
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstdio>

#include "test_lists.h"

using namespace accel::layouts;

namespace {

double best_us(const Conversion &conversion, const void *from, void *to)
{
    double best = 1e9;
    for (int i = 0; i < 200; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        conversion.run(from, to);
        best = std::min(best, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
    }
    return best;
}

}  // namespace

TEST_CASE("speed of 1x64x56x56", "[.speed]")
{
    const std::vector<int64_t> sizes{1, 64, 56, 56};
    for (const uint32_t type : {ACCEL_TYPE_U8, ACCEL_TYPE_F16, ACCEL_TYPE_F32}) {
        const Layout nchw = *dense(type, sizes), nc1hwc2 = *blocked(type, sizes, std::vector<uint32_t>{0, 1, 2, 3}, 1, 16),
                     nhwc = *blocked(type, sizes, std::vector<uint32_t>{0, 2, 3, 1}, 1, 1);
        const std::vector<char> from(nchw.size_bytes);
        std::vector<char> to(nchw.size_bytes);
        const auto show = [&](const char *name, const Layout &a, const Layout &b) {
            const double us = best_us(Conversion(a, b, type, sizes, 0), from.data(), to.data());
            std::printf("%u bits %-18s %8.1f us %6.2f GB/s\n", accel_type_bits(type), name, us, static_cast<double>(nchw.size_bytes) / us / 1e3);
        };
        show("NCHW to NC1HWC2", nchw, nc1hwc2);
        show("NC1HWC2 to NCHW", nc1hwc2, nchw);
        show("NCHW to NHWC", nchw, nhwc);
        show("NHWC to NC1HWC2", nhwc, nc1hwc2);
        show("NCHW to NCHW", nchw, nchw);
    }
}
