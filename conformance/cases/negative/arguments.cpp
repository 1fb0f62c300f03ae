// SPDX-License-Identifier: MIT
// Arguments that are missing or nonsense, and files that are no models.
#include <cstdlib>
#include <fstream>
#include <unistd.h>
#include <utility>
#include <vector>

#include "support/bytes.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {

namespace {

using Answers = std::vector<std::pair<const char *, accel_status>>;

Answers of_devices_and_memory(const Room &room)
{
    accel_instance *instance = room.instance().get();
    accel_device *device = nullptr;
    accel_buffer *buffer = nullptr;
    accel_fence *fence = nullptr;
    void *pointer = nullptr;
    int fd = 0;
    uint64_t value = 0;
    return {
        {"instance_create", accel_instance_create(nullptr, nullptr)},
        {"instance_report", accel_instance_report(nullptr, nullptr, nullptr)},
        {"instance_report without callback", accel_instance_report(instance, nullptr, nullptr)},
        {"instance_device", accel_instance_device(nullptr, 0, &device)},
        {"instance_device without out", accel_instance_device(instance, 0, nullptr)},
        {"instance_find_device", accel_instance_find_device(instance, nullptr, &device)},
        {"device_query", accel_device_query(nullptr, nullptr)},
        {"device_query without out", accel_device_query(room.device().get(), nullptr)},
        {"device_open", accel_device_open(nullptr)},
        {"buffer_create", accel_buffer_create(nullptr, &buffer)},
        {"buffer_import", accel_buffer_import(nullptr, &buffer)},
        {"buffer_query", accel_buffer_query(nullptr, nullptr)},
        {"buffer_export", accel_buffer_export(nullptr, ACCEL_HANDLE_KIND_DMA_BUF, &fd)},
        {"buffer_map", accel_buffer_map(nullptr, nullptr, &pointer)},
        {"buffer_unmap", accel_buffer_unmap(nullptr, nullptr)},
        {"buffer_join", accel_buffer_join(nullptr, nullptr)},
        {"fence_create", accel_fence_create(nullptr, nullptr, &fence)},
        {"fence_import", accel_fence_import(instance, nullptr, &fence)},
        {"fence_query", accel_fence_query(nullptr, &value)},
        {"fence_error", accel_fence_error(nullptr, 1)},
        {"fence_wait", accel_fence_wait(nullptr, 1, 0)},
        {"fence_wait_many", accel_fence_wait_many(nullptr, 1, 0, 0, nullptr)},
        {"fence_signal", accel_fence_signal(nullptr, 1)},
        {"fence_fail", accel_fence_fail(nullptr, 1, ACCEL_STATUS_IO)},
        {"fence_export", accel_fence_export(nullptr, 1, ACCEL_HANDLE_KIND_EVENTFD, &fd)},
    };
}

Answers of_models_and_programs(accel_instance *instance)
{
    accel_device *device = nullptr;
    accel_model *model = nullptr;
    accel_program *program = nullptr;
    uint32_t number = 0;
    accel_fit fit = ACCEL_FIT_NONE;
    return {
        {"model_create", accel_model_create(instance, nullptr, &model)},
        {"model_query", accel_model_query(nullptr, nullptr)},
        {"model_entry", accel_model_entry(nullptr, 0, nullptr)},
        {"model_import", accel_model_import(instance, nullptr, &model)},
        {"program_build", accel_program_build(nullptr, &program)},
        {"program_support", accel_program_support(nullptr, nullptr, nullptr)},
        {"program_save", accel_program_save(nullptr, nullptr, nullptr)},
        {"program_load", accel_program_load(instance, nullptr, &program)},
        {"program_check", accel_program_check(nullptr, nullptr, nullptr, &fit)},
        {"program_query", accel_program_query(nullptr, nullptr)},
        {"program_entry", accel_program_entry(nullptr, 0, nullptr)},
        {"program_port", accel_program_port(nullptr, 0, 0, nullptr)},
        {"program_find_port", accel_program_find_port(nullptr, 0, "x", &number)},
        {"program_placement", accel_program_placement(nullptr, 0, 0, nullptr)},
        {"program_transfer", accel_program_transfer(nullptr, 0, 0, nullptr)},
        {"program_variable", accel_program_variable(nullptr, 0, nullptr)},
        {"program_device", accel_program_device(nullptr, 0, &device)},
        {"program_symbol", accel_program_symbol(nullptr, 0, 0, nullptr)},
        {"program_prepare", accel_program_prepare(nullptr, nullptr)},
        {"program_scratch", accel_program_scratch(nullptr, 0, 0, nullptr)},
    };
}

Answers of_runs(const Room &room)
{
    accel_scratch *scratch = nullptr;
    accel_state *state = nullptr;
    accel_run *run = nullptr;
    accel_queue *queue = nullptr;
    accel_bind_cost cost = ACCEL_BIND_COST_FREE;
    return {
        {"state_create", accel_state_create(nullptr, &state)},
        {"state_reset", accel_state_reset(nullptr)},
        {"queue_query", accel_queue_query(nullptr, nullptr)},
        {"state_variable", accel_state_variable(nullptr, 0, nullptr)},
        {"run_create", accel_run_create(nullptr, &run)},
        {"run_bind", accel_run_bind(nullptr, nullptr)},
        {"run_bind_cost", accel_run_bind_cost(nullptr, 0, &cost)},
        {"run_port", accel_run_port(nullptr, 0, nullptr)},
        {"run_timing", accel_run_timing(nullptr, 0, nullptr)},
        {"scratch_create", accel_scratch_create(nullptr, &scratch)},
        {"queue_create", accel_queue_create(nullptr, &queue)},
        {"queue_submit", accel_queue_submit(nullptr, nullptr)},
        {"queue_submit without struct", accel_queue_submit(room.queue().get(), nullptr)},
        {"queue_transfer", accel_queue_transfer(nullptr, nullptr)},
        {"queue_cancel", accel_queue_cancel(nullptr)},
    };
}

}  // namespace

