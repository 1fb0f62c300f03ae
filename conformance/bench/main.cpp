// SPDX-License-Identifier: MIT
// accel-overhead: what libaccel adds to the module below it, in one run. Prints JSON; --check fails when a count that must be 0 is not.
#include <link.h>

#include <CLI/CLI.hpp>
#include <accel/accel.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "../support/graph.h"
#include "allocations.h"
#include "direct.h"
#include "timing.h"

namespace accel::bench {
namespace {

using conformance::GraphBuilder;
constexpr unsigned kRounds = 41;

/// A chain of `nodes` tiny operations that no compiler folds into one another: sigmoid of eight values.
GraphBuilder chain(unsigned nodes)
{
    GraphBuilder graph;
    uint32_t tensor = graph.input("x", ACCEL_TYPE_F32, {1, 8});
    for (unsigned node = 0; node < nodes; ++node) {
        const uint32_t next = graph.tensor(node + 1 == nodes ? "y" : "", ACCEL_TYPE_F32, {1, 8});
        graph.node(ACCEL_OPERATION_SIGMOID, {tensor}, {next});
        tensor = next;
    }
    graph.output(tensor);
    return graph;
}

/// A program of one input and one output through libaccel.
struct Through {
    Through(const Instance &instance, const Device &device, GraphBuilder &graph) : Through(instance, device, Model::create(instance, graph.desc())) {}
    Through(const Instance &instance, const Device &device, const Model &model)
        : program(Program::build(model, {device})), run(Run::create(program)), queue(Queue::create({device})), fence(Fence::create(instance)),
          x(Buffer::create({device}, program.port(0).size_bytes)), y(Buffer::create({device}, program.port(1).size_bytes))
    {
        run.bind(0, x);
        run.bind(1, y);
        submit = sized<accel_submit>();
        submit.run = run.get();
        submit.signals = &point;
        submit.signal_count = 1;
        point.fence = fence.get();
    }
    void hand_over()
    {
        ++point.value;
        check(accel_queue_submit(queue.get(), &submit));
    }
    void wait() { check(accel_fence_wait(fence.get(), point.value, ACCEL_TIMEOUT_FOREVER)); }
    void once()
    {
        hand_over();
        wait();
    }

