// SPDX-License-Identifier: MIT
// The reference: one function for each operation of the catalog, in binary64 or in whole numbers.
//
// It follows the ONNX operator and docs/operations.md, and shares nothing with the graph library or a backend: shapes are its own too. It is itself
// compared with published ONNX data (conformance.recorded).
#pragma once

#include "question.h"

namespace accel::conformance {

using Reference = std::vector<Answer> (*)(const Question &question);

struct ReferenceRow {
    accel_operation operation;
    Reference answer;
};

/// One row for each operation of the catalog.
const std::vector<ReferenceRow> &reference_rows();

/// Throws where the operation has no row.
std::vector<Answer> answers_to(const Question &question);

// dot.cpp
std::vector<Answer> conv(const Question &question);
std::vector<Answer> gemm(const Question &question);
std::vector<Answer> matmul(const Question &question);
// pool.cpp
std::vector<Answer> max_pool(const Question &question);
std::vector<Answer> average_pool(const Question &question);
std::vector<Answer> global_average_pool(const Question &question);
std::vector<Answer> reduce_mean(const Question &question);
// element.cpp
std::vector<Answer> arithmetic(const Question &question);
std::vector<Answer> relu(const Question &question);
std::vector<Answer> clip(const Question &question);
std::vector<Answer> sigmoid(const Question &question);
std::vector<Answer> hyperbolic_tangent(const Question &question);
std::vector<Answer> exponential(const Question &question);
std::vector<Answer> leaky_relu(const Question &question);
// normalise.cpp
std::vector<Answer> softmax(const Question &question);
std::vector<Answer> batch_normalization(const Question &question);
// move.cpp
std::vector<Answer> identity(const Question &question);
std::vector<Answer> reshape(const Question &question);
std::vector<Answer> transpose(const Question &question);
std::vector<Answer> concat(const Question &question);
std::vector<Answer> slice(const Question &question);
std::vector<Answer> pad(const Question &question);
std::vector<Answer> split(const Question &question);
std::vector<Answer> gather(const Question &question);
// convert.cpp
std::vector<Answer> quantize(const Question &question);
std::vector<Answer> dequantize(const Question &question);
std::vector<Answer> cast(const Question &question);
// sizes.cpp
std::vector<Answer> shape(const Question &question);
std::vector<Answer> size(const Question &question);
std::vector<Answer> expand(const Question &question);

}  // namespace accel::conformance
