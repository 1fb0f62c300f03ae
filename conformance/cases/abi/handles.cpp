// SPDX-License-Identifier: MIT
// Handles and what a failing call leaves behind.

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

template <class Handle> Handle *dirty() { return reinterpret_cast<Handle *>(uintptr_t{0x1000}); }

}  // namespace

ACCEL_CASE("abi.out.cleared", "A-4", "on an error every out handle is NULL and every out fd is -1")
{
    const Room room;
    const Buffer memory = room.buffer(64);
    const Fence timeline = room.fence();
    auto *instance = dirty<accel_instance>();
    auto instance_desc = sized<accel_instance_desc>();
    instance_desc.api_version = ACCEL_VERSION;
    instance_desc.flags = 1u << 30;
    CHECK_STATUS(accel_instance_create(&instance_desc, &instance), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(instance == nullptr);
    auto *device = dirty<accel_device>();
    CHECK_STATUS(accel_instance_device(room.instance().get(), 4711, &device), ACCEL_STATUS_NOT_FOUND);
    CHECK(device == nullptr);
    auto *buffer = dirty<accel_buffer>();
    auto buffer_desc = sized<accel_buffer_desc>();
    CHECK_STATUS(accel_buffer_create(&buffer_desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(buffer == nullptr);
    auto *model = dirty<accel_model>();
    auto source = sized<accel_model_source>();
    source.path = "/nonexistent/model.onnx";
    CHECK_STATUS(accel_model_import(room.instance().get(), &source, &model), ACCEL_STATUS_NOT_FOUND);
    CHECK(model == nullptr);
    auto *program = dirty<accel_program>();
    CHECK_STATUS(load_program(room.instance(), "garbage", {room.device()}, &program), ACCEL_STATUS_CORRUPT);
    CHECK(program == nullptr);
    auto *queue = dirty<accel_queue>();
    auto queue_desc = sized<accel_queue_desc>();
    CHECK_STATUS(accel_queue_create(&queue_desc, &queue), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(queue == nullptr);
    int fd = 4711;
    CHECK(accel_buffer_export(memory.get(), ACCEL_HANDLE_KIND_DMA_BUF, &fd) != ACCEL_STATUS_OK);
    CHECK(fd == -1);
    fd = 4711;
    CHECK(accel_fence_export(timeline.get(), 1, ACCEL_HANDLE_KIND_EVENTFD, &fd) != ACCEL_STATUS_OK);
    CHECK(fd == -1);
    void *pointer = dirty<void>();
    CHECK(map_buffer(memory.get(), 1u << 30, &pointer) != ACCEL_STATUS_OK);
    CHECK(pointer == nullptr);
}

ACCEL_CASE("abi.handle.wrong-type", "A-6", "a handle of another type is INVALID_ARGUMENT, not a crash")
{
    const Room room;
    const Buffer buffer = room.buffer(64);
    const Fence fence = room.fence();
    auto *as_fence = reinterpret_cast<accel_fence *>(buffer.get());
    auto *as_buffer = reinterpret_cast<accel_buffer *>(fence.get());
    CHECK_REFUSED(accel_fence_wait(as_fence, 1, 0), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->rule) == "A-6");
    auto info = sized<accel_buffer_info>();
    CHECK_REFUSED(accel_buffer_query(as_buffer, &info), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(accel_queue_cancel(reinterpret_cast<accel_queue *>(buffer.get())), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(accel_instance_device_count(reinterpret_cast<accel_instance *>(buffer.get())) == 0);
    auto entry = sized<accel_model_entry_info>();
    CHECK_STATUS(accel_model_entry(reinterpret_cast<accel_model *>(buffer.get()), 0, &entry), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("abi.handle.other-instance", "A-6", "objects of two instances do not mix")
{
    const Room room, other;
    auto desc = sized<accel_buffer_desc>();
    accel_device *devices[2] = {room.device().get(), other.device().get()};
    desc.size_bytes = 64;
    desc.devices = devices;
    desc.device_count = 2;
    accel_buffer *buffer = nullptr;
    CHECK_REFUSED(accel_buffer_create(&desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(buffer == nullptr);
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    auto submit = sized<accel_submit>();
    submit.run = sum.run.get();
    CHECK_REFUSED(accel_queue_submit(other.queue().get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
}

}  // namespace accel::conformance
