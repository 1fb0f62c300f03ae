// SPDX-License-Identifier: MIT
// Translators of operations that make one value of all that lie along some axes, or of those up to a place.
#include "ops.h"

#include <algorithm>

namespace accel::tflite::ops {
namespace {

/// Axes in the file's order, ascending.
Sizes axes_of(const Node &node)
{
    Sizes axes = node.integers(1, "axes");
    for (int64_t &axis : axes) {
        axis = node.axis(axis, std::max<size_t>(node.sizes(0).size(), 1));
    }
    std::sort(axes.begin(), axes.end());
    axes.erase(std::unique(axes.begin(), axes.end()), axes.end());
    return axes;
}

/// With channels first, what is left of four axes is in the file's order where nothing that is larger than one lies behind the channels.
bool leaves_order(const Sizes &axes, const Sizes &x)
{
    const auto goes = [&](int64_t axis) { return std::binary_search(axes.begin(), axes.end(), axis); };
    return goes(3) || ((goes(1) || x[1] == 1) && (goes(2) || x[2] == 1));
}

struct Reduction {
    Order order;
    ValueId y;
    Sizes axes;  ///< in the file's order
};

/// Of real or plain values, with a size of 1 where it was reduced.
Reduction reduced(Node &node, accel_operation operation)
{
    const Sizes &x = node.sizes(0);
    Reduction out{x.size() == 4 ? node.order() : Order::kFile, node.value(0, x.size() == 4 ? node.order() : Order::kFile), axes_of(node)};
    if (out.axes.empty()) {
        return out;
    }
    Emitter &emitter = node.emitter();
    Sizes to = emitter.sizes(out.y), places;
    for (const int64_t axis : out.axes) {
        places.push_back(x.size() == 4 ? axis_in(out.order, axis) : axis);
        to[static_cast<size_t>(places.back())] = 1;
    }
    std::sort(places.begin(), places.end());
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1);
    out.y = node.emit(operation, {out.y, emitter.list(places)}, emitter.value(out.y).type, to, std::move(attributes));
    return out;
}

void define_reduced(Node &node, const Reduction &by)
{
    Emitter &emitter = node.emitter();
    const Tensor &to = node.output();
    ValueId y = by.y;
    if (to.is_quantised() && emitter.value(y).type == ACCEL_TYPE_F32) {
        y = emitter.quantised(y, to.type, *to.quantization);
    }
    if (node.options<schema::ReducerOptions>().keep_dims() || by.axes.empty()) {
        node.define(0, by.order, y);
        return;
    }
    const Sizes &x = node.sizes(0);
    if (by.order == Order::kChannelsFirst && !leaves_order(by.axes, x)) {
        y = emitter.transposed(y, perm_to(Order::kFile));
    }
    Sizes left;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!std::binary_search(by.axes.begin(), by.axes.end(), static_cast<int64_t>(i))) {
            left.push_back(x[i]);
        }
    }
    node.define(0, Order::kFile, emitter.reshaped(y, left));
}

}  // namespace

void reduce(Node &node, accel_operation operation)
{
    node.expect_operands(2, 2);
    define_reduced(node, reduced(node, operation));
}

/// Any and all are the largest and the smallest.
void reduce_bool(Node &node, accel_operation operation)
{
    node.expect_operands(2, 2);
    if (node.input(0).type != ACCEL_TYPE_BOOL) {
        node.fail_corrupt("operands that are no booleans");
    }
    define_reduced(node, reduced(node, operation));
}

/// Operands: x, axis.
void cumsum(Node &node)
{
    node.expect_operands(2, 2);
    const auto &options = node.options<schema::CumsumOptions>();
    const uint32_t axis = node.axis(node.integer(1, "axis"), node.sizes(0).size());
    const ValueId x = node.value(0);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_EXCLUSIVE, options.exclusive() ? 1 : 0).integer(ACCEL_ATTRIBUTE_REVERSE, options.reverse() ? 1 : 0);
    node.define(0, Order::kFile, node.emit(ACCEL_OPERATION_CUM_SUM, {x, node.emitter().list({axis})}, node.emitter().value(x).type, node.sizes(0), std::move(attributes)));
}

}  // namespace accel::tflite::ops
