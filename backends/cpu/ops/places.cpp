// SPDX-License-Identifier: MIT
// Operations that repeat elements, take them where indices say, or keep a triangle of them.
#include "../builder.h"
#include "../checker.h"
#include "ops.h"

#include "../nodes/copy_row.h"
#include "../nodes/indices.h"
#include "../nodes/joins.h"
#include "../nodes/walk.h"

#include <atomic>

namespace accel::cpu {
namespace {

// Each axis as two: the repetitions, which stand still in x, and x's own. A walk has room for those of four axes, and stands in every place of one over the axes in front of them.
template <typename Element> class TileStep : public Step {
public:
    TileStep(const View &x, const View &y, const Dims &repeats, int threads) : x_(x.value),
                                                                               y_(y.value),
                                                                               threads_(threads)
    {
        const size_t rank = x.dims.size(), front = rank - std::min<size_t>(rank, kMaxRank / 2);
        const auto walk = [&](size_t first, size_t last) {
            Dims dims, to, from;
            for (size_t axis = first; axis < last; ++axis) {
                dims.insert(dims.end(), {repeats[axis], x.dims[axis]});
                to.insert(to.end(), {y.strides[axis] * x.dims[axis], y.strides[axis]});
                from.insert(from.end(), {0, x.strides[axis]});
            }
            return make_walk<2>(dims, {to, from});
        };
        outer_ = walk(0, front);
        inner_ = walk(front, rank);
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<Element *>(values[y_]);
        const auto *x = reinterpret_cast<const Element *>(values[x_]);
        const auto block = [&](int64_t to, int64_t from) {
            inner_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
                copy_row(y + to + at[0], inner_.row_stride[0], x + from + at[1], inner_.row_stride[1], count);
            });
        };
        outer_.each(
            threads_,
            [&](const std::array<int64_t, 2> &at, int64_t count) {
                for (int64_t i = 0; i < count; ++i)
                    block(at[0] + i * outer_.row_stride[0], at[1] + i * outer_.row_stride[1]);
            },
            inner_.elements());
        return true;
    }

private:
    Walk<2> outer_, inner_;
    uint32_t x_, y_;
    int threads_;
};

template <typename Element> class GatherElementsStep : public Step {
public:
    GatherElementsStep(const View &x, const View &indices, const View &y, size_t axis, int threads) : indices_(indices, "GatherElements", {x.dims[axis]}),
                                                                                                      step_(x.strides[axis]),
                                                                                                      x_(x.value),
                                                                                                      y_(y.value),
                                                                                                      threads_(threads)
    {
        Dims from = x.strides;
        from[axis] = 0;
        walk_ = make_walk<2>(y.dims, {y.strides, from});
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const Element *>(values[x_]);
        auto *y = reinterpret_cast<Element *>(values[y_]);
        std::atomic<bool> inside{true};
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i) {
                const int64_t place = at[0] + i * walk_.row_stride[0], index = indices_.at(values, place);
                if (index < 0)
                    return inside.store(false, std::memory_order_relaxed);
                y[place] = x[at[1] + i * walk_.row_stride[1] + index * step_];
            }
        });
        return inside.load(std::memory_order_relaxed);
    }

    void explain(Values values, std::span<char> sentence) const noexcept override { indices_.explain(values, sentence); }

private:
    Walk<2> walk_;
    Indices indices_;
    int64_t step_;
    uint32_t x_, y_;
    int threads_;
};

class GatherNdStep : public Step {
public:
    GatherNdStep(const View &x, const View &y, Tuples tuples, int threads) : tuples_(std::move(tuples)),
                                                                             copy_(find_join("none", x.type)),
                                                                             element_bytes_(static_cast<int64_t>(type_bytes(x.type))),
                                                                             x_(x.value),
                                                                             y_(y.value),
                                                                             threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        std::atomic<bool> inside{true};
        parallel_for(threads_, tuples_.count(), std::max<int64_t>(kParallelElements / 4 / tuples_.width(), 1), [&](int64_t first, int64_t last) {
            for (int64_t tuple = first; tuple < last; ++tuple) {
                const int64_t place = tuples_.place(values, tuple);
                if (place < 0)
                    return inside.store(false, std::memory_order_relaxed);
                copy_(values[y_] + tuple * tuples_.width() * element_bytes_, values[x_] + place * element_bytes_, tuples_.width());
            }
        });
        return inside.load(std::memory_order_relaxed);
    }

    void explain(Values values, std::span<char> sentence) const noexcept override { tuples_.indices().explain(values, sentence); }

private:
    Tuples tuples_;
    Join copy_;
    int64_t element_bytes_;
    uint32_t x_, y_;
    int threads_;
};

