// SPDX-License-Identifier: MIT
// Names of a model's tensors, and the numbers that they stand for.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace accel::importer {

/// Numbers by name. One table without a node per name: where there are hundreds of thousands, following nodes that lie apart costs more than all else that is done with a name.
class Names {
public:
    static constexpr uint32_t kNone = UINT32_MAX;

    /// So many names are expected: the table need not grow, which would take a while at once.
    void reserve(size_t count);
    /// False, and nothing changed, if the name is there. The characters are not copied.
    bool add(std::string_view name, uint32_t number);
    /// The name leads to this number from now on.
    void set(std::string_view name, uint32_t number);
    /// kNone if there is none.
    uint32_t find(std::string_view name) const;
    size_t size() const { return entries_.size(); }

private:
    struct Slot {
        uint32_t hash = 0;
        uint32_t entry = kNone;
    };
    struct Entry {
        std::string_view name;
        uint32_t number;
    };

    /// Where the name is, or would be.
    size_t slot_of(std::string_view name, uint32_t hash) const;
    void grow(size_t slot_count);

    std::vector<Slot> slots_;  ///< a power of two, at most half of them taken
    std::vector<Entry> entries_;
};

}  // namespace accel::importer
