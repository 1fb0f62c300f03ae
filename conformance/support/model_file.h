// SPDX-License-Identifier: MIT
// A small ONNX file, for as long as the object lives.
#pragma once

#include <string>

namespace accel::conformance {

class ModelFile {
public:
    /// y = a + b over four floats. Throws std::runtime_error when there is no place for it.
    ModelFile();
    ~ModelFile();
    ModelFile(const ModelFile &) = delete;
    ModelFile &operator=(const ModelFile &) = delete;
    const char *path() const { return path_.c_str(); }

private:
    std::string path_;
};

}  // namespace accel::conformance
