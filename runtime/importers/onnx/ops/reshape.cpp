// SPDX-License-Identifier: MIT
// Translators of operators that see elements in another shape.
#include "ops.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

/// Axes of Squeeze and Unsqueeze: an attribute below opset 13, an operand since.
std::optional<std::vector<int64_t>> read_axes(Node& node) {
    if (node.opset < 13) {
        return node.integers("axes");
    }
    if (!node.has_input(1)) {
        return std::nullopt;
    }
    return node.constant_integers(1, "axes");
}

std::vector<int64_t> resolve_axes(const Node& node, const std::vector<int64_t>& given, size_t rank) {
    std::vector<int64_t> axes;
    for (const int64_t axis : given) {
        axes.push_back(node.axis(axis, rank));
    }
    std::sort(axes.begin(), axes.end());
    if (std::adjacent_find(axes.begin(), axes.end()) != axes.end()) {
        node.fail_corrupt("an axis is given twice");
    }
    return axes;
}

/// The dims that a Reshape asks for; 0 copies the input's, and the place of a -1 is given back to be filled in.
Dims requested_dims(Node& node, const std::vector<Element>& shape, const Dims& x, bool zero_is_zero, std::optional<size_t>& rest) {
    Dims dims;
    for (size_t i = 0; i < shape.size(); ++i) {
        const Element& element = shape[i];
        if (!element.is_number()) {
            dims.push_back(node.graph.sizes.dim(element.size));
        } else if (element.value == -1) {
            if (rest) {
                node.fail_corrupt("the shape has more than one -1");
            }
            rest = i;
            dims.push_back(fixed_dim(1));
        } else if (element.value == 0 && !zero_is_zero) {
            if (i >= x.size()) {
                node.fail_corrupt("the shape copies dimension ", i, " of an input of rank ", x.size());
            }
            dims.push_back(x[i]);
        } else if (element.value < 0 || element.value > kSizeMax) {
            node.fail_corrupt("the shape has ", element.value);
        } else {
            dims.push_back(fixed_dim(element.value));
        }
    }
    return dims;
}

}  // namespace

// A shape can leave one size open (-1) and copy sizes from the same axis (0). Where that is not enough there is none, which says: as the result is declared. So it is with a
// true size of 0 that is no copy.
std::vector<ValueId> reshape_operands(Node& node, ValueId id, const Dims& dims) {
    const Dims& x = node.graph.value(id).dims;
    std::vector<int64_t> shape;
    bool open = false;
    for (size_t axis = 0; axis < dims.size(); ++axis) {
        const bool copied = axis < x.size() && same(x[axis], dims[axis]);
        if (is_fixed(dims[axis])) {
            if (dims[axis].size == 0 && !copied) {
                return {id};
            }
            shape.push_back(dims[axis].size);
        } else if (!open) {
            open = true;
            shape.push_back(-1);
        } else if (copied) {
            shape.push_back(0);
        } else {
            return {id};
        }
    }
    return {id, node.define_list(shape)};
}

void define_reshaped(Node& node, Dims dims) {
    const Value& x = node.input(0);
    if (x.is_constant()) {
        Value view = x;
        view.dims = std::move(dims);
        node.define_output(0, std::move(view));
        return;
    }
    node.expect_type(0, kMovedTypes);
    std::vector<ValueId> operands = reshape_operands(node, node.input_id(0), dims);
    node.hand_on_elements();
    const uint32_t type = x.type;
    const ValueId y = node.define_output(0, type, std::move(dims));
    node.emit(ACCEL_OPERATION_RESHAPE, std::move(operands), {y});
}

ValueId define_view(Node& node, ValueId x, Dims dims) {
    if (node.graph.value(x).is_constant()) {
        Value view = node.graph.value(x);
        view.dims = std::move(dims);
        return node.graph.add(std::move(view));
    }
    std::vector<ValueId> operands = reshape_operands(node, x, dims);
    const ValueId y = node.define_hidden(node.graph.value(x).type, std::move(dims));
    node.emit(ACCEL_OPERATION_RESHAPE, std::move(operands), {y});
    return y;
}

