// SPDX-License-Identifier: MIT
// Compares results bit by bit or within a bound, and says where they differ.
#include "expected.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

namespace accel::conformance {
namespace {

size_t bytes_of(accel_type type)
{
    switch (type) {
    case ACCEL_TYPE_I8: case ACCEL_TYPE_U8: case ACCEL_TYPE_BOOL: return 1;
    case ACCEL_TYPE_I64: return 8;
    default: return 4;
    }
}

template <class T> T element(const std::vector<char> &bytes, size_t index)
{
    T value;
    std::memcpy(&value, &bytes[index * sizeof(T)], sizeof(T));
    return value;
}

/// An element as people write it; of a binary32 number its bits too, which tell a zero from the other and one NaN from another.
std::string shown(accel_type type, const std::vector<char> &bytes, size_t index)
{
    std::ostringstream out;
    switch (type) {
    case ACCEL_TYPE_I8: out << int{element<int8_t>(bytes, index)}; break;
    case ACCEL_TYPE_U8: case ACCEL_TYPE_BOOL: out << int{element<uint8_t>(bytes, index)}; break;
    case ACCEL_TYPE_I32: out << element<int32_t>(bytes, index); break;
    case ACCEL_TYPE_I64: out << element<int64_t>(bytes, index); break;
    default:
        out.precision(std::numeric_limits<float>::max_digits10);
        out << element<float>(bytes, index) << " (0x" << std::hex << element<uint32_t>(bytes, index) << ")";
    }
    return out.str();
}

/// "element 17 [0,1,3,2]"
std::string place(const std::vector<int64_t> &dims, size_t index)
{
    std::string text = "element " + std::to_string(index);
    if (dims.size() < 2) return text;
    std::vector<int64_t> position(dims.size());
    auto rest = static_cast<int64_t>(index);
    for (size_t axis = dims.size(); axis-- > 0; rest /= dims[axis]) position[axis] = rest % dims[axis];
    for (size_t axis = 0; axis < position.size(); ++axis) text += (axis ? "," : " [") + std::to_string(position[axis]);
    return text + "]";
}

std::string counted(size_t wrong, size_t count) { return wrong == 1 ? "" : "; " + std::to_string(wrong) + " of " + std::to_string(count) + " elements are wrong"; }

Comparison compare_bits(const Expected &expected, const std::vector<char> &result)
{
    const size_t bytes = bytes_of(expected.type), count = expected.bits.size() / bytes;
    size_t wrong = 0, first = 0;
    for (size_t index = count; index-- > 0;)
        if (std::memcmp(&result[index * bytes], &expected.bits[index * bytes], bytes) != 0) ++wrong, first = index;
    if (wrong == 0) return {};
    std::string text = place(expected.dims, first) + " is " + shown(expected.type, result, first) + ", expected " + shown(expected.type, expected.bits, first);
    return Comparison(text + ", nothing else is allowed" + counted(wrong, count));
}

bool is_near(double result, double value, double allowed)
{
    if (std::isnan(value) || std::isnan(result)) return std::isnan(value) && std::isnan(result);
    return result == value || std::fabs(result - value) <= allowed;
}

Comparison compare_values(const Expected &expected, const std::vector<char> &result)
{
    size_t wrong = 0, first = 0;
    for (size_t index = expected.values.size(); index-- > 0;) {
        // The exact value may lie beyond what binary32 holds: its rounded form counts then.
        const double value = std::isinf(static_cast<float>(expected.values[index])) ? static_cast<double>(static_cast<float>(expected.values[index])) : expected.values[index];
        if (!is_near(static_cast<double>(element<float>(result, index)), value, expected.allowed[index])) ++wrong, first = index;
    }
    if (wrong == 0) return {};
    const double value = expected.values[first], error = static_cast<double>(element<float>(result, first)) - value;
    std::ostringstream out;
    out.precision(std::numeric_limits<float>::max_digits10);
    out << place(expected.dims, first) << " is " << shown(ACCEL_TYPE_F32, result, first) << ", expected " << value << ": off by " << error << " or " << std::fabs(error) / ulp_of(value)
        << " ULP, allowed are " << expected.allowed[first] << " or " << expected.allowed[first] / ulp_of(value) << " ULP" << counted(wrong, expected.values.size());
    return Comparison(out.str());
}

}  // namespace

const char *type_name(accel_type type)
{
    static constexpr const char *kNames[] = {"", "F32", "I8", "U8", "I32", "I64", "F16", "BF16", "I16", "BOOL", "F64"};
    return kNames[type];
}

double ulp_of(double value)
{
    if (!std::isfinite(value)) return std::numeric_limits<float>::max();
    return std::ldexp(1.0, std::ilogb(std::max(std::fabs(value), static_cast<double>(std::numeric_limits<float>::min()))) - 23);
}

Expected Expected::exactly(accel_type type, std::vector<int64_t> dims, std::vector<char> bits)
{
    Expected expected;
    expected.type = type;
    expected.dims = std::move(dims);
    expected.bits = std::move(bits);
    return expected;
}

Expected Expected::within(std::vector<int64_t> dims, std::vector<double> values, std::vector<double> allowed)
{
    Expected expected;
    expected.dims = std::move(dims);
    expected.values = std::move(values);
    expected.allowed = std::move(allowed);
    return expected;
}

Expected Expected::within_ulps(std::vector<int64_t> dims, std::vector<double> values, double ulps)
{
    std::vector<double> allowed;
    for (const double value : values) allowed.push_back(ulps * ulp_of(value));
    return within(std::move(dims), std::move(values), std::move(allowed));
}

Expected Expected::dot_products(std::vector<int64_t> dims, DotProducts reference)
{
    Expected expected;
    expected.dims = std::move(dims);
    expected.dot = std::move(reference);
    return expected;
}

Comparison compare(const Expected &expected, const std::vector<char> &result)
{
    const size_t count = expected.dot ? expected.dot->exact.size() : expected.bits.empty() ? expected.values.size() : expected.bits.size() / bytes_of(expected.type);
    if (result.size() != count * bytes_of(expected.type))
        return Comparison("the output has " + std::to_string(result.size()) + " bytes, expected " + std::to_string(count * bytes_of(expected.type)));
    if (expected.dot) return Comparison(judge_dot_products(*expected.dot, from_bytes<float>(result)));
    return expected.bits.empty() ? compare_values(expected, result) : compare_bits(expected, result);
}

}  // namespace accel::conformance
