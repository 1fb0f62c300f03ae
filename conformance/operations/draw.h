// SPDX-License-Identifier: MIT
// Shapes, values and scales drawn at random: a device that is right only for the shapes that it has seen before is wrong here.
#pragma once

#include <accel/catalog.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "../reference/requantise.h"
#include "../support/bytes.h"
#include "../support/graph.h"

namespace accel::conformance {

using Dims = std::vector<int64_t>;

inline size_t element_count(const Dims &dims) { return static_cast<size_t>(std::accumulate(dims.begin(), dims.end(), int64_t{1}, std::multiplies<>())); }

/// "1x8x4x4"
inline std::string shape_text(const Dims &dims)
{
    if (dims.empty()) return "scalar";
    std::string text = std::to_string(dims[0]);
    for (size_t axis = 1; axis < dims.size(); ++axis) text.append("x").append(std::to_string(dims[axis]));
    return text;
}

inline StoredRange stored_range(accel_type type) { return type == ACCEL_TYPE_U8 ? StoredRange{0, 255} : StoredRange{-128, 127}; }
inline bool is_byte(accel_type type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }

/// The first draws are shapes that hardware likes, so that one that takes little is still asked for what it takes; the others are anything.
class Draw {
public:
    Draw(uint64_t seed, size_t round) : random(seed * 1000003 + round), round_(round) {}

    bool plain() const { return round_ == 0; }
    bool even() const { return round_ < 2; }
    bool coin() { return random.next() % 2; }
    int64_t size(int low, int high) { return random.whole(low, high); }
    template <class T> const T &one_of(const std::vector<T> &list) { return list[random.next() % list.size()]; }

    /// At most some thousand elements; mostly rank 4, as models are.
    Dims dims(int least_rank = 1, int most_rank = 5)
    {
        if (plain() && least_rank <= 4 && most_rank >= 4) return {1, 16, 4, 8};
        if (even() && least_rank <= 4 && most_rank >= 4) return {1, 8, 6, 10};
        const int rank = random.next() % 2 && least_rank <= 4 && most_rank >= 4 ? 4 : random.whole(least_rank, most_rank);
        Dims dims;
        for (int axis = 0; axis < rank; ++axis) dims.push_back(rank > 2 && axis == 0 ? size(1, 2) : size(1, rank > 4 ? 5 : rank > 2 ? 11 : 70));
        return dims;
    }

    /// One scale and zero point for a stored byte.
    Quantization quantization(accel_type type)
    {
        const auto range = stored_range(type);
        return {{static_cast<float>(0.01 + 0.09 * (random.unit() + 1))}, {random.whole(range.low, range.high)}};
    }

    /// Stored elements: any byte, small and large whole numbers, whole numbers in binary32.
    std::vector<char> elements(accel_type type, size_t count)
    {
        std::vector<char> bytes;
        bytes.reserve(count * 8);
        const auto append = [&](const auto &value) { bytes.insert(bytes.end(), reinterpret_cast<const char *>(&value), reinterpret_cast<const char *>(&value) + sizeof(value)); };
        for (size_t index = 0; index < count; ++index) {
            if (is_byte(type)) append(static_cast<uint8_t>(random.next()));
            else if (type == ACCEL_TYPE_BOOL) append(static_cast<uint8_t>(random.next() % 2));
            else if (type == ACCEL_TYPE_I32) append(random.next());
            else if (type == ACCEL_TYPE_I64) append(uint64_t{random.next()} << 32 | random.next());
            else append(static_cast<float>(random.whole(-100000, 100000)));
        }
        return bytes;
    }

    std::vector<float> reals(size_t count, double low, double high)
    {
        std::vector<float> values(count);
        for (auto &value : values) value = static_cast<float>(low + (high - low) * (random.unit() + 1) / 2);
        return values;
    }

    Random random;

private:
    size_t round_;
};

/// The dense row-major position of an index.
inline size_t position_of(const Dims &dims, const Dims &index)
{
    int64_t position = 0;
    for (size_t axis = 0; axis < dims.size(); ++axis) position = position * dims[axis] + index[axis];
    return static_cast<size_t>(position);
}

/// Calls visit with each index of a shape, in row-major order.
template <class Visit> void for_each_index(const Dims &dims, const Visit &visit)
{
    Dims index(dims.size(), 0);
    for (size_t left = element_count(dims); left > 0; --left) {
        visit(static_cast<const Dims &>(index));
        for (size_t axis = dims.size(); axis-- > 0;) {
            if (++index[axis] < dims[axis]) break;
            index[axis] = 0;
        }
    }
}

}  // namespace accel::conformance
