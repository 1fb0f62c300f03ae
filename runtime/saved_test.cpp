// SPDX-License-Identifier: MIT
#include "saved.h"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <functional>

#include "check.h"
#include "saved_format.h"

using namespace accel::runtime;

namespace {

PortLayout layout(std::vector<int64_t> dims, std::vector<int64_t> strides, uint64_t size)
{
    return {ACCEL_TYPE_I8, std::move(dims), std::move(strides), size, 16};
}

using Bytes = std::vector<uint8_t>;

accel_status append(void *user, const void *bytes, size_t count)
{
    auto &out = *static_cast<Bytes *>(user);
    const auto *start = static_cast<const uint8_t *>(bytes);
    out.insert(out.end(), start, start + count);
    return ACCEL_STATUS_OK;
}

/// Two segments for a bare target; the second reads a copy with wider strides of what the first makes.
struct Sample {
    Ref<accel_program> program = Ref<accel_program>::adopt(new accel_program);
    const int32_t constant[3] = {1, 2, 3};

    Sample()
    {
        const PortLayout dense = layout({2, 4}, {4, 1}, 8), wide = layout({2, 4}, {16, 1}, 32);
        ProgramPort x, y;
        x.name = "x";
        x.direction = ACCEL_PORT_DIRECTION_INPUT;
        x.layout = dense;
        x.quantized = true;
        x.scales = {0.5f};
        x.zero_points = {-3};
        y.name = "y";
        y.direction = ACCEL_PORT_DIRECTION_OUTPUT;
        y.layout = wide;
        program->ports = {x, y};
        program->input_count = 1;
        Value made, copy;
        made.tensor = "t";
        made.layout = dense;
        copy.tensor = "t";
        copy.layout = wide;
        copy.copy_of = 0;
        program->values = {made, copy};
        for (int i = 0; i < 2; ++i) {
            Segment &segment = program->segments.emplace_back();
            segment.backend = "fake";
            segment.target = "fake-1";
            segment.blob = Bytes(10 + static_cast<size_t>(i), static_cast<uint8_t>(i + 1));
        }
        program->segments[0].constants = {{constant, sizeof constant}};
        program->segments[0].inputs = {dense};
        program->segments[0].outputs = {dense};
        program->segments[0].input_sources = {{PortSource::Kind::Port, 0}};
        program->segments[0].output_sources = {{PortSource::Kind::Value, 0}};
        program->segments[1].inputs = {wide};
        program->segments[1].outputs = {wide};
        program->segments[1].input_sources = {{PortSource::Kind::Value, 1}};
        program->segments[1].output_sources = {{PortSource::Kind::Port, 1}};
        program->placements = {{"conv", "Conv+Relu", "why", 0, 1, ACCEL_REASON_TYPE, 77}};
        program->transfers = {{"t", "strides", ACCEL_TRANSFER_KIND_COPY, 0, 1, 8}};
        program->rounding = ACCEL_ROUNDING_TFLITE;
    }
    Bytes save() const
    {
        Bytes out;
        REQUIRE(write_saved(*program, append, &out) == ACCEL_STATUS_OK);
        return out;
    }
};

/// As somebody who means harm would: with the right hash.
void repair_hash(Bytes &bytes)
{
    saved::Hash hash;
    hash.add(bytes.data() + saved::kHeaderBytes, bytes.size() - saved::kHeaderBytes);
    const uint64_t value = hash.value();
    std::memcpy(bytes.data() + 24, &value, 8);
}

accel_status reading(const std::function<void(Sample &)> &damage)
{
    Sample sample;
    damage(sample);
    const Bytes bytes = sample.save();
    SavedProgram out;
    return read_saved(bytes.data(), bytes.size(), &out);
}

}  // namespace

