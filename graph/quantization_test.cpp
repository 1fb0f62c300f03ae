// SPDX-License-Identifier: MIT
// Tests of scales and zero points: blocks, types, packed numbers, what is refused.
#include <accel/graph/quantization.h>

#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <cstring>

using namespace accel::graph;

namespace {

/// Of I8 [3, 4] in rows of two, and the edits that tests make.
struct Sample {
    std::vector<int64_t> sizes{3, 4}, block_dims{1, 2};
    std::vector<float> scales{0.5f, 1, 2, 4, 8, 16};
    std::vector<int8_t> zero_points{0, 1, -1, 127, -128, 5};
    accel_quantization desc{sizeof(accel_quantization), ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I8, 2, nullptr, nullptr, nullptr, 6};

    const accel_quantization &get()
    {
        desc.block_dims = block_dims.data();
        desc.scales = scales.data();
        desc.zero_points = zero_points.data();
        return desc;
    }
    std::string why() { return broken_rule(get(), ACCEL_TYPE_I8, sizes); }
};

template <class Number> accel_quantization scales_of(uint32_t type, const std::vector<Number> &numbers)
{
    return {sizeof(accel_quantization), ACCEL_QUANTIZATION_KIND_AFFINE, type, 0, 0, nullptr, numbers.data(), nullptr, numbers.size()};
}

}  // namespace

TEST_CASE("a scale for each block, and whose it is")
{
    Sample sample;
    CHECK(sample.why() == "");
    const ScaleIndex index(sample.get(), sample.sizes);
    for (uint64_t element = 0; element < 12; ++element) CHECK(index.of(element) == element / 2);
    sample.block_dims = {2, 3};
    sample.desc.count = 4;
    CHECK(sample.why() == "");
    const ScaleIndex tiles(sample.get(), sample.sizes);
    const std::vector<size_t> expected{0, 0, 0, 1, 0, 0, 0, 1, 2, 2, 2, 3};
    for (uint64_t element = 0; element < 12; ++element) CHECK(tiles.of(element) == expected[element]);
    sample.block_dims = {0, 100};
    sample.desc.count = 1;
    CHECK(sample.why() == "");
    CHECK(ScaleIndex(sample.get(), sample.sizes).of(11) == 0);
}

TEST_CASE("a quantisation that cannot be is told")
{
    const auto why = [](auto edit) {
        Sample sample;
        edit(sample);
        return sample.why();
    };
    CHECK(why([](Sample &s) { s.desc.kind = 2; }) == "its kind is 2, expected one of enum accel_quantization_kind");
    CHECK(why([](Sample &s) { s.desc.rank = 1; }) == "it has blocks for rank 1, expected 2, or 0 for one scale");
    CHECK(why([](Sample &s) { s.block_dims[1] = -2; }) == "it has blocks of -2 along axis 1, expected at least 0");
    CHECK(why([](Sample &s) { s.sizes[1] = -1; }) == "it has blocks of 2 along axis 1, whose size is open, expected 0");
    CHECK(why([](Sample &s) { s.desc.count = 5; }) == "it has 5 scales, expected one for each of its 6 blocks");
    CHECK(why([](Sample &s) { s.sizes[0] = 0, s.desc.count = 0; }) == "it has no scales");
    CHECK(why([](Sample &s) { s.sizes = {INT64_MAX, INT64_MAX}, s.block_dims = {1, 1}; }) == "it has more blocks than 64 bits count");
    CHECK(why([](Sample &s) { s.scales[3] = 0; }) == "scale 3 is 0.000000, expected finite and above 0");
    CHECK(why([](Sample &s) { s.desc.zero_point_type = ACCEL_TYPE_U8; }) == "its zero points have type 3, expected the tensor's, 2, or I32, or 0");
    CHECK(why([](Sample &s) { s.desc.zero_point_type = 0; }) == "its zero points have type 0 and are not NULL");
    CHECK(why([](Sample &s) { s.desc.scale_type = ACCEL_TYPE_I8; }) == "its scales have type 2, expected F32, F16, BF16, F64 or F8E8M0");
    Sample sample;
    CHECK(broken_rule(sample.get(), ACCEL_TYPE_F32, sample.sizes).find("it is on type 1") == 0);
    CHECK(broken_rule(sample.get(), ACCEL_TYPE_F4E2M1, sample.sizes) == "its zero points have type 2, expected 0: floats have none");
    const int32_t outside[6] = {0, 0, 128};
    sample.get();
    sample.desc.zero_point_type = ACCEL_TYPE_I32;
    sample.desc.zero_points = outside;
    CHECK(broken_rule(sample.desc, ACCEL_TYPE_I8, sample.sizes) == "zero point 128 is outside of its type, expected -128 to 127");
}

