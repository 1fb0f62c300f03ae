// SPDX-License-Identifier: MIT
// Sizes that a device finds in data.
#include <algorithm>
#include <cstring>

#include "open.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr int64_t kMost = 64;
constexpr float kGuard = 77.0f;

/// y: the elements of x above 0.
Model positive(const Stand &stand)
{
    OpenModel model(kMost);
    model.output(model.custom("Positive", model.input("x", OpenModel::kN), "y", OpenModel::kCount));
    return model.create(stand.instance());
}

Program built(const Model &model, const std::vector<Device> &devices, const std::vector<accel_symbol_value> &sizes = {})
{
    accel_program *program = nullptr;
    std::vector<accel_device *> handles;
    for (const Device &device : devices) handles.push_back(device.get());
    auto desc = sized<accel_program_desc>();
    desc.model = model.get();
    desc.devices = handles.data();
    desc.device_count = static_cast<uint32_t>(handles.size());
    desc.symbols = sizes.data();
    desc.symbol_count = static_cast<uint32_t>(sizes.size());
    desc.symbol_size = sizeof(accel_symbol_value);
    check(accel_program_build(&desc, &program));
    return Program(program);
}

accel_status bind_part(const Run &run, uint32_t port, const Buffer &buffer, uint64_t size_bytes)
{
    const accel_binding binding{port, 0, buffer.get(), 0, size_bytes};
    auto desc = sized<accel_bind_desc>();
    desc.bindings = &binding;
    desc.binding_count = 1;
    desc.binding_size = sizeof binding;
    return accel_run_bind(run.get(), &desc);
}

bool bounded(const Run &run, int64_t most)
{
    const auto port = run.port(1);
    return port.knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_BOUND) && port.dims[0] == most && port.size_bytes == static_cast<uint64_t>(most) * sizeof(float);
}

bool exact(const Run &run, int64_t size)
{
    const auto port = run.port(1);
    return port.knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_EXACT) && port.dims[0] == size && port.size_bytes == static_cast<uint64_t>(size) * sizeof(float) &&
           port.layout->size_bytes == port.size_bytes;
}

}  // namespace

