// SPDX-License-Identifier: MIT
// Entry points at the application door: which are built, for which sizes, and what is refused.
#include <catch2/catch_test_macros.hpp>

#include "compiler/testing/builder.h"
#include "fake/fake_compiler.h"
#include "model/model.h"

using namespace accel::runtime;
using accel::testing::Builder;

namespace {

constexpr uint32_t kNpu = ACCEL_OPERATION_RELU, kCpu = ACCEL_OPERATION_EXP;

/// x[n] -> relu -> y[n], n from 1 to `most`.
Graph open_graph(const char *output, int64_t most = 100)
{
    Builder b;
    b.graph.symbols = {{"n", 1, most}};
    const uint32_t x = b.input("x", ACCEL_TYPE_F32, {1}), y = b.tensor(output, ACCEL_TYPE_F32, {1});
    b.graph.tensors[x].shape[0] = b.graph.tensors[y].shape[0] = {-1, 0};
    b.node("relu", kNpu, {x}, {y});
    b.output(y);
    return std::move(b.graph);
}

Graph fixed_graph()
{
    Builder b;
    const uint32_t z = b.input("z", ACCEL_TYPE_F32, {6}), y = b.tensor("y", ACCEL_TYPE_F32, {6});
    b.node("exp", kCpu, {z}, {y});
    b.output(y);
    return std::move(b.graph);
}

/// Three graphs: two of one symbol, one without.
struct Stand {
    Ref<accel_instance> instance = fake::make_building_instance();
    Ref<accel_device> npu = fake::find_device(*instance, "fake-npu"), cpu = fake::find_device(*instance, "fake-cpu");
    Ref<accel_model> model;
    Ref<accel_program> program;
    std::vector<const char *> entries;
    std::vector<accel_symbol_value> symbols;
    std::vector<accel_known_value> known;

