// SPDX-License-Identifier: MIT
// Programs that leave sizes open, and runs that give them.
#include <string>
#include <vector>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

accel_symbol_value size_of(const char *name, int64_t size) { return {name, nullptr, size, 0, 0, 0}; }
accel_symbol_value range_of(const char *name, int64_t min, int64_t max, int64_t typical = 0) { return {name, nullptr, -1, min, max, typical}; }

/// result = first + second + …, of [batch, 8, 4, rows] with batch from 1 to 6, a multiple of 2 or not, and rows without a bound.
class OpenModel {
public:
    explicit OpenModel(const Room &room, int64_t multiple = 1) : room_(room)
    {
        const Adder probe = room.adder();
        const bool quantised = probe.type() == ACCEL_TYPE_I8;
        const Quantization quantization = quantised ? Quantization{{1}, {0}} : Quantization{};
        const accel_rounding rounding = quantised ? room.rounding() : ACCEL_ROUNDING_NONE;
        type_ = probe.type();
        const std::vector<int64_t> some{1, 8, 4, 1};
        const uint32_t a = graph_.input("first", type_, some, quantization), b = graph_.input("second", type_, some, quantization);
        const uint32_t c = graph_.tensor("", type_, some, quantization), y = graph_.tensor("result", type_, some, quantization);
        graph_.node(ACCEL_OPERATION_ADD, {a, b}, {c}, {}, rounding);
        graph_.node(ACCEL_OPERATION_ADD, {c, b}, {y}, {}, rounding);
        graph_.output(y);
        symbols_ = {{"batch", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, 6, multiple}, {"rows", ACCEL_SYMBOL_KIND_FREE, ACCEL_EXPRESSION_NONE, 1, ACCEL_SIZE_UNBOUNDED, 1}};
        dims_ = {{-1, 0, 0}, {8, ACCEL_SYMBOL_NONE, 0}, {4, ACCEL_SYMBOL_NONE, 0}, {-1, 1, 0}};
        for (auto &tensor : graph_.tensors()) tensor.dims = dims_.data();
        auto &description = graph_.desc();
        description.symbols = symbols_.data();
        description.symbol_count = 2;
        description.symbol_size = sizeof symbols_[0];
        model_ = Model::create(room.instance(), description);
    }

    accel_status build(const std::vector<accel_symbol_value> &sizes, accel_program **out, uint32_t variant_max = 0) const
    {
        auto desc = sized<accel_program_desc>();
        accel_device *device = room_.device().get();
        desc.model = model_.get();
        desc.devices = &device;
        desc.device_count = 1;
        desc.symbols = sizes.data();
        desc.symbol_count = static_cast<uint32_t>(sizes.size());
        desc.symbol_size = sizeof(accel_symbol_value);
        desc.size_variant_max = variant_max;
        return accel_program_build(&desc, out);
    }
    Program program(const std::vector<accel_symbol_value> &sizes, uint32_t variant_max = 0) const
    {
        accel_program *handle = nullptr;
        check(build(sizes, &handle, variant_max));
        return Program(handle);
    }
    accel_type type() const { return type_; }

private:
    const Room &room_;
    GraphBuilder graph_;
    accel_type type_ = ACCEL_TYPE_F32;
    std::vector<accel_symbol> symbols_;
    std::vector<accel_dim> dims_;
    Model model_;
};

accel_status prepare(const Program &program, const std::vector<accel_symbol_value> &sizes)
{
    auto desc = sized<accel_prepare_desc>();
    desc.symbols = sizes.data();
    desc.symbol_count = static_cast<uint32_t>(sizes.size());
    desc.symbol_size = sizeof(accel_symbol_value);
    return accel_program_prepare(program.get(), &desc);
}

std::vector<int64_t> dims_of(const accel_port_info &port) { return {port.dims, port.dims + port.rank}; }

bool says(const std::string &part) { return std::string(accel_last_error()->message).find(part) != std::string::npos; }

/// Values that fit each type, dense.
std::vector<char> values_for(const accel_port_info &port, int first)
{
    std::vector<char> dense(dense_bytes(port));
    for (size_t index = 0; index < dense.size() / element_bytes(port.type); ++index) {
        const int value = (first + static_cast<int>(index)) % 30;
        const auto real = static_cast<float>(value);
        if (port.type == ACCEL_TYPE_I8)
            dense[index] = static_cast<char>(value);
        else
            std::memcpy(&dense[index * sizeof real], &real, sizeof real);
    }
    return dense;
}

