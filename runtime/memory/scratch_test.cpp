// SPDX-License-Identifier: MIT
// Tests of shared scratch: pieces, supplied memory, turns between queues.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "fake/house.h"
#include "run/run.h"

using namespace accel::runtime;
using namespace accel::runtime::fake;

namespace {

using Scratch = Handle<accel_scratch, accel_scratch_unref>;

accel_bk_scratch piece(uint64_t size_bytes, uint64_t align_bytes) { return {sizeof(accel_bk_scratch), size_bytes, align_bytes}; }

bool sentence_has(const char *part) { return std::string(accel_last_error()->message).find(part) != std::string::npos; }

/// A chain over two devices, and a single sum, whose runs share scratch.
struct Shared {
    Shared()
    {
        npu().reset();
        cpu().reset();
        npu().scratch = {piece(100, 64), piece(8, 256)};
        cpu().scratch = {piece(4096, 64)};
    }
    ~Shared()
    {
        npu().reset();
        cpu().reset();
    }
    accel_status create(std::vector<accel_program *> programs, std::vector<accel_memory_binding> memory, Scratch &out)
    {
        accel_scratch_desc desc{};
        desc.struct_size = sizeof desc;
        desc.programs = programs.data();
        desc.program_count = static_cast<uint32_t>(programs.size());
        desc.memory = memory.data();
        desc.memory_count = static_cast<uint32_t>(memory.size());
        desc.memory_size = sizeof(accel_memory_binding);
        return accel_scratch_create(&desc, out.out());
    }
    accel_status make(accel_program *program, accel_scratch *scratch, Run &run)
    {
        accel_run_desc desc{};
        desc.struct_size = sizeof desc;
        desc.program = program;
        desc.scratch = scratch;
        return accel_run_create(&desc, run.out());
    }
    void bind(accel_run *run, accel_buffer *in, accel_buffer *out)
    {
        const accel_binding bindings[] = {{0, 0, in, 0}, {1, 0, out, 0}};
        REQUIRE(bind_ports(run, bindings, 2) == ACCEL_STATUS_OK);
    }
    std::vector<accel_scratch_info> list(accel_program *program)
    {
        std::vector<accel_scratch_info> found;
        accel_scratch_info info{};
        info.struct_size = sizeof info;
        while (accel_program_scratch(program, 0, static_cast<uint32_t>(found.size()), &info) == ACCEL_STATUS_OK)
            found.push_back(info);
        return found;
    }
    House house;
    Ref<accel_program> chain = house.chain(), single = house.single();
};

}  // namespace

TEST_CASE("pieces are those of the segments' modules, and of the tensors between them", "[scratch]")
{
    Shared shop;
    const auto pieces = shop.list(shop.chain.get());
    // Segments on the NPU, the CPU and the NPU again; then what lies between: the first result, its copy, and the second result.
    const struct {
        accel_device *device;
        uint64_t size_bytes, align_bytes;
        uint32_t usage;
    } expected[] = {{shop.house.npu_device.get(), 100, 64, ACCEL_BUFFER_USAGE_SCRATCH}, {shop.house.npu_device.get(), 8, 256, ACCEL_BUFFER_USAGE_SCRATCH}, {shop.house.cpu_device.get(), 4096, 64, ACCEL_BUFFER_USAGE_SCRATCH}, {shop.house.npu_device.get(), 100, 64, ACCEL_BUFFER_USAGE_SCRATCH}, {shop.house.npu_device.get(), 8, 256, ACCEL_BUFFER_USAGE_SCRATCH}, {shop.house.npu_device.get(), 16, 1, ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_MAP}, {shop.house.npu_device.get(), 16, 1, ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_MAP}, {shop.house.cpu_device.get(), 16, 1, ACCEL_BUFFER_USAGE_PORT}};
    REQUIRE(pieces.size() == std::size(expected));
    for (size_t i = 0; i < pieces.size(); ++i) {
        INFO("piece " << i);
        CHECK(pieces[i].device == expected[i].device);
        CHECK(pieces[i].size_bytes == expected[i].size_bytes);
        CHECK(pieces[i].align_bytes >= expected[i].align_bytes);
        CHECK(pieces[i].usage == expected[i].usage);
        CHECK(pieces[i].can_supply == 1);
    }
    accel_scratch_info info{};
    info.struct_size = sizeof info;
    CHECK(accel_program_scratch(shop.chain.get(), 0, 8, &info) == ACCEL_STATUS_NOT_FOUND);
    CHECK(sentence_has("the entry point has 8"));
    CHECK(accel_program_scratch(shop.chain.get(), 1, 0, &info) == ACCEL_STATUS_NOT_FOUND);
    CHECK(sentence_has("the program has 1"));
}

