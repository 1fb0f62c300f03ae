// SPDX-License-Identifier: MIT
// Builds heads of the graph for both sides until the place is found.
#include "first_difference.h"

#include <absl/strings/str_cat.h>
#include <accel/graph/catalog.h>

#include "bisection.h"
#include "graph_head.h"
#include "progress.h"

namespace accel::tool {
namespace {

std::string operation_text(const accel_node_desc &node)
{
    const graph::OperationRow *row = graph::find_operation(node.operation);
    return row ? row->name : node.custom_name ? node.custom_name
                                              : "";
}

class Search {
public:
    Search(const Instance &instance, const accel_graph_desc &graph, Side &a, Side &b, const ToleranceOptions &options)
        : instance_(instance),
          graph_(graph),
          a_(a),
          b_(b),
          options_(options)
    {
    }

    nlohmann::json run()
    {
        Progress progress("looking for the first operation that differs");
        const auto ask = [&](uint32_t place) {
            progress.update(-1, absl::StrCat("the first ", place, " of ", graph_.node_count, " operations").c_str());
            return differs(place);
        };
        const Change change = find_change(graph_.node_count, ask);
        // That the whole differs was seen at its outputs, as it is; here its last operation stands in the same light as the others.
        if (change.at == graph_.node_count && !ask(change.at).value_or(false)) return nullptr;
        found_["how"] = how(change);
        return found_;
    }

private:
    /// Nothing where the head cannot be built or run by both.
    std::optional<bool> differs(uint32_t place)
    {
        const GraphHead head(graph_, place);
        if (head.outputs().empty()) return std::nullopt;
        try {
            const Model model = Model::create(instance_, head.get());
            auto found = first_that_differs(compare_tensors(a_.run(model, ""), b_.run(model, ""), options_), head.outputs(), graph_);
            if (found.is_null()) return false;
            found["device_a"] = a_.device_of(found["node"]);
            found["device_b"] = b_.device_of(found["node"]);
            found_ = std::move(found);
            return true;
        } catch (const Error &) {
            return std::nullopt;
        } catch (const Failure &) {
            return std::nullopt;
        }
    }

    std::string how(const Change &change) const
    {
        std::string text = absl::StrCat("by bisection: of the model's first ", change.at, " operations, built for both sides with all results that later ones read as outputs, this is the first result that differs; ");
        absl::StrAppend(&text, change.before ? absl::StrCat("the first ", change.before, " alone agree") : "there is nothing in front of it", " (", change.asked, " pairs of builds)");
        if (change.at - change.before > 1) absl::StrAppend(&text, "; the ", change.at - change.before - 1, " cuts between could not be built alone, so an operation in front of it may be to blame");
        return text;
    }

    const Instance &instance_;
    const accel_graph_desc &graph_;
    Side &a_, &b_;
    const ToleranceOptions &options_;
    nlohmann::json found_;
};

}  // namespace

nlohmann::json ComparedTensor::json() const
{
    nlohmann::json out{{"name", a.name}, {"type", type_name(a.type)}, {"shape", a.dims}, {"elements", difference.count}, {"differ", difference.differ}, {"max_abs", difference.absolute_max}, {"max_rel", difference.relative_max}, {"atol", tolerance.absolute}, {"rtol", tolerance.relative}, {"steps", tolerance.steps}, {"equal", difference.equal()}};
    if (difference.first) out["first"] = {{"index", *difference.first}, {"place", place_text(*difference.first, a.dims)}, {"a", difference.first_a}, {"b", difference.first_b}};
    return out;
}

ComparedTensor compare_tensor(TensorValue a, TensorValue b, const ToleranceOptions &options)
{
    if (a.type != b.type || a.dims != b.dims) throw Failure("'" + a.name + "' is " + a.text() + " on the one side and " + b.text() + " on the other; compare tensors of one type and shape");
    const Tolerance tolerance = options.of(a.type);
    const Difference difference = compare(a.type, a.dense, b.dense, tolerance);
    return {std::move(a), std::move(b), tolerance, difference};
}

std::vector<ComparedTensor> compare_tensors(std::vector<TensorValue> a, std::vector<TensorValue> b, const ToleranceOptions &options)
{
    if (a.size() != b.size()) throw Failure("one side has " + std::to_string(a.size()) + " outputs, the other " + std::to_string(b.size()) + "; compare builds of one model");
    std::vector<ComparedTensor> compared;
    for (size_t index = 0; index < a.size(); ++index) compared.push_back(compare_tensor(std::move(a[index]), std::move(b[index]), options));
    return compared;
}

nlohmann::json first_that_differs(const std::vector<ComparedTensor> &compared, const std::vector<uint32_t> &tensors, const accel_graph_desc &graph)
{
    const auto made_by = makers(graph);
    for (size_t index = 0; index < compared.size(); ++index) {
        if (compared[index].difference.equal()) continue;
        const uint32_t maker = made_by[tensors.at(index)];
        const accel_node_desc &node = *accel_graph_node(&graph, maker);
        return {{"node", node.name}, {"operation", operation_text(node)}, {"index", maker}, {"nodes", graph.node_count}, {"tensor", compared[index].json()}};
    }
    return nullptr;
}

nlohmann::json find_first_difference(const Instance &instance, const accel_graph_desc &graph, Side &a, Side &b, const ToleranceOptions &options)
{
    return Search(instance, graph, a, b, options).run();
}

}  // namespace accel::tool
