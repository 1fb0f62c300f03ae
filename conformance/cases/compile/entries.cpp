// SPDX-License-Identifier: MIT
// Entry points: several graphs of one model in one program.
#include "support/bytes.h"
#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// Graphs that a device takes in one type: `count` additions of w to x, one after another.
class Graphs {
public:
    explicit Graphs(const Room &room) : type_(room.adder().type()),
                                        rounding_(type_ == ACCEL_TYPE_I8 ? room.rounding() : ACCEL_ROUNDING_NONE) {}

    GraphBuilder sums(int count, const char *output) const
    {
        const std::vector<int64_t> dims{1, 8, 4, 4};
        const Quantization quantization = type_ == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
        GraphBuilder graph;
        uint32_t last = graph.input("x", type_, dims, quantization);
        const uint32_t w = graph.input("w", type_, dims, quantization);
        for (int i = 0; i < count; ++i) {
            const uint32_t next = graph.tensor(i + 1 == count ? output : "", type_, dims, quantization);
            graph.node(ACCEL_OPERATION_ADD, {last, w}, {next}, {}, rounding_);
            last = next;
        }
        graph.output(last);
        return graph;
    }

    std::vector<char> filled(int value) const
    {
        constexpr size_t kCount = 128;
        if (type_ == ACCEL_TYPE_I8) return std::vector<char>(kCount, static_cast<char>(value));
        return to_bytes(std::vector<float>(kCount, static_cast<float>(value)));
    }

private:
    accel_type type_;
    accel_rounding rounding_;
};

Program build(const Room &room, GraphBuilder &one, GraphBuilder &two)
{
    const Model model = Model::create(room.instance(), {accel_entry_desc{"once", &one.desc()}, accel_entry_desc{"thrice", &two.desc()}});
    return Program::build(model, {room.device()}, ACCEL_ROUNDING_NONE, ACCEL_PROGRAM_FLAG_FIRST_DEVICE_ONLY);
}

}  // namespace

ACCEL_CASE("compile.entries.results", "P-19", "entry points give what each gives alone, built together and loaded, under their names")
{
    const Room room;
    const Graphs graphs(room);
    auto one = graphs.sums(1, "y"), three = graphs.sums(3, "z");
    room.needs_program(one);
    room.needs_program(three);
    const Program built = build(room, one, three);
    const Program loaded = Program::load(room.instance(), built.save(), {room.device()});
    for (const Program &program : {built, loaded}) {
        CHECK(program.info().entry_count == 2);
        CHECK(std::string(program.entry(0).name) == "once");
        CHECK(std::string(program.entry(1).name) == "thrice");
        CHECK(program.entry(1).placement_count == 3);
        CHECK(program.find_port("z", 1) == 2);
        // In turns, so that none leaves something in the other.
        for (const uint32_t entry : {1u, 0u, 1u}) CHECK(run_dense(room, program, {graphs.filled(4), graphs.filled(1)}, entry) == std::vector<std::vector<char>>{graphs.filled(entry ? 7 : 5)});
    }
    CHECK(built.save() == loaded.save());
}

ACCEL_CASE("compile.entries.refused", "P-4", "an entry point that is not there is NOT_FOUND wherever it is named")
{
    const Room room;
    const Graphs graphs(room);
    auto one = graphs.sums(1, "y"), three = graphs.sums(3, "z");
    room.needs_program(three);
    const Program program = build(room, one, three);
    auto facts = sized<accel_entry_info>();
    CHECK_STATUS(accel_program_entry(program.get(), 2, &facts), ACCEL_STATUS_NOT_FOUND);
    auto port = sized<accel_port_info>();
    CHECK_STATUS(accel_program_port(program.get(), 2, 0, &port), ACCEL_STATUS_NOT_FOUND);
    uint32_t number = 0;
    CHECK_STATUS(accel_program_find_port(program.get(), 0, "z", &number), ACCEL_STATUS_NOT_FOUND);
    auto placement = sized<accel_placement>();
    CHECK_STATUS(accel_program_placement(program.get(), 2, 0, &placement), ACCEL_STATUS_NOT_FOUND);
    auto transfer = sized<accel_transfer>();
    CHECK_STATUS(accel_program_transfer(program.get(), 2, 0, &transfer), ACCEL_STATUS_NOT_FOUND);
    auto run_desc = sized<accel_run_desc>();
    run_desc.program = program.get();
    run_desc.entry = 2;
    accel_run *run = nullptr;
    CHECK_REFUSED(accel_run_create(&run_desc, &run), ACCEL_STATUS_NOT_FOUND);
    const Model model = Model::create(room.instance(), {accel_entry_desc{"once", &one.desc()}, accel_entry_desc{"thrice", &three.desc()}});
    auto entry = sized<accel_model_entry_info>();
    CHECK_STATUS(accel_model_entry(model.get(), 2, &entry), ACCEL_STATUS_NOT_FOUND);
    const char *names[] = {"twice"};
    accel_device *device = room.device().get();
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = &device;
    desc.device_count = 1;
    desc.entries = names;
    desc.entry_count = 1;
    accel_program *built = nullptr;
    CHECK_REFUSED(accel_program_build(&desc, &built), ACCEL_STATUS_NOT_FOUND);
    names[0] = "thrice";
    REQUIRE_STATUS(accel_program_build(&desc, &built), ACCEL_STATUS_OK);
    CHECK(std::string(Program(built).entry().name) == "thrice");
}

ACCEL_CASE("compile.entries.graphs", "G-22", "entry points have names of their own, and symbols of one name one range")
{
    const Room room;
    const Graphs graphs(room);
    auto one = graphs.sums(1, "y"), three = graphs.sums(3, "z");
    const auto refused = [&](const std::vector<accel_entry_desc> &entries) {
        accel_model *model = nullptr;
        CHECK_REFUSED(create_model(room.instance(), entries, &model), ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->rule);
    };
    CHECK(refused({}) == "G-22");
    CHECK(refused({{"a", &one.desc()}, {"a", &three.desc()}}) == "G-22");
    const accel_symbol narrow{"n", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 8, 1};
    accel_symbol wide = narrow;
    accel_graph_desc first = one.desc();
    first.symbols = &narrow;
    first.symbol_count = 1;
    first.symbol_size = sizeof narrow;
    accel_graph_desc other = first;
    other.symbols = &wide;
    wide.max_size = 9;
    CHECK(refused({{"a", &first}, {"b", &other}}) == "G-22");
    wide = narrow;
    wide.multiple = 2;
    CHECK(refused({{"a", &first}, {"b", &other}}) == "G-22");
}

}  // namespace accel::conformance
