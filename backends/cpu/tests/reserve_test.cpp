// SPDX-License-Identifier: MIT
#include "dnnl_reserve.h"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <sys/resource.h>
#include <thread>

using namespace accel::cpu;

namespace
{

// While it lives the process is given no new address.
class NoNewAddresses
{
public:
    NoNewAddresses()
    {
        getrlimit(RLIMIT_AS, &before_);
        rlimit none = before_;
        none.rlim_cur = 1;
        setrlimit(RLIMIT_AS, &none);
    }
    ~NoNewAddresses() { setrlimit(RLIMIT_AS, &before_); }

private:
    rlimit before_{};
};

bool has_reserve()
{
    try {
        const DnnlReserve reserve;
        return true;
    } catch (const std::bad_alloc &) {
        return false;
    }
}

} // namespace

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
