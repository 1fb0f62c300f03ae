// SPDX-License-Identifier: MIT
// Maps into reserved space or beside it, and frees what nobody uses.
#include "mapped_ranges.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <iterator>

#include "base/address_range.h"

namespace accel::runtime {

namespace {

/// Not in a child after fork: a map there would keep the open file alive, and a write through it would race with the parent.
int map_at(void *place, int fd, uint64_t offset, uint64_t size_bytes)
{
    if (mmap(place, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, static_cast<off_t>(offset)) == MAP_FAILED)
        return -errno;
    if (madvise(place, size_bytes, MADV_DONTFORK) != 0)
        return -errno;
    return 0;
}

int free_again(void *place, uint64_t size_bytes)
{
    return mmap(place, size_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED ? -errno : 0;
}

}  // namespace

bool MappedRanges::Reserve::holds(const void *pointer, uint64_t bytes) const
{
    const auto first = reinterpret_cast<uintptr_t>(begin), wanted = reinterpret_cast<uintptr_t>(pointer);
    return wanted >= first && wanted - first <= size_bytes && bytes <= size_bytes - (wanted - first);
}

bool MappedRanges::Reserve::is_free(uint64_t offset, uint64_t bytes) const
{
    const auto behind = pieces.lower_bound(offset);
    if (behind != pieces.end() && behind->first - offset < bytes)
        return false;
    return behind == pieces.begin() || std::prev(behind)->first + std::prev(behind)->second <= offset;
}

std::list<MappedRanges::Reserve>::iterator MappedRanges::find(const void *pointer, uint64_t size_bytes)
{
    return std::find_if(reserves_.begin(), reserves_.end(), [&](const Reserve &reserve) { return reserve.holds(pointer, size_bytes); });
}

int MappedRanges::map_new(int fd, const accel_bk_map &map, void **out_pointer)
{
    if (map.reserve_bytes != 0 && map.reserve_bytes < map.size_bytes)
        return -EINVAL;
    const uint64_t taken_bytes = std::max(map.size_bytes, map.reserve_bytes);
    const AddressRange range(map.size_bytes == 0 ? 0 : taken_bytes, map.align_bytes);
    if (!range.begin())
        return -range.error();
    const int error = map_at(range.begin(), fd, map.offset, map.size_bytes);
    if (error != 0) {
        munmap(range.begin(), taken_bytes);
        return error;
    }
    if (map.reserve_bytes != 0) {
        const std::lock_guard guard(lock_);
        reserves_.push_back({static_cast<char *>(range.begin()), taken_bytes, {{0, map.size_bytes}}});
    }
    *out_pointer = range.begin();
    return 0;
}

int MappedRanges::map_inside(int fd, const accel_bk_map &map)
{
    const std::lock_guard guard(lock_);
    const auto reserve = find(map.pointer, map.size_bytes);
    const bool aligned = map.align_bytes == 0 || reinterpret_cast<uintptr_t>(map.pointer) % map.align_bytes == 0;
    if (reserve == reserves_.end() || !aligned || map.size_bytes == 0 || map.reserve_bytes != 0)
        return -EINVAL;
    const uint64_t offset = reserve->offset_of(map.pointer);
    if (!reserve->is_free(offset, map.size_bytes))
        return -EBUSY;
    if (const int error = map_at(map.pointer, fd, map.offset, map.size_bytes)) {
        free_again(map.pointer, map.size_bytes);
        return error;
    }
    reserve->pieces[offset] = map.size_bytes;
    return 0;
}

int MappedRanges::map(int fd, const accel_bk_map &map, void **out_pointer)
{
    if (!map.pointer)
        return map_new(fd, map, out_pointer);
    const int error = map_inside(fd, map);
    if (error == 0)
        *out_pointer = map.pointer;
    return error;
}

int MappedRanges::unmap(void *pointer, uint64_t size_bytes)
{
    const std::lock_guard guard(lock_);
    const auto reserve = find(pointer, size_bytes);
    if (reserve == reserves_.end())
        return munmap(pointer, size_bytes) == 0 ? 0 : -errno;
    const auto piece = reserve->pieces.find(reserve->offset_of(pointer));
    if (piece == reserve->pieces.end() || piece->second != size_bytes)
        return -EINVAL;
    reserve->pieces.erase(piece);
    if (!reserve->pieces.empty())
        return free_again(pointer, size_bytes);
    const int result = munmap(reserve->begin, reserve->size_bytes) == 0 ? 0 : -errno;
    reserves_.erase(reserve);
    return result;
}

}  // namespace accel::runtime
