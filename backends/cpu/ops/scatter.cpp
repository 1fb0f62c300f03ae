// SPDX-License-Identifier: MIT
// Operations that put elements where indices say, into a copy of their first operand.
//
// Updates that meet in one place are taken in the order of their indices, whatever the number of threads: those of single elements meet within a row along the axis, and a row is one
// thread's; slices are cut into parts of which each thread puts its own of all of them.
#include "../checker.h"
#include "../nodes/nodes.h"
#include "ops.h"

#include "../nodes/indices.h"
#include "../nodes/joins.h"
#include "../nodes/walk.h"

#include <atomic>

namespace accel::cpu {
namespace {

class ScatterElementsStep : public Step {
public:
    ScatterElementsStep(const View &indices, const View &updates, const View &y, size_t axis, Join join, int threads) : indices_(indices, "ScatterElements", {y.dims[axis]}),
                                                                                                                        join_(join),
                                                                                                                        count_(indices.dims[axis]),
                                                                                                                        from_step_(indices.strides[axis]),
                                                                                                                        to_step_(y.strides[axis]),
                                                                                                                        element_bytes_(static_cast<int64_t>(type_bytes(y.type))),
                                                                                                                        updates_(updates.value),
                                                                                                                        y_(y.value),
                                                                                                                        threads_(threads)
    {
        Dims firsts = indices.dims;
        firsts[axis] = 1;
        walk_ = make_walk<2>(firsts, {indices.strides, y.strides});
    }

    bool run(Values values, StepState *) const noexcept override
    {
        std::atomic<bool> inside{true};
        walk_.each(
            threads_,
            [&](const std::array<int64_t, 2> &at, int64_t count) {
                for (int64_t i = 0; i < count; ++i)
                    if (!row(values, at[0] + i * walk_.row_stride[0], at[1] + i * walk_.row_stride[1]))
                        return inside.store(false, std::memory_order_relaxed);
            },
            count_);
        return inside.load(std::memory_order_relaxed);
    }

    void explain(Values values, std::span<char> sentence) const noexcept override { indices_.explain(values, sentence); }

private:
    bool row(Values values, int64_t from, int64_t to) const
    {
        for (int64_t i = 0; i < count_; ++i) {
            const int64_t place = from + i * from_step_, index = indices_.at(values, place);
            if (index < 0)
                return false;
            join_(values[y_] + (to + index * to_step_) * element_bytes_, values[updates_] + place * element_bytes_, 1);
        }
        return true;
    }

    Walk<2> walk_;
    Indices indices_;
    Join join_;
    int64_t count_, from_step_, to_step_, element_bytes_;
    uint32_t updates_, y_;
    int threads_;
};

class ScatterNdStep : public Step {
public:
    ScatterNdStep(const View &updates, const View &y, Tuples tuples, Join join, int threads) : tuples_(std::move(tuples)),
                                                                                               join_(join),
                                                                                               element_bytes_(static_cast<int64_t>(type_bytes(y.type))),
                                                                                               updates_(updates.value),
                                                                                               y_(y.value),
                                                                                               threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        std::atomic<bool> inside{true};
        const int64_t width = tuples_.width(), grain = std::max<int64_t>(kParallelElements / 4 / tuples_.count(), 64);
        parallel_for(threads_, width, grain, [&](int64_t first, int64_t last) {
            for (int64_t tuple = 0; tuple < tuples_.count(); ++tuple) {
                const int64_t place = tuples_.place(values, tuple);
                if (place < 0)
                    return inside.store(false, std::memory_order_relaxed);
                join_(values[y_] + (place + first) * element_bytes_, values[updates_] + (tuple * width + first) * element_bytes_, last - first);
            }
        });
        return inside.load(std::memory_order_relaxed);
    }

    void explain(Values values, std::span<char> sentence) const noexcept override { tuples_.indices().explain(values, sentence); }

private:
    Tuples tuples_;
    Join join_;
    int64_t element_bytes_;
    uint32_t updates_, y_;
    int threads_;
};

void check_scatter(const Checker &c)
{
    check_indexed(c);
    c.same_type(c.operand(2), c.input(0).type);
    c.equal_quantization(c.operand(0), c.operand(2));
    const std::string_view reduction = c.applied().string(ACCEL_ATTRIBUTE_REDUCTION);
    if (find_join(reduction, c.input(0).type) == nullptr)
        refuse_attribute(ACCEL_ATTRIBUTE_REDUCTION);
    // Of stored values that stand for real ones, none but the new value is stored as it should be.
    if (!reduction.empty() && reduction != "none")
        c.unscaled(c.operand(0));
}

void prepare_scatter(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), indices = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    const View updates = builder.in_layout(node.inputs[2], Layout::kRowMajor), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const graph::Attribute *reduction = node.find(ACCEL_ATTRIBUTE_REDUCTION);
    const Join join = find_join(reduction != nullptr ? std::string_view(reduction->text()) : std::string_view(), x.type);
    builder.add(make_copy_step(x, y, builder.threads()), {x.value, y.value});
    std::unique_ptr<Step> step;
    if (node.operation == ACCEL_OPERATION_SCATTER_ND)
        step = std::make_unique<ScatterNdStep>(updates, y, Tuples(y, indices, "ScatterND", 0), join, builder.threads());
    else
        step = std::make_unique<ScatterElementsStep>(indices, updates, y, static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0)), join, builder.threads());
    builder.add(std::move(step), {indices.value, updates.value, y.value});
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_SCATTER_ELEMENTS, 1, check_scatter, prepare_scatter},
    {ACCEL_OPERATION_SCATTER_ND, 1, check_scatter, prepare_scatter},
};

}  // namespace

const std::span<const CpuOp> kScatterOps = kRows;

}  // namespace accel::cpu
