// SPDX-License-Identifier: MIT
// Makes and loads programs of fake segments without asking a compiler.
#include "fake_program.h"

#include <cstdlib>
#include <utility>

#include "program/make.h"

namespace accel::runtime::fake {

PortLayout vector_layout(uint64_t size_bytes)
{
    PortLayout layout;
    layout.tensor_type = ACCEL_TYPE_U8;
    layout.dims = {static_cast<int64_t>(size_bytes)};
    static_cast<layouts::Layout &>(layout) = *layouts::dense(ACCEL_TYPE_U8, layout.dims);
    layout.align_bytes = 4;
    return layout;
}

Ref<accel_program> make_program(accel_instance &instance, std::vector<Ref<accel_device>> devices, uint32_t input_count, uint32_t output_count,
                                const std::vector<FakeSegment> &segments, std::vector<Value> values, uint64_t size_bytes)
{
    auto program = Ref<accel_program>::adopt(new accel_program);
    instance.ref();
    program->instance = &instance;
    for (const Ref<accel_device> &device : devices) program->places.push_back({device->entry().backend(), device->entry().target(), device->entry().id()});
    program->devices = std::move(devices);
    ProgramEntry &entry = program->entries.emplace_back();
    entry.values = std::move(values);
    entry.input_count = input_count;
    for (uint32_t i = 0; i < input_count + output_count; ++i) {
        ProgramPort port;
        port.name = (i < input_count ? "in" : "out") + std::to_string(i);
        port.direction = i < input_count ? ACCEL_PORT_DIRECTION_INPUT : ACCEL_PORT_DIRECTION_OUTPUT;
        port.layout = vector_layout(size_bytes);
        entry.ports.push_back(port);
    }
    for (const FakeSegment &wanted : segments) {
        Segment segment;
        segment.device = wanted.device;
        segment.input_sources = wanted.inputs;
        segment.output_sources = wanted.outputs;
        segment.inputs.assign(wanted.inputs.size(), vector_layout(size_bytes));
        segment.outputs.assign(wanted.outputs.size(), vector_layout(size_bytes));
        for (const auto *sources : {&wanted.inputs, &wanted.outputs})
            for (const PortSource &source : *sources)
                if (source.kind == PortSource::Kind::Port)
                    entry.ports[source.index].device = wanted.device;
        std::shared_ptr<OpenDevice> open;
        if (program->devices[wanted.device]->entry().open(&open) != ACCEL_STATUS_OK)
            abort();
        const FakeBlob blob = {size_bytes, static_cast<uint32_t>(wanted.inputs.size()), static_cast<uint32_t>(wanted.outputs.size()), wanted.addend, 0};
        segment.blob = static_cast<uint32_t>(program->blobs.size());
        Blob &made = program->blobs.emplace_back();
        made.device = wanted.device;
        made.bytes.assign(reinterpret_cast<const uint8_t *>(&blob), reinterpret_cast<const uint8_t *>(&blob + 1));
        if (load_blob(open, made) != ACCEL_STATUS_OK)
            abort();
        entry.segments.push_back(std::move(segment));
    }
    entry.number_ports();
    return program;
}

}  // namespace accel::runtime::fake
