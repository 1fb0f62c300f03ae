// SPDX-License-Identifier: MIT
// Translators of operators that work element by element.
#include "ops.h"

#include <algorithm>

namespace accel::onnx::ops {

Dims broadcast_shape(const Node& node, const Dims& a, const Dims& b) {
    const size_t rank = std::max(a.size(), b.size());
    Dims out(rank);
    for (size_t i = 0; i < rank; ++i) {
        const accel_dim left = i + a.size() < rank ? fixed_dim(1) : a[i + a.size() - rank];
        const accel_dim right = i + b.size() < rank ? fixed_dim(1) : b[i + b.size() - rank];
        if (same(left, right) || is_one(right)) {
            out[i] = left;
        } else if (is_one(left)) {
            out[i] = right;
        } else if (may_equal(left, right)) {
            out[i] = node.graph.sizes.broadcast(left, right);
        } else {
            node.fail_corrupt("shapes ", to_text(a), " and ", to_text(b), " do not fit together");
        }
    }
    return out;
}

namespace {

/// Below opset 7 operand 1 spreads only where 'broadcast' says so, and from 'axis' on: how many axes of size 1 behind its own make later opsets spread it so.
size_t axes_behind(Node& node) {
    const bool spreads = node.integer("broadcast", 0) != 0;
    const auto axis = node.integer("axis");
    const Dims& a = node.input(0).dims;
    const Dims& b = node.input(1).dims;
    if (!spreads && !same(a, b)) {
        node.fail_corrupt("shapes ", to_text(a), " and ", to_text(b), " differ, and 'broadcast' is 0");
    }
    if (!spreads || !axis) {
        return 0;
    }
    const size_t begin = node.axis(*axis, a.size());
    if (begin + b.size() > a.size()) {
        node.fail_corrupt("from axis ", begin, " on, ", to_text(b), " reaches beyond ", to_text(a));
    }
    return a.size() - begin - b.size();
}

/// Operand 1 with so many axes of size 1 behind its own.
ValueId with_axes_behind(Node& node, size_t count) {
    Dims dims = node.input(1).dims;
    dims.insert(dims.end(), count, fixed_dim(1));
    return define_view(node, node.input_id(1), std::move(dims));
}

void binary(Node& node, accel_operation operation) {
    node.expect_operands(2, 2, 1, 1);
    node.expect_type(0, kNumberTypes);
    node.expect_same_type(0, 1);
    const size_t behind = node.opset < 7 ? axes_behind(node) : 0;
    if (behind == 0 && fold_binary(node, operation)) {
        return;
    }
    const ValueId b = behind == 0 ? node.input_id(1) : with_axes_behind(node, behind);
    Dims dims = broadcast_shape(node, node.input(0).dims, node.graph.value(b).dims);
    if (node.opset < 7 && !same(dims, node.input(0).dims)) {
        node.fail_corrupt("the first operand of ", to_text(node.input(0).dims), " would have to spread to ", to_text(dims));
    }
    const ValueId y = node.define_output(0, node.input(0).type, std::move(dims));
    node.emit(operation, {node.input_id(0), b}, {y});
}

void unary(Node& node, accel_operation operation, AttributeList attributes = {}) {
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kRealTypes);
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(operation, {node.input_id(0)}, {y}, std::move(attributes));
}

}  // namespace

void add(Node& node) { binary(node, ACCEL_OPERATION_ADD); }
void sub(Node& node) { binary(node, ACCEL_OPERATION_SUB); }
void mul(Node& node) { binary(node, ACCEL_OPERATION_MUL); }
void div(Node& node) { binary(node, ACCEL_OPERATION_DIV); }
void relu(Node& node) { unary(node, ACCEL_OPERATION_RELU); }
void sigmoid(Node& node) { unary(node, ACCEL_OPERATION_SIGMOID); }
void tanh(Node& node) { unary(node, ACCEL_OPERATION_TANH); }
void exp(Node& node) { unary(node, ACCEL_OPERATION_EXP); }

void leaky_relu(Node& node) {
    AttributeList attributes;
    attributes.real(ACCEL_ATTRIBUTE_ALPHA, node.real("alpha", 0.01f));
    unary(node, ACCEL_OPERATION_LEAKY_RELU, std::move(attributes));
}

void clip(Node& node) {
    node.expect_operands(1, node.opset < 11 ? 1 : 3, 1, 1);
    ValueId bounds[2] = {kNoValue, kNoValue};
    for (size_t i = 0; i < 2; ++i) {
        const char* what = i == 0 ? "min" : "max";
        if (node.opset >= 11) {
            bounds[i] = node.has_input(i + 1) ? node.real_operand(i + 1, what) : kNoValue;
        } else if (const auto bound = node.real(what)) {
            bounds[i] = node.define_real(*bound);
        }
    }
    node.expect_type(0, kRealTypes);
    std::vector<ValueId> operands{node.input_id(0), bounds[0], bounds[1]};
    while (operands.back() == kNoValue) {
        operands.pop_back();
    }
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_CLIP, std::move(operands), {y});
}

namespace {

/// Below opset 6 a name, since then a number.
DataType cast_target(Node& node) {
    if (node.opset >= 6) {
        const auto to = node.integer("to");
        if (!to) {
            node.fail_corrupt("attribute 'to' is missing");
        }
        return static_cast<DataType>(*to);
    }
    const auto to = node.string("to");
    if (!to) {
        node.fail_corrupt("attribute 'to' is missing");
    }
    const DataType type = data_type_named(*to);
    if (type == DataType::kUndefined) {
        node.fail_corrupt("attribute 'to' is '", *to, "', which is no type");
    }
    return type;
}

}  // namespace

void cast(Node& node) {
    node.expect_operands(1, 1, 1, 1);
    node.expect_type(0, kMovedTypes);
    node.ignore_attribute("saturate");  // concerns 8-bit floats only
    node.ignore_attribute("round_mode");  // the same
    const DataType data_type = cast_target(node);
    const uint32_t type = accel_type_of(data_type);
    if (type == 0 || (kMovedTypes >> type & 1) == 0) {
        node.fail_unsupported("to ", name_of(data_type));
    }
    if (fold_cast(node, type)) {
        return;
    }
    const ValueId y = node.define_output(0, type, node.input(0).dims);
    AttributeList attributes;
    attributes.integer(ACCEL_ATTRIBUTE_TO, type);
    node.emit(ACCEL_OPERATION_CAST, {node.input_id(0)}, {y}, std::move(attributes));
}

}  // namespace accel::onnx::ops
