// SPDX-License-Identifier: MIT
// A device that takes open sizes: built once, told the sizes of each bind.
#include <cstring>
#include <numeric>

#include "open.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

/// y = a + b + b, and z = y twice.
Model chain(const Stand &stand, int64_t most)
{
    OpenModel model(most);
    const uint32_t a = model.input("a", OpenModel::kN), b = model.input("b", OpenModel::kN);
    const uint32_t y = model.sum(model.sum(a, b, ""), b, "y");
    model.output(y);
    model.output(model.custom("Repeat", y, "z", OpenModel::kTwice));
    return model.create(stand.instance());
}

std::vector<float> counted(int64_t count, float first)
{
    std::vector<float> values(static_cast<size_t>(count));
    std::iota(values.begin(), values.end(), first);
    return values;
}

/// Both results, in buffers as large as the run says that they are.
std::vector<float> results_of(const Stand &stand, const Run &run, int64_t n)
{
    std::vector<Buffer> buffers;
    for (uint32_t port = 0; port < 4; ++port) {
        buffers.push_back(stand.buffer(run.port(port).size_bytes));
        if (port < 2) fill(buffers.back(), counted(n, static_cast<float>(port * 100)));
        run.bind(port, buffers.back());
    }
    const Queue queue = stand.queue();
    check(outcome(stand.instance(), queue, run));
    std::vector<float> y = values_of(buffers[2], static_cast<size_t>(n)), z = values_of(buffers[3], static_cast<size_t>(2 * n));
    y.insert(y.end(), z.begin(), z.end());
    return y;
}

/// The groups in which accel_program_support says that operations are taken.
std::vector<uint32_t> groups_of(const Stand &stand, const Model &model)
{
    auto desc = sized<accel_program_desc>();
    accel_device *device = stand.device().get();
    desc.model = model.get();
    desc.devices = &device;
    desc.device_count = 1;
    std::vector<uint32_t> groups;
    check(accel_program_support(
        &desc, [](void *user, const accel_support *row) { return static_cast<std::vector<uint32_t> *>(user)->push_back(row->group), ACCEL_STATUS_OK; }, &groups));
    return groups;
}

std::vector<float> expected(int64_t n)
{
    std::vector<float> all;
    for (int time = 0; time < 3; ++time)
        for (int64_t index = 0; index < n; ++index) all.push_back(static_cast<float>(index + 2 * (index + 100)));
    return all;
}

}  // namespace

