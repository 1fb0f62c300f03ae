// SPDX-License-Identifier: MIT
// What libdrm does, as far as decision 0007 rests on it: a newer libdrm that does otherwise fails here, and the decision is looked at again. And nodes
// with a descriptor, whose requests are those of nodes without.
#include "drm/node.h"
#include "drm/syncobj.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>
#include <xf86drm.h>

using namespace accel::drm;

namespace {

constexpr int kNodeFd = 1000;  // none that is open

struct Call {
    int fd;
    unsigned long request;
    std::string argument;  // as it came, with what its pointers lead to behind it
    bool operator==(const Call &) const = default;
};

// Takes every request on a descriptor: one buffer, 7, and one syncobj, 5, whose timeline has reached 3.
struct Kernel {
    std::vector<Call> calls;
    std::vector<int> errors;  // what the calls that come fail with, in order; 0: that one is taken

    int take(int fd, unsigned long request, void *argument)
    {
        calls.push_back({fd, request, argument ? std::string(static_cast<const char *>(argument), _IOC_SIZE(request)) : ""});
        const int error = calls.size() <= errors.size() ? errors[calls.size() - 1] : 0;
        return error != 0 ? -error : argument ? answer(request, argument)
                                              : 0;
    }

private:
    int answer(unsigned long request, void *argument)
    {
        switch (request) {
        case DRM_IOCTL_VERSION: {
            auto &version = *static_cast<drm_version *>(argument);
            version.name_len = version.date_len = version.desc_len = 4;
            return 0;
        }
        case DRM_IOCTL_PRIME_HANDLE_TO_FD: return static_cast<drm_prime_handle *>(argument)->fd = ::dup(0), 0;
        case DRM_IOCTL_PRIME_FD_TO_HANDLE: return static_cast<drm_prime_handle *>(argument)->handle = 7, 0;
        case DRM_IOCTL_SYNCOBJ_CREATE: return static_cast<drm_syncobj_create *>(argument)->handle = 5, 0;
        case DRM_IOCTL_SYNCOBJ_HANDLE_TO_FD: return static_cast<drm_syncobj_handle *>(argument)->fd = ::dup(0), 0;
        case DRM_IOCTL_SYNCOBJ_TIMELINE_WAIT: return wait(*static_cast<drm_syncobj_timeline_wait *>(argument));
        default: return 0;
        }
    }

    int wait(drm_syncobj_timeline_wait &request)
    {
        const auto *handle = reinterpret_cast<const uint32_t *>(request.handles);
        const auto *point = reinterpret_cast<const uint64_t *>(request.points);
        // Addresses differ, what they lead to does not.
        auto plain = request;
        plain.handles = *handle, plain.points = *point;
        calls.back().argument.assign(reinterpret_cast<const char *>(&plain), sizeof plain);
        return *point <= 3 ? 0 : -ETIME;
    }
};

Kernel *kernel = nullptr;   // of the test that runs
int allocations_left = -1;  // -1: any number

}  // namespace

// Both are found before the C library's, by libdrm, too.
extern "C" [[gnu::visibility("default")]] int ioctl(int fd, unsigned long request, ...) noexcept
{
    va_list arguments;
    va_start(arguments, request);
    const int result = kernel ? kernel->take(fd, request, va_arg(arguments, void *)) : -ENOTTY;
    va_end(arguments);
    errno = -result;
    return result == 0 ? 0 : -1;
}

extern "C" [[gnu::visibility("default")]] void *calloc(size_t count, size_t size_bytes) noexcept
{
    if (allocations_left == 0)
        return nullptr;
    if (allocations_left > 0)
        --allocations_left;
    size_t all_bytes = 0;
    void *memory = __builtin_mul_overflow(count, size_bytes, &all_bytes) ? nullptr : malloc(all_bytes);
    return memory ? memset(memory, 0, all_bytes) : nullptr;
}

namespace {

struct Bench {
    Bench() { kernel = &system; }
    ~Bench() { kernel = nullptr; }

    // The same kernel, with and without a descriptor.
    accel_bk_transport transport(bool direct)
    {
        accel_bk_transport table{};
        table.struct_size = sizeof table;
        table.context = this;
        table.node_fd = direct ? kNodeFd : -1;
        table.request = [](void *self, const accel_bk_request *request) {
            return static_cast<Bench *>(self)->system.take(kNodeFd, request->request, request->argument);
        };
        table.share = [](void *, uint32_t, int *) { return -EXDEV; };
        table.adopt = [](void *, int, uint32_t *) { return -EXDEV; };
        return table;
    }

    Kernel system;
};

// Everything that a syncobj asks for.
std::vector<Call> syncobj_calls(bool direct)
{
    Bench bench;
    const auto table = bench.transport(direct);
    const Node node(table);
    {
        Syncobj syncobj;
        CHECK(Syncobj::create(node, true, syncobj) == 0);
        CHECK(syncobj.handle() == 5);
        CHECK(syncobj.wait(3, 70) == 0);
        CHECK(syncobj.wait(4, UINT64_MAX) == -ETIME);
        Fd sync_file;
        CHECK(syncobj.to_sync_file(sync_file) == 0);
        CHECK(::fcntl(sync_file.get(), F_GETFD) >= 0);
        CHECK(syncobj.from_sync_file(9) == 0);
    }
    node.close_handle(7);
    return bench.system.calls;
}

}  // namespace

