// SPDX-License-Identifier: MIT
// Buffers that are foreign memory.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// A memfd that is closed with the case.
struct MemoryFile {
    explicit MemoryFile(size_t size_bytes) : fd(memfd_create("case", MFD_CLOEXEC))
    {
        if (fd < 0 || ftruncate(fd, static_cast<off_t>(size_bytes)) != 0) throw std::runtime_error("memfd_create failed");
    }
    ~MemoryFile() { close(fd); }
    MemoryFile(const MemoryFile &) = delete;
    MemoryFile &operator=(const MemoryFile &) = delete;
    int fd;
};

/// The sum with its first input in an imported buffer.
void check_sum_through(const Room &room, const Adder &adder, const Buffer &a)
{
    const Sum sum(room, adder);
    sum.set(0, 5);
    sum.run.bind(Adder::kA, a);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(12));
}

}  // namespace

ACCEL_CASE("memory.import.memfd-offset", "B-6", "an imported memfd is used from its offset on, in both directions, and the descriptor stays the caller's")
{
    const Room room;
    room.needs_buffer_import(ACCEL_HANDLE_KIND_MEMFD);
    const Adder adder = room.adder();
    constexpr uint64_t kOffset = 8192;
    const uint64_t size = adder.size_bytes(Adder::kA);
    const MemoryFile file(kOffset + size + 4096);
    accel_device *device = room.device().get();
    auto desc = import_desc(&device, ACCEL_HANDLE_KIND_MEMFD, kOffset, size);
    desc.fd = file.fd;
    accel_buffer *handle = nullptr;
    REQUIRE_STATUS(accel_buffer_import(&desc, &handle), ACCEL_STATUS_OK);
    const Buffer imported(handle);
    CHECK(fcntl(file.fd, F_GETFD) >= 0);
    const Buffer plain = room.buffer(size);
    adder.fill(plain, Adder::kA, 7);
    const auto bytes = plain.map(ACCEL_ACCESS_READ);
    REQUIRE(pwrite(file.fd, bytes.as<char>(), size, kOffset) == static_cast<ssize_t>(size));
    CHECK(std::memcmp(imported.map(ACCEL_ACCESS_READ).as<char>(), bytes.as<char>(), size) == 0);
    check_sum_through(room, adder, imported);
    imported.map(ACCEL_ACCESS_WRITE).as<char>()[size - 1] = 0x11;
    char last = 0;
    REQUIRE(pread(file.fd, &last, 1, static_cast<off_t>(kOffset + size - 1)) == 1);
    CHECK(last == 0x11);
}

ACCEL_CASE("memory.import.host-pointer", "B-6", "imported host memory is used in place")
{
    const Room room;
    room.needs_buffer_import(ACCEL_HANDLE_KIND_HOST_POINTER);
    const Adder adder = room.adder();
    const uint64_t size = adder.size_bytes(Adder::kA);
    std::vector<char> storage(size + 8192);
    void *memory = storage.data();
    size_t space = storage.size();
    REQUIRE(std::align(4096, size, memory, space) != nullptr);
    accel_device *device = room.device().get();
    auto desc = import_desc(&device, ACCEL_HANDLE_KIND_HOST_POINTER, 0, size);
    desc.host_pointer = memory;
    accel_buffer *handle = nullptr;
    REQUIRE_STATUS(accel_buffer_import(&desc, &handle), ACCEL_STATUS_OK);
    const Buffer imported(handle);
    const Buffer plain = room.buffer(size);
    adder.fill(plain, Adder::kA, 7);
    std::memcpy(memory, plain.map(ACCEL_ACCESS_READ).as<char>(), size);
    check_sum_through(room, adder, imported);
}

ACCEL_CASE("memory.import.unclaimed", "B-7", "a kind that the device does not import is UNSUPPORTED, with a reason")
{
    const Room room;
    const MemoryFile file(8192);
    accel_device *device = room.device().get();
    for (const auto kind : {ACCEL_HANDLE_KIND_DMA_BUF, ACCEL_HANDLE_KIND_MEMFD}) {
        if (room.facts().buffer_import_kinds & ACCEL_HANDLE_BIT(kind)) continue;
        auto desc = import_desc(&device, kind, 0, 4096);
        desc.fd = file.fd;
        accel_buffer *buffer = nullptr;
        const accel_status status = accel_buffer_import(&desc, &buffer);
        INFO("kind " << kind << ": " << name_of(status));
        // That the descriptor is not of the kind may be noticed first.
        if (kind == ACCEL_HANDLE_KIND_MEMFD)
            CHECK_STATUS(status, ACCEL_STATUS_UNSUPPORTED);
        else
            CHECK(one_of(status, {ACCEL_STATUS_UNSUPPORTED, ACCEL_STATUS_INVALID_ARGUMENT}));
        CHECK(std::string(accel_last_error()->message) != "");
        CHECK(buffer == nullptr);
    }
    auto desc = import_desc(&device, ACCEL_HANDLE_KIND_SYNC_FILE, 0, 4096);
    desc.fd = file.fd;
    accel_buffer *buffer = nullptr;
    CHECK(accel_buffer_import(&desc, &buffer) != ACCEL_STATUS_OK);
}

