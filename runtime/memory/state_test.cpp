// SPDX-License-Identifier: MIT
// Memory of states: whose it is, in how many buffers, and how it is written.
#include <catch2/catch_test_macros.hpp>

#include "compiler/testing/builder.h"
#include "fake/counters.h"
#include "fake/fake_compiler.h"
#include "fake/house.h"
#include "model/model.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;
using accel::testing::Builder;

namespace {

using State = Handle<accel_state, accel_state_unref>;

/// On the NPU: x -> y, and a variable for each letter, which goes on as what a Relu makes of it. Another entry point reads those of capital letters on the CPU.
struct Stand {
    Ref<accel_instance> instance = make_building_instance();
    Ref<accel_device> npu_device = find_device(*instance, "fake-npu"), cpu_device = find_device(*instance, "fake-cpu");
    Ref<accel_model> model;
    Ref<accel_program> program;
    std::string letters;

    explicit Stand(std::string variables) : letters(std::move(variables))
    {
        npu_compiler().operations = {ACCEL_OPERATION_RELU};
        cpu_compiler().operations = {ACCEL_OPERATION_EXP};
        Builder b, other;
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {4}), y = b.tensor("y", ACCEL_TYPE_F32, {4});
        b.node("relu", ACCEL_OPERATION_RELU, {x}, {y});
        b.output(y);
        for (const char letter : letters) {
            const std::string name(1, letter);
            const uint32_t old = b.input(name, ACCEL_TYPE_F32, {4}), next = b.tensor(name + "'", ACCEL_TYPE_F32, {4});
            b.node("relu " + name, ACCEL_OPERATION_RELU, {old}, {next});
            b.output(next);
            if (letter >= 'a') continue;
            const uint32_t same = other.input(name, ACCEL_TYPE_F32, {4}), read = other.tensor(name + " read", ACCEL_TYPE_F32, {4});
            other.node("exp " + name, ACCEL_OPERATION_EXP, {same}, {read});
            other.output(read);
        }
        const GraphDesc desc(b.graph), other_desc(other.graph);
        const accel_entry_desc entries[] = {{"", &desc.get()}, {"other", &other_desc.get()}};
        const accel_model_desc wanted{sizeof wanted, entries, other.graph.nodes.empty() ? 1u : 2u, sizeof entries[0], nullptr, nullptr};
        accel_model *made = nullptr;
        REQUIRE(accel_model_create(instance.get(), &wanted, &made) == ACCEL_STATUS_OK);
        model = Ref<accel_model>::adopt(made);
    }
    accel_status build(uint32_t buffer_count_max = 0)
    {
        npu_compiler().buffer_count_max = buffer_count_max;
        std::vector<std::string> names;
        for (const char letter : letters) names.push_back({letter}), names.push_back({letter, '\''});
        std::vector<accel_state_pair> pairs;
        for (size_t i = 0; i < names.size(); i += 2) pairs.push_back({names[i].c_str(), names[i + 1].c_str(), nullptr});
        accel_device *devices[] = {npu_device.get(), cpu_device.get()};
        accel_program_desc desc{};
        desc.struct_size = sizeof desc;
        desc.model = model.get();
        desc.devices = devices;
        desc.device_count = 2;
        desc.states = pairs.data();
        desc.state_count = static_cast<uint32_t>(pairs.size());
        desc.state_size = sizeof pairs[0];
        accel_program *made = nullptr;
        const accel_status status = accel_program_build(&desc, &made);
        program = Ref<accel_program>::adopt(made);
        return status;
    }
    accel_status make(std::vector<accel_memory_binding> memory, State &out)
    {
        accel_state_desc desc{};
        desc.struct_size = sizeof desc;
        desc.program = program.get();
        desc.memory = memory.data();
        desc.memory_count = static_cast<uint32_t>(memory.size());
        desc.memory_size = sizeof(accel_memory_binding);
        return accel_state_create(&desc, out.out());
    }
    accel_status make(accel_state *state, Run &run)
    {
        accel_run_desc desc{};
        desc.struct_size = sizeof desc;
        desc.program = program.get();
        desc.state = state;
        return accel_run_create(&desc, run.out());
    }
    void buffer(Buffer &made, uint64_t size_bytes = 256) { make_buffer({npu_device.get(), cpu_device.get()}, made, size_bytes); }
    uint32_t port_count() const { return static_cast<uint32_t>(program->entries[0].application_ports.size()); }
    /// All ports, in so many buffers.
    accel_status bind(accel_run *run, uint32_t count)
    {
        std::vector<Buffer> buffers(count);
        for (Buffer &made : buffers) buffer(made, 64 * port_count());
        std::vector<accel_binding> bindings;
        for (uint32_t port = 0; port < port_count(); ++port) bindings.push_back({port, 0, buffers[port % count], 64 * uint64_t{port}, 0});
        return bind_ports(run, bindings.data(), port_count());
    }
    uint32_t buffers_left() const
    {
        accel_entry_info info{};
        info.struct_size = sizeof info;
        REQUIRE(accel_program_entry(program.get(), 0, &info) == ACCEL_STATUS_OK);
        return info.buffer_count_max;
    }
};

}  // namespace

