// SPDX-License-Identifier: MIT
// Building programs: what is told about them, and what is refused.
#include <set>

#include "support/calls.h"
#include "support/operation.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// A graph that no module can take: a custom operation.
GraphBuilder impossible_graph()
{
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_F32, {4}), y = graph.tensor("y", ACCEL_TYPE_F32, {4});
    graph.node(ACCEL_OPERATION_CUSTOM, {x}, {y});
    graph.nodes().back().domain = "example.test";
    graph.nodes().back().custom_name = "Frobnicate";
    graph.nodes().back().name = "the-odd-one";
    graph.output(y);
    return graph;
}

accel_program_desc program_desc(const Model &model, accel_device *const *device)
{
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = device;
    desc.device_count = 1;
    return desc;
}

GraphBuilder three_adds(accel_type type, accel_rounding rounding)
{
    const std::vector<int64_t> dims{1, 8, 4, 4};
    const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
    GraphBuilder graph;
    const uint32_t a = graph.input("first", type, dims, quantization), b = graph.input("second", type, dims, quantization);
    const uint32_t c = graph.tensor("", type, dims, quantization), d = graph.tensor("", type, dims, quantization), y = graph.tensor("result", type, dims, quantization);
    const auto node_rounding = type == ACCEL_TYPE_I8 ? rounding : ACCEL_ROUNDING_NONE;
    graph.node(ACCEL_OPERATION_ADD, {a, b}, {c}, {}, node_rounding);
    graph.node(ACCEL_OPERATION_ADD, {c, b}, {d}, {}, node_rounding);
    graph.node(ACCEL_OPERATION_ADD, {d, c}, {y}, {}, node_rounding);
    graph.output(y);
    return graph;
}

/// The same on the device under test, in the type that it adds, and its description for a build.
struct ThreeAdds {
    const Room room;
    GraphBuilder graph = three_adds(room.adder().type(), room.rounding());
    const Model model = Model::create(room.instance(), graph.desc());
    accel_device *device = room.device().get();
    accel_program_desc desc = program_desc(model, &device);
};

Program build_three_adds(const Room &room, accel_type type)
{
    auto graph = three_adds(type, room.rounding());
    return room.needs_program(graph);
}

}  // namespace

ACCEL_CASE("compile.refusal.names-node", "P-1", "UNSUPPORTED names the node, its operation and the device")
{
    const Room room;
    auto graph = impossible_graph();
    const Model model = Model::create(room.instance(), graph.desc());
    accel_device *device = room.device().get();
    auto desc = program_desc(model, &device);
    desc.flags = ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY;
    accel_program *program = nullptr;
    CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_UNSUPPORTED);
    const std::string message = accel_last_error()->message;
    INFO(message);
    CHECK(message.find("the-odd-one") != std::string::npos);
    CHECK(message.find("Frobnicate") != std::string::npos);
    CHECK(message.find(room.facts().id) != std::string::npos);
    CHECK(program == nullptr);
}

ACCEL_CASE("compile.report.placement", "P-2", "placement has a row for every operation, all on the device that was named")
{
    const Room room;
    const Adder probe = room.adder();
    const Program program = build_three_adds(room, probe.type());
    const auto info = program.entry();
    CHECK(info.placement_count == 3);
    CHECK(program.info().device_count == 1);
    // A module may build each operation by itself; on one device nothing is copied all the same.
    CHECK(info.segment_count >= 1);
    CHECK(info.segment_count <= 3);
    for (uint32_t index = 0; index < info.transfer_count; ++index) {
        auto row = sized<accel_transfer>();
        REQUIRE_STATUS(accel_program_transfer(program.get(), 0, index, &row), ACCEL_STATUS_OK);
        CHECK(row.kind == ACCEL_TRANSFER_KIND_SHARED);
    }
    for (uint32_t index = 0; index < info.placement_count; ++index) {
        auto row = sized<accel_placement>();
        REQUIRE_STATUS(accel_program_placement(program.get(), 0, index, &row), ACCEL_STATUS_OK);
        CHECK(std::string(row.operation) == "Add");
        CHECK(std::string(row.node).find("node") == 0);
        CHECK(row.device == room.device().get());
        CHECK(row.reason == ACCEL_REASON_OK);
        CHECK(std::string(row.reason_text) == "");
        CHECK(row.work_macs == 128);
    }
    auto row = sized<accel_placement>();
    CHECK_STATUS(accel_program_placement(program.get(), 0, 3, &row), ACCEL_STATUS_NOT_FOUND);
    auto transfer = sized<accel_transfer>();
    CHECK_STATUS(accel_program_transfer(program.get(), 0, info.transfer_count, &transfer), ACCEL_STATUS_NOT_FOUND);
}

