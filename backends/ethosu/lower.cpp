// SPDX-License-Identifier: MIT
// Plans the nodes of a graph, places their tensors, and emits one program.
#include "lower.h"

#include "arena/arena.h"
#include "mlw.h"
#include "operand.h"
#include "shape.h"

#include <algorithm>
#include <map>

namespace accel::ethosu {
namespace {

constexpr uint64_t kAlignmentBytes = 16;
constexpr size_t kMaxWordsPerOp = 128;

class Lowering {
public:
    Lowering(const graph::View &graph, const std::function<void(double)> &progress)
        : graph_(graph),
          progress_(progress),
          root_(graph.tensor_count()),
          port_(graph.tensor_count(), kNoPort),
          produced_(graph.tensor_count())
    {
        for (uint32_t i = 0; i < graph.tensor_count(); ++i)
            root_[i] = i;
    }

    Lowered run()
    {
        if (bind_ports() && plan_nodes() && place_scratch() && place_constants())
            emit_words();
        return std::move(result_);
    }

private:
    static constexpr uint32_t kNoPort = UINT32_MAX;

    bool fail(accel_status status, std::string message)
    {
        result_.status = status;
        result_.message = std::move(message);
        return false;
    }

    bool bind_ports()
    {
        const Ports ports = ports_of(graph_);
        for (uint32_t port = 0; port < ports.tensors.size(); ++port) {
            const uint32_t tensor = ports.tensors[port];
            const bool is_output = port >= graph_.inputs().size();
            if (ports.layouts[port].size_bytes == 0)
                return fail(ACCEL_STATUS_UNSUPPORTED, "port " + std::to_string(port) + " has no fixed 8-bit form");
            if (port_[tensor] != kNoPort)
                return fail(ACCEL_STATUS_UNSUPPORTED, "port " + std::to_string(port) + " repeats a tensor");
            port_[tensor] = port;
            result_.program.ports.push_back({ports.layouts[port].size_bytes, is_output});
        }
        return true;
    }

    bool is_graph_output(uint32_t tensor) const { return port_[tensor] != kNoPort && port_[tensor] >= graph_.inputs().size(); }

    bool plan_nodes()
    {
        for (uint32_t i = 0; i < graph_.node_count(); ++i) {
            const accel_node_desc &node = graph_.node(i);
            NodePlan plan;
            if (const Verdict refusal = plan_node(graph_, node, plan))
                return fail(ACCEL_STATUS_UNSUPPORTED, "node " + std::to_string(i) + " is refused with reason " +
                                                          std::to_string(refusal->reason) + ", given " + std::to_string(refusal->given) +
                                                          ", expected " + std::to_string(refusal->expected));
            const uint32_t output = node.outputs[0];
            produced_[output] = true;
            if (plan.may_alias && !is_graph_output(output)) {
                root_[output] = root_[graph::input(node, 0)];
                continue;
            }
            for (PlannedOp &op : plan.ops)
                ops_.push_back(std::move(op));
            if (progress_)
                progress_(0.5 * (i + 1) / graph_.node_count());
        }
        for (const uint32_t output : graph_.outputs())
            if (!produced_[output])
                return fail(ACCEL_STATUS_UNSUPPORTED, "output tensor " + std::to_string(output) + " has no producer");
        return true;
    }

    // Tensors that are neither ports nor constants share the scratch by lifetime.
    bool place_scratch()
    {
        std::map<uint32_t, arena::Lifetime> lives;
        for (uint32_t step = 0; step < ops_.size(); ++step)
            for (const uint32_t tensor : {ops_[step].ifm, ops_[step].ifm2, ops_[step].ofm})
                if (tensor != ACCEL_TENSOR_NONE && needs_scratch(root_[tensor])) {
                    const auto [at, fresh] = lives.try_emplace(root_[tensor], arena::Lifetime{size_of(tensor), step, step});
                    at->second.last = step;
                }
        std::vector<arena::Lifetime> lifetimes;
        for (const auto &[tensor, life] : lives)
            lifetimes.push_back(life);
        const auto plan = arena::plan(lifetimes, kAlignmentBytes);
        if (!plan || plan->size_bytes > kMaxSpaceBytes)
            return fail(ACCEL_STATUS_LIMIT, "intermediates exceed the address space");
        size_t index = 0;
        for (const auto &[tensor, life] : lives)
            scratch_[tensor] = kScratchHeaderBytes + plan->offsets[index++];
        result_.program.scratch_bytes = kScratchHeaderBytes + plan->size_bytes;
        return true;
    }

    bool needs_scratch(uint32_t root) const { return port_[root] == kNoPort && !graph::is_constant(graph_.tensor(root)); }

    uint64_t size_of(uint32_t tensor) const
    {
        return static_cast<uint64_t>(shape_of(*graph::fixed_dims(graph_.tensor(tensor))).elements());
    }

    // Appends to the constants; the offset of what was appended.
    uint64_t append(std::span<const uint8_t> bytes)
    {
        auto &constants = result_.program.constants;
        constants.resize(static_cast<size_t>(layout::align_up(static_cast<int64_t>(constants.size()), kAlignmentBytes)));
        const uint64_t offset = constants.size();
        constants.insert(constants.end(), bytes.begin(), bytes.end());
        return offset;
    }

    bool place_constants()
    {
        for (size_t i = 0; i < ops_.size(); ++i) {
            PlannedOp &planned = ops_[i];
            if (planned.coefs && !place_coefficients(planned, i))
                return false;
            if (planned.ifm2 != ACCEL_TENSOR_NONE && graph::is_constant(graph_.tensor(planned.ifm2)))
                place_operand(planned);
            if (result_.program.constants.size() > kMaxSpaceBytes)
                return fail(ACCEL_STATUS_LIMIT, "constants exceed the address space");
            if (progress_)
                progress_(0.5 + 0.5 * static_cast<double>(i + 1) / static_cast<double>(ops_.size()));
        }
        return true;
    }