// Of row-major matrices; what is not kept becomes bytes of `fill`.
class TriangleStep : public Step {
public:
    TriangleStep(const View &x, const View &y, bool upper, int64_t diagonal, uint8_t fill, int threads) : columns_(x.dims.back()),
                                                                                                          rows_(x.dims[x.dims.size() - 2]),
                                                                                                          diagonal_(std::clamp(diagonal, -rows_ - 1, columns_ + 1)),
                                                                                                          all_rows_(*element_count(x.dims) / columns_),
                                                                                                          element_bytes_(static_cast<int64_t>(type_bytes(x.type))),
                                                                                                          upper_(upper),
                                                                                                          fill_(fill),
                                                                                                          x_(x.value),
                                                                                                          y_(y.value),
                                                                                                          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        parallel_for(threads_, all_rows_, std::max<int64_t>(kParallelElements / 4 / columns_, 1), [&](int64_t first, int64_t last) {
            for (int64_t row = first; row < last; ++row) {
                const int64_t begin = row * columns_ * element_bytes_;
                const int64_t edge = std::clamp<int64_t>(row % rows_ + diagonal_ + (upper_ ? 0 : 1), 0, columns_) * element_bytes_, end = columns_ * element_bytes_;
                const int64_t kept = upper_ ? edge : 0, filled = upper_ ? 0 : edge;
                std::memcpy(values[y_] + begin + kept, values[x_] + begin + kept, static_cast<size_t>(upper_ ? end - edge : edge));
                std::memset(values[y_] + begin + filled, fill_, static_cast<size_t>(upper_ ? edge : end - edge));
            }
        });
        return true;
    }

private:
    int64_t columns_, rows_, diagonal_, all_rows_, element_bytes_;
    bool upper_;
    uint8_t fill_;
    uint32_t x_, y_;
    int threads_;
};

// Calls body with a word as long as an element.
template <typename Body> void with_word(uint32_t type, const Body &body)
{
    switch (type_bytes(type)) {
    case 1:
        return body(uint8_t{});
    case 2:
        return body(uint16_t{});
    case 4:
        return body(uint32_t{});
    default:
        return body(uint64_t{});
    }
}

void check_move(const Checker &c) { c.moved(); }

void prepare_tile(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), y = builder.define(node.outputs[0], builder.layout_of(node.inputs[0]));
    const Dims repeats = builder.integers(node, ACCEL_OPERAND_TILE_REPEATS);
    with_word(x.type, [&]<typename T>(T) { builder.add(std::make_unique<TileStep<T>>(x, y, repeats, builder.threads()), {x.value, y.value}); });
}

void prepare_gather_elements(Builder &builder, const Node &node)
{
    const View x = builder.view(node.inputs[0]), indices = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    const View y = builder.define(node.outputs[0], Layout::kRowMajor);
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, 0));
    with_word(x.type, [&]<typename T>(T) {
        builder.add(std::make_unique<GatherElementsStep<T>>(x, indices, y, axis, builder.threads()), {x.value, indices.value, y.value});
    });
}

void prepare_gather_nd(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kRowMajor), indices = builder.in_layout(node.inputs[1], Layout::kRowMajor);
    const View y = builder.define(node.outputs[0], Layout::kRowMajor);
    Tuples tuples(x, indices, "GatherND", static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_BATCH_DIMS, 0)));
    builder.add(std::make_unique<GatherNdStep>(x, y, std::move(tuples), builder.threads()), {x.value, indices.value, y.value});
}

void prepare_triangle(Builder &builder, const Node &node)
{
    const View x = builder.in_layout(node.inputs[0], Layout::kRowMajor), y = builder.define(node.outputs[0], Layout::kRowMajor);
    const Dims given = builder.integers(node, ACCEL_OPERAND_TRILU_K);
    const Tensor &tensor = builder.graph().tensor(node.inputs[0]);
    const auto fill = static_cast<uint8_t>(tensor.quantization ? tensor.quantization->zero_points[0] : 0);
    builder.add(std::make_unique<TriangleStep>(x, y, node.integer(ACCEL_ATTRIBUTE_UPPER, 1) != 0, given.empty() ? 0 : given[0], fill, builder.threads()), {x.value, y.value});
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_TILE, 1, check_move, prepare_tile},
    {ACCEL_OPERATION_GATHER_ELEMENTS, 1, check_indexed, prepare_gather_elements},
    {ACCEL_OPERATION_GATHER_ND, 1, check_indexed, prepare_gather_nd},
    {ACCEL_OPERATION_TRILU, 1, check_move, prepare_triangle},
};

}  // namespace

const std::span<const CpuOp> kPlaceOps = kRows;

}  // namespace accel::cpu
