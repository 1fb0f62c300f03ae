// SPDX-License-Identifier: MIT
// Tests of saved programs: round trips, damage, lies with a right hash, other versions.
#include "saved.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstring>
#include <functional>

#include "base/check.h"
#include "base/progress.h"
#include "saved_format.h"
#include "testing/saved_sample.h"

using namespace accel::runtime;
using testing::Bytes;
using Sample = testing::SavedSample;

namespace {

/// As somebody who means harm would: with the right hash.
void repair_hash(Bytes &bytes)
{
    saved::Hash hash;
    const size_t end = bytes.size() - saved::kHashBytes;
    hash.add(bytes.data() + saved::kHeaderBytes, end - saved::kHeaderBytes);
    const uint64_t value = hash.value();
    std::memcpy(bytes.data() + end, &value, saved::kHashBytes);
}

accel_status reading(const std::function<void(Sample &)> &damage)
{
    Sample sample;
    damage(sample);
    const Bytes bytes = sample.save();
    SavedProgram out;
    return read_saved(bytes.data(), bytes.size(), Constants::Copied, &out);
}

}  // namespace

TEST_CASE("a program survives saving", "[saved]")
{
    const Sample sample;
    const Bytes bytes = sample.save();
    CHECK(bytes.size() == saved_size_bytes(*sample.program));
    CHECK(sample.save() == bytes);
    SavedProgram out;
    const accel_status status = read_saved(bytes.data(), bytes.size(), Constants::Copied, &out);
    INFO(accel_last_error()->message);
    REQUIRE(status == ACCEL_STATUS_OK);
    CHECK(out.places.size() == 1);
    CHECK(out.places[0].target == "fake-1");
    REQUIRE(out.blobs.size() == 2);
    CHECK(out.blobs[1].bytes == Bytes(11, 2));
    REQUIRE(out.blobs[0].constants.size() == 1);
    CHECK(std::memcmp(out.blobs[0].constants[0].data, sample.constant, 12) == 0);
    CHECK(out.entries[0].ports[0].quantization == sample.program->entries[0].ports[0].quantization);
    CHECK(layout_text(out.entries[0].values[1].layout) == "0:2@16 1:4@1");
    CHECK(out.entries[0].transfers[0].to.index == 1);
    CHECK(out.entries[0].values[1].copy_of == 0);
    CHECK(out.entries[0].placements[0].operation == "Conv+Relu");
    CHECK(out.entries[0].transfers[0].reason == "strides");
    CHECK(out.rounding == ACCEL_ROUNDING_TFLITE);
}

TEST_CASE("cut, flipped and foreign bytes are no programs", "[saved]")
{
    const Sample sample;
    const Bytes bytes = sample.save();
    for (size_t count = 0; count < bytes.size(); ++count) {
        const Bytes part(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(count));
        SavedProgram out;
        CHECK(read_saved(part.data(), part.size(), Constants::Copied, &out) == ACCEL_STATUS_CORRUPT);
    }
    for (size_t at = 0; at < bytes.size(); ++at) {
        Bytes flipped = bytes;
        flipped[at] ^= 0x10;
        SavedProgram out;
        const accel_status status = read_saved(flipped.data(), flipped.size(), Constants::Copied, &out);
        CHECK((status == ACCEL_STATUS_CORRUPT || status == ACCEL_STATUS_INCOMPATIBLE));
    }
}

TEST_CASE("S-3 programs of an older or a newer file format are INCOMPATIBLE, and the sentence says what helps", "[saved]")
{
    const Sample sample;
    const Bytes bytes = sample.save();
    REQUIRE(bytes[4] == saved::kFormat);
    for (const uint8_t format : {uint8_t{0}, uint8_t{saved::kFormat + 1}, uint8_t{255}}) {
        Bytes other = bytes;
        other[4] = format;
        SavedProgram out;
        CHECK(read_saved(other.data(), other.size(), Constants::Copied, &out) == ACCEL_STATUS_INCOMPATIBLE);
        const std::string message = accel_last_error()->message;
        INFO(message);
        CHECK(message.find("is of format " + std::to_string(format) + ",") != std::string::npos);
        CHECK(message.find("build it again from its model") != std::string::npos);
        CHECK(out.entries.empty());
        // Whole or not, and whatever follows: the format alone says that this library cannot read it.
        CHECK(read_saved(other.data(), saved::kHeaderBytes, Constants::Copied, &out) == ACCEL_STATUS_INCOMPATIBLE);
    }
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
            read_saved(flipped.data(), flipped.size(), Constants::Copied, &out);
        }
    }
}

