// SPDX-License-Identifier: MIT
// Translators of operations that give elements other sizes or another order.
#include "ops.h"

#include <algorithm>

namespace accel::tflite::ops {
namespace {

uint32_t type_of(Node &node, ValueId id) { return node.emitter().value(id).type; }

/// Input 0 with other sizes; values lie in the file's order.
void define_view(Node &node, const Sizes &sizes)
{
    node.define(0, Order::kFile, node.emitter().reshaped(node.moved(0, Order::kFile), sizes));
}

/// -1, once, is what is left.
Sizes resolved(const Node &node, Sizes sizes)
{
    const int64_t count = count_of(node.sizes(0));
    int64_t rest = 1;
    int64_t *open = nullptr;
    for (int64_t &size : sizes) {
        if (size == -1 && open == nullptr) {
            open = &size;
        } else if (size < 0 || size > importer::kSizeMax || __builtin_mul_overflow(rest, size, &rest)) {
            node.fail_corrupt("a shape with a size of ", size);
        }
    }
    if (open != nullptr && (rest == 0 || count % rest != 0)) {
        node.fail_corrupt(count, " elements do not part into ", rest);
    }
    if (open != nullptr) {
        *open = count / rest;
    }
    return sizes;
}

}  // namespace

/// The shape is a constant, or an option; one that is computed comes out as declared, as sizes are fixed.
void reshape(Node &node)
{
    node.expect_operands(1, 2);
    const auto *declared = node.options<schema::ReshapeOptions>().new_shape();
    Sizes to = node.output().sizes;
    if (node.has_input(1) && node.known_integers(1)) {
        to = resolved(node, *node.known_integers(1));
    } else if (!node.has_input(1) && declared != nullptr) {
        to = resolved(node, Sizes(declared->begin(), declared->end()));
    } else if (!node.output().refusal.empty()) {
        node.fail_unsupported("its shape is computed, and the result has ", node.output().refusal);
    }
    define_view(node, to);
}

void squeeze(Node &node)
{
    node.expect_operands(1, 1);
    const Sizes &x = node.sizes(0);
    std::vector<bool> goes(x.size(), false);
    const auto *given = node.options<schema::SqueezeOptions>().squeeze_dims();
    const bool all = given == nullptr || given->size() == 0;
    for (size_t i = 0; all && i < x.size(); ++i) {
        goes[i] = x[i] == 1;
    }
    for (size_t i = 0; !all && i < given->size(); ++i) {
        const uint32_t axis = node.axis(given->Get(static_cast<flatbuffers::uoffset_t>(i)), x.size());
        if (x[axis] != 1) {
            node.fail_corrupt("axis ", axis, " has a size of ", x[axis]);
        }
        goes[axis] = true;
    }
    Sizes to;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!goes[i]) {
            to.push_back(x[i]);
        }
    }
    define_view(node, to);
}

void expand_dims(Node &node)
{
    node.expect_operands(2, 2);
    Sizes to = node.sizes(0);
    to.insert(to.begin() + node.axis(node.integer(1, "axis"), to.size() + 1), 1);
    define_view(node, to);
}

/// Of what lies with channels first, in one step.
void transpose(Node &node)
{
    node.expect_operands(2, 2);
    const size_t rank = node.sizes(0).size();
    Perm perm = node.integers(1, "perm");
    std::vector<bool> seen(rank, false);
    for (int64_t &axis : perm) {
        axis = node.axis(axis, rank);
        seen[static_cast<size_t>(axis)] = true;
    }
    if (perm.size() != rank || !std::all_of(seen.begin(), seen.end(), [](bool it) { return it; })) {
        node.fail_corrupt("perm is no permutation of ", rank, " axes");
    }
    const Order order = node.order();
    for (int64_t &axis : perm) {
        axis = rank == 4 ? axis_in(order, axis) : axis;
    }
    node.define(0, Order::kFile, node.emitter().transposed(node.moved(0, order), perm));
}

void broadcast_to(Node &node)
{
    node.expect_operands(2, 2);
    const Sizes sizes = node.integers(1, "shape");
    checked_sizes(sizes);
    if (broadcast(node, node.sizes(0), sizes) != sizes) {
        node.fail_corrupt("the input does not spread to the shape");
    }
    const ValueId x = node.moved(0, Order::kFile);
    const ValueId y = node.emit(ACCEL_OPERATION_EXPAND, {x, node.emitter().list(sizes)}, type_of(node, x), sizes);
    node.emitter().graph().value(y).quantization = node.emitter().value(x).quantization;
    node.define(0, Order::kFile, y);
}

