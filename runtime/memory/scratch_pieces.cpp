// SPDX-License-Identifier: MIT
// Lists the pieces of an entry point, by asking its modules.
#include "scratch_pieces.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kPiecesMax = 1024;  // of one segment: far more than any driver has kinds of memory

/// Does one of them lie in the memory of this value?
bool names_memory(const std::vector<Value> &values, const std::vector<PortSource> &sources, uint32_t value)
{
    return std::any_of(sources.begin(), sources.end(), [&](const PortSource &source) { return source.kind == PortSource::Kind::Value && memory_of(values, source.index) == value; });
}

const LoadedBlob &blob_of(const accel_program &program, const Segment &segment) { return *program.blobs[segment.blob].loaded; }

ScratchPiece module_piece(const accel_program &program, const ProgramEntry &entry, uint32_t segment)
{
    ScratchPiece piece;
    piece.devices = {blob_of(program, entry.segments[segment]).device()};
    piece.place = entry.segments[segment].device;
    piece.segment = segment;
    return piece;
}

accel_status ask(const accel_program &program, const ProgramEntry &entry, uint32_t segment, std::vector<ScratchPiece> *out)
{
    const LoadedBlob &loaded = blob_of(program, entry.segments[segment]);
    const OpenDevice &device = *loaded.device();
    for (uint32_t index = 0; index < kPiecesMax; ++index) {
        accel_bk_scratch told{};
        told.struct_size = sizeof told;
        clear_module_error();
        const accel_status status = device.ops().program_scratch(loaded.program(), entry.segments[segment].graph, index, &told);
        if (status == ACCEL_STATUS_NOT_FOUND)
            return ACCEL_STATUS_OK;
        if (status != ACCEL_STATUS_OK)
            return fail_from_module(status, device.module_name(), "program_scratch", &program);
        if (told.size_bytes == 0 || told.size_bytes > INT64_MAX || !std::has_single_bit(told.align_bytes))
            return fail(ACCEL_STATUS_INTERNAL, "M-13", &program, "module '%s' wants scratch of %llu bytes, aligned to %llu; expected at least 1 byte and a power of two", device.module_name(),
                        static_cast<unsigned long long>(told.size_bytes), static_cast<unsigned long long>(told.align_bytes));
        ScratchPiece piece = module_piece(program, entry, segment);
        piece.size_bytes = told.size_bytes;
        piece.align_bytes = told.align_bytes;
        out->push_back(std::move(piece));
    }
    return fail(ACCEL_STATUS_INTERNAL, "M-13", &program, "module '%s' names more than %u pieces of scratch", device.module_name(), kPiecesMax);
}

accel_status list_segment(const accel_program &program, const ProgramEntry &entry, uint32_t segment, std::vector<ScratchPiece> *out)
{
    const size_t before = out->size();
    if (blob_of(program, entry.segments[segment]).device()->ops().program_scratch)
        ACCEL_TRY(ask(program, entry, segment, out));
    if (out->size() > before || entry.segments[segment].scratch_bytes == 0)
        return ACCEL_STATUS_OK;
    ScratchPiece own = module_piece(program, entry, segment);
    own.size_bytes = entry.segments[segment].scratch_bytes;
    own.can_supply = false;
    out->push_back(std::move(own));
    return ACCEL_STATUS_OK;
}

}  // namespace

std::vector<std::shared_ptr<OpenDevice>> devices_of_memory(const accel_program &program, const ProgramEntry &entry, uint32_t value)
{
    std::vector<std::shared_ptr<OpenDevice>> devices;
    for (const Segment &segment : entry.segments) {
        const std::shared_ptr<OpenDevice> &device = blob_of(program, segment).device();
        const bool named = names_memory(entry.values, segment.input_sources, value) || names_memory(entry.values, segment.output_sources, value);
        if (named && std::find(devices.begin(), devices.end(), device) == devices.end())
            devices.push_back(device);
    }
    // Only copied on: it can live anywhere.
    if (devices.empty())
        devices.push_back(blob_of(program, entry.segments[entry.values[value].from_segment]).device());
    return devices;
}

bool copies_memory(const ProgramEntry &entry, uint32_t memory)
{
    const std::vector<Value> &values = entry.values;
    for (uint32_t value = 0; value < values.size(); ++value) {
        const bool is_copy = values[value].copy_of != UINT32_MAX, lies_here = memory_of(values, value) == memory;
        if (lies_here && (is_copy || values[value].port_of != UINT32_MAX))
            return true;
        if (is_copy && !values[value].copy_of_port && memory_of(values, values[value].copy_of) == memory)
            return true;
    }
    return false;
}

accel_status list_pieces(const accel_program &program, const ProgramEntry &entry, std::vector<ScratchPiece> *out)
{
    for (uint32_t segment = 0; segment < entry.segments.size(); ++segment)
        ACCEL_TRY(list_segment(program, entry, segment, out));
    const ValuePlaces places = place_values(entry.values);
    for (uint32_t value = 0; value < entry.values.size(); ++value) {
        if (entry.values[value].memory_of != UINT32_MAX)
            continue;
        ScratchPiece piece;
        piece.devices = devices_of_memory(program, entry, value);
        piece.place = entry.segments[entry.values[value].from_segment].device;
        piece.size_bytes = places.memories[value].size_bytes;
        piece.align_bytes = places.memories[value].align_bytes;
        piece.value = value;
        piece.usage = ACCEL_BUFFER_USAGE_PORT | (copies_memory(entry, value) ? uint32_t{ACCEL_BUFFER_USAGE_MAP} : 0);
        out->push_back(std::move(piece));
    }
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
