// SPDX-License-Identifier: MIT
// TOP_K: a heap of as many places as are wanted goes along each row, its worst one in front, and is sorted in the end.
#include "../builder.h"
#include "../checker.h"
#include "ops.h"

#include "../nodes/folded.h"

#include <algorithm>

namespace accel::cpu {
namespace {

// Along one axis: the first places of rows, in results and in x, and how far their elements are apart.
struct TopRows {
    Walk<2> walk;
    int64_t size, count, x_step, y_step;
};

template <typename T> class TopStep : public Step {
public:
    TopStep(const View &x, const View &y, const View &places, uint32_t heaps, TopRows rows, bool largest, int threads) : rows_(std::move(rows)),
                                                                                                                         largest_(largest),
                                                                                                                         x_(x.value),
                                                                                                                         y_(y.value),
                                                                                                                         places_(places.value),
                                                                                                                         heaps_(heaps),
                                                                                                                         threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const T *>(values[x_]);
        auto *y = reinterpret_cast<T *>(values[y_]);
        auto *places = reinterpret_cast<int64_t *>(values[places_]);
        auto *heaps = reinterpret_cast<int32_t *>(values[heaps_]);
        rows_.walk.each(
            threads_,
            [&](const std::array<int64_t, 2> &at, int64_t count) {
                for (int64_t i = 0; i < count; ++i) {
                    const int64_t to = at[0] + i * rows_.walk.row_stride[0], from = at[1] + i * rows_.walk.row_stride[1];
                    row(x + from, y + to, places + to, heaps + heap_of(to));
                }
            },
            rows_.size);
        return true;
    }

private:
    // Rows of results are y_step apart inside of blocks of count * y_step elements: the heap of each lies in its block, one behind the other.
    int64_t heap_of(int64_t to) const
    {
        const int64_t block = rows_.count * rows_.y_step;
        return to / block * block + to % block * rows_.count;
    }

    bool is_better(T a, T b, bool first) const
    {
        const auto left = static_cast<Wide<T>>(a), right = static_cast<Wide<T>>(b);
        // A NaN is more than any number.
        const bool more = is_nan(left) ? !is_nan(right) : left > right, less = is_nan(right) ? !is_nan(left) : left < right;
        return largest_ ? more || (!less && first) : less || (!more && first);
    }

    void row(const T *x, T *y, int64_t *places, int32_t *heap) const
    {
        const auto better = [&](int32_t a, int32_t b) { return a != b && is_better(x[a * rows_.x_step], x[b * rows_.x_step], a < b); };
        const auto count = static_cast<int32_t>(rows_.count);
        for (int32_t i = 0; i < count; ++i)
            heap[i] = i;
        std::make_heap(heap, heap + count, better);
        for (int32_t i = count; i < static_cast<int32_t>(rows_.size); ++i) {
            if (!better(i, heap[0]))
                continue;
            std::pop_heap(heap, heap + count, better);
            heap[count - 1] = i;
            std::push_heap(heap, heap + count, better);
        }
        std::sort_heap(heap, heap + count, better);
        for (int32_t i = 0; i < count; ++i) {
            y[i * rows_.y_step] = x[heap[i] * rows_.x_step];
            places[i * rows_.y_step] = heap[i];
        }
    }

    TopRows rows_;
    bool largest_;
    uint32_t x_, y_, places_, heaps_;
    int threads_;
};

void check_top(const Checker &c)
{
    check_types(c, Numbers{});
    c.same_type(c.outputs()[0], c.input(0).type);
    c.same_type(c.outputs()[1], ACCEL_TYPE_I64);
    c.unscaled(c.operand(0));
    c.unscaled(c.outputs()[0]);
}

void prepare_top(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kRowMajor);
    const View y = builder.define(node.outputs[0], Layout::kRowMajor), places = builder.define(node.outputs[1], Layout::kRowMajor);
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(x.dims.size()) - 1));
    Dims firsts = x.dims;
    firsts[axis] = 1;
    TopRows rows{make_walk<2>(firsts, {y.strides, x.strides}), x.dims[axis], y.dims[axis], x.strides[axis], y.strides[axis]};
    const uint32_t heaps = builder.scratch(static_cast<uint64_t>(*element_count(y.dims)) * sizeof(int32_t));
    with_type(Numbers{}, x.type, [&]<typename T>(T) {
        builder.add(std::make_unique<TopStep<T>>(x, y, places, heaps, rows, node.integer(ACCEL_ATTRIBUTE_LARGEST, 1) != 0, builder.threads()), {x.value, y.value, places.value, heaps});
    });
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_TOP_K, 1, check_top, prepare_top},
};

}  // namespace

const std::span<const CpuOp> kTopOps = kRows;

}  // namespace accel::cpu
