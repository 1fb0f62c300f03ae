// SPDX-License-Identifier: MIT
#include "drm/node.h"
#include "drm/uapi.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

using namespace accel::drm;

namespace
{

struct FakeNode {
    std::vector<unsigned long> requests;
    uint32_t closed = 0;

    static int ioctl(void *context, unsigned long request, void *argument)
    {
        auto &self = *static_cast<FakeNode *>(context);
        self.requests.push_back(request);
        if (request == kVersion) {
            auto &version = *static_cast<VersionRequest *>(argument);
            std::memcpy(version.name, "rocket", 6);
            version.name_length = 6;
            version.major = 3;
            return 0;
        }
        if (request == kGemClose) {
            self.closed = static_cast<GemCloseRequest *>(argument)->handle;
            return 0;
        }
        return -ENOTTY;
    }

    accel_bk_transport transport()
    {
        accel_bk_transport table{};
        table.struct_size = sizeof table;
        table.context = this;
        table.ioctl = ioctl;
        return table;
    }
};

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

} // namespace

TEST_CASE("a node tells its driver", "[drm]")
{
    FakeNode fake;
    const auto table = fake.transport();
    const Node node(table);
    Version version;
    REQUIRE(node.version(version) == 0);
    CHECK(version.name == "rocket");
    CHECK(version.major == 3);
    node.close_handle(7);
    CHECK(fake.closed == 7);
    CHECK(node.ioctl(0x1234, nullptr) == -ENOTTY);
}

TEST_CASE("the bridge needs every slot and a kernel", "[drm]")
{
    FakeNode fake;
    auto table = fake.transport();
    CHECK_FALSE(Node(table).has_bridge());
    table.share = [](void *, uint32_t, int *) { return 0; };
    table.fence_from = [](void *, int, uint32_t, int *) { return 0; };
    table.fence_to = [](void *, int, uint32_t, int) { return 0; };
    table.fence_wait = [](void *, int, uint64_t) { return 0; };
    CHECK(Node(table).has_bridge());
    table.struct_size = offsetof(accel_bk_transport, fence_wait);
    CHECK_FALSE(Node(table).has_bridge());
    table.struct_size = sizeof table;
    table.simulated = 1;
    CHECK_FALSE(Node(table).has_bridge());
}

TEST_CASE("an older transport does not know when a fence signalled", "[drm]")
{
    FakeNode fake;
    auto table = fake.transport();
    uint64_t time_ns = 0;
    CHECK(Node(table).fence_time(Fd(), time_ns) == -ENOTTY);
    table.fence_time = [](void *, int, uint64_t *out) { return *out = 7, 0; };
    CHECK(Node(table).fence_time(Fd(), time_ns) == 0);
    CHECK(time_ns == 7);
    table.struct_size = offsetof(accel_bk_transport, fence_time);
    CHECK(Node(table).fence_time(Fd(), time_ns) == -ENOTTY);
}

TEST_CASE("descriptors are closed once", "[drm]")
{
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    {
        Fd a(ends[0]);
        Fd b(std::move(a));
        CHECK_FALSE(a.valid());
        b = Fd(ends[1]);
        CHECK_FALSE(is_open(ends[0]));
        const auto copy = b.duplicate();
        REQUIRE(copy);
        CHECK(is_open(*copy));
        ::close(*copy);
    }
    CHECK_FALSE(is_open(ends[1]));
}

TEST_CASE("deadlines do not wrap", "[drm]")
{
    CHECK(deadline_after(UINT64_MAX) == UINT64_MAX);
    const uint64_t now = deadline_after(0);
    CHECK(now <= now_ns());
    CHECK(deadline_after(1000000000) > now_ns());
}

TEST_CASE("errors have their statuses", "[drm]")
{
    CHECK(status_of(0) == ACCEL_STATUS_OK);
    CHECK(status_of(-ENOMEM) == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(status_of(-ENODEV) == ACCEL_STATUS_DEVICE_GONE);
    CHECK(status_of(-EMFILE) == ACCEL_STATUS_RESOURCE);
    CHECK(status_of(-EDOM) == ACCEL_STATUS_INTERNAL);
}
