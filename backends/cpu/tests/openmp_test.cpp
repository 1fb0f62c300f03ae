// SPDX-License-Identifier: MIT
// libgomp starts no team: neither for a thread of this module, nor for the application's that executes a run while it waits.
#include "harness.h"
#include "random_graphs.h"
#include "tasks.h"

#include <catch2/catch_test_macros.hpp>

#include "../dnnl_step.h"

#include <atomic>
#include <dlfcn.h>
#include <omp.h>

using namespace accel::cpu::test;

namespace {

std::atomic<int> g_teams{0};

// What oneDNN does by itself, with as many threads as OpenMP says.
void multiply_without_care()
{
    constexpr int64_t kSide = 256;
    using dnnl::memory;
    const memory::desc shape({kSide, kSide}, memory::data_type::f32, memory::format_tag::ab);
    std::vector<float> a(kSide * kSide, 1), b = a, y = a;
    const dnnl::engine &engine = accel::cpu::cpu_engine();
    dnnl::stream stream(engine);
    const dnnl::matmul::primitive_desc description(dnnl::matmul::desc(shape, shape, shape), engine);
    dnnl::matmul(description).execute(stream, {{DNNL_ARG_SRC, memory(shape, engine, a.data())}, {DNNL_ARG_WEIGHTS, memory(shape, engine, b.data())}, {DNNL_ARG_DST, memory(shape, engine, y.data())}});
    stream.wait();
}

// 37 million multiply-adds: worth a team.
RandomGraph large_convolution()
{
    RandomGraph made{std::make_unique<GraphMaker>(), {}, "large"};
    const Dims image{1, 32, 64, 64}, kernel{32, 32, 3, 3};
    const uint32_t x = made.graph->input(ACCEL_TYPE_F32, image), y = made.graph->tensor(ACCEL_TYPE_F32, image);
    made.graph->node(ACCEL_OPERATION_CONV, {x, made.graph->constant(ACCEL_TYPE_F32, kernel, random_floats(count(kernel), 1))}, {y},
                     {{{ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}}, {}, 0});
    made.graph->output(y);
    made.inputs.push_back(bytes_of(random_floats(count(image), 2)));
    return made;
}

}  // namespace

// In front of libgomp's own, for every library of this process.
extern "C" [[gnu::visibility("default")]] void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags)
{
    using Real = void (*)(void (*)(void *), void *, unsigned, unsigned);
    static const auto real = reinterpret_cast<Real>(dlsym(RTLD_NEXT, "GOMP_parallel"));
    if ((threads != 0 ? static_cast<int>(threads) : omp_get_max_threads()) > 1)
        ++g_teams;
    real(body, data, threads, flags);
}

TEST_CASE("libgomp makes no team, and the application's number of threads is its own again", "[openmp]")
{
    constexpr int kOfApplication = 4;
    const int before = omp_get_max_threads(), tasks_before = tasks();
    omp_set_num_threads(kOfApplication);
    g_teams = 0;
    std::mt19937 random(5);
    for (int i = 0; i < 40; ++i) {
        RandomGraph graph = i % 10 == 0 ? large_convolution() : i % 2 ? random_convolution(random)
                                                                      : random_product(random);
        execute(graph.graph->desc(), graph.inputs, 1 + static_cast<uint32_t>(i) % 3);
        REQUIRE(omp_get_max_threads() == kOfApplication);
    }
    CHECK(g_teams == 0);
    CHECK(tasks() == tasks_before);
    multiply_without_care();  // the control: this is seen
    CHECK(g_teams > 0);
    CHECK(tasks() > tasks_before);
    omp_set_num_threads(before);
}
