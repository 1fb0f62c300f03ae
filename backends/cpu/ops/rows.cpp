// SPDX-License-Identifier: MIT
// LAYER_NORMALIZATION and RMS_NORMALIZATION: rows of the last axes, each in relation to its own mean and variance.
#include "../builder.h"
#include "../checker.h"
#include "ops.h"

#include "../kernels/floats.h"
#include "../nodes/walk.h"
#include "../team.h"

namespace accel::cpu {
namespace {

constexpr size_t kScale = 1, kBias = 2, kMean = 1, kInverse = 2;

// The first of the axes that are a row.
size_t first_axis(const graph::Applied &node) { return static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(node.operand(0)->rank) - 1)); }

int64_t elements_from(const Dims &dims, size_t axis) { return *element_count(Dims(dims.begin() + static_cast<std::ptrdiff_t>(axis), dims.end())); }

// Scale and bias have one value for each element of a row; what is stretched is left to steps.
void check_rows(const Checker &c)
{
    c.real_operands();
    for (const uint32_t result : c.outputs())
        if (result != ACCEL_TENSOR_NONE)
            c.same_type(result, ACCEL_TYPE_F32);
    const int64_t count = elements_from(*graph::fixed_dims(c.input(0)), first_axis(c.applied()));
    for (const size_t position : {kScale, kBias})
        if (c.has_input(position))
            if (const int64_t given = *element_count(*graph::fixed_dims(c.input(position))); given != count)
                refuse(ACCEL_REASON_SIZE, c.operand(position), given, count);
}

class RowsStep : public Step {
public:
    static constexpr uint32_t kAbsent = UINT32_MAX;
    struct Places {
        uint32_t x, scale, bias = kAbsent, y, mean = kAbsent, inverse = kAbsent;
    };

    RowsStep(const Places &places, int64_t rows, int64_t count, float epsilon, bool centred, int threads) : kernels_(float_kernels()),
                                                                                                            at_(places),
                                                                                                            rows_(rows),
                                                                                                            count_(count),
                                                                                                            epsilon_(epsilon),
                                                                                                            centred_(centred),
                                                                                                            threads_(rows * count < kParallelElements ? 1 : threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const auto at = [&](uint32_t value) { return value == kAbsent ? nullptr : reinterpret_cast<float *>(values[value]); };
        const float *x = at(at_.x);
        float *y = at(at_.y), *mean = at(at_.mean), *inverse = at(at_.inverse);
        const RowNormalizing by{at(at_.scale), at(at_.bias), epsilon_, centred_};
        parallel_for(threads_, rows_, std::max<int64_t>(kParallelElements / 4 / count_, 1), [&](int64_t first, int64_t last) {
            for (int64_t row = first; row < last; ++row) {
                const RowStatistics of = kernels_.normalize_row(x + row * count_, count_, by, y + row * count_);
                if (mean != nullptr)
                    mean[row] = of.mean;
                if (inverse != nullptr)
                    inverse[row] = of.inverse;
            }
        });
        return true;
    }

private:
    const FloatKernels &kernels_;
    Places at_;
    int64_t rows_, count_;
    float epsilon_;
    bool centred_;
    int threads_;
};

void prepare_rows(Builder &builder, const Node &node)
{
    std::vector<uint32_t> used;
    const auto read = [&](size_t position) { return node.input(position) == kNone ? RowsStep::kAbsent : used.emplace_back(builder.in_layout(node.inputs[position], Layout::kRowMajor).value); };
    const auto make = [&](size_t position) {
        const bool absent = position >= node.outputs.size() || node.outputs[position] == kNone;
        return absent ? RowsStep::kAbsent : used.emplace_back(builder.define(node.outputs[position], Layout::kRowMajor).value);
    };
    const Dims x = dims_of(builder.graph().tensor(node.inputs[0]));
    const auto axis = static_cast<size_t>(node.integer(ACCEL_ATTRIBUTE_AXIS, static_cast<int64_t>(x.size()) - 1));
    RowsStep::Places places{};
    places.x = read(0), places.scale = read(kScale), places.bias = read(kBias);
    places.y = make(0), places.mean = make(kMean), places.inverse = make(kInverse);
    const int64_t count = elements_from(x, axis);
    builder.add(std::make_unique<RowsStep>(places, *element_count(x) / count, count, node.real(ACCEL_ATTRIBUTE_EPSILON, 1e-5f), node.operation == ACCEL_OPERATION_LAYER_NORMALIZATION, builder.threads()), used);
}

constexpr CpuOp kRows[] = {
    {ACCEL_OPERATION_LAYER_NORMALIZATION, 1, check_rows, prepare_rows},
    {ACCEL_OPERATION_RMS_NORMALIZATION, 1, check_rows, prepare_rows},
};

}  // namespace

const std::span<const CpuOp> kRowOps = kRows;

}  // namespace accel::cpu
