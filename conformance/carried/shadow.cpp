// SPDX-License-Identifier: MIT
// Finds what this side changed in its copy, block by block.
#include "shadow.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "flat.h"

namespace accel::carried {
namespace {
constexpr uint64_t kBlockBytes = 4096;
}

Shadow::Shadow(uint64_t place, uint64_t size_bytes, uint64_t align_bytes) : place_(place),
                                                                            size_bytes_(size_bytes)
{
    if (size_bytes == 0 || (align_bytes & (align_bytes - 1)) != 0 || __builtin_add_overflow(size_bytes, align_bytes, &space_bytes_)) return;
    twin_.assign(size_bytes, kPoison);
    known_.assign(size_bytes, 0);
    space_ = mmap(nullptr, space_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space_ == MAP_FAILED) return;
    const uint64_t lead = align_bytes ? -reinterpret_cast<uintptr_t>(space_) & (align_bytes - 1) : 0;
    memory_ = static_cast<uint8_t *>(space_) + lead;
    std::memset(memory_, kPoison, size_bytes_);
}

Shadow::~Shadow()
{
    if (memory_) munmap(space_, space_bytes_);
}

bool Shadow::holds(const void *pointer, uint64_t size_bytes) const
{
    const auto first = reinterpret_cast<uintptr_t>(memory_), wanted = reinterpret_cast<uintptr_t>(pointer);
    return wanted >= first && wanted - first <= size_bytes_ && size_bytes <= size_bytes_ - (wanted - first);
}

bool Shadow::is_same(uint64_t block) const
{
    return !std::memchr(known_.data() + block, 0, kBlockBytes) && std::memcmp(memory_ + block, twin_.data() + block, kBlockBytes) == 0;
}

std::vector<Shadow::Change> Shadow::changes(uint64_t offset, uint64_t size_bytes)
{
    const std::lock_guard lock(lock_);
    std::vector<Change> found;
    const uint64_t end = offset + size_bytes;
    for (uint64_t at = offset; at < end; ++at) {
        // Most of a large buffer is as it was.
        if (at % kBlockBytes == 0 && end - at >= kBlockBytes && is_same(at)) {
            at += kBlockBytes - 1;
            continue;
        }
        if (known_[at] && memory_[at] == twin_[at]) continue;
        if (!found.empty() && found.back().offset + found.back().size_bytes == at)
            ++found.back().size_bytes;
        else
            found.push_back({at, 1});
    }
    return found;
}

void Shadow::took(const Change &change, const uint8_t *bytes)
{
    const std::lock_guard lock(lock_);
    std::memcpy(twin_.data() + change.offset, bytes, change.size_bytes);
    std::memset(known_.data() + change.offset, 1, change.size_bytes);
}

void Shadow::brought(uint64_t offset, const Bytes &bytes)
{
    const std::lock_guard lock(lock_);
    for (size_t index = 0; index < bytes.size(); ++index) {
        const uint64_t at = offset + index;
        if (memory_[at] == twin_[at]) memory_[at] = bytes[index];
        twin_[at] = bytes[index];
        known_[at] = 1;
    }
}

}  // namespace accel::carried
