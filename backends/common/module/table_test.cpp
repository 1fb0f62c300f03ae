// SPDX-License-Identifier: MIT
// Tables made of classes, called as the runtime calls them.
#include "module/table.h"

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

using namespace accel;

namespace {

int alive = 0;
accel_status answer = ACCEL_STATUS_OK;  // of everything
bool throws = false;

accel_status reply()
{
    if (throws)
        throw std::bad_alloc();
    return answer;
}

struct Counted {
    Counted() { ++alive; }
    ~Counted() { --alive; }
};

}  // namespace

struct accel_bk_buffer : Counted {
    int place = 0;

    accel_status map(const accel_bk_access &, void *&pointer)
    {
        pointer = &place;
        return reply();
    }
    accel_status unmap(const accel_bk_access &) { return reply(); }
    accel_status export_fd(accel_handle_kind, int &fd)
    {
        if (answer == ACCEL_STATUS_OK)
            fd = 9;
        return reply();
    }
};

struct accel_bk_run : Counted {
    accel_status bind(const accel_bk_bind_desc &) { return reply(); }
    accel_status timings(std::span<accel_bk_timing> timings, uint32_t &count)
    {
        count = static_cast<uint32_t>(timings.size()) + 1;
        return reply();
    }
};

struct accel_bk_program : Counted {
    accel_status scratch(uint32_t, uint32_t index, accel_bk_scratch &scratch)
    {
        scratch.size_bytes = 10 + index;
        return reply();
    }
    accel_status create_run(const accel_bk_run_desc &, std::unique_ptr<accel_bk_run> &out)
    {
        out = std::make_unique<accel_bk_run>();
        return reply();
    }
};

struct accel_bk_queue : Counted {
    accel_status submit(const accel_bk_submit &, uint64_t &ticket)
    {
        if (answer == ACCEL_STATUS_OK)
            ticket = 1;
        return reply();
    }
    accel_status wait(uint64_t ticket, uint64_t) { return ticket == 1 ? reply() : ACCEL_STATUS_TIMEOUT; }
    accel_status cancel(uint64_t) { return reply(); }
};

struct accel_bk_device : Counted {
    static accel_status open(const accel_bk_open &, std::unique_ptr<accel_bk_device> &out)
    {
        out = std::make_unique<accel_bk_device>();
        return reply();
    }
    accel_status info(accel_bk_device_info &info)
    {
        info.name = "tabled";
        info.flags = 5;
        return reply();
    }
    accel_status create_buffer(const accel_bk_buffer_desc &, std::unique_ptr<accel_bk_buffer> &out)
    {
        out = std::make_unique<accel_bk_buffer>();
        return reply();
    }
    accel_status load(const accel_bk_load_desc &, std::unique_ptr<accel_bk_program> &out)
    {
        out = std::make_unique<accel_bk_program>();
        return reply();
    }
    accel_status create_queue(const accel_bk_queue_desc &, std::unique_ptr<accel_bk_queue> &out)
    {
        out = std::make_unique<accel_bk_queue>();
        return reply();
    }
};

namespace {

struct Compiler {
    static constexpr accel_bk_operation kOperations[] = {{ACCEL_OPERATION_ADD, 1}, {ACCEL_OPERATION_MUL, 2}};

    static accel_status target_info(uint32_t index, accel_bk_target_info &info)
    {
        info.name = "tabled";
        return index == 0 ? reply() : ACCEL_STATUS_NOT_FOUND;
    }
    static accel_status query(const accel_graph_desc &, const accel_bk_compile_options &, std::span<accel_bk_support> nodes)
    {
        for (accel_bk_support &node : nodes)
            node.group = 1;
        return reply();
    }
    static accel_status build(std::span<const accel_graph_desc *const> graphs, const accel_bk_compile_options &, std::unique_ptr<module::Built> &out)
    {
        out = std::make_unique<module::Built>();
        out->bytes = {1, 2, 3};
        out->log = "made";
        for (size_t i = 0; i < graphs.size(); ++i) {
            module::Built::Entry entry;
            const int64_t sizes[] = {static_cast<int64_t>(i) + 2};
            for (uint32_t port = 0; port < 3; ++port)
                entry.ports.push_back({port, *layouts::dense(ACCEL_TYPE_F32, sizes), 64, port == 2 ? uint32_t{ACCEL_BK_PORT_FLAG_IN_PLACE} : 0, port == 2 ? 1u : 0u});
            entry.scratch_bytes = i;
            entry.buffer_count_max = 4;
            out->entries.push_back(std::move(entry));
        }
        out->constants.push_back({0, 5, ACCEL_BK_CONSTANT_PART_VALUES, 0});
        return reply();
    }
    static accel_status check(std::span<const uint8_t> bytes, const char *, accel_fit &fit)
    {
        if (bytes.size() == 3)
            fit = ACCEL_FIT_FULL;
        return reply();
    }
};

constexpr accel_bk_device_ops kDevice = module::device_table();
constexpr accel_bk_compiler kCompiler = module::compiler_table<Compiler>();

const accel_bk_open open{};
const accel_bk_buffer_desc buffer_desc{};
const accel_bk_load_desc load_desc{};
const accel_bk_run_desc run_desc{};
const accel_bk_bind_desc bind_desc{};
const accel_bk_queue_desc queue_desc{};
const accel_bk_submit submit{};
const accel_bk_access whole{};
const accel_bk_compile_options options{};

// Each way to fail, with what it becomes.
template <class Check> void with_failures(const Check &check)
{
    answer = ACCEL_STATUS_LIMIT;
    check(ACCEL_STATUS_LIMIT);
    throws = true;
    check(ACCEL_STATUS_OUT_OF_MEMORY);
    throws = false;
    answer = ACCEL_STATUS_OK;
}

}  // namespace

