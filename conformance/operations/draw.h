// SPDX-License-Identifier: MIT
// Shapes, values and scales drawn at random: a device that is right only for the shapes that it has seen before is wrong here.
#pragma once

#include <algorithm>

#include "aspect.h"
#include "reference/question.h"
#include "support/bytes.h"

namespace accel::conformance {

/// Where real values lie.
struct Reals {
    double low = -9, high = 9;
    int exponents = 0;  ///< else: of either sign, with binary exponents up to it
    int extreme = 120;  ///< exponents of extreme values
    bool sums = false;  ///< special values are few, and the largest numbers are none of them: sums stay what one of them makes of them

    /// The same in a type whose exponents reach less far than those of binary32.
    Reals within(const RealFormat &format) const
    {
        Reals reals = *this;
        const int most = format.largest - 2;
        reals.exponents = std::min(exponents, most / 2);
        reals.extreme = std::min(extreme, sums ? most - 2 : most);
        return reals;
    }
};

/// Drawn from a seed. The first round draws the sizes that hardware likes most where plain ones are asked for.
class Draw {
public:
    Draw(uint64_t from, size_t round) : seed(from),
                                        random(from * 1000003 + round),
                                        round_(round) {}

    bool plain() const { return round_ == 0; }
    bool coin() { return random.next() % 2; }
    int64_t size(int64_t low, int64_t high) { return random.whole(static_cast<int>(low), static_cast<int>(high)); }
    template <class T> const T &one_of(const std::vector<T> &list) { return list[random.next() % list.size()]; }

    /// One size of a kind; at most about 20.
    int64_t size(Sizes sizes);
    /// At most some thousand elements.
    Dims dims(Sizes sizes, size_t least_rank, size_t most_rank);

    /// One scale and zero point for a stored byte.
    Quantization quantization(accel_type type);

    /// Dense elements.
    std::vector<char> elements(accel_type type, size_t count, Values values, const Reals &reals = {});
    std::vector<float> reals(size_t count, double low, double high);

    const uint64_t seed;
    Random random;

private:
    double real(Values values, const Reals &reals);
    int64_t whole(accel_type type, Values values);
    void place_ends(accel_type type, Values values, std::vector<char> &bytes);

    size_t round_;
};

}  // namespace accel::conformance
