// SPDX-License-Identifier: MIT
// A hash table with open addressing.
#include "names.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace accel::importer {
namespace {

constexpr size_t kSlotsMin = 64;

/// Both halves count: tables use the low bits, and names that follow each other differ in few. Names that differ in their last character
/// only, as numbered ones do, are neighbours in the table, which a file asks for in about that order.
uint32_t hash_of(std::string_view name)
{
    if (name.empty()) {
        return 0;
    }
    const size_t hash = std::hash<std::string_view>{}(name.substr(0, name.size() - 1));
    return static_cast<uint32_t>(hash ^ hash >> 32) + static_cast<unsigned char>(name.back());
}

}  // namespace

void Names::reserve(size_t count)
{
    entries_.reserve(count);
    const size_t slot_count = std::bit_ceil(std::max(kSlotsMin, 2 * count));
    if (slot_count > slots_.size()) {
        grow(slot_count);
    }
}

size_t Names::slot_of(std::string_view name, uint32_t hash) const
{
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (slots_[at].entry != kNone && (slots_[at].hash != hash || entries_[slots_[at].entry].name != name)) {
        at = (at + 1) & mask;
    }
    return at;
}

void Names::grow(size_t slot_count)
{
    std::vector<Slot> larger(slot_count);
    for (const Slot &slot : slots_) {
        if (slot.entry == kNone) {
            continue;
        }
        size_t at = slot.hash & (slot_count - 1);
        while (larger[at].entry != kNone) {
            at = (at + 1) & (slot_count - 1);
        }
        larger[at] = slot;
    }
    slots_ = std::move(larger);
}

bool Names::add(std::string_view name, uint32_t number)
{
    if (2 * (entries_.size() + 1) > slots_.size()) {
        grow(std::max(kSlotsMin, 2 * slots_.size()));
    }
    const uint32_t hash = hash_of(name);
    Slot &slot = slots_[slot_of(name, hash)];
    if (slot.entry != kNone) {
        return false;
    }
    slot = {hash, static_cast<uint32_t>(entries_.size())};
    entries_.push_back({name, number});
    return true;
}

void Names::set(std::string_view name, uint32_t number)
{
    if (!add(name, number)) {
        entries_[slots_[slot_of(name, hash_of(name))].entry].number = number;
    }
}

uint32_t Names::find(std::string_view name) const
{
    if (slots_.empty()) {
        return kNone;
    }
    const Slot &slot = slots_[slot_of(name, hash_of(name))];
    return slot.entry == kNone ? kNone : entries_[slot.entry].number;
}

}  // namespace accel::importer
