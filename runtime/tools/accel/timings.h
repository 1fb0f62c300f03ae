// SPDX-License-Identifier: MIT
// Where the time of runs goes: operations, copies, and what is between them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "session.h"

namespace accel::tool {

/// Means over runs of a session that was made with ACCEL_RUN_FLAG_TIMINGS.
class Timings {
public:
    Timings(const Program &program, uint32_t entry) : program_(program),
                                                      entry_(entry) {}
    /// Run once, and take what it tells.
    void run(Session &session);
    nlohmann::json json() const;
    /// The rows that took longest, each with its share of the whole.
    void print() const;

    /// What adds up, the longest first, in nanoseconds of one run: operations with what is done in their pass, copies, and segments whose device measures no operations.
    struct Alone {
        std::string operation;  ///< "Conv+Relu", "Conv + Add", "copy", "segment 1"
        std::string node, device;
        uint32_t row;  ///< of the placement report; ACCEL_NONE of what is no operation
        double duration_ns;
        uint64_t work_macs;
    };
    std::vector<Alone> alone() const;
    double whole_ns() const { return whole_ns_ / count_; }
    unsigned count() const { return count_; }

private:
    /// A row of one run is that of another if all this is equal.
    struct Key {
        uint32_t kind, segment, row, lane;
        std::string name;
        size_t occurrence;
        auto operator<=>(const Key &) const = default;
    };
    struct Row {
        Key key;
        std::string operation, device;
        uint32_t counted_in;
        double begin_ns = 0, duration_ns = 0, cycles = 0;  ///< sums over runs; begin from that of the submission on
    };
    void take(const accel_timing &timing, size_t occurrence, uint64_t begin_ns);
    void name_operation(Row &row, accel_device *device) const;
    bool measures_operations(uint32_t segment) const;
    bool stands_alone(const Row &row) const;
    std::string label(const Row &row) const;
    uint64_t work_macs(const Row &row) const;
    nlohmann::json row_json(const Row &row) const;

    Program program_;
    uint32_t entry_;
    std::map<Key, size_t> places_;
    std::vector<Row> rows_;
    double whole_ns_ = 0;
    unsigned count_ = 0;
};

}  // namespace accel::tool