    Stand()
    {
        fake::npu_compiler().operations = {kNpu};
        fake::cpu_compiler().operations = {kCpu};
        REQUIRE(make({{"long", open_graph("out")}, {"short", open_graph("result")}, {"fixed", fixed_graph()}}) == ACCEL_STATUS_OK);
    }
    accel_status make(std::vector<std::pair<const char *, Graph>> graphs)
    {
        std::deque<GraphDesc> descs;
        std::vector<accel_entry_desc> list;
        for (const auto &[name, graph] : graphs) list.push_back({name, &descs.emplace_back(graph).get()});
        const accel_model_desc desc{sizeof desc, list.data(), static_cast<uint32_t>(list.size()), sizeof list[0], nullptr, nullptr};
        accel_model *made = nullptr;
        const accel_status status = accel_model_create(instance.get(), &desc, &made);
        model = Ref<accel_model>::adopt(made);
        return status;
    }
    accel_program_desc desc()
    {
        static accel_device *devices[2];
        devices[0] = npu.get(), devices[1] = cpu.get();
        accel_program_desc desc{};
        desc.struct_size = sizeof desc;
        desc.model = model.get();
        desc.devices = devices;
        desc.device_count = 2;
        desc.entries = entries.empty() ? nullptr : entries.data();
        desc.entry_count = static_cast<uint32_t>(entries.size());
        desc.symbols = symbols.data();
        desc.symbol_count = static_cast<uint32_t>(symbols.size());
        desc.symbol_size = sizeof(accel_symbol_value);
        desc.known = known.data();
        desc.known_count = static_cast<uint32_t>(known.size());
        desc.known_size = sizeof(accel_known_value);
        return desc;
    }
    accel_status build()
    {
        const accel_program_desc wanted = desc();
        accel_program *made = nullptr;
        const accel_status status = accel_program_build(&wanted, &made);
        program = Ref<accel_program>::adopt(made);
        return status;
    }
    std::string refused(accel_status status = ACCEL_STATUS_INVALID_ARGUMENT)
    {
        CHECK(build() == status);
        return std::string(accel_last_error()->rule) + " " + accel_last_error()->message;
    }
    int64_t size(uint32_t entry) const { return program->entries.at(entry).ports.at(0).layout.dims.at(0); }
};

bool has(const std::string &text, const char *part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("P-19 all entry points are built, or those that are named, in that order", "[entries]")
{
    Stand stand;
    stand.symbols = {{"n", nullptr, 5}};
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    REQUIRE(stand.program->entries.size() == 3);
    CHECK((stand.size(0) == 5 && stand.size(1) == 5 && stand.size(2) == 6));
    accel_program_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_program_query(stand.program.get(), &info) == ACCEL_STATUS_OK);
    CHECK(info.entry_count == 3);

    stand.entries = {"fixed", "long"};
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    accel_entry_info entry{};
    entry.struct_size = sizeof entry;
    REQUIRE(accel_program_entry(stand.program.get(), 1, &entry) == ACCEL_STATUS_OK);
    CHECK(std::string(entry.name) == "long");
    CHECK((entry.port_count == 2 && entry.input_count == 1 && entry.segment_count == 1 && entry.placement_count == 1));
    CHECK(accel_program_entry(stand.program.get(), 2, &entry) == ACCEL_STATUS_NOT_FOUND);
    uint32_t port = 0;
    CHECK(accel_program_find_port(stand.program.get(), 1, "out", &port) == ACCEL_STATUS_OK);
    CHECK(port == 1);
    CHECK(accel_program_find_port(stand.program.get(), 1, "z", &port) == ACCEL_STATUS_NOT_FOUND);
    CHECK(std::string(accel_last_error()->message) == "entry point 'long' has no port 'z'; it has: x, out");
    CHECK(accel_program_find_port(stand.program.get(), 7, "z", &port) == ACCEL_STATUS_NOT_FOUND);
}

TEST_CASE("P-19 entry points that cannot be meant are refused", "[entries]")
{
    Stand stand;
    stand.symbols = {{"n", nullptr, 5}};
    stand.entries = {"long", "other"};
    CHECK(has(stand.refused(ACCEL_STATUS_NOT_FOUND), "the model has no entry point 'other'; it has: 'long', 'short', 'fixed'"));
    stand.entries = {"long", "long"};
    CHECK(has(stand.refused(), "P-19 desc.entries names 'long' twice"));
    stand.entries = {"long", nullptr};
    CHECK(has(stand.refused(), "is NULL"));
    stand.entries = {"long"};
    accel_program_desc desc = stand.desc();
    accel_program *program = nullptr;
    desc.entry_count = 0;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc = stand.desc();
    desc.entries = nullptr;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    desc = stand.desc();
    desc.symbol_size = 12;
    CHECK(accel_program_build(&desc, &program) == ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(std::string(accel_last_error()->message).find("desc.symbols") != std::string::npos);
}

TEST_CASE("P-7 an entry point has sizes of its own", "[entries]")
{
    Stand stand;
    stand.symbols = {{"n", "short", 1}, {"n", nullptr, 64}};
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    CHECK((stand.size(0) == 64 && stand.size(1) == 1));
    stand.symbols = {{"n", "short", 1}};
    REQUIRE(stand.build() == ACCEL_STATUS_OK);  // the other leaves it open
    accel_symbol_info open{};
    open.struct_size = sizeof open;
    CHECK(accel_program_symbol(stand.program.get(), 0, 0, &open) == ACCEL_STATUS_OK);
    CHECK(std::string(open.name) == "n");
    CHECK(accel_program_symbol(stand.program.get(), 1, 0, &open) == ACCEL_STATUS_NOT_FOUND);
    stand.symbols = {{"n", "long", 101}};
    CHECK(has(stand.refused(), "entry point 'long': "));
    stand.symbols = {{"n", nullptr, 4}, {"m", nullptr, 4}};
    CHECK(has(stand.refused(), "the model has no symbol 'm'"));
    stand.symbols = {{"n", nullptr, 4}, {"n", "fixed", 4}};
    CHECK(has(stand.refused(), "entry point 'fixed': the model has no symbol 'n'"));
    stand.symbols = {{"n", "nowhere", 4}};
    CHECK(has(stand.refused(ACCEL_STATUS_NOT_FOUND), "no entry point 'nowhere'"));
    stand.entries = {"long"};
    stand.symbols = {{"n", "long", 4}, {"n", "short", 4}};
    CHECK(has(stand.refused(ACCEL_STATUS_NOT_FOUND), "is for entry point 'short', which desc.entries does not name"));
}

TEST_CASE("P-17 a known value is for one entry point, or for all that have the input", "[entries]")
{
    Stand stand;
    stand.entries = {"short", "fixed"};
    const float six[6] = {1, 2, 3, 4, 5, 6};
    stand.symbols = {{"n", nullptr, 5}};
    stand.known = {{"z", nullptr, six, sizeof six, nullptr, 0, 0}};
    CHECK(stand.build() == ACCEL_STATUS_OK);
    CHECK((stand.program->entries[0].input_count == 1 && stand.program->entries[1].input_count == 0));
    // Its own comes before what is for all, in whatever order they are given.
    const accel_known_value all{"z", nullptr, six, sizeof six, nullptr, 0, 0}, own{"z", "fixed", six, sizeof six, nullptr, 0, 0};
    accel_known_value short_all = all, short_own = own;
    short_all.data_bytes = short_own.data_bytes = 4;
    for (const auto &[first, second] : {std::pair{short_all, own}, {own, short_all}}) {
        stand.known = {first, second};
        CHECK(stand.build() == ACCEL_STATUS_OK);
    }
    stand.known = {all, short_own};
    CHECK(has(stand.refused(), "entry point 'fixed': known value 'z': it has 4 bytes"));
    stand.known = {own, own};
    CHECK(has(stand.refused(), "entry point 'fixed': known value 'z': it is given twice"));
    stand.known = {all};
    stand.known[0].entry = "short";
    CHECK(has(stand.refused(), "entry point 'short': known value 'z': the model has no input of that name"));
    stand.known[0].entry = "long";
    CHECK(has(stand.refused(ACCEL_STATUS_NOT_FOUND), "a value in desc.known is for entry point 'long'"));
    stand.known = {{"none", nullptr, six, sizeof six, nullptr, 0, 0}};
    CHECK(has(stand.refused(), "known value 'none': the model has no input of that name"));
}

TEST_CASE("G-22 entry points have a name each, and symbols of one name one range", "[entries]")
{
    Stand stand;
    const auto refused = [&](std::vector<std::pair<const char *, Graph>> graphs) {
        CHECK(stand.make(std::move(graphs)) == ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->rule) + " " + accel_last_error()->message;
    };
    CHECK(has(refused({}), "G-22 a model has no entry point"));
    CHECK(has(refused({{"a", fixed_graph()}, {"a", fixed_graph()}}), "G-22 two entry points are named 'a'"));
    CHECK(has(refused({{"a", fixed_graph()}, {nullptr, fixed_graph()}}), "is NULL"));
    CHECK(has(refused({{"a", open_graph("y")}, {"b", open_graph("y", 50)}}), "G-22 symbol 'n' is 1 to 50, a multiple of 1, in entry point 'b', and 1 to 100, a multiple of 1, in 'a'"));
    Graph broken = fixed_graph();
    broken.tensors[0].type = 99;
    CHECK(has(refused({{"a", fixed_graph()}, {"b", broken}}), "entry point 'b': "));
}

TEST_CASE("a model tells its entry points, and counts what they share once", "[entries]")
{
    Stand stand;
    static const float weights[6] = {};
    Graph graph = fixed_graph();
    Tensor k;
    k.name = "k";
    k.type = ACCEL_TYPE_F32;
    k.shape = Builder::shape({6});
    k.data = weights;
    k.data_bytes = sizeof weights;
    const uint32_t constant = graph.add_tensor(std::move(k)), sum = graph.add_tensor(graph.tensors[graph.outputs[0]]);
    Node custom;
    custom.operation = ACCEL_OPERATION_CUSTOM;
    custom.domain = "test", custom.custom_name = "Odd";
    custom.inputs = {graph.inputs[0], constant}, custom.outputs = {sum};
    graph.tensors[sum].name = "sum";
    graph.nodes.push_back(custom);
    graph.outputs.push_back(sum);
    REQUIRE(stand.make({{"a", graph}, {"b", graph}}) == ACCEL_STATUS_OK);
    accel_model_info info{};
    info.struct_size = sizeof info;
    REQUIRE(accel_model_query(stand.model.get(), &info) == ACCEL_STATUS_OK);
    CHECK((info.entry_count == 2 && info.constant_bytes == sizeof weights && info.custom_node_count == 2));
    accel_model_entry_info entry{};
    entry.struct_size = sizeof entry;
    REQUIRE(accel_model_entry(stand.model.get(), 1, &entry) == ACCEL_STATUS_OK);
    CHECK(std::string(entry.name) == "b");
    CHECK(entry.graph->node_count == 2);
    CHECK(accel_model_entry(stand.model.get(), 2, &entry) == ACCEL_STATUS_NOT_FOUND);
}

TEST_CASE("P-11 support tells of every entry point, under its number", "[entries]")
{
    Stand stand;
    stand.entries = {"fixed", "long"};
    stand.symbols = {{"n", nullptr, 5}};
    const accel_program_desc desc = stand.desc();
    std::vector<std::pair<uint32_t, std::string>> rows;
    REQUIRE(accel_program_support(
                &desc,
                [](void *user, const accel_support *row) {
                    static_cast<decltype(rows) *>(user)->emplace_back(row->entry, row->name);
                    return ACCEL_STATUS_OK;
                },
                &rows) == ACCEL_STATUS_OK);
    CHECK(rows == std::vector<std::pair<uint32_t, std::string>>{{0, "exp"}, {1, "relu"}});
}

TEST_CASE("S-6 an entry point without outputs makes nothing, and is saved and loaded like others", "[entries]")
{
    Stand stand;
    Graph idle = fixed_graph();
    idle.outputs.clear();
    REQUIRE(stand.make({{"idle", idle}, {"fixed", fixed_graph()}}) == ACCEL_STATUS_OK);
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    std::string bytes;
    const auto append = [](void *user, const void *data, size_t count) {
        static_cast<std::string *>(user)->append(static_cast<const char *>(data), count);
        return ACCEL_STATUS_OK;
    };
    REQUIRE(accel_program_save(stand.program.get(), append, &bytes) == ACCEL_STATUS_OK);
    accel_program_load_desc wanted{};
    accel_device *devices[] = {stand.npu.get(), stand.cpu.get()};
    wanted.struct_size = sizeof wanted;
    wanted.bytes = bytes.data();
    wanted.byte_count = bytes.size();
    wanted.devices = devices;
    wanted.device_count = 2;
    accel_program *handle = nullptr;
    REQUIRE(accel_program_load(stand.instance.get(), &wanted, &handle) == ACCEL_STATUS_OK);
    const auto loaded = Ref<accel_program>::adopt(handle);
    CHECK((loaded->entries[0].segments.empty() && loaded->entries[0].ports.size() == 1));
    CHECK(loaded->entries[1].segments.size() == 1);
}

TEST_CASE("a run is of an entry point", "[entries]")
{
    Stand stand;
    stand.symbols = {{"n", "short", 1}, {"n", nullptr, 4}};
    REQUIRE(stand.build() == ACCEL_STATUS_OK);
    accel_run_desc desc{sizeof desc, stand.program.get(), nullptr, nullptr, 1, 0, 0, 0};
    accel_run *run = nullptr;
    REQUIRE(accel_run_create(&desc, &run) == ACCEL_STATUS_OK);
    accel_port_info port{};
    port.struct_size = sizeof port;
    CHECK(accel_run_port(run, 1, &port) == ACCEL_STATUS_OK);
    CHECK(port.dims[0] == 1);
    accel_run_unref(run);
    desc.entry = 3;
    CHECK(accel_run_create(&desc, &run) == ACCEL_STATUS_NOT_FOUND);
    CHECK(std::string(accel_last_error()->message) == "desc.entry is 3, the program has 3 entry points");
}
