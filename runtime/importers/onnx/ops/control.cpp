// SPDX-License-Identifier: MIT
// Translators of operators with graphs inside.
#include "ops.h"

namespace accel::onnx::ops {

void if_else(Node &node)
{
    node.expect_operands(1, 1, 1, SIZE_MAX);
    node.expect_type(0, type_set({ACCEL_TYPE_BOOL}));
    const auto count = element_count(node.input(0).dims);
    if (count && *count != 1) {
        node.fail_corrupt("the condition '", node.input(0).name, "' has ", *count, " elements, expected is one");
    }
    node.take_branch();
}

}  // namespace accel::onnx::ops
