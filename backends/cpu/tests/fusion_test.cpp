// SPDX-License-Identifier: MIT
// Every fusion that this backend makes, beside the same graph with a step for every node, over random shapes.
//
// The implementations that may fuse are a list (fusions.cpp). A name gets onto it when the survey below, which trusts every name, finds it
// right at each instruction set: cpu_backend_test "[survey]" prints the rows. ctest repeats the file with the instruction set capped.
#include "harness.h"
#include "random_graphs.h"

#include <catch2/catch_test_macros.hpp>

#include "../dnnl_step.h"
#include "../invalid_flag.h"
#include "../plan.h"
#include "../program.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>

using namespace accel::cpu::test;
using accel::cpu::Kernel;
using accel::cpu::PlanRules;

namespace {

constexpr int64_t kEverySize = 1;  // also tiny work is cut and shared

// Implementations that were asked about: for the plan that was made last, and in all.
struct Asked {
    std::set<std::pair<Kernel, std::string>> names, ever;
} g_asked;

unsigned note(Kernel kernel, std::string_view name, unsigned answer)
{
    g_asked.names.insert({kernel, std::string(name)});
    g_asked.ever.insert({kernel, std::string(name)});
    return answer;
}

unsigned as_shipped(Kernel kernel, std::string_view name) { return note(kernel, name, accel::cpu::shown_right(kernel, name)); }

unsigned everything(Kernel kernel, std::string_view name)
{
    return note(kernel, name, accel::cpu::kBias | accel::cpu::kResidual | accel::cpu::kClamp);
}

std::vector<float> result_of(RandomGraph &random, int threads, const PlanRules &rules)
{
    const accel_bk_device_ops &ops = *module().device;
    accel_bk_program program;
    g_asked.names.clear();
    program.graphs.emplace_back().plan = accel::cpu::make_plan(accel::cpu::read_graph(random.graph->desc()), threads, rules);
    REQUIRE(program.team.hold(threads));
    std::vector<accel_bk_buffer> buffers(random.inputs.size() + 1);
    std::vector<accel_bk_memory> bindings;
    std::vector<float> result;
    for (const accel::cpu::Value &value : program.graphs[0].plan->values)
        if (value.source == accel::cpu::Source::kPort && value.port == random.inputs.size())
            result.resize(value.size_bytes / sizeof(float));
    for (size_t i = 0; i < buffers.size(); ++i) {
        Bytes *input = i < random.inputs.size() ? &random.inputs[i] : nullptr;
        buffers[i].data = input ? reinterpret_cast<std::byte *>(input->data()) : reinterpret_cast<std::byte *>(result.data());
        buffers[i].size_bytes = input ? input->size() : result.size() * sizeof(float);
        bindings.push_back({&buffers[i], 0, buffers[i].size_bytes});
    }
    accel_bk_run *run = nullptr;
    REQUIRE(accel::door::create_run(ops, &program, &run) == ACCEL_STATUS_OK);
    REQUIRE(accel::door::bind(ops, run, bindings.data(), static_cast<uint32_t>(bindings.size())) == ACCEL_STATUS_OK);
    REQUIRE(run->execute() == ACCEL_STATUS_OK);
    ops.run_destroy(run);
    return result;
}

// Sums of up to a few hundred products of values below 1, in another order.
bool close(const std::vector<float> &given, const std::vector<float> &expected)
{
    if (given.size() != expected.size())
        return false;
    for (size_t i = 0; i < given.size(); ++i) {
        const bool same = given[i] == expected[i] || (std::isnan(given[i]) && std::isnan(expected[i]));
        if (!same && !(std::abs(given[i] - expected[i]) <= 1e-4f * std::max(1.0f, std::abs(expected[i]))))
            return false;
    }
    return true;
}

using Maker = RandomGraph (*)(std::mt19937 &);

// Finite graphs that made a thread believe it met a NaN: each of their steps would be executed twice.
int g_suspected = 0;

// How many of the graphs differ; a sentence about the first.
int differing(Maker maker, int count, uint32_t seed, accel::cpu::Trust trust, std::string *out_first = nullptr)
{
    std::mt19937 random(seed);
    int wrong = 0;
    for (int i = 0; i < count; ++i) {
        RandomGraph graph = maker(random);
        const auto expected = result_of(graph, 1, {nullptr, INT64_MAX});
        const int threads = 1 + i % 3;
        const accel::cpu::InvalidFlag invalid;
        const auto given = result_of(graph, threads, {trust, kEverySize});
        g_suspected += graph.finite && invalid.raised() ? 1 : 0;
        if (close(given, expected))
            continue;
        if (wrong++ == 0 && out_first != nullptr) {
            *out_first = graph.text + ", threads " + std::to_string(threads);
            for (const auto &[kernel, name] : g_asked.names)
                *out_first += ", " + name;
        }
    }
    return wrong;
}

// How names of the instruction set that this process is capped at end; empty where there is none of its own.
std::string own_suffix()
{
    switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
        return ":sse41";
    case dnnl::cpu_isa::avx:
        return ":avx";
    case dnnl::cpu_isa::avx2:
        return ":avx2";
    case dnnl::cpu_isa::avx512_core:
        return ":avx512_core";
    default:
        return "";
    }
}

