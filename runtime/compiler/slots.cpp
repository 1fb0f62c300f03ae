// SPDX-License-Identifier: MIT
// Puts values together until each segment has enough slots.
#include "slots.h"

#include <algorithm>
#include <set>

namespace accel::runtime {

namespace {

class Slots {
public:
    Slots(const Sharing &sharing, std::vector<Segment> &segments, std::vector<Value> &values, std::span<const ProgramPort> ports, std::span<const Variable> variables)
        : sharing_(sharing),
          segments_(segments),
          values_(values),
          ports_(ports),
          variables_(variables),
          users_(values.size())
    {
        for (uint32_t i = 0; i < values_.size(); ++i) memory_.push_back(i);
        for (const Segment &segment : segments_) {
            for (const uint32_t value : named(segment, PortSource::Kind::Value)) users_[value].insert(segment.device);
        }
    }

    /// Put values of one segment together, two memories at a time, until a buffer for each of its ports fits beside them.
    void make_room(const Segment &segment, uint32_t limit)
    {
        const size_t ports = application_ports(segment) + state_buffers(segment, ports_, variables_);
        while (memories(segment).size() + ports > limit && join_two(memories(segment))) {
        }
    }

    std::optional<SlotShortage> settle(uint32_t index, uint32_t limit)
    {
        Segment &segment = segments_[index];
        const uint32_t values = static_cast<uint32_t>(memories(segment).size()), ports = application_ports(segment);
        segment.buffer_count_max = 0;
        if (limit == 0 || values + variables(segment) + ports <= limit) return std::nullopt;  // whatever the application supplies
        const uint32_t own = values + state_buffers(segment, ports_, variables_);
        if (own + (ports ? 1 : 0) > limit) return SlotShortage{index, own + (ports ? 1 : 0), limit};
        segment.buffer_count_max = limit - own;
        return std::nullopt;
    }

    void tell_values() const
    {
        for (uint32_t i = 0; i < values_.size(); ++i) values_[i].memory_of = memory_[i] == i ? UINT32_MAX : memory_[i];
    }

private:
    static std::set<uint32_t> named(const Segment &segment, PortSource::Kind kind)
    {
        std::set<uint32_t> indices;
        for (const auto *sources : {&segment.input_sources, &segment.output_sources}) {
            for (const PortSource &source : *sources) {
                if (source.kind == kind) indices.insert(source.index);
            }
        }
        return indices;
    }

    bool is_state(uint32_t port) const { return port < ports_.size() && ports_[port].variable != UINT32_MAX; }

    uint32_t application_ports(const Segment &segment) const
    {
        uint32_t count = 0;
        for (const uint32_t port : named(segment, PortSource::Kind::Port)) count += !is_state(port);
        return count;
    }

    uint32_t variables(const Segment &segment) const
    {
        std::set<uint32_t> numbers;
        for (const uint32_t port : named(segment, PortSource::Kind::Port)) {
            if (is_state(port)) numbers.insert(ports_[port].variable);
        }
        return static_cast<uint32_t>(numbers.size());
    }

    std::set<uint32_t> memories(const Segment &segment) const
    {
        std::set<uint32_t> numbers;
        for (const uint32_t value : named(segment, PortSource::Kind::Value)) numbers.insert(memory_[value]);
        return numbers;
    }

    /// The first two whose devices can all use one memory.
    bool join_two(const std::set<uint32_t> &numbers)
    {
        for (auto a = numbers.begin(); a != numbers.end(); ++a) {
            for (auto b = std::next(a); b != numbers.end(); ++b) {
                std::set<uint32_t> devices = users_[*a];
                devices.insert(users_[*b].begin(), users_[*b].end());
                if (!sharing_.together({devices.begin(), devices.end()})) continue;
                users_[*a] = std::move(devices);
                std::replace(memory_.begin(), memory_.end(), *b, *a);
                return true;
            }
        }
        return false;
    }

    const Sharing &sharing_;
    std::vector<Segment> &segments_;
    std::vector<Value> &values_;
    std::span<const ProgramPort> ports_;
    std::span<const Variable> variables_;
    std::vector<uint32_t> memory_;           ///< by value: the first value of its memory
    std::vector<std::set<uint32_t>> users_;  ///< by memory: the devices whose segments name it
};

}  // namespace

std::optional<SlotShortage> plan_slots(const std::vector<uint32_t> &limits, const Sharing &sharing, std::vector<Segment> &segments, std::vector<Value> &values,
                                       std::span<const ProgramPort> ports, std::span<const Variable> variables)
{
    Slots slots(sharing, segments, values, ports, variables);
    for (uint32_t s = 0; s < segments.size(); ++s) {
        if (limits[s] != 0) slots.make_room(segments[s], limits[s]);
    }
    for (uint32_t s = 0; s < segments.size(); ++s) {
        if (const auto shortage = slots.settle(s, limits[s])) return shortage;
    }
    slots.tell_values();
    return std::nullopt;
}

}  // namespace accel::runtime