TEST_CASE("a program survives saving", "[saved]")
{
    const Sample sample;
    const Bytes bytes = sample.save();
    CHECK(bytes.size() == saved_size_bytes(*sample.program));
    CHECK(sample.save() == bytes);
    SavedProgram out;
    const accel_status status = read_saved(bytes.data(), bytes.size(), &out);
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
    CHECK(out.devices.size() == 1);
    CHECK(out.devices[0].target == "fake-1");
    REQUIRE(out.segments.size() == 2);
    CHECK(out.segments[1].blob == Bytes(11, 2));
    REQUIRE(out.segments[0].constants.size() == 1);
    CHECK(std::memcmp(out.segments[0].constants[0].data, sample.constant, 12) == 0);
    CHECK(out.ports[0].zero_points == std::vector<int32_t>{-3});
    CHECK(out.values[1].layout.strides_bytes == std::vector<int64_t>{16, 1});
    CHECK(out.values[1].copy_of == 0);
    CHECK(out.placements[0].operation == "Conv+Relu");
    CHECK(out.transfers[0].reason == "strides");
    CHECK(out.rounding == ACCEL_ROUNDING_TFLITE);
}

TEST_CASE("cut, flipped and foreign bytes are no programs", "[saved]")
{
    const Sample sample;
    const Bytes bytes = sample.save();
    for (size_t count = 0; count < bytes.size(); ++count) {
        const Bytes part(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
        SavedProgram out;
        CHECK(read_saved(part.data(), part.size(), &out) == ACCEL_STATUS_CORRUPT);
    }
    for (size_t at = 0; at < bytes.size(); ++at) {
        Bytes flipped = bytes;
        flipped[at] ^= 0x10;
        SavedProgram out;
        const accel_status status = read_saved(flipped.data(), flipped.size(), &out);
        CHECK((status == ACCEL_STATUS_CORRUPT || status == ACCEL_STATUS_INCOMPATIBLE));
    }
    Bytes newer = bytes;
    newer[4] = 2;
    SavedProgram out;
    CHECK(read_saved(newer.data(), newer.size(), &out) == ACCEL_STATUS_INCOMPATIBLE);
}

TEST_CASE("a right hash is no trust", "[saved]")
{
    const Sample sample;
    const Bytes bytes = sample.save();
    for (size_t at = 8; at < bytes.size(); ++at) {
        for (const uint8_t mask : {0x01, 0x80, 0xff}) {
            Bytes flipped = bytes;
            flipped[at] ^= mask;
            repair_hash(flipped);
            SavedProgram out;
            read_saved(flipped.data(), flipped.size(), &out);
        }
    }
}

TEST_CASE("what does not hold together is refused", "[saved]")
{
    CHECK(reading([](Sample &) {}) == ACCEL_STATUS_OK);
    CHECK(reading([](Sample &s) { s.program->segments[1].input_sources[0].index = 9; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->segments[1].input_sources[0].index = 0; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->segments[1].inputs[0].size_bytes = 64; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->segments[1].output_sources[0] = {PortSource::Kind::Port, 0}; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->segments[0].device = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->segments[1].target = "other"; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->values[1].copy_of = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->values[0].from_segment = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->values[1].from_segment = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->values[1].layout.strides_bytes[0] = 40; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->values[1].layout.strides_bytes[0] = 2; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { std::swap(s.program->segments[0], s.program->segments[1]); }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->ports[1].direction = ACCEL_PORT_DIRECTION_INPUT; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->placements[0].segment = 2; }) == ACCEL_STATUS_CORRUPT);
}

TEST_CASE("a full disk stops the save", "[saved]")
{
    const Sample sample;
    const auto full = [](void *user, const void *, size_t) { return ++*static_cast<int *>(user) < 3 ? ACCEL_STATUS_OK : ACCEL_STATUS_RESOURCE; };
    int calls = 0;
    CHECK(write_saved(*sample.program, full, &calls) == ACCEL_STATUS_RESOURCE);
    CHECK(calls == 3);
    CHECK(std::string(accel_last_error()->rule) == "S-5");
}
