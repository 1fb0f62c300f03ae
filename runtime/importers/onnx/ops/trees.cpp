// SPDX-License-Identifier: MIT
// Translators of ai.onnx.ml's ensembles of trees.
//
// All trees of an ensemble are walked at once, one level in each turn: a table says for each node which feature it asks about, what it compares it with, and which node is next; a leaf is its
// own successor. So a walk is as many rounds of GATHER, comparison and WHERE as the deepest tree has levels, whatever the batch. Not chosen: comparing every node of every tree at once and
// multiplying by which leaf that means, which is a product of matrices for shallow trees and too much for deep ones.
#include "scores.h"

#include <map>

namespace accel::onnx::ops {
namespace {

constexpr int64_t kLevelsMax = 256, kNodesMax = int64_t{1} << 22;

/// Of all trees, node by node.
struct Ensemble {
    std::vector<int64_t> features, if_true, if_false, roots;
    std::vector<float> limits, weights;  ///< weights: for each node, one of each class or target
    accel_operation comparison = ACCEL_OPERATION_LESS_OR_EQUAL;
    int64_t levels = 0;
    bool all_positive = true;       ///< of the leaves' weights
    std::vector<int64_t> weighted;  ///< the classes or targets that leaves have weights for
};

std::vector<int64_t> list(Node &node, const char *name, size_t count)
{
    std::vector<int64_t> values = node.integers(name).value_or(std::vector<int64_t>());
    if (values.size() != count) {
        node.fail_corrupt(name, " has ", values.size(), " values, expected are ", count);
    }
    return values;
}

using Places = std::map<std::pair<int64_t, int64_t>, int64_t>;

int64_t place_of(const Node &node, const Places &places, int64_t tree, int64_t id)
{
    const auto found = places.find({tree, id});
    if (found == places.end()) {
        node.fail_corrupt("tree ", tree, " has no node ", id);
    }
    return found->second;
}

accel_operation comparison_of(const Node &node, const std::string &mode)
{
    if (mode == "BRANCH_LEQ") {
        return ACCEL_OPERATION_LESS_OR_EQUAL;
    }
    if (mode == "BRANCH_LT") {
        return ACCEL_OPERATION_LESS;
    }
    if (mode == "BRANCH_GTE") {
        return ACCEL_OPERATION_GREATER_OR_EQUAL;
    }
    if (mode == "BRANCH_GT") {
        return ACCEL_OPERATION_GREATER;
    }
    node.fail_unsupported("nodes of the mode ", mode);
}

/// How many levels there are below a root; CORRUPT where nodes lead in a circle.
int64_t levels_below(const Node &node, const Ensemble &made)
{
    std::vector<int64_t> level = made.roots;
    int64_t count = 0;
    for (std::vector<int64_t> next; !level.empty(); level.swap(next), ++count) {
        next.clear();
        for (const int64_t at : level) {
            const auto i = static_cast<size_t>(at);
            if (made.if_true[i] != at || made.if_false[i] != at) {
                next.insert(next.end(), {made.if_true[i], made.if_false[i]});
            }
        }
        if (count > kLevelsMax || next.size() > made.features.size()) {
            node.fail_unsupported("more than ", kLevelsMax, " levels, or nodes that several lead to");
        }
        node.pace();
    }
    return count - 1;
}

void read_nodes(Node &node, Ensemble &made, Places &places)
{
    made.features = node.integers("nodes_featureids").value_or(std::vector<int64_t>());
    const size_t count = made.features.size();
    if (count == 0 || count > static_cast<size_t>(kNodesMax)) {
        node.fail_unsupported(count, " nodes");
    }
    made.limits = node.reals("nodes_values").value_or(std::vector<float>());
    const std::vector<std::string> modes = node.strings("nodes_modes").value_or(std::vector<std::string>());
    if (made.limits.size() != count || modes.size() != count) {
        node.fail_corrupt(count, " nodes have ", made.limits.size(), " values and ", modes.size(), " modes");
    }
    const std::vector<int64_t> trees = list(node, "nodes_treeids", count), ids = list(node, "nodes_nodeids", count), if_true = list(node, "nodes_truenodeids", count), if_false = list(node, "nodes_falsenodeids", count);
    std::map<int64_t, int64_t> roots;
    for (size_t i = 0; i < count; ++i) {
        const auto at = static_cast<int64_t>(i);
        if (!places.try_emplace({trees[i], ids[i]}, at).second) {
            node.fail_corrupt("tree ", trees[i], " has the node ", ids[i], " twice");
        }
        roots.try_emplace(trees[i], at);
    }
    std::optional<std::string> branch;
    for (size_t i = 0; i < count; ++i) {
        const bool leaf = modes[i] == "LEAF";
        const auto at = static_cast<int64_t>(i);
        made.if_true.push_back(leaf ? at : place_of(node, places, trees[i], if_true[i]));
        made.if_false.push_back(leaf ? at : place_of(node, places, trees[i], if_false[i]));
        if (leaf) {
            made.features[i] = 0;
        } else if (branch && *branch != modes[i]) {
            node.fail_unsupported("nodes of the modes ", *branch, " and ", modes[i]);
        } else {
            branch = modes[i];
        }
    }
    if (branch) {
        made.comparison = comparison_of(node, *branch);
    }
    for (const auto &[tree, root] : roots) {
        made.roots.push_back(root);
    }
    made.levels = levels_below(node, made);
}

/// prefix: "class" or "target".
void read_leaves(Node &node, const std::string &prefix, int64_t count, const Places &places, Ensemble &made)
{
    const std::vector<float> weights = node.reals((prefix + "_weights").c_str()).value_or(std::vector<float>());
    const std::vector<int64_t> trees = list(node, (prefix + "_treeids").c_str(), weights.size()), ids = list(node, (prefix + "_nodeids").c_str(), weights.size()), which = list(node, (prefix + "_ids").c_str(), weights.size());
    node.charge(made.features.size() * static_cast<uint64_t>(count) * sizeof(float));
    made.weights.assign(made.features.size() * static_cast<size_t>(count), 0.0f);
    std::vector<bool> seen(static_cast<size_t>(count));
    for (size_t i = 0; i < weights.size(); ++i) {
        if (which[i] < 0 || which[i] >= count) {
            node.fail_corrupt(prefix, " ", which[i], " of ", count);
        }
        made.weights[static_cast<size_t>(place_of(node, places, trees[i], ids[i]) * count + which[i])] += weights[i];
        made.all_positive = made.all_positive && weights[i] >= 0;
        seen[static_cast<size_t>(which[i])] = true;
    }
    for (int64_t i = 0; i < count; ++i) {
        if (seen[static_cast<size_t>(i)]) {
            made.weighted.push_back(i);
        }
    }
}

Ensemble read_ensemble(Node &node, const std::string &prefix, int64_t count)
{
    node.ignore_attribute("nodes_hitrates");
    const auto tracked = node.integers("nodes_missing_value_tracks_true").value_or(std::vector<int64_t>());
    if (std::any_of(tracked.begin(), tracked.end(), [](int64_t each) { return each != 0; })) {
        node.fail_unsupported("nodes_missing_value_tracks_true");
    }
    Ensemble made;
    Places places;
    read_nodes(node, made, places);
    read_leaves(node, prefix, count, places, made);
    return made;
}

/// Which leaf each row of x ends at in each tree: [rows, trees].
ValueId leaves(Steps &steps, ValueId x, const Ensemble &ensemble)
{
    Node &node = steps.node;
    const Dims dims = steps.dims(x);
    const int64_t width = known_size(node, dims, 1);
    for (const int64_t feature : ensemble.features) {
        if (feature < 0 || feature >= width) {
            node.fail_corrupt("feature ", feature, " of ", width);
        }
    }
    const auto table = [&](const std::vector<int64_t> &of) { return numbers(node, ACCEL_TYPE_I64, of, {fixed_dim(static_cast<int64_t>(of.size()))}); };
    const auto at_roots = [&](const auto &of) {
        std::remove_cvref_t<decltype(of)> made;
        for (const int64_t root : ensemble.roots) {
            made.push_back(of[static_cast<size_t>(root)]);
        }
        return made;
    };
    const Dims each{dims[0], fixed_dim(static_cast<int64_t>(ensemble.roots.size()))}, roots{each[1]};
    const ValueId features = table(ensemble.features), if_true = table(ensemble.if_true), if_false = table(ensemble.if_false);
    const ValueId limits = numbers(node, ACCEL_TYPE_F32, ensemble.limits, {fixed_dim(static_cast<int64_t>(ensemble.limits.size()))});
    ValueId asked = steps.make(ACCEL_OPERATION_GATHER, {x, table(at_roots(ensemble.features))}, ACCEL_TYPE_F32, each, along(1));
    ValueId holds = steps.make(ensemble.comparison, {asked, numbers(node, ACCEL_TYPE_F32, at_roots(ensemble.limits), roots)}, ACCEL_TYPE_BOOL, each);
    ValueId at = steps.where(holds, table(at_roots(ensemble.if_true)), table(at_roots(ensemble.if_false)));
    const auto gathered = [&](ValueId from, uint32_t type) { return steps.make(ACCEL_OPERATION_GATHER, {from, at}, type, each, along(0)); };
    for (int64_t level = 1; level < ensemble.levels; ++level) {
        asked = steps.make(ACCEL_OPERATION_GATHER_ELEMENTS, {x, gathered(features, ACCEL_TYPE_I64)}, ACCEL_TYPE_F32, each, along(1));
        holds = steps.make(ensemble.comparison, {asked, gathered(limits, ACCEL_TYPE_F32)}, ACCEL_TYPE_BOOL, each);
        at = steps.where(holds, gathered(if_true, ACCEL_TYPE_I64), gathered(if_false, ACCEL_TYPE_I64));
    }
    return at;
}

/// The weights of all leaves that a row ends at: [rows, trees, count].
ValueId weights_of(Steps &steps, const Ensemble &ensemble, int64_t count)
{
    const ValueId x = rows_of(steps);
    const ValueId at = leaves(steps, x, ensemble);
    const ValueId table = numbers(steps.node, ACCEL_TYPE_F32, ensemble.weights, {fixed_dim(static_cast<int64_t>(ensemble.features.size())), fixed_dim(count)});
    Dims dims = steps.dims(at);
    dims.push_back(fixed_dim(count));
    return steps.make(ACCEL_OPERATION_GATHER, {table, at}, ACCEL_TYPE_F32, std::move(dims), along(0));
}

}  // namespace

void tree_regressor(Node &node)
{
    node.expect_operands(1, 1, 1, 1);
    const int64_t count = node.integer("n_targets", 1);
    if (count < 1 || count > kSmallElementsMax) {
        node.fail_unsupported("n_targets is ", count);
    }
    if (node.string("post_transform").value_or("NONE") != "NONE") {
        node.fail_unsupported("a post_transform of a regressor");
    }
    const std::string how = node.string("aggregate_function").value_or("SUM");
    if (how != "SUM" && how != "AVERAGE") {
        node.fail_unsupported("aggregate_function ", how);
    }
    Steps steps{node};
    const Ensemble ensemble = read_ensemble(node, "target", count);
    ValueId made = sum_of(steps, weights_of(steps, ensemble, count), {1}, false);
    if (how == "AVERAGE") {
        made = steps.both(ACCEL_OPERATION_DIV, made, node.define_real(static_cast<float>(ensemble.roots.size())));
    }
    steps.give(with_base(steps, made, "base_values", count));
}

void tree_classifier(Node &node)
{
    node.expect_operands(1, 1, 0, 2);
    Steps steps{node};
    const Labels labels = read_labels(node);
    const int64_t count = labels.count;
    const Ensemble ensemble = read_ensemble(node, "class", count);
    ValueId scores = sum_of(steps, weights_of(steps, ensemble, count), {1}, false);
    if (count != 2 || ensemble.weighted.size() != 1) {
        give_classes(steps, with_base(steps, scores, "base_values", count), labels);
        return;
    }
    scores = with_base(steps, steps.part(scores, 1, ensemble.weighted[0], 1), "base_values", 1);
    give_two_classes(steps, scores, labels, ensemble.all_positive);
}

}  // namespace accel::onnx::ops
