// SPDX-License-Identifier: MIT
// Tests of nodes, syncobjs and the sync_file bridge behind a transport that is played.
#include "drm/node.h"
#include "drm/syncobj.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <drm.h>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

using namespace accel::drm;

namespace {

// What a span says, but for the address of its data.
struct Said {
    uint32_t kind, parent;
    uint64_t offset, byte_count;
    bool operator==(const Said &) const = default;
};

struct FakeNode {
    std::vector<unsigned long> requests;
    std::vector<Said> spans;  // of the latest request
    bool is_true = true;      // what lies at each span's offset has been its data so far
    uint32_t closed = 0;
    uint32_t destroyed = 0;
    int64_t timeout_ns = 0;
    int taken = -1;

    static int take(void *context, const accel_bk_request *described)
    {
        auto &self = *static_cast<FakeNode *>(context);
        const unsigned long request = described->request;
        void *argument = described->argument;
        self.requests.push_back(request);
        self.spans.clear();
        for (uint32_t i = 0; i < described->span_count; ++i)
            self.note(described->spans[i], argument);
        if (request == DRM_IOCTL_VERSION) {
            auto &version = *static_cast<drm_version *>(argument);
            std::memcpy(version.name, "rocket", 6);
            version.name_len = 6;
            version.version_major = 3;
            return 0;
        }
        if (request == DRM_IOCTL_GEM_CLOSE) {
            self.closed = static_cast<drm_gem_close *>(argument)->handle;
            return 0;
        }
        return self.syncobj(request, argument);
    }

    void note(const accel_bk_span &span, const void *argument)
    {
        spans.push_back({span.kind, span.parent, span.pointer_offset, span.byte_count});
        uint64_t stored = 0;
        if (span.kind <= ACCEL_BK_SPAN_KIND_PINNED)
            std::memcpy(&stored, static_cast<const char *>(argument) + span.pointer_offset, sizeof stored);
        is_true = is_true && stored == reinterpret_cast<uintptr_t>(span.data);
    }

    // One syncobj, number 5, whose timeline has reached 3.
    int syncobj(unsigned long request, void *argument)
    {
        if (request == DRM_IOCTL_SYNCOBJ_CREATE)
            return static_cast<drm_syncobj_create *>(argument)->handle = 5, 0;
        if (request == DRM_IOCTL_SYNCOBJ_DESTROY)
            return destroyed = static_cast<drm_syncobj_destroy *>(argument)->handle, 0;
        if (request == DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT) {
            const auto &wait = *static_cast<drm_syncobj_timeline_wait *>(argument);
            timeout_ns = wait.timeout_nsec;
            if (*reinterpret_cast<const uint32_t *>(wait.handles) != 5)
                return -ENOENT;
            return *reinterpret_cast<const uint64_t *>(wait.points) <= 3 ? 0 : -ETIME;
        }
        if (request != DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD && request != DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE)
            return -ENOTTY;
        auto &handle = *static_cast<drm_syncobj_handle *>(argument);
        if (request == DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD && handle.flags == DRM_SYNCOBJ_HANDLE_TO_FD_FLAGS_EXPORT_SYNC_FILE)
            return handle.fd = ::dup(0), 0;
        if (request == DRM_IOCTL_SYNCOBJ_FD_TO_HANDLE && handle.flags == DRM_SYNCOBJ_FD_TO_HANDLE_FLAGS_IMPORT_SYNC_FILE)
            return taken = handle.fd, 0;
        return -ENOTTY;
    }

    accel_bk_transport transport()
    {
        accel_bk_transport table{};
        table.struct_size = sizeof table;
        table.context = this;
        table.node_fd = -1;
        table.request = take;
        return table;
    }
};

bool is_open(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("a node tells its driver", "[drm]")
{
    FakeNode fake;
    const auto table = fake.transport();
    const Node node(table);
    Version version;
    REQUIRE(node.version(version) == 0);
    CHECK(version.name == "rocket");
    CHECK(version.major == 3);
    CHECK(fake.spans == std::vector<Said>{{ACCEL_BK_SPAN_KIND_OUT, 0, offsetof(drm_version, name), 64}});
    CHECK(fake.is_true);
    node.close_handle(7);
    CHECK(fake.closed == 7);
    CHECK(node.request(0x1234, nullptr) == -ENOTTY);
}

TEST_CASE("a syncobj waits, hands its fence on and ends once", "[drm]")
{
    FakeNode fake;
    const auto table = fake.transport();
    const Node node(table);
    {
        Syncobj first;
        REQUIRE(Syncobj::create(node, false, first) == 0);
        Syncobj syncobj(std::move(first));
        CHECK(first.handle() == 0);
        CHECK(syncobj.wait(3, UINT64_MAX) == 0);
        CHECK(fake.timeout_ns == INT64_MAX);
        CHECK(fake.spans == std::vector<Said>{{ACCEL_BK_SPAN_KIND_IN, 0, offsetof(drm_syncobj_timeline_wait, handles), 4},
                                              {ACCEL_BK_SPAN_KIND_IN, 0, offsetof(drm_syncobj_timeline_wait, points), 8},
                                              {ACCEL_BK_SPAN_KIND_INSTANT, 0, offsetof(drm_syncobj_timeline_wait, timeout_nsec), 0}});
        CHECK(syncobj.wait(4, 7) == -ETIME);
        CHECK(fake.timeout_ns == 7);
        Fd sync_file;
        REQUIRE(syncobj.to_sync_file(sync_file) == 0);
        CHECK(is_open(sync_file.get()));
        CHECK(fake.spans == std::vector<Said>{{ACCEL_BK_SPAN_KIND_FD_OUT, 0, offsetof(drm_syncobj_handle, fd), 0}});
        CHECK(syncobj.from_sync_file(sync_file.get()) == 0);
        CHECK(fake.taken == sync_file.get());
        CHECK(fake.spans == std::vector<Said>{{ACCEL_BK_SPAN_KIND_FD_IN, 0, offsetof(drm_syncobj_handle, fd), 0}});
        CHECK(fake.is_true);
        CHECK(fake.destroyed == 0);
    }
    CHECK(fake.destroyed == 5);
    CHECK(std::count(fake.requests.begin(), fake.requests.end(), DRM_IOCTL_SYNCOBJ_DESTROY) == 1);
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
    table.flags = ACCEL_BK_TRANSPORT_FLAG_SIMULATED;
    CHECK_FALSE(Node(table).has_bridge());
}

TEST_CASE("memory is brought and taken where the transport wants it, and nowhere else", "[drm]")
{
    FakeNode fake;
    auto table = fake.transport();
    char memory[4] = {};
    CHECK(Node(table).sync(memory, sizeof memory, ACCEL_ACCESS_READ) == 0);
    table.sync = [](void *, void *pointer, uint64_t size_bytes, uint32_t access) {
        std::memset(pointer, static_cast<int>(access), size_bytes);
        return -EIO;
    };
    CHECK(Node(table).sync(memory, sizeof memory, ACCEL_ACCESS_WRITE) == -EIO);
    CHECK(memory[3] == ACCEL_ACCESS_WRITE);
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
