// SPDX-License-Identifier: MIT
// What an output must hold, and a comparison that tells what it holds instead.
#pragma once

#include <accel/catalog.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "bytes.h"
#include "reference/bound.h"
#include "suite/verdict.h"

namespace accel::conformance {

/// The end of a comparison, as an assertion takes it: CHECK(same(…)) tells what differs, and not how it was asked.
class Comparison {
public:
    /// Equal, or within what is allowed.
    Comparison() = default;
    explicit Comparison(std::string difference) : difference_(std::move(difference)) {}
    explicit operator bool() const { return difference_.empty(); }
    /// Position, value, expected value and allowed error of the first wrong element, and how many are wrong; "" when none is.
    const std::string &difference() const { return difference_; }
    friend std::ostream &operator<<(std::ostream &out, const Comparison &comparison) { return out << kSentence << (comparison ? "as expected" : comparison.difference_); }

private:
    std::string difference_;
};

/// What is no comparison of values: the sentence tells what came and what was expected.
inline Comparison expect(bool holds, const std::string &otherwise) { return holds ? Comparison() : Comparison(otherwise); }

/// A dense row-major output. Three kinds: bits, real values that may each err by so much, and binary32 dot products.
struct Expected {
    accel_type type = ACCEL_TYPE_F32;
    std::vector<int64_t> dims;
    std::vector<char> bits;       ///< the exact stored elements; empty for the other kinds
    std::vector<double> values;   ///< in binary64
    std::vector<double> allowed;  ///< largest |result - value| of each element
    std::optional<DotProducts> dot;

    static Expected exactly(accel_type type, std::vector<int64_t> dims, std::vector<char> bits);
    /// Real values that may each be off by `ulps` units in the last place; of F32 where no type is given.
    static Expected within_ulps(std::vector<int64_t> dims, std::vector<double> values, double ulps);
    static Expected within_ulps(accel_type type, std::vector<int64_t> dims, std::vector<double> values, double ulps);
    static Expected within(std::vector<int64_t> dims, std::vector<double> values, std::vector<double> allowed);
    static Expected within(accel_type type, std::vector<int64_t> dims, std::vector<double> values, std::vector<double> allowed);
    static Expected dot_products(std::vector<int64_t> dims, DotProducts reference);
};

Comparison compare(const Expected &expected, const std::vector<char> &result);

/// Typed shorthands for cases that hold values instead of bytes.
template <class T> constexpr accel_type type_of()
{
    if constexpr (std::is_same_v<T, float>)
        return ACCEL_TYPE_F32;
    else if constexpr (std::is_same_v<T, int8_t>)
        return ACCEL_TYPE_I8;
    else if constexpr (std::is_same_v<T, uint8_t>)
        return ACCEL_TYPE_U8;
    else if constexpr (std::is_same_v<T, int32_t>)
        return ACCEL_TYPE_I32;
    else
        return ACCEL_TYPE_I64;
}
template <class T> Comparison same(const std::vector<T> &result, const std::vector<T> &expected)
{
    return compare(Expected::exactly(type_of<T>(), {static_cast<int64_t>(expected.size())}, to_bytes(expected)), to_bytes(result));
}

}  // namespace accel::conformance
