// SPDX-License-Identifier: MIT
// What a submission is, and what it refuses.
#include <algorithm>
#include <chrono>
#include <thread>

#include "support/calls.h"
#include "support/room.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

accel_status transfer(const Queue &queue, const Buffer *source, uint64_t source_offset, const Buffer &destination, uint64_t destination_offset, uint64_t size,
                      uint32_t fill_value, const accel_fence_point *signal)
{
    auto op = sized<accel_transfer_op>();
    op.source = source ? source->get() : nullptr;
    op.source_offset_bytes = source_offset;
    op.destination = destination.get();
    op.destination_offset_bytes = destination_offset;
    op.size_bytes = size;
    op.fill_value = fill_value;
    op.signals = signal;
    op.signal_count = signal ? 1 : 0;
    return accel_queue_transfer(queue.get(), &op);
}

}  // namespace

ACCEL_CASE("queues.submit.only-queues", "Q-1", "submitting returns while a wait is not reached, and while heavy work has not ended")
{
    const Room room;
    const Adder heavy = room.heavy();
    const Sum sum(room, heavy);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence();
    const Stopwatch stopwatch;
    queue.submit(sum.run, {gate.at(1)}, {done.at(1)});
    CHECK(stopwatch.seconds() < 1.0);
    CHECK_STATUS(accel_fence_error(done.get(), 1), ACCEL_STATUS_NOT_READY);
    gate.signal(1);
    REQUIRE(arrives(done, 1));
    // Heavy work has not ended when submit returns; one of several tries must not be interrupted in between.
    bool returned_early = false;
    for (uint64_t round = 2; round < 12; ++round) {
        queue.submit(sum.run, {}, {done.at(round)});
        returned_early = returned_early || accel_fence_error(done.get(), round) == ACCEL_STATUS_NOT_READY;
        REQUIRE(arrives(done, round));
    }
    CHECK(expect(returned_early, "each of 10 submissions returned after its work had ended, expected one before"));
}

ACCEL_CASE("queues.submit.without-run", "Q-4", "a submission without a run waits and signals")
{
    const Room room;
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence();
    auto submit = sized<accel_submit>();
    const accel_fence_point wait = gate.at(1), signal = done.at(5);
    submit.waits = &wait;
    submit.wait_count = 1;
    submit.signals = &signal;
    submit.signal_count = 1;
    REQUIRE_STATUS(accel_queue_submit(queue.get(), &submit), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_fence_error(done.get(), 5), ACCEL_STATUS_NOT_READY);
    gate.signal(1);
    CHECK(arrives(done, 5));
}

ACCEL_CASE("queues.submit.unbound", "R-2", "a run with an unbound port is refused")
{
    const Room room;
    const Adder adder = room.adder();
    const Run run = Run::create(adder.program());
    run.bind(Adder::kA, room.buffer(adder.size_bytes(Adder::kA)));
    auto submit = sized<accel_submit>();
    submit.run = run.get();
    CHECK_REFUSED(accel_queue_submit(room.queue().get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("queues.submit.in-flight-once", "R-1", "a run in flight is neither submitted again nor bound: BUSY")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence gate = room.fence(), done = room.fence();
    sum.set(4, 5);
    queue.submit(sum.run, {gate.at(1)}, {done.at(1)});
    CHECK_STATUS(status_of([&] { queue.submit(sum.run, {}, {done.at(2)}); }), ACCEL_STATUS_BUSY);
    CHECK_STATUS(status_of([&] { sum.run.bind(Adder::kA, sum.b); }), ACCEL_STATUS_BUSY);
    gate.signal(1);
    REQUIRE(arrives(done, 1));
    CHECK(sum.holds(9));
    queue.submit(sum.run, {}, {done.at(2)});
    CHECK(arrives(done, 2));
}

ACCEL_CASE("queues.submit.foreign-program", "Q-7", "a queue takes programs of its own device set only")
{
    const Room room;
    std::optional<Device> other;
    for (const Device &device : room.instance().devices())
        if (std::string(device.info().id) != room.facts().id) other = device;
    if (!other) skip("device.second", "this instance lists no second device");
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue foreign = Queue::create({*other});
    auto submit = sized<accel_submit>();
    submit.run = sum.run.get();
    CHECK_REFUSED(accel_queue_submit(foreign.get(), &submit), ACCEL_STATUS_INVALID_ARGUMENT);
    const Queue both = Queue::create({*other, room.device()});
    const Fence fence = room.fence();
    sum.set(1, 1);
    both.submit(sum.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    CHECK(sum.holds(2));
}

ACCEL_CASE("queues.bind.latest", "R-4", "a run uses the buffers bound last")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    sum.set(1, 2);
    queue.submit(sum.run, {}, {fence.at(1)});
    REQUIRE(arrives(fence, 1));
    CHECK(sum.holds(3));
    const Buffer other_a = room.buffer(adder.size_bytes(Adder::kA)), other_y = room.buffer(adder.size_bytes(Adder::kY));
    adder.fill(other_a, Adder::kA, 40);
    sum.run.bind(Adder::kA, other_a);
    sum.run.bind(Adder::kY, other_y);
    queue.submit(sum.run, {}, {fence.at(2)});
    REQUIRE(arrives(fence, 2));
    CHECK(adder.read(other_y, Adder::kY) == std::vector<int>(adder.element_count(), 42));
    CHECK(sum.holds(3));
    accel_bind_cost cost = ACCEL_BIND_COST_FREE;
    CHECK_STATUS(accel_run_bind_cost(sum.run.get(), Adder::kA, &cost), ACCEL_STATUS_OK);
    CHECK_STATUS(accel_run_bind_cost(sum.run.get(), 4711, &cost), ACCEL_STATUS_NOT_FOUND);
}

ACCEL_CASE("queues.bind.offset", "R-4", "a run reads its inputs from the offset of the binding")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(1, 2);
    const uint64_t size = adder.size_bytes(Adder::kA);
    const uint64_t align = std::max<uint64_t>(adder.program().port(Adder::kA).align_bytes, 64);
    const uint64_t offset = (size + align - 1) / align * align;
    const Buffer pair = room.buffer(offset + size);
    const Buffer plain = room.buffer(size);
    adder.fill(plain, Adder::kA, 50);
    std::memcpy(pair.map().as<char>() + offset, plain.map(ACCEL_ACCESS_READ).as<char>(), size);
    sum.run.bind(Adder::kA, pair, offset);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(52));
}

