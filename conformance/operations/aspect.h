// SPDX-License-Identifier: MIT
// What graphs of one operation may differ in: element type, sizes, values, each attribute, each operand that may be absent.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rows.h"

namespace accel::conformance {

/// Choice 0 is the plain one, which hardware likes.
struct Aspect {
    std::string name;
    size_t choices;
};

/// Of a row of the catalog; the first is "kind": which of the operation's types and roundings.
std::vector<Aspect> aspects_of(const OperationRow &row);

/// One choice of each aspect, in their order.
using Configuration = std::vector<size_t>;

/// Choices of an element type beside the subject's; with the kinds of sizes they reach three times as many types (Form::type_among).
constexpr size_t kTypesAtOnce = 5;

/// Sizes of tensors.
enum Sizes : size_t { kEvenSizes,
                      kOneSizes,
                      kPrimeSizes,
                      kTailSizes,
                      kFewAxes,
                      kManyAxes,
                      kSizesCount };
/// Values of elements.
enum Values : size_t { kPlainValues,
                       kWholeValues,
                       kZeroValues,
                       kExtremeValues,
                       kSpecialValues,
                       kValuesCount };

}  // namespace accel::conformance
