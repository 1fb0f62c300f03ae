// SPDX-License-Identifier: MIT
// A primitive without the clamp that it ends with, and the clamp behind it.
//
// oneDNN clamps by x86's maximum and minimum, which take the bound where a value is NaN: the fault that made it would disappear. So a clamp is part of a
// primitive, and where the thread met a NaN meanwhile (invalid_flag.h) the result is made again by this.
#pragma once

#include "graph.h"
#include "memory.h"

#include <oneapi/dnnl/dnnl.hpp>

#include <span>
#include <vector>

namespace accel::cpu {

class Unclamped {
public:
    // Of a primitive with user-managed scratchpad; the arguments' memory objects are used where they are. Asks oneDNN within reserves of its own, because
    // its working memory is large and comes between; throws std::bad_alloc and dnnl::error.
    Unclamped(const dnnl::primitive &clamped, std::span<const dnnl_exec_arg_t> arguments);

    dnnl_status_t execute(const dnnl::stream &stream, Clamp clamp) const noexcept;

private:
    dnnl::primitive primitive_;
    AlignedBytes scratch_;
    dnnl::memory scratch_memory_;
    std::vector<dnnl_exec_arg_t> arguments_;
    dnnl_memory_t result_ = nullptr;
};

}  // namespace accel::cpu
