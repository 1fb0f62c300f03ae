// SPDX-License-Identifier: MIT
// accel-split-copies: what the runtime copies in a run, counted from outside, against what the transfer report shows. Exit 1 when they differ.
#include <accel/accel.hpp>

#include <cstdio>
#include <cstdlib>

#include "chain.h"
#include "job.h"
#include "touch_watch.h"

namespace accel::split {
namespace {

int g_failures = 0;

void require(bool holds, const char *sentence)
{
    if (holds) return;
    ++g_failures;
    std::printf("  FAILED: %s\n", sentence);
}

/// Bytes that rows of the report say are moved, as they are or to where another layout wants them.
uint64_t reported_moves(const Program &program)
{
    uint64_t bytes = 0;
    for (const auto &row : transfers(program))
        if (row.kind != ACCEL_TRANSFER_KIND_SHARED) bytes += row.size_bytes;
    return bytes;
}

/// Runs once under watch, after runs that settle what is made lazily.
void judge(const char *name, Job &job, uint64_t expected_bytes)
{
    job.fill_inputs(11);
    for (int round = 0; round < 3; ++round) job.run_once();
    const std::string before = job.outputs();
    TouchWatch watch;
    job.run_once();
    const Touches runtime = watch.end(Toucher::Runtime), driver = watch.end(Toucher::Ethosu), npu = watch.end(Toucher::Simulation), cpu = watch.end(Toucher::Cpu);
    const uint64_t reported = reported_moves(job.program());
    std::printf("%s: %s\n  report: %u segments, %zu switches, %llu bytes copied or converted; seen: runtime read %llu wrote %llu, driver %llu %llu, npu %llu %llu, cpu %llu %llu\n", name,
                placement(job.program()).c_str(), job.program().entry().segment_count, transfers(job.program()).size(), static_cast<unsigned long long>(reported),
                static_cast<unsigned long long>(runtime.read_bytes), static_cast<unsigned long long>(runtime.written_bytes), static_cast<unsigned long long>(driver.read_bytes),
                static_cast<unsigned long long>(driver.written_bytes), static_cast<unsigned long long>(npu.read_bytes), static_cast<unsigned long long>(npu.written_bytes),
                static_cast<unsigned long long>(cpu.read_bytes), static_cast<unsigned long long>(cpu.written_bytes));
    require(reported == expected_bytes, "the report shows the copies and conversions that this program needs");
    require(reported == job.program().entry().copied_bytes + job.program().entry().converted_bytes, "the entry point counts what its report shows");
    require(runtime.read_bytes == reported && runtime.written_bytes == reported, "the runtime touches what it reports as copied or converted, and nothing else");
    // It has the number of a job written to its scratch and looks for it there.
    require(driver.read_bytes + driver.written_bytes <= 4u * job.program().entry().segment_count, "the driver's library touches no tensor");
    // The CPU device's kernel library works with code that it makes at run time, which belongs to no library.
    require(cpu.read_bytes + npu.read_bytes + watch.end(Toucher::Others).read_bytes > 0, "the devices are seen at work");
    require(job.outputs() == before, "being watched changes no answer");
}

/// The control: a copy that the application orders is seen to the byte.
void judge_ordered_copy(const Instance &instance, const Device &cpu)
{
    constexpr uint64_t kBytes = 5000, kCopied = 3001;
    const Buffer from = Buffer::create({cpu}, kBytes), to = Buffer::create({cpu}, kBytes);
    const Queue queue = Queue::create({cpu});
    const Fence fence = Fence::create(instance);
    const accel_fence_point done = fence.at(1);
    auto op = sized<accel_transfer_op>();
    op.source = from.get();
    op.destination = to.get();
    op.source_offset_bytes = 100;
    op.destination_offset_bytes = 999;
    op.size_bytes = kCopied;
    op.signals = &done;
    op.signal_count = 1;
    TouchWatch watch;
    check(accel_queue_transfer(queue.get(), &op));
    fence.wait(1);
    const Touches runtime = watch.end(Toucher::Runtime);
    std::printf("ordered copy of %llu bytes: runtime read %llu wrote %llu\n", static_cast<unsigned long long>(kCopied), static_cast<unsigned long long>(runtime.read_bytes),
                static_cast<unsigned long long>(runtime.written_bytes));
    require(runtime.read_bytes == kCopied && runtime.written_bytes == kCopied, "the counter rises by the bytes of a copy");
}

Program digits(const Instance &instance, const std::string &folder, const char *file, const std::vector<Device> &devices, accel_rounding rounding)
{
    return Program::build(Model::load(instance, (folder + "/" + file).c_str()), devices, rounding);
}

void judge_all(const std::string &folder)
{
    const Instance instance = Instance::create(ACCEL_INSTANCE_FLAG_SIMULATED);
    const Device cpu = instance.device("cpu"), npu = instance.device("ethosu-sim");
    judge_ordered_copy(instance, cpu);

    Job split(instance, {npu, cpu}, digits(instance, folder, "digits_int8.onnx", {npu, cpu}, ACCEL_ROUNDING_TFLITE));
    require(split.program().entry().segment_count >= 2, "the digits are split over both devices");
    judge("digits int8 over both", split, 0);
    Job whole(instance, {cpu}, digits(instance, folder, "digits_int8.onnx", {cpu}, ACCEL_ROUNDING_TFLITE));
    judge("digits int8 on the CPU", whole, 0);
    Job floats(instance, {cpu}, digits(instance, folder, "digits_f32.onnx", {cpu}, ACCEL_ROUNDING_NONE));
    judge("digits f32 on the CPU", floats, 0);

    // The devices want different strides of a picture with channels: one conversion at each of the two cuts.
    auto graph = convolution_chain(2);
    Job chain(instance, {npu, cpu}, Program::build(Model::create(instance, graph.desc()), {npu, cpu}));
    judge("convolutions between the CPU's ends", chain, 2 * kChannels * kSide * kSide);
}

}  // namespace
}  // namespace accel::split

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "error: give the folder of the digits' models\n");
        return 2;
    }
    try {
        accel::split::judge_all(argv[1]);
    } catch (const std::exception &error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return 1;
    }
    return accel::split::g_failures ? 1 : 0;
}
