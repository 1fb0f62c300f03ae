// SPDX-License-Identifier: MIT
// Maps of one descriptor, and the address space that some of them reserved around themselves.
#pragma once

#include <accel/backend.h>

#include <cstdint>
#include <list>
#include <map>
#include <mutex>

namespace accel::runtime {

/// Makes and ends the maps that accel_bk_map describes. Any thread; results are 0 or a negative errno. What is still mapped at the end stays so.
class MappedRanges {
public:
    int map(int fd, const accel_bk_map &map, void **out_pointer);
    int unmap(void *pointer, uint64_t size_bytes);

private:
    /// Address space that was taken for a map and its neighbours to come; given back with the last of them.
    struct Reserve {
        char *begin;
        uint64_t size_bytes;
        std::map<uint64_t, uint64_t> pieces;  ///< what is mapped in it: offset, bytes

        bool holds(const void *pointer, uint64_t bytes) const;
        uint64_t offset_of(const void *pointer) const { return static_cast<uint64_t>(static_cast<const char *>(pointer) - begin); }
        bool is_free(uint64_t offset, uint64_t bytes) const;
    };
    std::list<Reserve>::iterator find(const void *pointer, uint64_t size_bytes);
    int map_new(int fd, const accel_bk_map &map, void **out_pointer);
    int map_inside(int fd, const accel_bk_map &map);

    std::mutex lock_;
    std::list<Reserve> reserves_;
};

}  // namespace accel::runtime