ACCEL_CASE("runtime.open.data", "R-6", "an output whose size depends on data is a bound before and exact after each submission, and what is told beyond the bound fails it")
{
    Stand stand;
    stand.ledger().takes_open = true;
    {
        const Program program = built(positive(stand), {stand.device()});
        CHECK(program.port(1).knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_BOUND));
        CHECK(program.port(1).dims[0] == kMost);
        const Run run = Run::create(program);
        run.bind({size_of("n", 6)});
        CHECK(bounded(run, 6));
        const Buffer x = stand.buffer(), y = stand.buffer();
        run.bind(0, x);
        run.bind(1, y);
        const Queue queue = stand.queue();
        fill(x, {1, -1, 2, -2, 3, -3});
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(exact(run, 3));
        CHECK(values_of(y, 3) == std::vector<float>({1, 2, 3}));
        fill(x, {-1, -1, -1, -1, -1, -1});
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(run.port(1).dims[0] == 0);
        run.bind(1, y);
        CHECK(bounded(run, 6));
        fill(x, {1, 2, 3, 4, 5, 6});
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(exact(run, 6));
        // Other sizes, other bound; what was told is told no more.
        run.bind({size_of("n", 2)});
        CHECK(bounded(run, 2));
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(exact(run, 2));
        stand.ledger().tells_more = 1;
        CHECK_REFUSED(outcome(stand.instance(), queue, run), ACCEL_STATUS_INTERNAL);
        CHECK((says("'y'") && says("size 3") && says("2 is the most")));
        CHECK(bounded(run, 2));
        stand.ledger().tells_more = 0;
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(exact(run, 2));
        CHECK(stand.ledger().calls("build") == 1);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.open.short", "R-9", "an output that needs more than its binding has ends the submission with LIMIT, nothing is written behind the binding, and the size that it needed is told")
{
    Stand stand;
    stand.ledger().takes_open = true;
    {
        const Program program = built(positive(stand), {stand.device()}, {size_of("n", 8)});
        CHECK(program.open_sizes().empty());
        const Run run = Run::create(program);
        CHECK(bounded(run, 8));
        const Buffer x = stand.buffer(), y = stand.buffer();
        run.bind(0, x);
        CHECK_STATUS(bind_part(run, 1, y, 3 * sizeof(float)), ACCEL_STATUS_OK);
        const Queue queue = stand.queue();
        fill(x, {1, 2, 3, 4, 5, -1, -1, -1});
        fill(y, std::vector<float>(Stand::kCount, kGuard));
        CHECK_REFUSED(outcome(stand.instance(), queue, run), ACCEL_STATUS_LIMIT);
        CHECK(exact(run, 5));
        for (const float value : values_of(y, Stand::kCount)) CHECK(value == kGuard);
        // What fits, fits.
        fill(x, {1, -2, 3, -4, -5, -1, -1, 9});
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(exact(run, 3));
        CHECK(values_of(y, 4) == std::vector<float>({1, 3, 9, kGuard}));
        fill(x, {1, 2, 3, 4, 5, -1, -1, -1});
        CHECK_STATUS(bind_part(run, 1, y, 5 * sizeof(float)), ACCEL_STATUS_OK);
        CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
        CHECK(values_of(y, 6) == std::vector<float>({1, 2, 3, 4, 5, kGuard}));
        // A module that ends well with more than it was given is not believed.
        CHECK_STATUS(bind_part(run, 1, y, 5 * sizeof(float)), ACCEL_STATUS_OK);
        stand.ledger().tells_more = 1;
        CHECK_REFUSED(outcome(stand.instance(), queue, run), ACCEL_STATUS_INTERNAL);
        CHECK((says("24 bytes") && says("20 bytes")));
        size_t calls = 0;
        const auto count = [](void *user, const void *, size_t) { return ++*static_cast<size_t *>(user), ACCEL_STATUS_OK; };
        CHECK_REFUSED(accel_program_save(program.get(), count, &calls), ACCEL_STATUS_UNSUPPORTED);
        CHECK(calls == 0);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.open.sealed", "P-16", "what has sizes that depend on data is refused with SYMBOL for who does not take open sizes, and nothing is built")
{
    const auto refusal = [](const Model &model, const std::vector<Device> &devices) {
        return status_of([&] { built(model, devices, {size_of("n", 8)}); });
    };
    {
        Stand stand;
        stand.ledger().takes_custom = true;
        CHECK_STATUS(refusal(positive(stand), {stand.device()}), ACCEL_STATUS_UNSUPPORTED);
        CHECK(says("a dimension without a value of tensor 'y'"));
        CHECK(stand.ledger().calls("build") == 0);
        CHECK(stand.complaints() == "");
    }
    Stand stand(4, true);
    stand.ledger().takes_open = true;
    {
        OpenModel model(kMost);
        const uint32_t y = model.custom("Positive", model.input("x", OpenModel::kN), "y", OpenModel::kCount);
        model.output(model.relu(y, "z"));
        CHECK_STATUS(refusal(model.create(stand.instance()), {stand.device(), stand.cpu()}), ACCEL_STATUS_UNSUPPORTED);
        CHECK((says("cpu: a dimension without a value of tensor 'y'") && says("witness: a dimension without a value of tensor 'y'")));
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.open.mixed", "P-14", "of a program whose parts are on a device that takes open sizes and on one that does not, the first are built once and the others for each set of sizes")
{
    Stand stand(4, true);
    stand.ledger().takes_open = true;
    {
        OpenModel model(kMost);
        const uint32_t a = model.input("a", OpenModel::kN), b = model.input("b", OpenModel::kN);
        const uint32_t y = model.sum(model.relu(model.sum(a, b, ""), ""), b, "y");
        model.output(y);
        const Program program = built(model.create(stand.instance()), {stand.device(), stand.cpu()});
        CHECK(program.entry().segment_count == 3);
        CHECK(stand.ledger().calls("build") == 2);
        const Run run = Run::create(program);
        CHECK_STATUS(try_bind(run, {size_of("n", 4)}, ACCEL_BIND_FLAG_PREPARED_ONLY), ACCEL_STATUS_NOT_FOUND);
        accel_bind_cost cost = ACCEL_BIND_COST_FREE;
        CHECK_STATUS(accel_run_bind_cost(run.get(), ACCEL_NONE, &cost), ACCEL_STATUS_OK);
        CHECK(cost == ACCEL_BIND_COST_COMPILE);
        const Queue queue = Queue::create({stand.device(), stand.cpu()});
        const Buffer buffers[] = {stand.buffer(), stand.buffer(), stand.buffer()};
        uint32_t sets = 1;
        for (const int64_t n : {4, 64, 1, 4}) {
            INFO("n " << n);
            run.bind({size_of("n", n)});
            for (uint32_t port = 0; port < 3; ++port) run.bind(port, buffers[port]);
            sets += n == 64 || program.info().size_variant_count == sets ? 0 : 1;
            CHECK(program.info().size_variant_count == sets);
            std::vector<float> left, right, sums;
            for (int64_t index = 0; index < n; ++index) {
                left.push_back(static_cast<float>(index) - 3), right.push_back(static_cast<float>(index % 2));
                sums.push_back(std::max(left.back() + right.back(), 0.0f) + right.back());
            }
            fill(buffers[0], left);
            fill(buffers[1], right);
            CHECK_STATUS(outcome(stand.instance(), queue, run), ACCEL_STATUS_OK);
            CHECK(values_of(buffers[2], static_cast<size_t>(n)) == sums);
        }
        CHECK(sets == 3);
        CHECK(stand.ledger().calls("build") == 2);
        CHECK(stand.ledger().calls("run_create") == 2);
    }
    CHECK(stand.complaints() == "");
}

}  // namespace accel::conformance
