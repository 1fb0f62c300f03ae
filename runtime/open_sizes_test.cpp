// SPDX-License-Identifier: MIT
// Sizes that a bind gives: sets that are built, kept and let go, and binds that fail half-way.
#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "compiler/testing/builder.h"
#include "fake/counters.h"
#include "fake/fake_compiler.h"
#include "fake/house.h"
#include "model.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;
using accel::testing::Builder;

namespace {

/// x[n] -> relu on the NPU (adds 1) -> exp on the CPU (adds 10) -> y[n]; n from 1 to 8. Elements are bytes of floats, so a run over n has 4 n bytes.
struct Stand {
    Ref<accel_instance> instance = make_building_instance();
    Ref<accel_device> npu_device = find_device(*instance, "fake-npu"), cpu_device = find_device(*instance, "fake-cpu");
    Ref<accel_model> model;
    Ref<accel_program> program;
    fake::Run run;
    fake::Queue queue;
    fake::Fence fence;
    uint64_t value = 0;

    explicit Stand(uint32_t variant_max = 0)
    {
        npu().reset(), cpu().reset();
        npu_compiler().operations = {ACCEL_OPERATION_RELU};
        cpu_compiler().operations = {ACCEL_OPERATION_EXP};
        Builder b;
        b.graph.symbols = {{"n", 1, 8}};
        const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1}), h = b.tensor("h", ACCEL_TYPE_F32, {1}), y = b.tensor("y", ACCEL_TYPE_F32, {1});
        for (const uint32_t tensor : {x, h, y}) b.graph.tensors[tensor].shape[0] = {-1, 0};
        b.node("relu", ACCEL_OPERATION_RELU, {x}, {h});
        b.node("exp", ACCEL_OPERATION_EXP, {h}, {y});
        b.output(y);
        const GraphDesc desc(b.graph);
        const accel_entry_desc entry{"", &desc.get()};
        const accel_model_desc wanted_model{sizeof wanted_model, &entry, 1, sizeof entry, nullptr, nullptr};
        accel_model *made = nullptr;
        REQUIRE(accel_model_create(instance.get(), &wanted_model, &made) == ACCEL_STATUS_OK);
        model = Ref<accel_model>::adopt(made);
        accel_device *devices[] = {npu_device.get(), cpu_device.get()};
        accel_program_desc build{};
        build.struct_size = sizeof build;
        build.model = model.get();
        build.devices = devices;
        build.device_count = 2;
        build.size_variant_max = variant_max;
        accel_program *handle = nullptr;
        REQUIRE(accel_program_build(&build, &handle) == ACCEL_STATUS_OK);
        program = Ref<accel_program>::adopt(handle);
        make(run);
        accel_queue_desc wanted{};
        wanted.struct_size = sizeof wanted;
        wanted.devices = devices;
        wanted.device_count = 2;
        REQUIRE(accel_queue_create(&wanted, queue.out()) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_create(instance.get(), nullptr, fence.out()) == ACCEL_STATUS_OK);
    }
    void make(fake::Run &made, uint32_t flags = 0)
    {
        accel_run_desc desc{};
        desc.flags = flags;
        desc.struct_size = sizeof desc;
        desc.program = program.get();
        REQUIRE(accel_run_create(&desc, made.out()) == ACCEL_STATUS_OK);
    }
    accel_status bind(accel_run *to, int64_t size, accel_buffer *in = nullptr, accel_buffer *out = nullptr)
    {
        const accel_symbol_value n{"n", nullptr, size, 0, 0, 0};
        const accel_binding bindings[] = {{0, 0, in, 0, 0}, {1, 0, out, 0, 0}};
        accel_bind_desc desc{};
        desc.struct_size = sizeof desc;
        desc.symbols = &n;
        desc.symbol_count = 1;
        desc.symbol_size = sizeof n;
        desc.bindings = bindings;
        desc.binding_count = in ? 2 : 0;
        desc.binding_size = sizeof bindings[0];
        return accel_run_bind(to, &desc);
    }
    void buffer(fake::Buffer &made, uint64_t size_bytes, uint8_t value)
    {
        make_buffer({cpu_device.get(), npu_device.get()}, made, size_bytes);
        fill(made, size_bytes, value);
    }
    std::vector<uint8_t> bytes(accel_buffer *of, uint64_t size_bytes)
    {
        void *memory = nullptr;
        REQUIRE(fake::map(of, ACCEL_ACCESS_READ, &memory) == ACCEL_STATUS_OK);
        const std::vector<uint8_t> copy(static_cast<uint8_t *>(memory), static_cast<uint8_t *>(memory) + size_bytes);
        REQUIRE(fake::unmap(of, ACCEL_ACCESS_READ) == ACCEL_STATUS_OK);
        return copy;
    }
    void complete(accel_run *what)
    {
        REQUIRE(submit(queue, what, fence, ++value) == ACCEL_STATUS_OK);
        REQUIRE(accel_fence_wait(fence, value, kSecondNs) == ACCEL_STATUS_OK);
    }
    uint32_t built() const
    {
        accel_program_info info{};
        info.struct_size = sizeof info;
        REQUIRE(accel_program_query(program.get(), &info) == ACCEL_STATUS_OK);
        return info.size_variant_count;
    }
    int64_t size_of(accel_run *what) const
    {
        accel_port_info info{};
        info.struct_size = sizeof info;
        REQUIRE(accel_run_port(what, 1, &info) == ACCEL_STATUS_OK);
        return info.knowledge == ACCEL_SIZE_KNOWLEDGE_EXACT ? info.dims[0] : -info.dims[0];
    }
};

}  // namespace

