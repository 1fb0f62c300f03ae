// SPDX-License-Identifier: MIT
// What a plan consists of: which nodes became one primitive, in which layouts values lie between steps, and where bytes are moved.
// Numbers alone cannot show that: results are the same without fusing and with conversions everywhere.
#include "harness.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "../dnnl_step.h"
#include "../kernels/floats.h"
#include "../plan.h"

using namespace accel::cpu::test;
using accel::cpu::DnnlStep;
using accel::cpu::Plan;

namespace {

using Attributes = GraphMaker::Attributes;

// Only oneDNN's compiled code asks for blocked weights and takes an addition along.
#if defined(__x86_64__)
constexpr bool kHasCompiledCode = true;
#else
constexpr bool kHasCompiledCode = false;
#endif

std::unique_ptr<Plan> plan_of(GraphMaker &graph)
{
    return accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), 1);
}

std::vector<const DnnlStep *> primitives(const Plan &plan)
{
    std::vector<const DnnlStep *> found;
    for (const auto &step : plan.steps)
        if (const auto *primitive = dynamic_cast<const DnnlStep *>(step.get()))
            found.push_back(primitive);
    return found;
}

const accel::cpu::DnnlArgument *argument(const DnnlStep &step, int name)
{
    for (const auto &each : step.parts().at(0).arguments)
        if (each.name == name)
            return &each;
    return nullptr;
}

const dnnl_blocking_desc_t &blocking(const DnnlStep &step, int name) { return argument(step, name)->desc->data.format_desc.blocking; }

// Channels last: neighbours in memory are neighbours in the channel axis.
bool channels_last(const DnnlStep &step, int name)
{
    return blocking(step, name).inner_nblks == 0 && blocking(step, name).strides[1] == 1 && argument(step, name)->desc->data.dims[1] > 1;
}

int post_operations(const DnnlStep &step)
{
    const_dnnl_primitive_attr_t attributes = nullptr;
    const_dnnl_post_ops_t operations = nullptr;
    REQUIRE(dnnl_primitive_desc_get_attr(step.parts().at(0).primitive.get_primitive_desc(), &attributes) == dnnl_success);
    REQUIRE(dnnl_primitive_attr_get_post_ops(attributes, &operations) == dnnl_success);
    return dnnl_post_ops_len(operations);
}

constexpr int64_t kChannels = 16, kSide = 12;
const Dims kImage{1, kChannels, kSide, kSide}, kFlat{1, kChannels, kSide *kSide}, kKernel{kChannels, kChannels, 3, 3};

// Two convolutions, each on the result of what is before it.
struct Chain {
    GraphMaker graph;
    uint32_t last;

    Chain() : last(graph.input(ACCEL_TYPE_F32, kImage)) {}
    void add(uint32_t operation, std::vector<uint32_t> more_inputs, Dims dims, const Attributes &attributes)
    {
        const uint32_t result = graph.tensor(ACCEL_TYPE_F32, std::move(dims));
        more_inputs.insert(more_inputs.begin(), last);
        graph.node(operation, more_inputs, {result}, attributes);
        last = result;
    }
    void convolution(uint32_t weights) { add(ACCEL_OPERATION_CONV, {weights}, kImage, {{{ACCEL_ATTRIBUTE_PADS, {1, 1, 1, 1}}}, {}, 0}); }
    void convolution() { convolution(graph.constant(ACCEL_TYPE_F32, kKernel, random_floats(count(kKernel), 1))); }
    void reshape(Dims dims) { add(ACCEL_OPERATION_RESHAPE, {}, std::move(dims), {}); }
    std::unique_ptr<Plan> finish()
    {
        graph.output(last);
        return plan_of(graph);
    }
};

// A convolution with bias, residual and activation; all of it one primitive, unless what lies between is asked for.
std::unique_ptr<Plan> residual_block(bool outputs_everything)
{
    Chain chain;
    GraphMaker &graph = chain.graph;
    const uint32_t other = graph.input(ACCEL_TYPE_F32, kImage);
    std::vector<uint32_t> between;
    chain.convolution();
    between.push_back(chain.last);
    chain.add(ACCEL_OPERATION_ADD, {graph.constant(ACCEL_TYPE_F32, {kChannels, 1, 1}, random_floats(kChannels, 2))}, kImage, {});
    between.push_back(chain.last);
    chain.add(ACCEL_OPERATION_ADD, {other}, kImage, {});
    between.push_back(chain.last);
    chain.add(ACCEL_OPERATION_RELU, {}, kImage, {});
    if (outputs_everything)
        for (const uint32_t tensor : between)
            graph.output(tensor);
    return chain.finish();
}

}  // namespace

