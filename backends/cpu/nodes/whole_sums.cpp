// SPDX-License-Identifier: MIT
// Plain loops; the innermost one is over values that lie side by side, so that the compiler makes vectors of it.
#include "whole_sums.h"

#include "../team.h"

#include <algorithm>
#include <array>

namespace accel::cpu {
namespace {

int64_t offset_of(int64_t number, const Dims &dims, const Dims &strides)
{
    int64_t offset = 0;
    for (size_t axis = dims.size(); axis-- > 0;) {
        offset += number % dims[axis] * strides[axis];
        number /= dims[axis];
    }
    return offset;
}

class WholeProductStep : public Step {
public:
    WholeProductStep(WholeProduct product, int threads) : p_(std::move(product)),
                                                          threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const int64_t matrices = *element_count(p_.batch);
        parallel_for(threads_, matrices * p_.rows, 1, [&](int64_t first, int64_t last) {
            for (int64_t number = first; number < last; ++number)
                for (int64_t column = 0; column < p_.columns; column += kColumns)
                    some(values, number / p_.rows, number % p_.rows, column);
        });
        return true;
    }

private:
    static constexpr int64_t kColumns = 256;

    // Columns of one row of one matrix.
    void some(Values values, int64_t matrix, int64_t row, int64_t column) const
    {
        const size_t rows = p_.batch.size(), columns = rows + 1;
        const auto at = [&](const Stored &of) { return of.present ? offset_of(matrix, p_.batch, of.strides) + row * of.strides[rows] : 0; };
        const int64_t a = at(p_.a), a_zero = at(p_.a_zero);
        const int64_t b = offset_of(matrix, p_.batch, p_.b.strides) + column * p_.b.strides[columns];
        const int64_t b_zero = p_.b_zero.present ? offset_of(matrix, p_.batch, p_.b_zero.strides) + column * p_.b_zero.strides[columns] : 0;
        const int64_t count = std::min(kColumns, p_.columns - column);
        std::array<uint32_t, kColumns> sums{};
        const auto zero = static_cast<uint32_t>(p_.a_zero.at(values, a_zero));
        uint32_t all = 0;
        for (int64_t k = 0; k < p_.depth; ++k) {
            const uint32_t factor = static_cast<uint32_t>(p_.a.at(values, a + k * p_.a.strides[columns])) - zero;
            all += factor;
            const std::byte *from = values[p_.b.value] + b + k * p_.b.strides[rows];
            p_.b.is_signed ? add<int8_t>(sums, factor, from, count) : add<uint8_t>(sums, factor, from, count);
        }
        auto *y = reinterpret_cast<uint32_t *>(values[p_.y]) + (matrix * p_.rows + row) * p_.columns + column;
        for (int64_t i = 0; i < count; ++i)
            y[i] = sums[static_cast<size_t>(i)] - all * static_cast<uint32_t>(p_.b_zero.present ? p_.b_zero.at(values, b_zero + i * p_.b_zero.strides[columns]) : 0);
    }

    template <typename Byte> void add(std::array<uint32_t, kColumns> &sums, uint32_t factor, const std::byte *from, int64_t count) const
    {
        const auto *b = reinterpret_cast<const Byte *>(from);
        if (p_.b.strides.back() == 1) {
            for (int64_t i = 0; i < count; ++i)
                sums[static_cast<size_t>(i)] += factor * static_cast<uint32_t>(static_cast<int32_t>(b[i]));
            return;
        }
        for (int64_t i = 0; i < count; ++i)
            sums[static_cast<size_t>(i)] += factor * static_cast<uint32_t>(static_cast<int32_t>(b[i * p_.b.strides.back()]));
    }

    WholeProduct p_;
    int threads_;
};

class ZeroTakenStep : public Step {
public:
    explicit ZeroTakenStep(const ZeroTaken &taken) : t_(taken) {}

