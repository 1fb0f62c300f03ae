// SPDX-License-Identifier: MIT
#include "graph_shapes.h"

#include <algorithm>

#include "catalog.h"

namespace accel::runtime {

namespace {

/// No attribute of a sane model comes near; keeps the arithmetic below from overflowing.
constexpr int64_t kMaxExtent = int64_t{1} << 40;

using Results = std::vector<std::optional<Shape>>;
using Ints = std::vector<int64_t>;

class Inference {
public:
    Inference(const Graph &graph, const Node &node, std::string *why) : graph_(graph), node_(node), why_(why) {}

    std::optional<Results> run()
    {
        // Operands that stand for attributes say what the shape is once they are known.
        if (node_.has_value_operands()) return Results(node_.outputs.size());
        switch (node_.operation) {
        case ACCEL_OPERATION_CONV: return one(conv());
        case ACCEL_OPERATION_GEMM: return one(gemm());
        case ACCEL_OPERATION_MATMUL: return one(matmul());
        case ACCEL_OPERATION_MAX_POOL:
        case ACCEL_OPERATION_AVERAGE_POOL: return one(pool());
        case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL: return one(global_pool());
        case ACCEL_OPERATION_ADD:
        case ACCEL_OPERATION_SUB:
        case ACCEL_OPERATION_MUL:
        case ACCEL_OPERATION_DIV: return one(binary());
        case ACCEL_OPERATION_RESHAPE: return one(reshape());
        case ACCEL_OPERATION_TRANSPOSE: return one(transpose());
        case ACCEL_OPERATION_CONCAT: return one(concat());
        case ACCEL_OPERATION_SLICE: return one(slice());
        case ACCEL_OPERATION_BATCH_NORMALIZATION: return one(batch_normalization());
        case ACCEL_OPERATION_REDUCE_MEAN: return one(reduce());
        case ACCEL_OPERATION_PAD: return one(pad());
        case ACCEL_OPERATION_SPLIT: return split();
        case ACCEL_OPERATION_GATHER: return one(gather());
        case ACCEL_OPERATION_SHAPE: return one(Shape{Dim{static_cast<int64_t>(told_axes(node_, shape(0).size()).count())}});
        case ACCEL_OPERATION_SIZE: return one(Shape{});
        case ACCEL_OPERATION_EXPAND: return one(expand());
        case ACCEL_OPERATION_SOFTMAX: return axis_attribute() < 0 ? std::nullopt : one(shape(0));
        default: return find_operation(node_.operation) ? one(shape(0)) : Results(node_.outputs.size());
        }
    }

private:
    std::nullopt_t refuse(std::string why)
    {
        if (why_) *why_ = std::move(why);
        return std::nullopt;
    }
    static std::optional<Results> one(std::optional<Shape> shape)
    {
        if (!shape) return std::nullopt;
        return Results{std::move(shape)};
    }
    const Shape &shape(size_t position) const { return graph_.tensors[node_.inputs[position]].shape; }
    std::string shown(size_t position) const
    {
        return "operand " + tensor_text(graph_, node_.inputs[position]) + " has shape " + text(graph_, shape(position));
    }

    /// An attribute of `count` integers within [low, high], the same default for all when absent.
    std::optional<Ints> ints(uint32_t key, size_t count, int64_t otherwise, int64_t low, int64_t high = kMaxExtent)
    {
        Ints values = node_.ints(key, Ints(count, otherwise));
        const char *name = find_attribute(key)->name;
        if (values.size() != count)
            return refuse(std::string(name) + " has " + std::to_string(values.size()) + " values, expected " + std::to_string(count));
        for (const int64_t value : values) {
            if (value < low || value > high)
                return refuse(std::string(name) + " is " + std::to_string(value) + ", expected " + std::to_string(low) + " to " + std::to_string(high));
        }
        return values;
    }

    /// -1 after a refusal.
    int64_t axis_attribute(int64_t otherwise = -1)
    {
        const int64_t axis = node_.integer(ACCEL_ATTRIBUTE_AXIS, otherwise);
        const int64_t rank = static_cast<int64_t>(shape(0).size());
        if (axis >= 0 && axis < rank) return axis;
        refuse(node_.find(ACCEL_ATTRIBUTE_AXIS) ? "axis is " + std::to_string(axis) + ", expected 0 to " + std::to_string(rank - 1) : "axis is missing");
        return -1;
    }

