// SPDX-License-Identifier: MIT
// The step that takes maxima of stored values.
#include "stored_maximum.h"

#include "pool.h"

#include <array>
#include <cstring>

namespace accel::cpu {
namespace {

class StoredMaximumStep : public Step {
public:
    StoredMaximumStep(const View &x, const View &y, PoolWindows windows, StoredBounds bounds, int threads)
        : kernels_(integer_kernels()),
          windows_(std::move(windows)),
          x_(x.value),
          y_(y.value),
          is_signed_(x.type == ACCEL_TYPE_I8),
          bounds_(bounds),
          threads_(threads)
    {
    }

    bool run(Values values, StepState *) const noexcept override
    {
        const auto *x = reinterpret_cast<const uint8_t *>(values[x_]);
        auto *y = reinterpret_cast<uint8_t *>(values[y_]);
        const int64_t channels = windows_.channels();
        windows_.each_position(threads_, [&](int64_t position, const PoolTaps &taps) {
            uint8_t *to = y + position * channels;
            std::array<const uint8_t *, 64> at;
            int64_t count = 0;
            windows_.each_tap(taps, [&](int64_t element) {
                if (count == static_cast<int64_t>(at.size())) {  // what they come to is the first of the next ones
                    kernels_.maximum(at.data(), count, channels, is_signed_, bounds_, to);
                    at[0] = to;
                    count = 1;
                }
                at[static_cast<size_t>(count++)] = x + element;
            });
            if (count == 0)
                std::memset(to, bounds_.low, static_cast<size_t>(channels));
            else
                kernels_.maximum(at.data(), count, channels, is_signed_, bounds_, to);
        });
        return true;
    }

private:
    const IntegerKernels &kernels_;
    PoolWindows windows_;
    uint32_t x_, y_;
    bool is_signed_;
    StoredBounds bounds_;
    int threads_;
};

}  // namespace

std::unique_ptr<Step> make_stored_maximum_step(const View &x, const View &y, const Window &window, StoredBounds bounds, int threads)
{
    return std::make_unique<StoredMaximumStep>(x, y, PoolWindows(x.dims, y.dims, window, false), bounds, threads);
}

}  // namespace accel::cpu