    // Images of one batch follow each other and share their coefficients.
    bool place_coefficients(PlannedOp &planned, size_t index)
    {
        Op &op = planned.op;
        if (index > 0 && ops_[index - 1].coefs && ops_[index - 1].coefs->weights.data == planned.coefs->weights.data &&
            ops_[index - 1].ofm == planned.ofm) {
            op.weights = ops_[index - 1].op.weights;
            op.scales = ops_[index - 1].op.scales;
            return true;
        }
        const WeightOrder order{op.block.depth, op.kind == OpKind::kDepthwise, op.part_kernel, op.kernel.dilation_y, op.kernel.dilation_x};
        const auto weights = encode_weights(order_weights(planned.coefs->weights, order));
        if (!weights)
            return fail(ACCEL_STATUS_INTERNAL, "a weight left nine bits");
        const auto scales = pack_scales(planned.coefs->scales);
        op.weights = {append(*weights), weights->size()};
        op.scales = {append(scales), scales.size()};
        return true;
    }

    // A constant operand in memory order; images of one batch share it.
    void place_operand(PlannedOp &planned)
    {
        FeatureMap &map = planned.op.ifm2;
        map.place.space = Space::kConstants;
        const auto key = std::pair(planned.ifm2, planned.ifm2_dims.size());
        if (const auto found = operands_.find(key); found != operands_.end()) {
            map.place.offset_bytes += found->second;
            return;
        }
        const auto &dims = planned.ifm2_dims;
        const auto *source = static_cast<const uint8_t *>(graph_.tensor(planned.ifm2).data);
        std::vector<uint8_t> bytes(size_of(planned.ifm2));
        const auto to = strides_bytes(dims);
        std::vector<int64_t> index(dims.size());
        for (size_t from = 0; from < bytes.size(); ++from) {
            int64_t offset = 0;
            for (size_t axis = 0; axis < dims.size(); ++axis)
                offset += index[axis] * to[axis];
            bytes[static_cast<size_t>(offset)] = source[from];
            for (size_t axis = dims.size(); axis-- > 0;) {
                if (++index[axis] < dims[axis])
                    break;
                index[axis] = 0;
            }
        }
        const uint64_t offset = append(bytes);
        operands_[key] = offset;
        map.place.offset_bytes += offset;
    }

    void resolve(uint32_t tensor, FeatureMap &map) const
    {
        if (tensor == ACCEL_TENSOR_NONE || map.place.space == Space::kConstants)
            return;
        const uint32_t root = root_[tensor];
        if (port_[root] != kNoPort) {
            map.place.space = Space::kPort;
            map.place.port = port_[root];
        } else {
            map.place.space = Space::kScratch;
            map.place.offset_bytes += scratch_.at(root);
        }
    }

    bool add_receipt(std::vector<Op> &ops)
    {
        Op op;
        op.kind = OpKind::kMaxPool;
        op.ifm.strides = op.ofm.strides = layout::strides(layout::kNhwc, {}, 1);
        op.ifm.place.offset_bytes = kReceiptSourceOffset;
        op.ofm.place.offset_bytes = kReceiptOffset;
        if (finish_op(op))
            return fail(ACCEL_STATUS_INTERNAL, "no block for a copy of one byte");
        ops.push_back(op);
        return true;
    }

    void emit_words()
    {
        std::vector<Op> ops;
        for (const PlannedOp &planned : ops_) {
            ops.push_back(planned.op);
            resolve(planned.ifm, ops.back().ifm);
            resolve(planned.ifm2, ops.back().ifm2);
            resolve(planned.ofm, ops.back().ofm);
        }
        if (!add_receipt(ops))
            return;
        auto stream = emit(ops, std::min<size_t>(kMaxWords, ops.size() * kMaxWordsPerOp + 2));
        if (!stream)
            fail(ACCEL_STATUS_LIMIT, "the command stream is longer than the driver takes");
        else
            result_.program.stream = std::move(*stream);
    }

    const graph::View &graph_;
    const std::function<void(double)> &progress_;
    Lowered result_;
    std::vector<PlannedOp> ops_;
    std::vector<uint32_t> root_;  // tensor whose memory a tensor is
    std::vector<uint32_t> port_;
    std::vector<bool> produced_;
    std::map<uint32_t, uint64_t> scratch_;                      // by root
    std::map<std::pair<uint32_t, size_t>, uint64_t> operands_;  // by tensor and rank
};

}  // namespace

Ports ports_of(const graph::View &graph)
{
    Ports ports;
    for (const auto side : {graph.inputs(), graph.outputs()})
        for (const uint32_t tensor : side) {
            const accel_tensor_desc &desc = graph.tensor(tensor);
            const bool is_byte = desc.type == ACCEL_TYPE_I8 || desc.type == ACCEL_TYPE_U8;
            const auto dims = graph::fixed_dims(desc);
            const bool usable = is_byte && dims && dims->size() <= 4 && !graph::is_constant(desc) &&
                                std::ranges::all_of(*dims, [](int64_t dim) { return dim >= 1; });
            ports.tensors.push_back(tensor);
            const auto layout = usable ? layouts::strided(desc.type, *dims, strides_bytes(*dims)) : std::nullopt;
            ports.layouts.push_back(layout.value_or(layouts::Layout{}));
        }
    return ports;
}

Lowered lower(const graph::View &graph, const std::function<void(double)> &progress) { return Lowering(graph, progress).run(); }

}  // namespace accel::ethosu
