// SPDX-License-Identifier: MIT
// Whole programs for a device whose jobs name few buffers: built, bound, run, saved and loaded.
#include <catch2/catch_test_macros.hpp>

#include "base/check.h"
#include "compiler/testing/builder.h"
#include "fake/fake_compiler.h"
#include "fake/house.h"
#include "loader/testing/listing.h"
#include "model/model.h"

using namespace accel::runtime;
using accel::runtime::testing::TemporaryTree;
using accel::testing::Builder;

namespace {

constexpr uint32_t kNpu = ACCEL_OPERATION_RELU, kCpu = ACCEL_OPERATION_EXP;
constexpr uint64_t kBytes = 16;

/// On the NPU: branches that the CPU goes on with. Each comes out of the program as the NPU left it and as the CPU made it.
///
///     x ──(+1 npu)──► a0 ──(+10 cpu)──► b0      a0, b0, a1, b1 … are outputs
struct House {
    Ref<accel_instance> instance = fake::make_building_instance();
    Ref<accel_device> npu = fake::find_device(*instance, "fake-npu"), cpu = fake::find_device(*instance, "fake-cpu");

    House()
    {
        fake::npu_compiler().operations = {kNpu};
        fake::cpu_compiler().operations = {kCpu};
    }
    Ref<accel_model> model(uint32_t branches, bool npu_outputs) const
    {
        Builder b;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4});
        for (uint32_t i = 0; i < branches; ++i) {
            const std::string number = std::to_string(i);
            const uint32_t a = b.tensor("a" + number, ACCEL_TYPE_F32, {4}), out = b.tensor("b" + number, ACCEL_TYPE_F32, {4});
            b.node("npu" + number, kNpu, {x}, {a});
            b.node("cpu" + number, kCpu, {a}, {out});
            if (npu_outputs) b.output(a);
            b.output(out);
        }
        const GraphDesc desc(b.graph);
        const accel_entry_desc entry{"", &desc.get()};
        const accel_model_desc wanted{sizeof wanted, &entry, 1, sizeof entry, nullptr, nullptr};
        accel_model *made = nullptr;
        REQUIRE(accel_model_create(instance.get(), &wanted, &made) == ACCEL_STATUS_OK);
        return Ref<accel_model>::adopt(made);
    }
    accel_status build(const Ref<accel_model> &model, Ref<accel_program> &out, bool both = true, const char *target = nullptr)
    {
        accel_device *devices[] = {npu.get(), cpu.get()};
        accel_program_desc desc{};
        desc.struct_size = sizeof desc;
        desc.model = model.get();
        desc.devices = target ? devices + 1 : devices;
        desc.device_count = both && !target ? 2 : 1;
        desc.target = target;
        accel_program *program = nullptr;
        const accel_status status = accel_program_build(&desc, &program);
        out = Ref<accel_program>::adopt(program);
        return status;
    }
    fake::Buffer &buffer(fake::Buffer &made, uint64_t size_bytes)
    {
        fake::make_buffer({npu.get(), cpu.get()}, made, size_bytes);
        return made;
    }
    /// All ports in one buffer, each at its own 64 bytes. Returns what is at each port when the run is done.
    std::vector<uint8_t> run(accel_program *program)
    {
        const auto ports = static_cast<uint32_t>(program->entries[0].ports.size());
        fake::Buffer arena;
        buffer(arena, 64 * ports);
        fake::Run run;
        const accel_run_desc desc{sizeof desc, program, 0, 0};
        REQUIRE(accel_run_create(&desc, run.out()) == ACCEL_STATUS_OK);
        std::vector<accel_binding> bindings;
        for (uint32_t port = 0; port < ports; ++port) bindings.push_back({port, 0, arena, 64 * uint64_t{port}});
        REQUIRE(fake::bind_ports(run, bindings.data(), ports) == ACCEL_STATUS_OK);
        accel_device *devices[] = {npu.get(), cpu.get()};
        accel_queue_desc wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.devices = devices;
        wanted.device_count = 2;
        fake::Queue queue;
        REQUIRE(accel_queue_create(&wanted, queue.out()) == ACCEL_STATUS_OK);
        fake::Fence fence;
        REQUIRE(accel_fence_create(instance.get(), nullptr, fence.out()) == ACCEL_STATUS_OK);
        REQUIRE(fake::submit(queue, run, fence, 1) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_wait(fence, 1, fake::kSecondNs) == ACCEL_STATUS_OK);
        void *memory = nullptr;
        REQUIRE(fake::map(arena, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
        std::vector<uint8_t> out;
        for (uint32_t port = 0; port < ports; ++port) {
            out.push_back(static_cast<uint8_t *>(memory)[64 * port]);
            CHECK(static_cast<uint8_t *>(memory)[64 * port + kBytes] == 0);  // nobody writes beyond a port
        }
        REQUIRE(fake::unmap(arena, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
        return out;
    }
};

uint32_t buffer_count_max(accel_program *program)
{
    accel_entry_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_program_entry(program, 0, &info) == ACCEL_STATUS_OK);
    return info.buffer_count_max;
}

std::vector<uint8_t> expected(uint32_t branches, bool npu_outputs)
{
    std::vector<uint8_t> out{0};
    for (uint32_t i = 0; i < branches; ++i) {
        if (npu_outputs) out.push_back(1);
        out.push_back(static_cast<uint8_t>(10 + branches));  // the CPU's part has all branches as inputs, which are 1 each
    }
    return out;
}

}  // namespace

TEST_CASE("R-7 tensors that cross devices are counted, and put together where they must be", "[slots][program]")
{
    House house;
    const auto model = house.model(6, false);
    Ref<accel_program> program;
    for (const uint32_t limit : {0u, 7u, 5u, 2u}) {
        fake::npu_compiler().buffer_count_max = limit;
        REQUIRE(house.build(model, program) == ACCEL_STATUS_OK);
        REQUIRE(program->entries[0].segments.size() == 2);
        CHECK(buffer_count_max(program.get()) == 0);  // one port is on the NPU, and one slot is left
        CHECK(house.run(program.get()) == expected(6, false));
        CHECK(fake::npu().bound_buffer_count <= (limit ? limit : 7));
    }
}

TEST_CASE("R-7 buffer_count_max is what the application has, and more is LIMIT", "[slots][program]")
{
    House house;
    fake::npu_compiler().buffer_count_max = 4;
    Ref<accel_program> program;
    REQUIRE(house.build(house.model(6, true), program) == ACCEL_STATUS_OK);  // x and six outputs on the NPU, which the CPU reads where they are
    CHECK(buffer_count_max(program.get()) == 4);
    CHECK(house.run(program.get()) == expected(6, true));
    fake::Run run;
    const accel_run_desc desc{sizeof desc, program.get(), 0, 0};
    REQUIRE(accel_run_create(&desc, run.out()) == ACCEL_STATUS_OK);
    fake::Buffer buffers[13];
    accel_binding bindings[13];
    for (uint32_t port = 0; port < 13; ++port) bindings[port] = {port, 0, house.buffer(buffers[port], 64 * 13), 0, 0};
    CHECK(fake::bind_ports(run, bindings, 13) == ACCEL_STATUS_LIMIT);
    CHECK(std::string(accel_last_error()->message) ==
          "7 distinct buffers are bound to the ports of device 'fake-npu', which takes at most 4 of them; put several ports into one buffer");
    // Buffers that only the CPU sees count for nobody.
    uint32_t npu_ports = 0;
    for (uint32_t port = 0; port < 13; ++port)
        if (program->entries[0].ports[port].device == 0) bindings[port] = {port, 0, buffers[npu_ports++ % 4], 64 * uint64_t{port}};
    CHECK(npu_ports == 7);
    CHECK(fake::bind_ports(run, bindings, 13) == ACCEL_STATUS_OK);
    CHECK(fake::npu().bound_buffer_count == 4);
}

TEST_CASE("R-7 what cannot be bound goes to the next device, and without one the build is LIMIT", "[slots][program]")
{
    House house;
    fake::npu_compiler().buffer_count_max = 1;
    const auto model = house.model(2, false);
    Ref<accel_program> program;
    CHECK(house.build(model, program) == ACCEL_STATUS_LIMIT);
    const std::string message = accel_last_error()->message;
    CHECK(message.find("does not fit: on-chip memory, contexts or addresses (given 2, admitted 1)") != std::string::npos);
    fake::cpu_compiler().operations = {kNpu, kCpu};
    REQUIRE(house.build(model, program) == ACCEL_STATUS_OK);
    CHECK(program->entries[0].segments.size() == 1);
    CHECK(program->entries[0].segments[0].device == 1);
    // The part is the last device's: nobody is left to take it.
    fake::cpu_compiler().operations = {kCpu};
    std::swap(house.npu, house.cpu);
    CHECK(house.build(model, program) == ACCEL_STATUS_LIMIT);
    CHECK(std::string(accel_last_error()->rule) == "R-7");
    CHECK(std::string(accel_last_error()->message).find("needs 2 buffers at once") != std::string::npos);
    CHECK(std::string(accel_last_error()->message).find("names at most 1") != std::string::npos);
}

TEST_CASE("R-7 P-8 S-7 slots of a target are planned where it is built, and hold where it is loaded", "[slots][program]")
{
    House house;
    fake::npu_compiler().buffer_count_max = 3;
    Ref<accel_program> program;
    REQUIRE(house.build(house.model(5, true), program, true, "fake-npu") == ACCEL_STATUS_OK);
    CHECK(program->entries[0].segments.size() == 2);
    CHECK_FALSE(program->loaded());
    accel_program_info facts{};
    facts.struct_size = sizeof facts;
    REQUIRE(accel_program_query(program.get(), &facts) == ACCEL_STATUS_OK);
    CHECK(facts.device_count == 2);
    accel_run *none = nullptr;
    const accel_run_desc desc{sizeof desc, program.get(), 0, 0};
    CHECK(accel_run_create(&desc, &none) == ACCEL_STATUS_UNSUPPORTED);
    std::vector<uint8_t> bytes;
    REQUIRE(accel_program_save(
                program.get(),
                [](void *user, const void *data, size_t count) {
                    auto &out = *static_cast<std::vector<uint8_t> *>(user);
                    out.insert(out.end(), static_cast<const uint8_t *>(data), static_cast<const uint8_t *>(data) + count);
                    return ACCEL_STATUS_OK;
                },
                &bytes) == ACCEL_STATUS_OK);
    accel_program_load_desc wanted{};
    wanted.struct_size = sizeof wanted;
    wanted.bytes = bytes.data();
    wanted.byte_count = bytes.size();
    accel_device *devices[2] = {};
    uint32_t count = 0;
    REQUIRE(accel_program_find_devices(house.instance.get(), &wanted, devices, 2, &count) == ACCEL_STATUS_OK);
    REQUIRE(count == 2);
    CHECK(devices[0] == house.npu.get());
    CHECK(devices[1] == house.cpu.get());
    // The same from a file.
    TemporaryTree tree;
    tree.write("saved.accel", std::string(bytes.begin(), bytes.end()));
    const std::string path = tree.path("saved.accel");
    accel_program_load_desc by_path{};
    by_path.struct_size = sizeof by_path;
    by_path.path = path.c_str();
    CHECK(accel_program_find_devices(house.instance.get(), &by_path, nullptr, 0, &count) == ACCEL_STATUS_OK);
    CHECK(count == 2);
    by_path.path = "/no/such/program";
    CHECK(accel_program_find_devices(house.instance.get(), &by_path, nullptr, 0, &count) == ACCEL_STATUS_NOT_FOUND);
    wanted.devices = devices;
    wanted.device_count = 2;
    CHECK(accel_program_find_devices(house.instance.get(), &wanted, nullptr, 0, &count) == ACCEL_STATUS_INVALID_ARGUMENT);
    accel_program *handle = nullptr;
    REQUIRE(accel_program_load(house.instance.get(), &wanted, &handle) == ACCEL_STATUS_OK);
    const auto loaded = Ref<accel_program>::adopt(handle);
    for (accel_device *device : devices) accel_device_unref(device);
    CHECK(buffer_count_max(loaded.get()) == 3);
    CHECK(house.run(loaded.get()) == expected(5, true));
}
