// SPDX-License-Identifier: MIT
// Tests of elements of less than a byte, and of files that hold them.
#include "dense.h"

#include <accel/accel.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>
#include <filesystem>

#include "array_file.h"
#include "elements.h"
#include "files.h"
#include "npy.h"

using namespace accel::tool;

namespace {

struct File {
    explicit File(const char *ending) : path(std::filesystem::temp_directory_path() / ("elements-test-" + std::to_string(getpid()) + ending)) {}
    ~File() { std::filesystem::remove(path); }
    std::string path;
};

std::string refusal(const std::string &path, uint32_t type)
{
    try {
        load_array(path, type);
        return "taken";
    } catch (const Failure &error) {
        return error.what();
    }
}

}  // namespace

TEST_CASE("types below 8 bits are packed with the first element in the low bits", "[dense]")
{
    CHECK(packed(ACCEL_TYPE_I4, {1, 15, 8}) == std::vector<char>{static_cast<char>(0xf1), 8});
    CHECK(packed(ACCEL_TYPE_U2, {0, 1, 2, 3, 2}) == std::vector<char>{static_cast<char>(0xe4), 2});
    CHECK(packed(ACCEL_TYPE_U16, {1, 2, 3, 4}) == std::vector<char>{1, 2, 3, 4});
    for (const uint32_t type : {ACCEL_TYPE_I4, ACCEL_TYPE_U2, ACCEL_TYPE_F4E2M1, ACCEL_TYPE_F8E5M2}) {
        const Dense values{3, 0, 1, 2, 3, 1, 0};
        CHECK(unpacked(type, packed(type, values).data(), values.size()) == values);
    }
}

TEST_CASE("numbers of every type are what their bits say", "[dense]")
{
    struct Row {
        uint32_t type;
        Dense bits;
        double value;
    };
    const auto byte = [](int value) { return static_cast<char>(value); };
    const Row rows[] = {
        {ACCEL_TYPE_F8E4M3FN, {0x7e}, 448}, {ACCEL_TYPE_F8E4M3FN, {1}, 0x1p-9}, {ACCEL_TYPE_F8E4M3FNUZ, {0x7f}, 240}, {ACCEL_TYPE_F8E5M2, {0x7b}, 57344}, {ACCEL_TYPE_F8E5M2, {0x7c}, INFINITY}, {ACCEL_TYPE_F8E5M2FNUZ, {byte(0xff)}, -57344}, {ACCEL_TYPE_F8E8M0, {0}, 0x1p-127}, {ACCEL_TYPE_F4E2M1, {15}, -6}, {ACCEL_TYPE_F4E2M1, {1}, 0.5}, {ACCEL_TYPE_I4, {8}, -8}, {ACCEL_TYPE_U4, {8}, 8}, {ACCEL_TYPE_I2, {3}, -1}, {ACCEL_TYPE_U2, {3}, 3}, {ACCEL_TYPE_BF16, {byte(0x80), 0x3f}, 1}, {ACCEL_TYPE_F16, {0, byte(0xc0)}, -2}, {ACCEL_TYPE_U16, {byte(0xff), byte(0xff)}, 65535}, {ACCEL_TYPE_U32, {0, 0, 0, byte(0x80)}, 0x1p31}, {ACCEL_TYPE_U64, {0, 0, 0, 0, 0, 0, 0, byte(0x80)}, 0x1p63}, {ACCEL_TYPE_I8, {byte(0xff)}, -1}};
    for (const Row &row : rows) {
        INFO(type_name(row.type));
        CHECK(element(row.type, row.bits, 0) == row.value);
    }
    for (const auto &[type, bits] : {std::pair{ACCEL_TYPE_F8E4M3FN, 0xff}, {ACCEL_TYPE_F8E4M3FNUZ, 0x80}, {ACCEL_TYPE_F8E5M2, 0x7d}, {ACCEL_TYPE_F8E5M2FNUZ, 0x80}, {ACCEL_TYPE_F8E8M0, 0xff}})
        CHECK(std::isnan(element(type, {byte(bits)}, 0)));
}

