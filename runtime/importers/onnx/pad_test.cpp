// SPDX-License-Identifier: MIT
// Pad in the modes that put pieces of x around it, and pads below 0.
#include "test_require.h"

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;
using Operations = std::vector<uint32_t>;

namespace {

std::string padded(const std::vector<DimText> &x, const char *mode, const Ints &pads)
{
    return single(19, x, {"Pad", {"x", "p"}, {}, {attr_string("mode", mode)}}, {ints_tensor("p", pads)});
}

/// Start, end, axis and step of a SLICE.
Ints cut(const Imported &model, uint32_t node_index)
{
    Ints all;
    for (const uint32_t operand : {ACCEL_OPERAND_SLICE_STARTS, ACCEL_OPERAND_SLICE_ENDS, ACCEL_OPERAND_SLICE_AXES, ACCEL_OPERAND_SLICE_STEPS}) {
        const Ints held = model.held_ints(node_index, operand);
        all.insert(all.end(), held.begin(), held.end());
    }
    return all;
}

/// Which node makes each operand of a node; -1: none.
Ints makers(const Imported &model, uint32_t node_index)
{
    Ints made;
    const accel_node_desc &reader = model.node(node_index);
    for (uint32_t i = 0; i < reader.input_count; ++i) {
        made.push_back(-1);
        for (uint32_t k = 0; k < node_index; ++k) {
            made.back() = model.node(k).outputs[0] == reader.inputs[i] ? k : made.back();
        }
    }
    return made;
}

}  // namespace

TEST_CASE("reflect joins pieces that are turned round, without the edge", "[pad]")
{
    const Imported both(padded({2, 5}, "reflect", {0, 4, 0, 1}));
    require_good(both);
    REQUIRE(both.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_CONCAT});
    CHECK(cut(both, 0) == Ints{4, 0, 1, -1});
    CHECK(cut(both, 1) == Ints{-2, -3, 1, -1});
    CHECK(makers(both, 2) == Ints{0, -1, 1});
    CHECK(both.ints(2, ACCEL_ATTRIBUTE_AXIS) == Ints{1});
    CHECK(Imported::sizes(both.output()) == Ints{2, 10});
    require_refused(Imported(padded({2, 5}, "reflect", {0, 5, 0, 0})), ACCEL_STATUS_UNSUPPORTED, "a pad of 5 along axis 1 of size 5; in this mode at most 4");
    require_refused(Imported(padded({int64_t{0}}, "reflect", {0, 1})), ACCEL_STATUS_UNSUPPORTED, "at most 0");
}

TEST_CASE("edge repeats the first and the last", "[pad]")
{
    const Imported both(padded({2, 3}, "edge", {0, 1, 0, 5}));
    require_good(both);
    REQUIRE(both.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_TILE, ACCEL_OPERATION_CONCAT});
    CHECK(cut(both, 0) == Ints{0, 1, 1, 1});
    CHECK(cut(both, 1) == Ints{-1, INT32_MAX, 1, 1});
    CHECK(both.held_ints(2, ACCEL_OPERAND_TILE_REPEATS) == Ints{1, 5});
    CHECK(makers(both, 3) == Ints{0, -1, 2});
    CHECK(Imported::sizes(both.output()) == Ints{2, 9});
    require_refused(Imported(padded({int64_t{0}}, "edge", {0, 1})), ACCEL_STATUS_UNSUPPORTED, "at most 0");
}

TEST_CASE("wrap joins what is at the other end", "[pad]")
{
    const Imported both(padded({4}, "wrap", {4, 1}));
    require_good(both);
    REQUIRE(both.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_CONCAT});
    CHECK(cut(both, 0) == Ints{-4, INT32_MAX, 0, 1});
    CHECK(cut(both, 1) == Ints{0, 1, 0, 1});
    CHECK(makers(both, 2) == Ints{0, -1, 1});
    CHECK(Imported::sizes(both.output()) == Ints{9});
    require_refused(Imported(padded({4}, "wrap", {0, 5})), ACCEL_STATUS_UNSUPPORTED, "in this mode at most 4");
}