    bool run(Values values, StepState *) const noexcept override
    {
        auto *y = reinterpret_cast<uint32_t *>(values[t_.y]);
        for (int64_t row = 0; row < t_.rows; ++row, y += t_.columns) {
            const auto zero = static_cast<uint32_t>(t_.zero.at(values, row % t_.zeros));
            for (int64_t column = 0; zero != 0 && column < t_.columns; ++column)
                y[column] -= zero * static_cast<uint32_t>(t_.sums[column]);
        }
        return true;
    }

private:
    ZeroTaken t_;
};

class WholeConvolutionStep : public Step {
public:
    WholeConvolutionStep(WholeConvolution convolution, int threads) : c_(std::move(convolution)),
                                                                      spatial_(c_.y.dims.begin() + 2, c_.y.dims.end()),
                                                                      x_strides_(row_major_strides(c_.x.dims)),
                                                                      taps_(*element_count(c_.window.kernel)),
                                                                      positions_(*element_count(spatial_)),
                                                                      threads_(threads) {}

    bool run(Values values, StepState *) const noexcept override
    {
        const int64_t outputs = c_.y.dims[1];
        parallel_for(threads_, c_.y.dims[0] * outputs, 1, [&](int64_t first, int64_t last) {
            for (int64_t number = first; number < last; ++number) {
                auto *y = reinterpret_cast<uint32_t *>(values[c_.y.value]) + number * positions_;
                for (int64_t position = 0; position < positions_; ++position)
                    y[position] = one(values, number / outputs, number % outputs, position);
            }
        });
        return true;
    }

private:
    // Where a tap lies on a channel of x, below 0 in its padding.
    int64_t place(int64_t position, int64_t tap) const
    {
        int64_t at = 0;
        for (size_t axis = spatial_.size(); axis-- > 0;) {
            const int64_t here = position % spatial_[axis] * c_.window.stride[axis] + tap % c_.window.kernel[axis] * c_.window.dilation[axis] - c_.window.pad_begin[axis];
            if (here < 0 || here >= c_.x.dims[axis + 2])
                return -1;
            at += here * x_strides_[axis + 2];
            position /= spatial_[axis];
            tap /= c_.window.kernel[axis];
        }
        return at;
    }

    uint32_t one(Values values, int64_t image, int64_t output, int64_t position) const
    {
        const int64_t inputs = c_.w.dims[1], group = output / (c_.w.dims[0] / c_.groups);
        const auto x_zero = static_cast<uint32_t>(c_.x_zero.at(values, 0)), w_zero = static_cast<uint32_t>(c_.w_zero.at(values, c_.zero_per_channel ? output : 0));
        const Stored x{c_.x.value, true, c_.x.type == ACCEL_TYPE_I8, {}}, w{c_.w.value, true, c_.w.type == ACCEL_TYPE_I8, {}};
        uint32_t sum = 0;
        for (int64_t tap = 0; tap < taps_; ++tap) {
            const int64_t at = place(position, tap);
            for (int64_t input = 0; at >= 0 && input < inputs; ++input)
                sum += (static_cast<uint32_t>(x.at(values, image * x_strides_[0] + (group * inputs + input) * x_strides_[1] + at)) - x_zero) *
                       (static_cast<uint32_t>(w.at(values, (output * inputs + input) * taps_ + tap)) - w_zero);
        }
        return sum;
    }

    WholeConvolution c_;
    Dims spatial_, x_strides_;
    int64_t taps_, positions_;
    int threads_;
};

void read(std::vector<uint32_t> &used, const Stored &stored)
{
    if (stored.present)
        used.push_back(stored.value);
}

}  // namespace

void add_whole_product(Builder &builder, WholeProduct product)
{
    std::vector<uint32_t> used{product.y};
    for (const Stored *each : {&product.a, &product.b, &product.a_zero, &product.b_zero})
        read(used, *each);
    const int threads = builder.threads_for(product.multiply_adds());
    builder.add(std::make_unique<WholeProductStep>(std::move(product), threads), used);
}

void add_zero_taken(Builder &builder, const ZeroTaken &taken) { builder.add(std::make_unique<ZeroTakenStep>(taken), {taken.y, taken.zero.value}); }

void add_whole_convolution(Builder &builder, WholeConvolution convolution)
{
    std::vector<uint32_t> used{convolution.x.value, convolution.w.value, convolution.y.value};
    read(used, convolution.x_zero);
    read(used, convolution.w_zero);
    const int threads = builder.threads_for(*element_count(convolution.y.dims) * *element_count(convolution.w.dims) / convolution.w.dims[0]);
    builder.add(std::make_unique<WholeConvolutionStep>(std::move(convolution), threads), used);
}

}  // namespace accel::cpu
