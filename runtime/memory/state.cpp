// SPDX-License-Identifier: MIT
// Memory and values of a state.
#include "state.h"

#include <accel/layouts/conversion.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/catalog.h"
#include "base/check.h"
#include "instance/instance.h"

using namespace accel::runtime;

accel_state::accel_state(accel_program *program) : Object(ObjectType::State),
                                                   program_(program),
                                                   places_(program->variables.size()) {}

accel_state::~accel_state()
{
    for (const StatePlace &place : places_)
        if (place.buffer) place.buffer->take_from_state(this);
}

accel_status accel_state::open_devices(uint32_t variable, std::vector<std::shared_ptr<OpenDevice>> *out) const
{
    for (const uint32_t device : program_->variables[variable].devices) ACCEL_TRY(program_->devices[device]->entry().open(&out->emplace_back()));
    return ACCEL_STATUS_OK;
}

accel_status accel_state::check_memory(const accel_memory_binding &binding, uint32_t number) const
{
    if (binding.index >= places_.size())
        return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program_.get(), "memory[%u].index is %u, the program has %zu variables", number, binding.index, places_.size());
    const Variable &variable = program_->variables[binding.index];
    if (binding.reserved) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", program_.get(), "memory[%u].reserved is not 0", number);
    if (places_[binding.index].buffer) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-11", program_.get(), "variable '%s' is named twice", variable.name.c_str());
    ACCEL_TRY(check_handle(binding.buffer, "memory[].buffer"));
    const accel_buffer &buffer = *binding.buffer;
    if (buffer.instance() != program_->instance) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", &buffer, "memory[%u].buffer is of another instance than the program", number);
    constexpr uint32_t kUsage = ACCEL_BUFFER_USAGE_STATE | ACCEL_BUFFER_USAGE_MAP;
    if (kUsage & ~buffer.usage())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-12", &buffer, "variable '%s' needs memory of usage 0x%x, the buffer was made for 0x%x", variable.name.c_str(), kUsage, buffer.usage());
    constexpr uint32_t kAccess = ACCEL_ACCESS_READ | ACCEL_ACCESS_WRITE;
    if (kAccess & ~buffer.access()) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "B-7", &buffer, "variable '%s' needs access 0x%x, the buffer was imported with 0x%x", variable.name.c_str(), kAccess, buffer.access());
    const PortLayout &layout = variable.layout;
    const bool fits = binding.offset_bytes <= buffer.size_bytes() && buffer.size_bytes() - binding.offset_bytes >= layout.size_bytes;
    if (binding.offset_bytes % layout.align_bytes != 0 || !fits)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-11", &buffer, "variable '%s' needs %llu bytes at a multiple of %llu, memory[%u] has offset %llu in a buffer of %llu", variable.name.c_str(),
                    static_cast<unsigned long long>(layout.size_bytes), static_cast<unsigned long long>(layout.align_bytes), number, static_cast<unsigned long long>(binding.offset_bytes),
                    static_cast<unsigned long long>(buffer.size_bytes()));
    for (uint32_t i = 0; i < places_.size(); ++i) {
        const uint64_t other = program_->variables[i].layout.size_bytes, at = places_[i].offset_bytes;
        if (places_[i].buffer.get() == &buffer && at < binding.offset_bytes + layout.size_bytes && binding.offset_bytes < at + other)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-11", &buffer, "the memory of variable '%s' overlaps that of '%s'", variable.name.c_str(), program_->variables[i].name.c_str());
    }
    std::vector<std::shared_ptr<OpenDevice>> devices;
    ACCEL_TRY(open_devices(binding.index, &devices));
    for (const auto &device : devices) {
        accel_bk_buffer *known = nullptr;
        ACCEL_TRY(binding.buffer->attach(device, &known));
    }
    return ACCEL_STATUS_OK;
}

/// One buffer for all variables of the same devices: a job names few buffers only.
accel_status accel_state::allocate()
{
    constexpr uint64_t kAlignBytes = 64;
    struct Arena {
        uint64_t size_bytes = 0, align_bytes = kAlignBytes;
        std::vector<uint32_t> variables;
    };
    std::map<std::vector<uint32_t>, Arena> arenas;
    for (uint32_t i = 0; i < places_.size(); ++i) {
        if (places_[i].buffer) continue;
        const Variable &variable = program_->variables[i];
        std::vector<uint32_t> devices = variable.devices;
        std::sort(devices.begin(), devices.end());
        Arena &arena = arenas[devices];
        const uint64_t align_bytes = std::max(variable.layout.align_bytes, kAlignBytes);
        uint64_t begin, end;
        if (__builtin_add_overflow(arena.size_bytes, align_bytes - 1, &begin) || __builtin_add_overflow(begin & ~(align_bytes - 1), std::max<uint64_t>(variable.layout.size_bytes, 1), &end))
            return fail(ACCEL_STATUS_OUT_OF_MEMORY, "", program_.get(), "the variables need more memory than there is");
        places_[i].offset_bytes = begin & ~(align_bytes - 1);
        arena.size_bytes = end;
        arena.align_bytes = std::max(arena.align_bytes, align_bytes);
        arena.variables.push_back(i);
    }
    for (const auto &[devices, arena] : arenas) {
        std::vector<std::shared_ptr<OpenDevice>> open;
        ACCEL_TRY(open_devices(arena.variables.front(), &open));
        BufferRequest request;
        request.size_bytes = arena.size_bytes;
        request.align_bytes = arena.align_bytes;
        request.usage = ACCEL_BUFFER_USAGE_PORT | ACCEL_BUFFER_USAGE_STATE | ACCEL_BUFFER_USAGE_MAP;
        accel_buffer *made = nullptr;
        ACCEL_TRY(make_buffer(program_->instance, request, open, &made));
        const auto buffer = Ref<accel_buffer>::adopt(made);
        for (const uint32_t variable : arena.variables) places_[variable].buffer = buffer;
    }
    return ACCEL_STATUS_OK;
}

