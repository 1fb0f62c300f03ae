// SPDX-License-Identifier: MIT
// How each operator is written at each opset: what opset_test.cpp reads.
#pragma once

#include "test_support.h"

#include <functional>
#include <string>
#include <vector>

namespace accel::onnx::test {

inline constexpr int64_t kOpsetMin = 1, kOpsetMax = 28, kReference = 13;

using Names = std::vector<std::string>;
using Tensors = std::vector<std::string>;
using Attributes = std::vector<Attr>;

/// A node as one opset writes it. Operands are x and the constants.
struct Form {
    Names operands = {"x"};
    Attributes attributes = {};
    Tensors constants = {};
    size_t outputs = 1;
};

/// An attribute that an opset added, with the value that means what earlier opsets did.
struct Added {
    int64_t opset;
    Attr attribute;
};

struct Operator {
    std::string name;
    std::function<Form(int64_t opset)> form;
    int64_t first_opset = kOpsetMin;  ///< where the operator appeared, if that is later
    std::vector<DimText> x = {2, 3};
    int32_t x_type = kFloat;
    std::vector<Added> added = {};
    std::string domain = {};
};

/// The same in every opset.
inline auto always(Form form)
{
    return [form](int64_t) { return form; };
}

/// All that the importer reads: those by hand, and the others as their records say.
std::vector<Operator> operators();
/// opset_forms_more.cpp: those of com.microsoft and ai.onnx.ml that are not among the others.
std::vector<Operator> operators_of_other_domains();
/// An operand of three values, spread over x.
Form with_vector(int64_t opset);

}  // namespace accel::onnx::test
