// SPDX-License-Identifier: MIT
// What submitting costs: medians of an empty program, and of what each further node adds.
#include "harness.h"

#include <algorithm>
#include <chrono>
#include <cstdio>

using namespace accel::cpu::test;

namespace {

double median_ns(int nodes, uint32_t operation)
{
    const accel_bk_device_ops &ops = *module().device;
    GraphMaker graph;
    uint32_t at = graph.input(ACCEL_TYPE_F32, {4});
    const uint32_t one = graph.constant(ACCEL_TYPE_F32, {4}, std::vector<float>(4, 1));
    for (int i = 0; i < nodes; ++i) {
        const uint32_t next = graph.tensor(ACCEL_TYPE_F32, {4});
        graph.node(operation, {at, one}, {next});
        at = next;
    }
    graph.output(at);
    accel_bk_compile_options options{};
    options.struct_size = sizeof options;
    options.target = "cpu";
    accel_bk_blob *blob = nullptr;
    accel_bk_program *program = nullptr;
    accel_bk_run *run = nullptr;
    accel_bk_queue *queue = nullptr;
    accel_bk_memory bindings[2] = {};
    const accel_graph_desc *graphs = &graph.desc();
    module().compiler->build(nullptr, &graphs, 1, &options, &blob);
    accel::door::load(ops, nullptr, blob->bytes, blob->byte_count, nullptr, 0, &program);
    accel::door::create_run(ops, program, &run);
    for (accel_bk_memory &binding : bindings) {
        accel_bk_buffer_desc desc{};
        desc.struct_size = sizeof desc;
        desc.size_bytes = 16;
        ops.buffer_create(nullptr, &desc, &binding.buffer);
    }
    accel::door::bind(ops, run, bindings, 2);
    const accel_bk_queue_desc queue_desc{sizeof queue_desc, 0, 16};
    ops.queue_create(nullptr, &queue_desc, &queue);
    accel_bk_submit submit{};
    submit.struct_size = sizeof submit;
    submit.run = run;
    std::vector<double> samples;
    for (int sample = 0; sample < 31; ++sample) {
        constexpr int kCalls = 2000;
        const auto begin = std::chrono::steady_clock::now();
        for (int i = 0; i < kCalls; ++i) {
            uint64_t ticket = 0;
            ops.queue_submit(queue, &submit, &ticket);
            ops.queue_wait(queue, ticket, ACCEL_TIMEOUT_FOREVER);
        }
        samples.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count() / kCalls);
    }
    std::ranges::sort(samples);
    ops.queue_destroy(queue);
    ops.run_destroy(run);
    ops.program_unload(program);
    for (const accel_bk_memory &binding : bindings)
        ops.buffer_destroy(binding.buffer);
    blob->release(blob);
    return samples[samples.size() / 2];
}

}  // namespace

int main()
{
    const double one = median_ns(1, ACCEL_OPERATION_ADD), many = median_ns(101, ACCEL_OPERATION_ADD);
    std::printf("submit + wait, one node: %.0f ns\neach further node: %.1f ns\n", one, (many - one) / 100);
    return 0;
}
