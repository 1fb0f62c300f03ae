// SPDX-License-Identifier: MIT
// Constants in the forms that oneDNN wants, each made once for all graphs of a program.
#ifndef ACCEL_BACKENDS_CPU_PACKED_H
#define ACCEL_BACKENDS_CPU_PACKED_H

#include "memory.h"

#include <dnnl.hpp>

#include <vector>

namespace accel::cpu
{

class Packed
{
public:
    // What was made of the bytes at that place; null: nothing yet.
    std::byte *find(const std::byte *from, const dnnl::memory::desc &have, const dnnl::memory::desc &want) const
    {
        for (const Form &form : forms_)
            if (form.from == from && form.have == have && form.want == want)
                return form.bytes.get();
        return nullptr;
    }
    // Memory for it, which lives as long as this does. The place is not used for anything else meanwhile.
    std::byte *own(const std::byte *from, const dnnl::memory::desc &have, const dnnl::memory::desc &want)
    {
        forms_.push_back({from, have, want, allocate_aligned(want.get_size())});
        return forms_.back().bytes.get();
    }

private:
    struct Form {
        const std::byte *from;
        dnnl::memory::desc have, want;
        AlignedBytes bytes;
    };
    std::vector<Form> forms_;
};

} // namespace accel::cpu

#endif