TEST_CASE("bias, residual and activation are part of the convolution", "[plan][fuse][isa]")
{
    if (!kHasCompiledCode)
        SKIP("only oneDNN's compiled code, which is for x86-64, blocks weights and takes an addition along");
    const auto fused = residual_block(false);
    REQUIRE(primitives(*fused).size() == 1);
    const DnnlStep &convolution = *primitives(*fused)[0];
    CHECK(argument(convolution, DNNL_ARG_BIAS) != nullptr);
    CHECK(argument(convolution, DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1) != nullptr);
    CHECK(post_operations(convolution) == 2);
    CHECK(fused->steps.size() == 4);  // both inputs to channels last, the convolution, the result back
}

TEST_CASE("what is asked for is not fused away", "[plan][fuse]")
{
    const auto plain = residual_block(true);
    REQUIRE(primitives(*plain).size() == 1);
    const DnnlStep &convolution = *primitives(*plain)[0];
    CHECK(argument(convolution, DNNL_ARG_BIAS) == nullptr);
    CHECK(post_operations(convolution) == 0);
    CHECK(plain->steps.size() >= 3 + 4);  // the other three nodes, and four results
}

TEST_CASE("convolutions hand results on channels last, without conversions", "[plan][isa]")
{
    Chain chain;
    chain.convolution();
    chain.convolution();
    const auto plan = chain.finish();
    const auto convolutions = primitives(*plan);
    REQUIRE(convolutions.size() == 2);
    CHECK(channels_last(*convolutions[0], DNNL_ARG_DST));
    CHECK(channels_last(*convolutions[1], DNNL_ARG_SRC));
    CHECK(argument(*convolutions[0], DNNL_ARG_DST)->value == argument(*convolutions[1], DNNL_ARG_SRC)->value);
    CHECK(plan->steps.size() == 4);  // to channels last, twice a convolution, back
}

TEST_CASE("steps of one shape share oneDNN's descriptions of their memory, and others have their own", "[plan]")
{
    Chain chain;
    chain.convolution();
    chain.convolution();
    const Dims wider{2 * kChannels, kChannels, 1, 1};
    chain.add(ACCEL_OPERATION_CONV, {chain.graph.constant(ACCEL_TYPE_F32, wider, random_floats(count(wider), 3))}, {1, 2 * kChannels, kSide, kSide}, {});
    const auto plan = chain.finish();
    const auto convolutions = primitives(*plan);
    REQUIRE(convolutions.size() == 3);
    for (const int name : {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST})
        CHECK(argument(*convolutions[0], name)->desc == argument(*convolutions[1], name)->desc);
    CHECK(argument(*convolutions[2], DNNL_ARG_SRC)->desc == argument(*convolutions[1], DNNL_ARG_DST)->desc);
    CHECK(argument(*convolutions[2], DNNL_ARG_DST)->desc->dims() == dnnl::memory::dims{1, 2 * kChannels, kSide, kSide});
    CHECK(argument(*convolutions[2], DNNL_ARG_WEIGHTS)->desc->dims() == wider);
}

TEST_CASE("a node that needs the row-major order between them costs a conversion each way", "[plan]")
{
    Chain chain;
    chain.convolution();
    chain.reshape(kFlat);
    chain.reshape(kImage);
    chain.convolution();
    const auto plan = chain.finish();
    const auto convolutions = primitives(*plan);
    REQUIRE(convolutions.size() == 2);
    CHECK(argument(*convolutions[0], DNNL_ARG_DST)->value != argument(*convolutions[1], DNNL_ARG_SRC)->value);
    CHECK(plan->steps.size() == 6);
}

TEST_CASE("work that is worth several threads is cut, and what cannot be is named", "[plan]")
{
    const auto parts_of = [](const Dims &x, const Dims &w, const Dims &y, int threads) {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, x), out = graph.tensor(ACCEL_TYPE_F32, y);
        graph.node(ACCEL_OPERATION_CONV, {in, graph.constant(ACCEL_TYPE_F32, w, random_floats(count(w), 1))}, {out});
        graph.output(out);
        const auto plan = accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), threads, {.least_multiply_adds = 1});
        return std::pair(primitives(*plan).at(0)->parts().size(), plan->undivided.size());
    };
    CHECK(parts_of({1, 16, 12, 12}, {16, 16, 3, 3}, {1, 16, 10, 10}, 1) == std::pair(size_t{1}, size_t{0}));
    if (kHasCompiledCode) {
        CHECK(parts_of({1, 16, 12, 12}, {16, 16, 3, 3}, {1, 16, 10, 10}, 2) == std::pair(size_t{4}, size_t{0}));  // rows
        CHECK(parts_of({5, 16, 3, 3}, {16, 16, 3, 3}, {5, 16, 1, 1}, 2) == std::pair(size_t{4}, size_t{0}));      // images
        CHECK(parts_of({1, 16, 1, 1}, {32, 16, 1, 1}, {1, 32, 1, 1}, 2) == std::pair(size_t{4}, size_t{0}));      // channels
        CHECK(parts_of({1, 16, 1, 30}, {16, 16, 1, 3}, {1, 16, 1, 28}, 2) == std::pair(size_t{4}, size_t{0}));    // the row that is alone
    }
    CHECK(parts_of({1, 2, 3, 30}, {16, 2, 1, 3}, {1, 16, 3, 28}, 4) == std::pair(size_t{3}, size_t{0}));  // channels would not pay
    CHECK(parts_of({1, 2, 3, 30}, {16, 2, 3, 1}, {1, 16, 1, 30}, 4) == std::pair(size_t{1}, size_t{1}));
}

