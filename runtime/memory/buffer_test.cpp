// SPDX-License-Identifier: MIT
// Tests of buffers, imports and joins on the fake devices.
#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "base/trace.h"
#include "fake/house.h"

using namespace accel::runtime;

namespace {

struct Devices {
    Ref<accel_instance> instance = fake::make_instance();
    Ref<accel_device> npu = fake::find_device(*instance, "fake-npu");
    Ref<accel_device> cpu = fake::find_device(*instance, "fake-cpu");
};

accel_buffer_desc describe(accel_device *const *devices, uint32_t count, uint64_t size_bytes)
{
    accel_buffer_desc desc{};
    desc.struct_size = sizeof desc;
    desc.devices = devices;
    desc.device_count = count;
    desc.size_bytes = size_bytes;
    return desc;
}

}  // namespace

TEST_CASE("B-2 B-4 B-10 rules of buffers", "[buffer]")
{
    Devices house;
    accel_device *set[] = {house.npu.get()};
    accel_buffer *buffer = nullptr;
    accel_buffer_desc desc = describe(set, 1, 0);
    CHECK(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc = describe(set, 0, 8);
    CHECK(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc = describe(set, 1, 8);
    desc.align_bytes = 3;
    CHECK(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.align_bytes = 0;
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_DMA_BUF);
    CHECK(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_UNSUPPORTED);
    desc.export_kinds = 0;
    REQUIRE(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_OK);
    CHECK(fake::unmap(buffer, ACCEL_ACCESS_READ) == ACCEL_STATUS_INVALID_ARGUMENT);
    void *first = nullptr, *second = nullptr;
    CHECK(fake::map(buffer, 8, &first) == ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(fake::map(buffer, ACCEL_ACCESS_READ, &first) == ACCEL_STATUS_OK);
    REQUIRE(fake::map(buffer, ACCEL_ACCESS_WRITE, &second) == ACCEL_STATUS_OK);
    CHECK(first == second);
    // What could not be written back is not given up: the access goes on, and may be ended again.
    fake::npu().unmap_answer = ACCEL_STATUS_OUT_OF_MEMORY;
    CHECK(fake::unmap(buffer, ACCEL_ACCESS_WRITE) == ACCEL_STATUS_OUT_OF_MEMORY);
    CHECK(fake::unmap(buffer, ACCEL_ACCESS_WRITE) == ACCEL_STATUS_OK);
    CHECK(fake::unmap(buffer, ACCEL_ACCESS_WRITE) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(fake::unmap(buffer, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
    CHECK(fake::unmap(buffer, ACCEL_ACCESS_READ) == ACCEL_STATUS_INVALID_ARGUMENT);
    int fd = 3;
    CHECK(accel_buffer_export(buffer, ACCEL_HANDLE_KIND_DMA_BUF, &fd) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(fd == -1);
    accel_buffer_unref(buffer);
}

TEST_CASE("B-2 A-6 what is wrong in a set of devices is named with its place", "[buffer]")
{
    Devices house;
    accel_buffer *buffer = nullptr;
    accel_device *set[] = {house.npu.get(), nullptr};
    const accel_buffer_desc desc = describe(set, 2, 8);
    const auto refused = [&] {
        CHECK(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->rule) + " " + accel_last_error()->message;
    };
    CHECK(refused() == "A-6 desc.devices[1] is NULL");
    set[1] = reinterpret_cast<accel_device *>(house.instance.get());
    CHECK(refused() == "A-6 desc.devices[1] is an instance, expected a device");
    // Naming one twice says nothing new.
    set[1] = set[0];
    REQUIRE(accel_buffer_create(&desc, &buffer) == ACCEL_STATUS_OK);
    accel_buffer_unref(buffer);
}

TEST_CASE("B-7 imports are checked before a device sees them, and refused by name", "[buffer]")
{
    Devices house;
    char memory[64] = {};
    accel_device *cpu[] = {house.cpu.get()}, *npu[] = {house.npu.get()};
    accel_buffer_import_desc desc{};
    desc.struct_size = sizeof desc;
    desc.kind = ACCEL_HANDLE_KIND_HOST_POINTER;  // fd 0 is not looked at
    desc.host_pointer = memory;
    desc.size_bytes = sizeof memory;
    desc.devices = cpu;
    desc.device_count = 1;
    desc.access = ACCEL_ACCESS_READ;
    accel_buffer *buffer = nullptr;
    REQUIRE(accel_buffer_import(&desc, &buffer) == ACCEL_STATUS_OK);
    void *pointer = nullptr;
    CHECK(fake::map(buffer, ACCEL_ACCESS_WRITE, &pointer) == ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(fake::map(buffer, ACCEL_ACCESS_READ, &pointer) == ACCEL_STATUS_OK);
    CHECK(pointer == memory);
    accel_buffer_unref(buffer);
    desc.devices = npu;
    CHECK(accel_buffer_import(&desc, &buffer) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(strstr(accel_last_error()->message, "fake-npu"));
    desc.devices = cpu;
    desc.offset_bytes = UINT64_MAX - 8;
    CHECK(accel_buffer_import(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.offset_bytes = 0;
    desc.host_pointer = nullptr;
    CHECK(accel_buffer_import(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.kind = ACCEL_HANDLE_KIND_MEMFD;
    desc.fd = 0;
    CHECK(accel_buffer_import(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.kind = ACCEL_HANDLE_KIND_EVENTFD;
    CHECK(accel_buffer_import(&desc, &buffer) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("B-8 join finds the device whose memory all can use", "[buffer]")
{
    Devices house;
    accel_join_port ports[] = {{nullptr, nullptr, house.cpu.get(), 100, 0, 0}, {nullptr, nullptr, house.npu.get(), 200, 0, 0}};
    accel_buffer_recipe recipe{};
    recipe.struct_size = sizeof recipe;
    accel_join_desc desc{sizeof desc, ports, 2, sizeof ports[0], 0, 0};
    REQUIRE(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_OK);
    CHECK(recipe.allocator == house.npu.get());
    CHECK(recipe.size_bytes == 200);
    CHECK(recipe.align_bytes == 64);
    CHECK(recipe.export_kinds == ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_HOST_POINTER));
    desc.port_count = 0;
    CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.port_count = 2;
    // What nobody could allocate is no recipe.
    for (const uint64_t size_bytes : {uint64_t{0}, uint64_t{1} << 63, UINT64_MAX}) {
        ports[1].size_bytes = size_bytes;
        CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(accel_last_error()->message == "ports[1].size_bytes is " + std::to_string(size_bytes) + ", expected at least 1 and less than 2^63");
    }
    ports[1].size_bytes = 200;
    desc.export_kinds = ACCEL_HANDLE_BIT(ACCEL_HANDLE_KIND_MEMFD);
    CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_UNSUPPORTED);
    CHECK(recipe.refusing_port == ACCEL_NONE);
    desc.export_kinds = 1u << 31;
    CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc.export_kinds = 0;
    desc.usage = 1u << 31;
    CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("a trace records spans only while it is on", "[trace]")
{
    Devices house;
    const auto *trace = static_cast<const accel_trace_interface *>(accel_interface(house.instance.get(), ACCEL_TRACE_NAME, 1));
    REQUIRE(trace);
    CHECK(accel_interface(house.instance.get(), ACCEL_TRACE_NAME, 2) == nullptr);
    CHECK(accel_interface(house.instance.get(), "accel.nothing", 1) == nullptr);
    CHECK(trace->stop(house.instance.get()) == ACCEL_STATUS_NOT_FOUND);
    trace_span("lost", "", trace_now(), 0, 0);
    REQUIRE(trace->start(house.instance.get(), 2) == ACCEL_STATUS_OK);
    CHECK(trace->start(house.instance.get(), 2) == ACCEL_STATUS_BUSY);
    trace_begin("outer \"quoted\"");
    trace_begin("inner");
    trace_end();
    trace_end();
    trace_span("dropped", "npu", trace_now(), 0, 0);
    CHECK(trace->write(house.instance.get(), nullptr, nullptr) == ACCEL_STATUS_BUSY);
    REQUIRE(trace->stop(house.instance.get()) == ACCEL_STATUS_OK);
    std::string text;
    REQUIRE(trace->write(
                house.instance.get(),
                [](void *user, const void *bytes, size_t count) {
                    static_cast<std::string *>(user)->append(static_cast<const char *>(bytes), count);
                    return ACCEL_STATUS_OK;
                },
                &text) == ACCEL_STATUS_OK);
    CHECK(text.find("\"inner\"") != std::string::npos);
    CHECK(text.find("outer \\\"quoted\\\"") != std::string::npos);
    CHECK(text.find("lost") == std::string::npos);
    CHECK(text.find("dropped") == std::string::npos);
}
