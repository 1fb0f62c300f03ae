// SPDX-License-Identifier: MIT
// accel-overhead: what libaccel adds to the module below it, in one run. Prints JSON; --check fails when a count that must be 0 is not.
#include <link.h>

#include <CLI/CLI.hpp>
#include <accel/accel.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "allocations.h"
#include "direct.h"
#include "support/graph.h"
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
        : program(Program::build(model, {device})),
          run(Run::create(program)),
          queue(Queue::create({device})),
          fence(Fence::create(instance)),
          x(Buffer::create({device}, program.port(0).size_bytes)),
          y(Buffer::create({device}, program.port(1).size_bytes))
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

/// Eight manifests for drivers that no machine has, in a folder of their own, each with a copy of the module: whoever opened one would load an object more. The first has the name that
/// the module answers with and can be used, the others would be refused once they are loaded.
class EightModules {
public:
    static constexpr int kCount = 8;

    explicit EightModules(const std::string &module_path) : folder_(std::filesystem::temp_directory_path() / ("accel-overhead-" + std::to_string(getpid())))
    {
        std::filesystem::create_directories(folder_);
        for (int number = 0; number < kCount; ++number) {
            const std::string driver = "nobodys-npu-" + std::to_string(number), name = number == 0 ? "cpu" : driver, library = "libaccel-" + name + ".so";
            std::filesystem::copy_file(module_path, folder_ / library);
            std::ofstream(folder_ / (name + ".json")) << nlohmann::json{
                {"file_format", "1.0"},
                {"module", {{"kind", "backend"}, {"name", name}, {"library", library}, {"api_version", "0.2"}, {"version", "1.0"}, {"license", "MIT"}}},
                {"serves", {{"drivers", {driver}}, {"targets", {name}}}}};
        }
    }
    ~EightModules() { std::filesystem::remove_all(folder_); }
    EightModules(const EightModules &) = delete;
    EightModules &operator=(const EightModules &) = delete;

    Instance instance() const
    {
        const char *paths[] = {folder_.c_str()};
        auto desc = sized<accel_instance_desc>();
        desc.api_version = ACCEL_VERSION;
        desc.flags = ACCEL_INSTANCE_FLAG_ONLY_GIVEN_PATHS;
        desc.module_paths = paths;
        desc.module_path_count = 1;
        desc.log = [](void *, const accel_log_record *) {};
        return Instance::create(desc);
    }

private:
    std::filesystem::path folder_;
};

size_t listed_manifests(const Instance &instance)
{
    size_t count = 0;
    instance.report([&](const accel_report_entry &entry) {
        count += entry.kind == ACCEL_REPORT_KIND_MANIFEST && entry.status == ACCEL_STATUS_OK && std::string(entry.action) == "listed";
    });
    return count;
}

nlohmann::json measure_start(const std::string &module_path)
{
    const EightModules modules(module_path);
    const size_t before = loaded_objects();
    const double time = median_ns(kRounds, 1, [&] { modules.instance(); });
    const auto instance = modules.instance();
    const size_t listed = listed_manifests(instance), opened = loaded_objects() - before;
    // The control: a build for a target of one of the modules loads it, and the counter sees that.
    auto graph = chain(1);
    const auto model = Model::create(instance, graph.desc());
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.target = "cpu";
    Program::build(desc);
    return {{"instance_with_8_manifests_ns", time}, {"manifests_listed", listed}, {"objects_loaded", opened}, {"control_objects_loaded", loaded_objects() - before}};
}

