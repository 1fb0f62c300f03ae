// SPDX-License-Identifier: MIT
// Operators that repeat elements, or take and put them by indices: what they become, and what is refused.
#include "test_require.h"

using namespace accel::onnx::test;
using Ints = std::vector<int64_t>;

namespace {

Imported tiled(const std::vector<DimText> &x, const Ints &repeats) { return Imported(single(13, x, {"Tile", {"x", "r"}, {}, {}}, {ints_tensor("r", repeats)})); }

/// A node of x and indices, and of updates where it scatters.
std::string indexed(const char *name, const std::vector<DimText> &x, const Ints &dims, const Ints &indices, const Ints &updates = {}, std::vector<Attr> attributes = {}, int64_t opset = 18)
{
    std::vector<std::string> initializers{indices_tensor("i", dims, indices)};
    NodeText text{name, {"x", "i"}, {}, std::move(attributes)};
    if (!updates.empty()) {
        text.inputs.push_back("u");
        initializers.push_back(ones("u", updates));
    }
    return single(opset, x, std::move(text), initializers);
}

/// The same where indices, updates and the rest come at run time.
Imported computed(const char *name, const std::vector<std::pair<const char *, std::vector<DimText>>> &more, std::vector<Attr> attributes = {})
{
    ModelText text;
    text.opset = 18;
    text.inputs = {value_info("x", kFloat, {2, "N", 4})};
    NodeText node_text{name, {"x"}, {"y"}, std::move(attributes)};
    for (const auto &[operand, dims] : more) {
        text.inputs.push_back(value_info(operand, std::string_view(operand) == "u" ? kFloat : kInt64, dims));
        node_text.inputs.push_back(operand);
    }
    protozero::pbf_writer(text.outputs.emplace_back()).add_string(1, "y");
    text.nodes = {node(node_text)};
    return Imported(model(text));
}

}  // namespace

TEST_CASE("tile multiplies sizes", "[places]")
{
    const Imported twice = tiled({2, "N"}, {3, 2});
    require_good(twice);
    CHECK(twice.operations() == std::vector<uint32_t>{ACCEL_OPERATION_TILE});
    CHECK(twice.held_ints(0, ACCEL_OPERAND_TILE_REPEATS) == Ints{3, 2});
    CHECK(twice.shown(twice.output()) == "6 x N * 2");
    require_refused(tiled({2, 3}, {1}), ACCEL_STATUS_CORRUPT, "repeats are 1 values");
    require_refused(tiled({2, 3}, {1, -1}), ACCEL_STATUS_CORRUPT, "axis 1 is repeated -1 times");
    require_refused(Imported(single(5, {2}, {"Tile", {"x", "r"}, {}, {}}, {ints_tensor("r", {1})})), ACCEL_STATUS_UNSUPPORTED, "one axis only");
    const Imported open = computed("Tile", {{"r", {3}}});
    require_good(open);
    CHECK(open.output().rank == 3);
    require_refused(computed("Tile", {{"r", {2}}}), ACCEL_STATUS_CORRUPT, "repeats are 2 values");
}

TEST_CASE("a tile of more than any memory holds is refused before it is made", "[places]")
{
    require_refused(tiled({1 << 20}, {1 << 20}), ACCEL_STATUS_CORRUPT, "a dimension of 1099511627776");
    require_refused(tiled({2}, {INT64_MAX}), ACCEL_STATUS_CORRUPT, "repeated 9223372036854775807 times");
    require_refused(tiled({1 << 20, 1 << 10}, {1 << 10, 1 << 10}), ACCEL_STATUS_CORRUPT, "more elements than any memory holds");
}

TEST_CASE("single elements by indices", "[places]")
{
    const Imported taken(indexed("GatherElements", {3, 4}, {3, 2}, {0, -4, 3, 0, 0, 0}, {}, {attr_int("axis", -1)}));
    require_good(taken);
    CHECK(taken.operations() == std::vector<uint32_t>{ACCEL_OPERATION_GATHER_ELEMENTS});
    CHECK(taken.ints(0, ACCEL_ATTRIBUTE_AXIS) == Ints{1});
    CHECK(Imported::sizes(taken.output()) == Ints{3, 2});
    require_refused(Imported(indexed("GatherElements", {3, 4}, {1, 2}, {0, 3})), ACCEL_STATUS_CORRUPT, "index 3, element 1, lies outside of 3; expected -3 to 2");
    require_refused(Imported(indexed("GatherElements", {3, 4}, {2}, {0, 1})), ACCEL_STATUS_CORRUPT, "ranks must be equal");
    require_refused(Imported(indexed("GatherElements", {3, 4}, {4, 1}, {0, 0, 0, 0}, {}, {attr_int("axis", 1)})), ACCEL_STATUS_CORRUPT, "reach beyond 3x4 at axis 0");
    require_good(Imported(indexed("GatherElements", {"N"}, {2}, {99, 100})));
    const Imported put(indexed("ScatterElements", {3, 4}, {1, 2}, {0, -1}, {1, 2}, {attr_string("reduction", "max")}));
    require_good(put);
    CHECK(put.operations() == std::vector<uint32_t>{ACCEL_OPERATION_SCATTER_ELEMENTS});
    CHECK(put.text(0, ACCEL_ATTRIBUTE_REDUCTION) == "max");
    require_refused(Imported(indexed("ScatterElements", {3, 4}, {1, 2}, {0, 1}, {1, 3})), ACCEL_STATUS_CORRUPT, "updates are 1x3, expected are 1x2");
    require_refused(Imported(indexed("ScatterElements", {3, 4}, {1, 2}, {0, 1}, {1, 2}, {attr_string("reduction", "max")}, 16)), ACCEL_STATUS_CORRUPT, "reduction 'max'");
    require_refused(Imported(indexed("ScatterElements", {3, 4}, {1, 2}, {0, 1}, {1, 2}, {attr_string("reduction", "mean")})), ACCEL_STATUS_CORRUPT, "add or mul, max or min");
    require_refused(Imported(indexed("ScatterElements", {3, 4}, {1, 2}, {0, 1}, {1, 2}, {attr_string("reduction", "add")}, 13)), ACCEL_STATUS_UNSUPPORTED, "'reduction' is not understood");
}