accel_status accel_state::check_apart(accel_state &other) const
{
    for (uint32_t i = 0; i < places_.size(); ++i)
        for (uint32_t j = 0; j < places_.size(); ++j)
            if (places_[i].buffer.get() == other.places_[j].buffer.get() && places_[i].offset_bytes < other.places_[j].offset_bytes + program_->variables[j].layout.size_bytes &&
                other.places_[j].offset_bytes < places_[i].offset_bytes + program_->variables[i].layout.size_bytes)
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-11", places_[i].buffer.get(), "the memory of variable '%s' overlaps that of '%s' in desc.source", program_->variables[i].name.c_str(),
                            program_->variables[j].name.c_str());
    return ACCEL_STATUS_OK;
}

accel_status accel_state::prepare(std::span<const accel_memory_binding> memory, accel_state *source)
{
    for (uint32_t i = 0; i < memory.size(); ++i) {
        ACCEL_TRY(check_memory(memory[i], i));
        const Variable &variable = program_->variables[memory[i].index];
        if (!memory[i].buffer->give_to_state(this, {memory[i].offset_bytes, variable.layout.size_bytes}))
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-11", memory[i].buffer, "the memory of variable '%s' is another state's; give each state memory of its own", variable.name.c_str());
        places_[memory[i].index] = {Ref<accel_buffer>(memory[i].buffer), memory[i].offset_bytes};
    }
    ACCEL_TRY(allocate());
    if (!source) return reset();
    ACCEL_TRY(check_apart(*source));
    return copy_from(*source);
}

accel_status accel_state::write_first(uint32_t index)
{
    const Variable &variable = program_->variables[index];
    const StatePlace &place = places_[index];
    const MemoryRange part = {place.offset_bytes, variable.layout.size_bytes};
    if (part.size_bytes == 0) return ACCEL_STATUS_OK;
    void *memory = nullptr;
    ACCEL_TRY(place.buffer->begin_access(ACCEL_ACCESS_WRITE, part, &memory));
    char *to = static_cast<char *>(memory) + place.offset_bytes;
    // The access ends also where memory is short.
    const accel_status status = guarded([&] {
        std::memset(to, 0, part.size_bytes);
        if (variable.data) {
            const PortLayout dense = dense_like(variable.layout);
            accel::layouts::Conversion(dense, variable.layout, variable.layout.tensor_type, variable.layout.dims, variable.layout.zero).run(variable.data, to);
        }
        return ACCEL_STATUS_OK;
    });
    place.buffer->end_access(ACCEL_ACCESS_WRITE, part);
    return status;
}

accel_status accel_state::reset()
{
    ACCEL_TRY(check_idle());
    ACCEL_TRY(program_->verify_files());
    for (uint32_t i = 0; i < places_.size(); ++i) ACCEL_TRY(write_first(i));
    return program_->verify_files();
}

accel_status accel_state::copy_from(accel_state &other)
{
    ACCEL_TRY(other.check_idle());
    for (uint32_t i = 0; i < places_.size(); ++i) {
        const uint64_t size_bytes = program_->variables[i].layout.size_bytes;
        if (size_bytes == 0) continue;
        const MemoryRange from_part = {other.places_[i].offset_bytes, size_bytes}, to_part = {places_[i].offset_bytes, size_bytes};
        void *from = nullptr, *to = nullptr;
        ACCEL_TRY(other.places_[i].buffer->begin_access(ACCEL_ACCESS_READ, from_part, &from));
        const accel_status status = places_[i].buffer->begin_access(ACCEL_ACCESS_WRITE, to_part, &to);
        if (status == ACCEL_STATUS_OK) {
            std::memcpy(static_cast<char *>(to) + to_part.offset_bytes, static_cast<const char *>(from) + from_part.offset_bytes, size_bytes);
            places_[i].buffer->end_access(ACCEL_ACCESS_WRITE, to_part);
        }
        other.places_[i].buffer->end_access(ACCEL_ACCESS_READ, from_part);
        ACCEL_TRY(status);
    }
    return ACCEL_STATUS_OK;
}

accel_status accel_state::check_idle()
{
    return turns_.idle() ? ACCEL_STATUS_OK : fail(ACCEL_STATUS_BUSY, "R-10", this, "work on the state is in flight; wait for the fence of the latest submission");
}
