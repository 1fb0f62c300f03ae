// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "catalog.h"
#include "check.h"
#include "compiler/emit.h"
#include "graph.h"
#include "progress.h"
#include "saved.h"
#include "saved_format.h"

namespace accel::runtime {

namespace {

using namespace saved;

accel_status corrupt(const std::string &what)
{
    return fail(ACCEL_STATUS_CORRUPT, "S-3", nullptr, "the saved program is damaged: %s", what.c_str());
}

class Parser {
public:
    Parser(const std::vector<uint8_t> &structure, const uint8_t *data, size_t data_bytes, Constants constants, SavedProgram &out)
        : reader_(structure.data(), structure.size()), data_(data), data_bytes_(data_bytes), constants_(constants), out_(out)
    {
    }

    accel_status run()
    {
        read_list(out_.places, 12, [this](Place &place) { read_place(place); });
        out_.rounding = reader_.u32();
        out_.precisions = reader_.u32();
        out_.input_count = reader_.u32();
        read_list(out_.ports, 44, [this](ProgramPort &port) { read_port(port); });
        read_list(out_.values, 56, [this](Value &value) { read_value(value); });
        read_list(out_.segments, 52, [this](Segment &segment) { read_segment(segment); });
        read_list(out_.placements, 32, [this](PlacementRow &row) { read_placement(row); });
        read_list(out_.transfers, 28, [this](TransferRow &row) { read_transfer(row); });
        if (!why_.empty()) return corrupt(why_);
        if (!reader_.ok() || reader_.remaining() != 0) return corrupt("its structure has not the length that it says");
        return ACCEL_STATUS_OK;
    }

private:
    template <class Item, class Each> void read_list(std::vector<Item> &items, size_t item_bytes, Each each)
    {
        const uint32_t count = reader_.count(item_bytes);
        for (uint32_t i = 0; i < count && reader_.ok(); ++i) {
            pace();
            each(items.emplace_back());
        }
    }

    void refuse(const char *why)
    {
        if (why_.empty() && reader_.ok()) why_ = why;
        reader_.fail();
    }

    void read_place(Place &place)
    {
        place.backend = reader_.string();
        place.target = reader_.string();
        place.id = reader_.string();
    }

    void read_layout(PortLayout &layout)
    {
        layout.type = reader_.u32();
        const uint32_t rank = reader_.count(16);
        if (rank > kMaxRank) return refuse("a rank is too large");
        for (uint32_t axis = 0; axis < rank; ++axis) {
            layout.dims.push_back(reader_.i64());
            layout.strides_bytes.push_back(reader_.i64());
        }
        layout.size_bytes = reader_.u64();
        layout.align_bytes = reader_.u64();
        if (reader_.ok() && !layout_holds(layout)) refuse("strides leave the size of their port");
    }

    void read_port(ProgramPort &port)
    {
        port.name = reader_.string();
        port.direction = reader_.u32();
        port.device = reader_.u32();
        port.alias_of = reader_.u32();
        read_layout(port.layout);
        const uint32_t quantized = reader_.u32();
        if (quantized > 1) return refuse("a flag is neither 0 nor 1");
        if (quantized) read_quantization(port);
    }

    void read_quantization(ProgramPort &port)
    {
        accel_quantization desc{};
        desc.struct_size = sizeof desc;
        desc.kind = reader_.u32();
        desc.scale_type = reader_.u32();
        desc.zero_point_type = reader_.u32();
        desc.rank = reader_.u32();
        std::vector<int64_t> block_dims;
        for (uint32_t axis = 0; axis < desc.rank && reader_.ok(); ++axis) block_dims.push_back(reader_.i64());
        desc.block_dims = block_dims.data();
        desc.count = reader_.u64();
        // No type has more bits than there are here, and no count that follows more than the rest can hold.
        if (desc.count > reader_.remaining() * 8) return refuse("a port has more scales than follow");
        desc.scales = reader_.raw(graph::scale_bytes(desc));
        const void *zero_points = reader_.raw(graph::zero_point_bytes(desc));
        desc.zero_points = desc.zero_point_type == 0 ? nullptr : zero_points;
        if (!reader_.ok()) return;
        const std::string why = graph::broken_rule(desc, port.layout.type, port.layout.dims);
        if (!why.empty()) return refuse(("a port is quantised, but " + why).c_str());
        port.quantization = graph::copy(desc, port.layout.dims);
    }

