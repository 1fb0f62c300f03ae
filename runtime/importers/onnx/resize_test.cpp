// SPDX-License-Identifier: MIT
// Resize in all its forms, Upsample, and the first ones of an axis.
#include "test_require.h"

#include <cmath>

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;

namespace {

std::string floats(const char *name, const Floats &values) { return floats_tensor(name, {static_cast<int64_t>(values.size())}, values); }

std::string by_scales(const std::vector<DimText> &x, const Floats &scales, std::vector<Attr> attributes = {}, int64_t opset = 13)
{
    return single(opset, x, {"Resize", {"x", "", "s"}, {}, std::move(attributes)}, {floats("s", scales)});
}

std::string by_sizes(const std::vector<DimText> &x, const Ints &sizes, std::vector<Attr> attributes = {}, int64_t opset = 18)
{
    return single(opset, x, {"Resize", {"x", "", "", "z"}, {}, std::move(attributes)}, {ints_tensor("z", sizes)});
}

std::string upsample(int64_t opset, const Floats &scales, const char *mode)
{
    if (opset >= 9) {
        return single(opset, {1, 2, 3, 4}, {"Upsample", {"x", "s"}, {}, {attr_string("mode", mode)}}, {floats("s", scales)});
    }
    std::vector<Attr> attributes{attr_string("mode", mode)};
    if (opset < 7) {
        attributes.push_back(attr_real("height_scale", scales[2]));
        attributes.push_back(attr_real("width_scale", scales[3]));
    } else {
        attributes.push_back(attr_reals("scales", scales));
    }
    return single(opset, {1, 2, 3, 4}, {"Upsample", {"x"}, {}, attributes});
}

void require_same_as_upsample(const Imported &made, const char *mode)
{
    require_good(made);
    CHECK(made.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RESIZE});
    CHECK(made.held_floats(0, ACCEL_OPERAND_RESIZE_SCALES) == Floats{1, 1, 2, 1.5f});
    CHECK(made.text(0, ACCEL_ATTRIBUTE_MODE) == mode);
    CHECK(made.text(0, ACCEL_ATTRIBUTE_COORDINATES) == "asymmetric");
    CHECK(made.text(0, ACCEL_ATTRIBUTE_NEAREST) == (std::string_view(mode) == "nearest" ? "floor" : ""));
    CHECK(Imported::sizes(made.output()) == Ints{1, 2, 6, 6});
}

}  // namespace

TEST_CASE("resize by scales", "[resize]")
{
    const Imported doubled(by_scales({1, 3, 5, "W"}, {1, 1, 2, 2}, {attr_string("nearest_mode", "floor")}));
    require_good(doubled);
    CHECK(doubled.operations() == std::vector<uint32_t>{ACCEL_OPERATION_RESIZE});
    CHECK(doubled.shown(doubled.output()) == "1 x 3 x 10 x W * 2");
    CHECK(doubled.text(0, ACCEL_ATTRIBUTE_MODE) == "nearest");
    CHECK(doubled.text(0, ACCEL_ATTRIBUTE_COORDINATES) == "half_pixel");
    CHECK(doubled.text(0, ACCEL_ATTRIBUTE_NEAREST) == "floor");
    const Imported parts(by_scales({"H", "W"}, {0.5f, 1.5f}));
    require_good(parts);
    CHECK(parts.shown(parts.output()) == "floor(H / 2) x floor(W * 3 / 2)");
    const Imported odd(by_scales({"H", 10}, {0.3f, 0.7f}));
    require_good(odd);
    CHECK(odd.output().dims[0].symbol != ACCEL_SYMBOL_NONE);
    CHECK(odd.output().dims[1].size == 7);
    const Imported some(by_scales({2, 3, 4}, {2, 3}, {attr_ints("axes", {-1, 0})}, 18));
    require_good(some);
    CHECK(some.held_floats(0, ACCEL_OPERAND_RESIZE_SCALES) == Floats{3, 1, 2});
    CHECK(Imported::sizes(some.output()) == Ints{6, 3, 8});
    require_refused(Imported(by_scales({2, 3}, {2})), ACCEL_STATUS_CORRUPT, "scales are 1 values, expected are 2");
    require_refused(Imported(by_scales({2}, {0})), ACCEL_STATUS_CORRUPT, "a scale of 0");
    require_refused(Imported(by_scales({2}, {-INFINITY})), ACCEL_STATUS_CORRUPT, "a scale of -inf");
    require_refused(Imported(by_scales({1 << 20}, {1 << 20})), ACCEL_STATUS_CORRUPT, "a dimension of 1048576 * ");
    require_refused(Imported(by_scales({2}, {3e38f})), ACCEL_STATUS_CORRUPT, "a dimension of 2 * ");
    require_refused(Imported(by_scales({1 << 16, 1 << 16}, {1 << 10, 1 << 10})), ACCEL_STATUS_CORRUPT, "more elements than any memory holds");
    require_refused(Imported(by_scales({2}, {2}, {attr_string("mode", "area")})), ACCEL_STATUS_CORRUPT, "attribute 'mode' is 'area', expected is one of nearest, linear, cubic");
    require_refused(Imported(by_scales({2}, {2}, {attr_string("nearest_mode", "up")})), ACCEL_STATUS_CORRUPT, "'nearest_mode' is 'up'");
    require_refused(Imported(by_scales({2}, {2}, {attr_string("coordinate_transformation_mode", "corner")})), ACCEL_STATUS_CORRUPT, "is 'corner'");
    require_refused(Imported(by_scales({2}, {2}, {attr_int("antialias", 1)}, 18)), ACCEL_STATUS_UNSUPPORTED, "antialias of mode nearest");
}