    Program program;
    Run run;
    Queue queue;
    Fence fence;
    Buffer x, y;
    accel_submit submit{};
    accel_fence_point point{};
};

size_t loaded_objects()
{
    size_t count = 0;
    dl_iterate_phdr([](dl_phdr_info *, size_t, void *user) { return ++*static_cast<size_t *>(user), 0; }, &count);
    return count;
}

/// Eight manifests that match nothing here, in a folder of their own.
nlohmann::json measure_start()
{
    const auto folder = std::filesystem::temp_directory_path() / ("accel-overhead-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder);
    for (int number = 0; number < 8; ++number) {
        const std::string name = "vendor" + std::to_string(number);
        std::ofstream(folder / (name + ".json")) << nlohmann::json{
            {"file_format", "1.0"},
            {"module", {{"kind", "backend"}, {"name", name}, {"library", "libaccel-" + name + ".so"}, {"api_version", "0.1"}, {"version", "1.0"}, {"license", "MIT"}}},
            {"serves", {{"drivers", {name}}, {"targets", {name}}}}};
    }
    const std::string path = folder;
    const char *paths[] = {path.c_str()};
    auto desc = sized<accel_instance_desc>();
    desc.flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
    desc.module_paths = paths;
    desc.module_path_count = 1;
    desc.log = [](void *, accel_log_level, const char *, const char *) {};
    const size_t before = loaded_objects();
    const double time = median_ns(kRounds, 1, [&] { Instance::create(desc); });
    const size_t opened = loaded_objects() - before;
    std::filesystem::remove_all(folder);
    return {{"instance_with_8_manifests_ns", time}, {"objects_loaded", opened}};
}

nlohmann::json measure_calls(const Instance &instance, Direct &direct, Through &through)
{
    accel_buffer *buffer = through.x.get();
    accel_bk_buffer *below = direct.buffer();
    const auto &ops = direct.ops();
    void *pointer = nullptr;
    const auto pair = paired(kRounds, 200000, [&] { accel_buffer_map(buffer, ACCEL_ACCESS_READ, &pointer), accel_buffer_unmap(buffer); },
                             [&] { ops.buffer_map(below, ACCEL_ACCESS_READ, &pointer), ops.buffer_unmap(below); });
    // The door itself: a call that checks its handle and answers a number, against one that only answers a number. Both lie in a shared library, as a module
    // does (a call across objects costs about 1 ns more than one inside a program), and go through a pointer that the compiler cannot see through. map and
    // unmap do more: they count nested maps and know the devices of a set.
    uint32_t (*volatile door)(accel_instance *) = accel_instance_device_count;
    uint32_t (*volatile plain)() = accel_version;
    uint32_t sum = 0;
    const auto query = paired(kRounds, 200000, [&] { sum += door(instance.get()); }, [&] { sum += plain(); });
    return {{"call_ns", query.first_ns}, {"direct_ns", query.second_ns}, {"added_ns", query.difference_ns},
            {"map_unmap_ns", pair.first_ns}, {"map_unmap_direct_ns", pair.second_ns}};
}

nlohmann::json measure_submit(Direct &direct, Through &through)
{
    std::vector<double> ours, below, difference;
    for (unsigned round = 0; round < kRounds; ++round) {
        double a = 0, b = 0;
        constexpr unsigned kCount = 500;
        for (unsigned index = 0; index < kCount; ++index) {
            a += time_ns(1, [&] { through.hand_over(); });
            through.wait();
            uint64_t ticket = 0;
            b += time_ns(1, [&] { ticket = direct.submit(); });
            direct.wait(ticket);
        }
        ours.push_back(a / kCount);
        below.push_back(b / kCount);
        difference.push_back((a - b) / kCount);
    }
    return {{"submit_ns", median(ours)}, {"direct_ns", median(below)}, {"added_ns", median(difference)}};
}

nlohmann::json measure_nodes(const Instance &instance, const Device &device, Through &one)
{
    constexpr unsigned kNodes = 101;
    auto graph = chain(kNodes);
    Through many(instance, device, graph);
    many.once();
    const auto pair = paired(kRounds, 500, [&] { many.once(); }, [&] { one.once(); });
    return {{"submit_and_wait_1_node_ns", pair.second_ns}, {"submit_and_wait_101_nodes_ns", pair.first_ns}, {"per_node_ns", pair.difference_ns / (kNodes - 1)}};
}

nlohmann::json measure_allocations(Through &through)
{
    for (int warm = 0; warm < 100; ++warm) through.once();
    const uint64_t before = allocation_count();
    for (int count = 0; count < 1000; ++count) through.once();
    const uint64_t steady = allocation_count() - before;
    // The control: making a fence allocates, so the counter sees libaccel's allocations.
    const uint64_t control_before = allocation_count();
    Run::create(through.program);
    return {{"allocations_in_1000_runs", steady}, {"control_allocations", allocation_count() - control_before}};
}

/// Who allocates in 1000 steady runs of a model: libaccel and its modules must not, libraries that modules use may.
nlohmann::json measure_model(const Instance &instance, const Device &device, const std::string &path)
{
    Through through(instance, device, Model::load(instance, path.c_str()));
    for (int warm = 0; warm < 100; ++warm) through.once();
    const auto by_object = allocations_by_object([&] {
        for (int count = 0; count < 1000; ++count) through.once();
    });
    uint64_t own = 0;
    for (const auto &[object, count] : by_object) own += object.starts_with("libaccel") ? count : 0;
    const auto control = allocations_by_object([&] { Run::create(through.program); });
    const auto seen = control.find("libaccel.so.0");
    return {{"model", std::filesystem::path(path).filename().string()},
            {"allocations_by_libaccel", own},
            {"allocations_in_1000_runs", by_object},
            {"control_by_libaccel", seen == control.end() ? 0 : seen->second}};
}

bool is_good(const nlohmann::json &out)
{
    const auto &steady = out["steady_state"];
    bool good = out["start"]["objects_loaded"] == 0 && steady["allocations_in_1000_runs"] == 0 && steady["control_allocations"] > 0;
    for (const auto &model : out["models"]) good = good && model["allocations_by_libaccel"] == 0 && model["control_by_libaccel"] > 0;
    return good;
}

int run(const std::string &module, const std::string &device_name, const std::vector<std::string> &models, bool check_counts)
{
    auto graph = chain(1);
    Direct direct(module);
    direct.prepare(graph.desc());
    nlohmann::json out;
    out["start"] = measure_start();
    const auto instance = Instance::create();
    const auto device = instance.device(device_name.c_str());
    Through through(instance, device, graph);
    through.once();
    out["call"] = measure_calls(instance, direct, through);
    out["submit"] = measure_submit(direct, through);
    out["nodes"] = measure_nodes(instance, device, through);
    out["steady_state"] = measure_allocations(through);
    out["models"] = nlohmann::json::array();
    for (const auto &path : models) out["models"].push_back(measure_model(instance, device, path));
    if (!(std::cout << out.dump(2) << std::endl)) throw std::runtime_error("cannot write to standard output; free some space or choose another place");
    const bool good = is_good(out);
    if (check_counts && !good) std::cerr << "error: a count that must be 0 is not, or the control did not count\n";
    return check_counts && !good;
}

}  // namespace
}  // namespace accel::bench

int main(int argc, char **argv)
{
    CLI::App app{"Measure what libaccel adds to the module below it."};
    std::string module, device = "cpu";
    std::vector<std::string> models;
    bool check = false;
    app.add_option("--module", module, "path of libaccel-cpu.so, called directly for comparison")->required();
    app.add_option("--device", device, "device to measure through libaccel")->capture_default_str();
    app.add_option("--model", models, "model of one input and one output: tell who allocates in its steady runs");
    app.add_flag("--check", check, "exit 1 when allocations per run or libraries loaded at start are not 0");
    CLI11_PARSE(app, argc, argv);
    try {
        return accel::bench::run(module, device, models, check);
    } catch (const std::exception &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 1;
    }
}
