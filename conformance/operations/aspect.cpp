// SPDX-License-Identifier: MIT
// How many forms each attribute and operand of the catalog is drawn in.
#include "aspect.h"

#include <algorithm>
#include <bit>

#include "subject.h"

namespace accel::conformance {
namespace {

/// How many forms the attributes of a key have, by key: form.h and what draws the operation's form say which. Every key has its plain form as choice 0.
size_t forms_of(accel_attribute_key key, bool recurrent)
{
    switch (key) {
    case ACCEL_ATTRIBUTE_KERNEL_SHAPE:
    case ACCEL_ATTRIBUTE_STRIDES:
    case ACCEL_ATTRIBUTE_DILATIONS:
    case ACCEL_ATTRIBUTE_GROUP: return 4;
    case ACCEL_ATTRIBUTE_PADS: return 5;
    case ACCEL_ATTRIBUTE_AUTO_PAD: return 3;
    case ACCEL_ATTRIBUTE_DIRECTION: return recurrent ? 4 : 2;
    case ACCEL_ATTRIBUTE_THEN_BRANCH:
    case ACCEL_ATTRIBUTE_ELSE_BRANCH: return 1;  // "inside" has their forms
    case ACCEL_ATTRIBUTE_TO: return kTypesAtOnce;
    case ACCEL_ATTRIBUTE_PERM:
    case ACCEL_ATTRIBUTE_AXIS:
    case ACCEL_ATTRIBUTE_ALPHA:
    case ACCEL_ATTRIBUTE_BETA:
    case ACCEL_ATTRIBUTE_START:
    case ACCEL_ATTRIBUTE_END: return 5;
    case ACCEL_ATTRIBUTE_NEAREST: return 4;
    case ACCEL_ATTRIBUTE_REDUCTION: return 6;
    case ACCEL_ATTRIBUTE_COORDINATES: return 6;
    default: return 3;  // absent, and two values
    }
}

/// What a shape rule has beside the catalog's attributes.
struct OwnAspect {
    std::string_view shape, name;
    size_t choices;
};
constexpr OwnAspect kOwnAspects[] = {
    {"convolution", "kernel", 5},
    {"convolution", "scales", 3},
    {"transposed_convolution", "kernel", 5},
    {"recurrent", "results", 3},
    {"gemm", "scales", 3},
    {"matmul", "scales", 3},
    {"matmul", "outer", 6},
    {"integer_matmul", "outer", 6},
    {"integer_matmul", "second-byte", 2},
    {"integer_convolution", "kernel", 5},
    {"integer_convolution", "second-byte", 2},
    {"broadcast", "stretch", 5},
    {"concat", "count", 4},
    {"split", "count", 4},
    {"gather", "indices", 6},
    {"slice", "bounds", 4},
    {"expand", "shape", 4},
    {"tile", "repeats", 4},
    {"top", "count", 3},
    {"resize", "given", 3},
    {"resize", "ratio", 5},
    {"as_indices", "indices", 4},
    {"gather_nd", "indices", 4},
    {"scatter_elements", "indices", 4},
    {"scatter_nd", "indices", 4},
    {"region", "type", kTypesAtOnce},
    {"region", "inside", 5},
};

/// What value operands are called in the catalog; their numbers are in no enum.
enum ValueKey : uint32_t { kTensor = 0,
                           kPads = 4,
                           kAxes = 7,
                           kStarts = 20,
                           kEnds = 21,
                           kSteps = 22,
                           kSplit = 23,
                           kShape = 24,
                           kRoi = 50,
                           kScales = 51,
                           kSizes = 52 };

/// Forms of an operand that may be absent, or holds values, the absent one among them.
size_t forms_of(const OperandRow &operand)
{
    switch (operand.key) {
    case kAxes: return 6;
    case kShape:
    case kTensor: return 5;
    case kPads:
    case kSteps:
    case kSplit: return 4;
    default: return 3;
    }
}

bool has_forms(const OperandRow &operand)
{
    if (operand.key == kStarts || operand.key == kEnds) return false;                          // "bounds" has them
    if (operand.key == kRoi || operand.key == kScales || operand.key == kSizes) return false;  // "given" has them, and the coordinates
    return operand.option == Option::Optional || operand.key == kPads;
}

}  // namespace

std::vector<Aspect> aspects_of(const OperationRow &row)
{
    std::vector<Aspect> aspects{{"kind", subjects_of(row).size()}, {"sizes", kSizesCount}};
    if (row.operation != ACCEL_OPERATION_SHAPE && row.operation != ACCEL_OPERATION_SIZE) aspects.push_back({"values", kValuesCount});
    size_t tensors = 0;
    for (const auto &operand : row.operands) tensors += operand.key == 0 ? operand.option == Option::Variadic ? 2 : 1 : 0;
    if (tensors > 1) aspects.push_back({"second", 2});  // constant, or an input
    if (row.types_apart(1)) aspects.push_back({"second-type", std::min<size_t>(kTypesAtOnce, static_cast<size_t>(std::popcount(row.operands[1].types)))});
    if (row.result_like == 1 && row.shape == std::string_view("same")) aspects.push_back({"second-type", kTypesAtOnce});
    if (row.variadic() && row.shape == std::string_view("broadcast")) aspects.push_back({"count", 4});
    if (row.moves && (row.plain_types & (1u << ACCEL_TYPE_I8)) != 0) aspects.push_back({"stored", 2});  // quantised or not
    if ((row.roundings & ~(1u << ACCEL_ROUNDING_NONE)) != 0) aspects.push_back({"result", row.result_types ? size_t{4} : size_t{3}});
    if (row.numeric_class == NumericClass::Quant) aspects.push_back({"rounding", 3});
    if (row.quantised_types && row.result_types && row.shape == std::string_view("same")) aspects.push_back({"per-axis", 2});
    if (row.clamps) aspects.push_back({"clamp", 4});  // none, from below, from above, both
    for (const auto &own : kOwnAspects)
        if (own.shape == row.shape) aspects.push_back({std::string(own.name), own.choices});
    for (const auto &attribute : row.attributes) aspects.push_back({attribute.name, forms_of(attribute.key, row.shape == std::string_view("recurrent"))});
    for (const auto &operand : row.operands)
        if (has_forms(operand)) aspects.push_back({operand.name, forms_of(operand)});
    return aspects;
}

}  // namespace accel::conformance