TEST_CASE("a run works on the sizes that are bound, and on nothing beyond them", "[sizes]")
{
    Stand stand;
    CHECK(stand.size_of(stand.run) == -8);
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    for (const int64_t n : {3, 8, 1, 3}) {
        INFO(n);
        REQUIRE(stand.bind(stand.run, n, in, out) == ACCEL_STATUS_OK);
        CHECK(stand.size_of(stand.run) == n);
        stand.complete(stand.run);
    }
    // Of the widest run and of nothing behind it.
    const auto bytes = stand.bytes(out, 64);
    CHECK(std::vector<uint8_t>(bytes.begin(), bytes.begin() + 32) == std::vector<uint8_t>(32, 16));
    CHECK(std::vector<uint8_t>(bytes.begin() + 32, bytes.end()) == std::vector<uint8_t>(32, 0));
    CHECK(stand.built() == 3);
}

TEST_CASE("R-5 a bind of other sizes that a module refuses leaves sizes, buffers and the run as they were", "[sizes]")
{
    Stand stand;
    fake::Buffer in, out, other;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    stand.buffer(other, 64, 50);
    REQUIRE(stand.bind(stand.run, 2, in, out) == ACCEL_STATUS_OK);
    const int64_t live = npu().live_count + cpu().live_count;
    npu().bind_answer = ACCEL_STATUS_RESOURCE;
    npu().bind_answer_count = 1;
    CHECK(stand.bind(stand.run, 4, other, out) == ACCEL_STATUS_RESOURCE);
    CHECK(stand.size_of(stand.run) == 2);
    stand.complete(stand.run);
    CHECK(stand.bytes(out, 16) == std::vector<uint8_t>{16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0});
    // The set is built, and nothing of the run that came to nothing is left; the programs of the set are two.
    CHECK(npu().live_count + cpu().live_count == live + 2);
    CHECK(stand.built() == 3);
    REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
    stand.complete(stand.run);
    CHECK(stand.bytes(out, 16) == std::vector<uint8_t>(16, 16));
}