    void read_value(Value &value)
    {
        value.tensor = reader_.string();
        value.from_segment = reader_.u32();
        value.copy_of = reader_.u32();
        const uint32_t of_port = reader_.u32();
        if (of_port > 1) return refuse("a flag is neither 0 nor 1");
        value.copy_of_port = of_port != 0;
        value.port_of = reader_.u32();
        value.memory_of = reader_.u32();
        value.reader_device = reader_.u32();
        value.writer_device = reader_.u32();
        read_layout(value.layout);
    }

    /// A range of the data section.
    const uint8_t *read_chunk(uint64_t *out_bytes)
    {
        const uint64_t offset = reader_.u64();
        *out_bytes = reader_.u64();
        if (!reader_.ok() || offset > data_bytes_ || *out_bytes > data_bytes_ - offset) {
            refuse("a blob or constant lies outside the bytes");
            *out_bytes = 0;
            return data_;
        }
        copied_bytes_ += *out_bytes;
        if (copied_bytes_ > data_bytes_) {
            // Overlapping ranges could ask for more memory than the bytes have.
            refuse("blobs and constants overlap");
            *out_bytes = 0;
            return data_;
        }
        return data_ + offset;
    }

    void read_sources(std::vector<PortSource> &sources, size_t count)
    {
        for (size_t i = 0; i < count; ++i) {
            const uint32_t kind = reader_.u32();
            if (kind != static_cast<uint32_t>(PortSource::Kind::Port) && kind != static_cast<uint32_t>(PortSource::Kind::Value))
                return refuse("a port has an unknown kind of source");
            sources.push_back({static_cast<PortSource::Kind>(kind), reader_.u32()});
        }
    }

    void read_segment(Segment &segment)
    {
        segment.device = reader_.u32();
        segment.target = reader_.string();
        segment.backend = reader_.string();
        segment.scratch_bytes = reader_.u64();
        segment.buffer_count_max = reader_.u32();
        uint64_t byte_count = 0;
        const uint8_t *bytes = read_chunk(&byte_count);
        segment.blob.assign(bytes, bytes + byte_count);
        read_list(segment.constants, 16, [&](accel_bk_constant &constant) {
            const uint8_t *start = read_chunk(&byte_count);
            constant = {start, byte_count};
            if (constants_ == Constants::InPlace) return;
            const auto copy = std::make_shared<const std::vector<uint8_t>>(start, start + byte_count);
            constant.data = copy->data();
            segment.kept_constants.push_back(copy);
        });
        read_list(segment.inputs, 24, [this](PortLayout &layout) { read_layout(layout); });
        read_list(segment.outputs, 24, [this](PortLayout &layout) { read_layout(layout); });
        read_sources(segment.input_sources, segment.inputs.size());
        read_sources(segment.output_sources, segment.outputs.size());
    }

    void read_placement(PlacementRow &row)
    {
        row.node = reader_.string();
        row.operation = reader_.string();
        row.reason_text = reader_.string();
        row.device = reader_.u32();
        row.segment = reader_.u32();
        row.reason = reader_.u32();
        row.work_macs = reader_.u64();
    }

    void read_transfer(TransferRow &row)
    {
        row.tensor = reader_.string();
        row.reason = reader_.string();
        row.kind = reader_.u32();
        row.from_segment = reader_.u32();
        row.to_segment = reader_.u32();
        row.size_bytes = reader_.u64();
    }

    Reader reader_;
    const uint8_t *data_;
    uint64_t data_bytes_;
    uint64_t copied_bytes_ = 0;
    const Constants constants_;
    SavedProgram &out_;
    std::string why_;
};

/// Indices point somewhere, memory fits who uses it, and everything is written once before it is read.
class Consistency {
public:
    explicit Consistency(const SavedProgram &program)
        : program_(program), port_maker_(program.ports.size(), kNobody), value_made_(program.values.size(), false)
    {
    }

