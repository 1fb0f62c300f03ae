// SPDX-License-Identifier: MIT
// The files that pieces of a life work on.
#pragma once

#include <string>

namespace accel::shortage {

/// A folder that goes with this object.
class Files {
public:
    Files();
    ~Files();
    Files(const Files &) = delete;
    Files &operator=(const Files &) = delete;

    /// An ONNX model that adds weights, which are in a file beside it.
    std::string external_model() const;
    /// A file with these bytes.
    std::string saved(const std::string &bytes) const;

private:
    std::string folder_;
};

}  // namespace accel::shortage