namespace {

/// y = x0 + x1 + … + x7, in eight inputs.
GraphBuilder long_sum(accel_type type, accel_rounding rounding)
{
    const std::vector<int64_t> dims{1, 8, 4, 4};
    const Quantization quantization = type == ACCEL_TYPE_I8 ? Quantization{{1}, {0}} : Quantization{};
    GraphBuilder graph;
    static constexpr const char *kNames[] = {"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7"};
    uint32_t sum = graph.input(kNames[0], type, dims, quantization);
    for (int i = 1; i < 8; ++i) {
        const uint32_t x = graph.input(kNames[i], type, dims, quantization), next = graph.tensor(i == 7 ? "y" : "", type, dims, quantization);
        graph.node(ACCEL_OPERATION_ADD, {sum, x}, {next}, {}, type == ACCEL_TYPE_I8 ? rounding : ACCEL_ROUNDING_NONE);
        sum = next;
    }
    graph.output(sum);
    return graph;
}

/// The ports of a long sum in so many buffers; xi is i + 1 everywhere.
class SpreadSum {
public:
    SpreadSum(const Room &room, const Adder &sum, uint32_t buffer_count) : sum_(sum),
                                                                           run_(Run::create(sum.program()))
    {
        for (uint32_t port = 0; port < 9; ++port) {
            const auto info = sum.program().port(port);
            granule_ = std::max({granule_, info.size_bytes, info.align_bytes, room.facts().buffer_align_bytes});
        }
        granule_ = (granule_ + 4095) / 4096 * 4096;
        for (uint32_t i = 0; i < buffer_count; ++i) buffers_.push_back(room.buffer(9 * granule_));
        for (uint32_t port = 0; port < 8; ++port) {
            const Buffer plain = room.buffer(granule_);
            sum.fill(plain, port, static_cast<int>(port) + 1);
            std::memcpy(buffer(port).map().as<char>() + port * granule_, plain.map(ACCEL_ACCESS_READ).as<char>(), sum.size_bytes(port));
        }
    }
    accel_status bind() const
    {
        std::vector<accel_binding> bindings;
        for (uint32_t port = 0; port < 9; ++port) bindings.push_back({port, 0, buffer(port).get(), port * granule_, 0});
        return bind_run(run_.get(), bindings.data(), 9);
    }
    const Run &run() const { return run_; }
    std::vector<int> result(const Room &room) const
    {
        const Buffer plain = room.buffer(granule_);
        std::memcpy(plain.map().as<char>(), buffer(8).map(ACCEL_ACCESS_READ).as<char>() + 8 * granule_, sum_.size_bytes(8));
        return sum_.read(plain, 8);
    }

private:
    const Buffer &buffer(uint32_t port) const { return buffers_[port % buffers_.size()]; }
    const Adder &sum_;
    const Run run_;
    uint64_t granule_ = 64;
    std::vector<Buffer> buffers_;
};

}  // namespace

