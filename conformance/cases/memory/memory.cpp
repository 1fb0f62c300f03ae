// SPDX-License-Identifier: MIT
// Buffers: allocation, CPU access, export, and what runs leave alone.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

Comparison is_all(const char *bytes, size_t count, char value)
{
    const char *other = std::find_if(bytes, bytes + count, [value](char byte) { return byte != value; });
    if (other == bytes + count) return Comparison();
    return Comparison("byte " + std::to_string(other - bytes) + " of " + std::to_string(count) + " is " + std::to_string(static_cast<uint8_t>(*other)) + ", expected " +
                      std::to_string(static_cast<uint8_t>(value)));
}

accel_status create(accel_device *device, uint64_t size_bytes, uint64_t align_bytes, uint32_t device_count, accel_buffer **out)
{
    auto desc = sized<accel_buffer_desc>();
    desc.size_bytes = size_bytes;
    desc.align_bytes = align_bytes;
    desc.devices = &device;
    desc.device_count = device_count;
    return accel_buffer_create(&desc, out);
}

uint32_t usage_of(const Buffer &buffer)
{
    auto info = sized<accel_buffer_info>();
    check(accel_buffer_query(buffer.get(), &info));
    return info.usage;
}

}  // namespace

ACCEL_CASE("memory.create.zeroed", "B-1", "new memory is zero, also where other memory was before")
{
    const Room room;
    constexpr size_t kBytes = 100'000;
    for (int round = 0; round < 8; ++round) {
        const Buffer buffer = room.buffer(kBytes);
        const auto mapping = buffer.map();
        CHECK(is_all(mapping.as<char>(), kBytes, 0));
        std::memset(mapping.as<char>(), 0x5a, kBytes);
    }
}

ACCEL_CASE("memory.create.usage", "B-12", "a buffer is bound and mapped only if it was made for that; the fact tells what for")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Buffer &whole = sum.a;
    CHECK(usage_of(whole) == (ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_STATE | ACCEL_BUFFER_USAGE_SCRATCH | ACCEL_BUFFER_USAGE_MAP));
    auto desc = sized<accel_buffer_desc>();
    accel_device *device = room.device().get();
    desc.size_bytes = whole.size_bytes();
    desc.devices = &device;
    desc.device_count = 1;
    accel_buffer *handle = nullptr;
    desc.usage = 1u << 31;
    CHECK_REFUSED(accel_buffer_create(&desc, &handle), ACCEL_STATUS_INVALID_ARGUMENT);
    desc.usage = ACCEL_BUFFER_USAGE_MAP;
    REQUIRE_STATUS(accel_buffer_create(&desc, &handle), ACCEL_STATUS_OK);
    const Buffer mapped(handle);
    CHECK(usage_of(mapped) == ACCEL_BUFFER_USAGE_MAP);
    void *pointer = nullptr;
    REQUIRE_STATUS(map_buffer(mapped.get(), ACCEL_ACCESS_WRITE, &pointer), ACCEL_STATUS_OK);
    CHECK_STATUS(unmap_buffer(mapped.get(), ACCEL_ACCESS_WRITE), ACCEL_STATUS_OK);
    const accel_binding binding{Adder::kA, 0, mapped.get(), 0, 0};
    CHECK_REFUSED(bind_run(sum.run.get(), &binding, 1), ACCEL_STATUS_INVALID_ARGUMENT);
    desc.usage = ACCEL_BUFFER_USAGE_PORT;
    REQUIRE_STATUS(accel_buffer_create(&desc, &handle), ACCEL_STATUS_OK);
    const Buffer bound(handle);
    CHECK_REFUSED(map_buffer(bound.get(), ACCEL_ACCESS_READ, &pointer), ACCEL_STATUS_INVALID_ARGUMENT);
    // New memory is zero, and the device reads it where nobody else can look.
    sum.set(9, 5);
    sum.run.bind(Adder::kA, bound);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(5));
}

