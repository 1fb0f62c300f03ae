// SPDX-License-Identifier: MIT
// Layouts of ports and conversions (rules L-*), with a device whose ports are blocked.
#include <cstring>
#include <string>
#include <vector>

#include "sums.h"
#include "support/calls.h"
#include "support/status.h"

namespace accel::conformance {
namespace {

using Ledger = witness::Ledger;

}  // namespace

ACCEL_CASE("runtime.layouts.converted", "L-2", "ports of a blocked device are converted, each conversion is a row of the report, and the counters are the bytes that were seen")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Blocked;
    stand.ledger().claims_zeros = true;
    {
        const Program program = build(stand, {});
        CHECK(converted_ports(program) == 3);
        uint64_t bytes = 0;
        const auto rows = transfers(program);
        REQUIRE(rows.size() == 3);
        for (const auto &row : rows) {
            INFO(row.tensor);
            const bool is_output = std::string(row.tensor) == "y";
            CHECK(row.kind == ACCEL_TRANSFER_KIND_CONVERT);
            CHECK(row.from_segment == (is_output ? 0 : ACCEL_SEGMENT_APPLICATION));
            CHECK(row.to_segment == (is_output ? ACCEL_SEGMENT_APPLICATION : 0));
            CHECK(row.size_bytes == (is_output ? kDenseBytes : kBlockedBytes));
            CHECK(same_steps(is_output ? *row.to : *row.from, dense().layout));
            CHECK(same_steps(is_output ? *row.from : *row.to, blocked().layout));
            CHECK(std::string(row.reason) != "");
            bytes += row.size_bytes;
        }
        CHECK(program.entry().converted_bytes == bytes);
        CHECK(program.entry().copied_bytes == 0);
        Work work(stand, program);
        for (uint64_t round = 1; round <= 3; ++round) {
            work.set();
            const uint64_t before = stand.ledger().mapped_to_write_bytes;
            REQUIRE(work.go());
            CHECK(stand.ledger().mapped_to_write_bytes - before == bytes);
            const auto facts = work.facts();
            CHECK(facts.submission_count == round);
            CHECK(facts.conversion_count == 3 * round);
            CHECK(facts.converted_bytes == bytes * round);
            CHECK(facts.copy_count == 0);
            CHECK(work.wrong() == 0);
        }
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.saved", "L-2", "a saved program converts as before, and says so")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Blocked;
    {
        const std::string bytes = build(stand, {{"y", {ACCEL_PORT_LAYOUT_DEVICE}}}).save();
        const Program program = Program::load(stand.instance(), bytes, {stand.device()});
        CHECK(converted_ports(program) == 2);
        CHECK(transfers(program).size() == 2);
        CHECK(same_steps(*program.port(2).layout, blocked().layout));
        Work work(stand, program);
        work.set();
        REQUIRE(work.go());
        CHECK(work.wrong() == 0);
        CHECK(work.facts().conversion_count == 2);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.chosen", "L-6", "a DEVICE port is never converted, a GIVEN port has the given layout, a DENSE port is row-major")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Blocked;
    {
        const List last = channels_last(), same = blocked(), gaps = gappy();
        const auto check_program = [&](const Choice &choice, const accel_layout &expected, uint64_t conversions) {
            const Program program = build(stand, all_ports(choice));
            CHECK(converted_ports(program) == conversions);
            for (uint32_t port = 0; port < 3; ++port) CHECK(same_steps(*program.port(port).layout, expected));
            Work work(stand, program);
            work.set();
            REQUIRE(work.go());
            CHECK(work.wrong() == 0);
            CHECK(work.facts().conversion_count == conversions);
        };
        check_program({ACCEL_PORT_LAYOUT_DEVICE}, same.layout, 0);
        check_program({ACCEL_PORT_LAYOUT_DENSE}, dense().layout, 3);
        check_program({ACCEL_PORT_LAYOUT_GIVEN, &last.layout}, last.layout, 3);
        check_program({ACCEL_PORT_LAYOUT_GIVEN, &gaps.layout}, gaps.layout, 3);
        // The application says what the device has: nothing is converted.
        check_program({ACCEL_PORT_LAYOUT_GIVEN, &same.layout}, same.layout, 0);
        stand.ledger().lie = Ledger::Lie::Dense;
        check_program({ACCEL_PORT_LAYOUT_STRIDED}, dense().layout, 0);
        check_program({ACCEL_PORT_LAYOUT_GIVEN, &same.layout}, same.layout, 3);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.wishes", "L-2", "what the application wants is the compiler's wish, and what it grants is not converted")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Wished;
    {
        const List last = channels_last();
        const Program program = build(stand, all_ports({ACCEL_PORT_LAYOUT_GIVEN, &last.layout}), 2);
        CHECK(converted_ports(program) == 0);
        CHECK(stand.ledger().output_wish_count == 1);  // for the last sum's result; what lies between is wished as its maker has it
        for (const auto &row : transfers(program)) CHECK(row.kind == ACCEL_TRANSFER_KIND_SHARED);
        Work work(stand, program);
        work.set();
        REQUIRE(work.go());
        CHECK(work.wrong(1.0f) == 0);
        CHECK(work.facts().conversion_count == 0);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.by-device", "M-11", "a device that converts is asked first; what it refuses is left to the CPU, with the same results and counters")
{
    for (const bool converts : {true, false}) {
        Stand stand;
        stand.ledger().lie = Ledger::Lie::Blocked;
        stand.ledger().converts = converts;
        {
            Work work(stand, build(stand, {}));
            for (uint64_t round = 1; round <= 3; ++round) {
                work.set();
                const uint64_t before = stand.ledger().mapped_to_write_bytes;
                REQUIRE(work.go());
                CHECK((stand.ledger().mapped_to_write_bytes == before) == converts);
                CHECK(work.wrong() == 0);
                CHECK(work.facts().conversion_count == 3 * round);
                CHECK(work.facts().converted_bytes == 3 * round * kDenseBytes);
            }
        }
        CHECK(stand.complaints() == "");
    }
}

ACCEL_CASE("runtime.layouts.values", "L-5", "conversions change no value: every pair of lists gives what was put in")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Blocked;
    {
        const List lists[] = {dense(), channels_last(), blocked(), gappy()};
        for (const List &in : lists)
            for (const List &out : lists) {
                Work work(stand, build(stand, {{"a", {ACCEL_PORT_LAYOUT_GIVEN, &in.layout}}, {"b", {ACCEL_PORT_LAYOUT_GIVEN, &in.layout}}, {"y", {ACCEL_PORT_LAYOUT_GIVEN, &out.layout}}}));
                work.set();
                const std::vector<char> before(work.buffers[2].map().as<char>(), work.buffers[2].map().as<char>() + out.layout.size_bytes);
                REQUIRE(work.go());
                CHECK(work.wrong() == 0);
                // Gaps of what the library has converted are as they were.
                if (!(work.program.port(2).flags & ACCEL_PORT_FLAG_CONVERTED)) continue;
                std::vector<char> after(work.buffers[2].map().as<char>(), work.buffers[2].map().as<char>() + out.layout.size_bytes);
                for_each_element([&](int64_t c, int64_t h, int64_t w) {
                    const auto at = static_cast<size_t>(offset_bytes(out.layout, c, h, w));
                    std::memcpy(&after[at], &before[at], sizeof(float));
                });
                CHECK(after == before);
            }
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.gaps", "L-3", "a device writes elements where the layout says, and nothing between them")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Wished;
    {
        const List gaps = gappy();
        Work work(stand, build(stand, all_ports({ACCEL_PORT_LAYOUT_GIVEN, &gaps.layout})));
        CHECK(converted_ports(work.program) == 0);
        work.set();
        REQUIRE(work.go());
        CHECK(work.wrong() == 0);
        const auto mapping = work.buffers[2].map();
        std::vector<bool> is_place(gaps.layout.size_bytes, false);
        for_each_element([&](int64_t c, int64_t h, int64_t w) {
            for (int64_t byte = 0; byte < 4; ++byte) is_place[static_cast<size_t>(offset_bytes(gaps.layout, c, h, w) + byte)] = true;
        });
        int written = 0;
        for (size_t at = 0; at < is_place.size(); ++at) written += !is_place[at] && mapping.as<uint8_t>()[at] != 0xff;
        CHECK(written == 0);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.padding", "L-4", "padding of an output is what its layout claims, and that of an input what it needs")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Blocked;
    stand.ledger().claims_zeros = true;
    {
        Work work(stand, build(stand, {{"y", {ACCEL_PORT_LAYOUT_DEVICE}}}));
        const auto info = work.program.port(2);
        CHECK(info.layout->padding == ACCEL_PADDING_ZERO_BITS);
        for (int round = 0; round < 2; ++round) {
            std::memset(work.buffers[2].map().as<char>(), 0xff, info.size_bytes);
            work.set();
            REQUIRE(work.go());
            CHECK(work.wrong() == 0);
            const auto mapping = work.buffers[2].map(ACCEL_ACCESS_READ);
            int dirty = 0;
            for (int64_t place = 0; place < kHeight * kWidth; ++place)
                for (int64_t byte = 8; byte < 16; ++byte) dirty += mapping.as<uint8_t>()[(kHeight * kWidth + place) * 16 + byte] != 0;
            CHECK(dirty == 0);
        }
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.hostile", "L-1", "lists that name what is not there, meet, or reach further than they say are INVALID_ARGUMENT")
{
    Stand stand;
    {
        const auto refused = [&](const auto &damage, accel_status expected = ACCEL_STATUS_INVALID_ARGUMENT) {
            List list = gappy();
            damage(list);
            accel_status status = ACCEL_STATUS_OK;
            build(stand, {{"a", {ACCEL_PORT_LAYOUT_GIVEN, &list.layout}}}, 1, &status);
            CHECK_STATUS(status, expected);
        };
        refused([](List &) {}, ACCEL_STATUS_OK);
        refused([](List &list) { list.steps[0].axis = 4; });
        refused([](List &list) { list.steps[0].extent = 2; });
        refused([](List &list) { list.steps[0].extent = -1; });
        refused([](List &list) { list.steps[0].extent = INT64_MAX; });
        refused([](List &list) { list.steps[0].stride_bits = INT64_MAX / 8 * 8; });
        refused([](List &list) { list.steps[0].stride_bits = 32 * 8; });
        refused([](List &list) { list.steps[0].stride_bits = 32 * 40 + 4; });
        refused([](List &list) { list.steps[0].reserved = 1; });
        refused([](List &list) { list.layout.size_bytes = 100; });
        refused([](List &list) { list.layout.size_bytes = UINT64_MAX; });
        refused([](List &list) { list.layout.kind = 2; });
        refused([](List &list) { list.layout.type = ACCEL_TYPE_I32; });
        refused([](List &list) { list.layout.padding = 4; });
        refused([](List &list) { list.layout.sizing = 2; });
        refused([](List &list) { list.layout.step_count = 33; });
        refused([](List &list) { list.layout.steps = nullptr; });
        refused([](List &list) { list.layout.struct_size = 8; });
        refused([](List &list) {
            list.steps.insert(list.steps.begin(), {{0, 0, int64_t{1} << 62, 8}, {0, 0, int64_t{1} << 62, 16}});
            list.layout.steps = list.steps.data();
            list.layout.step_count += 2;
        });
        accel_status status = ACCEL_STATUS_OK;
        const List list = dense();
        build(stand, {{"nobody", {ACCEL_PORT_LAYOUT_DENSE}}}, 1, &status);
        CHECK_STATUS(status, ACCEL_STATUS_NOT_FOUND);
        build(stand, {{"a", {ACCEL_PORT_LAYOUT_DENSE}}, {"a", {ACCEL_PORT_LAYOUT_DENSE}}}, 1, &status);
        CHECK_STATUS(status, ACCEL_STATUS_INVALID_ARGUMENT);
        build(stand, {{"a", {ACCEL_PORT_LAYOUT_DENSE, &list.layout}}}, 1, &status);
        CHECK_STATUS(status, ACCEL_STATUS_INVALID_ARGUMENT);
        build(stand, {{"a", {ACCEL_PORT_LAYOUT_GIVEN}}}, 1, &status);
        CHECK_STATUS(status, ACCEL_STATUS_INVALID_ARGUMENT);
        build(stand, {{"a", {4}}}, 1, &status);
        CHECK_STATUS(status, ACCEL_STATUS_INVALID_ARGUMENT);
    }
    CHECK(stand.complaints() == "");
}

ACCEL_CASE("runtime.layouts.join", "B-8", "a recipe says whether the layouts of its ports agree, and why they do not")
{
    Stand stand;
    stand.ledger().lie = Ledger::Lie::Blocked;
    {
        const Program program = build(stand, {{"y", {ACCEL_PORT_LAYOUT_DEVICE}}}), native = build(stand, all_ports({ACCEL_PORT_LAYOUT_DEVICE}));
        accel_join_port ports[] = {{program.get(), nullptr, nullptr, 0, 0, 2}, {native.get(), nullptr, nullptr, 0, 0, 0}};
        auto recipe = sized<accel_buffer_recipe>();
        REQUIRE_STATUS(join(ports, 2, &recipe), ACCEL_STATUS_OK);
        CHECK(recipe.layouts_agree == 1);
        ports[1] = {program.get(), nullptr, nullptr, 0, 0, 0};
        REQUIRE_STATUS(join(ports, 2, &recipe), ACCEL_STATUS_OK);
        CHECK(recipe.layouts_agree == 0);
        REQUIRE(recipe.reason != nullptr);
        CHECK(std::string(recipe.reason).find("different places") != std::string::npos);
    }
    CHECK(stand.complaints() == "");
}

}  // namespace accel::conformance
