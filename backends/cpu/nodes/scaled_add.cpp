// SPDX-License-Identifier: MIT
// Adds a scaled operand to what lies there already.
#include "nodes.h"

#include "../kernels/element_loops.h"
#include "walk.h"

namespace accel::cpu {
namespace {

class ScaledAddStep : public Step {
public:
    ScaledAddStep(const View &y, const View &c, float factor, Clamp clamp, int threads)
        : walk_(make_walk<2>(y.dims, {y.strides, broadcast_strides(c.dims, c.strides, y.dims.size())})),
          y_(y.value),
          c_(c.value),
          factor_(factor),
          clamp_(clamp),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<float *>(values[y_]);
        const auto *c = reinterpret_cast<const float *>(values[c_]);
        walk_.each(threads_, [&](const std::array<int64_t, 2> &at, int64_t count) {
            for (int64_t i = 0; i < count; ++i) {
                float &value = y[at[0] + i * walk_.row_stride[0]];
                value = bounded(value + factor_ * c[at[1] + i * walk_.row_stride[1]], clamp_.min, clamp_.max);
            }
        });
        return true;
    }

private:
    Walk<2> walk_;
    uint32_t y_, c_;
    float factor_;
    Clamp clamp_;
    int threads_;
};

}  // namespace

std::unique_ptr<Step> make_scaled_add_step(const View &y, const View &c, float factor, Clamp clamp, int threads)
{
    return std::make_unique<ScaledAddStep>(y, c, factor, clamp, threads);
}

}  // namespace accel::cpu
