// SPDX-License-Identifier: MIT
// Variables: which tensors may be of one, and what is read of it.
#include "sums.h"
#include "support/calls.h"
#include "support/status.h"

namespace accel::conformance {

ACCEL_CASE("state.rules", "G-12", "variables and what reads and writes them go together")
{
    const Room room;
    Sums sums(room);
    const auto refused = [&](const std::vector<accel_entry_desc> &entries) {
        accel_model *model = nullptr;
        CHECK_REFUSED(create_model(room.instance(), entries, &model), ACCEL_STATUS_INVALID_ARGUMENT);
        return std::string(accel_last_error()->rule);
    };
    const auto entries = sums.entries();
    const std::vector<accel_entry_desc> one{entries[Sums::kStep]};
    accel_variable &variable = sums.variable();
    const accel_variable good = variable;
    variable.name = "";
    CHECK(refused(one) == "G-12");
    variable = good;
    // Without a quantisation, which would be against other rules.
    variable.quantization = nullptr;
    variable.type = ACCEL_TYPE_I32;
    CHECK(refused(one) == "G-12");
    variable = good;
    variable.quantization = nullptr;
    variable.rank = 3, variable.quantization = nullptr;  // whose blocks are those of four axes
    CHECK(refused(one) == "G-12");
    variable = good;
    const accel_dim smaller[] = {{1, ACCEL_SYMBOL_NONE, 0}, {8, ACCEL_SYMBOL_NONE, 0}, {4, ACCEL_SYMBOL_NONE, 0}, {3, ACCEL_SYMBOL_NONE, 0}};
    variable.dims = smaller;
    CHECK(refused(one) == "G-12");
    variable = good;
    variable.data = &variable;
    variable.data_bytes = 1;
    CHECK(refused(one) == "G-12");
    variable = good;
    // Two entry points that disagree.
    accel_variable other = good;
    const accel_dim larger[] = {{1, ACCEL_SYMBOL_NONE, 0}, {8, ACCEL_SYMBOL_NONE, 0}, {4, ACCEL_SYMBOL_NONE, 0}, {5, ACCEL_SYMBOL_NONE, 0}};
    other.dims = larger;
    accel_graph_desc graph = *entries[Sums::kLook].graph;
    graph.variables = &other;
    CHECK(refused({entries[Sums::kStep], {"look", &graph}}) == "G-12");
    // A variable that is not there, and an inner tensor that is one.
    graph.variable_count = 0;
    CHECK(refused({{"look", &graph}}) == "G-1");
    sums.graph(Sums::kStep).tensors()[1].flags = ACCEL_TENSOR_FLAG_VARIABLE;
    CHECK(refused({sums.entries()[Sums::kStep]}) == "G-12");
}

ACCEL_CASE("state.old-value", "R-12", "what an entry point reads is what was there before it wrote, whatever reads it last")
{
    // s = s + x is written first, and y = s + z is of the value before.
    const Room room;
    const auto type = room.adder().type();
    const std::vector<int64_t> dims{1, 8, 4, 4};
    const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
    const auto rounding = type == ACCEL_TYPE_I8 ? room.rounding() : ACCEL_ROUNDING_NONE;
    GraphBuilder graph;
    const uint32_t s = graph.input("s", type, dims, quantization), x = graph.input("x", type, dims, quantization), z = graph.input("z", type, dims, quantization);
    const uint32_t next = graph.tensor("next", type, dims, quantization), y = graph.tensor("y", type, dims, quantization);
    graph.node(ACCEL_OPERATION_ADD, {s, x}, {next}, {}, rounding);
    graph.node(ACCEL_OPERATION_ADD, {s, z}, {y}, {}, rounding);
    graph.output(next);
    graph.output(y);
    room.needs_program(graph);
    const Model model = Model::create(room.instance(), graph.desc());
    const Program program = build_with(room, model, {"s", "next", nullptr});
    CHECK(program.entry().port_count == 3);
    const State state = State::create(program);
    const Run run = Run::create(program, 0, state);
    std::vector<Buffer> buffers;
    for (uint32_t port = 0; port < 3; ++port) {
        buffers.push_back(room.buffer(program.port(port).size_bytes));
        run.bind(port, buffers.back());
    }
    const size_t count = 128;
    const auto filled = [&](int value) { return type == ACCEL_TYPE_I8 ? std::vector<char>(count, static_cast<char>(value)) : to_bytes(std::vector<float>(count, static_cast<float>(value))); };
    for (const uint32_t port : {0u, 1u}) scatter(program.port(port), filled(port ? 1 : 3).data(), buffers[port].map(ACCEL_ACCESS_WRITE).as<char>());
    for (const int expected : {1, 4, 7, 10}) {
        REQUIRE(room.completes(run));
        std::vector<char> dense(dense_bytes(program.port(2)));
        gather(program.port(2), buffers[2].map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
        CHECK(dense == filled(expected));
    }
}

ACCEL_CASE("state.pairs", "G-12", "pairs of an input and an output become variables, and what cannot be one is refused")
{
    const Room room;
    Sums sums(room);
    const auto entries = sums.entries();
    for (uint32_t entry = 0; entry < 3; ++entry)
        for (auto &tensor : sums.graph(entry).tensors()) tensor.flags = 0;
    const Model model = Model::create(room.instance(), sums.entries());
    accel_device *device = room.device().get();
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = &device;
    desc.device_count = 1;
    std::vector<accel_state_pair> pairs{{"s_in", "s_out", nullptr}};
    const auto build = [&](accel_program **out) {
        desc.states = pairs.data();
        desc.state_count = static_cast<uint32_t>(pairs.size());
        desc.state_size = sizeof pairs[0];
        return accel_program_build(&desc, out);
    };
    accel_program *handle = nullptr;
    REQUIRE_STATUS(build(&handle), ACCEL_STATUS_OK);
    const Program program(handle);
    Play play(room, sums, program, State::create(program));
    play.go(play.fill, 2);
    play.go(play.step, 1);
    CHECK(play.seen() == sums.filled(3));
    const auto refused = [&](accel_status status = ACCEL_STATUS_INVALID_ARGUMENT) {
        accel_program *none = nullptr;
        CHECK_REFUSED(build(&none), status);
    };
    pairs = {{"nothing", "nowhere", nullptr}};
    refused();
    pairs = {{"s_in", "s_out", nullptr}, {"x", "s_out", nullptr}};
    refused();
    pairs = {{"s_in", "s_out", "nowhere"}};
    refused(ACCEL_STATUS_NOT_FOUND);
    pairs = {{"s_in", "s_out", nullptr}};
    const auto zeros = sums.filled(0);
    const accel_known_value known{"s_in", nullptr, zeros.data(), zeros.size(), nullptr, 0, 0};
    desc.known = &known;
    desc.known_count = 1;
    desc.known_size = sizeof known;
    refused();
}

}  // namespace accel::conformance
