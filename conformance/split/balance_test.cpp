// SPDX-License-Identifier: MIT
// A program is cut where measured speeds say: scaling one device's speed by 10 moves the cut, in both directions, and never the answers.
#include <accel/ext/calibration.h>

#include <catch2/catch_test_macros.hpp>

#include "chain.h"
#include "job.h"

namespace accel::split {
namespace {

constexpr char kAllCpu[] = "cpu cpu cpu cpu", kMiddleNpu[] = "cpu ethosu-sim ethosu-sim cpu";

const accel_calibration_interface &calibration(const Device &device)
{
    const void *found = accel_interface(device.get(), ACCEL_CALIBRATION_NAME, ACCEL_CALIBRATION_VERSION);
    REQUIRE(found);
    return *static_cast<const accel_calibration_interface *>(found);
}

void set_speed(const Device &device, double macs_per_s)
{
    // So cheap to change devices that speed alone decides, even for a small model.
    accel_calibration speeds{sizeof(accel_calibration), macs_per_s, 1, 1e12};
    check(calibration(device).set(device.get(), &speeds));
}

/// Both devices, the CPU measured, and the chain.
struct Bench {
    Instance instance = Instance::create(ACCEL_INSTANCE_FLAG_SIMULATED);
    Device cpu = instance.device("cpu"), npu = instance.device("ethosu-sim");
    conformance::GraphBuilder graph = convolution_chain(2);
    Model model = Model::create(instance, graph.desc());
    double measured = 0;

    Bench()
    {
        check(calibration(cpu).measure(cpu.get()));
        accel_calibration speeds{};
        speeds.struct_size = sizeof(speeds);
        check(calibration(cpu).get(cpu.get(), &speeds));
        measured = speeds.macs_per_s;
        REQUIRE(measured > 0);
    }
    struct Result {
        std::string placement, outputs;
    };
    Result run(const std::vector<Device> &devices, uint32_t flags = ACCEL_PROGRAM_FLAG_BALANCE) const
    {
        Job job(instance, devices, Program::build(model, devices, ACCEL_ROUNDING_NONE, flags));
        job.fill_inputs(7);
        job.run_once();
        return {placement(job.program()), job.outputs()};
    }
};

}  // namespace

TEST_CASE("scaling one device's measured speed by 10 moves the cut, and the answers stay")
{
    const Bench bench;
    const std::string alone = bench.run({bench.cpu}, 0).outputs;
    for (const auto &devices : {std::vector<Device>{bench.cpu, bench.npu}, {bench.npu, bench.cpu}}) {
        set_speed(bench.cpu, bench.measured);
        set_speed(bench.npu, bench.measured / 3);
        const auto slow_npu = bench.run(devices);
        CHECK(slow_npu.placement == kAllCpu);
        set_speed(bench.npu, bench.measured / 3 * 10);
        const auto fast_npu = bench.run(devices);
        CHECK(fast_npu.placement == kMiddleNpu);
        // The other device, and so the other direction.
        set_speed(bench.cpu, bench.measured * 10);
        const auto fast_cpu = bench.run(devices);
        CHECK(fast_cpu.placement == kAllCpu);
        CHECK(slow_npu.outputs == alone);
        CHECK(fast_npu.outputs == alone);
        CHECK(fast_cpu.outputs == alone);
    }
}

TEST_CASE("without the flag the order of the set decides, whatever the speeds")
{
    const Bench bench;
    set_speed(bench.cpu, bench.measured * 1000);
    set_speed(bench.npu, bench.measured);
    CHECK(bench.run({bench.npu, bench.cpu}, 0).placement == kMiddleNpu);
    CHECK(bench.run({bench.cpu, bench.npu}, 0).placement == kAllCpu);
}

}  // namespace accel::split