TEST_CASE("R-7 what a program tells of buffers fits beside its state, whichever devices share the variables", "[state][slots]")
{
    for (const char *letters : {"a", "ab", "A", "aB", "abCD"}) {
        Stand stand(letters);
        uint32_t built = 0, limited = 0;
        for (uint32_t limit = 1; limit < 16; ++limit) {
            const accel_status status = stand.build(limit);
            if (status == ACCEL_STATUS_LIMIT) continue;
            REQUIRE(status == ACCEL_STATUS_OK);
            ++built;
            const uint32_t left = stand.buffers_left();
            limited += left != 0;
            INFO(letters << " with " << limit << ", of which " << left << " are left");
            Run run;
            REQUIRE(stand.make(nullptr, run) == ACCEL_STATUS_OK);
            CHECK(stand.bind(run, left ? std::min(left, stand.port_count()) : stand.port_count()) == ACCEL_STATUS_OK);
            CHECK(npu().bound_buffer_count <= limit);
        }
        CHECK((built > 8 && limited > 0));
    }
}

TEST_CASE("R-7 memory of a state that the application supplies is counted as it lies", "[state][slots]")
{
    Stand stand("ab");
    REQUIRE(stand.build(4) == ACCEL_STATUS_OK);  // what is written, the state, and two more
    CHECK(stand.buffers_left() == 2);
    Buffer first, second;
    stand.buffer(first);
    stand.buffer(second);
    State state;
    REQUIRE(stand.make({{0, 0, first, 0}, {1, 0, second, 0}}, state) == ACCEL_STATUS_OK);
    Run run;
    REQUIRE(stand.make(state, run) == ACCEL_STATUS_OK);
    CHECK(stand.bind(run, 2) == ACCEL_STATUS_LIMIT);
    CHECK(std::string(accel_last_error()->message) ==
          "4 distinct buffers are bound to the ports of device 'fake-npu', 2 of them its state's, which takes at most 3 of them; put several variables into one buffer");
    CHECK(stand.bind(run, 1) == ACCEL_STATUS_OK);
    CHECK(npu().bound_buffer_count <= 4);
}

TEST_CASE("R-11 memory that the application supplies is one state's alone", "[state]")
{
    Stand stand("ab");
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    Buffer memory;
    stand.buffer(memory);
    State state, other;
    REQUIRE(stand.make({{0, 0, memory, 64}}, state) == ACCEL_STATUS_OK);
    for (const uint64_t offset_bytes : {64u, 60u, 76u}) {
        CHECK(stand.make({{1, 0, memory, offset_bytes}}, other) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(std::string(accel_last_error()->message) == "the memory of variable 'b' is another state's; give each state memory of its own");
    }
    // Beside it there is room, which a state that came to nothing has given back.
    CHECK(stand.make({{0, 0, memory, 0}, {1, 0, memory, 64}}, other) == ACCEL_STATUS_INVALID_ARGUMENT);
    State fillers[2];  // where those were that are gone
    REQUIRE(stand.make({}, fillers[0]) == ACCEL_STATUS_OK);
    REQUIRE(stand.make({{0, 0, memory, 0}, {1, 0, memory, 80}}, other) == ACCEL_STATUS_OK);
    accel_state_unref(state);
    state.it = nullptr;
    REQUIRE(stand.make({}, fillers[1]) == ACCEL_STATUS_OK);
    CHECK(stand.make({{0, 0, memory, 64}}, state) == ACCEL_STATUS_OK);
}

TEST_CASE("A-22 the CPU's access to a state ends also where memory is short", "[state]")
{
    Stand stand("a");
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    static const float first[4] = {1, 2, 3, 4};
    stand.program->variables[0].data = first;
    stand.program->variables[0].data_bytes = sizeof first;
    State state;
    REQUIRE(stand.make({}, state) == ACCEL_STATUS_OK);
    const int accesses = npu().access_count;
    const uint64_t refused = sweep_shortages(
        Shortage::Mode::FromThen, [&] { return accel_state_reset(state); },
        [&](accel_status status) {
            CHECK(status == ACCEL_STATUS_OUT_OF_MEMORY);
            CHECK(npu().access_count == accesses);
        });
    CHECK((refused > 0 || !kCanRefuse));
    CHECK(npu().access_count == accesses);
}