nlohmann::json measure_calls(const Instance &instance, Direct &direct, Through &through)
{
    accel_buffer *buffer = through.x.get();
    accel_bk_buffer *below = direct.buffer();
    const auto &ops = direct.ops();
    const accel_bk_access part{sizeof(accel_bk_access), 0, 1, ACCEL_ACCESS_READ, 0};
    auto whole = sized<accel_map_desc>();
    whole.access = ACCEL_ACCESS_READ;
    void *pointer = nullptr;
    const auto pair = paired(
        kRounds, 200000, [&] { accel_buffer_map(buffer, &whole, &pointer), accel_buffer_unmap(buffer, &whole); },
        [&] { ops.buffer_map(below, &part, &pointer), ops.buffer_unmap(below, &part); });
    // The door itself: a call that checks its handle and answers a number, against one that only answers a number. Both lie in a shared library, as a module
    // does (a call across objects costs about 1 ns more than one inside a program), and go through a pointer that the compiler cannot see through.
    uint32_t (*volatile door)(accel_instance *) = accel_instance_device_count;
    uint32_t (*volatile plain)() = accel_version;
    uint32_t sum = 0;
    const auto checked = paired(
        kRounds, 200000, [&] { sum += door(instance.get()); }, [&] { sum += plain(); });
    // A question that the module answers, asked through the door and without it. map and unmap do more than hand on: they count nested maps.
    accel_run *run = through.run.get();
    accel_bk_run *run_below = direct.run();
    accel_bind_cost cost = ACCEL_BIND_COST_FREE;
    const auto handed_on = paired(
        kRounds, 200000, [&] { accel_run_bind_cost(run, 0, &cost); }, [&] { cost = ops.run_bind_cost(run_below, 0); });
    return {{"check_ns", checked.first_ns}, {"no_check_ns", checked.second_ns}, {"check_added_ns", checked.difference_ns}, {"module_call_ns", handed_on.first_ns}, {"module_call_direct_ns", handed_on.second_ns}, {"module_call_added_ns", handed_on.difference_ns}, {"map_unmap_ns", pair.first_ns}, {"map_unmap_direct_ns", pair.second_ns}, {"map_unmap_added_ns", pair.difference_ns}};
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
    const auto pair = paired(
        kRounds, 500, [&] { many.once(); }, [&] { one.once(); });
    // Without a run: the queue orders it and reaches the value, and no device has work.
    accel_run *run = std::exchange(one.submit.run, nullptr);
    const double empty = median_ns(kRounds, 5000, [&] { one.once(); });
    one.submit.run = run;
    return {{"submit_and_wait_empty_ns", empty}, {"submit_and_wait_1_node_ns", pair.second_ns}, {"submit_and_wait_101_nodes_ns", pair.first_ns}, {"per_node_ns", pair.difference_ns / (kNodes - 1)}};
}

nlohmann::json measure_allocations(Through &through)
{
    for (int warm = 0; warm < 100; ++warm) through.once();
    const uint64_t before = allocation_count();
    for (int count = 0; count < 1000; ++count) through.once();
    const uint64_t steady = allocation_count() - before;
    // The control: making a run allocates, and the counter sees it.
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
    const auto &steady = out["steady_state"], &start = out["start"];
    bool good = start["manifests_listed"] == EightModules::kCount && start["objects_loaded"] == 0 && start["control_objects_loaded"] > 0;
    good = good && steady["allocations_in_1000_runs"] == 0 && steady["control_allocations"] > 0;
    for (const auto &model : out["models"]) good = good && model["allocations_by_libaccel"] == 0 && model["control_by_libaccel"] > 0;
    return good;
}

int run(const std::string &module, const std::string &device_name, const std::vector<std::string> &models, bool check_counts)
{
    auto graph = chain(1);
    Direct direct(module);
    direct.prepare(graph.desc());
    nlohmann::json out;
    out["start"] = measure_start(module);
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
    if (check_counts && !good) std::cerr << "error: a count that must be 0 is not, or a control did not count\n";
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
    app.add_flag("--check", check, "exit 1 when allocations per run or libraries loaded at start are not 0, or a control of theirs does not count");
    CLI11_PARSE(app, argc, argv);
    try {
        return accel::bench::run(module, device, models, check);
    } catch (const std::exception &error) {
        std::cerr << "error: " << error.what() << "\n";
        return 1;
    }
}
