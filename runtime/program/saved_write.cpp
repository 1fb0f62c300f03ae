// SPDX-License-Identifier: MIT
// Writes the container in pieces, with its hash.
#include <algorithm>
#include <map>

#include "base/check.h"
#include "saved.h"
#include "saved_format.h"

namespace accel::runtime {

namespace {

using namespace saved;

/// Bytes that follow the structure, by reference.
struct Chunk {
    const void *data;
    uint64_t byte_count;
    uint64_t offset;
};

class Container {
public:
    explicit Container(const accel_program &program) : program_(program)
    {
        list(program.places, [this](const Place &place) { write_place(place); });
        writer_.u32(program.rounding);
        writer_.u32(program.precisions);
        list(program.blobs, [this](const Blob &blob) { write_blob(blob); });
        list(program.variables, [this](const Variable &variable) { write_variable(variable); });
        list(program.entries, [this](const ProgramEntry &entry) { write_entry(entry); });
    }

    uint64_t size_bytes() const { return data_start() + data_bytes_ + kHashBytes; }

    accel_status write_to(accel_write_fn write, void *user) const
    {
        Hash hash;
        Writer header, trailer;
        header.u32(kMagic);
        header.u32(kFormat);
        header.u64(size_bytes());
        header.u64(writer_.bytes().size());
        const auto pass_on = [&](const void *bytes, size_t count) {
            const accel_status status = write(user, bytes, count);
            return status == ACCEL_STATUS_OK ? status : fail(status, "S-5", &program_, "saving stopped: the write function answered %s", accel_status_name(status));
        };
        ACCEL_TRY(pass_on(header.bytes().data(), header.bytes().size()));
        const auto hash_and_pass_on = [&](const void *bytes, size_t count) { return hash.add(bytes, count), pass_on(bytes, count); };
        ACCEL_TRY(body(hash_and_pass_on));
        trailer.u64(hash.value());
        return pass_on(trailer.bytes().data(), trailer.bytes().size());
    }

private:
    template <class Items, class Each> void list(const Items &items, Each each)
    {
        writer_.u32(static_cast<uint32_t>(items.size()));
        for (const auto &item : items) each(item);
    }

    void write_entry(const ProgramEntry &entry)
    {
        writer_.string(entry.name);
        writer_.u32(entry.input_count);
        list(entry.ports, [this](const ProgramPort &port) { write_port(port); });
        list(entry.values, [this](const Value &value) { write_value(value); });
        list(entry.segments, [this](const Segment &segment) { write_segment(segment); });
        list(entry.placements, [this](const PlacementRow &row) { write_placement(row); });
        list(entry.transfers, [this](const TransferRow &row) { write_transfer(row); });
    }

    void write_place(const Place &place)
    {
        writer_.string(place.backend);
        writer_.string(place.target);
        writer_.string(place.id);
    }

    void write_layout(const PortLayout &layout)
    {
        writer_.u32(layout.tensor_type);
        writer_.u32(static_cast<uint32_t>(layout.dims.size()));
        for (const int64_t size : layout.dims) writer_.i64(size);
        writer_.i64(layout.zero);
        for (const uint32_t word : {layout.type, layout.padding, layout.sizing}) writer_.u32(word);
        list(layout.steps, [this](const accel_layout_step &step) {
            writer_.u32(step.axis);
            writer_.i64(step.extent);
            writer_.i64(step.stride_bits);
        });
        writer_.u64(layout.size_bytes);
        writer_.u64(layout.align_bytes);
    }

    void write_port(const ProgramPort &port)
    {
        writer_.string(port.name);
        writer_.u32(port.direction);
        writer_.u32(port.device);
        writer_.u32(port.in_place_of);
        writer_.u32(port.variable);
        write_layout(port.layout);
        writer_.u32(port.default_values ? 1 : 0);
        if (port.default_values) write_chunk(port.default_values->data(), port.default_values->size());
        writer_.u32(port.quantization ? 1 : 0);
        if (port.quantization) write_quantization(graph::QuantizationDesc(*port.quantization, static_cast<uint32_t>(port.layout.dims.size())).get());
    }

    void write_quantization(const accel_quantization &desc)
    {
        writer_.u32(desc.kind);
        writer_.u32(desc.scale_type);
        writer_.u32(desc.zero_point_type);
        writer_.u32(desc.rank);
        for (uint32_t axis = 0; axis < desc.rank; ++axis) writer_.i64(desc.block_dims[axis]);
        writer_.u64(desc.count);
        writer_.raw(desc.scales, graph::scale_bytes(desc));
        writer_.raw(desc.zero_points, graph::zero_point_bytes(desc));
    }