TEST_CASE("resize to sizes", "[resize]")
{
    const Imported given(by_sizes({1, 2, 3}, {1, 2, 7}, {attr_string("mode", "cubic"), attr_int("antialias", 1), attr_int("exclude_outside", 1)}));
    require_good(given);
    CHECK(given.held_ints(0, ACCEL_OPERAND_RESIZE_SIZES) == Ints{1, 2, 7});
    CHECK(given.ints(0, ACCEL_ATTRIBUTE_ANTIALIAS) == Ints{1});
    CHECK(given.ints(0, ACCEL_ATTRIBUTE_EXCLUDE_OUTSIDE) == Ints{1});
    CHECK(given.floats(0, ACCEL_ATTRIBUTE_CUBIC_COEFFICIENT) == Floats{-0.75f});
    const auto kept = [](const char *policy) { return by_sizes({1, 4, 2}, {6, 5}, {attr_ints("axes", {1, 2}), attr_string("keep_aspect_ratio_policy", policy)}); };
    const Imported within(kept("not_larger")), around(kept("not_smaller"));
    require_good(within);
    CHECK(within.held_floats(0, ACCEL_OPERAND_RESIZE_SCALES) == Floats{1, 1.5f, 1.5f});
    CHECK(Imported::sizes(within.output()) == Ints{1, 6, 3});
    require_good(around);
    CHECK(Imported::sizes(around.output()) == Ints{1, 10, 5});
    CHECK(Imported::sizes(Imported(kept("stretch")).output()) == Ints{1, 6, 5});
    require_refused(Imported(kept("round")), ACCEL_STATUS_CORRUPT, "'keep_aspect_ratio_policy' is 'round'");
    require_refused(Imported(by_sizes({2, 3}, {4})), ACCEL_STATUS_CORRUPT, "sizes are 1 values, expected are 2");
    require_refused(Imported(by_sizes({2}, {INT64_MAX})), ACCEL_STATUS_CORRUPT, "a size of 9223372036854775807");
    require_refused(Imported(by_sizes({2, 3}, {4, 4}, {attr_ints("axes", {1, -1})})), ACCEL_STATUS_CORRUPT, "axis 1 is given twice");
    require_refused(Imported(by_sizes({"N", 3}, {4}, {attr_ints("axes", {1})})), ACCEL_STATUS_UNSUPPORTED, "only known by name");
    require_refused(Imported(single(13, {2}, {"Resize", {"x"}, {}, {}})), ACCEL_STATUS_CORRUPT, "neither scales nor sizes");
    require_refused(Imported(single(13, {2}, {"Resize", {"x", "", "s", "z"}, {}, {}}, {floats("s", {2}), ints_tensor("z", {4})})), ACCEL_STATUS_CORRUPT, "both scales and sizes");
    require_good(Imported(single(11, {2}, {"Resize", {"x", "r", "s", "z"}, {}, {}}, {floats("r", {}), floats("s", {}), ints_tensor("z", {4})})));
}

TEST_CASE("sizes that nodes make of another one's are known as far as those are", "[resize]")
{
    ModelText text;
    text.opset = 13;
    text.inputs = {value_info("x", kFloat, {1, 3, "H", "W"}), value_info("other", kFloat, {1, 8, "G", "V"})};
    protozero::pbf_writer(text.outputs.emplace_back()).add_string(1, "y");
    text.initializers = {ints_tensor("from", {2}), ints_tensor("to", {4}), ints_tensor("front", {1, 3})};
    text.nodes = {node({"Shape", {"other"}, {"shape"}, {}}), node({"Slice", {"shape", "from", "to"}, {"image"}, {}}), node({"Concat", {"front", "image"}, {"sizes"}, {attr_int("axis", 0)}}),
                  node({"Resize", {"x", "", "", "sizes"}, {"y"}, {attr_string("mode", "linear")}})};
    const Imported made(model(text));
    require_good(made);
    CHECK_FALSE(made.keeps_any());
    CHECK(made.shown(made.output()) == "1 x 3 x G x V");
}

