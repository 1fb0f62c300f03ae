// SPDX-License-Identifier: MIT
// Memory that the application lends: when it comes back.
#include <cstring>
#include <memory>
#include <vector>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

void count(void *user) { ++*static_cast<int *>(user); }

/// Page-aligned host memory, as importers like it.
struct Pages {
    explicit Pages(uint64_t size_bytes) : storage(size_bytes + 8192)
    {
        memory = storage.data();
        size_t space = storage.size();
        REQUIRE(std::align(4096, size_bytes, memory, space) != nullptr);
    }
    std::vector<char> storage;
    void *memory;
};

accel_buffer_import_desc lent(accel_device *const *device, void *memory, uint64_t size_bytes, int *released)
{
    auto desc = import_desc(device, ACCEL_HANDLE_KIND_HOST_POINTER, 0, size_bytes);
    desc.host_pointer = memory;
    desc.release = count;
    desc.release_user = released;
    return desc;
}

/// y = x + w with a constant w, of which the model is told where its values lie.
Model lent_model(const Room &room, const Adder &probe, std::vector<char> &values, int *released)
{
    const bool quantised = probe.type() == ACCEL_TYPE_I8;
    const Quantization quantization = quantised ? Quantization{{1}, {0}} : Quantization{};
    GraphBuilder graph;
    const uint32_t x = graph.input("x", probe.type(), {1, 8, 4, 4}, quantization), w = graph.input("w", probe.type(), {1, 8, 4, 4}, quantization);
    const uint32_t y = graph.tensor("y", probe.type(), {1, 8, 4, 4}, quantization);
    graph.node(ACCEL_OPERATION_ADD, {x, w}, {y}, {}, quantised ? room.rounding() : ACCEL_ROUNDING_NONE);
    graph.output(y);
    accel_graph_desc desc = graph.desc();
    auto *tensors = const_cast<accel_tensor_desc *>(desc.tensors);
    tensors[w].data = values.data();
    tensors[w].data_bytes = values.size();
    desc.input_count = 1;
    auto model_desc = sized<accel_model_desc>();
    const accel_entry_desc entry{"", &desc};
    model_desc.entries = &entry;
    model_desc.entry_count = 1;
    model_desc.entry_size = sizeof entry;
    model_desc.release = count;
    model_desc.release_user = released;
    return Model::create(room.instance(), model_desc);
}

}  // namespace

ACCEL_CASE("memory.lent.buffer", "B-11", "host memory comes back once, when the buffer and the work on it are gone")
{
    const Room room;
    room.needs_buffer_import(ACCEL_HANDLE_KIND_HOST_POINTER);
    const Adder adder = room.adder();
    const uint64_t size = adder.size_bytes(Adder::kA);
    Pages pages(size);
    int released = 0;
    accel_device *device = room.device().get();
    const auto desc = lent(&device, pages.memory, size, &released);
    accel_buffer *handle = nullptr;
    REQUIRE_STATUS(accel_buffer_import(&desc, &handle), ACCEL_STATUS_OK);
    {
        const Sum sum(room, adder);
        sum.run.bind(Adder::kA, Buffer(handle));
        CHECK(released == 0);
        REQUIRE(room.completes(sum.run));
        CHECK(released == 0);
    }
    CHECK(released == 1);
}

ACCEL_CASE("memory.lent.refused", "B-11", "a call that fails has borrowed nothing")
{
    const Room room;
    Pages pages(4096);
    int released = 0;
    accel_device *device = room.device().get();
    auto desc = lent(&device, pages.memory, 0, &released);
    accel_buffer *buffer = nullptr;
    CHECK_REFUSED(accel_buffer_import(&desc, &buffer), ACCEL_STATUS_INVALID_ARGUMENT);
    auto model_desc = sized<accel_model_desc>();
    model_desc.release = count;
    model_desc.release_user = &released;
    accel_model *model = nullptr;
    CHECK_REFUSED(accel_model_create(room.instance().get(), &model_desc, &model), ACCEL_STATUS_INVALID_ARGUMENT);
    auto source = sized<accel_model_source>();
    source.bytes = "no model";
    source.byte_count = 8;
    source.release = count;
    source.release_user = &released;
    CHECK(accel_model_import(room.instance().get(), &source, &model) != ACCEL_STATUS_OK);
    // Descriptors are duplicated and files mapped: nothing is lent, so nothing can come back.
    source.bytes = nullptr;
    source.byte_count = 0;
    source.path = "model.onnx";
    CHECK_REFUSED(accel_model_import(room.instance().get(), &source, &model), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(released == 0);
}

ACCEL_CASE("memory.lent.constants", "B-11", "constants come back when the model and every program built from it are gone")
{
    const Room room;
    const Adder probe = room.adder();
    std::vector<char> values(128 * element_bytes(probe.type()));
    int released = 0;
    {
        Program program;
        {
            const Model model = lent_model(room, probe, values, &released);
            accel_device *device = room.device().get();
            auto desc = sized<accel_program_desc>();
            desc.model = model.get();
            desc.devices = &device;
            desc.device_count = 1;
            accel_program *handle = nullptr;
            // A device that takes no constant operand still has a model to give back.
            if (accel_program_build(&desc, &handle) == ACCEL_STATUS_OK) program = Program(handle);
            CHECK(released == 0);
        }
        CHECK(released == (program.get() ? 0 : 1));
    }
    CHECK(released == 1);
}

}  // namespace accel::conformance