    struct Window {
        Ints kernel, strides, dilations, pads;
        bool ceil = false;
        bool same = false;  ///< as many positions as strides fit, whatever the padding is
    };

    std::optional<Window> window(size_t spatial, Ints kernel)
    {
        const auto strides = ints(ACCEL_ATTRIBUTE_STRIDES, spatial, 1, 1);
        if (!strides) return std::nullopt;
        const auto dilations = ints(ACCEL_ATTRIBUTE_DILATIONS, spatial, 1, 1, 1 << 20);
        if (!dilations) return std::nullopt;
        const auto pads = ints(ACCEL_ATTRIBUTE_PADS, 2 * spatial, 0, 0, 1 << 30);
        if (!pads) return std::nullopt;
        const Attribute *automatic = node_.find(ACCEL_ATTRIBUTE_AUTO_PAD);
        if (automatic && automatic->text() != "SAME_UPPER" && automatic->text() != "SAME_LOWER")
            return refuse("auto_pad is '" + std::string(automatic->text()) + "', expected SAME_UPPER, SAME_LOWER or none");
        if (automatic && node_.find(ACCEL_ATTRIBUTE_PADS)) return refuse("auto_pad and pads are given, expected one of them");
        return Window{std::move(kernel), *strides, *dilations, *pads, node_.integer(ACCEL_ATTRIBUTE_CEIL_MODE, 0) != 0, automatic != nullptr};
    }

    /// Sizes after sliding a window; with ceil_mode a window that would begin in the end padding does not count (ONNX).
    std::optional<Shape> slide(Shape out, const Window &window)
    {
        const size_t spatial = window.kernel.size();
        for (size_t i = 0; i < spatial; ++i) {
            Dim &dim = out[i + 2];
            if (!dim.fixed()) {
                dim = kUnknownDim;
                continue;
            }
            if (window.same) {
                dim.size = (dim.size + window.strides[i] - 1) / window.strides[i];
                continue;
            }
            const int64_t extent = (window.kernel[i] - 1) * window.dilations[i] + 1;
            const int64_t padded = dim.size + window.pads[i] + window.pads[spatial + i];
            if (padded < extent) {
                return refuse("the window covers " + std::to_string(extent) + " positions of spatial axis " + std::to_string(i) + ", which has " +
                              std::to_string(padded) + " with padding");
            }
            const int64_t stride = window.strides[i];
            int64_t count = (padded - extent + (window.ceil ? stride - 1 : 0)) / stride + 1;
            if (window.ceil && (count - 1) * stride >= dim.size + window.pads[i]) --count;
            dim.size = count;
        }
        return out;
    }

    std::optional<Shape> conv()
    {
        const Shape &x = shape(0);
        const Shape &w = shape(1);
        if (x.size() < 3 || w.size() != x.size()) return refuse(shown(0) + " and " + shown(1) + ", expected equal ranks of at least 3");
        const size_t spatial = x.size() - 2;
        Ints kernel;
        for (size_t i = 0; i < spatial; ++i) {
            if (!w[i + 2].fixed() || w[i + 2].size < 1 || w[i + 2].size > (1 << 20)) return refuse(shown(1) + ", expected a kernel of fixed size");
            kernel.push_back(w[i + 2].size);
        }
        if (const Attribute *given = node_.find(ACCEL_ATTRIBUTE_KERNEL_SHAPE); given && given->ints() != kernel)
            return refuse("kernel_shape differs from the weights: " + shown(1));
        const int64_t group = node_.integer(ACCEL_ATTRIBUTE_GROUP, 1);
        if (group < 1 || group > kMaxExtent) return refuse("group is " + std::to_string(group) + ", expected at least 1");
        if (x[1].fixed() && w[1].fixed() && (x[1].size % group != 0 || w[1].size != x[1].size / group))
            return refuse(shown(0) + ", which needs " + std::to_string(x[1].size / group) + " input channels per group; " + shown(1));
        if (w[0].fixed() && w[0].size % group != 0) return refuse(shown(1) + ", whose output channels are no multiple of " + std::to_string(group) + " groups");
        if (node_.input(2) != ACCEL_TENSOR_NONE && !shapes_agree(graph_, shape(2), Shape{w[0]})) return refuse(shown(2) + ", expected one per output channel");
        const auto slid = window(spatial, std::move(kernel));
        if (!slid) return std::nullopt;
        Shape out = x;
        out[1] = w[0];
        return slide(std::move(out), *slid);
    }

