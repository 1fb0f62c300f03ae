// SPDX-License-Identifier: MIT
// A value in the place of a port, for its readers and writers.
#include "port_value.h"

namespace accel::runtime {

namespace {

constexpr uint32_t kNone = UINT32_MAX;

uint32_t first_user(const ProgramEntry &entry, uint32_t port)
{
    for (uint32_t s = 0; s < entry.segments.size(); ++s) {
        for (const auto *sources : {&entry.segments[s].input_sources, &entry.segments[s].output_sources})
            for (const PortSource &source : *sources)
                if (source.kind == PortSource::Kind::Port && source.index == port) return s;
    }
    return kNone;
}

/// A copy names a value before it, so what others may be copies of goes to the front.
void put_in_front(ProgramEntry &entry, Value value)
{
    entry.values.insert(entry.values.begin(), std::move(value));
    for (TransferRow &row : entry.transfers)
        for (MemoryEnd *end : {&row.from, &row.to})
            if (!end->is_port) ++end->index;
    for (size_t i = 1; i < entry.values.size(); ++i) {
        Value &other = entry.values[i];
        if (other.copy_of != kNone && !other.copy_of_port) ++other.copy_of;
        if (other.memory_of != kNone) ++other.memory_of;
    }
    for (Segment &segment : entry.segments) {
        for (auto *sources : {&segment.input_sources, &segment.output_sources})
            for (PortSource &source : *sources)
                if (source.kind == PortSource::Kind::Value) ++source.index;
    }
}

}  // namespace

void put_value_for_port(ProgramEntry &entry, uint32_t number, const char *reason)
{
    const ProgramPort &port = entry.ports[number];
    const bool input = number < entry.input_count;
    Value value;
    value.tensor = port.name;
    value.layout = port.layout;
    value.reader_device = value.writer_device = port.device;
    if (input)
        value.copy_of = number, value.copy_of_port = true;
    else
        value.port_of = number;
    const uint32_t segment = first_user(entry, number);
    if (segment == kNone) return;  // nobody has to do with it
    if (!input) value.from_segment = segment;
    put_in_front(entry, std::move(value));
    for (Segment &one : entry.segments) {
        for (auto *sources : {&one.input_sources, &one.output_sources})
            for (PortSource &source : *sources)
                if (source.kind == PortSource::Kind::Port && source.index == number) source = {PortSource::Kind::Value, 0};
    }
    // What was a copy of a port that is written here is a copy of the value, which is complete before the port is.
    for (size_t i = 1; i < entry.values.size() && !input; ++i)
        if (entry.values[i].copy_of_port && entry.values[i].copy_of == number) entry.values[i].copy_of_port = false, entry.values[i].copy_of = 0;
    // Reports of what was the port's memory are of the value's.
    for (TransferRow &row : entry.transfers)
        for (MemoryEnd *end : {&row.from, &row.to})
            if (end->is_port && end->index == number && (!input || row.kind == ACCEL_TRANSFER_KIND_SHARED)) *end = {false, 0};
    TransferRow row;
    row.tensor = port.name;
    row.reason = reason;
    row.kind = ACCEL_TRANSFER_KIND_COPY;
    row.from_segment = row.to_segment = segment;
    row.from = input ? MemoryEnd{true, number} : MemoryEnd{false, 0};
    row.to = input ? MemoryEnd{false, 0} : MemoryEnd{true, number};
    entry.transfers.push_back(std::move(row));
}

}  // namespace accel::runtime