ACCEL_CASE("runtime.open.once", "H-15", "a target with open sizes gets the open graph once, with what is planned, and with each bind the size of every symbol; nothing is built, loaded or made again")
{
    Stand stand;
    stand.ledger().takes_open = true;
    {
        const Model model = chain(stand, 64);
        CHECK(groups_of(stand, model) == std::vector<uint32_t>({1, 2, 3}));
        CHECK(stand.ledger().calls("build") == 0);
        const Program program = Program::build(model, {stand.device()});
        const uint64_t built = stand.ledger().calls("build");
        CHECK(built == 3);  // the witness takes each node alone
        for (const auto &planned : stand.ledger().planned()) CHECK(planned == std::vector<int64_t>({64, 128, 64}));
        const Run run = Run::create(program);
        CHECK(run.port(3).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_BOUND));
        for (const int64_t n : {5, 64, 1, 33, 5}) {
            INFO("n " << n);
            const size_t told = stand.ledger().sizes().size();
            CHECK_STATUS(try_bind(run, {size_of("n", n)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_OK);
            for (uint32_t port = 0; port < 4; ++port) {
                const auto info = run.port(port);
                const int64_t size = port == 3 ? 2 * n : n;
                CHECK(info.knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_EXACT));
                CHECK(info.dims[0] == size);
                CHECK(info.size_bytes == static_cast<uint64_t>(size) * sizeof(float));
            }
            CHECK(results_of(stand, run, n) == expected(n));
            const auto sizes = stand.ledger().sizes();
            REQUIRE(sizes.size() > told);
            for (size_t bind = told; bind < sizes.size(); ++bind) CHECK(sizes[bind] == std::vector<int64_t>({n, 2 * n, -1}));
        }
        CHECK(stand.ledger().calls("build") == built);
        CHECK(stand.ledger().calls("program_load") == built);
        CHECK(stand.ledger().calls("run_create") == 3);
        CHECK(program.info().size_variant_count == 1);
        accel_bind_cost cost = ACCEL_BIND_COST_COMPILE;
        CHECK_STATUS(accel_run_bind_cost(run.get(), ACCEL_NONE, &cost), ACCEL_STATUS_OK);
        CHECK(cost == ACCEL_BIND_COST_REBUILD);
        CHECK_STATUS(try_bind(run, {size_of("n", 65)}), ACCEL_STATUS_INVALID_ARGUMENT);
        // Two runs of one build, each with sizes of its own.
        const Run other = Run::create(program);
        other.bind({size_of("n", 7)});
        CHECK(results_of(stand, other, 7) == expected(7));
        CHECK(results_of(stand, run, 5) == expected(5));
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.open.same-bits", "P-14", "built once or for each set of sizes, a program computes the same")
{
    std::vector<std::vector<float>> results;
    for (const bool open : {true, false}) {
        Stand stand;
        (open ? stand.ledger().takes_open : stand.ledger().takes_custom) = true;
        {
            const Program program = Program::build(chain(stand, 64), {stand.device()});
            const uint64_t built = stand.ledger().calls("build");
            const Run run = Run::create(program);
            for (const int64_t n : {3, 64, 17}) {
                run.bind({size_of("n", n)});
                results.push_back(results_of(stand, run, n));
            }
            CHECK((stand.ledger().calls("build") == built) == open);
        }
        CHECK(stand.complaints() == "");
    }
    for (size_t index = 0; index < 3; ++index) CHECK(results[index] == results[index + 3]);
}

ACCEL_CASE("runtime.open.unbounded", "P-15", "sizes without a bound are planned as typical, and larger ones need no build either")
{
    Stand stand;
    stand.ledger().takes_open = true;
    {
        const Model model = chain(stand, ACCEL_SIZE_UNBOUNDED);
        auto desc = sized<accel_program_desc>();
        accel_device *device = stand.device().get();
        const accel_symbol_value typical{"n", nullptr, -1, 0, 0, 16};
        desc.model = model.get();
        desc.devices = &device;
        desc.device_count = 1;
        desc.symbols = &typical;
        desc.symbol_count = 1;
        desc.symbol_size = sizeof typical;
        accel_program *handle = nullptr;
        check(accel_program_build(&desc, &handle));
        const Program program(handle);
        for (const auto &planned : stand.ledger().planned()) CHECK(planned == std::vector<int64_t>({16, 32, ACCEL_SIZE_UNBOUNDED}));
        const uint64_t built = stand.ledger().calls("build");
        const Run run = Run::create(program);
        CHECK(run.port(0).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_OPEN));
        for (const int64_t n : {16, 1000, 1}) {
            run.bind({size_of("n", n)});
            CHECK(results_of(stand, run, n) == expected(n));
        }
        CHECK(stand.ledger().calls("build") == built);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.open.refused-bind", "R-5", "a bind of other sizes that a module refuses leaves the run with the sizes and the memory that it had")
{
    Stand stand;
    stand.ledger().takes_open = true;
    {
        const Program program = Program::build(chain(stand, 64), {stand.device()});
        const Run run = Run::create(program);
        run.bind({size_of("n", 5)});
        CHECK(results_of(stand, run, 5) == expected(5));
        for (int before = 0; before < 3; ++before) {
            INFO("refused by segment " << before);
            stand.ledger().binds_before = before;
            stand.ledger().bind_answer = ACCEL_STATUS_OUT_OF_MEMORY;
            CHECK_REFUSED(try_bind(run, {size_of("n", 3)}), ACCEL_STATUS_OUT_OF_MEMORY);
            CHECK(run.port(0).dims[0] == 5);
            const Queue queue = stand.queue();
            CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
            CHECK(stand.ledger().sizes().back() == std::vector<int64_t>({5, 10, -1}));
        }
        CHECK(results_of(stand, run, 5) == expected(5));
    }
    CHECK(stand.complaints() == "");
}

}  // namespace accel::conformance
