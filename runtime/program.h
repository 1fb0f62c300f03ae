// SPDX-License-Identifier: MIT
// A program: graphs of a model cut into segments, one device each, and the values that travel between them.
#pragma once

#include <accel/backend.h>
#include <accel/graph/quantization.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "device.h"
#include "files/file_set.h"
#include "object.h"
#include "port_layout.h"
#include "remarks.h"

namespace accel::runtime {

struct Blob;
class OpenSizes;
struct OpenParts;

/// A blob on its device. Unloads itself.
class LoadedBlob {
public:
    explicit LoadedBlob(std::shared_ptr<OpenDevice> device) : device_(std::move(device)) {}
    ~LoadedBlob();
    LoadedBlob(const LoadedBlob &) = delete;
    LoadedBlob &operator=(const LoadedBlob &) = delete;
    /// Once. What the module says of nodes is left in the blob.
    accel_status load(Blob &blob);
    const std::shared_ptr<OpenDevice> &device() const { return device_; }
    accel_bk_program *program() const { return program_; }

private:
    std::shared_ptr<OpenDevice> device_;
    accel_bk_program *program_ = nullptr;
};

/// Where a segment's port gets its memory.
///
/// Port: the buffer bound to that program port, as it is, so the segment's port agrees with the layout of the program port: same places, at most its size.
/// The program port's `device` is a device that reads or writes it directly; further devices may read an *input* directly too, the run then
/// attaches the bound buffer to them at bind and the bind fails where they cannot share. Where that is not certain at build time (plan_share in share.h),
/// the other device reads a Value with copy_of_port instead. An *output* port has exactly one direct writer, or none (then a Value names it in
/// port_of), and may be read directly by later segments on devices that can share it.
/// Value: memory that the run allocates, once per run, usable by every device whose segments name the value.
struct PortSource {
    enum class Kind : uint32_t {
        Port = 1,  ///< the program port number `index` is bound here
        Value = 2  ///< the value number `index` between segments
    };
    Kind kind = Kind::Port;
    uint32_t index = 0;
};

/// What one build made for one device: one segment, or, of a compiler that takes several graphs, segments of all entry points.
struct Blob {
    uint32_t device = 0;  ///< index in the program's device set
    std::string target;
    std::string backend;
    std::vector<uint8_t> bytes;
    std::vector<std::shared_ptr<const std::vector<uint8_t>>> kept_constants;  ///< those that neither the model nor the file of a saved program has: made by passes, or copied
    std::vector<accel_bk_constant> constants;
    uint32_t graph_count = 1;
    Remarks remarks;  ///< of its module when it was loaded, until they are in the placement reports
    std::shared_ptr<LoadedBlob> loaded;  ///< null in programs for a bare target; programs for sets of sizes have those for open sizes in common
};

/// A dimension whose size depends on data: the size of that symbol once the work is done.
struct DataDim {
    uint32_t axis = 0, symbol = 0;
};

/// A piece of an entry point that one device runs in one submission.
struct Segment {
    uint32_t device = 0;  ///< that of its blob
    uint32_t blob = 0;    ///< index in the program's
    uint32_t graph = 0;   ///< which of the blob's graphs it is
    std::vector<PortLayout> inputs;
    std::vector<PortLayout> outputs;
    std::vector<PortSource> input_sources;
    std::vector<PortSource> output_sources;
    std::vector<uint32_t> in_place_of;  ///< by output: the input whose memory it may have; UINT32_MAX: none
    uint64_t scratch_bytes = 0;
    uint32_t buffer_count_max = 0;  ///< distinct buffers that its program ports may lie in, beside the values that it names; 0: any number
    std::shared_ptr<const OpenParts> open;  ///< what it is a piece of, where it was built for open sizes; else null
    std::vector<int64_t> sizes;             ///< then, by symbol of its graph, those of now; -1: it depends on data. Empty: none of its sizes is open
    std::vector<int64_t> bounds;            ///< the same, with the largest that it may be in the place of -1
    bool tells_sizes = false;               ///< an output's size depends on data
};

/// Memory between segments, allocated per run. Exactly one of two kinds:
///
/// - *Made* (copy_of = UINT32_MAX): segment `from_segment` writes it, through one entry of its output_sources. Every segment that names it in
///   input_sources reads the same memory, without a copy; the run allocates it for all those devices together (buffer recipe: allocator, exports,
///   imports), so the partitioner names a value on several devices only where plan_share() finds an allocation. Such a crossing is a
///   SHARED row in the transfer report when devices differ.
/// - *Copy* (copy_of set): the runtime fills it from value `copy_of`, or from program port `copy_of` when copy_of_port is set (the port may be an
///   input, or an output that an earlier segment writes directly). It copies element by element: dims and type of the tensor equal the source's, layouts may
///   differ; padding is filled as the layout claims, and bytes in gaps stay as allocated (zero). When: after the source is complete (its from_segment has finished;
///   inputs: at once), immediately before the first segment that reads the copy; `from_segment` repeats the source's, 0 for inputs. A copy may be copied again. One COPY row each.
///
/// port_of (both kinds): after the last segment the value is converted to that program output port. One COPY row.
///
/// layout.size_bytes is the memory to allocate: at least what each port that names the value asks for; align_bytes is the largest of theirs.
/// The layout must agree with that of every port that names the value.
struct Value {
    std::string tensor;
    uint32_t from_segment = 0;
    PortLayout layout;
    uint32_t copy_of = UINT32_MAX;
    bool copy_of_port = false;
    uint32_t port_of = UINT32_MAX;
    uint32_t memory_of = UINT32_MAX;  ///< a smaller value with memory of its own, behind which this one lies; UINT32_MAX: it has its own. All values of one memory suit all its devices
    uint32_t reader_device = 0;  ///< first device that reads it (index in the set); for reports, the run derives its devices from the segments
    uint32_t writer_device = 0;  ///< device that writes it; for a copy the same as reader_device. For reports
};

/// One place of the device set that a program was built for.
struct Place {
    std::string backend;
    std::string target;
    std::string id;  ///< of the device; "" for a target without hardware
};

struct ProgramPort {
    std::string name;
    uint32_t direction = 0;
    PortLayout layout;
    uint32_t device = 0;
    uint32_t in_place_of = UINT32_MAX;  ///< an output: the input whose memory it may have, or, of a variable, has
    uint32_t variable = UINT32_MAX;     ///< of the program, which it reads or writes: no port of the application; UINT32_MAX: none
    bool converted = false;             ///< a conversion reads or writes it; settle_ports() finds it in the transfer report
    accel_layout shown{};               ///< of layout, once settled
    std::optional<graph::Quantization> quantization;
    std::shared_ptr<const graph::QuantizationDesc> quantization_desc;  ///< of it, once the ports are settled
    uint32_t knowledge = ACCEL_SIZE_KNOWLEDGE_EXACT;  ///< where not EXACT, layout is that of the planned sizes
    std::vector<int64_t> bounds;                      ///< then, the dims that are told
    std::vector<DataDim> data_dims;                   ///< that the segment tells after each submission, which writes the port itself
    uint32_t data_segment = UINT32_MAX;               ///< which
    std::shared_ptr<const std::vector<uint8_t>> default_values;  ///< dense row-major, of an input that need not be bound; else null
};

struct PlacementRow {
    std::string node, operation, reason_text;
    uint32_t device = 0, segment = 0, reason = 0;
    uint64_t work_macs = 0;
    std::string remark;  ///< of the module that loaded it; not saved
};

/// Memory with a layout: a port of an entry point or a value.
struct MemoryEnd {
    bool is_port = false;
    uint32_t index = 0;
    bool operator==(const MemoryEnd &) const = default;
};

struct TransferRow {
    std::string tensor, reason;
    uint32_t kind = 0, from_segment = 0, to_segment = 0;  ///< or ACCEL_SEGMENT_APPLICATION
    uint64_t size_bytes = 0;
    MemoryEnd from, to;  ///< the same where memory is shared
    accel_layout shown_from{}, shown_to{};  ///< once settled
};

/// One graph of a model, built: what a run of it needs, and what is told about it.
struct ProgramEntry {
    std::string name;
    std::vector<Segment> segments;  ///< in execution order
    std::vector<Value> values;
    std::vector<ProgramPort> ports;  ///< inputs, then outputs, those of variables among them
    uint32_t input_count = 0;
    std::vector<PlacementRow> placements;
    std::vector<TransferRow> transfers;

