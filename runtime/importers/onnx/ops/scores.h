// SPDX-License-Identifier: MIT
// What classifiers and regressors of ai.onnx.ml share: rows of features, labels, and what becomes of scores.
#pragma once

#include "ops.h"
#include "steps.h"

#include <algorithm>

namespace accel::onnx::ops {

/// What a classifier calls its classes: numbers, or texts, which no tensor here has.
struct Labels {
    std::vector<int64_t> numbers;
    int64_t count = 0;
};

Labels read_labels(Node &node);
/// Operand 0 as rows of F32; a vector is one row.
ValueId rows_of(Steps &steps);
/// With the list of this attribute added, which has so many numbers or none.
ValueId with_base(Steps &steps, ValueId scores, const char *attribute, int64_t count);
/// The label of the greatest score of each row, and the scores as post_transform has them.
void give_classes(Steps &steps, ValueId scores, const Labels &labels);
/// The same of one score for two classes: that of the second one, or what is above 0 for it and below for the first.
void give_two_classes(Steps &steps, ValueId score, const Labels &labels, bool is_share);

}  // namespace accel::onnx::ops
