// SPDX-License-Identifier: MIT
// Weighted sums along one axis of a dense tensor.
#pragma once

#include "folded.h"

#include <cmath>
#include <limits>

namespace accel::cpu {

// A real as an element: whole ones are rounded, halves to even, and saturate.
template <typename T, typename Real> T stored(Real value)
{
    if constexpr (kIsReal<T>) {
        return static_cast<T>(static_cast<Wide<T>>(value));
    } else {
        constexpr Real kLow = static_cast<Real>(std::numeric_limits<T>::min()), kHigh = static_cast<Real>(std::numeric_limits<T>::max());
        const Real whole = std::nearbyint(value);
        return whole <= kLow ? std::numeric_limits<T>::min() : whole >= kHigh ? std::numeric_limits<T>::max()
                                                                              : static_cast<T>(whole);
    }
}

// One axis in its turn.
template <typename Real> struct Pass {
    int64_t outer, from, to, inner, width;
    std::vector<int64_t> place;
    std::vector<Real> weight;

    int64_t elements() const { return outer * to * inner; }
};

template <typename Real, typename From, typename To> class PassRun {
public:
    PassRun(const Pass<Real> &pass, const From *x, To *y) : pass_(pass),
                                                            x_(x),
                                                            y_(y) {}

    void run(int threads) const
    {
        const int64_t weight = pass_.width * (pass_.inner == 1 ? pass_.to : pass_.inner), grain = std::max<int64_t>(kParallelElements / 4 / weight, 1);
        parallel_for(threads, pass_.inner == 1 ? pass_.outer : pass_.outer * pass_.to, grain, [&](int64_t first, int64_t last) {
            for (int64_t row = first; row < last; ++row)
                pass_.inner == 1 ? along(x_ + row * pass_.from, y_ + row * pass_.to) : across(row);
        });
    }

private:
    static Real real(From value) { return static_cast<Real>(static_cast<Wide<From>>(value)); }

    // Neighbours are what is added up.
    void along(const From *x, To *y) const
    {
        const int64_t *place = pass_.place.data();
        const Real *weight = pass_.weight.data();
        if (pass_.width == 2) {
            for (int64_t i = 0; i < pass_.to; ++i)
                y[i] = stored<To>(weight[2 * i] * real(x[place[2 * i]]) + weight[2 * i + 1] * real(x[place[2 * i + 1]]));
            return;
        }
        for (int64_t i = 0; i < pass_.to; ++i, place += pass_.width, weight += pass_.width) {
            Real sum = 0;
            for (int64_t tap = 0; tap < pass_.width; ++tap)
                sum += weight[tap] * real(x[place[tap]]);
            y[i] = stored<To>(sum);
        }
    }

    // Rows are what is added up.
    void across(int64_t row) const
    {
        const int64_t at = row % pass_.to * pass_.width, inner = pass_.inner;
        const From *x = x_ + row / pass_.to * pass_.from * inner;
        To *y = y_ + row * inner;
        const int64_t *place = pass_.place.data() + at;
        const Real *weight = pass_.weight.data() + at;
        if (pass_.width == 2) {
            const From *a = x + place[0] * inner, *b = x + place[1] * inner;
            const Real wa = weight[0], wb = weight[1];
            for (int64_t i = 0; i < inner; ++i)
                y[i] = stored<To>(wa * real(a[i]) + wb * real(b[i]));
            return;
        }
        constexpr int64_t kPiece = 256;
        Real sums[kPiece];
        for (int64_t first = 0; first < inner; first += kPiece) {
            const int64_t some = std::min(kPiece, inner - first);
            std::fill_n(sums, some, Real{0});
            for (int64_t tap = 0; tap < pass_.width; ++tap) {
                const From *from = x + place[tap] * inner + first;
                for (int64_t i = 0; i < some; ++i)
                    sums[i] += weight[tap] * real(from[i]);
            }
            for (int64_t i = 0; i < some; ++i)
                y[first + i] = stored<To>(sums[i]);
        }
    }

    const Pass<Real> &pass_;
    const From *x_;
    To *y_;
};

}  // namespace accel::cpu
