// SPDX-License-Identifier: MIT
// A program: a model cut into segments, one device each, and the values that travel between them.
#pragma once

#include <accel/backend.h>

#include <memory>
#include <string>
#include <vector>

#include "device.h"
#include "object.h"

namespace accel::runtime {

/// Shape and layout of one port of a segment, as its compiler asked for it.
struct PortLayout {
    uint32_t type = 0;  ///< enum accel_type
    std::vector<int64_t> dims;
    std::vector<int64_t> strides_bytes;
    uint64_t size_bytes = 0;
    uint64_t align_bytes = 1;
};

/// A blob on its device. Unloads itself.
class LoadedSegment {
public:
    LoadedSegment(std::shared_ptr<OpenDevice> device, accel_bk_program *program) : device_(std::move(device)), program_(program) {}
    ~LoadedSegment() { device_->ops().program_unload(program_); }
    LoadedSegment(const LoadedSegment &) = delete;
    LoadedSegment &operator=(const LoadedSegment &) = delete;
    const std::shared_ptr<OpenDevice> &device() const { return device_; }
    accel_bk_program *program() const { return program_; }

private:
    std::shared_ptr<OpenDevice> device_;
    accel_bk_program *program_;
};

/// Where a segment's port gets its memory.
struct PortSource {
    enum class Kind : uint32_t {
        Port = 1,  ///< the program port number `index` is bound here
        Value = 2  ///< the value number `index` between segments
    };
    Kind kind = Kind::Port;
    uint32_t index = 0;
};

/// A piece of the model that one device runs in one submission.
struct Segment {
    uint32_t device = 0;  ///< index in the program's device set
    std::string target;
    std::string backend;
    std::vector<uint8_t> blob;
    std::vector<std::vector<uint8_t>> owned_constants;  ///< of loaded programs; built ones point into the model
    std::vector<accel_bk_constant> constants;
    std::vector<PortLayout> inputs;
    std::vector<PortLayout> outputs;
    std::vector<PortSource> input_sources;
    std::vector<PortSource> output_sources;
    uint64_t scratch_bytes = 0;
    std::unique_ptr<LoadedSegment> loaded;  ///< null in programs for a bare target
};

/// One tensor made by a segment and read by later ones on their devices. Every reader on another device either sees the writer's memory (shared), or
/// gets a copy in its own layout, made after the writer and before the reader.
struct Value {
    std::string tensor;
    uint32_t from_segment = 0;
    PortLayout layout;       ///< as its memory holds it
    uint32_t copy_of = UINT32_MAX;  ///< this value is a copy of that one: the runtime copies, converting strides
    bool copy_of_port = false;      ///< copy_of names a program port instead
    uint32_t port_of = UINT32_MAX;  ///< after it is complete, copy it to this program output port
    uint32_t reader_device = 0;     ///< device whose memory holds it
    uint32_t writer_device = 0;     ///< device that writes it; the CPU-side copy when copy_of is set
};

struct ProgramPort {
    std::string name;
    uint32_t direction = 0;
    PortLayout layout;
    uint32_t device = 0;
    uint32_t alias_of = UINT32_MAX;
    bool quantized = false;
    std::vector<float> scales;
    std::vector<int32_t> zero_points;
    uint32_t quantization_axis = 0;
    accel_quantization quantization{};
};

struct PlacementRow {
    std::string node, operation, reason_text;
    uint32_t device = 0, segment = 0, reason = 0;
    uint64_t work_macs = 0;
};

struct TransferRow {
    std::string tensor, reason;
    uint32_t kind = 0, from_segment = 0, to_segment = 0;
    uint64_t size_bytes = 0;
};

}  // namespace accel::runtime

struct accel_program : accel::runtime::Object {
    accel_program();
    ~accel_program() override;

    accel_instance *instance = nullptr;  ///< one counted reference
    accel::runtime::Ref<accel_model> model;  ///< holds constants of built programs; empty in loaded ones
    std::vector<accel::runtime::Ref<accel_device>> devices;  ///< the ordered set; empty for a bare target
    std::vector<accel::runtime::Segment> segments;           ///< in execution order
    std::vector<accel::runtime::Value> values;
    std::vector<accel::runtime::ProgramPort> ports;          ///< inputs, then outputs
    uint32_t input_count = 0;
    std::vector<accel::runtime::PlacementRow> placements;
    std::vector<accel::runtime::TransferRow> transfers;
    uint32_t rounding = 0, precisions = 0, buffer_count_max = 0;
    uint64_t saved_bytes = 0;

    bool loaded() const { return !devices.empty(); }
};