TEST_CASE("a .npy file holds what was written, of every type of numbers", "[dense]")
{
    const File file(".npy");
    for (uint32_t type = ACCEL_TYPE_F32; type < ACCEL_TYPE_STRING; ++type) {
        INFO(type_name(type));
        Dense values(6 * element_bytes(type));
        for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<char>(type == ACCEL_TYPE_BOOL ? i % 2 : i * 37 & ((1u << std::min(accel_type_bits(type), 8u)) - 1));
        write_npy(file.path, type, {2, 3}, values);
        const Array read = load_array(file.path, type);
        CHECK(read.dims == std::vector<size_t>{2, 3});
        CHECK(read.bytes == values);
    }
    CHECK_THROWS_AS(write_npy(file.path, ACCEL_TYPE_STRING, {}, {}), Failure);
}

TEST_CASE("elements of less than a byte may have their sign in the other bits, and nothing else", "[dense]")
{
    const File file(".npy");
    const auto read = [&](uint32_t type, int byte) {
        write_npy(file.path, ACCEL_TYPE_F8E4M3FN, {}, {static_cast<char>(byte)});  // the same elements without a type of numbers
        return load_array(file.path, type).bytes.at(0);
    };
    CHECK(read(ACCEL_TYPE_I4, 0xff) == 15);
    CHECK(read(ACCEL_TYPE_I4, 0xf8) == 8);
    CHECK(read(ACCEL_TYPE_I2, 0xfe) == 2);
    CHECK_THROWS_AS(read(ACCEL_TYPE_I4, 0xf7), Failure);
    CHECK_THROWS_AS(read(ACCEL_TYPE_U4, 0xff), Failure);
    CHECK_THROWS_AS(read(ACCEL_TYPE_F4E2M1, 16), Failure);
    CHECK(refusal(file.path, ACCEL_TYPE_U2).find("holds a byte of 16, of which u2 has the low 2 bits only; write it") != std::string::npos);
    CHECK(refusal(file.path, ACCEL_TYPE_BF16).find("holds elements '<V1', but the input is bf16, '<V2' in numpy; convert it, for example with x.astype(ml_dtypes.bfloat16)") != std::string::npos);
}

TEST_CASE("a .pb file is one tensor of ONNX", "[dense]")
{
    const File file(".pb");
    // dims 3, data_type INT4, raw_data 0xe1 0x07
    write_whole(file.path, std::string("\x08\x03\x10\x16\x4a\x02\xe1\x07", 8));
    const Array array = load_array(file.path, ACCEL_TYPE_I4);
    CHECK(array.dims == std::vector<size_t>{3});
    CHECK(array.bytes == Dense{1, 14, 7});
    CHECK(array_dims(file.path) == std::vector<size_t>{3});
    CHECK(refusal(file.path, ACCEL_TYPE_U4).find("holds elements 'int4', but the input is u4; save the tensor with that type") != std::string::npos);
    write_whole(file.path, std::string("\x08\x03\x10\x16\x4a\x01\xe1", 7));
    CHECK(refusal(file.path, ACCEL_TYPE_I4).find("raw_data has 1 bytes, but type and dims need 2; write it with onnx.save_tensor") != std::string::npos);
    write_whole(file.path, std::string("\x10\x01\x70\x01", 4));
    CHECK(refusal(file.path, ACCEL_TYPE_F32).find("the values of tensor '' lie in another file") != std::string::npos);
    write_whole(file.path, std::string("\x10\x08\x32\x01x", 5));
    CHECK(refusal(file.path, ACCEL_TYPE_F32).find("holds texts, not numbers") != std::string::npos);
    write_whole(file.path, std::string("\x10\x01\x4a\x09x", 5));
    CHECK(refusal(file.path, ACCEL_TYPE_F32).find("field TensorProto.raw_data: length 9, but only 1 bytes are left") != std::string::npos);
}