TEST_CASE("a node with a descriptor asks through libdrm for the same as one without", "[libdrm]")
{
    const std::vector<Call> direct = syncobj_calls(true), carried = syncobj_calls(false);
    REQUIRE(direct.size() == 7);
    REQUIRE(carried.size() == 7);
    for (size_t i = 0; i < direct.size(); ++i) {
        INFO(i << ": request " << _IOC_NR(direct[i].request));
        CHECK(direct[i] == carried[i]);
    }
    drm_syncobj_timeline_wait wait{};
    memcpy(&wait, direct[1].argument.data(), sizeof wait);
    CHECK(wait.timeout_nsec == 70);  // an instant: nothing is added to it
}

TEST_CASE("a node with a descriptor shares and adopts through libdrm, and one without through its transport", "[libdrm]")
{
    Bench bench;
    auto table = bench.transport(true);
    Fd dma_buf;
    REQUIRE(Node(table).share(7, dma_buf) == 0);
    CHECK(::fcntl(dma_buf.get(), F_GETFD) >= 0);
    uint32_t handle = 0;
    REQUIRE(Node(table).adopt(dma_buf, handle) == 0);
    CHECK(handle == 7);
    REQUIRE(bench.system.calls.size() == 2);
    drm_prime_handle prime{};
    memcpy(&prime, bench.system.calls[0].argument.data(), sizeof prime);
    CHECK(bench.system.calls[0].request == DRM_IOCTL_PRIME_HANDLE_TO_FD);
    CHECK(prime.handle == 7);
    CHECK(prime.flags == (DRM_CLOEXEC | DRM_RDWR));
    memcpy(&prime, bench.system.calls[1].argument.data(), sizeof prime);
    CHECK(bench.system.calls[1].request == DRM_IOCTL_PRIME_FD_TO_HANDLE);
    CHECK(prime.fd == dma_buf.get());
    bench.system.errors = {0, 0, EMFILE, ENODEV};
    CHECK(Node(table).share(7, dma_buf) == -EMFILE);
    CHECK(Node(table).adopt(dma_buf, handle) == -ENODEV);
    for (const uint32_t flags : {0u, uint32_t{ACCEL_BK_TRANSPORT_FLAG_COPYING}, uint32_t{ACCEL_BK_TRANSPORT_FLAG_SIMULATED}}) {
        table.node_fd = flags ? kNodeFd : -1;
        table.flags = flags;
        CHECK(Node(table).share(7, dma_buf) == -EXDEV);
        CHECK(Node(table).adopt(dma_buf, handle) == -EXDEV);
    }
    CHECK(bench.system.calls.size() == 4);
    table.adopt = nullptr;
    CHECK(Node(table).adopt(dma_buf, handle) == -EOPNOTSUPP);
}

TEST_CASE("what a driver defines goes through the transport with a descriptor, too: EAGAIN comes back", "[libdrm]")
{
    Bench bench;
    bench.system.errors = {EAGAIN};
    const auto table = bench.transport(true);
    uint32_t argument = 0;
    CHECK(Node(table).request(DRM_IOWR(DRM_COMMAND_BASE, uint32_t), &argument) == -EAGAIN);
    CHECK(bench.system.calls.size() == 1);
}

TEST_CASE("drmIoctl retries EAGAIN as it does EINTR", "[libdrm]")
{
    Bench bench;
    bench.system.errors = {EINTR, EAGAIN, EAGAIN, 0};
    CHECK(drmIoctl(0, DRM_IOCTL_VERSION, nullptr) == 0);
    CHECK(bench.system.calls.size() == 4);
}

TEST_CASE("libdrm's wrappers fail in two ways, which are one here", "[libdrm]")
{
    Bench bench;
    bench.system.errors = {ENOENT, ETIME, 0};
    uint32_t handle = 5;
    uint64_t point = 1;
    CHECK(drmSyncobjDestroy(kNodeFd, handle) == -1);
    CHECK(drmSyncobjTimelineWait(kNodeFd, &handle, &point, 1, 0, 0, nullptr) == -ETIME);
    errno = ENOENT;
    CHECK(result_of_libdrm(-1) == -ENOENT);
    errno = ETIME;
    CHECK(result_of_libdrm(-ETIME) == -ETIME);
    errno = EPERM;
    CHECK(result_of_libdrm(0) == 0);
}

TEST_CASE("drmGetVersion crashes where there is no memory, so nothing here calls it", "[libdrm]")
{
    Bench bench;
    bool crashed = false;
    for (int count = 0; count < 12 && !crashed; ++count) {
        const pid_t child = fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            signal(SIGSEGV, SIG_DFL);
            allocations_left = count;
            drmGetVersion(kNodeFd);
            _exit(0);
        }
        int state = 0;
        REQUIRE(waitpid(child, &state, 0) == child);
        crashed = WIFSIGNALED(state) && WTERMSIG(state) == SIGSEGV;
    }
    CHECK(crashed);
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