TEST_CASE("slices by tuples of indices", "[places]")
{
    const Imported taken(indexed("GatherND", {3, 4, 5}, {2, 2}, {2, 3, -3, 0}));
    require_good(taken);
    CHECK(taken.operations() == std::vector<uint32_t>{ACCEL_OPERATION_GATHER_ND});
    CHECK(Imported::sizes(taken.output()) == Ints{2, 5});
    const Imported batches(indexed("GatherND", {3, 4, 5}, {3, 1}, {3, 0, 1}, {}, {attr_int("batch_dims", 1)}));
    require_good(batches);
    CHECK(Imported::sizes(batches.output()) == Ints{3, 5});
    require_refused(Imported(indexed("GatherND", {3, 4, 5}, {2, 2}, {2, 4, 0, 0})), ACCEL_STATUS_CORRUPT, "index 4, element 1, lies outside of 4");
    require_refused(Imported(indexed("GatherND", {3, 4, 5}, {1, 4}, {0, 0, 0, 0})), ACCEL_STATUS_CORRUPT, "name 4 axes of 3x4x5, expected are 1 to 3");
    require_refused(Imported(indexed("GatherND", {3, 4, 5}, {2, 1}, {0, 0}, {}, {attr_int("batch_dims", 1)})), ACCEL_STATUS_CORRUPT, "differ at batch axis 0");
    require_refused(Imported(indexed("GatherND", {3, 4}, {3, 4, 1}, Ints(12), {}, {attr_int("batch_dims", 2)})), ACCEL_STATUS_CORRUPT, "more than 2 axes of both");
    require_refused(Imported(indexed("GatherND", {3}, {1, 1}, {0}, {}, {attr_int("batch_dims", -1)})), ACCEL_STATUS_CORRUPT, "batch_dims is -1");
    const Imported put(indexed("ScatterND", {3, 4}, {2, 1}, {2, -3}, {2, 4}, {attr_string("reduction", "mul")}));
    require_good(put);
    CHECK(put.text(0, ACCEL_ATTRIBUTE_REDUCTION) == "mul");
    require_refused(Imported(indexed("ScatterND", {3, 4}, {2, 1}, {2, 0}, {2, 3})), ACCEL_STATUS_CORRUPT, "updates are 2x3, expected are 2x4");
    const Imported open = computed("GatherND", {{"i", {"M", 2}}});
    require_good(open);
    CHECK(open.shown(open.output()) == "M x 4");
    require_refused(computed("GatherND", {{"i", {3, "M"}}}), ACCEL_STATUS_UNSUPPORTED, "only known by name");
    require_good(computed("ScatterND", {{"i", {"M", 2}}, {"u", {"M", 4}}}));
}

TEST_CASE("triangles", "[places]")
{
    const Imported lower(single(14, {2, 3, 3}, {"Trilu", {"x", "k"}, {}, {attr_int("upper", 0)}}, {indices_tensor("k", {}, {-1})}));
    require_good(lower);
    CHECK(lower.operations() == std::vector<uint32_t>{ACCEL_OPERATION_TRILU});
    CHECK(lower.held_ints(0, ACCEL_OPERAND_TRILU_K) == Ints{-1});
    CHECK(lower.ints(0, ACCEL_ATTRIBUTE_UPPER) == Ints{0});
    require_good(Imported(single(14, {3, 3}, {"Trilu", {"x"}, {}, {}})));
    require_refused(Imported(single(14, {3}, {"Trilu", {"x"}, {}, {}})), ACCEL_STATUS_CORRUPT, "rank 1");
    require_refused(Imported(single(14, {3, 3}, {"Trilu", {"x", "k"}, {}, {}}, {ints_tensor("k", {1, 2})})), ACCEL_STATUS_CORRUPT, "k is 2, expected is one value");
}