    accel_status check()
    {
        if (program_.places.empty()) return corrupt("it names no device");
        if (program_.input_count > program_.ports.size()) return corrupt("it has more inputs than ports");
        ACCEL_TRY(check_ports());
        ACCEL_TRY(check_values());
        for (uint32_t s = 0; s < program_.segments.size(); ++s) ACCEL_TRY(check_segment(s));
        for (size_t p = program_.input_count; p < program_.ports.size(); ++p) {
            if (port_maker_[p] == kNobody) return corrupt("output '" + program_.ports[p].name + "' is written by no segment");
        }
        ACCEL_TRY(check_copies());
        return check_reports();
    }

private:
    static constexpr uint32_t kNobody = UINT32_MAX;

    bool is_device(uint32_t device) const { return device < program_.places.size(); }

    accel_status check_ports() const
    {
        for (size_t i = 0; i < program_.ports.size(); ++i) {
            const ProgramPort &port = program_.ports[i];
            const uint32_t wanted = i < program_.input_count ? ACCEL_PORT_DIRECTION_INPUT : ACCEL_PORT_DIRECTION_OUTPUT;
            if (port.direction != wanted || !is_device(port.device)) return corrupt("port '" + port.name + "' has an impossible direction or device");
            if (port.alias_of != UINT32_MAX && (port.alias_of >= program_.input_count || i < program_.input_count))
                return corrupt("port '" + port.name + "' shares memory with no input");
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_values() const
    {
        for (uint32_t i = 0; i < program_.values.size(); ++i) {
            const Value &value = program_.values[i];
            const bool copy = value.copy_of != UINT32_MAX;
            const bool bad_source = copy && (value.copy_of_port ? value.copy_of >= program_.ports.size() : value.copy_of >= i || program_.values[value.copy_of].copy_of != UINT32_MAX);
            const bool bad_port = value.port_of != UINT32_MAX;
            const bool bad_memory = value.memory_of != UINT32_MAX && (value.memory_of >= i || program_.values[value.memory_of].memory_of != UINT32_MAX);
            if (bad_source || bad_port || bad_memory || !is_device(value.reader_device) || !is_device(value.writer_device) ||
                value.from_segment >= program_.segments.size() || (!copy && value.copy_of_port))
                return corrupt("value '" + value.tensor + "' names something that is not there");
            if (!copy) continue;
            const PortLayout &from = value.copy_of_port ? program_.ports[value.copy_of].layout : program_.values[value.copy_of].layout;
            if (from.type != value.layout.type || from.dims != value.layout.dims) return corrupt("value '" + value.tensor + "' is a copy of another shape");
        }
        return ACCEL_STATUS_OK;
    }

    const PortLayout *layout_of(const PortSource &source) const
    {
        if (source.kind == PortSource::Kind::Port) return source.index < program_.ports.size() ? &program_.ports[source.index].layout : nullptr;
        return source.index < program_.values.size() ? &program_.values[source.index].layout : nullptr;
    }

    static bool fits(const PortLayout &memory, const PortLayout &wanted)
    {
        return same_places(memory, wanted) && memory.size_bytes >= wanted.size_bytes && memory.align_bytes >= wanted.align_bytes;
    }

    /// Is the memory complete before this segment starts? Copies of copies lead to smaller numbers, so the walk ends.
    bool ready(PortSource source) const
    {
        while (source.kind == PortSource::Kind::Value) {
            const Value &value = program_.values[source.index];
            if (value.copy_of == UINT32_MAX) return value_made_[source.index];
            source = {value.copy_of_port ? PortSource::Kind::Port : PortSource::Kind::Value, value.copy_of};
        }
        return source.index < program_.input_count || port_maker_[source.index] != kNobody;
    }

    accel_status check_segment(uint32_t s)
    {
        const Segment &segment = program_.segments[s];
        const std::string who = "segment " + std::to_string(s);
        if (!is_device(segment.device) || segment.backend != program_.places[segment.device].backend ||
            segment.target != program_.places[segment.device].target)
            return corrupt(who + " is for no device of the set");
        for (size_t i = 0; i < segment.inputs.size(); ++i) {
            const PortLayout *memory = layout_of(segment.input_sources[i]);
            if (!memory || !fits(*memory, segment.inputs[i]) || !ready(segment.input_sources[i])) return corrupt(who + " reads what is not there");
        }
        for (size_t i = 0; i < segment.outputs.size(); ++i) {
            const PortLayout *memory = layout_of(segment.output_sources[i]);
            if (!memory || !fits(*memory, segment.outputs[i]) || !write(segment.output_sources[i], s)) return corrupt(who + " writes what it must not");
        }
        return ACCEL_STATUS_OK;
    }

    bool write(const PortSource &source, uint32_t s)
    {
        if (source.kind == PortSource::Kind::Port) {
            if (source.index < program_.input_count || port_maker_[source.index] != kNobody) return false;
            port_maker_[source.index] = s;
            return true;
        }
        const Value &value = program_.values[source.index];
        if (value.copy_of != UINT32_MAX || value.from_segment != s || value_made_[source.index]) return false;
        value_made_[source.index] = true;
        return true;
    }

    accel_status check_copies() const
    {
        for (uint32_t i = 0; i < program_.values.size(); ++i) {
            const Value &value = program_.values[i];
            if (!ready({PortSource::Kind::Value, i})) return corrupt("value '" + value.tensor + "' is made by no segment");
            if (value.copy_of == UINT32_MAX) continue;
            uint32_t maker = value.copy_of_port ? 0 : program_.values[value.copy_of].from_segment;
            if (value.copy_of_port && value.copy_of >= program_.input_count) maker = port_maker_[value.copy_of];
            if (value.from_segment != maker) return corrupt("value '" + value.tensor + "' is a copy of what another segment makes");
        }
        return ACCEL_STATUS_OK;
    }

    accel_status check_reports() const
    {
        for (const PlacementRow &row : program_.placements) {
            if (!is_device(row.device) || row.segment >= program_.segments.size()) return corrupt("placement of '" + row.node + "' names something that is not there");
        }
        for (const TransferRow &row : program_.transfers) {
            if (row.from_segment >= program_.segments.size() || row.to_segment >= program_.segments.size())
                return corrupt("transfer of '" + row.tensor + "' names something that is not there");
        }
        return ACCEL_STATUS_OK;
    }

    const SavedProgram &program_;
    std::vector<uint32_t> port_maker_;
    std::vector<bool> value_made_;
};

}  // namespace

accel_status read_saved(const void *bytes, size_t byte_count, Constants constants, SavedProgram *out)
{
    const auto *start = static_cast<const uint8_t *>(bytes);
    Reader header(start, byte_count);
    const uint32_t magic = header.u32();
    const uint32_t format = header.u32();
    const uint64_t all_bytes = header.u64();
    const uint64_t structure_bytes = header.u64();
    if (!header.ok() || magic != kMagic) return fail(ACCEL_STATUS_CORRUPT, "S-3", nullptr, "these %zu bytes are no saved program", byte_count);
    if (format != kFormat)
        return fail(ACCEL_STATUS_INCOMPATIBLE, "S-3", nullptr, "the saved program is of format %u, this library reads %u; build it again from its model", format, kFormat);
    if (all_bytes != byte_count) return corrupt("it has " + std::to_string(byte_count) + " bytes and says " + std::to_string(all_bytes));
    if (byte_count < kHeaderBytes + kHashBytes || structure_bytes > byte_count - kHeaderBytes - kHashBytes) return corrupt("its structure is longer than the whole");
    const size_t end = byte_count - kHashBytes;
    Hash found;
    for (size_t at = kHeaderBytes; at < end; at += kPieceBytes) {
        pace_piece();
        found.add(start + at, std::min(kPieceBytes, end - at));
    }
    if (Reader(start + end, kHashBytes).u64() != found.value()) return corrupt("its hash does not fit its bytes");
    const uint64_t data_start = align_up(kHeaderBytes + structure_bytes, kDataAlignBytes);
    if (data_start > end) return corrupt("it ends before its data");
    // What was checked must be what is used: a file that is mapped may change under a reader.
    const std::vector<uint8_t> structure(start + kHeaderBytes, start + kHeaderBytes + structure_bytes);
    ACCEL_TRY(Parser(structure, start + data_start, end - data_start, constants, *out).run());
    return Consistency(*out).check();
}

}  // namespace accel::runtime