ACCEL_CASE("negative.null.arguments", "A-6", "NULL where an object or a struct belongs is INVALID_ARGUMENT in every function")
{
    const Room room;
    for (const Answers &answers : {of_devices_and_memory(room), of_models_and_programs(room.instance().get()), of_runs(room)})
        for (const auto &[name, status] : answers) {
            INFO(name);
            CHECK_STATUS(status, ACCEL_STATUS_INVALID_ARGUMENT);
        }
    CHECK(accel_instance_device_count(nullptr) == 0);
    CHECK(accel_interface(nullptr, "accel.fault", 1) == nullptr);
}

ACCEL_CASE("negative.import.no-file", "G-9", "importing a file that is not there is NOT_FOUND")
{
    const auto instance = make_instance(Target::current());
    auto source = sized<accel_model_source>();
    accel_model *model = nullptr;
    source.path = "/nonexistent/model.onnx";
    CHECK_REFUSED(accel_model_import(instance.get(), &source, &model), ACCEL_STATUS_NOT_FOUND);
    CHECK(std::string(accel_last_error()->message).find("/nonexistent/model.onnx") != std::string::npos);
    source.path = nullptr;
    CHECK_REFUSED(accel_model_import(instance.get(), &source, &model), ACCEL_STATUS_INVALID_ARGUMENT);
    source.path = "/tmp";
    CHECK(accel_model_import(instance.get(), &source, &model) != ACCEL_STATUS_OK);
    CHECK(model == nullptr);
}

ACCEL_CASE("negative.import.garbage", "G-9", "bytes that are no model are refused with a sentence, whatever they are, and the instance goes on")
{
    const Room room;
    const Instance &instance = room.instance();
    Random random(9);
    for (const size_t size : {size_t{1}, size_t{7}, size_t{100}, size_t{5000}}) {
        std::string bytes(size, '\0');
        for (char &byte : bytes) byte = static_cast<char>(random.next());
        auto source = sized<accel_model_source>();
        source.bytes = bytes.data();
        source.byte_count = bytes.size();
        accel_model *model = nullptr;
        for (const char *format : {static_cast<const char *>(nullptr), "no-such-format"}) {
            source.format = format;
            const accel_status status = accel_model_import(instance.get(), &source, &model);
            INFO(size << " bytes: " << name_of(status));
            CHECK(one_of(status, {ACCEL_STATUS_NOT_FOUND, ACCEL_STATUS_CORRUPT, ACCEL_STATUS_UNSUPPORTED}));
            CHECK(std::string(accel_last_error()->message) != "");
            CHECK(model == nullptr);
        }
    }
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(4, 5);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(9));
}

ACCEL_CASE("negative.enum.values", "A-3", "values outside an enum are refused")
{
    const Room room;
    accel_device *device = room.device().get();
    auto queue_desc = sized<accel_queue_desc>();
    queue_desc.devices = &device;
    queue_desc.device_count = 1;
    accel_queue *queue = nullptr;
    for (const int32_t priority : {ACCEL_PRIORITY_REALTIME + 1, ACCEL_PRIORITY_BACKGROUND - 1}) {
        queue_desc.priority = priority;
        CHECK_REFUSED(accel_queue_create(&queue_desc, &queue), ACCEL_STATUS_INVALID_ARGUMENT);
    }
    queue_desc.priority = ACCEL_PRIORITY_HIGH;
    REQUIRE_STATUS(accel_queue_create(&queue_desc, &queue), ACCEL_STATUS_OK);
    accel_queue_unref(queue);
    const Buffer buffer = room.buffer(64);
    int fd = 0;
    CHECK(accel_buffer_export(buffer.get(), static_cast<accel_handle_kind>(99), &fd) != ACCEL_STATUS_OK);
    CHECK(fd == -1);
    auto buffer_desc = sized<accel_buffer_desc>();
    buffer_desc.size_bytes = 64;
    buffer_desc.devices = &device;
    buffer_desc.device_count = 1;
    buffer_desc.export_kinds = 1u << 31;
    accel_buffer *other = nullptr;
    CHECK(accel_buffer_create(&buffer_desc, &other) != ACCEL_STATUS_OK);
    CHECK(other == nullptr);
}

}  // namespace accel::conformance