    void write_value(const Value &value)
    {
        writer_.string(value.tensor);
        writer_.u32(value.from_segment);
        writer_.u32(value.copy_of);
        writer_.u32(value.copy_of_port);
        writer_.u32(value.port_of);
        writer_.u32(value.memory_of);
        writer_.u32(value.reader_device);
        writer_.u32(value.writer_device);
        write_layout(value.layout);
    }

    /// Bytes that lie at one place are written once.
    void write_chunk(const void *data, uint64_t byte_count)
    {
        const auto [written, is_new] = written_.emplace(std::pair(data, byte_count), align_up(data_bytes_, kDataAlignBytes));
        writer_.u64(written->second);
        writer_.u64(byte_count);
        if (!is_new) return;
        chunks_.push_back({data, byte_count, written->second});
        data_bytes_ = written->second + byte_count;
    }

    void write_source(const PortSource &source)
    {
        writer_.u32(static_cast<uint32_t>(source.kind));
        writer_.u32(source.index);
    }

    void write_blob(const Blob &blob)
    {
        writer_.u32(blob.device);
        writer_.string(blob.target);
        writer_.string(blob.backend);
        writer_.u32(blob.graph_count);
        write_chunk(blob.bytes.data(), blob.bytes.size());
        list(blob.constants, [this](const accel_bk_constant &constant) { write_chunk(constant.data, constant.byte_count); });
    }

    void write_variable(const Variable &variable)
    {
        writer_.string(variable.name);
        writer_.u32(variable.device);
        writer_.u32(variable.in_place);
        write_layout(variable.layout);
        writer_.u32(variable.data != nullptr);
        if (variable.data) write_chunk(variable.data, variable.data_bytes);
    }

    void write_segment(const Segment &segment)
    {
        writer_.u32(segment.blob);
        writer_.u32(segment.graph);
        writer_.u64(segment.scratch_bytes);
        writer_.u32(segment.buffer_count_max);
        list(segment.inputs, [this](const PortLayout &layout) { write_layout(layout); });
        list(segment.outputs, [this](const PortLayout &layout) { write_layout(layout); });
        for (const PortSource &source : segment.input_sources) write_source(source);
        for (const PortSource &source : segment.output_sources) write_source(source);
    }

    void write_placement(const PlacementRow &row)
    {
        writer_.string(row.node);
        writer_.string(row.operation);
        writer_.string(row.reason_text);
        writer_.u32(row.device);
        writer_.u32(row.segment);
        writer_.u32(row.reason);
        writer_.u64(row.work_macs);
    }

    void write_transfer(const TransferRow &row)
    {
        writer_.string(row.tensor);
        writer_.string(row.reason);
        writer_.u32(row.kind);
        writer_.u32(row.from_segment);
        writer_.u32(row.to_segment);
        writer_.u64(row.size_bytes);
        for (const MemoryEnd &end : {row.from, row.to}) {
            writer_.u32(end.is_port);
            writer_.u32(end.index);
        }
    }

    uint64_t data_start() const { return align_up(kHeaderBytes + writer_.bytes().size(), kDataAlignBytes); }

    template <class Sink> static accel_status in_pieces(Sink &sink, const void *bytes, size_t byte_count)
    {
        for (size_t at = 0; at < byte_count; at += kPieceBytes) ACCEL_TRY(sink(static_cast<const uint8_t *>(bytes) + at, std::min(kPieceBytes, byte_count - at)));
        return ACCEL_STATUS_OK;
    }

    /// Everything between the header and the hash.
    template <class Sink> accel_status body(Sink sink) const
    {
        static constexpr uint8_t kZeros[kDataAlignBytes] = {};
        ACCEL_TRY(in_pieces(sink, writer_.bytes().data(), writer_.bytes().size()));
        uint64_t at = kHeaderBytes + writer_.bytes().size();
        for (const Chunk &chunk : chunks_) {
            const uint64_t start = data_start() + chunk.offset;
            if (start > at) ACCEL_TRY(sink(kZeros, start - at));
            ACCEL_TRY(in_pieces(sink, chunk.data, chunk.byte_count));
            at = start + chunk.byte_count;
        }
        if (const uint64_t end = size_bytes() - kHashBytes; end > at) ACCEL_TRY(sink(kZeros, end - at));
        return ACCEL_STATUS_OK;
    }

    const accel_program &program_;
    Writer writer_;
    std::vector<Chunk> chunks_;
    std::map<std::pair<const void *, uint64_t>, uint64_t> written_;  ///< offsets in the data
    uint64_t data_bytes_ = 0;
};

}  // namespace

uint64_t saved_size_bytes(const accel_program &program)
{
    return Container(program).size_bytes();
}

accel_status write_saved(const accel_program &program, accel_write_fn write, void *user)
{
    return Container(program).write_to(write, user);
}

}  // namespace accel::runtime
