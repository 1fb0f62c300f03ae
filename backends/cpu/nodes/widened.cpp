// SPDX-License-Identifier: MIT
// Steps that convert all elements of a tensor, whatever its layout.
#include "widened.h"

#include "../kernels/number.h"
#include "walk.h"

namespace accel::cpu {
namespace {

template <typename From, typename To> void convert(const std::byte *from, int64_t first, int64_t last, std::byte *to)
{
    const auto *x = reinterpret_cast<const From *>(from);
    auto *y = reinterpret_cast<To *>(to);
    for (int64_t i = first; i < last; ++i)
        y[i] = static_cast<To>(static_cast<float>(x[i]));
}

using Convert = void (*)(const std::byte *from, int64_t first, int64_t last, std::byte *to);

class ConvertStep : public Step {
public:
    ConvertStep(Convert convert, uint32_t from, uint32_t to, int64_t count, int threads) : convert_(convert),
                                                                                           from_(from),
                                                                                           to_(to),
                                                                                           count_(count),
                                                                                           threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        parallel_for(threads_, count_, kParallelElements / 4, [&](int64_t first, int64_t last) { convert_(values[from_], first, last, values[to_]); });
        return true;
    }

private:
    Convert convert_;
    uint32_t from_, to_;
    int64_t count_;
    int threads_;
};

}  // namespace

View widened(Builder &builder, const View &view)
{
    if (!is_narrow(view.type))
        return view;
    const Convert widen = view.type == ACCEL_TYPE_F16 ? convert<Half, float> : convert<Brain, float>;
    const int64_t count = *element_count(view.dims);
    const uint64_t size_bytes = static_cast<uint64_t>(count) * sizeof(float);
    View wide = view;
    wide.type = ACCEL_TYPE_F32;
    if (const std::byte *data = builder.constant_data(view)) {
        std::byte *made = builder.own(size_bytes);
        widen(data, 0, count, made);
        wide.value = builder.constant(made, size_bytes);
        return wide;
    }
    wide.value = builder.scratch(size_bytes);
    builder.add(std::make_unique<ConvertStep>(widen, view.value, wide.value, count, builder.threads()), {view.value, wide.value});
    return wide;
}

View wide_result(Builder &builder, const View &result)
{
    View wide = result;
    if (is_narrow(result.type)) {
        wide.type = ACCEL_TYPE_F32;
        wide.value = builder.scratch(static_cast<uint64_t>(*element_count(result.dims)) * sizeof(float));
    }
    return wide;
}

void add_rounding(Builder &builder, const View &wide, const View &result)
{
    if (!is_narrow(result.type))
        return;
    const Convert narrow = result.type == ACCEL_TYPE_F16 ? convert<float, Half> : convert<float, Brain>;
    builder.add(std::make_unique<ConvertStep>(narrow, wide.value, result.value, *element_count(result.dims), builder.threads()), {wide.value, result.value});
}

}  // namespace accel::cpu