TEST_CASE("B-8 a port of a run counts with the run's sizes, one of its program with the planned ones", "[sizes][buffer]")
{
    Stand stand;
    accel_join_port port{};
    port.run = stand.run;
    accel_join_desc desc{sizeof desc, &port, 1, sizeof port, 0, 0};
    const auto bytes = [&] {
        accel_buffer_recipe recipe{};
        recipe.struct_size = sizeof recipe;
        REQUIRE(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_OK);
        return recipe.size_bytes;
    };
    const uint64_t planned = bytes();
    REQUIRE(stand.bind(stand.run, 2) == ACCEL_STATUS_OK);
    CHECK(bytes() == planned / 4);
    port = {stand.program.get(), nullptr, nullptr, 0, 0, 0};
    CHECK(bytes() == planned);
    desc.usage = ACCEL_BUFFER_USAGE_MAP;
    accel_buffer_recipe recipe{};
    recipe.struct_size = sizeof recipe;
    CHECK(accel_buffer_join(&desc, &recipe) == ACCEL_STATUS_INVALID_ARGUMENT);
}

TEST_CASE("sizes of a run in flight are not changed", "[sizes]")
{
    Stand stand;
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    REQUIRE(stand.bind(stand.run, 2, in, out) == ACCEL_STATUS_OK);
    npu().gated = true;
    REQUIRE(submit(stand.queue, stand.run, stand.fence, ++stand.value) == ACCEL_STATUS_OK);
    CHECK(stand.bind(stand.run, 4) == ACCEL_STATUS_BUSY);
    accel_port_info info{};
    info.struct_size = sizeof info;
    CHECK(accel_run_port(stand.run, 1, &info) == ACCEL_STATUS_BUSY);
    npu().gated = false;
    npu().release(1);
    CHECK(accel_fence_wait(stand.fence, stand.value, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
}

TEST_CASE("P-15 sets that no run is bound to go, the one unused longest first, and take what they had on devices with them", "[sizes]")
{
    Stand stand(2);
    REQUIRE(stand.bind(stand.run, 2) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 2);
    fake::Run other;
    stand.make(other);
    REQUIRE(stand.bind(other, 3) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);  // both are in use
    const int64_t live = npu().live_count + cpu().live_count;
    REQUIRE(stand.bind(other, 4) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);  // the one of 3 was in use until it was replaced
    REQUIRE(stand.bind(other, 8) == ACCEL_STATUS_OK);  // the planned one
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 5) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 6) == ACCEL_STATUS_OK);
    REQUIRE(stand.bind(stand.run, 8) == ACCEL_STATUS_OK);
    CHECK(npu().live_count + cpu().live_count <= live);
}

TEST_CASE("P-15 sets that were too many go with the run that had them", "[sizes]")
{
    Stand stand(1);
    REQUIRE(stand.bind(stand.run, 8) == ACCEL_STATUS_OK);  // the planned one
    const int64_t live = npu().live_count + cpu().live_count;
    fake::Run first, second;
    stand.make(first);
    stand.make(second);
    REQUIRE(stand.bind(first, 2) == ACCEL_STATUS_OK);
    REQUIRE(stand.bind(second, 3) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);
    accel_run_unref(second);
    second.it = nullptr;
    CHECK(stand.built() == 2);
    // What was prepared waits for its bind, whoever lets go of another one.
    const accel_symbol_value n{"n", nullptr, 4, 0, 0, 0};
    const accel_prepare_desc desc{sizeof desc, &n, 1, sizeof n, 0, 0, nullptr, nullptr};
    REQUIRE(accel_program_prepare(stand.program.get(), &desc) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 3);
    accel_run_unref(first);
    first.it = nullptr;
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 2);
    REQUIRE(stand.bind(stand.run, 8) == ACCEL_STATUS_OK);
    CHECK(stand.built() == 1);
    CHECK(npu().live_count + cpu().live_count == live);
}

