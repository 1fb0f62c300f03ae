// SPDX-License-Identifier: MIT
// Tests of descriptors with an owner, and of what exceptions become.
#include <catch2/catch_test_macros.hpp>

#include <accel/border/fd.h>
#include <accel/border/guard.h>

#include <cerrno>
#include <string>

using namespace accel;

namespace {

struct Answered {
    accel_status status;
    std::string what;
};

template <class Thrown> Answered answer_for(const Thrown &thrown)
{
    return border::guarded([&]() -> Answered { throw thrown; },
                           [] {
                               const border::Caught caught = border::caught();
                               return Answered{caught.status, caught.what};
                           });
}

}  // namespace

TEST_CASE("a descriptor is closed once, by its last owner", "[border]")
{
    const int raw = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    const auto is_open = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };
    int copy = -1;
    {
        border::Fd first(raw);
        copy = first.duplicate().value_or(-1);
        CHECK(::fcntl(copy, F_GETFD) == FD_CLOEXEC);
        border::Fd second(std::move(first));
        CHECK(!first.valid());  // NOLINT: what is left of it
        {
            border::Fd third;
            third = std::move(second);
            CHECK(third.get() == raw);
            third = border::Fd();
            CHECK(!is_open(raw));
        }
        second = border::Fd(copy);
        CHECK(second.release() == copy);
    }
    CHECK(is_open(copy));
    CHECK(border::Fd(copy).valid());
    CHECK(!is_open(copy));
    CHECK(!border::Fd().duplicate());
}

TEST_CASE("a body's answer comes through, and exceptions are told by kind", "[border]")
{
    CHECK(border::guarded([] { return 3; }, [] { return 4; }) == 3);
    CHECK(border::guarded([]() -> int { throw 3; }, [] { return 4; }) == 4);
    CHECK(answer_for(std::bad_alloc()).status == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(answer_for(std::length_error("too long")).status == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(answer_for(std::system_error(ENOMEM, std::generic_category())).status == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(answer_for(std::system_error(EAGAIN, std::generic_category())).status == ACCEL_STATUS_RESOURCE);
    const Answered other = answer_for(std::runtime_error("of its own"));
    CHECK(other.status == ACCEL_STATUS_INTERNAL);
    CHECK(other.what == "of its own");
    CHECK(answer_for(7).status == ACCEL_STATUS_INTERNAL);
    CHECK(answer_for(7).what == "an unknown exception");
}