namespace {

/// An attribute below opset 5, an operand since. Nothing: parts of it are open, or may turn out to be -1, or a 0 that copies.
std::optional<std::vector<Element>> read_shape(Node& node, bool zero_is_zero) {
    if (node.opset < 5) {
        std::vector<Element> shape;
        for (const int64_t size : node.integers("shape").value_or(std::vector<int64_t>{})) {
            shape.push_back({size});
        }
        return shape;
    }
    auto shape = elements_of(node.input(1));
    if (shape && node.input(1).dims.size() != 1) {
        node.fail_unsupported("the shape '", node.input(1).name, "' must be a list");
    }
    const auto plain = [&](const Element& element) {
        return element.is_number() || node.graph.sizes.is_positive(element.size) || (zero_is_zero && node.graph.sizes.is_natural(element.size));
    };
    return shape && std::all_of(shape->begin(), shape->end(), plain) ? shape : std::nullopt;
}

/// To a shape of which parts are open: it stays an operand.
void reshape_by_operand(Node& node, bool zero_is_zero) {
    const std::optional<Dims> dims = sizes_operand(node, 1);
    if (!dims || zero_is_zero) {
        node.fail_unsupported("the shape '", node.input(1).name, "' is computed, ", dims ? "and allowzero is 1" : "and so is its number of axes");
    }
    node.expect_type(0, kMovedTypes);
    node.hand_on_elements();
    const ValueId y = node.define_output(0, node.input(0).type, *dims);
    node.emit(ACCEL_OPERATION_RESHAPE, {node.input_id(0), node.input_id(1)}, {y});
}

}  // namespace

std::optional<Dims> sizes_operand(Node& node, size_t index) {
    const Value& value = node.input(index);
    if (value.dims.size() != 1 || !is_fixed(value.dims[0])) {
        return std::nullopt;
    }
    if (value.dims[0].size > static_cast<int64_t>(kRankMax)) {
        node.fail_unsupported("a result of rank ", value.dims[0].size, "; the limit is ", kRankMax);
    }
    Dims dims(static_cast<size_t>(value.dims[0].size), open_dim());
    const auto elements = elements_of(value);
    for (size_t i = 0; elements && i < elements->size(); ++i) {
        const Element& element = (*elements)[i];
        if (element.is_number() ? element.value > 0 : node.graph.sizes.is_positive(element.size)) {
            dims[i] = node.graph.sizes.dim(node.graph.size_of(element));
        }
    }
    return dims;
}

void reshape(Node& node) {
    const size_t operands = node.opset < 5 ? 1 : 2;
    node.expect_operands(operands, operands, 1, 1);
    const bool zero_is_zero = node.integer("allowzero", 0) != 0;
    const std::optional<std::vector<Element>> known = read_shape(node, zero_is_zero);
    if (!known) {
        reshape_by_operand(node, zero_is_zero);
        return;
    }
    const std::vector<Element>& shape = *known;
    if (shape.size() > kRankMax) {
        node.fail_unsupported("a result of rank ", shape.size(), "; the limit is ", kRankMax);
    }
    const Dims& x = node.input(0).dims;
    std::optional<size_t> rest;
    Dims dims = requested_dims(node, shape, x, zero_is_zero, rest);
    if (all_fixed(dims) && !element_count(dims)) {
        node.fail_corrupt("the shape has more elements than any memory holds");
    }
    Sizes& sizes = node.graph.sizes;
    const auto have = sizes.calculate().number(sizes.product(x));
    const auto want = sizes.calculate().number(sizes.product(dims));
    if (rest && have && want && (*want == 0 || *have % *want != 0)) {
        node.fail_corrupt("no -1 makes ", to_text(x), " into the shape");
    }
    if (!rest && have && want && *have != *want) {
        node.fail_corrupt("an input of ", to_text(x), " does not have as many elements as ", to_text(dims));
    }
    if (rest) {
        dims[*rest] = sizes.dim(sizes.calculate().floor_div(sizes.product(x), sizes.product(dims)));
    }
    define_reshaped(node, std::move(dims));
}