    std::vector<uint32_t> application_ports;  ///< the application's numbers for ports: those of no variable
    uint32_t application_input_count = 0;
    std::shared_ptr<OpenSizes> open_sizes;  ///< null: every size is fixed

    /// Places of the devices that read a port directly, ascending.
    std::vector<uint32_t> readers_of(uint32_t port) const;
    /// Distinct buffers that fit whatever ports they are for; 0: any number.
    uint32_t buffer_count_max() const;
    /// A segment was built for open sizes.
    bool has_open_parts() const { return std::any_of(segments.begin(), segments.end(), [](const Segment &segment) { return segment.open != nullptr; }); }
    /// Devices build for each set of sizes.
    bool has_fixed_parts() const { return std::any_of(segments.begin(), segments.end(), [](const Segment &segment) { return segment.open == nullptr; }); }
    const PortLayout &layout_of(MemoryEnd end) const { return end.is_port ? ports[end.index].layout : values[end.index].layout; }
    /// Number the ports for the application, once it is known which are of variables.
    void number_ports();
};

/// A value that stays from run to run.
struct Variable {
    std::string name;
    PortLayout layout;    ///< of the largest tensor; all that lies in place has its elements there. Padding means nothing: a smaller tensor is a part of it
    accel_layout shown{}; ///< of layout, once settled
    uint32_t device = 0;  ///< that reads or writes it first
    bool in_place = true; ///< no run copies it
    const void *data = nullptr;  ///< first value, dense; null: zero bits
    uint64_t data_bytes = 0;
    std::shared_ptr<const std::vector<uint8_t>> kept_data;  ///< unless the model or a saved program's file has it
    std::vector<uint32_t> devices;  ///< all that use its memory
};

/// Buffers of a state that libaccel makes, as far as the segment names its ports: one for all variables of the same devices, as a job names few.
uint32_t state_buffers(const Segment &segment, std::span<const ProgramPort> ports, std::span<const Variable> variables);

}  // namespace accel::runtime

