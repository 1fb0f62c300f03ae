// SPDX-License-Identifier: MIT
// What a module says of single nodes while it loads a program: accel_bk_host::remark.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace accel::runtime {

/// By graph of one blob and node of it, as the module numbers them.
using Remarks = std::map<std::pair<uint32_t, uint32_t>, std::string>;

/// Takes what a module says on this thread while it exists. They do not nest.
class RemarkTaker {
public:
    RemarkTaker();
    ~RemarkTaker();
    RemarkTaker(const RemarkTaker &) = delete;
    RemarkTaker &operator=(const RemarkTaker &) = delete;
    Remarks &remarks() { return remarks_; }

    /// The host service: never fails. What has no taker or no memory is dropped.
    static void take(uint32_t graph, uint32_t node, const char *message) noexcept;

private:
    Remarks remarks_;
};

}  // namespace accel::runtime
