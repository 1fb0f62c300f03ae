// SPDX-License-Identifier: MIT
// Tests of slots: what stays apart, what shares memory, what the application keeps.
#include "slots.h"

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace accel::runtime;

namespace {

/// Devices 0 and 2 can share memory with device 1, the CPU, and not with each other.
class WithCpu : public Sharing {
public:
    bool together(const std::vector<uint32_t> &devices) const override
    {
        const std::set<uint32_t> all(devices.begin(), devices.end());
        return !(all.count(0) && all.count(2));
    }
    bool either_way(uint32_t, uint32_t) const override { return true; }
};

/// Segments with ports and values by number.
struct Work {
    std::vector<Segment> segments;
    std::vector<Value> values;
    std::vector<uint32_t> limits;

    explicit Work(size_t value_count) : values(value_count) {}
    void segment(uint32_t device, uint32_t limit, const std::vector<uint32_t> &inputs, const std::vector<uint32_t> &outputs, const std::vector<uint32_t> &ports)
    {
        Segment &made = segments.emplace_back();
        made.device = device;
        for (const uint32_t value : inputs) made.input_sources.push_back({PortSource::Kind::Value, value});
        for (const uint32_t value : outputs) made.output_sources.push_back({PortSource::Kind::Value, value});
        for (const uint32_t port : ports) made.input_sources.push_back({PortSource::Kind::Port, port});
        limits.push_back(limit);
    }
    std::optional<SlotShortage> plan() { return plan_slots(limits, WithCpu(), segments, values); }
    std::vector<uint32_t> memories() const
    {
        std::vector<uint32_t> out;
        for (uint32_t i = 0; i < values.size(); ++i) out.push_back(values[i].memory_of == UINT32_MAX ? i : values[i].memory_of);
        return out;
    }
};

using Numbers = std::vector<uint32_t>;

}  // namespace

TEST_CASE("R-7 what fits stays by itself, and leaves every choice to the application", "[slots]")
{
    Work work(3);
    work.segment(1, 0, {}, {0, 1, 2}, {0});
    work.segment(0, 5, {0, 1, 2}, {}, {1, 2});
    REQUIRE_FALSE(work.plan());
    CHECK(work.memories() == Numbers{0, 1, 2});
    CHECK(work.segments[1].buffer_count_max == 0);
}

TEST_CASE("R-7 values share memory until a buffer for each port fits", "[slots]")
{
    Work work(3);
    work.segment(1, 0, {}, {0, 1, 2}, {0});
    work.segment(0, 5, {0, 1, 2}, {}, {1, 2, 3});
    REQUIRE_FALSE(work.plan());
    CHECK(work.memories() == Numbers{0, 0, 2});  // one less is enough
    CHECK(work.segments[1].buffer_count_max == 0);
}

TEST_CASE("R-7 what values leave is the application's", "[slots]")
{
    Work work(3);
    work.segment(1, 0, {}, {0, 1, 2}, {0});
    work.segment(0, 3, {0, 1, 2}, {}, {1, 2, 3, 4});
    REQUIRE_FALSE(work.plan());
    CHECK(work.memories() == Numbers{0, 0, 0});
    CHECK(work.segments[1].buffer_count_max == 2);
    CHECK(work.segments[0].buffer_count_max == 0);
}

TEST_CASE("R-7 a segment with ports alone keeps its module's number", "[slots]")
{
    Work work(0);
    work.segment(0, 5, {}, {}, {0, 1, 2, 3, 4, 5});
    work.segment(0, 5, {}, {}, {0, 0, 0, 0, 0, 0, 1});  // one port read often is one buffer
    REQUIRE_FALSE(work.plan());
    CHECK(work.segments[0].buffer_count_max == 5);
    CHECK(work.segments[1].buffer_count_max == 0);
}

TEST_CASE("R-7 memory is shared by devices that can share it", "[slots]")
{
    Work work(2);
    work.segment(0, 0, {}, {0}, {0});
    work.segment(2, 0, {}, {1}, {0});
    work.segment(1, 2, {0, 1}, {}, {1});  // value 0 lives with device 0, value 1 with device 2
    const auto shortage = work.plan();
    REQUIRE(shortage);
    CHECK(shortage->segment == 2);
    CHECK(shortage->needed == 3);
    CHECK(shortage->admitted == 2);
}

TEST_CASE("R-7 one slot takes values or ports, never both", "[slots]")
{
    Work ports(0), values(2), both(1);
    ports.segment(0, 1, {}, {}, {0, 1, 2});
    REQUIRE_FALSE(ports.plan());
    CHECK(ports.segments[0].buffer_count_max == 1);
    values.segment(0, 1, {0}, {1}, {});
    REQUIRE_FALSE(values.plan());
    CHECK(values.memories() == Numbers{0, 0});
    both.segment(0, 1, {0}, {}, {0});
    const auto shortage = both.plan();
    REQUIRE(shortage);
    CHECK(shortage->needed == 2);
    CHECK(shortage->admitted == 1);
}
