// SPDX-License-Identifier: MIT
// Tests of constants: in place or copied, external files, sizes beyond limits.
#include "constant.h"

#include "failure.h"
#include "memory.h"
#include "test_host.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <functional>

using namespace accel::importer;
using accel::importer::test::TestHost;

namespace {

const ConstantPlace kPlace{"w", 12};

struct Bench {
    TestHost host;
    Host asked{"lines", &host.host, host.source};
    ExternalFiles files{asked};
    ModelMemory memory;
    ConstantStore store{memory, asked, files};
};

std::string refusal(const std::function<void()> &call)
{
    try {
        call();
    } catch (const Failure &failure) {
        CHECK(failure.status() == ACCEL_STATUS_CORRUPT);
        return failure.what();
    }
    return "none";
}

}  // namespace

TEST_CASE("bytes that lie well are used in place, others are copied and paid for", "[constant]")
{
    Bench bench;
    alignas(8) char bytes[16] = "0123456789abcde";
    CHECK(in_place_or_copy(kPlace, {bytes, 8}, 8, bench.store) == bytes);
    CHECK(bench.host.charged_bytes == 0);
    const void *copy = in_place_or_copy(kPlace, {bytes + 1, 8}, 4, bench.store);
    CHECK(copy != bytes + 1);
    CHECK(std::memcmp(copy, bytes + 1, 8) == 0);
    CHECK(bench.host.charged_bytes == 8);
    CHECK(bench.host.purpose == "a copy of tensor 'w'");
    bench.host.budget_bytes = 15;
    CHECK_THROWS_AS(in_place_or_copy(kPlace, {bytes + 1, 8}, 4, bench.store), ToldFailure);
}

TEST_CASE("external data lies within its file, which is mapped once", "[constant]")
{
    Bench bench;
    bench.host.files["weights"] = "0123456789";
    CHECK(external_bytes(kPlace, {"weights", 2, {}}, 8, bench.store).front() == '2');
    CHECK(external_bytes(kPlace, {"weights", 10, 0}, 0, bench.store).empty());
    CHECK(bench.host.maps == 1);
    const auto refused = [&](const ExternalRange &range, uint64_t expected_bytes) { return refusal([&] { external_bytes(kPlace, range, expected_bytes, bench.store); }); };
    CHECK(refused({"weights", 3, {}}, 8) == "tensor 'w' at byte 12: bytes 3 to 3 + 8 lie beyond the end of 'weights' (10 bytes)");
    CHECK(refused({"weights", UINT64_MAX, {}}, 8).find("beyond the end") != std::string::npos);
    CHECK(refused({"weights", 0, 7}, 8) == "tensor 'w' at byte 12: external data length is 7, but type and dims need 8 bytes");
    CHECK(refused({"", 0, {}}, 8) == "tensor 'w' at byte 12: external data has no location");
    CHECK_THROWS_AS(external_bytes(kPlace, {"elsewhere", 0, {}}, 8, bench.store), ToldFailure);
    bench.host.fault = "lines.external";
    CHECK_THROWS_AS(external_bytes(kPlace, {"third", 0, {}}, 8, bench.store), Failure);
}

TEST_CASE("without a folder there is no external data", "[constant]")
{
    Bench bench;
    bench.host.source.map = nullptr;
    Host bare("lines", &bench.host.host, bench.host.source);
    ExternalFiles files(bare);
    try {
        files.map("weights", "w");
        FAIL("mapped");
    } catch (const Failure &failure) {
        CHECK(failure.status() == ACCEL_STATUS_PERMISSION);
        CHECK(std::string(failure.what()).find("import it by path") != std::string::npos);
    }
}

TEST_CASE("dims beyond the limits of graphs are damage", "[constant]")
{
    const auto refused = [](const std::vector<int64_t> &sizes) { return refusal([&] { checked_dims(kPlace, sizes); }); };
    CHECK(checked_dims(kPlace, std::vector<int64_t>{2, 0, 3}).size() == 3);
    CHECK(refused({1, 1, 1, 1, 1, 1, 1, 1, 1}).find("rank 9, the limit is 8") != std::string::npos);
    CHECK(refused({-1}).find("dims has -1") != std::string::npos);
    CHECK(refused({int64_t{1} << 31}).find("dims has 2147483648") != std::string::npos);
    CHECK(refused({1 << 20, 1 << 20}).find("more elements") != std::string::npos);
    const uint8_t values[] = {0, 1, 2};
    CHECK(refusal([&] { check_booleans(kPlace, values); }) == "tensor 'w' at byte 12: element 2 is 2, a bool is 0 or 1");
    CHECK(refusal([&] { check_booleans(kPlace, std::span(values, 2)); }) == "none");
}

TEST_CASE("packed elements share bytes", "[constant]")
{
    CHECK(constant_bytes(ACCEL_TYPE_I4, 3) == 2);
    CHECK(constant_bytes(ACCEL_TYPE_F64, 3) == 24);
    CHECK(constant_align_bytes(ACCEL_TYPE_I4) == 1);
    CHECK(constant_align_bytes(ACCEL_TYPE_F64) == 8);
    CHECK(constant_align_bytes(ACCEL_TYPE_C64) == 4);
}