TEST_CASE("R-5 A-22 a bind of other sizes that finds no memory leaves the run as it was", "[sizes]")
{
    Stand stand;
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    fake::Run other;
    stand.make(other);
    REQUIRE(stand.bind(other, 4) == ACCEL_STATUS_OK);  // so that no compiler runs below
    for (const auto mode : {Shortage::Mode::Once, Shortage::Mode::FromThen}) {
        REQUIRE(stand.bind(stand.run, 2, in, out) == ACCEL_STATUS_OK);
        const uint64_t refused = sweep_shortages(
            mode, [&] { return stand.bind(stand.run, 4); },
            [&](accel_status status) {
                REQUIRE(status == ACCEL_STATUS_OUT_OF_MEMORY);
                REQUIRE(stand.size_of(stand.run) == 2);
                fill(out, 64, 0);
                stand.complete(stand.run);
                CHECK(stand.bytes(out, 16) == std::vector<uint8_t>{16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0, 0, 0, 0, 0, 0});
            });
        CHECK((refused > 10 || !kCanRefuse));
        stand.complete(stand.run);
        CHECK(stand.bytes(out, 16) == std::vector<uint8_t>(16, 16));
    }
    // To let go takes none.
    const Shortage shortage(1, Shortage::Mode::FromThen);
    accel_run_unref(other);
    other.it = nullptr;
    CHECK_FALSE(shortage.met());
}

TEST_CASE("R-2 what was bound for other sizes lies as the sizes of now need it, or is bound again", "[sizes]")
{
    Stand stand;
    fake::Buffer in, out;
    stand.buffer(in, 128, 5);
    stand.buffer(out, 128, 0);
    const accel_binding moved{0, 0, in, 4, 0}, at_front{0, 0, in, 0, 0}, result{1, 0, out, 0, 0};
    REQUIRE(bind_ports(stand.run, &result, 1) == ACCEL_STATUS_OK);
    const auto refused = [&] {
        CHECK(submit(stand.queue, stand.run, stand.fence, stand.value + 1) == ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->message);
    };
    SECTION("at a place")
    {
        REQUIRE(bind_ports(stand.run, &moved, 1) == ACCEL_STATUS_OK);
        npu_compiler().align_bytes = 64;
        REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
        CHECK(refused() == "port 0 ('x') was bound for other sizes, at offset 4; those of now need a multiple of 64: bind it again");
    }
    SECTION("where the CPU reaches it")
    {
        accel_device *devices[] = {stand.cpu_device.get(), stand.npu_device.get()};
        accel_buffer_desc desc{};
        desc.struct_size = sizeof desc;
        desc.size_bytes = 128;
        desc.devices = devices;
        desc.device_count = 2;
        desc.usage = ACCEL_BUFFER_USAGE_PORT;
        fake::Buffer unmapped;
        REQUIRE(accel_buffer_create(&desc, unmapped.out()) == ACCEL_STATUS_OK);
        const accel_binding hidden{0, 0, unmapped, 0, 0};
        REQUIRE(bind_ports(stand.run, &hidden, 1) == ACCEL_STATUS_OK);
        npu_compiler().pairs = true;  // which no strides tell, so that the CPU converts the input
        REQUIRE(stand.bind(stand.run, 4) == ACCEL_STATUS_OK);
        CHECK(refused() == "port 0 ('x') was bound for other sizes, at offset 0; those of now need a multiple of 4, and memory with MAP, as the CPU copies it: bind it again");
    }
    REQUIRE(bind_ports(stand.run, &at_front, 1) == ACCEL_STATUS_OK);
    stand.complete(stand.run);
    CHECK(stand.bytes(out, 16) == std::vector<uint8_t>(16, 16));
}