ACCEL_CASE("queues.bind.spread", "R-8", "as many distinct buffers are bound as the program says, in any spread over its ports, and more are LIMIT")
{
    const Room room;
    std::optional<Program> program;
    accel_type type = ACCEL_TYPE_F32;
    for (const auto candidate : {ACCEL_TYPE_I8, ACCEL_TYPE_F32}) {
        auto graph = long_sum(candidate, room.rounding());
        if (auto built = room.try_build(graph)) program = std::move(built), type = candidate;
    }
    REQUIRE(expect(program.has_value(), "neither the I8 nor the F32 form of a long sum is built, expected one"));
    const Adder sum(*program, type, {1, 8, 4, 4});
    const uint32_t most = program->entry().buffer_count_max ? program->entry().buffer_count_max : 9;
    for (uint32_t count = 1; count <= std::min(most, 9u); ++count) {
        const SpreadSum spread(room, sum, count);
        CHECK_STATUS(spread.bind(), ACCEL_STATUS_OK);
        REQUIRE(room.completes(spread.run()));
        CHECK(spread.result(room) == std::vector<int>(sum.element_count(), 36));
    }
    if (most < 9) CHECK_REFUSED(SpreadSum(room, sum, most + 1).bind(), ACCEL_STATUS_LIMIT);
}