TEST_CASE("axes are padded one behind the other", "[pad]")
{
    const Imported corners(padded({3, 4}, "reflect", {1, 0, 0, 2}));
    require_good(corners);
    REQUIRE(corners.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_CONCAT, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_CONCAT});
    CHECK(makers(corners, 1) == Ints{0, -1});
    CHECK(makers(corners, 2)[0] == 1);
    CHECK(makers(corners, 3) == Ints{1, 2});
    CHECK(Imported::sizes(corners.output()) == Ints{4, 6});
    const Imported some(single(19, {3, 4}, {"Pad", {"x", "p", "", "a"}, {}, {attr_string("mode", "wrap")}}, {ints_tensor("p", {1, 2}), ints_tensor("a", {-1})}));
    require_good(some);
    CHECK(Imported::sizes(some.output()) == Ints{3, 7});
}

TEST_CASE("sizes that are open have pieces, too", "[pad]")
{
    const Imported open(padded({"N", "L"}, "reflect", {0, 0, 0, 64}));
    require_good(open);
    REQUIRE_FALSE(open.keeps_any());
    CHECK(open.shown(open.output()) == "N x L + 64");
    CHECK(open.shown(open.tensor(open.node(0).outputs[0])) == "N x 64");
}

TEST_CASE("pads below 0 cut first", "[pad]")
{
    const Imported fewer(padded({5, "L"}, "constant", {-1, -2, -2, -1}));
    require_good(fewer);
    REQUIRE(fewer.operations() == Operations{ACCEL_OPERATION_SLICE});
    CHECK(cut(fewer, 0) == Ints{1, 2, -2, -1, 0, 1});
    CHECK(fewer.shown(fewer.output()) == "2 x max(L - 3, 0)");
    const Imported moved(padded({5}, "constant", {-2, 3}));
    require_good(moved);
    REQUIRE(moved.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_PAD});
    CHECK(moved.held_ints(1, ACCEL_OPERAND_PAD_PADS) == Ints{0, 3});
    CHECK(Imported::sizes(moved.output()) == Ints{6});
    // What is left after the cut is what the mode takes from.
    require_good(Imported(padded({5}, "reflect", {-2, 2})));
    require_refused(Imported(padded({5}, "reflect", {-2, 3})), ACCEL_STATUS_UNSUPPORTED, "of size 3; in this mode at most 2");
    require_refused(Imported(padded({5}, "edge", {-4, -2})), ACCEL_STATUS_CORRUPT, "pads cut 4 and 2 off axis 0, which has 5");
}

TEST_CASE("pads of 0 change nothing, and what is too far is refused", "[pad]")
{
    const Imported same(padded({2, 3}, "edge", {0, 0, 0, 0}));
    require_good(same);
    CHECK(same.operations() == Operations{ACCEL_OPERATION_IDENTITY});
    require_refused(Imported(padded({2}, "mirror", {0, 1})), ACCEL_STATUS_UNSUPPORTED, "mode 'mirror'");
    require_refused(Imported(padded({2}, "constant", {INT64_MIN, 0})), ACCEL_STATUS_CORRUPT, "a pad of -9223372036854775808");
    require_refused(Imported(padded({2}, "edge", {int64_t{1} << 31, 0})), ACCEL_STATUS_CORRUPT, "a pad of 2147483648");
}

TEST_CASE("pads that PyTorch writes turned round are known", "[pad]")
{
    // Pairs by axis from the last one: (before, behind) in rows, rows turned round, and begins of all axes in front of ends.
    ModelText text;
    text.opset = 16;
    text.inputs = {value_info("x", kFloat, {2, 5})};
    text.outputs = {value_info("y", kFloat, {kOpen, kOpen})};
    text.initializers = {ints_tensor("given", {1, 3, 0, 0}), ints_tensor("pairs", {-1, 2}), ints_tensor("zero", {0}), ints_tensor("last", {-1}), ints_tensor("least", {INT64_MIN + 1})};
    text.nodes = {node({"Reshape", {"given", "pairs"}, {"r"}, {}}), node({"Slice", {"r", "last", "least", "zero", "last"}, {"s"}, {}}),
                  node({"Transpose", {"s"}, {"t"}, {attr_ints("perm", {1, 0})}}), node({"Reshape", {"t", "last"}, {"p"}, {}}),
                  node({"Pad", {"x", "p"}, {"y"}, {attr_string("mode", "reflect")}})};
    const Imported known(model(text));
    require_good(known);
    REQUIRE(known.operations() == Operations{ACCEL_OPERATION_SLICE, ACCEL_OPERATION_SLICE, ACCEL_OPERATION_CONCAT});
    CHECK(cut(known, 0) == Ints{1, 0, 1, -1});
    CHECK(cut(known, 1) == Ints{-2, -5, 1, -1});
}
