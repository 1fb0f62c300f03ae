// SPDX-License-Identifier: MIT
// Allocates pieces from blocks, and frees all at once.
#include "memory.h"

#include <new>

namespace accel::importer {
namespace {

constexpr size_t kSmallBytes = 4096;

}  // namespace

ModelMemory::~ModelMemory()
{
    for (const Block &block : large_) {
        ::operator delete (block.address, std::align_val_t{block.align_bytes});
    }
}

void *ModelMemory::do_allocate(size_t size_bytes, size_t align_bytes)
{
    if (size_bytes <= kSmallBytes) {
        return small_.allocate(size_bytes, align_bytes);
    }
    // The slot comes first, so that nothing is lost if the list cannot grow.
    large_.push_back({nullptr, align_bytes});
    large_.back().address = ::operator new (size_bytes, std::align_val_t{align_bytes});
    return large_.back().address;
}

const char *ModelMemory::copy_string(std::string_view string)
{
    auto *out = static_cast<char *>(allocate(string.size() + 1, 1));
    if (!string.empty()) {  // an empty view may have no address
        std::memcpy(out, string.data(), string.size());
    }
    out[string.size()] = '\0';
    return out;
}

}  // namespace accel::importer
