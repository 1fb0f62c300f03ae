// SPDX-License-Identifier: MIT
// Operands that only a program knows: what operations they become.
#include "test_require.h"

#include <algorithm>

using namespace accel::onnx::test;
using Operations = std::vector<uint32_t>;

namespace {

/// One node of x and of lists of I64 that are inputs too.
Imported with_lists(const std::vector<DimText> &x, const char *operation, const std::vector<std::pair<const char *, std::vector<DimText>>> &lists, std::vector<Attr> attributes = {}, const std::vector<std::string> &constants = {}, std::vector<std::string> operands = {},
                    size_t result_rank = 2)
{
    ModelText text;
    text.opset = 19;
    text.inputs = {value_info("x", kFloat, x)};
    std::vector<std::string> inputs{"x"};
    for (const auto &[name, dims] : lists) {
        text.inputs.push_back(value_info(name, kInt64, dims));
        inputs.push_back(name);
    }
    text.initializers = constants;
    text.outputs = {value_info("y", kFloat, std::vector<DimText>(result_rank, kOpen))};
    text.nodes = {node({operation, operands.empty() ? inputs : operands, {"y"}, std::move(attributes)})};
    return Imported(model(text));
}

bool has(const Imported &made, uint32_t operation)
{
    const Operations all = made.operations();
    return std::find(all.begin(), all.end(), operation) != all.end();
}

}  // namespace

TEST_CASE("axes that are computed say a shape", "[computed]")
{
    const Imported inserted(with_lists({3, 4}, "Unsqueeze", {{"a", {1}}}, {}, {}, {}, 3)), removed(with_lists({1, 3, 1}, "Squeeze", {{"a", {2}}}, {}, {}, {}, 1));
    for (const Imported *made : {&inserted, &removed}) {
        require_good(*made);
        CHECK(made->operations().back() == ACCEL_OPERATION_RESHAPE);
        CHECK(has(*made, ACCEL_OPERATION_CUM_SUM));
        CHECK_FALSE(has(*made, ACCEL_OPERATION_CUSTOM));
    }
    CHECK(inserted.output().rank == 3);
    CHECK(removed.output().rank == 1);
    require_refused(with_lists({3, 4}, "Unsqueeze", {{"a", {"N"}}}), ACCEL_STATUS_UNSUPPORTED, "that are computed, and not a list of a known number up to 6");
    require_refused(with_lists({3, 4}, "Squeeze", {{"a", {3}}}), ACCEL_STATUS_UNSUPPORTED, "a known number up to 2");
}

TEST_CASE("a slice along axes or by steps that are computed may cut any axis", "[computed]")
{
    const Imported axes(with_lists({3, 4}, "Slice", {{"s", {1}}, {"e", {1}}, {"a", {1}}})), steps(with_lists({3, 4}, "Slice", {{"s", {2}}, {"e", {2}}, {"a", {2}}, {"t", {2}}}));
    for (const Imported *made : {&axes, &steps}) {
        require_good(*made);
        CHECK(made->operations() == Operations{ACCEL_OPERATION_SLICE});
        CHECK(made->shown(made->output()).find('3') == std::string::npos);
    }
    CHECK(axes.node(0).input_count == 4);
    CHECK(steps.node(0).input_count == 5);
}

TEST_CASE("a list without elements is known, whoever makes it", "[computed]")
{
    const Imported all(with_lists({2, 3}, "ReduceSum", {{"a", {DimText(int64_t{0})}}}));
    require_good(all);
    CHECK(all.operations() == Operations{ACCEL_OPERATION_REDUCE_SUM});
    CHECK(all.held_ints(0, ACCEL_OPERAND_REDUCE_SUM_AXES) == std::vector<int64_t>{0, 1});
    const Imported none(with_lists({2, 3}, "ReduceSum", {{"a", {DimText(int64_t{0})}}}, {attr_int("noop_with_empty_axes", 1)}));
    require_good(none);
    CHECK(none.operations() == Operations{ACCEL_OPERATION_IDENTITY});
    const Imported some(with_lists({2, 3}, "ReduceSum", {{"a", {"N"}}}));
    require_good(some);
    CHECK(some.operations() == Operations{ACCEL_OPERATION_REDUCE_SUM});
    require_good(with_lists({2, 3}, "ReduceSum", {{"a", {1}}}, {attr_int("keepdims", 0), attr_int("noop_with_empty_axes", 1)}, {}, {}, 1));
    require_refused(with_lists({2, 3}, "ReduceSum", {{"a", {"N"}}}, {attr_int("keepdims", 0)}, {}, {}, 1), ACCEL_STATUS_UNSUPPORTED, "not of a known number");
    require_refused(with_lists({2, 3}, "ReduceSum", {{"a", {"N"}}}, {attr_int("noop_with_empty_axes", 1)}), ACCEL_STATUS_UNSUPPORTED, "not of a known number");
}