TEST_CASE("members that are there are slots, and others are not", "[module]")
{
    CHECK(kDevice.struct_size == sizeof(accel_bk_device_ops));
    CHECK(kDevice.queue_cancel != nullptr);
    CHECK(kDevice.program_scratch != nullptr);
    CHECK(kDevice.run_timings != nullptr);
    CHECK(kDevice.buffer_export != nullptr);
    CHECK(kDevice.run_bind_cost == nullptr);
    CHECK(kDevice.run_sizes == nullptr);
    CHECK(kDevice.queue_fence == nullptr);
    CHECK(kDevice.queue_transfer == nullptr);
}

TEST_CASE("objects are made and ended through the table, and none is left by a failure", "[module]")
{
    const int before = alive;
    accel_bk_device *device = nullptr;
    accel_bk_buffer *buffer = nullptr;
    accel_bk_program *program = nullptr;
    accel_bk_run *run = nullptr;
    accel_bk_queue *queue = nullptr;
    REQUIRE(kDevice.device_open(&open, &device) == ACCEL_STATUS_OK);
    REQUIRE(kDevice.buffer_create(device, &buffer_desc, &buffer) == ACCEL_STATUS_OK);
    REQUIRE(kDevice.program_load(device, &load_desc, &program) == ACCEL_STATUS_OK);
    REQUIRE(kDevice.run_create(program, &run_desc, &run) == ACCEL_STATUS_OK);
    REQUIRE(kDevice.queue_create(device, &queue_desc, &queue) == ACCEL_STATUS_OK);
    CHECK(alive == before + 5);
    void *pointer = nullptr;
    uint64_t ticket = 0;
    CHECK(kDevice.buffer_map(buffer, &whole, &pointer) == ACCEL_STATUS_OK);
    CHECK(pointer == &buffer->place);
    CHECK(kDevice.queue_submit(queue, &submit, &ticket) == ACCEL_STATUS_OK);
    CHECK(ticket == 1);
    CHECK(kDevice.queue_wait(queue, 2, 0) == ACCEL_STATUS_TIMEOUT);
    int fd = 0;
    CHECK(kDevice.buffer_export(buffer, ACCEL_HANDLE_KIND_DMA_BUF, &fd) == ACCEL_STATUS_OK);
    CHECK(fd == 9);
    uint32_t count = 0;
    CHECK(kDevice.run_timings(run, nullptr, 0, &count) == ACCEL_STATUS_OK);
    CHECK(count == 1);
    with_failures([&](accel_status expected) {
        accel_bk_device *no_device = device;
        accel_bk_run *no_run = run;
        CHECK(kDevice.device_open(&open, &no_device) == expected);
        CHECK(no_device == nullptr);
        CHECK(kDevice.run_create(program, &run_desc, &no_run) == expected);
        CHECK(no_run == nullptr);
        CHECK(alive == before + 5);
        CHECK(kDevice.run_bind(run, &bind_desc) == expected);
        CHECK(kDevice.buffer_export(buffer, ACCEL_HANDLE_KIND_DMA_BUF, &fd) == expected);
        CHECK(fd == -1);
        CHECK(kDevice.buffer_unmap(buffer, &whole) == expected);
        CHECK(kDevice.queue_cancel(queue, 0) == expected);
        // A shortage is no answer about the ticket.
        CHECK(kDevice.queue_wait(queue, 1, 0) == (expected == ACCEL_STATUS_OUT_OF_MEMORY ? ACCEL_STATUS_TIMEOUT : expected));
        ticket = 6;
        CHECK(kDevice.queue_submit(queue, &submit, &ticket) == expected);
        CHECK(ticket == 0);
    });
    kDevice.queue_destroy(queue);
    kDevice.run_destroy(run);
    kDevice.program_unload(program);
    kDevice.buffer_destroy(buffer);
    kDevice.device_close(device);
    CHECK(alive == before);
}

