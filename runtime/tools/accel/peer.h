// SPDX-License-Identifier: MIT
// ONNX Runtime as a peer to measure against: a Python process that runs rounds when it is told to.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <string>
#include <vector>

namespace accel::tool {

class Peer {
public:
    /// `told`: what both sides are told of the model's inputs, each dim:NAME=SIZE or known:NAME=FILE.npy or known:NAME=NUMBER[,NUMBER...].
    /// Throws Failure when Python or its onnxruntime package is missing, or the model does not load there.
    Peer(const std::string &python, const std::string &model, unsigned threads, const std::vector<std::string> &told);
    ~Peer();
    Peer(const Peer &) = delete;
    Peer &operator=(const Peer &) = delete;
    const std::string &version() const { return version_; }
    /// Nanoseconds of each of `count` runs.
    std::vector<double> round(unsigned count);

private:
    std::string read_line();
    pid_t pid_ = -1;
    FILE *to_ = nullptr;
    FILE *from_ = nullptr;
    std::string version_;
};

}  // namespace accel::tool