int shapes(int otherwise)
{
    const char *given = std::getenv("ACCEL_FUSION_SHAPES");
    return given != nullptr ? std::atoi(given) : otherwise;
}

}  // namespace

TEST_CASE("what is fused gives what a step for every node gives", "[fusion]")
{
    std::string first;
    const int wrong_convolutions = differing(random_convolution, shapes(1400), 1, as_shipped, &first);
    INFO(first);
    CHECK(wrong_convolutions == 0);
    const int wrong_products = differing(random_product, shapes(600), 2, as_shipped, &first);
    INFO(first);
    CHECK(wrong_products == 0);
    const int wrong_others = differing(random_activated, shapes(200), 3, as_shipped, &first);
    INFO(first);
    CHECK(wrong_others == 0);
    // Kernels read lanes behind the data, where memory holds anything: the flag is raised without a NaN now and then, which costs time only.
    CHECK(g_suspected * 100 <= shapes(1400) + shapes(600) + shapes(200));

    // A name that no shape leads to has no place on the list.
    const std::string suffix = own_suffix();
    for (const accel::cpu::Shown &entry : accel::cpu::shown())
        if (!suffix.empty() && entry.implementation.ends_with(suffix)) {
            INFO(entry.implementation);
            CHECK(g_asked.ever.contains({entry.kernel, std::string(entry.implementation)}));
        }
}

// The fault that the list is for: oneDNN 2.6.3's convolution by GEMM reads a residual at the wrong place.
TEST_CASE("trusting every implementation is found to be wrong", "[fusion]")
{
#if !defined(__x86_64__)
    SKIP("the fault is one of oneDNN's code for x86-64");
#endif
    CHECK(differing(random_convolution, 200, 1, everything) > 0);
}

// Compared, and wrong among them.
struct Tally {
    int compared = 0, wrong = 0;
};

TEST_CASE("a survey of implementations, trusting every one", "[.survey]")
{
    std::map<std::pair<Kernel, std::string>, std::array<Tally, 2>> seen;  // without and with a residual
    for (const auto &[maker, seed] : {std::pair<Maker, uint32_t>{random_convolution, 11}, {random_product, 12}}) {
        std::mt19937 random(seed);
        for (int i = 0; i < shapes(2000); ++i) {
            RandomGraph graph = maker(random);
            const auto expected = result_of(graph, 1, {nullptr, INT64_MAX});
            const bool right = close(result_of(graph, 1 + i % 3, {everything, kEverySize}), expected);
            const bool blame = g_asked.names.size() == 1;  // parts of several shapes may have several
            for (const auto &name : g_asked.names) {
                Tally &tally = seen[name][graph.text.find("residual") != std::string::npos];
                tally.compared += right || blame ? 1 : 0;
                tally.wrong += !right && blame ? 1 : 0;
            }
        }
    }
    for (const auto &[name, tallies] : seen)
        std::printf("%s %-28s without a residual %4d compared, %3d wrong; with one %4d, %3d\n",
                    name.first == Kernel::kConvolution ? "convolution" : "product    ", name.second.c_str(), tallies[0].compared,
                    tallies[0].wrong, tallies[1].compared, tallies[1].wrong);
    CHECK_FALSE(seen.empty());
}