ACCEL_CASE("compile.report.ports", "P-3", "ports have the model's names, types and shapes, and strides that reach every element once")
{
    const Room room;
    const Adder probe = room.adder({1, 5, 3, 7});
    for (const Program &program : {probe.program(), build_three_adds(room, probe.type())}) {
        const auto info = program.entry();
        REQUIRE(info.port_count == 3);
        CHECK(info.input_count == 2);
        for (uint32_t index = 0; index < 3; ++index) {
            const auto port = program.port(index);
            INFO(port.name);
            CHECK(port.direction == (index < 2 ? ACCEL_PORT_DIRECTION_INPUT : ACCEL_PORT_DIRECTION_OUTPUT));
            CHECK(port.type == static_cast<uint32_t>(probe.type()));
            CHECK(port.rank == 4);
            CHECK((port.align_bytes & (port.align_bytes - 1)) == 0);
            CHECK(port.align_bytes >= 1);
            CHECK(port.device == room.device().get());
            CHECK((port.quantization != nullptr) == (probe.type() == ACCEL_TYPE_I8));
            CHECK(port.size_bytes == port.layout->size_bytes);
            const auto strides = strides_bytes(port);
            REQUIRE(strides);
            std::vector<char> used(port.size_bytes);
            size_t outside = 0, twice = 0;
            const uint32_t bytes = element_bytes(port.type);
            for (int64_t c = 0; c < port.dims[1]; ++c)
                for (int64_t h = 0; h < port.dims[2]; ++h)
                    for (int64_t w = 0; w < port.dims[3]; ++w) {
                        const int64_t offset = c * (*strides)[1] + h * (*strides)[2] + w * (*strides)[3];
                        if (offset < 0 || static_cast<uint64_t>(offset) + bytes > port.size_bytes)
                            ++outside;
                        else
                            twice += used[static_cast<size_t>(offset)]++ != 0;
                    }
            CHECK(outside == 0);
            CHECK(twice == 0);
        }
    }
    const Program named = build_three_adds(room, probe.type());
    CHECK(std::string(named.port(0).name) == "first");
    CHECK(std::string(named.port(2).name) == "result");
}

ACCEL_CASE("compile.report.find-port", "P-4", "a port is found by its name; unknown names and indices are NOT_FOUND")
{
    const Room room;
    const Adder adder = room.adder();
    CHECK(adder.program().find_port("a") == Adder::kA);
    CHECK(adder.program().find_port("y") == Adder::kY);
    uint32_t port = 0;
    CHECK_REFUSED(accel_program_find_port(adder.program().get(), 0, "nope", &port), ACCEL_STATUS_NOT_FOUND);
    const std::string message = accel_last_error()->message;
    CHECK(message.find("y") != std::string::npos);
    auto info = sized<accel_port_info>();
    CHECK_STATUS(accel_program_port(adder.program().get(), 0, 3, &info), ACCEL_STATUS_NOT_FOUND);
}

ACCEL_CASE("compile.progress.cancels", "P-5", "a build asks progress and ends with CANCELLED when it says so")
{
    ThreeAdds adds;
    accel_program_desc &desc = adds.desc;
    struct Seen {
        int calls = 0;
        int answer = 0;
        double last = 0;
        bool falls = false;
    } seen;
    desc.progress_user = &seen;
    desc.progress = [](void *user, const accel_progress *progress) {
        const double fraction = progress->fraction;
        auto *told = static_cast<Seen *>(user);
        ++told->calls;
        told->falls = told->falls || fraction < told->last || fraction < 0 || fraction > 1;
        told->last = fraction;
        return told->answer;
    };
    accel_program *program = nullptr;
    REQUIRE_STATUS(accel_program_build(&desc, &program), ACCEL_STATUS_OK);
    accel_program_unref(program);
    CHECK(seen.calls > 0);
    CHECK(expect(!seen.falls, "progress went back or left 0 to 1, expected fractions that rise"));
    seen = {0, 1, 0, false};
    program = nullptr;
    CHECK_STATUS(accel_program_build(&desc, &program), ACCEL_STATUS_CANCELLED);
    CHECK(program == nullptr);
    CHECK(seen.calls == 1);
    seen = {0, 1, 0, false};
    const auto nothing = [](void *, const accel_support *) { return ACCEL_STATUS_OK; };
    CHECK_STATUS(accel_program_support(&desc, nothing, nullptr), ACCEL_STATUS_CANCELLED);
    CHECK(seen.calls == 1);
}

ACCEL_CASE("compile.options.unknown", "P-6", "an unknown option is INVALID_ARGUMENT unless it is optional")
{
    ThreeAdds adds;
    accel_program_desc &desc = adds.desc;
    accel_option option{};
    option.name = "no.such.option";
    option.kind = ACCEL_OPTION_KIND_INTEGER;
    option.integer = 1;
    desc.options = &option;
    desc.option_count = 1;
    accel_program *program = nullptr;
    CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    option.optional = 1;
    CHECK_STATUS(accel_program_build(&desc, &program), ACCEL_STATUS_OK);
    accel_program_unref(program);
}

