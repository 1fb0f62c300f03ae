// SPDX-License-Identifier: MIT
// Compares results bit by bit or within a bound, and says where they differ.
#include "expected.h"

#include <absl/strings/str_cat.h>
#include <absl/strings/str_join.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>

#include "reference/tensor.h"

namespace accel::conformance {
namespace {

/// The bits of an element, "0x40200000".
std::string bits_text(accel_type type, const std::vector<char> &bytes, size_t index)
{
    const size_t size = bytes_of(type);
    std::string text = "0x";
    for (size_t byte = size; byte-- > 0;) absl::StrAppend(&text, absl::Hex(static_cast<uint8_t>(bytes.at(index * size + byte)), absl::kZeroPad2));
    return text;
}

/// An element as people write it; of a real number its bits too, which tell a zero from the other and one NaN from another.
std::string shown(accel_type type, const std::vector<char> &bytes, size_t index)
{
    if (is_whole(type)) return whole_text(type, bytes, index);
    if (!is_real(type)) return bits_text(type, bytes, index);
    std::ostringstream out;
    out.precision(type == ACCEL_TYPE_F64 ? std::numeric_limits<double>::max_digits10 : std::numeric_limits<float>::max_digits10);
    out << real_at(type, bytes, index) << " (" << bits_text(type, bytes, index) << ")";
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
    return absl::StrCat(text, " [", absl::StrJoin(position, ","), "]");
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

/// Without a bound nothing is asked, of partial products that may leave the type for instance: they may be no number, too.
bool is_near(double result, double value, double allowed)
{
    if (std::isinf(allowed)) return true;
    if (std::isnan(value) || std::isnan(result)) return std::isnan(value) && std::isnan(result);
    return result == value || std::fabs(result - value) <= allowed;
}

Comparison compare_values(const Expected &expected, const std::vector<char> &result)
{
    size_t wrong = 0, first = 0;
    for (size_t index = expected.values.size(); index-- > 0;) {
        // The exact value may lie beyond what the type holds: its rounded form counts then.
        const double rounded = nearest(expected.type, expected.values[index]), value = std::isinf(rounded) ? rounded : expected.values[index];
        if (!is_near(real_at(expected.type, result, index), value, expected.allowed[index])) ++wrong, first = index;
    }
    if (wrong == 0) return {};
    const double value = expected.values[first], error = real_at(expected.type, result, first) - value, ulp = ulp_of(expected.type, value);
    std::ostringstream out;
    out.precision(expected.type == ACCEL_TYPE_F64 ? std::numeric_limits<double>::max_digits10 : std::numeric_limits<float>::max_digits10);
    out << place(expected.dims, first) << " is " << shown(expected.type, result, first) << ", expected " << value << ": off by " << error << " or " << std::fabs(error) / ulp
        << " ULP, allowed are " << expected.allowed[first] << " or " << expected.allowed[first] / ulp << " ULP" << counted(wrong, expected.values.size());
    return Comparison(out.str());
}

}  // namespace

Expected Expected::exactly(accel_type type, std::vector<int64_t> dims, std::vector<char> bits)
{
    Expected expected;
    expected.type = type;
    expected.dims = std::move(dims);
    expected.bits = std::move(bits);
    return expected;
}

Expected Expected::within(std::vector<int64_t> dims, std::vector<double> values, std::vector<double> allowed) { return within(ACCEL_TYPE_F32, std::move(dims), std::move(values), std::move(allowed)); }

Expected Expected::within(accel_type type, std::vector<int64_t> dims, std::vector<double> values, std::vector<double> allowed)
{
    Expected expected;
    expected.type = type;
    expected.dims = std::move(dims);
    expected.values = std::move(values);
    expected.allowed = std::move(allowed);
    return expected;
}

Expected Expected::within_ulps(std::vector<int64_t> dims, std::vector<double> values, double ulps) { return within_ulps(ACCEL_TYPE_F32, std::move(dims), std::move(values), ulps); }

Expected Expected::within_ulps(accel_type type, std::vector<int64_t> dims, std::vector<double> values, double ulps)
{
    std::vector<double> allowed;
    for (const double value : values) allowed.push_back(ulps * ulp_of(type, value));
    return within(type, std::move(dims), std::move(values), std::move(allowed));
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
    const size_t count = expected.dot ? expected.dot->exact.size() : expected.bits.empty() ? expected.values.size()
                                                                                           : expected.bits.size() / bytes_of(expected.type);
    if (result.size() != count * bytes_of(expected.type))
        return Comparison("the output has " + std::to_string(result.size()) + " bytes, expected " + std::to_string(count * bytes_of(expected.type)));
    if (expected.dot) return Comparison(judge_dot_products(*expected.dot, from_bytes<float>(result)));
    return expected.bits.empty() ? compare_values(expected, result) : compare_bits(expected, result);
}

}  // namespace accel::conformance
