// SPDX-License-Identifier: MIT
// ONNX's published tests (Debian: libonnx-testdata): a model, and one data set of serialised inputs and outputs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reference/tensor.h"

namespace accel::conformance {

/// A serialised TensorProto; nothing where it is of no type that the suite computes with.
std::optional<Tensor> read_tensor(const std::string &bytes);

struct PublishedTest {
    std::string name;
    std::string model;                ///< bytes of model.onnx
    std::vector<std::string> inputs;  ///< bytes of each TensorProto
    std::vector<std::string> outputs;

    /// The model with its inputs from number `first` on as initializers.
    std::string with_constants(size_t first) const;
};

/// Every test of one folder that has inputs and outputs beside it.
std::vector<PublishedTest> published_tests(const std::filesystem::path &folder);

}  // namespace accel::conformance