TEST_CASE("scales of every type, as floats where floats have them")
{
    CHECK(*float_scales(scales_of<uint16_t>(ACCEL_TYPE_F16, {0x3c00, 0x0001, 0x7bff, 0x03ff, 0x0400, 0x3555})) ==
          std::vector<float>{1, 0x1p-24f, 65504, 0x3ffp-24f, 0x1p-14f, 0x1.554p-2f});
    CHECK(std::isinf((*float_scales(scales_of<uint16_t>(ACCEL_TYPE_F16, {0x7c00})))[0]));
    CHECK(std::isnan((*float_scales(scales_of<uint16_t>(ACCEL_TYPE_F16, {0x7e00})))[0]));
    CHECK(*float_scales(scales_of<uint16_t>(ACCEL_TYPE_BF16, {0x3f80, 0x4049, 0x0001})) == std::vector<float>{1, 3.140625f, 0x1p-133f});
    CHECK(*float_scales(scales_of<uint8_t>(ACCEL_TYPE_F8E8M0, {127, 0, 254})) == std::vector<float>{1, 0x1p-127f, 0x1p127f});
    CHECK(*float_scales(scales_of<double>(ACCEL_TYPE_F64, {0.5, 3})) == std::vector<float>{0.5f, 3});
    CHECK_FALSE(float_scales(scales_of<double>(ACCEL_TYPE_F64, {0.5, 0.1})));
    CHECK_FALSE(float_scales(scales_of<double>(ACCEL_TYPE_F64, {1e300})));
}

TEST_CASE("packed zero points begin in the low bits")
{
    const uint8_t bytes[2] = {0x8f, 0x37};
    accel_quantization desc{sizeof desc, ACCEL_QUANTIZATION_KIND_AFFINE, ACCEL_TYPE_F32, ACCEL_TYPE_I4, 0, nullptr, nullptr, bytes, 3};
    CHECK(zero_points(desc) == std::vector<int32_t>{-1, -8, 7});
    CHECK(zero_point_bytes(desc) == 2);
    desc.zero_point_type = ACCEL_TYPE_U4;
    CHECK(zero_points(desc) == std::vector<int32_t>{15, 8, 7});
    desc.zero_point_type = ACCEL_TYPE_I2;
    desc.count = 5;
    CHECK(zero_points(desc) == std::vector<int32_t>{-1, -1, 0, -2, -1});
    desc.zero_point_type = 0;
    CHECK(zero_points(desc) == std::vector<int32_t>(5));
    CHECK(zero_point_bytes(desc) == 0);
}

TEST_CASE("one scale, or one per index of an axis, is plain")
{
    Sample sample;
    CHECK_FALSE(copy(sample.get(), sample.sizes).plain());
    CHECK_FALSE(plain_form(sample.get(), sample.sizes));
    sample.block_dims = {1, 4};  // all of the axis: not a block but the whole
    sample.desc.count = 3;
    const Quantization rows = copy(sample.get(), sample.sizes);
    CHECK(rows.plain());
    CHECK(rows.axis == 0);
    CHECK(rows.scales == std::vector<float>{0.5f, 1, 2});
    CHECK(rows.zero_points == std::vector<int32_t>{0, 1, -1});
    CHECK(*plain_form(sample.get(), sample.sizes) == rows);
    const uint16_t halves[3] = {0x3800, 0x3c00, 0x4000};
    sample.get();
    sample.desc.scale_type = ACCEL_TYPE_F16;
    sample.desc.scales = halves;
    CHECK_FALSE(copy(sample.desc, sample.sizes).plain());
    CHECK(*plain_form(sample.desc, sample.sizes) == rows);
    for (uint32_t accel_quantization::*member : {&accel_quantization::kind, &accel_quantization::scale_type, &accel_quantization::zero_point_type}) {
        accel_quantization later = sample.desc;
        later.*member = 999;
        CHECK_FALSE(plain_form(later, sample.sizes));
    }
}

TEST_CASE("what is described again is what was given")
{
    Sample sample;
    const auto again = [&](const Quantization &quantization) {
        const QuantizationDesc described(quantization, 2);
        CHECK(broken_rule(described.get(), ACCEL_TYPE_I8, sample.sizes) == "");
        return copy(described.get(), sample.sizes) == quantization;
    };
    CHECK(again(copy(sample.get(), sample.sizes)));
    CHECK(again({{0.5f}, {3}, 0, nullptr}));
    CHECK(again({{1, 2, 3, 4}, {0, 1, 2, 3}, 1, nullptr}));
    // One that an axis does not have room for is found out.
    CHECK(broken_rule(QuantizationDesc({{1, 2, 3}, {0, 1, 2}, 7, nullptr}, 2).get(), ACCEL_TYPE_I8, sample.sizes) == "it has 3 scales, expected one for each of its 1 blocks");
    const Quantization in_blocks = copy(sample.get(), sample.sizes);
    sample.scales[5] = 1;
    CHECK(in_blocks != copy(sample.get(), sample.sizes));
    CHECK(in_blocks.form->scales.size() == 3);
}
