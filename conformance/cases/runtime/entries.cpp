// SPDX-License-Identifier: MIT
// Entry points as a module sees them, and what they share.
#include <cstdio>

#include "stand.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

constexpr int64_t kCount = int64_t{4} << 20;
constexpr uint64_t kBytes = kCount * sizeof(float);

/// output = x + w, w of 16 MiB in memory of the case.
GraphBuilder sum_graph(const std::vector<float> &w, const char *output)
{
    GraphBuilder graph;
    const uint32_t x = graph.input("x", ACCEL_TYPE_F32, {kCount}), weights = graph.tensor("w", ACCEL_TYPE_F32, {kCount}), y = graph.tensor(output, ACCEL_TYPE_F32, {kCount});
    graph.tensors()[weights].data = w.data();
    graph.tensors()[weights].data_bytes = kBytes;
    graph.node(ACCEL_OPERATION_ADD, {x, weights}, {y});
    graph.output(y);
    return graph;
}

/// Memory of the process that is in use, without what it maps from files.
uint64_t resident_bytes()
{
    unsigned long long whole = 0, resident = 0, shared = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    const bool read = file && fscanf(file, "%llu %llu %llu", &whole, &resident, &shared) == 3;
    if (file) fclose(file);
    if (!read) throw std::runtime_error("/proc/self/statm does not tell");
    return (resident - shared) * 4096;
}

float result(const Stand &stand, const Program &program, uint32_t entry, float value)
{
    const Buffer x = stand.buffer(kBytes), y = stand.buffer(kBytes);
    x.map().as<float>()[kCount - 1] = value;
    const Run run = Run::create(program, entry);
    run.bind(0, x);
    run.bind(1, y);
    const Fence fence = stand.fence();
    const Queue queue = stand.queue();
    queue.submit(run, {}, {fence.at(1)});
    if (!fence.wait(1, uint64_t{10} * 1000 * 1000 * 1000)) throw std::runtime_error("the witness does not add");
    return y.map(ACCEL_ACCESS_READ).as<float>()[kCount - 1];
}

}  // namespace

ACCEL_CASE("runtime.entries.module", "H-14", "a module gets several graphs where its target takes them and one at a time where not, and each run is of one of them")
{
    const std::vector<float> w(kCount, 2.0f);
    for (const bool together : {true, false}) {
        Stand stand;
        stand.ledger().takes_entries = together;
        {
            auto one = sum_graph(w, "y"), two = sum_graph(w, "z");
            const Program program = Program::build(Model::create(stand.instance(), {accel_entry_desc{"one", &one.desc()}, accel_entry_desc{"two", &two.desc()}}), {stand.device()});
            CHECK(stand.ledger().calls("build") == (together ? 1 : 2));
            CHECK(stand.ledger().calls("program_load") == (together ? 1 : 2));
            CHECK(result(stand, program, 0, 1) == 3);
            CHECK(result(stand, program, 1, 5) == 7);
        }
        CHECK(stand.complaints() == "");
    }
}

ACCEL_CASE("runtime.entries.constants", "P-18", "entry points hold a constant once, in memory and when saved", 120)
{
    const std::vector<float> w(kCount, 2.0f);
    for (const bool together : {true, false}) {
        Stand stand;
        stand.ledger().takes_entries = together;
        {
            auto one = sum_graph(w, "y"), two = sum_graph(w, "z");
            const Model single = Model::create(stand.instance(), one.desc());
            const Model model = Model::create(stand.instance(), {accel_entry_desc{"one", &one.desc()}, accel_entry_desc{"two", &two.desc()}});
            CHECK(model.info().constant_bytes == kBytes);
            const std::string alone = Program::build(single, {stand.device()}).save();
            const Program both = Program::build(model, {stand.device()});
            for (const void *constant : stand.ledger().constants()) CHECK(constant == w.data());
            const std::string saved = both.save();
            CHECK(alone.size() > kBytes);
            CHECK(saved.size() < kBytes + kBytes / 8);
            CHECK(both.info().saved_bytes == saved.size());
            CHECK(both.info().constant_bytes < kBytes + kBytes / 8);
            // Loaded bytes are copied: once, too.
            const uint64_t before = resident_bytes();
            const Program loaded = Program::load(stand.instance(), saved, {stand.device()});
            const auto grown = static_cast<int64_t>(resident_bytes()) - static_cast<int64_t>(before);
            INFO("grown by " << grown);
            CHECK(grown > static_cast<int64_t>(kBytes / 2));
            CHECK(grown < static_cast<int64_t>(kBytes + kBytes / 2));
            const auto constants = stand.ledger().constants();
            CHECK(constants.back() == constants[constants.size() - (together ? 1 : 2)]);
            CHECK(result(stand, loaded, 1, 5) == 7);
            CHECK(loaded.save() == saved);
        }
        CHECK(stand.complaints() == "");
    }
}

}  // namespace accel::conformance