void flatten(Node& node) {
    node.expect_operands(1, 1, 1, 1);
    const Dims& x = node.input(0).dims;
    const uint32_t axis = node.axis(node.integer("axis", 1), x.size(), true);
    Sizes& sizes = node.graph.sizes;
    define_reshaped(node, {sizes.dim(sizes.product(std::span(x).first(axis))), sizes.dim(sizes.product(std::span(x).subspan(axis)))});
}

void squeeze(Node& node) {
    node.expect_operands(1, node.opset < 13 ? 1 : 2, 1, 1);
    const Dims& x = node.input(0).dims;
    const auto given = read_axes(node);
    std::vector<int64_t> axes;
    if (given) {
        axes = resolve_axes(node, *given, x.size());
    } else {
        for (size_t i = 0; i < x.size(); ++i) {
            if (!is_fixed(x[i]) && node.graph.sizes.least(x[i]) < 2) {
                node.fail_unsupported("without axes, whether dimension ", i, " stays depends on its size, which is only known by name");
            }
            if (is_one(x[i])) {
                axes.push_back(static_cast<int64_t>(i));
            }
        }
    }
    Dims dims;
    for (size_t i = 0; i < x.size(); ++i) {
        if (!std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i))) {
            dims.push_back(x[i]);
        } else if (!may_equal(x[i], fixed_dim(1))) {
            node.fail_corrupt("axis ", i, " of ", to_text(x), " is not 1");
        }
    }
    define_reshaped(node, std::move(dims));
}

void unsqueeze(Node& node) {
    node.expect_operands(node.opset < 13 ? 1 : 2, node.opset < 13 ? 1 : 2, 1, 1);
    const Dims& x = node.input(0).dims;
    const auto given = read_axes(node);
    if (!given) {
        node.fail_corrupt("axes are missing");
    }
    const size_t rank = x.size() + given->size();
    if (rank > kRankMax) {
        node.fail_unsupported("a result of rank ", rank, "; the limit is ", kRankMax);
    }
    const std::vector<int64_t> axes = resolve_axes(node, *given, rank);
    Dims dims;
    for (size_t i = 0, next = 0; i < rank; ++i) {
        const bool inserted = std::binary_search(axes.begin(), axes.end(), static_cast<int64_t>(i));
        dims.push_back(inserted ? fixed_dim(1) : x[next++]);
    }
    define_reshaped(node, std::move(dims));
}

void identity(Node& node) {
    node.expect_operands(1, 1, 1, 1);
    if (node.input(0).is_constant()) {
        node.define_output(0, Value(node.input(0)));
        return;
    }
    node.expect_type(0, kMovedTypes);
    node.hand_on_elements();
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {y});
}

void dropout(Node& node) {
    node.expect_operands(1, node.opset < 12 ? 1 : 3, 1, 2);
    node.ignore_attribute("ratio");
    node.ignore_attribute("seed");
    if (node.opset < 7 && node.integer("is_test", 0) == 0) {
        node.fail_unsupported("is_test 0, which is training");
    }
    if (node.is_output_read(1)) {
        node.fail_unsupported("the second output (mask)");
    }
    if (node.has_input(2)) {
        const auto training = integers_of(node.input(2));
        if (!training || training->size() != 1 || training->front() != 0) {
            node.fail_unsupported("training_mode must be a constant false");
        }
    }
    node.expect_type(0, kRealTypes);
    const ValueId y = node.define_output(0, node.input(0).type, node.input(0).dims);
    node.emit(ACCEL_OPERATION_IDENTITY, {node.input_id(0)}, {y});
}

}  // namespace accel::onnx::ops