    std::optional<Shape> pool()
    {
        const Shape &x = shape(0);
        if (x.size() < 3) return refuse(shown(0) + ", expected rank 3 at least");
        if (!node_.find(ACCEL_ATTRIBUTE_KERNEL_SHAPE)) return refuse("kernel_shape is missing");
        const auto kernel = ints(ACCEL_ATTRIBUTE_KERNEL_SHAPE, x.size() - 2, 1, 1, 1 << 20);
        if (!kernel) return std::nullopt;
        const auto slid = window(x.size() - 2, *kernel);
        return slid ? slide(x, *slid) : std::nullopt;
    }

    std::optional<Shape> global_pool()
    {
        Shape out = shape(0);
        if (out.size() < 3) return refuse(shown(0) + ", expected rank 3 at least");
        for (size_t axis = 2; axis < out.size(); ++axis) out[axis] = Dim{1};
        return out;
    }

    std::optional<Shape> gemm()
    {
        Shape a = shape(0), b = shape(1);
        if (a.size() != 2 || b.size() != 2) return refuse(shown(0) + " and " + shown(1) + ", expected matrices");
        if (node_.integer(ACCEL_ATTRIBUTE_TRANS_A, 0)) std::swap(a[0], a[1]);
        if (node_.integer(ACCEL_ATTRIBUTE_TRANS_B, 0)) std::swap(b[0], b[1]);
        if (!shapes_agree(graph_, Shape{a[1]}, Shape{b[0]})) return refuse(shown(0) + " and " + shown(1) + ", whose inner sizes differ");
        const Shape out{a[0], b[1]};
        if (node_.input(2) != ACCEL_TENSOR_NONE) {
            const auto sum = broadcast(out, shape(2));
            if (!sum || sum->size() != 2 || !shapes_agree(graph_, *sum, out)) return refuse(shown(2) + ", which does not stretch to " + text(graph_, out));
        }
        return out;
    }

    std::optional<Shape> matmul()
    {
        Shape a = shape(0), b = shape(1);
        if (a.empty() || b.empty()) return refuse(shown(0) + " and " + shown(1) + ", expected rank 1 at least");
        const bool row = a.size() == 1, column = b.size() == 1;
        if (row) a.insert(a.begin(), Dim{1});
        if (column) b.push_back(Dim{1});
        if (!shapes_agree(graph_, Shape{a.back()}, Shape{b[b.size() - 2]})) return refuse(shown(0) + " and " + shown(1) + ", whose inner sizes differ");
        auto out = broadcast(Shape(a.begin(), a.end() - 2), Shape(b.begin(), b.end() - 2));
        if (!out) return refuse(shown(0) + " and " + shown(1) + ", whose outer sizes do not go together");
        if (!row) out->push_back(a[a.size() - 2]);
        if (!column) out->push_back(b.back());
        return out;
    }

    std::optional<Shape> binary()
    {
        auto out = broadcast(shape(0), shape(1));
        if (!out) return refuse(shown(0) + " and " + shown(1) + ", which do not stretch to each other");
        return out;
    }

    /// Without SHAPE: as the result is declared.
    std::optional<Shape> declared()
    {
        const Shape &out = graph_.tensors[node_.outputs[0]].shape;
        const auto have = element_count(shape(0)), made = element_count(out);
        if (have && made && *have != *made) return refuse(shown(0) + ", expected " + std::to_string(*made) + " elements for " + text(graph_, out));
        return out;
    }

