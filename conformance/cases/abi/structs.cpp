// SPDX-License-Identifier: MIT
// Sizes, tails and reserved members of structs.
#include <cstring>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// A struct as a caller with a newer header would have it.
template <class Struct> struct Newer {
    Struct known;
    unsigned char tail[32];
};

template <class Struct> Newer<Struct> newer()
{
    Newer<Struct> value;
    std::memset(&value, 0, sizeof(value));
    value.known.struct_size = sizeof(value);
    return value;
}

accel_buffer_desc buffer_desc(accel_device *const *device)
{
    auto desc = sized<accel_buffer_desc>();
    desc.size_bytes = 64;
    desc.devices = device;
    desc.device_count = 1;
    return desc;
}

}  // namespace

ACCEL_CASE("abi.struct.too-small", "A-1", "a struct_size below the first published version is INVALID_ARGUMENT")
{
    const Room room;
    accel_device *device = room.device().get();
    // What 0.2 published may not be left out of an input: a caller that forgot members would get other behaviour than it wrote.
    for (const size_t size : {size_t{16}, offsetof(accel_buffer_desc, export_kinds)}) {
        INFO("input struct_size " << size);
        auto desc = buffer_desc(&device);
        desc.struct_size = size;
        accel_buffer *buffer = nullptr;
        CHECK_REFUSED(accel_buffer_create(&desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    }
    for (const size_t size : {size_t{0}, size_t{1}, sizeof(size_t)}) {
        INFO("struct_size " << size);
        auto desc = buffer_desc(&device);
        desc.struct_size = size;
        accel_buffer *buffer = nullptr;
        CHECK_REFUSED(accel_buffer_create(&desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(std::string(accel_last_error()->rule) == "A-1");
        auto info = sized<accel_device_info>();
        info.struct_size = size;
        CHECK_REFUSED(accel_device_query(device, &info), ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

ACCEL_CASE("abi.struct.newer-caller", "A-2", "members that the library does not know may be there as long as they are zero")
{
    const Room room;
    accel_device *device = room.device().get();
    auto desc = newer<accel_buffer_desc>();
    desc.known = buffer_desc(&device);
    desc.known.struct_size = sizeof(desc);
    accel_buffer *buffer = nullptr;
    REQUIRE_STATUS(accel_buffer_create(&desc.known, &buffer), ACCEL_STATUS_OK);
    accel_buffer_unref(buffer);
    desc.tail[31] = 1;
    CHECK_REFUSED(accel_buffer_create(&desc.known, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-2");
    CHECK(buffer == nullptr);
}

ACCEL_CASE("abi.struct.older-caller", "A-5", "members of an output struct beyond the caller's struct_size are not written")
{
    const Room room;
    constexpr size_t kOld = offsetof(accel_device_info, kind);
    accel_device_info info;
    std::memset(&info, 0xa5, sizeof(info));
    info.struct_size = kOld;
    REQUIRE_STATUS(accel_device_query(room.device().get(), &info), ACCEL_STATUS_OK);
    CHECK(std::string(info.id) == room.facts().id);
    const auto *bytes = reinterpret_cast<const unsigned char *>(&info);
    size_t touched = 0;
    for (size_t offset = kOld; offset < sizeof(info); ++offset) touched += bytes[offset] != 0xa5;
    CHECK(touched == 0);
}

ACCEL_CASE("abi.struct.newer-output", "A-27", "output members that the library does not know become zero")
{
    const Room room;
    auto info = newer<accel_device_info>();
    std::memset(info.tail, 0xa5, sizeof(info.tail));
    REQUIRE_STATUS(accel_device_query(room.device().get(), &info.known), ACCEL_STATUS_OK);
    CHECK(std::string(info.known.id) == room.facts().id);
    CHECK(info.known.struct_size == sizeof(info));
    CHECK(info.tail[0] == 0);
    CHECK(info.tail[31] == 0);
}

ACCEL_CASE("abi.struct.reserved", "A-3", "reserved members and unknown flag bits must be zero")
{
    const Room room;
    accel_device *device = room.device().get();
    auto fence_desc = sized<accel_fence_desc>();
    fence_desc.reserved = 1;
    accel_fence *fence = nullptr;
    CHECK_REFUSED(accel_fence_create(room.instance().get(), &fence_desc, &fence), ACCEL_STATUS_INVALID_ARGUMENT);
    auto queue_desc = sized<accel_queue_desc>();
    queue_desc.devices = &device;
    queue_desc.device_count = 1;
    queue_desc.flags = 1u << 31;
    accel_queue *queue = nullptr;
    CHECK_REFUSED(accel_queue_create(&queue_desc, &queue), ACCEL_STATUS_INVALID_ARGUMENT);
    auto instance_desc = sized<accel_instance_desc>();
    instance_desc.api_version = ACCEL_VERSION;
    instance_desc.flags = 1u << 31;
    accel_instance *instance = nullptr;
    CHECK_REFUSED(accel_instance_create(&instance_desc, &instance), ACCEL_STATUS_INVALID_ARGUMENT);
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    accel_binding binding{Adder::kA, 1, sum.a.get(), 0, 0};
    CHECK_REFUSED(bind_run(sum.run.get(), &binding, 1), ACCEL_STATUS_INVALID_ARGUMENT);
    auto submit = sized<accel_submit>();
    submit.run = sum.run.get();
    submit.reserved = 7;
    CHECK_REFUSED(accel_queue_submit(room.queue().get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
    auto run_desc = sized<accel_run_desc>();
    run_desc.program = adder.program().get();
    run_desc.flags = 1u << 31;
    accel_run *run = nullptr;
    CHECK_REFUSED(accel_run_create(&run_desc, &run), ACCEL_STATUS_INVALID_ARGUMENT);
    auto load_desc = sized<accel_program_load_desc>();
    load_desc.bytes = "x";
    load_desc.byte_count = 1;
    load_desc.devices = &device;
    load_desc.device_count = 1;
    load_desc.flags = 1u << 31;
    accel_program *program = nullptr;
    CHECK_REFUSED(accel_program_load(room.instance().get(), &load_desc, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    auto source = sized<accel_model_source>();
    source.bytes = "x";
    source.byte_count = 1;
    accel_model *model = nullptr;
    source.flags = 1u << 31;
    CHECK_REFUSED(accel_model_import(room.instance().get(), &source, &model), ACCEL_STATUS_INVALID_ARGUMENT);
    source.flags = 0;
    source.reserved = 1;
    CHECK_REFUSED(accel_model_import(room.instance().get(), &source, &model), ACCEL_STATUS_INVALID_ARGUMENT);
    auto import_desc = sized<accel_fence_import_desc>();
    import_desc.kind = ACCEL_HANDLE_KIND_SYNC_FILE;
    import_desc.fd = -1;
    import_desc.reserved = 1;
    CHECK_REFUSED(accel_fence_import(room.instance().get(), &import_desc, &fence), ACCEL_STATUS_INVALID_ARGUMENT);
}

}  // namespace accel::conformance