TEST_CASE("a region is of all axes", "[resize]")
{
    const auto cropped = [](const Floats &roi, std::vector<Attr> attributes) {
        attributes.push_back(attr_string("coordinate_transformation_mode", "tf_crop_and_resize"));
        attributes.push_back(attr_real("extrapolation_value", 7));
        return single(18, {2, 3}, {"Resize", {"x", "r", "", "z"}, {}, std::move(attributes)}, {floats("r", roi), ints_tensor("z", {4})});
    };
    const Imported made(cropped({0.25f, 0.5f}, {attr_ints("axes", {1})}));
    require_good(made);
    CHECK(made.held_floats(0, ACCEL_OPERAND_RESIZE_ROI) == Floats{0, 0.25f, 1, 0.5f});
    CHECK(made.floats(0, ACCEL_ATTRIBUTE_EXTRAPOLATION) == Floats{7});
    require_refused(Imported(cropped({0.25f}, {attr_ints("axes", {1})})), ACCEL_STATUS_CORRUPT, "roi are 1 values, expected are 2");
    require_refused(Imported(cropped({0, NAN}, {attr_ints("axes", {1})})), ACCEL_STATUS_CORRUPT, "roi is not finite");
    require_refused(Imported(single(13, {2}, {"Resize", {"x", "", "s"}, {}, {attr_string("coordinate_transformation_mode", "tf_crop_and_resize")}}, {floats("s", {2})})), ACCEL_STATUS_CORRUPT,
                    "without roi");
}

TEST_CASE("what came before resize is one whose positions begin in the corner", "[resize]")
{
    for (const int64_t opset : {1, 7, 9, 13}) {
        require_same_as_upsample(Imported(upsample(opset, {1, 1, 2, 1.5f}, "nearest")), "nearest");
        require_same_as_upsample(Imported(upsample(opset, {1, 1, 2, 1.5f}, "linear")), "linear");
    }
    for (const char *mode : {"nearest", "linear"})
        require_same_as_upsample(Imported(single(10, {1, 2, 3, 4}, {"Resize", {"x", "s"}, {}, {attr_string("mode", mode)}}, {floats("s", {1, 1, 2, 1.5f})})), mode);
    require_refused(Imported(upsample(7, {1, 2}, "nearest")), ACCEL_STATUS_CORRUPT, "has 2 scales");
}

TEST_CASE("the first ones of an axis", "[resize]")
{
    const auto top = [](int64_t opset, int64_t k, std::vector<Attr> attributes = {}) {
        if (opset < 10) {
            attributes.push_back(attr_int("k", k));
            return single(opset, {2, 5}, {"TopK", {"x"}, {"y", "i"}, std::move(attributes)});
        }
        return single(opset, {2, 5}, {"TopK", {"x", "k"}, {"y", "i"}, std::move(attributes)}, {ints_tensor("k", {k})});
    };
    for (const int64_t opset : {1, 10, 11, 24}) {
        const Imported made(top(opset, 3));
        require_good(made);
        CHECK(made.operations() == std::vector<uint32_t>{ACCEL_OPERATION_TOP_K});
        CHECK(made.held_ints(0, ACCEL_OPERAND_TOP_K_K) == Ints{3});
        CHECK(made.ints(0, ACCEL_ATTRIBUTE_AXIS) == Ints{1});
        CHECK(Imported::sizes(made.output()) == Ints{2, 3});
    }
    const Imported least(top(11, 2, {attr_int("largest", 0), attr_int("sorted", 0), attr_int("axis", -2)}));
    require_good(least);
    CHECK(least.ints(0, ACCEL_ATTRIBUTE_LARGEST) == Ints{0});
    CHECK(least.ints(0, ACCEL_ATTRIBUTE_SORTED) == Ints{0});
    CHECK(least.ints(0, ACCEL_ATTRIBUTE_AXIS) == Ints{0});
    require_refused(Imported(top(11, 6)), ACCEL_STATUS_CORRUPT, "k is 6 along axis 1 of 2x5");
    require_refused(Imported(top(11, -1)), ACCEL_STATUS_CORRUPT, "k is -1");
    require_refused(Imported(single(9, {2}, {"TopK", {"x"}, {"y", "i"}, {}})), ACCEL_STATUS_CORRUPT, "'k' is missing");
    require_refused(Imported(single(11, {2}, {"TopK", {"x", "k"}, {"y", "i"}, {}}, {ints_tensor("k", {1, 1})})), ACCEL_STATUS_CORRUPT, "expected is one value");
}