TEST_CASE("of out structs no more is written than the runtime has", "[module]")
{
    accel_bk_device device;
    accel_bk_device_info info{};
    info.struct_size = offsetof(accel_bk_device_info, flags);
    info.flags = 99;
    REQUIRE(kDevice.device_info(&device, &info) == ACCEL_STATUS_OK);
    CHECK(std::string_view(info.name) == "tabled");
    CHECK(info.flags == 99);
    CHECK(info.struct_size == offsetof(accel_bk_device_info, flags));
    info.struct_size = sizeof info + 8;  // a newer runtime's
    REQUIRE(kDevice.device_info(&device, &info) == ACCEL_STATUS_OK);
    CHECK(info.flags == 5);
    CHECK(info.struct_size == sizeof info);
    info.name = nullptr;
    with_failures([&](accel_status expected) {
        CHECK(kDevice.device_info(&device, &info) == expected);
        CHECK(info.name == nullptr);
    });
    accel_bk_program program;
    accel_bk_scratch scratch{};
    scratch.struct_size = sizeof scratch;
    CHECK(kDevice.program_scratch(&program, 0, 2, &scratch) == ACCEL_STATUS_OK);
    CHECK(scratch.size_bytes == 12);
    accel_bk_target_info target{};
    target.struct_size = sizeof target;
    CHECK(kCompiler.target_info(1, &target) == ACCEL_STATUS_NOT_FOUND);
    CHECK(target.name == nullptr);
    CHECK(kCompiler.target_info(0, &target) == ACCEL_STATUS_OK);
    CHECK(std::string(target.name) == "tabled");
}

TEST_CASE("a blob points to all that was built, and releases it", "[module]")
{
    CHECK(kCompiler.operation_count == 2);
    CHECK(kCompiler.operations[1].revision == 2);
    const accel_graph_desc *graphs[] = {nullptr, nullptr};
    accel_bk_blob *blob = nullptr;
    with_failures([&](accel_status expected) {
        CHECK(kCompiler.build(nullptr, graphs, 2, &options, &blob) == expected);
        CHECK(blob == nullptr);
    });
    REQUIRE(kCompiler.build(nullptr, graphs, 2, &options, &blob) == ACCEL_STATUS_OK);
    CHECK(blob->struct_size == sizeof *blob);
    CHECK(blob->byte_count == 3);
    CHECK(static_cast<const uint8_t *>(blob->bytes)[2] == 3);
    CHECK(std::string_view(blob->log) == "made");
    REQUIRE(blob->constant_count == 1);
    CHECK(blob->constants[0].tensor == 5);
    REQUIRE(blob->entry_count == 2);
    for (uint32_t i = 0; i < 2; ++i) {
        const accel_bk_blob_entry &entry = blob->entries[i];
        REQUIRE(entry.port_count == 3);
        CHECK(entry.scratch_bytes == i);
        CHECK(entry.buffer_count_max == 4);
        for (uint32_t port = 0; port < 3; ++port) {
            CHECK(entry.ports[port].tensor == port);
            CHECK(entry.ports[port].in_place_of == (port == 2 ? 1 : 0));
            CHECK(entry.ports[port].layout->size_bytes == (i + 2) * sizeof(float));
            CHECK(entry.ports[port].layout->steps[0].extent == i + 2);
        }
    }
    accel_graph_desc graph{};
    graph.node_count = 2;
    accel_bk_support nodes[3] = {};
    CHECK(kCompiler.query(nullptr, &graph, &options, nodes) == ACCEL_STATUS_OK);
    CHECK((nodes[1].group == 1 && nodes[2].group == 0));
    accel_fit fit = ACCEL_FIT_REBUILD;
    CHECK(kCompiler.check(nullptr, blob->bytes, 2, "", &fit) == ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_NONE);
    CHECK(kCompiler.check(nullptr, blob->bytes, 3, "", &fit) == ACCEL_STATUS_OK);
    CHECK(fit == ACCEL_FIT_FULL);
    blob->release(blob);
}

TEST_CASE("a module is described as this tree's headers say", "[module]")
{
    static constexpr accel_bk_module described = module::describe("tabled", "1.0", nullptr, &kDevice, module::after_fork);
    CHECK(described.struct_size == sizeof described);
    CHECK(described.api_version == ACCEL_BK_API_VERSION);
    CHECK(described.sizes->port == sizeof(accel_bk_port));
    CHECK(described.compiler == nullptr);
    CHECK(described.device == &kDevice);
    CHECK(described.device_model == nullptr);
    static std::string heard;
    accel_bk_host host{};
    host.struct_size = sizeof host;
    host.set_error = [](void *, const char *, const char *message) { heard = message; };
    CHECK(module::enter(described, &host) == &described);
    module::fail(ACCEL_STATUS_IO, "", "one");
    CHECK(heard == "one");
    accel_bk_host next = host;
    next.set_error = [](void *, const char *, const char *message) { heard = std::string("child: ") + message; };
    const accel_bk_fork fork{sizeof fork, &next, 1, 0};
    CHECK(module::after_fork(&fork) == ACCEL_STATUS_OK);
    module::fail(ACCEL_STATUS_IO, "", "two");
    CHECK(heard == "child: two");
    module::set_host(nullptr);
}
