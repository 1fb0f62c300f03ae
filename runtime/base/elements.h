// SPDX-License-Identifier: MIT
// Elements of arrays that cross the border to a module, in the sizes that the module was compiled with (A-24, H-11).
#pragma once

#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "abi_sizes.h"

namespace accel::runtime {

/// Those of this library. Modules that were compiled with the same headers are handed the runtime's own arrays.
inline constexpr accel_bk_sizes kNativeSizes = ACCEL_BK_SIZES;

/// A complete copy of what a module says, or a sentence about the number that cannot be: "says that …".
std::string take_sizes(const accel_bk_sizes *from, accel_bk_sizes *to);

inline constexpr size_t kElementBytesMax = 4096;

/// A struct that a module hands out, complete in this library's size. "" or what is wrong with it: "has …". What a newer module says beyond this library's may not be left out.
template <class T> std::string take_struct(const T *from, T *to)
{
    size_t size = 0;
    std::memcpy(&size, from, sizeof size);
    if (size < kFirstSize<T> || size > kElementBytesMax)
        return "has struct_size " + std::to_string(size) + ", expected " + std::to_string(sizeof(T));
    const char *bytes = reinterpret_cast<const char *>(from);
    for (size_t i = sizeof(T); i < size; ++i)
        if (bytes[i]) return "says something beyond byte " + std::to_string(sizeof(T)) + " that this library does not know; a newer library does";
    *to = {};
    std::memcpy(to, from, size < sizeof(T) ? size : sizeof(T));
    to->struct_size = sizeof(T);
    return "";
}

/// Element of a module's array; what the module's version does not have is 0.
template <class T> T element_of(const T *array, size_t index, uint32_t size)
{
    T value{};
    std::memcpy(&value, reinterpret_cast<const char *>(array) + index * size, size < sizeof(T) ? size : sizeof(T));
    return value;
}

/// An array that a module reads or writes. Lies in the caller's where the sizes are equal, else in a copy.
template <class T> class ModuleArray {
public:
    ModuleArray(const T *items, size_t count, uint32_t size) : items_(items),
                                                               size_(size)
    {
        if (size == sizeof(T)) return;
        bytes_.resize((count * size + sizeof(uint64_t) - 1) / sizeof(uint64_t));
        for (size_t i = 0; i < count; ++i)
            std::memcpy(reinterpret_cast<char *>(bytes_.data()) + i * size, items + i, size < sizeof(T) ? size : sizeof(T));
    }
    const T *data() const { return size_ == sizeof(T) ? items_ : reinterpret_cast<const T *>(bytes_.data()); }
    /// What the module wrote into the copy, for the caller's array.
    void take_back(T *items, size_t count) const
    {
        if (size_ == sizeof(T)) return;
        for (size_t i = 0; i < count; ++i) items[i] = element_of(data(), i, size_);
    }
    T *data_to_write() { return const_cast<T *>(data()); }

private:
    const T *items_;
    uint32_t size_;
    std::vector<uint64_t> bytes_;
};

/// A graph, and the graphs in its regions, with the elements of all tables in a module's sizes. Borrows what it is made from.
class ModuleGraph {
public:
    ModuleGraph(const accel_graph_desc &graph, const accel_bk_sizes &sizes);
    ModuleGraph(const ModuleGraph &) = delete;
    ModuleGraph &operator=(const ModuleGraph &) = delete;
    const accel_graph_desc &get() const { return *top_; }

private:
    const accel_graph_desc *lay_out(const accel_graph_desc &graph);

    const accel_bk_sizes &sizes_;
    ModuleArray<accel_symbol> symbols_;
    std::deque<ModuleArray<accel_variable>> variables_;
    std::deque<accel_graph_desc> graphs_;
    std::deque<std::vector<accel_node_desc>> natives_;
    std::deque<ModuleArray<accel_tensor_desc>> tensors_;
    std::deque<ModuleArray<accel_attribute>> attributes_;
    std::deque<ModuleArray<accel_node_desc>> nodes_;
    std::deque<accel_region> regions_;
    std::deque<std::vector<const accel_region *>> region_lists_;
    const accel_graph_desc *top_;
};

}  // namespace accel::runtime