ACCEL_CASE("queues.bind.refused", "R-3", "unknown, doubled, short, misaligned and overlapping bindings are INVALID_ARGUMENT")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    const auto bind = [&](std::vector<accel_binding> bindings) {
        return bind_run(sum.run.get(), bindings.data(), static_cast<uint32_t>(bindings.size()));
    };
    const Buffer tiny = room.buffer(1);
    const Buffer wide = room.buffer(adder.size_bytes(Adder::kA) * 4 + 4096);
    CHECK_REFUSED(bind({{4711, 0, sum.a.get(), 0, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, sum.a.get(), 0, 0}, {Adder::kA, 0, sum.b.get(), 0, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, nullptr, 16, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    if (tiny.size_bytes() < adder.size_bytes(Adder::kA)) CHECK_REFUSED(bind({{Adder::kA, 0, tiny.get(), 0, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, sum.a.get(), UINT64_MAX - 63, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, wide.get(), wide.size_bytes(), 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    if (adder.program().port(Adder::kA).align_bytes > 1) CHECK_REFUSED(bind({{Adder::kA, 0, wide.get(), 1, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    // The whole of an input that the module may write over is no overlap; a part of it always is.
    CHECK_REFUSED(bind({{Adder::kB, 0, wide.get(), 0, 0}, {Adder::kY, 0, wide.get(), 0, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    const auto result = adder.program().port(Adder::kY);
    if (!(result.flags & ACCEL_PORT_FLAG_IN_PLACE)) CHECK_REFUSED(bind({{Adder::kA, 0, wide.get(), 0, 0}, {Adder::kY, 0, wide.get(), 0, 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, wide.get(), 0, 0}, {Adder::kY, 0, wide.get(), std::max<uint64_t>(result.align_bytes, 1), 0}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, sum.a.get(), 0, adder.size_bytes(Adder::kA) - 1}}), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(bind({{Adder::kA, 0, sum.a.get(), 0, UINT64_MAX}}), ACCEL_STATUS_INVALID_ARGUMENT);
}

ACCEL_CASE("queues.bind.all-or-nothing", "R-5", "a bind that fails changes no binding")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(1, 2);
    const Buffer other = room.buffer(adder.size_bytes(Adder::kA));
    adder.fill(other, Adder::kA, 50);
    const accel_binding bindings[] = {{Adder::kA, 0, other.get(), 0, 0}, {4711, 0, other.get(), 0, 0}};
    CHECK_REFUSED(bind_run(sum.run.get(), bindings, 2), ACCEL_STATUS_INVALID_ARGUMENT);
    REQUIRE(room.completes(sum.run));
    CHECK(sum.holds(3));
}

ACCEL_CASE("queues.run.port", "R-6", "a run tells exact sizes of its ports before it is submitted, and does not say them while it is in flight")
{
    const Room room;
    const Adder adder = room.adder({1, 8, 4, 4});
    const Sum sum(room, adder);
    for (const uint32_t port : {Adder::kA, Adder::kB, Adder::kY}) {
        const auto of_run = sum.run.port(port), of_program = adder.program().port(port);
        CHECK(of_run.knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_EXACT));
        CHECK(of_program.knowledge == static_cast<uint32_t>(ACCEL_SIZE_KNOWLEDGE_EXACT));
        CHECK(std::vector<int64_t>(of_run.dims, of_run.dims + of_run.rank) == std::vector<int64_t>({1, 8, 4, 4}));
        CHECK(of_run.size_bytes == of_program.size_bytes);
    }
    auto info = sized<accel_port_info>();
    CHECK_STATUS(accel_run_port(sum.run.get(), 4711, &info), ACCEL_STATUS_NOT_FOUND);
    // Held by its fence, and so in flight.
    const Fence gate = Fence::create(room.instance());
    const Queue queue = room.queue();
    queue.submit(sum.run, {gate.at(1)}, {});
    CHECK_STATUS(accel_run_port(sum.run.get(), Adder::kY, &info), ACCEL_STATUS_BUSY);
    check(accel_fence_signal(gate.get(), 1));
    for (int tries = 0; tries < 1000 && accel_run_port(sum.run.get(), Adder::kY, &info) == ACCEL_STATUS_BUSY; ++tries) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    CHECK_STATUS(accel_run_port(sum.run.get(), Adder::kY, &info), ACCEL_STATUS_OK);
}

ACCEL_CASE("queues.transfer.copy", "Q-5", "a copy moves exactly its range, after the work before it")
{
    const Room room;
    const Adder adder = room.adder();
    const Sum sum(room, adder);
    sum.set(20, 22);
    const uint64_t size = adder.size_bytes(Adder::kY);
    const Buffer target = room.buffer(size + 64);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    std::memset(target.map(ACCEL_ACCESS_WRITE).as<char>(), 0x77, size + 64);
    queue.submit(sum.run, {}, {});
    const accel_fence_point signal = fence.at(1);
    REQUIRE_STATUS(transfer(queue, &sum.y, 0, target, 32, size, 0, &signal), ACCEL_STATUS_OK);
    REQUIRE(arrives(fence, 1));
    const auto bytes = target.map(ACCEL_ACCESS_READ);
    const auto source = sum.y.map(ACCEL_ACCESS_READ);
    const auto *copied = bytes.as<uint8_t>() + 32, *original = source.as<uint8_t>();
    CHECK(same(std::vector<uint8_t>(copied, copied + size), std::vector<uint8_t>(original, original + size)));
    CHECK(bytes.as<char>()[31] == 0x77);
    CHECK(bytes.as<char>()[32 + size] == 0x77);
    CHECK(sum.holds(42));
}

ACCEL_CASE("queues.transfer.fill", "Q-5", "a fill writes its byte to exactly its range")
{
    const Room room;
    const Buffer target = room.buffer(1000);
    const Queue queue = room.queue();
    const Fence fence = room.fence();
    const accel_fence_point signal = fence.at(1);
    REQUIRE_STATUS(transfer(queue, nullptr, 0, target, 3, 990, 0xab, &signal), ACCEL_STATUS_OK);
    REQUIRE(arrives(fence, 1));
    const auto bytes = target.map(ACCEL_ACCESS_READ);
    std::vector<uint8_t> expected(1000, 0);
    std::fill(expected.begin() + 3, expected.begin() + 993, uint8_t{0xab});
    CHECK(same(std::vector<uint8_t>(bytes.as<uint8_t>(), bytes.as<uint8_t>() + 1000), expected));
}

ACCEL_CASE("queues.transfer.ranges", "Q-6", "ranges outside a buffer, or overlapping ones, are INVALID_ARGUMENT")
{
    const Room room;
    const Buffer one = room.buffer(1000), two = room.buffer(1000);
    const uint64_t size = one.size_bytes();
    const Queue queue = room.queue();
    CHECK_REFUSED(transfer(queue, &one, 1, two, 0, size, 0, nullptr), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(transfer(queue, &one, 0, two, 1, size, 0, nullptr), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(transfer(queue, &one, UINT64_MAX, two, 0, 2, 0, nullptr), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(transfer(queue, nullptr, 0, two, size, 1, 0, nullptr), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_REFUSED(transfer(queue, &one, 0, one, 99, 100, 0, nullptr), ACCEL_STATUS_INVALID_ARGUMENT);
    CHECK_STATUS(transfer(queue, &one, 0, one, 100, 100, 0, nullptr), ACCEL_STATUS_OK);
}

}  // namespace accel::conformance
