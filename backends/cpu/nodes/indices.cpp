// SPDX-License-Identifier: MIT
// What is asked of indices before a run, and said of them after one.
#include "indices.h"

#include <accel/graph/indices.h>

#include <cstdio>

namespace accel::cpu {

void check_indexed(const Checker &c)
{
    c.moved();
    const uint32_t type = c.input(1).type;
    if (type != ACCEL_TYPE_I32 && type != ACCEL_TYPE_I64)
        refuse(ACCEL_REASON_TYPE, c.operand(1), type, ACCEL_TYPE_I64);
}

void Indices::explain(Values values, std::span<char> sentence) const noexcept
{
    const auto byte_count = static_cast<uint64_t>(count_) * type_bytes(type_);
    if (const auto bad = graph::find_outside({type_, 1, values[value_], byte_count}, sizes_))
        std::snprintf(sentence.data(), sentence.size(), "%s: index %lld, element %llu of the indices, lies outside of %lld; expected %lld to %lld", name_,
                      static_cast<long long>(bad->index), static_cast<unsigned long long>(bad->element), static_cast<long long>(bad->size),
                      static_cast<long long>(-bad->size), static_cast<long long>(bad->size - 1));
}

}  // namespace accel::cpu
