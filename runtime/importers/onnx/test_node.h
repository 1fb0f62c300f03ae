// SPDX-License-Identifier: MIT
// Models of one node with several operands and results, and what of it is counted.
#pragma once

#include "test_require.h"

#include <algorithm>

namespace accel::onnx::test {

/// Inputs are written by value_info. A result without a name is not there.
inline std::string around(NodeText text, int64_t opset, std::vector<std::string> inputs, const std::vector<std::string> &constants = {})
{
    ModelText whole;
    whole.opset = opset;
    whole.more_opsets = {{"com.microsoft", 1}};
    whole.inputs = std::move(inputs);
    whole.initializers = constants;
    for (const std::string &output : text.outputs) {
        if (!output.empty()) {
            whole.outputs.push_back(named(output));
        }
    }
    whole.nodes = {node(text)};
    return model(whole);
}

inline size_t count_of(const Imported &model, accel_operation operation)
{
    const auto all = model.operations();
    return static_cast<size_t>(std::count(all.begin(), all.end(), static_cast<uint32_t>(operation)));
}

}  // namespace accel::onnx::test
