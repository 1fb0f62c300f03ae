// SPDX-License-Identifier: MIT
// Gives pieces places in supplied or own memory, and lets submissions take turns.
#include "scratch.h"

#include <algorithm>
#include <functional>
#include <map>

#include "base/check.h"

using namespace accel::runtime;

namespace {

/// Two pieces in one cache line would be one device's and another's at once.
constexpr uint64_t kAlignBytes = 64;

bool same_memory(const accel_scratch::Place &a, const accel_scratch::Place &b)
{
    return a.buffer && a.buffer.get() == b.buffer.get() && a.offset_bytes < b.offset_bytes + b.piece.size_bytes && b.offset_bytes < a.offset_bytes + a.piece.size_bytes;
}

/// Place size_bytes at *end or behind it; sizes that cannot be added up are more memory than there is.
uint64_t append(uint64_t *end, const ScratchPiece &piece)
{
    const uint64_t align_bytes = std::max(piece.align_bytes, kAlignBytes);
    uint64_t begin, next;
    if (__builtin_add_overflow(*end, align_bytes - 1, &begin) || __builtin_add_overflow(begin & ~(align_bytes - 1), piece.size_bytes, &next)) {
        *end = UINT64_MAX;
        return 0;
    }
    *end = next;
    return begin & ~(align_bytes - 1);
}

}  // namespace

/// Memory for the pieces of one device set, as large as the entry point that needs most of it.
struct accel_scratch::Arena {
    std::vector<std::shared_ptr<OpenDevice>> devices;
    uint64_t size_bytes = 0, align_bytes = kAlignBytes;
    uint32_t usage = 0;
    Ref<accel_buffer> buffer;
};

const std::vector<accel_scratch::Place> *accel_scratch::places(const ProgramEntry &entry) const
{
    for (const Owner &owner : owners_)
        if (owner.entry == &entry)
            return &owner.places;
    return nullptr;
}

void accel_scratch::keep_memory()
{
    for (const Owner &owner : owners_)
        for (const Place &place : owner.places)
            if (place.buffer)
                place.buffer->keep();
}

accel_status accel_scratch::check_supplied(const Place &place, const accel_memory_binding &binding, uint32_t number) const
{
    const ScratchPiece &piece = place.piece;
    if (!piece.can_supply)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "desc.memory[%u] is for piece %u, which module '%s' allocates for each run itself", number, binding.index,
                    piece.devices[0]->module_name());
    if (place.buffer)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "desc.memory[%u] is for piece %u, which has memory already", number, binding.index);
    const accel_buffer &buffer = *binding.buffer;
    if (binding.offset_bytes % piece.align_bytes != 0)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "desc.memory[%u].offset_bytes is %llu, piece %u needs a multiple of %llu", number,
                    static_cast<unsigned long long>(binding.offset_bytes), binding.index, static_cast<unsigned long long>(piece.align_bytes));
    if (binding.offset_bytes > buffer.size_bytes() || buffer.size_bytes() - binding.offset_bytes < piece.size_bytes)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "desc.memory[%u]: piece %u needs %llu bytes, the buffer has %llu, of which offset_bytes leaves out %llu", number, binding.index,
                    static_cast<unsigned long long>(piece.size_bytes), static_cast<unsigned long long>(buffer.size_bytes()), static_cast<unsigned long long>(binding.offset_bytes));
    if (piece.usage & ~buffer.usage())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", &buffer, "desc.memory[%u].buffer was made for usage 0x%x, piece %u needs 0x%x; name that when you create it", number, buffer.usage(),
                    binding.index, piece.usage);
    if (~buffer.access() & (ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", &buffer, "desc.memory[%u].buffer was imported with access 0x%x, scratch is read and written", number, buffer.access());
    for (const auto &device : piece.devices)
        if (!binding.buffer->on(*device))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", &buffer, "desc.memory[%u].buffer was not made for the device of module '%s'; name that device when you create or import it",
                        number, device->module_name());
    return ACCEL_STATUS_OK;
}

