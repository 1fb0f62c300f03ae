// SPDX-License-Identifier: MIT
// Parses the container, every length and count against what is left.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/catalog.h"
#include "base/check.h"
#include "base/progress.h"
#include "compiler/emit.h"
#include "graph/graph.h"
#include "saved.h"
#include "saved_consistency.h"
#include "saved_format.h"

namespace accel::runtime {

namespace {

using namespace saved;

class Parser {
public:
    Parser(const std::vector<uint8_t> &structure, const uint8_t *data, size_t data_bytes, Constants constants, SavedProgram &out)
        : reader_(structure.data(), structure.size()),
          data_(data),
          data_bytes_(data_bytes),
          constants_(constants),
          out_(out)
    {
    }

    accel_status run()
    {
        read_list(out_.places, 12, [this](Place &place) { read_place(place); });
        out_.rounding = reader_.u32();
        out_.precisions = reader_.u32();
        read_list(out_.blobs, 36, [this](Blob &blob) { read_blob(blob); });
        read_list(out_.variables, 36, [this](Variable &variable) { read_variable(variable); });
        read_list(out_.entries, 28, [this](ProgramEntry &entry) { read_entry(entry); });
        if (!why_.empty()) return corrupt_saved(why_);
        if (!reader_.ok() || reader_.remaining() != 0) return corrupt_saved("its structure has not the length that it says");
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

    void read_entry(ProgramEntry &entry)
    {
        entry.name = reader_.string();
        entry.input_count = reader_.u32();
        read_list(entry.ports, 48, [this](ProgramPort &port) { read_port(port); });
        read_list(entry.values, 56, [this](Value &value) { read_value(value); });
        read_list(entry.segments, 28, [this](Segment &segment) { read_segment(segment); });
        read_list(entry.placements, 32, [this](PlacementRow &row) { read_placement(row); });
        read_list(entry.transfers, 28, [this](TransferRow &row) { read_transfer(row); });
        entry.number_ports();
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
        layout.tensor_type = reader_.u32();
        const uint32_t rank = reader_.count(8);
        if (rank > kMaxRank) return refuse("a rank is too large");
        for (uint32_t axis = 0; axis < rank; ++axis) layout.dims.push_back(reader_.i64());
        layout.zero = reader_.i64();
        for (uint32_t *word : {&layout.type, &layout.padding, &layout.sizing}) *word = reader_.u32();
        const uint32_t step_count = reader_.count(20);
        if (step_count > layouts::kStepsMax) return refuse("a layout has too many steps");
        for (uint32_t step = 0; step < step_count; ++step) {
            const uint32_t axis = reader_.u32();
            const int64_t extent = reader_.i64();
            layout.steps.push_back({axis, 0, extent, reader_.i64()});
        }
        layout.size_bytes = reader_.u64();
        layout.align_bytes = reader_.u64();
        if (reader_.ok() && !broken_layout(layout).empty()) refuse("a layout leaves its size, or its elements meet");
    }

    void read_port(ProgramPort &port)
    {
        port.name = reader_.string();
        port.direction = reader_.u32();
        port.device = reader_.u32();
        port.in_place_of = reader_.u32();
        port.variable = reader_.u32();
        read_layout(port.layout);
        read_default(port);
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
        const std::string why = graph::broken_rule(desc, port.layout.tensor_type, port.layout.dims);
        if (!why.empty()) return refuse(("a port is quantised, but " + why).c_str());
        port.quantization = graph::copy(desc, port.layout.dims);
    }

    void read_default(ProgramPort &port)
    {
        const uint32_t has_default = reader_.u32();
        if (has_default > 1) return refuse("a flag is neither 0 nor 1");
        if (!has_default) return;
        uint64_t byte_count = 0;
        const uint8_t *start = read_chunk(&byte_count);
        if (!may_copy(byte_count)) return;
        port.default_values = std::make_shared<const std::vector<uint8_t>>(start, start + byte_count);
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
        return data_ + offset;
    }

    /// Overlapping ranges could ask for more memory than the bytes have.
    bool may_copy(uint64_t byte_count)
    {
        copied_bytes_ += byte_count;
        if (copied_bytes_ > data_bytes_) refuse("blobs and constants overlap");
        return copied_bytes_ <= data_bytes_;
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

    void read_blob(Blob &blob)
    {
        blob.device = reader_.u32();
        blob.target = reader_.string();
        blob.backend = reader_.string();
        blob.graph_count = reader_.u32();
        uint64_t byte_count = 0;
        const uint8_t *bytes = read_chunk(&byte_count);
        if (may_copy(byte_count)) blob.bytes.assign(bytes, bytes + byte_count);
        read_list(blob.constants, 16, [&](accel_bk_constant &constant) { read_constant(constant, blob.kept_constants.emplace_back()); });
    }

    void read_variable(Variable &variable)
    {
        variable.name = reader_.string();
        variable.device = reader_.u32();
        const uint32_t in_place = reader_.u32();
        read_layout(variable.layout);
        const uint32_t has_data = reader_.u32();
        if (in_place > 1 || has_data > 1) return refuse("a flag is neither 0 nor 1");
        variable.in_place = in_place != 0;
        if (!has_data) return;
        accel_bk_constant first{};
        read_constant(first, variable.kept_data);
        variable.data = first.data;
        variable.data_bytes = first.byte_count;
    }

    /// What several blobs refer to is one, here as in the bytes.
    void read_constant(accel_bk_constant &constant, std::shared_ptr<const std::vector<uint8_t>> &kept)
    {
        uint64_t byte_count = 0;
        const uint8_t *start = read_chunk(&byte_count);
        constant = {start, byte_count};
        if (constants_ == Constants::InPlace || !reader_.ok()) return;
        auto &copy = copies_[{start, byte_count}];
        if (!copy && !may_copy(byte_count)) return;
        if (!copy) copy = std::make_shared<const std::vector<uint8_t>>(start, start + byte_count);
        constant.data = copy->data();
        kept = copy;
    }

    void read_segment(Segment &segment)
    {
        segment.blob = reader_.u32();
        segment.graph = reader_.u32();
        segment.scratch_bytes = reader_.u64();
        segment.buffer_count_max = reader_.u32();
        if (segment.blob >= out_.blobs.size()) return refuse("a segment is of no blob");
        segment.device = out_.blobs[segment.blob].device;
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
        for (MemoryEnd *end : {&row.from, &row.to}) {
            const uint32_t is_port = reader_.u32();
            if (is_port > 1) return refuse("a flag is neither 0 nor 1");
            *end = {is_port != 0, reader_.u32()};
        }
    }

    Reader reader_;
    const uint8_t *data_;
    uint64_t data_bytes_;
    uint64_t copied_bytes_ = 0;
    std::map<std::pair<const uint8_t *, uint64_t>, std::shared_ptr<const std::vector<uint8_t>>> copies_;  ///< of constants
    const Constants constants_;
    SavedProgram &out_;
    std::string why_;
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
    if (all_bytes != byte_count) return corrupt_saved("it has " + std::to_string(byte_count) + " bytes and says " + std::to_string(all_bytes));
    if (byte_count < kHeaderBytes + kHashBytes || structure_bytes > byte_count - kHeaderBytes - kHashBytes) return corrupt_saved("its structure is longer than the whole");
    const size_t end = byte_count - kHashBytes;
    Hash found;
    for (size_t at = kHeaderBytes; at < end; at += kPieceBytes) {
        pace_piece();
        found.add(start + at, std::min(kPieceBytes, end - at));
    }
    if (Reader(start + end, kHashBytes).u64() != found.value()) return corrupt_saved("its hash does not fit its bytes");
    const uint64_t data_start = align_up(kHeaderBytes + structure_bytes, kDataAlignBytes);
    if (data_start > end) return corrupt_saved("it ends before its data");
    // What was checked must be what is used: a file that is mapped may change under a reader.
    const std::vector<uint8_t> structure(start + kHeaderBytes, start + kHeaderBytes + structure_bytes);
    ACCEL_TRY(Parser(structure, start + data_start, end - data_start, constants, *out).run());
    return check_consistency(*out);
}

}  // namespace accel::runtime