TEST_CASE("pads that are computed say where each element comes from, or stay an operand", "[computed]")
{
    for (const char *mode : {"reflect", "edge", "wrap"}) {
        const Imported made(with_lists({3, 4}, "Pad", {{"p", {4}}}, {attr_string("mode", mode)}));
        require_good(made);
        const Operations all = made.operations();
        CHECK(all.back() == ACCEL_OPERATION_GATHER);
        CHECK(std::count(all.begin(), all.end(), uint32_t{ACCEL_OPERATION_RANGE}) == 2);
        CHECK(has(made, ACCEL_OPERATION_MOD) == (mode != std::string("edge")));
    }
    const Imported some(with_lists({3, 4}, "Pad", {{"p", {2}}}, {}, {ints_tensor("axes", {-1})}, {"x", "p", "", "axes"}));
    require_good(some);
    CHECK(some.operations() == Operations{ACCEL_OPERATION_CONCAT, ACCEL_OPERATION_GATHER, ACCEL_OPERATION_PAD});
    CHECK(some.held_ints(1, 1) == std::vector<int64_t>{2, 0, 2, 1});
    require_refused(with_lists({3, 4}, "Pad", {{"p", {4}}}, {}, {ints_tensor("axes", {1, 1})}, {"x", "p", "", "axes"}), ACCEL_STATUS_CORRUPT, "axis 1 is given twice");
    const Imported both(with_lists({3, 4}, "Pad", {{"p", {2}}, {"a", {1}}}, {}, {}, {"x", "p", "", "a"}));
    require_good(both);
    CHECK(both.operations().back() == ACCEL_OPERATION_PAD);
    CHECK(has(both, ACCEL_OPERATION_EQUAL));
    require_refused(with_lists({3, 4}, "Pad", {{"p", {2}}, {"a", {"N"}}}, {}, {}, {"x", "p", "", "a"}), ACCEL_STATUS_UNSUPPORTED, "and not of a known number");
}

TEST_CASE("sizes that are computed, of some axes, go with those of the others", "[computed]")
{
    const Imported made(with_lists({1, 2, 3, 4}, "Resize", {{"z", {2}}}, {attr_ints("axes", {3, 2})}, {}, {"x", "", "", "z"}, 4));
    require_good(made);
    CHECK(made.operations() == Operations{ACCEL_OPERATION_SHAPE, ACCEL_OPERATION_CONCAT, ACCEL_OPERATION_GATHER, ACCEL_OPERATION_RESIZE});
    CHECK(made.held_ints(2, 1) == std::vector<int64_t>{2, 3, 1, 0});
    for (const char *policy : {"not_larger", "not_smaller"}) {
        const Imported kept(with_lists({1, 2, 3, 4}, "Resize", {{"z", {2}}}, {attr_ints("axes", {2, 3}), attr_string("keep_aspect_ratio_policy", policy)}, {}, {"x", "", "", "z"}, 4));
        require_good(kept);
        CHECK(kept.operations().back() == ACCEL_OPERATION_RESIZE);
        CHECK(has(kept, policy == std::string("not_larger") ? ACCEL_OPERATION_REDUCE_MIN : ACCEL_OPERATION_REDUCE_MAX));
    }
}

TEST_CASE("numbers that are computed count classes, places of a window and of a grid", "[computed]")
{
    const Imported classes(with_lists({3}, "OneHot", {{"d", {}}}, {}, {floats_tensor("v", {2}, {0, 1})}, {"x", "d", "v"}));
    const Imported window(with_lists({3}, "HannWindow", {{"n", {}}}, {attr_int("periodic", 0)}, {}, {"n"}, 1));
    const Imported grid(with_lists({2, 2, 3}, "AffineGrid", {{"n", {4}}}, {attr_int("align_corners", 1)}, {}, {}, 4));
    for (const Imported *made : {&classes, &window, &grid}) {
        require_good(*made);
        CHECK(has(*made, ACCEL_OPERATION_RANGE));
    }
    CHECK(has(window, ACCEL_OPERATION_COS));
    CHECK(grid.operations().back() == ACCEL_OPERATION_RESHAPE);
    require_refused(with_lists({2, 2, 3}, "AffineGrid", {{"n", {5}}}, {}, {}, {}, 4), ACCEL_STATUS_CORRUPT, "which are not of two or three axes");
    require_refused(with_lists({3}, "OneHot", {{"d", {2}}}, {}, {floats_tensor("v", {2}, {0, 1})}, {"x", "d", "v"}), ACCEL_STATUS_UNSUPPORTED, "is not one number");
}

TEST_CASE("a shape that is computed is cut to, and padded to", "[computed]")
{
    const Imported made(with_lists({3, 4}, "CenterCropPad", {{"s", {1}}}, {attr_ints("axes", {-1})}));
    require_good(made);
    CHECK(has(made, ACCEL_OPERATION_SLICE));
    CHECK(made.operations().back() == ACCEL_OPERATION_PAD);
    require_refused(with_lists({3, 4}, "CenterCropPad", {{"s", {1}}}), ACCEL_STATUS_CORRUPT, "expected is a size for each of 2 axes");
}

TEST_CASE("whole numbers are clipped by the greater and the lesser of two", "[computed]")
{
    const auto clipped = [](const char *low, const char *high, const std::vector<DimText> &bound) {
        ModelText text;
        text.opset = 13;
        text.inputs = {value_info("x", kInt64, {2}), value_info("low", kInt64, bound), value_info("high", kInt64, {})};
        text.outputs = {value_info("y", kInt64, {2})};
        text.nodes = {node({"Clip", {"x", low, high}, {"y"}, {}})};
        return Imported(model(text));
    };
    const Imported both(clipped("low", "high", {})), upper(clipped("", "high", {})), none(clipped("", "", {}));
    for (const Imported *made : {&both, &upper, &none}) {
        require_good(*made);
    }
    CHECK(both.operations() == Operations{ACCEL_OPERATION_MAX, ACCEL_OPERATION_MIN});
    CHECK(upper.operations() == Operations{ACCEL_OPERATION_MIN});
    CHECK(none.operations() == Operations{ACCEL_OPERATION_IDENTITY});
    require_refused(clipped("low", "high", {2}), ACCEL_STATUS_UNSUPPORTED, "min 'low' must be one value");
}