TEST_CASE("a convolution of fewer rows than threads is cut by channels or groups, and copies only what lies apart", "[plan]")
{
    if (!kHasCompiledCode)
        SKIP("oneDNN has compiled code for x86-64 only");
    struct Cut {
        size_t parts;
        bool copies_x, copies_y;
        bool operator==(const Cut &) const = default;
    };
    const auto cut_of = [](const Dims &x, const Dims &w, const Dims &y, int64_t groups) {
        GraphMaker graph;
        const uint32_t in = graph.input(ACCEL_TYPE_F32, x), out = graph.tensor(ACCEL_TYPE_F32, y);
        graph.node(ACCEL_OPERATION_CONV, {in, graph.constant(ACCEL_TYPE_F32, w, random_floats(count(w), 1))}, {out},
                   {{{ACCEL_ATTRIBUTE_GROUP, {groups}}}, {}, 0});
        graph.output(out);
        const auto plan = accel::cpu::make_plan(accel::cpu::read_graph(graph.desc()), 2, {.least_multiply_adds = 1});
        const DnnlStep &step = *primitives(*plan).at(0);
        return Cut{step.parts().size(), argument(step, DNNL_ARG_SRC)->stride_bytes != 0, argument(step, DNNL_ARG_DST)->stride_bytes != 0};
    };
    CHECK(cut_of({1, 64, 3, 30}, {64, 64, 3, 3}, {1, 64, 1, 28}, 1) == Cut{4, false, true});  // one row of three
    CHECK(cut_of({1, 16, 3, 30}, {16, 16, 3, 3}, {1, 16, 1, 28}, 1) == Cut{2, false, true});  // half a vector each
    CHECK(cut_of({1, 32, 3, 30}, {32, 8, 3, 3}, {1, 32, 1, 28}, 4) == Cut{2, true, true});    // groups
    CHECK(cut_of({1, 16, 3, 3}, {32, 16, 3, 3}, {1, 32, 1, 1}, 1) == Cut{2, false, false});   // one position of many
}

TEST_CASE("constant weights lie in oneDNN's blocks, others as they came", "[plan][isa]")
{
    if (!kHasCompiledCode)
        SKIP("only oneDNN's compiled code, which is for x86-64, blocks weights and takes an addition along");
    Chain constant;
    constant.convolution();
    const auto blocked = constant.finish();
    const DnnlStep &convolution = *primitives(*blocked).at(0);
    CHECK(blocking(convolution, DNNL_ARG_WEIGHTS).inner_nblks > 0);
    CHECK(blocked->values[argument(convolution, DNNL_ARG_WEIGHTS)->value].source == accel::cpu::Source::kConstant);

    Chain given;
    given.convolution(given.graph.input(ACCEL_TYPE_F32, kKernel));
    const auto plain = given.finish();
    CHECK(blocking(*primitives(*plain).at(0), DNNL_ARG_WEIGHTS).inner_nblks == 0);
}

TEST_CASE("a sigmoid times its operand is one step, with the bits of two", "[plan][isa]")
{
    const bool swapped = GENERATE(false, true), read = GENERATE(false, true);
    const auto x = random_floats(3 * 50, 4, -9, 9);
    GraphMaker graph;
    const uint32_t in = graph.input(ACCEL_TYPE_F32, {3, 50}), gate = graph.tensor(ACCEL_TYPE_F32, {3, 50}), out = graph.tensor(ACCEL_TYPE_F32, {3, 50});
    graph.node(ACCEL_OPERATION_SIGMOID, {in}, {gate});
    graph.node(ACCEL_OPERATION_MUL, swapped ? std::vector<uint32_t>{in, gate} : std::vector<uint32_t>{gate, in}, {out});
    graph.output(out);
    if (read)  // somebody else needs the sigmoid itself
        graph.output(gate);
    CHECK(plan_of(graph)->steps.size() == (read ? 2 : 1));
    const auto y = values_of<float>(execute(graph.desc(), {bytes_of(x)})[0]);
    std::vector<float> sigmoid(x.size());
    accel::cpu::float_kernels().sigmoid(x.data(), static_cast<int64_t>(x.size()), sigmoid.data());
    for (size_t i = 0; i < x.size(); ++i)
        REQUIRE(y[i] == x[i] * sigmoid[i]);
}