TEST_CASE("what a module allocates itself cannot be supplied", "[scratch]")
{
    Shared shop;
    npu().scratch.clear();
    shop.single->entries[0].segments[0].scratch_bytes = 777;
    const auto pieces = shop.list(shop.single.get());
    REQUIRE(pieces.size() == 1);
    CHECK(pieces[0].size_bytes == 777);
    CHECK(pieces[0].can_supply == 0);
    Buffer buffer;
    shop.house.make_buffer(buffer, 0, 4096);
    Scratch scratch;
    CHECK(shop.create({shop.single.get()}, {{0, 0, buffer, 0}}, scratch) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(sentence_has("allocates for each run itself"));
    CHECK(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_OK);
}

TEST_CASE("pieces that no memory can be of are the module's fault", "[scratch]")
{
    Shared shop;
    Scratch scratch;
    for (const accel_bk_scratch &wrong : {piece(0, 64), piece(100, 0), piece(100, 48), piece(uint64_t{1} << 63, 64)}) {
        npu().scratch = {wrong};
        CHECK(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_INTERNAL);
        CHECK(sentence_has("module 'fake-npu' wants scratch"));
    }
    npu().scratch.assign(1025, piece(1, 1));
    CHECK(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_INTERNAL);
    CHECK(sentence_has("more than 1024 pieces"));
}

TEST_CASE("runs of several programs are given the same memory, each piece a place of its own", "[scratch]")
{
    Shared shop;
    Scratch scratch;
    REQUIRE(shop.create({shop.chain.get(), shop.single.get()}, {}, scratch) == ACCEL_STATUS_OK);
    Run first, second;
    REQUIRE(shop.make(shop.chain.get(), scratch, first) == ACCEL_STATUS_OK);
    const auto of_chain = npu().given_scratch;
    REQUIRE(shop.make(shop.single.get(), scratch, second) == ACCEL_STATUS_OK);
    const auto of_single = npu().given_scratch;
    REQUIRE(of_chain.size() == 2);
    REQUIRE(of_single.size() == 2);
    for (int i = 0; i < 2; ++i) {
        CHECK(of_chain[i].buffer == of_single[i].buffer);
        CHECK(of_chain[i].offset_bytes == of_single[i].offset_bytes);
    }
    CHECK(of_chain[0].size_bytes == 100);
    CHECK(of_chain[1].size_bytes == 8);
    CHECK(of_chain[1].offset_bytes >= of_chain[0].offset_bytes + 100);
    CHECK(of_chain[1].offset_bytes % 256 == 0);
    CHECK(cpu().given_scratch.size() == 1);
    Buffer in, out;
    Queue queue;
    Fence fence;
    shop.house.make_buffer(in, 1);
    shop.house.make_buffer(out);
    shop.house.make_queue(queue, true);
    shop.house.make_fence(fence);
    shop.bind(first, in, out);
    REQUIRE(submit(queue, first, fence, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_fence_wait(fence, 1, kSecondNs) == ACCEL_STATUS_OK);
    CHECK(first_byte(out) == 112);
}

TEST_CASE("a module that cannot use what is shared is asked once more, without", "[scratch]")
{
    Shared shop;
    Scratch scratch;
    REQUIRE(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_OK);
    npu().scratch_answer = ACCEL_STATUS_UNSUPPORTED;
    npu().given_scratch.resize(7);
    Run run;
    CHECK(shop.make(shop.single.get(), scratch, run) == ACCEL_STATUS_OK);
    CHECK(npu().given_scratch.empty());
    npu().scratch_answer = ACCEL_STATUS_OUT_OF_MEMORY;
    Run none;
    CHECK(shop.make(shop.single.get(), scratch, none) == ACCEL_STATUS_OUT_OF_MEMORY);
}

TEST_CASE("memory of the application is used as it is, where it can be", "[scratch]")
{
    Shared shop;
    Buffer wide;
    shop.house.make_buffer(wide, 0, 8192);
    Scratch scratch;
    REQUIRE(shop.create({shop.single.get()}, {{1, 0, wide, 512}, {0, 0, wide, 0}}, scratch) == ACCEL_STATUS_OK);
    Run run;
    REQUIRE(shop.make(shop.single.get(), scratch, run) == ACCEL_STATUS_OK);
    REQUIRE(npu().given_scratch.size() == 2);
    CHECK(npu().given_scratch[0].offset_bytes == 0);
    CHECK(npu().given_scratch[1].offset_bytes == 512);
    CHECK(npu().given_scratch[0].buffer == npu().given_scratch[1].buffer);
    SECTION("and no port lies there")
    {
        Buffer out;
        shop.house.make_buffer(out);
        const accel_binding bindings[] = {{0, 0, wide, 96}, {1, 0, out, 0}};
        CHECK(bind_ports(run, bindings, 2) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(sentence_has("overlaps the run's scratch"));
        const accel_binding beside[] = {{0, 0, wide, 128}, {1, 0, out, 0}};
        CHECK(bind_ports(run, beside, 2) == ACCEL_STATUS_OK);
    }
    SECTION("two pieces of one program have two places")
    {
        Scratch other;
        CHECK(shop.create({shop.single.get()}, {{1, 0, wide, 0}, {0, 0, wide, 0}}, other) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(sentence_has("two pieces of one entry point, number 0 of all, are given memory that overlaps"));
    }
    SECTION("of two programs they may share one")
    {
        Scratch other;
        CHECK(shop.create({shop.single.get(), shop.chain.get()}, {{0, 0, wide, 0}, {2, 0, wide, 0}}, other) == ACCEL_STATUS_OK);
    }
    SECTION("and has to be of the devices that use it")
    {
        accel_device *devices[] = {shop.house.cpu_device.get()};
        accel_buffer_desc desc{};
        desc.struct_size = sizeof desc;
        desc.size_bytes = 4096;
        desc.devices = devices;
        desc.device_count = 1;
        Buffer foreign;
        REQUIRE(accel_buffer_create(&desc, foreign.out()) == ACCEL_STATUS_OK);
        Scratch other;
        CHECK(shop.create({shop.single.get()}, {{0, 0, foreign, 0}}, other) == ACCEL_STATUS_INVALID_ARGUMENT);
        CHECK(sentence_has("was not made for the device of module 'fake-npu'"));
    }
}

TEST_CASE("submissions with one scratch follow each other across queues, or are BUSY", "[scratch]")
{
    Shared shop;
    Scratch scratch;
    REQUIRE(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_OK);
    Run runs[3];
    Buffer in, out;
    Queue queues[3];
    Fence fences[3];
    shop.house.make_buffer(in, 1);
    shop.house.make_buffer(out);
    for (int i = 0; i < 3; ++i) {
        REQUIRE(shop.make(shop.single.get(), scratch, runs[i]) == ACCEL_STATUS_OK);
        shop.bind(runs[i], in, out);
        shop.house.make_queue(queues[i], false);
        shop.house.make_fence(fences[i]);
    }
    npu().gated = true;
    REQUIRE(submit(queues[0], runs[0], fences[0], 1) == ACCEL_STATUS_OK);
    REQUIRE(submit(queues[0], runs[1], fences[0], 2) == ACCEL_STATUS_OK);  // one queue has an order
    CHECK(submit(queues[1], runs[2], fences[1], 1) == ACCEL_STATUS_BUSY);
    CHECK(sentence_has("in flight on another queue"));
    CHECK(submit(queues[1], runs[2], fences[1], 1, fences[0], 1) == ACCEL_STATUS_BUSY);  // not the latest
    CHECK(submit(queues[1], runs[2], fences[1], 1, fences[0], 2) == ACCEL_STATUS_OK);
    npu().release(2);
    REQUIRE(accel_fence_wait(fences[0], 2, kSecondNs) == ACCEL_STATUS_OK);
    // The latest is in flight on the second queue: the first has to wait for it, too.
    CHECK(submit(queues[0], runs[0], fences[0], 3) == ACCEL_STATUS_BUSY);
    CHECK(submit(queues[0], runs[0], fences[0], 3, fences[1], 1) == ACCEL_STATUS_OK);
    CHECK(submit(queues[2], runs[1], fences[2], 1, fences[1], 1) == ACCEL_STATUS_BUSY);
    CHECK(submit(queues[2], runs[1], fences[2], 1, fences[0], 3) == ACCEL_STATUS_OK);
    npu().release(3);
    REQUIRE(accel_fence_wait(fences[2], 1, kSecondNs) == ACCEL_STATUS_OK);
    npu().gated = false;
    CHECK(submit(queues[1], runs[2], fences[1], 2) == ACCEL_STATUS_OK);  // nothing is in flight
    REQUIRE(accel_fence_wait(fences[1], 2, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("a submission that ends before its turn leaves no gap", "[scratch]")
{
    Shared shop;
    Scratch scratch;
    REQUIRE(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_OK);
    Run runs[3];
    Buffer in, out;
    Queue one, other;
    Fence first, second, third;
    shop.house.make_buffer(in, 1);
    shop.house.make_buffer(out);
    for (Run &run : runs) {
        REQUIRE(shop.make(shop.single.get(), scratch, run) == ACCEL_STATUS_OK);
        shop.bind(run, in, out);
    }
    shop.house.make_queue(one, false);
    shop.house.make_queue(other, false);
    for (Fence *fence : {&first, &second, &third})
        shop.house.make_fence(*fence);
    npu().gated = true;
    REQUIRE(submit(one, runs[0], first, 1) == ACCEL_STATUS_OK);
    REQUIRE(submit(other, runs[1], second, 1, first, 1) == ACCEL_STATUS_OK);
    REQUIRE(accel_queue_cancel(other) == ACCEL_STATUS_OK);  // the second has not started, the first goes on
    CHECK(accel_fence_wait(second, 1, kSecondNs) == ACCEL_STATUS_CANCELLED);
    CHECK(submit(other, runs[2], third, 1) == ACCEL_STATUS_BUSY);
    CHECK(submit(other, runs[2], third, 1, first, 1) == ACCEL_STATUS_OK);
    npu().release(2);
    CHECK(accel_fence_wait(third, 1, kSecondNs) == ACCEL_STATUS_OK);
}

TEST_CASE("a run takes scratch that was made for its program", "[scratch]")
{
    Shared shop;
    Scratch scratch;
    REQUIRE(shop.create({shop.single.get()}, {}, scratch) == ACCEL_STATUS_OK);
    Run run;
    CHECK(shop.make(shop.chain.get(), scratch, run) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(sentence_has("was not made for this program"));
    CHECK(shop.make(shop.single.get(), reinterpret_cast<accel_scratch *>(shop.single.get()), run) == ACCEL_STATUS_INVALID_ARGUMENT);
}