ACCEL_CASE("memory.create.invalid", "B-2", "no bytes, no device or an alignment that is no power of two is INVALID_ARGUMENT")
{
    const Room room;
    accel_device *device = room.device().get();
    accel_buffer *buffer = nullptr;
    CHECK_REFUSED(create(device, 0, 0, 1, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(create(device, 64, 0, 0, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(create(device, 64, 48, 1, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(create(nullptr, 64, 0, 1, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("memory.create.huge", "B-2", "a size beyond the machine is an error, not a crash")
{
    const Room room;
    for (const uint64_t size : {uint64_t{1} << 62, UINT64_MAX, UINT64_MAX - 4095}) {
        accel_buffer *buffer = nullptr;
        const accel_status status = create(room.device().get(), size, 0, 1, &buffer);
        INFO(size << ": " << name_of(status));
        CHECK(one_of(status, {ACCEL_STATUS_OUT_OF_MEMORY, ACCEL_STATUS_INVALID_ARGUMENT, ACCEL_STATUS_RESOURCE}));
        CHECK(buffer == nullptr);
    }
    CHECK(room.buffer(64).size_bytes() >= 64);
}

ACCEL_CASE("memory.create.aligned", "B-2", "memory has the alignment that was asked for")
{
    const Room room;
    for (const uint64_t align : {1, 64, 4096}) {
        accel_buffer *handle = nullptr;
        REQUIRE_STATUS(create(room.device().get(), 100, align, 1, &handle), ACCEL_STATUS_OK);
        const Buffer buffer(handle);
        auto info = sized<accel_buffer_info>();
        REQUIRE_STATUS(accel_buffer_query(handle, &info), ACCEL_STATUS_OK);
        CHECK(info.align_bytes >= align);
        CHECK(info.size_bytes >= 100);
        CHECK(info.imported == 0);
        CHECK(reinterpret_cast<uintptr_t>(buffer.map().as<char>()) % align == 0);
    }
}

ACCEL_CASE("memory.map.same-pointer", "B-3", "maps nest and give the same pointer every time")
{
    const Room room;
    const Buffer buffer = room.buffer(5000);
    char *first = nullptr;
    {
        const auto outer = buffer.map();
        first = outer.as<char>();
        const auto inner = buffer.map(ACCEL_ACCESS_READ);
        CHECK(inner.as<char>() == first);
        first[4999] = 9;
    }
    const auto again = buffer.map();
    CHECK(again.as<char>() == first);
    CHECK(again.as<char>()[4999] == 9);
}

ACCEL_CASE("memory.map.unbalanced", "B-10", "an unmap without a map is INVALID_ARGUMENT")
{
    const Room room;
    const Buffer buffer = room.buffer(64);
    CHECK_REFUSED(unmap_buffer(buffer.get(), ACCEL_ACCESS_READ), ACCEL_STATUS_INVALID_ARGUMENT);
    {
        const auto mapping = buffer.map();
    }
    CHECK_REFUSED(unmap_buffer(buffer.get(), ACCEL_ACCESS_READ), ACCEL_STATUS_INVALID_ARGUMENT);
    void *pointer = nullptr;
    CHECK_REFUSED(map_buffer(buffer.get(), 0, &pointer), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("memory.map.part", "B-13", "a map is of a part, and the unmap with its description ends that access and no other")
{
    const Room room;
    const Buffer buffer = room.buffer(4096);
    auto part = sized<accel_map_desc>(), other = part;
    part.offset_bytes = 100, part.size_bytes = 64, part.access = ACCEL_ACCESS_WRITE;
    other.offset_bytes = 100, other.size_bytes = 64, other.access = ACCEL_ACCESS_READ;
    void *written = nullptr, *read = nullptr;
    REQUIRE_STATUS(accel_buffer_map(buffer.get(), &part, &written), ACCEL_STATUS_OK);
    REQUIRE_STATUS(accel_buffer_map(buffer.get(), &other, &read), ACCEL_STATUS_OK);
    {
        const auto mapping = buffer.map(ACCEL_ACCESS_READ);
        CHECK(written == mapping.as<char>() + 100);
        CHECK(read == written);
    }
    std::memset(written, 7, 64);
    // The one that was begun first ends first, and is then no more.
    CHECK_STATUS(accel_buffer_unmap(buffer.get(), &part), ACCEL_STATUS_OK);
    CHECK_REFUSED(accel_buffer_unmap(buffer.get(), &part), ACCEL_STATUS_INVALID_ARGUMENT);
    other.size_bytes = 32;
    CHECK_REFUSED(accel_buffer_unmap(buffer.get(), &other), ACCEL_STATUS_INVALID_ARGUMENT);
    other.size_bytes = 64;
    CHECK_STATUS(accel_buffer_unmap(buffer.get(), &other), ACCEL_STATUS_OK);
    std::vector<uint8_t> bytes(4096), expected(4096);
    std::fill(expected.begin() + 100, expected.begin() + 164, uint8_t{7});
    buffer.read(bytes.data(), bytes.size());
    CHECK(same(bytes, expected));
    // Parts that are none.
    for (const auto &[offset_bytes, size_bytes] : {std::pair<uint64_t, uint64_t>{4096, 0}, {4097, 0}, {0, 4097}, {1, 4096}, {UINT64_MAX, 2}}) {
        part.offset_bytes = offset_bytes, part.size_bytes = size_bytes;
        CHECK_REFUSED(accel_buffer_map(buffer.get(), &part, &written), ACCEL_STATUS_INVALID_ARGUMENT);
    }
    part.offset_bytes = 0, part.size_bytes = 0, part.flags = 1;
    CHECK_REFUSED(accel_buffer_map(buffer.get(), &part, &written), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("memory.map.persists", "B-9", "what was written stays for later maps and for work, to the last byte")
{
    const Room room;
    constexpr size_t kBytes = 70'001;
    const Buffer buffer = room.buffer(kBytes);
    {
        const auto mapping = buffer.map(ACCEL_ACCESS_WRITE);
        for (size_t index = 0; index < kBytes; ++index) mapping.as<char>()[index] = static_cast<char>(index * 7);
    }
    const auto mapping = buffer.map(ACCEL_ACCESS_READ);
    std::vector<uint8_t> expected(kBytes);
    for (size_t index = 0; index < kBytes; ++index) expected[index] = static_cast<uint8_t>(index * 7);
    CHECK(same(std::vector<uint8_t>(mapping.as<const uint8_t>(), mapping.as<const uint8_t>() + kBytes), expected));
}

ACCEL_CASE("memory.export.unclaimed", "B-4", "a kind that was not named at creation is UNSUPPORTED")
{
    const Room room;
    const Buffer buffer = room.buffer(64);
    for (const auto kind : {ACCEL_HANDLE_KIND_DMA_BUF, ACCEL_HANDLE_KIND_MEMFD, ACCEL_HANDLE_KIND_VULKAN_OPAQUE_FD}) {
        int fd = 0;
        CHECK_REFUSED(accel_buffer_export(buffer.get(), kind, &fd), ACCEL_STATUS_UNSUPPORTED);
        CHECK(fd == -1);
    }
}

ACCEL_CASE("memory.export.memfd", "B-5", "an exported memfd is the buffer's memory and keeps it alive")
{
    const Room room;
    room.needs_buffer_export(ACCEL_HANDLE_KIND_MEMFD);
    int fd = -1;
    {
        const Buffer buffer = room.buffer(8192, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD));
        REQUIRE_STATUS(accel_buffer_export(buffer.get(), ACCEL_HANDLE_KIND_MEMFD, &fd), ACCEL_STATUS_OK);
        REQUIRE(fd >= 0);
        std::memset(buffer.map(ACCEL_ACCESS_WRITE).as<char>(), 0x3c, 8192);
    }
    void *memory = mmap(nullptr, 8192, PROT_READ, MAP_SHARED, fd, 0);
    REQUIRE(memory != MAP_FAILED);
    CHECK(is_all(static_cast<char *>(memory), 8192, 0x3c));
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    munmap(memory, 8192);
    close(fd);
}

ACCEL_CASE("memory.export.dma-buf", "B-5", "an exported dma-buf is the buffer's memory and keeps it alive")
{
    const Room room;
    room.needs_buffer_export(ACCEL_HANDLE_KIND_DMA_BUF);
    int fd = -1;
    {
        const Buffer buffer = room.buffer(8192, ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF));
        REQUIRE_STATUS(accel_buffer_export(buffer.get(), ACCEL_HANDLE_KIND_DMA_BUF, &fd), ACCEL_STATUS_OK);
        std::memset(buffer.map(ACCEL_ACCESS_WRITE).as<char>(), 0x3c, 8192);
    }
    CHECK(lseek(fd, 0, SEEK_END) >= 8192);
    void *memory = mmap(nullptr, 8192, PROT_READ, MAP_SHARED, fd, 0);
    REQUIRE(memory != MAP_FAILED);
    CHECK(is_all(static_cast<char *>(memory), 8192, 0x3c));
    munmap(memory, 8192);
    close(fd);
}

ACCEL_CASE("memory.canary.around-output", "M-2", "a run writes nothing before or after its output")
{
    const Room room;
    for (const auto &dims : {std::vector<int64_t>{1, 8, 4, 4}, {1, 3, 5, 7}, {1, 1, 1, 1}, {1, 17, 3, 9}}) {
        const Adder adder = room.adder(dims);
        const Sum sum(room, adder);
        sum.set(20, 22);
        const uint64_t align = std::max<uint64_t>(adder.program().port(Adder::kY).align_bytes, 64);
        const uint64_t size = adder.size_bytes(Adder::kY);
        const uint64_t total = size + 2 * align;
        const Buffer guarded = room.buffer(total);
        std::memset(guarded.map(ACCEL_ACCESS_WRITE).as<char>(), 0x77, total);
        sum.run.bind(Adder::kY, guarded, align);
        REQUIRE(room.completes(sum.run));
        const auto mapping = guarded.map(ACCEL_ACCESS_READ);
        INFO("output of " << size << " bytes");
        CHECK(is_all(mapping.as<const char>(), align, 0x77));
        CHECK(is_all(mapping.as<const char>() + align + size, align, 0x77));
        const Buffer inner = room.buffer(size);
        std::memcpy(inner.map(ACCEL_ACCESS_WRITE).as<char>(), mapping.as<const char>() + align, size);
        CHECK(adder.read(inner, Adder::kY) == std::vector<int>(adder.element_count(), 42));
    }
}

ACCEL_CASE("memory.canary.inputs", "M-2", "a run leaves its inputs as they were")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(31, -5);
    std::vector<char> before(sum.a.size_bytes()), after(before.size());
    sum.a.read(before.data(), before.size());
    const Fence fence = room.fence();
    const Queue queue = room.queue();
    for (uint64_t round = 1; round <= 5; ++round) {
        queue.submit(sum.run, {}, {fence.at(round)});
        REQUIRE(arrives(fence, round));
    }
    sum.a.read(after.data(), after.size());
    CHECK(before == after);
}

ACCEL_CASE("memory.join.one-device", "B-8", "ports of one device get a recipe that serves them all")
{
    const Room room;
    const Adder adder = room.adder();
    accel_join_port ports[2] = {{adder.program().get(), nullptr, nullptr, 0, 0, Adder::kY}, {adder.program().get(), nullptr, nullptr, 0, 0, Adder::kA}};
    auto recipe = sized<accel_buffer_recipe>();
    REQUIRE_STATUS(join(ports, 2, &recipe), ACCEL_STATUS_OK);
    CHECK(recipe.allocator == room.device().get());
    CHECK(recipe.size_bytes >= std::max(adder.size_bytes(Adder::kA), adder.size_bytes(Adder::kY)));
    CHECK(recipe.align_bytes >= adder.program().port(Adder::kA).align_bytes);
    CHECK(recipe.layouts_agree == 1);
    auto refused = sized<accel_buffer_recipe>();
    CHECK_REFUSED(join(ports, 0, &refused), ACCEL_STATUS_INVALID_ARGUMENT);
    // What has been bound has the same sizes where none is open.
    const Sum sum(room, adder);
    ports[1] = {nullptr, sum.run.get(), nullptr, 0, 0, Adder::kA};
    auto of_run = sized<accel_buffer_recipe>();
    REQUIRE_STATUS(join(ports, 2, &of_run), ACCEL_STATUS_OK);
    CHECK(of_run.size_bytes == recipe.size_bytes);
    ports[1].program = adder.program().get();
    CHECK_REFUSED(join(ports, 2, &of_run), ACCEL_STATUS_INVALID_ARGUMENT);
}

}  // namespace accel::conformance
