// SPDX-License-Identifier: MIT
#include "value_operands.h"

#include <algorithm>
#include <numeric>

#include "../catalog.h"
#include "constants.h"

namespace accel::runtime {

namespace {

using Ints = std::vector<int64_t>;

constexpr uint64_t kMaxValues = 1024;

bool is_known(const Graph &graph, uint32_t tensor) { return tensor == ACCEL_TENSOR_NONE || (graph.tensors[tensor].constant() && element_count(graph.tensors[tensor].shape).value_or(UINT64_MAX) <= kMaxValues); }

Ints integers_of(const Tensor &tensor)
{
    if (tensor.type == ACCEL_TYPE_I64) return values_of<int64_t>(tensor);
    const std::vector<int32_t> narrow = values_of<int32_t>(tensor);
    return {narrow.begin(), narrow.end()};
}

class Taker {
public:
    Taker(const Graph &graph, Node &node, const OperationRow &row, std::string *why) : graph_(graph), node_(node), row_(row), why_(why) {}

    bool run()
    {
        if (node_.operation == ACCEL_OPERATION_SLICE) return slice();
        for (size_t i = 0; i < row_.values.size(); ++i) {
            const uint32_t tensor = node_.input(row_.input_count_max + i);
            if (tensor == ACCEL_TENSOR_NONE) continue;
            const accel_attribute_key key = row_.values[i];
            if (attribute_kind(find_attribute(key)->kind).held == Held::kInts) {
                Ints values = integers_of(graph_.tensors[tensor]);
                if (key == ACCEL_ATTRIBUTE_AXES && !ascending(values)) return false;
                node_.set_ints(key, std::move(values));
                continue;
            }
            const std::vector<float> values = values_of<float>(graph_.tensors[tensor]);
            if (values.size() != 1) return refuse(std::string(find_attribute(key)->name) + " has " + std::to_string(values.size()) + " values, expected 1");
            node_.set_real(key, values.front());
        }
        return done();
    }

private:
    bool refuse(std::string why)
    {
        *why_ = std::move(why);
        return false;
    }
    bool done()
    {
        node_.inputs.resize(row_.input_count_max);
        while (!node_.inputs.empty() && node_.inputs.back() == ACCEL_TENSOR_NONE) node_.inputs.pop_back();
        return true;
    }
    const Shape &x() const { return graph_.tensors[node_.inputs[0]].shape; }

    /// An axis counted from the begin; -1 after a refusal.
    int64_t axis(int64_t given)
    {
        const auto rank = static_cast<int64_t>(x().size());
        if (given >= -rank && given < rank) return given < 0 ? given + rank : given;
        refuse("axis " + std::to_string(given) + " lies outside of rank " + std::to_string(rank));
        return -1;
    }

    bool ascending(Ints &axes)
    {
        for (int64_t &each : axes) {
            if ((each = axis(each)) < 0) return false;
        }
        std::sort(axes.begin(), axes.end());
        return std::adjacent_find(axes.begin(), axes.end()) == axes.end() || refuse("an axis is given twice");
    }

    /// The attribute, or what its operand holds.
    Ints list(size_t value, Ints otherwise) const
    {
        const uint32_t tensor = node_.input(row_.input_count_max + value);
        return tensor == ACCEL_TENSOR_NONE ? node_.ints(row_.values[value], std::move(otherwise)) : integers_of(graph_.tensors[tensor]);
    }

    /// Bounds may count from the end, reach beyond it, and come in any order of axes.
    bool slice()
    {
        const Ints starts = list(0, {}), ends = list(1, {});
        Ints all(starts.size());
        std::iota(all.begin(), all.end(), 0);
        Ints axes = list(2, all);
        const Ints steps = list(3, Ints(starts.size(), 1));
        if (ends.size() != starts.size() || axes.size() != starts.size() || steps.size() != starts.size()) return refuse("starts, ends, axes and steps have different numbers of values");
        Ints order = all;
        for (int64_t &each : axes) {
            if ((each = axis(each)) < 0) return false;
            // A size that is not known yet: the operands stay.
            if (!x()[static_cast<size_t>(each)].fixed()) return true;
        }
        std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return axes[static_cast<size_t>(a)] < axes[static_cast<size_t>(b)]; });
        Ints sorted[4];
        for (const int64_t place : order) {
            const auto i = static_cast<size_t>(place);
            const int64_t size = x()[static_cast<size_t>(axes[i])].size;
            if (steps[i] == 0) return refuse("a step of 0");
            if (!sorted[2].empty() && sorted[2].back() == axes[i]) return refuse("axis " + std::to_string(axes[i]) + " is given twice");
            const auto position = [&](int64_t given, int64_t low, int64_t high) { return std::clamp<int64_t>(given < 0 ? given + size : given, low, std::max(low, high)); };
            const bool forward = steps[i] > 0;
            sorted[0].push_back(forward ? position(starts[i], 0, size) : position(starts[i], 0, size - 1));
            sorted[1].push_back(forward ? position(ends[i], 0, size) : position(ends[i], -1, size - 1));
            sorted[2].push_back(axes[i]);
            sorted[3].push_back(std::clamp(steps[i], -kFarthest, kFarthest));
        }
        for (size_t i = 0; i < 4; ++i) node_.set_ints(row_.values[i], std::move(sorted[i]));
        if (starts.empty()) node_.operation = ACCEL_OPERATION_IDENTITY, node_.attributes.clear();
        return done();
    }

    /// A step beyond it reaches no second element.
    static constexpr int64_t kFarthest = int64_t{1} << 40;

    const Graph &graph_;
    Node &node_;
    const OperationRow &row_;
    std::string *why_;
};

}  // namespace

bool take_values(const Graph &graph, Node &node, std::string *why)
{
    if (!node.has_value_operands()) return true;
    const OperationRow &row = *find_operation(node.operation);
    const bool known = std::all_of(node.inputs.begin() + row.input_count_max, node.inputs.end(), [&](uint32_t tensor) { return is_known(graph, tensor); });
    return !known || Taker(graph, node, row, why).run();
}

}  // namespace accel::runtime
