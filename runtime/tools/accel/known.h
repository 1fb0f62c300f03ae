// SPDX-License-Identifier: MIT
// Inputs whose values are given when a program is built.
#pragma once

#include "common.h"

namespace accel::tool {

/// What --known gives, with all that the descriptions point to. Throws WrongArgument for what is no NAME=FILE.npy, NAME=VALUES or NAME of an input with a default, and Failure where file and input do not go together.
class KnownValues {
public:
    KnownValues(const accel_graph_desc &graph, const std::vector<std::string> &given);
    KnownValues(const KnownValues &) = delete;
    KnownValues &operator=(const KnownValues &) = delete;

    const std::vector<accel_known_value> &values() const { return values_; }
    bool has(const std::string &input) const;

private:
    struct Given {
        std::string name;
        std::vector<char> bytes;
        std::vector<int64_t> dims;
        bool is_default = false;
    };
    bool take_default(const accel_graph_desc &graph, const std::string &text);
    std::vector<Given> given_;
    std::vector<accel_known_value> values_;
};

}  // namespace accel::tool
