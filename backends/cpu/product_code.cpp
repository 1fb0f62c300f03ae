// SPDX-License-Identifier: MIT
// Executes small products once, so that oneDNN generates their code while memory is there.
#include "product_code.h"

#include "dnnl_reserve.h"

#include <atomic>
#include <oneapi/dnnl/dnnl.h>
#include <vector>

namespace accel::cpu {
namespace {

std::atomic<bool> g_made{false};

struct Size {
    dnnl_dim_t rows, columns, depth;
};

// A vector, few columns, products that are copied before and such that are not: each has code of its own.
constexpr Size kSizes[] = {{64, 1, 64}, {1, 64, 64}, {64, 4, 64}, {8, 8, 8}, {48, 48, 48}, {160, 160, 160}, {160, 160, 24}};
constexpr dnnl_dim_t kSideMost = 160;

}  // namespace

bool stands_on_product_code(std::string_view implementation)
{
    return implementation.starts_with("gemm") || implementation.starts_with("x64:gemm");
}

void make_product_code()
{
    if (g_made.load(std::memory_order_acquire))
        return;
    std::vector<float> a(kSideMost * kSideMost), b(kSideMost * kSideMost), c(kSideMost * kSideMost);
    ask_dnnl(
        [&] {
            for (const Size &size : kSizes)
                for (const char a_form : {'N', 'T'})
                    for (const char b_form : {'N', 'T'})
                        for (const float kept : {0.0f, 1.0f})
                            if (dnnl_sgemm(a_form, b_form, size.rows, size.columns, size.depth, 1.0f, a.data(), a_form == 'N' ? size.depth : size.rows, b.data(),
                                           b_form == 'N' ? size.columns : size.depth, kept, c.data(), size.columns) != dnnl_success)
                                throw std::bad_alloc();
        },
        DnnlWork::kProductCode);
    g_made.store(true, std::memory_order_release);
}

}  // namespace accel::cpu