TEST_CASE("R-14 times of the latest submission are told until the next, whatever sizes are bound meanwhile", "[sizes][timings]")
{
    Stand stand;
    fake::Buffer in, out;
    stand.buffer(in, 64, 5);
    stand.buffer(out, 64, 0);
    fake::Run timed;
    stand.make(timed, ACCEL_RUN_FLAG_TIMINGS);
    const auto row_of = [&](uint32_t index) {
        accel_timing row{};
        row.struct_size = sizeof row;
        REQUIRE(accel_run_timing(timed, index, &row) == ACCEL_STATUS_OK);
        return row;
    };
    accel_timing none{};
    none.struct_size = sizeof none;
    REQUIRE(stand.bind(timed, 2, in, out) == ACCEL_STATUS_OK);
    accel_bk_timing told{};
    told.duration_ns = 7, told.counted_in = ACCEL_NONE;
    npu().timings = {told};
    stand.complete(timed);
    SECTION("asked before")
    {
        const accel_timing before = row_of(1);
        REQUIRE(std::string(before.name) == "relu");
        REQUIRE(stand.bind(timed, 4) == ACCEL_STATUS_OK);
        npu().timings = {};
        const accel_timing after = row_of(1);
        CHECK(after.name == before.name);
        CHECK(std::string(before.name) == "relu");
        CHECK((after.duration_ns == 7 && after.device == stand.npu_device.get()));
    }
    SECTION("asked for the first time afterwards")
    {
        REQUIRE(stand.bind(timed, 4) == ACCEL_STATUS_OK);
        REQUIRE(stand.bind(timed, 3) == ACCEL_STATUS_OK);
        CHECK(std::string(row_of(1).name) == "relu");
        CHECK(row_of(1).duration_ns == 7);
        CHECK(accel_run_timing(timed, 9, &none) == ACCEL_STATUS_NOT_FOUND);
    }
    SECTION("a module that fails to tell stops no bind")
    {
        npu().timings_answer = ACCEL_STATUS_RESOURCE;
        CHECK(accel_run_timing(timed, 9, nullptr) == ACCEL_STATUS_INVALID_ARGUMENT);
        const std::string latest = accel_last_error()->message;
        REQUIRE(stand.bind(timed, 4) == ACCEL_STATUS_OK);
        CHECK(accel_last_error()->message == latest);  // a success leaves it alone
        CHECK(accel_run_timing(timed, 0, &none) == ACCEL_STATUS_RESOURCE);
        npu().timings_answer = ACCEL_STATUS_OK;
    }
    SECTION("and after a bind that failed")
    {
        npu().bind_answer = ACCEL_STATUS_RESOURCE;
        REQUIRE(stand.bind(timed, 4) == ACCEL_STATUS_RESOURCE);
        CHECK(row_of(1).duration_ns == 7);
        REQUIRE(stand.bind(timed, 4) == ACCEL_STATUS_OK);
    }
    npu().timings = {};
    npu().next_failure = ACCEL_STATUS_JOB_FAILED;
    REQUIRE(submit(stand.queue, timed, stand.fence, ++stand.value) == ACCEL_STATUS_OK);
    CHECK(accel_fence_wait(stand.fence, stand.value, kSecondNs) == ACCEL_STATUS_JOB_FAILED);
    CHECK(accel_run_timing(timed, 0, &none) == ACCEL_STATUS_NOT_FOUND);
}

TEST_CASE("Q-13 a program that is kept lets go of what builds it for other sizes", "[sizes]")
{
    Stand stand;
    REQUIRE(stand.bind(stand.run, 2) == ACCEL_STATUS_OK);
    stand.program->keep();
    accel_run_unref(stand.run);
    stand.run.it = nullptr;
    stand.program = {};
    CHECK_FALSE(stand.model->unref_unless_last());  // nobody else has it
}

TEST_CASE("threads bind sizes of runs of one program at once, and each set is built once", "[sizes][threads]")
{
    Stand stand;
    std::vector<std::thread> threads;
    std::atomic<int> failures{0};
    for (int thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            accel_run_desc desc{};
            desc.struct_size = sizeof desc;
            desc.program = stand.program.get();
            fake::Run own;
            failures += accel_run_create(&desc, own.out()) != ACCEL_STATUS_OK;
            for (int round = 0; round < 50; ++round) failures += stand.bind(own, 1 + (round + thread) % 5) != ACCEL_STATUS_OK;
        });
    for (auto &thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(stand.built() == 6);
}
