// SPDX-License-Identifier: MIT
// Typed values as dense bytes and back.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace accel::conformance {

template <class T> std::vector<char> to_bytes(const std::vector<T> &values)
{
    std::vector<char> bytes(values.size() * sizeof(T));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

template <class T> std::vector<T> from_bytes(const std::vector<char> &bytes)
{
    std::vector<T> values(bytes.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
    return values;
}

/// Reproducible numbers (Knuth's 64-bit linear congruence); the seed belongs in the case.
class Random {
public:
    explicit Random(uint64_t seed) : state_(seed * 2 + 1) { next(); }
    uint32_t next()
    {
        state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
        return static_cast<uint32_t>(state_ >> 32);
    }
    /// A whole number in [low, high].
    int whole(int low, int high) { return low + static_cast<int>(next() % static_cast<uint32_t>(high - low + 1)); }
    /// In [-1, 1).
    double unit() { return static_cast<double>(next()) / 2147483648.0 - 1.0; }

private:
    uint64_t state_;
};

template <class T> std::vector<T> whole_numbers(Random &random, size_t count, int low, int high)
{
    std::vector<T> values(count);
    for (auto &value : values) value = static_cast<T>(random.whole(low, high));
    return values;
}

}  // namespace accel::conformance
