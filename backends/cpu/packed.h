// SPDX-License-Identifier: MIT
// Constants in the forms that oneDNN wants, each made once for all graphs of a program.
#pragma once

#include "descriptions.h"
#include "memory.h"

#include <unordered_map>

namespace accel::cpu {

class Packed {
public:
    // What was made of the bytes at that place; null: nothing yet.
    std::byte *find(const std::byte *from, const dnnl::memory::desc &have, const dnnl::memory::desc &want) const
    {
        const auto [first, end] = forms_.equal_range(from);
        for (auto form = first; form != end; ++form)
            if (*form->second.have == have && *form->second.want == want)
                return form->second.bytes.get();
        return nullptr;
    }
    // Memory for it, which lives as long as this does. The place is not used for anything else meanwhile.
    std::byte *own(const std::byte *from, const dnnl::memory::desc &have, const dnnl::memory::desc &want)
    {
        return forms_.emplace(from, Form{descriptions_.shared(have), descriptions_.shared(want), allocate_aligned(want.get_size())})->second.bytes.get();
    }

private:
    struct Form {
        const dnnl::memory::desc *have, *want;
        AlignedBytes bytes;
    };
    Descriptions descriptions_;
    std::unordered_multimap<const std::byte *, Form> forms_;  // by place: a model has as many as weights, a place two or three forms
};

}  // namespace accel::cpu