ACCEL_CASE("compile.options.kinds", "P-6", "an option whose value is not of its kind is INVALID_ARGUMENT, even if it is optional")
{
    ThreeAdds adds;
    const accel_option wrong[] = {{"no.option", 0, 1, nullptr, 0, 0}, {"no.option", 99, 1, nullptr, 0, 0}, {"no.option", ACCEL_OPTION_KIND_STRING, 1, nullptr, 0, 0}, {"no.option", ACCEL_OPTION_KIND_INTEGER, 1, "x", 1, 0}, {"no.option", ACCEL_OPTION_KIND_INTEGER, 1, nullptr, 1, 0.5}, {"no.option", ACCEL_OPTION_KIND_NUMBER, 1, nullptr, 1, 0.5}, {"no.option", ACCEL_OPTION_KIND_INTEGER, 2, nullptr, 1, 0}};
    for (const accel_option &option : wrong) {
        auto desc = adds.desc;
        desc.options = &option;
        desc.option_count = 1;
        accel_program *program = nullptr;
        INFO("kind " << option.kind);
        CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

ACCEL_CASE("compile.options.of-module", "P-10", "an option of the module that the module does not know is INVALID_ARGUMENT, and one of an absent module too")
{
    ThreeAdds adds;
    accel_program_desc &desc = adds.desc;
    for (const std::string &name : {std::string(adds.room.facts().backend) + ".no-such-option", std::string("no-such-module.option")}) {
        accel_option option{};
        option.name = name.c_str();
        option.kind = ACCEL_OPTION_KIND_STRING;
        option.string = "x";
        desc.options = &option;
        desc.option_count = 1;
        accel_program *program = nullptr;
        INFO(name);
        CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    }
}

ACCEL_CASE("compile.target.bare", "P-8", "a program for a bare target builds and is saved without a device, and cannot be run")
{
    const auto instance = make_instance(Target::current());
    const Device device = instance.device(Target::current().device.c_str());
    const std::string target = device.info().target;
    REQUIRE(target != "");
    std::string saved;
    for (const auto type : {ACCEL_TYPE_F32, ACCEL_TYPE_I8}) {
        for (const auto rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE}) {
            auto graph = three_adds(type, rounding);
            const Model model = Model::create(instance, graph.desc());
            auto desc = sized<accel_program_desc>();
            desc.model = model.get();
            desc.target = target.c_str();
            accel_program *handle = nullptr;
            if (accel_program_build(&desc, &handle) != ACCEL_STATUS_OK) continue;
            const Program program(handle);
            accel_run *run = nullptr;
            CHECK_REFUSED(create_run(handle, &run), ACCEL_STATUS_UNSUPPORTED);
            saved = program.save();
        }
    }
    REQUIRE(saved.size() > 0);
    CHECK((device.info().flags & ACCEL_DEVICE_FLAG_OPEN) == 0);
    const Program loaded = Program::load(instance, saved, {device});
    CHECK(loaded.entry().port_count == 3);
    CHECK(Run::create(loaded).get() != nullptr);
}

ACCEL_CASE("compile.target.unknown", "P-8", "an unknown target, no device at all, or an unknown target in front of a device are refused")
{
    ThreeAdds adds;
    accel_program_desc &desc = adds.desc;
    desc.device_count = 0;
    accel_program *program = nullptr;
    CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    desc.target = "no-such-target";
    for (desc.device_count = 0; desc.device_count < 2; ++desc.device_count) {
        CHECK_REFUSED(accel_program_build(&desc, &program), ACCEL_STATUS_NOT_FOUND);
        CHECK(program == nullptr);
    }
}

ACCEL_CASE("compile.rounding.forced", "P-9", "a forced rounding is recorded; one that the device lacks, or that does not exist, is refused")
{
    const Room room;
    Window window;
    window.channels_in = window.channels_out = 4;
    window.height = window.width = 4;
    QuantisedConv conv;
    conv.window = window;
    conv.x = {{0.5f}, {0}};
    conv.w = {{0.5f, 0.5f, 0.5f, 0.5f}, {0, 0, 0, 0}, 0};
    conv.y = {{1}, {0}};
    conv.weights.assign(16, 1);
    auto graph = quantised_conv_graph(conv, ACCEL_ROUNDING_HALF_EVEN);
    for (const auto rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL}) {
        const bool offered = (room.facts().roundings & 1u << rounding) != 0;
        std::vector<Refusal> refused;
        const auto program = room.try_build(graph, rounding, &refused);
        INFO("rounding " << rounding << ": " << (refused.empty() ? "" : refused[0].text));
        CHECK(program.has_value() == offered);
        if (program) CHECK(program->info().rounding == static_cast<uint32_t>(rounding));
    }
    CHECK_STATUS(status_of([&] { room.try_build(graph, static_cast<accel_rounding>(77)); }), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("compile.truth.through-the-library", "C-1", "whatever the library places on the device builds, loads and runs", 60)
{
    const Room room;
    size_t built = 0;
    for (auto &sample : operation_samples()) {
        INFO(sample.name);
        std::vector<Refusal> refused;
        const auto program = room.try_build(sample.graph, ACCEL_ROUNDING_NONE, &refused);
        if (!program) {
            CHECK(refused.at(0).text != "");
            continue;
        }
        ++built;
        std::vector<std::vector<char>> inputs;
        for (uint32_t port = 0; port < program->entry().input_count; ++port) inputs.emplace_back(dense_bytes(program->port(port)), 1);
        CHECK(run_dense(room, *program, inputs).size() == 1);
    }
    CHECK(built > 0);
}

}  // namespace accel::conformance