    std::optional<Shape> reshape()
    {
        const Attribute *wanted = node_.find(ACCEL_ATTRIBUTE_SHAPE);
        if (!wanted) return declared();
        if (wanted->ints().size() > kMaxRank) return refuse("shape has " + std::to_string(wanted->ints().size()) + " sizes, at most " + std::to_string(kMaxRank));
        const Shape &x = shape(0);
        Shape out;
        size_t open_axis = SIZE_MAX;
        for (size_t axis = 0; axis < wanted->ints().size(); ++axis) {
            const int64_t size = wanted->ints()[axis];
            if (size == -1 && open_axis == SIZE_MAX) open_axis = axis;
            else if (size < 0 || size > kMaxExtent) return refuse("shape has " + std::to_string(size) + " at axis " + std::to_string(axis));
            out.push_back(size == -1 ? kUnknownDim : size == 0 && axis < x.size() ? x[axis] : Dim{size});
        }
        const auto count = element_count(x);
        if (!count) return out;
        if (open_axis != SIZE_MAX) {
            out[open_axis] = Dim{1};
            const auto rest = element_count(out);
            if (!rest) return out[open_axis] = kUnknownDim, out;
            if (*rest == 0 || *count % *rest != 0) return refuse(shown(0) + ", which does not divide into the wanted shape");
            out[open_axis].size = static_cast<int64_t>(*count / *rest);
        }
        if (const auto made = element_count(out); made && *made != *count)
            return refuse(shown(0) + ", expected " + std::to_string(*made) + " elements for " + text(graph_, out));
        return out;
    }

    std::optional<Shape> expand()
    {
        const Attribute *wanted = node_.find(ACCEL_ATTRIBUTE_SHAPE);
        if (!wanted) return refuse("shape is missing");
        Shape given;
        for (const int64_t size : wanted->ints()) {
            if (size < 0 || size > kMaxExtent) return refuse("shape has " + std::to_string(size));
            given.push_back(Dim{size});
        }
        auto out = broadcast(shape(0), given);
        if (!out || out->size() > kMaxRank) return refuse(shown(0) + ", which does not stretch to " + text(graph_, given));
        return out;
    }

    std::optional<Shape> transpose()
    {
        const Shape &x = shape(0);
        Ints perm = node_.ints(ACCEL_ATTRIBUTE_PERM, {});
        if (!node_.find(ACCEL_ATTRIBUTE_PERM)) {
            for (size_t axis = x.size(); axis-- > 0;) perm.push_back(static_cast<int64_t>(axis));
        }
        Ints sorted = perm;
        std::sort(sorted.begin(), sorted.end());
        bool permutes = sorted.size() == x.size();
        for (size_t axis = 0; axis < sorted.size(); ++axis) permutes = permutes && sorted[axis] == static_cast<int64_t>(axis);
        if (!permutes) return refuse("perm is no permutation of the axes; " + shown(0));
        Shape out;
        for (const int64_t axis : perm) out.push_back(x[static_cast<size_t>(axis)]);
        return out;
    }

    std::optional<Shape> concat()
    {
        const int64_t axis = axis_attribute();
        if (axis < 0) return std::nullopt;
        const auto along = static_cast<size_t>(axis);
        Shape out = shape(0);
        for (size_t i = 1; i < node_.inputs.size(); ++i) {
            const Shape &next = shape(i);
            for (size_t k = 0; k < out.size() || k < next.size(); ++k) {
                if (next.size() != out.size() || (k != along && !shapes_agree(graph_, Shape{out[k]}, Shape{next[k]})))
                    return refuse(shown(0) + " and " + shown(i) + ", expected equal sizes except along axis " + std::to_string(axis));
                if (k != along && !out[k].fixed() && next[k].fixed()) out[k] = next[k];
            }
            if (out[along].fixed() && next[along].fixed()) out[along].size = std::min(out[along].size + next[along].size, kMaxExtent);
            else out[along] = kUnknownDim;
        }
        return out;
    }