void tile(Node &node)
{
    node.expect_operands(2, 2);
    const Sizes repeats = node.integers(1, "multiples");
    Sizes to = node.sizes(0);
    if (repeats.size() != to.size()) {
        node.fail_corrupt(repeats.size(), " multiples for ", to.size(), " axes");
    }
    for (size_t i = 0; i < to.size(); ++i) {
        if (repeats[i] < 0 || __builtin_mul_overflow(to[i], repeats[i], &to[i])) {
            node.fail_corrupt("a multiple of ", repeats[i]);
        }
    }
    const ValueId x = node.moved(0, Order::kFile);
    const ValueId y = node.emit(ACCEL_OPERATION_TILE, {x, node.emitter().list(repeats)}, type_of(node, x), to);
    node.emitter().graph().value(y).quantization = node.emitter().value(x).quantization;
    node.define(0, Order::kFile, y);
}

namespace {

/// Blocks of height and width, and what is padded or cut around them, of four axes.
struct Blocks {
    int64_t height, width;
    Sizes around;  ///< before and behind of height, then of width
};

Blocks blocks_of(Node &node)
{
    node.expect_operands(3, 3);
    node.expect_rank(0, 4, 4);
    const Sizes block = node.integers(1, "block_shape"), around = node.integers(2, "paddings or crops");
    if (block.size() != 2 || around.size() != 4) {
        node.fail_unsupported("blocks of ", block.size(), " axes; two are taken");
    }
    for (const int64_t value : {block[0], block[1], around[0] + 1, around[1] + 1, around[2] + 1, around[3] + 1}) {
        if (value < 1 || value > importer::kSizeMax) {
            node.fail_corrupt("a block of ", block[0], "x", block[1], ", with ", around[0], ", ", around[1], ", ", around[2], ", ", around[3], " around it");
        }
    }
    if (block[0] * block[1] > importer::kSizeMax) {
        node.fail_corrupt("a block of ", block[0], "x", block[1]);
    }
    return {block[0], block[1], around};
}

}  // namespace

/// Pads, and makes a batch of each place in the blocks.
void space_to_batch(Node &node)
{
    const Blocks by = blocks_of(node);
    Emitter &emitter = node.emitter();
    const ValueId x = node.moved(0, Order::kFile);
    const Sizes &from = node.sizes(0);
    const Sizes padded{from[0], from[1] + by.around[0] + by.around[1], from[2] + by.around[2] + by.around[3], from[3]};
    if (padded[1] % by.height != 0 || padded[2] % by.width != 0) {
        node.fail_corrupt(padded[1], "x", padded[2], " does not part into blocks of ", by.height, "x", by.width);
    }
    ValueId y = x;
    if (padded != from) {
        y = emitter.result(type_of(node, x), padded, emitter.value(x).quantization);
        emitter.push(ACCEL_OPERATION_PAD, {x, emitter.list({0, by.around[0], by.around[2], 0, 0, by.around[1], by.around[3], 0}), emitter.real(0)}, {y});
    }
    y = emitter.reshaped(y, {from[0], padded[1] / by.height, by.height, padded[2] / by.width, by.width, from[3]});
    y = emitter.transposed(y, {2, 4, 0, 1, 3, 5});
    node.define(0, Order::kFile, emitter.reshaped(y, {from[0] * by.height * by.width, padded[1] / by.height, padded[2] / by.width, from[3]}));
}

/// The other way round: puts batches together to blocks, and cuts.
void batch_to_space(Node &node)
{
    const Blocks by = blocks_of(node);
    Emitter &emitter = node.emitter();
    const Sizes &from = node.sizes(0);
    if (from[0] % (by.height * by.width) != 0) {
        node.fail_corrupt(from[0], " batches do not make blocks of ", by.height, "x", by.width);
    }
    const int64_t batches = from[0] / (by.height * by.width);
    const Sizes whole{batches, from[1] * by.height, from[2] * by.width, from[3]};
    const Sizes cut{batches, whole[1] - by.around[0] - by.around[1], whole[2] - by.around[2] - by.around[3], from[3]};
    if (cut[1] < 0 || cut[2] < 0) {
        node.fail_corrupt("more is cut than there is");
    }
    ValueId y = emitter.reshaped(node.moved(0, Order::kFile), {by.height, by.width, batches, from[1], from[2], from[3]});
    y = emitter.reshaped(emitter.transposed(y, {2, 3, 0, 4, 1, 5}), whole);
    if (cut != whole) {
        const ValueId x = y;
        y = emitter.result(type_of(node, x), cut, emitter.value(x).quantization);
        emitter.push(ACCEL_OPERATION_SLICE, {x, emitter.list({by.around[0], by.around[2]}), emitter.list({by.around[0] + cut[1], by.around[2] + cut[2]}), emitter.list({1, 2})}, {y});
    }
    node.define(0, Order::kFile, y);
}

}  // namespace accel::tflite::ops