accel_status accel_scratch::take(const accel_memory_binding &binding, uint32_t number)
{
    if (binding.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", this, "desc.memory[%u].reserved is not 0", number);
    ACCEL_TRY(check_handle(binding.buffer, "desc.memory[].buffer"));
    if (binding.buffer->instance() != owners_[0].program->instance)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", binding.buffer, "desc.memory[%u].buffer is of another instance than the programs", number);
    uint64_t first = 0;
    for (Owner &owner : owners_) {
        if (binding.index - first < owner.places.size()) {
            Place &place = owner.places[binding.index - first];
            ACCEL_TRY(check_supplied(place, binding, number));
            place.buffer = Ref<accel_buffer>(binding.buffer);
            place.offset_bytes = binding.offset_bytes;
            return ACCEL_STATUS_OK;
        }
        first += owner.places.size();
    }
    return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "desc.memory[%u].index is %u, the programs have %llu pieces of scratch", number, binding.index, static_cast<unsigned long long>(first));
}

/// Pieces of one entry point are in use together, so each has its own memory. Of different ones they may share it.
accel_status accel_scratch::check_overlaps() const
{
    for (size_t owner = 0; owner < owners_.size(); ++owner) {
        std::vector<const Place *> places;
        for (const Place &place : owners_[owner].places)
            if (place.buffer)
                places.push_back(&place);
        std::sort(places.begin(), places.end(), [](const Place *a, const Place *b) {
            return a->buffer.get() != b->buffer.get() ? std::less<>()(a->buffer.get(), b->buffer.get()) : a->offset_bytes < b->offset_bytes;
        });
        for (size_t next = 1; next < places.size(); ++next)
            if (same_memory(*places[next - 1], *places[next]))
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", this, "two pieces of one entry point, number %zu of all, are given memory that overlaps at byte %llu of a buffer", owner,
                            static_cast<unsigned long long>(places[next]->offset_bytes));
    }
    return ACCEL_STATUS_OK;
}

/// What is not supplied, in memory that all entry points share. Segments of one execute one after the other, so their modules' pieces share it as well; tensors between them
/// lie behind those.
void accel_scratch::lay_out(Owner &owner, std::vector<Arena> &arenas)
{
    std::map<std::pair<size_t, uint32_t>, uint64_t> ends;  // by arena and segment
    std::map<size_t, uint64_t> tops;                       // by arena
    for (const bool values : {false, true})
        for (Place &place : owner.places) {
            const ScratchPiece &piece = place.piece;
            if (!piece.can_supply || place.buffer || values != (piece.segment == UINT32_MAX))
                continue;
            auto arena = std::find_if(arenas.begin(), arenas.end(), [&](const Arena &one) { return one.devices == piece.devices; });
            if (arena == arenas.end())
                arena = arenas.insert(arenas.end(), Arena{piece.devices, 0, kAlignBytes, 0, {}});
            const auto index = static_cast<size_t>(arena - arenas.begin());
            uint64_t &end = values ? tops[index] : ends[{index, piece.segment}];
            place.offset_bytes = append(&end, piece);
            tops[index] = std::max(tops[index], end);
            arena->size_bytes = std::max(arena->size_bytes, tops[index]);
            arena->align_bytes = std::max(arena->align_bytes, piece.align_bytes);
            arena->usage |= piece.usage;
        }
}

accel_status accel_scratch::allocate()
{
    std::vector<Arena> arenas;
    for (Owner &owner : owners_)
        lay_out(owner, arenas);
    for (Arena &arena : arenas) {
        BufferRequest request;
        request.size_bytes = arena.size_bytes;
        request.align_bytes = arena.align_bytes;
        request.usage = arena.usage;
        accel_buffer *buffer = nullptr;
        ACCEL_TRY(make_buffer(owners_[0].program->instance, request, arena.devices, &buffer));
        arena.buffer = Ref<accel_buffer>::adopt(buffer);
    }
    for (Owner &owner : owners_)
        for (Place &place : owner.places)
            for (const Arena &arena : arenas)
                if (place.piece.can_supply && !place.buffer && arena.devices == place.piece.devices)
                    place.buffer = arena.buffer;
    return ACCEL_STATUS_OK;
}

accel_status accel_scratch::prepare(std::span<accel_program *const> programs, std::span<const accel_memory_binding> supplied)
{
    for (accel_program *program : programs)
        for (const ProgramEntry &entry : program->entries) {
            Owner &owner = owners_.emplace_back();
            owner.program = Ref<accel_program>(program);
            owner.entry = &entry;
            std::vector<ScratchPiece> pieces;
            ACCEL_TRY(list_pieces(*program, entry, &pieces));
            for (ScratchPiece &piece : pieces)
                owner.places.push_back({std::move(piece), {}, 0});
        }
    for (uint32_t i = 0; i < supplied.size(); ++i)
        ACCEL_TRY(take(supplied[i], i));
    ACCEL_TRY(check_overlaps());
    return allocate();
}