    std::optional<Shape> slice()
    {
        Shape out = shape(0);
        const Ints starts = node_.ints(ACCEL_ATTRIBUTE_STARTS, {});
        Ints all;
        for (size_t i = 0; i < starts.size(); ++i) all.push_back(static_cast<int64_t>(i));
        const Ints axes = node_.ints(ACCEL_ATTRIBUTE_AXES, all);
        const Ints ends = node_.ints(ACCEL_ATTRIBUTE_ENDS, {});
        const Ints steps = node_.ints(ACCEL_ATTRIBUTE_STEPS, Ints(starts.size(), 1));
        if (starts.empty() || axes.size() != starts.size() || ends.size() != starts.size() || steps.size() != starts.size())
            return refuse("starts, ends, axes and steps need the same number of values, at least one");
        int64_t before = -1;
        for (size_t i = 0; i < axes.size(); ++i) {
            if (axes[i] <= before || axes[i] >= static_cast<int64_t>(out.size())) return refuse("axes must rise and lie below the rank; " + shown(0));
            before = axes[i];
            if (steps[i] == 0 || steps[i] < -kMaxExtent || steps[i] > kMaxExtent) return refuse("steps has " + std::to_string(steps[i]));
            Dim &dim = out[static_cast<size_t>(axes[i])];
            if (!dim.fixed()) {
                dim = kUnknownDim;
                continue;
            }
            const bool forward = steps[i] > 0;
            const int64_t start = std::clamp<int64_t>(starts[i], 0, forward ? dim.size : std::max<int64_t>(dim.size - 1, 0));
            const int64_t end = std::clamp<int64_t>(ends[i], forward ? 0 : -1, dim.size);
            const int64_t reach = forward ? end - start : start - end;
            const int64_t step = forward ? steps[i] : -steps[i];
            dim.size = reach > 0 ? (reach + step - 1) / step : 0;
        }
        return out;
    }

    std::optional<Shape> batch_normalization()
    {
        const Shape &x = shape(0);
        if (x.size() < 2) return refuse(shown(0) + ", expected rank 2 at least");
        for (size_t i = 1; i < 5; ++i) {
            if (!shapes_agree(graph_, shape(i), Shape{x[1]})) return refuse(shown(i) + ", expected one per channel");
        }
        return x;
    }

    std::optional<Shape> reduce()
    {
        const Shape &x = shape(0);
        Ints axes = node_.ints(ACCEL_ATTRIBUTE_AXES, {});
        if (axes.empty()) {
            for (size_t axis = 0; axis < x.size(); ++axis) axes.push_back(static_cast<int64_t>(axis));
        }
        const bool keep = node_.integer(ACCEL_ATTRIBUTE_KEEPDIMS, 1) != 0;
        std::vector<bool> reduced(x.size());
        for (const int64_t axis : axes) {
            if (axis < 0 || axis >= static_cast<int64_t>(x.size())) return refuse("axes has " + std::to_string(axis) + "; " + shown(0));
            reduced[static_cast<size_t>(axis)] = true;
        }
        Shape out;
        for (size_t axis = 0; axis < x.size(); ++axis) {
            if (!reduced[axis]) out.push_back(x[axis]);
            else if (keep) out.push_back(Dim{1});
        }
        return out;
    }

    std::optional<Shape> pad()
    {
        Shape out = shape(0);
        const auto pads = ints(ACCEL_ATTRIBUTE_PADS, 2 * out.size(), 0, 0);
        if (!pads) return std::nullopt;
        for (size_t axis = 0; axis < out.size(); ++axis) {
            const int64_t added = (*pads)[axis] + (*pads)[axis + out.size()];
            if (added == 0) continue;
            if (out[axis].fixed()) out[axis].size += added;
            else out[axis] = kUnknownDim;
        }
        return out;
    }