TEST_CASE("what does not hold together is refused", "[saved]")
{
    CHECK(reading([](Sample &) {}) == ACCEL_STATUS_OK);
    CHECK(reading([](Sample &s) { s.program->entries[0].segments[1].input_sources[0].index = 9; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].segments[1].input_sources[0].index = 0; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].segments[1].inputs[0].size_bytes = 64; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].segments[1].output_sources[0] = {PortSource::Kind::Port, 0}; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->blobs[0].device = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->blobs[1].target = "other"; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].memory_of = 0; }) == ACCEL_STATUS_OK);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[0].memory_of = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].memory_of = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].memory_of = 7; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].copy_of = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[0].from_segment = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) {
              s.program->entries[0].values.push_back(s.program->entries[0].values[1]);  // a copy of a copy
              s.program->entries[0].values[2].copy_of = 1;
          }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].from_segment = 1; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].layout.steps[0].stride_bits = 8 * 40; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].layout.steps[0].stride_bits = 8 * 2; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { std::swap(s.program->entries[0].segments[0], s.program->entries[0].segments[1]); }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].ports[1].direction = ACCEL_PORT_DIRECTION_INPUT; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].placements[0].segment = 2; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].layout.steps.resize(33, {0, 0, 1, 8}); }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].values[1].layout.padding = 4; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].transfers[0].to.index = 2; }) == ACCEL_STATUS_CORRUPT);
    CHECK(reading([](Sample &s) { s.program->entries[0].transfers[0].kind = 4; }) == ACCEL_STATUS_CORRUPT);
}

TEST_CASE("an entry point without segments makes nothing", "[saved]")
{
    const auto emptied = [](Sample &s) {
        ProgramEntry &entry = s.program->entries[0];
        entry.segments.clear(), entry.placements.clear(), entry.transfers.clear();
    };
    CHECK(reading([&](Sample &s) { emptied(s), s.program->entries[0].values.clear(); }) == ACCEL_STATUS_CORRUPT);    // an output, which nobody writes
    CHECK(reading([&](Sample &s) { emptied(s), s.program->entries[0].ports.pop_back(); }) == ACCEL_STATUS_CORRUPT);  // values, which nobody makes
    CHECK(reading([&](Sample &s) { emptied(s), s.program->entries[0].values.clear(), s.program->entries[0].ports.pop_back(); }) == ACCEL_STATUS_OK);
}

TEST_CASE("an output that is converted after the last segment", "[saved]")
{
    const auto converted = [](Sample &s) {
        s.program->entries[0].segments[1].output_sources = {{PortSource::Kind::Value, 2}};
        Value made = s.program->entries[0].values[0];
        made.layout = s.program->entries[0].segments[1].outputs[0];
        made.from_segment = 1;
        made.port_of = 1;
        s.program->entries[0].values.push_back(made);
        s.program->entries[0].ports[1].layout = s.program->entries[0].segments[0].inputs[0];
    };
    CHECK(reading(converted) == ACCEL_STATUS_OK);
    const auto with = [&](auto damage) {
        return reading([&](Sample &s) {
            converted(s);
            damage(s);
        });
    };
    CHECK(with([](Sample &s) { s.program->entries[0].values[2].port_of = 0; }) == ACCEL_STATUS_CORRUPT);
    CHECK(with([](Sample &s) { s.program->entries[0].values[2].port_of = 2; }) == ACCEL_STATUS_CORRUPT);
    CHECK(with([](Sample &s) { s.program->entries[0].values[2].layout.dims = {4, 2}; }) == ACCEL_STATUS_CORRUPT);
    CHECK(with([](Sample &s) { s.program->entries[0].values[0].port_of = 1; }) == ACCEL_STATUS_CORRUPT);
}

TEST_CASE("saving tells the application of each few megabytes, from the beginning, and stops when it is told to", "[saved]")
{
    Sample sample;
    sample.program->blobs[0].bytes.resize(3 * saved::kPieceBytes);
    struct Heard {
        size_t calls = 0, most_bytes = 0, bytes_before_stop = SIZE_MAX, bytes = 0;
    } heard;
    const auto hear = [](void *user, const void *, size_t byte_count) {
        auto &to = *static_cast<Heard *>(user);
        ++to.calls;
        to.bytes += byte_count;
        to.most_bytes = std::max(to.most_bytes, byte_count);
        return to.bytes > to.bytes_before_stop ? ACCEL_STATUS_CANCELLED : ACCEL_STATUS_OK;
    };
    CHECK(write_saved(*sample.program, hear, &heard) == ACCEL_STATUS_OK);
    CHECK(heard.most_bytes == saved::kPieceBytes);
    CHECK(heard.bytes == saved_size_bytes(*sample.program));
    heard = {};
    heard.bytes_before_stop = saved::kPieceBytes;
    CHECK(write_saved(*sample.program, hear, &heard) == ACCEL_STATUS_CANCELLED);
    CHECK(heard.bytes < 3 * saved::kPieceBytes);
}

TEST_CASE("P-5 reading a program ends where the application wants no more", "[saved][bounds]")
{
    Sample sample;
    sample.program->entries[0].placements.resize(1000, sample.program->entries[0].placements[0]);
    const Bytes bytes = sample.save();
    Progress unwilling([](void *, const accel_progress *) { return 1; }, nullptr);
    SavedProgram out;
    CHECK(guarded([&] { return read_saved(bytes.data(), bytes.size(), Constants::Copied, &out); }) == ACCEL_STATUS_CANCELLED);
    CHECK(out.entries.empty());  // an entry is taken over once it was read whole
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
