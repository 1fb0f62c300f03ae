// SPDX-License-Identifier: MIT
// Tests of what happens to oneDNN where memory is short.
#include "dnnl_reserve.h"
#include "no_new_addresses.h"
#include "one_thread.h"
#include "product_code.h"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace accel::cpu;
using accel::cpu::test::NoNewAddresses;

namespace {

bool has_reserve()
{
    try {
        const DnnlReserve reserve;
        return true;
    } catch (const std::bad_alloc &) {
        return false;
    }
}

int64_t address_bytes()
{
    int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * sysconf(_SC_PAGESIZE);
}

// Every form of a product of that size.
void multiply(dnnl_dim_t rows, dnnl_dim_t columns, dnnl_dim_t depth)
{
    std::vector<float> a(static_cast<size_t>(rows * depth)), b(static_cast<size_t>(depth * columns)), c(static_cast<size_t>(rows * columns));
    for (const char a_form : {'N', 'T'})
        for (const char b_form : {'N', 'T'})
            REQUIRE(dnnl_sgemm(a_form, b_form, rows, columns, depth, 1.0f, a.data(), a_form == 'N' ? depth : rows, b.data(), b_form == 'N' ? columns : depth,
                               0.0f, c.data(), columns) == dnnl_success);
}

}  // namespace

TEST_CASE("A-22 oneDNN is not asked while there are no addresses, and is when there are some again")
{
    CHECK(has_reserve());
    bool scarce = true, asked = false;
    {
        const NoNewAddresses shortage;
        scarce = has_reserve();
        try {
            ask_dnnl([&] { asked = true; });
        } catch (const std::bad_alloc &) {
        }
    }
    CHECK_FALSE(scarce);
    CHECK_FALSE(asked);
    CHECK(has_reserve());
}

TEST_CASE("A-22 what oneDNN says of a lack of memory is the exception for one, and nothing else is")
{
    CHECK_THROWS_AS(ask_dnnl([] { throw dnnl::error(dnnl_out_of_memory, "planted"); }), std::bad_alloc);
    CHECK_THROWS_AS(ask_dnnl([] { throw dnnl::error(dnnl_unimplemented, "planted"); }), dnnl::error);
    CHECK(ask_dnnl([] { return 7; }) == 7);
}

TEST_CASE("A-22 one thread at a time has the reserve")
{
    std::atomic<bool> second{false};
    std::thread other;
    {
        const DnnlReserve first;
        other = std::thread([&] {
            const DnnlReserve reserve;
            second = true;
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        CHECK_FALSE(second);
    }
    other.join();
    CHECK(second);
}

TEST_CASE("A-22 the code of products is there before one is executed")
{
    const OneThread within_library;
    constexpr int64_t kCodeBytes = 400 << 10;  // the least that a set of kernels took was 0.6 MB
    make_product_code();
    const int64_t before = address_bytes();
    multiply(40, 1, 90);
    multiply(1, 33, 70);
    multiply(50, 7, 40);
    multiply(120, 90, 60);
    CHECK(address_bytes() - before < kCodeBytes);
}

TEST_CASE("A-22 an implementation that was never seen is trusted with little")
{
    CHECK(work_to_make("jit:avx2") == DnnlWork::kLittle);
    CHECK(work_to_make("brgconv:avx512_core") == DnnlWork::kKernels);
    CHECK(work_to_make("new") == DnnlWork::kKernels);
    CHECK(work_to_execute_first("x64:gemm:jit") == std::nullopt);
    CHECK(work_to_execute_first("new") == DnnlWork::kProductCode);
}