    std::optional<Results> split()
    {
        const int64_t axis = axis_attribute(0);
        if (axis < 0) return std::nullopt;
        const Dim whole = shape(0)[static_cast<size_t>(axis)];
        const size_t count = node_.outputs.size();
        Ints sizes;
        if (node_.find(ACCEL_ATTRIBUTE_SPLIT)) {
            const auto given = ints(ACCEL_ATTRIBUTE_SPLIT, count, 0, 0);
            if (!given) return std::nullopt;
            sizes = *given;
        } else if (whole.fixed()) {
            if (whole.size % static_cast<int64_t>(count) != 0) return refuse(shown(0) + ", which does not divide into " + std::to_string(count) + " equal parts");
            sizes.assign(count, whole.size / static_cast<int64_t>(count));
        }
        int64_t sum = 0;
        Results results;
        for (size_t i = 0; i < count; ++i) {
            Shape part = shape(0);
            part[static_cast<size_t>(axis)] = sizes.empty() ? kUnknownDim : Dim{sizes[i]};
            if (!sizes.empty()) sum = std::min(sum + sizes[i], kMaxExtent);
            results.push_back(std::move(part));
        }
        if (!sizes.empty() && whole.fixed() && sum != whole.size) return refuse("split adds up to " + std::to_string(sum) + "; " + shown(0));
        return results;
    }

    std::optional<Shape> gather()
    {
        const int64_t axis = axis_attribute(0);
        if (axis < 0) return std::nullopt;
        const Shape &x = shape(0);
        Shape out(x.begin(), x.begin() + axis);
        out.insert(out.end(), shape(1).begin(), shape(1).end());
        out.insert(out.end(), x.begin() + axis + 1, x.end());
        if (out.size() > kMaxRank) return refuse("the result would have rank " + std::to_string(out.size()) + ", at most " + std::to_string(kMaxRank));
        return out;
    }

    const Graph &graph_;
    const Node &node_;
    std::string *why_;
};

}  // namespace

AxisSpan told_axes(const Node &node, size_t rank)
{
    const auto resolved = [&](uint32_t key, int64_t otherwise) {
        const auto count = static_cast<int64_t>(rank);
        const int64_t given = node.integer(key, otherwise);
        return static_cast<size_t>(std::clamp<int64_t>(given < 0 ? given + count : given, 0, count));
    };
    const size_t begin = resolved(ACCEL_ATTRIBUTE_START, 0);
    return {begin, std::max(begin, resolved(ACCEL_ATTRIBUTE_END, static_cast<int64_t>(rank)))};
}

namespace {

bool dims_agree(const Graph &graph, const Dim &a, const Dim &b)
{
    const auto unknown = [](const Dim &dim) { return dim.size < 0 && dim.symbol == ACCEL_SYMBOL_NONE; };
    if (unknown(a) || unknown(b)) return true;
    if (a.symbol == b.symbol) return a.symbol != ACCEL_SYMBOL_NONE || a.size == b.size;
    // Of two symbols it is seen when they have sizes.
    const auto least = [&](const Dim &dim) { return dim.fixed() ? dim.size : graph.symbols[dim.symbol].min_size; };
    const auto most = [&](const Dim &dim) { return dim.fixed() ? dim.size : graph.symbols[dim.symbol].max_size; };
    return least(a) <= most(b) && least(b) <= most(a);
}

}  // namespace

std::optional<std::vector<std::optional<Shape>>> infer_shapes(const Graph &graph, const Node &node, std::string *why)
{
    return Inference(graph, node, why).run();
}

bool shapes_agree(const Graph &graph, const Shape &a, const Shape &b)
{
    if (a.size() != b.size()) return false;
    for (size_t axis = 0; axis < a.size(); ++axis) {
        if (!dims_agree(graph, a[axis], b[axis])) return false;
    }
    return true;
}

std::optional<Shape> broadcast(const Shape &a, const Shape &b)
{
    const size_t rank = std::max(a.size(), b.size());
    Shape out(rank);
    for (size_t i = 0; i < rank; ++i) {
        const Dim x = i + a.size() >= rank ? a[i + a.size() - rank] : Dim{1};
        const Dim y = i + b.size() >= rank ? b[i + b.size() - rank] : Dim{1};
        if (x == y || y == Dim{1}) out[i] = x;
        else if (x == Dim{1}) out[i] = y;
        else if (x.fixed() && y.fixed()) return std::nullopt;
        else if (x.fixed()) out[i] = x;
        else if (y.fixed()) out[i] = y;
        else out[i] = kUnknownDim;
    }
    return out;
}

}  // namespace accel::runtime