/// What a bound run makes of these inputs, in buffers as large as it says.
std::vector<char> result_of(const Room &room, const Run &run)
{
    std::vector<Buffer> buffers;
    for (uint32_t port = 0; port < 3; ++port) {
        const auto info = run.port(port);
        buffers.push_back(room.buffer(info.size_bytes));
        if (port < 2) scatter(info, values_for(info, static_cast<int>(port) * 7).data(), buffers.back().map(ACCEL_ACCESS_WRITE).as<char>());
        run.bind(port, buffers.back());
    }
    check(room.completes(run) ? ACCEL_STATUS_OK : ACCEL_STATUS_JOB_FAILED);
    const auto info = run.port(2);
    std::vector<char> dense(dense_bytes(info));
    gather(info, buffers[2].map(ACCEL_ACCESS_READ).as<const char>(), dense.data());
    return dense;
}

}  // namespace

ACCEL_CASE("sizes.build.values", "P-7", "sizes that a build gives lie in their range, and with them the shape is fixed")
{
    const Room room;
    const OpenModel model(room, 2);
    accel_program *program = nullptr;
    CHECK_REFUSED(model.build({size_of("batch", 8)}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(model.build({size_of("batch", 3)}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(model.build({size_of("nonsense", 2)}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(model.build({range_of("batch", 7, 9)}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(model.build({range_of("batch", 1, 6, 5)}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(model.build({{"batch", nullptr, 2, 1, 4, 0}}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(model.build({size_of("batch", -2)}, &program), ACCEL_STATUS_INVALID_ARGUMENT);
    const Program fixed = model.program({size_of("batch", 2), size_of("rows", 3)});
    CHECK(fixed.open_sizes().empty());
    CHECK(dims_of(fixed.port(0)) == std::vector<int64_t>({2, 8, 4, 3}));
    CHECK(fixed.port(2).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_EXACT));
    CHECK_REFUSED(try_bind(Run::create(fixed), {size_of("batch", 2)}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(prepare(fixed, {}), ACCEL_STATUS_OK);
}

ACCEL_CASE("sizes.bind.refused", "P-7", "a size that is unknown, doubled, out of its range or no multiple is refused by name, with what is expected; so is a run whose sizes are not all bound")
{
    const Room room;
    const OpenModel model(room, 2);
    const Program program = model.program({range_of("batch", 2, 4)});
    const Run run = Run::create(program);
    const std::vector<accel_symbol_value> wrong[] = {{size_of("nonsense", 2)}, {size_of("batch", 2), size_of("batch", 4)}, {size_of("batch", 6)}, {size_of("batch", 0)}, {size_of("batch", 3)}, {range_of("batch", 2, 4)}, {{nullptr, nullptr, 2, 0, 0, 0}}};
    for (const auto &sizes : wrong) CHECK_REFUSED(try_bind(run, sizes), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(try_bind(run, {size_of("batch", 6)}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(says("symbol 'batch' is 6, expected 2 to 4, a multiple of 2"));
    const Queue queue = room.queue();
    auto submit = sized<accel_submit>();
    submit.run = run.get();
    CHECK_REFUSED(accel_queue_submit(queue.get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK((says("'batch'") && says("'rows'")));
    CHECK_STATUS(try_bind(run, {size_of("batch", 2)}), ACCEL_STATUS_OK);
    CHECK_REFUSED(accel_queue_submit(queue.get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK((!says("'batch'") && says("'rows'")));
    CHECK_STATUS(try_bind(run, {size_of("rows", 3)}), ACCEL_STATUS_OK);
    const std::vector<char> before = result_of(room, run);
    // Sizes for which bound memory is too short: submit says so. Sizes that are refused change nothing.
    CHECK_REFUSED(try_bind(run, {size_of("rows", 5), size_of("batch", 6)}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK(dims_of(run.port(2)) == std::vector<int64_t>({2, 8, 4, 3}));
    REQUIRE(room.completes(run));
    CHECK_STATUS(try_bind(run, {size_of("rows", 5000)}), ACCEL_STATUS_OK);
    CHECK_REFUSED(accel_queue_submit(queue.get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK((says("'first'") && says("bytes")));
    CHECK_STATUS(try_bind(run, {size_of("rows", 3)}), ACCEL_STATUS_OK);
    CHECK(result_of(room, run) == before);
}

ACCEL_CASE("sizes.port.knowledge", "R-6", "before sizes are bound ports tell bounds, with them exact sizes")
{
    const Room room;
    const OpenModel model(room);
    const Program open = model.program({});
    REQUIRE(open.open_sizes().size() == 2);
    CHECK(std::string(open.open_sizes()[0].name) == "batch");
    CHECK(open.open_sizes()[0].max_size == 6);
    CHECK(open.open_sizes()[0].planned_size == 6);
    CHECK(open.open_sizes()[1].max_size == ACCEL_SIZE_UNBOUNDED);
    CHECK(open.open_sizes()[1].planned_size == 1);
    CHECK(open.port(2).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_OPEN));
    CHECK(open.port(2).size_bytes == 0);
    CHECK(dims_of(open.port(2)) == std::vector<int64_t>({6, 8, 4, ACCEL_SIZE_UNBOUNDED}));
    const Program bounded = model.program({range_of("batch", 1, 3), range_of("rows", 2, 5)});
    CHECK(bounded.port(2).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_BOUND));
    CHECK(dims_of(bounded.port(2)) == std::vector<int64_t>({3, 8, 4, 5}));
    CHECK(bounded.port(2).size_bytes >= 3 * 8 * 4 * 5 * element_bytes(model.type()));
    const Run run = Run::create(bounded);
    CHECK(run.port(2).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_BOUND));
    run.bind({size_of("rows", 4)});
    CHECK(run.port(2).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_BOUND));
    run.bind({size_of("batch", 2)});
    for (uint32_t port = 0; port < 3; ++port) {
        CHECK(run.port(port).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_EXACT));
        CHECK(dims_of(run.port(port)) == std::vector<int64_t>({2, 8, 4, 4}));
        CHECK(run.port(port).size_bytes <= bounded.port(port).size_bytes);
    }
}

ACCEL_CASE("sizes.bind.same-bits", "P-14", "a program with open sizes gives the bits of programs that were built for them, whatever was bound before")
{
    const Room room;
    const OpenModel model(room);
    const Program open = model.program({});
    const Run run = Run::create(open);
    for (const auto &[batch, rows] : std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {4, 3}, {6, 1}, {1, 17}, {4, 3}}) {
        INFO("batch " << batch << ", rows " << rows);
        const std::vector<accel_symbol_value> sizes{size_of("batch", batch), size_of("rows", rows)};
        run.bind(sizes);
        CHECK(result_of(room, run) == result_of(room, Run::create(model.program(sizes))));
    }
}

ACCEL_CASE("sizes.prepare.kept", "P-15", "prepare builds what a bind then finds, and no more sets than size_variant_max are kept but those that runs are bound to")
{
    const Room room;
    const OpenModel model(room);
    const Program program = model.program({size_of("rows", 2)}, 3);
    CHECK(program.info().size_variant_count == 1);
    const Run run = Run::create(program), other = Run::create(program);
    accel_bind_cost cost = ACCEL_BIND_COST_FREE;
    CHECK_STATUS(accel_run_bind_cost(run.get(), ACCEL_NONE, &cost), ACCEL_STATUS_OK);
    CHECK(cost == ACCEL_BIND_COST_COMPILE);
    CHECK_REFUSED(try_bind(run, {size_of("batch", 2)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_NOT_FOUND);
    CHECK_REFUSED(prepare(program, {}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(prepare(program, {size_of("batch", 7)}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(prepare(program, {size_of("batch", 2)}), ACCEL_STATUS_OK);
    CHECK(program.info().size_variant_count == 2);
    CHECK_STATUS(try_bind(run, {size_of("batch", 2)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_OK);
    CHECK_STATUS(try_bind(other, {size_of("batch", 3)}), ACCEL_STATUS_OK);
    CHECK(program.info().size_variant_count == 3);
    // The planned set and two that runs are bound to stay; of the others the one unused longest goes.
    CHECK_STATUS(prepare(program, {size_of("batch", 4)}), ACCEL_STATUS_OK);
    CHECK_STATUS(prepare(program, {size_of("batch", 5)}), ACCEL_STATUS_OK);
    CHECK(program.info().size_variant_count == 4);
    CHECK_REFUSED(try_bind(run, {size_of("batch", 4)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_NOT_FOUND);
    CHECK_STATUS(try_bind(run, {size_of("batch", 2)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_OK);
    CHECK(dims_of(run.port(2))[0] == 2);
    CHECK(dims_of(other.port(2))[0] == 3);
    CHECK_STATUS(try_bind(other, {size_of("batch", 5)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_OK);
    CHECK_STATUS(prepare(program, {size_of("batch", 1)}), ACCEL_STATUS_OK);
    CHECK(program.info().size_variant_count == 4);
    CHECK_REFUSED(try_bind(run, {size_of("batch", 3)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_NOT_FOUND);
}

ACCEL_CASE("sizes.save.open", "S-8", "a program that leaves sizes open is not saved, and the sentence names them")
{
    const Room room;
    const OpenModel model(room);
    const Program program = model.program({size_of("rows", 2)});
    CHECK(program.info().saved_bytes == 0);
    size_t calls = 0;
    const auto count = [](void *user, const void *, size_t) { return ++*static_cast<size_t *>(user), ACCEL_STATUS_OK; };
    CHECK_REFUSED(accel_program_save(program.get(), count, &calls), ACCEL_STATUS_UNSUPPORTED);
    CHECK(says("'batch' (1 to 6)"));
    CHECK(calls == 0);
    CHECK(model.program({size_of("rows", 2), size_of("batch", 2)}).save().size() > 0);
}

}  // namespace accel::conformance
