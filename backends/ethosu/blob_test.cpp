// SPDX-License-Identifier: MIT
// Tests of blobs: round trips, every cut and flipped byte, lies with a right checksum.
#include "blob.h"
#include "graph_builder.h"
#include "lower.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using namespace accel::ethosu;

namespace {

Program pool_program()
{
    GraphBuilder builder;
    const uint32_t x = builder.quantised(ACCEL_TYPE_I8, {1, 3, 4, 4}, 0.5f, 1);
    const uint32_t y = builder.quantised(ACCEL_TYPE_I8, {1, 3, 1, 1}, 0.25f, 2);
    builder.node(ACCEL_OPERATION_GLOBAL_AVERAGE_POOL, {x}, {y});
    const accel::graph::View view(builder.finish({x}, {y}));
    Lowered lowered = lower(view, {});
    REQUIRE(lowered.status == ACCEL_STATUS_OK);
    lowered.program.constants = {1, 2, 3};
    return lowered.program;
}

const char *why_refused(const std::vector<uint8_t> &bytes)
{
    const char *why = nullptr;
    return read_blob(bytes, why) ? nullptr : why;
}

// A blob of a changed program, with a checksum that fits.
const char *why_refused(const Program &program) { return why_refused(write_blob(program)); }

}  // namespace

TEST_CASE("a blob reads back as it was written", "[blob]")
{
    const Program program = pool_program();
    const auto bytes = write_blob(program);
    CHECK(bytes == write_blob(program));
    CHECK(bytes.size() % 16 == 0);
    const char *why = nullptr;
    const auto view = read_blob(bytes, why);
    REQUIRE(view);
    CHECK(view->target == kTarget);
    CHECK(view->words == program.stream.words);
    CHECK(view->relocations == program.stream.relocations);
    CHECK(view->ports == program.ports);
    CHECK(view->constants.size() == 3);
    CHECK(view->constants[2] == 3);
    CHECK(view->scratch_bytes == program.scratch_bytes);
}

TEST_CASE("every cut and every flipped byte is found", "[blob]")
{
    const auto bytes = write_blob(pool_program());
    for (size_t size = 0; size < bytes.size(); ++size)
        REQUIRE(why_refused(std::vector<uint8_t>(bytes.begin(), bytes.begin() + static_cast<long>(size))));
    for (size_t at = 0; at < bytes.size(); ++at) {
        auto flipped = bytes;
        flipped[at] ^= 0x10;
        REQUIRE(why_refused(flipped));
    }
    auto longer = bytes;
    longer.resize(longer.size() + 16);
    CHECK(why_refused(longer));
}

TEST_CASE("an intact program of another format version is foreign, not corrupt", "[blob]")
{
    auto bytes = write_blob(pool_program());
    accel::module::seal({kFormat.magic, kFormat.version + 1}, bytes);
    const char *why = nullptr;
    const auto view = read_blob(bytes, why);
    REQUIRE(view);
    CHECK(view->is_foreign);
}

TEST_CASE("lies with a right checksum are found too", "[blob]")
{
    const Program good = pool_program();
    CHECK(why_refused(good) == nullptr);
    Program bad = good;
    bad.stream.relocations[0].port = 2;
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.relocations[0].region_word = 0;
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.relocations[0].address_word += 2;
    CHECK(why_refused(bad));
    bad = good;  // a register that is no region, before the base of an output
    for (const Relocation &relocation : good.stream.relocations)
        if (good.ports[relocation.port].is_output)
            bad.stream.words[relocation.region_word] = command_word(Command::SET0_IFM_DEPTH_M1, 0);
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.relocations[0].region_word = UINT32_MAX;
    bad.stream.relocations[0].address_word = 0;
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.relocations[0].offset_bytes = 1000;
    CHECK(why_refused(bad));
    bad = good;  // the job would write what it only reads
    for (PortInfo &port : bad.ports)
        port.is_output = false;
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.relocations.pop_back();  // a port region that nothing will set
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.words.pop_back();  // no STOP
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.words[0] = 0x00000010;  // DMA
    CHECK(why_refused(bad));
    bad = good;
    bad.stream.words[0] = 0x000003ff;  // no such command
    CHECK(why_refused(bad));
    bad = good;
    bad.scratch_bytes = 0;
    CHECK(why_refused(bad));
    bad = good;
    bad.ports[0].size_bytes = UINT64_MAX;
    CHECK(why_refused(bad));
}