struct accel_program : accel::runtime::Object {
    accel_program();
    ~accel_program() override;

    accel_instance *instance = nullptr;  ///< one counted reference
    accel::runtime::Ref<accel_model> model;  ///< holds constants of built programs; empty in loaded ones
    std::unique_ptr<accel::runtime::FileSet> saved;  ///< the file of a loaded program that came from one
    std::vector<accel::runtime::Place> places;               ///< the ordered set
    std::vector<accel::runtime::Ref<accel_device>> devices;  ///< by place; null for a target without hardware
    std::vector<accel::runtime::Blob> blobs;
    std::vector<accel::runtime::ProgramEntry> entries;
    std::vector<accel::runtime::Variable> variables;
    uint32_t rounding = 0, precisions = 0;
    uint64_t saved_bytes = 0;

    /// Every place has its device.
    bool loaded() const;

    /// The files that it came from; null for a program without.
    const accel::runtime::FileSet *files() const;
    /// CORRUPT if one of them has changed (G-16).
    accel_status verify_files() const;
    /// Look for constants that devices read where a file is mapped, once the blobs are final.
    void settle_files();
    /// Those files, if there are such constants: runs are to be judged by them.
    const accel::runtime::FileSet *files_in_use() const { return files_in_use_; }

protected:
    void let_go() override;

private:
    const accel::runtime::FileSet *files_in_use_ = nullptr;
};
