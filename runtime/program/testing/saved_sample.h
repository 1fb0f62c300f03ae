// SPDX-License-Identifier: MIT
// A small program to save and to read back, for tests and as what the fuzz target starts from.
#pragma once

#include <stdexcept>

#include "program/saved.h"

namespace accel::runtime::testing {

inline PortLayout layout(std::vector<int64_t> dims, std::vector<int64_t> strides, uint64_t size)
{
    PortLayout made;
    static_cast<layouts::Layout &>(made) = *layouts::strided(ACCEL_TYPE_I8, dims, strides);
    made.tensor_type = ACCEL_TYPE_I8;
    made.dims = std::move(dims);
    made.size_bytes = size;
    made.align_bytes = 16;
    return made;
}

using Bytes = std::vector<uint8_t>;

inline accel_status append(void *user, const void *bytes, size_t count)
{
    auto &out = *static_cast<Bytes *>(user);
    const auto *start = static_cast<const uint8_t *>(bytes);
    out.insert(out.end(), start, start + count);
    return ACCEL_STATUS_OK;
}

/// Two segments for a bare target; the second reads a copy with wider strides of what the first makes.
struct SavedSample {
    Ref<accel_program> program = Ref<accel_program>::adopt(new accel_program);
    const int32_t constant[3] = {1, 2, 3};

    SavedSample()
    {
        const PortLayout dense = layout({2, 4}, {4, 1}, 8), wide = layout({2, 4}, {16, 1}, 32);
        ProgramPort x, y;
        x.name = "x";
        x.direction = ACCEL_PORT_DIRECTION_INPUT;
        x.layout = dense;
        x.quantization = {{0.5f}, {-3}};
        y.name = "y";
        y.direction = ACCEL_PORT_DIRECTION_OUTPUT;
        y.layout = wide;
        ProgramEntry &entry = program->entries.emplace_back();
        entry.ports = {x, y};
        entry.input_count = 1;
        Value made, copy;
        made.tensor = "t";
        made.layout = dense;
        copy.tensor = "t";
        copy.layout = wide;
        copy.copy_of = 0;
        entry.values = {made, copy};
        for (int i = 0; i < 2; ++i) {
            Blob &blob = program->blobs.emplace_back();
            blob.backend = "fake";
            blob.target = "fake-1";
            blob.bytes = Bytes(10 + static_cast<size_t>(i), static_cast<uint8_t>(i + 1));
            entry.segments.emplace_back().blob = static_cast<uint32_t>(i);
        }
        program->blobs[0].constants = {{constant, sizeof constant}};
        entry.segments[0].inputs = {dense};
        entry.segments[0].outputs = {dense};
        entry.segments[0].input_sources = {{PortSource::Kind::Port, 0}};
        entry.segments[0].output_sources = {{PortSource::Kind::Value, 0}};
        entry.segments[1].inputs = {wide};
        entry.segments[1].outputs = {wide};
        entry.segments[1].input_sources = {{PortSource::Kind::Value, 1}};
        entry.segments[1].output_sources = {{PortSource::Kind::Port, 1}};
        program->places = {{"fake", "fake-1", ""}};
        entry.placements = {{"conv", "Conv+Relu", "why", 0, 1, ACCEL_REASON_TYPE, 77}};
        entry.transfers = {{"t", "strides", ACCEL_TRANSFER_KIND_CONVERT, 0, 1, 8, {false, 0}, {false, 1}, {}, {}}};
        program->rounding = ACCEL_ROUNDING_TFLITE;
    }
    Bytes save() const
    {
        Bytes out;
        if (write_saved(*program, append, &out) != ACCEL_STATUS_OK) throw std::runtime_error("the sample cannot be saved");
        return out;
    }
};

}  // namespace accel::runtime::testing
