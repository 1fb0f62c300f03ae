// SPDX-License-Identifier: MIT
// What libdrm does, as far as decision 0007 rests on it: a newer libdrm that does otherwise fails here, and the decision is looked at again.
#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <string_view>
#include <sys/sysmacros.h>
#include <xf86drm.h>

namespace
{

// What the calls that follow fail with; 0: that one is taken.
const int *answers = nullptr;
size_t calls = 0;

} // namespace

// Found before the C library's, by libdrm, too.
extern "C" [[gnu::visibility("default")]] int ioctl(int, unsigned long, ...) noexcept
{
    const int error = answers ? answers[calls] : ENOTTY;
    ++calls;
    errno = error;
    return error == 0 ? 0 : -1;
}

TEST_CASE("drmIoctl retries EAGAIN as it does EINTR", "[libdrm]")
{
    const int script[] = {EINTR, EAGAIN, EAGAIN, 0};
    answers = script;
    calls = 0;
    CHECK(drmIoctl(0, DRM_IOCTL_VERSION, nullptr) == 0);
    CHECK(calls == 4);
}

TEST_CASE("libdrm takes no node of /dev/accel for one of its own", "[libdrm]")
{
    constexpr unsigned kAccelMajor = 261;
    drmDevicePtr device = nullptr;
    CHECK(drmGetDeviceFromDevId(makedev(kAccelMajor, 0), 0, &device) == -EINVAL);
    CHECK(device == nullptr);
    // A list holds what /dev/dri has, if that is there.
    drmDevicePtr devices[64] = {};
    const int count = drmGetDevices2(0, devices, 64);
    for (int i = 0; i < count; ++i) {
        for (int kind = 0; kind < DRM_NODE_MAX; ++kind) {
            if (devices[i]->available_nodes & 1 << kind)
                CHECK(std::string_view(devices[i]->nodes[kind]).starts_with("/dev/dri/"));
        }
    }
    if (count > 0)
        drmFreeDevices(devices, count);
}