ACCEL_CASE("memory.reserved-kinds", "A-26", "handle kinds whose numbers are kept free are UNSUPPORTED wherever they are given")
{
    const Room room;
    accel_device *device = room.device().get();
    accel_instance *instance = room.instance().get();
    for (const auto kind : {ACCEL_HANDLE_KIND_VULKAN_OPAQUE_FD, ACCEL_HANDLE_KIND_DRM_SYNCOBJ, ACCEL_HANDLE_KIND_VULKAN_TIMELINE}) {
        INFO("kind " << kind);
        auto import = import_desc(&device, kind, 0, 4096);
        import.fd = -1;
        accel_buffer *buffer = nullptr;
        CHECK_REFUSED(accel_buffer_import(&import, &buffer), ACCEL_STATUS_UNSUPPORTED);
        auto create = sized<accel_buffer_desc>();
        create.size_bytes = 64;
        create.devices = &device;
        create.device_count = 1;
        create.export_kinds = ACCEL_HANDLE_BIT(kind);
        CHECK_REFUSED(accel_buffer_create(&create, &buffer), ACCEL_STATUS_UNSUPPORTED);
        accel_join_port port{nullptr, nullptr, device, 64, 0, 0};
        auto join = sized<accel_join_desc>();
        join.ports = &port;
        join.port_count = 1;
        join.port_size = sizeof port;
        join.export_kinds = ACCEL_HANDLE_BIT(kind);
        auto recipe = sized<accel_buffer_recipe>();
        CHECK_REFUSED(accel_buffer_join(&join, &recipe), ACCEL_STATUS_UNSUPPORTED);
        accel_fence *fence = nullptr;
        auto timeline = sized<accel_fence_desc>();
        timeline.export_kinds = ACCEL_HANDLE_BIT(kind);
        CHECK_REFUSED(accel_fence_create(instance, &timeline, &fence), ACCEL_STATUS_UNSUPPORTED);
        auto foreign = sized<accel_fence_import_desc>();
        foreign.kind = kind;
        foreign.fd = -1;
        CHECK_REFUSED(accel_fence_import(instance, &foreign, &fence), ACCEL_STATUS_UNSUPPORTED);
        const Buffer own = room.buffer(64);
        int fd = 0;
        CHECK_REFUSED(accel_buffer_export(own.get(), kind, &fd), ACCEL_STATUS_UNSUPPORTED);
        const Fence plain = Fence::create(room.instance());
        CHECK_REFUSED(accel_fence_export(plain.get(), 1, kind, &fd), ACCEL_STATUS_UNSUPPORTED);
    }
}

ACCEL_CASE("memory.import.too-short", "B-7", "foreign memory shorter than offset + size is INVALID_ARGUMENT")
{
    const Room room;
    room.needs_buffer_import(ACCEL_HANDLE_KIND_MEMFD);
    const MemoryFile file(8192);
    accel_device *device = room.device().get();
    const std::pair<uint64_t, uint64_t> ranges[] = {{0, 8193}, {4096, 4097}, {12288, 4096}, {UINT64_MAX - 4095, 8192}, {0, 0}};
    for (const auto &[offset, size] : ranges) {
        INFO(offset << " + " << size);
        auto desc = import_desc(&device, ACCEL_HANDLE_KIND_MEMFD, offset, size);
        desc.fd = file.fd;
        accel_buffer *buffer = nullptr;
        CHECK_REFUSED(accel_buffer_import(&desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(buffer == nullptr);
    }
}

ACCEL_CASE("memory.import.wrong-kind", "B-7", "a descriptor of another kind, or none, is INVALID_ARGUMENT")
{
    const Room room;
    accel_device *device = room.device().get();
    int pipe_fds[2];
    REQUIRE(pipe(pipe_fds) == 0);
    for (const auto kind : {ACCEL_HANDLE_KIND_DMA_BUF, ACCEL_HANDLE_KIND_MEMFD}) {
        if (!(room.facts().buffer_import_kinds & ACCEL_HANDLE_BIT(kind))) continue;
        for (const int fd : {-1, 4711, pipe_fds[0]}) {
            INFO("kind " << kind << ", fd " << fd);
            auto desc = import_desc(&device, kind, 0, 4096);
            desc.fd = fd;
            accel_buffer *buffer = nullptr;
            CHECK_REFUSED(accel_buffer_import(&desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
        }
    }
    auto desc = import_desc(&device, static_cast<accel_handle_kind>(77), 0, 4096);
    accel_buffer *buffer = nullptr;
    CHECK(accel_buffer_import(&desc, &buffer) != ACCEL_STATUS_OK);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

}  // namespace accel::conformance
