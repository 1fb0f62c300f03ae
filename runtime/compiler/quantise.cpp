// SPDX-License-Identifier: MIT
// Finds operations between DEQUANTIZE and QUANTIZE, and makes them quantised ones.
//
//   x_q ─ DEQUANTIZE ─┐
//   w_q ─ DEQUANTIZE ─┼─► CONV ─► QUANTIZE ─► y_q        x_q, w_q, b_q ─► CONV ─► y_q
//   b_q ─ DEQUANTIZE ─┘
//
// This decides bits, and is no mere optimisation: the result is then the function of stored integers that the operation's rounding fixes (docs/operations.md, "Quantised operations"). So only what those formulas say is fused,
// and whatever else stays real between its conversions, which is right on every device.
//
//   products      x with one scale; constant weights, I8 around 0, or U8 around 128, which become I8; scales of weights for all or along the output channel; a bias of I32 at s_x * s_w,
//                 one value per channel, which a constant F32 bias is rounded to, half to even; exact sums that fit 32 bits whatever x is
//   arithmetic    operands and result of one type, each with one scale
//   moves         one type and quantisation on both sides; PAD with 0, where the zero point is 0; what is put by indices takes the place of what was there
//   conversions   QUANTIZE of a DEQUANTIZE requantises, or hands on where both sides are equal
//
// Of the first three, each result has a QUANTIZE as its only reader. A node takes the origins of all that it stands for, so that reports speak of the model's nodes (P-11).
//
// Uses is that of the graph before: it stays right, because a node that was fused only changes what it reads and takes over its QUANTIZE's result, and DEQUANTIZE nodes stay until sweep.
//
// Not chosen: fusing where scales are nearly equal. It would save steps and change bits. The bias' tolerance is of another kind: exporters round s_x * s_w to binary32, each in its own order.
#include "quantise.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/catalog.h"
#include "base/progress.h"
#include "constants.h"
#include "graph/values.h"
#include "rewrite.h"

namespace accel::runtime {

namespace {

/// Bias scales are products rounded once to binary32; a larger gap means another value.
constexpr double kScaleTolerance = 1e-5;

bool is_byte(const Tensor &tensor)
{
    return tensor.quantization && (tensor.type == ACCEL_TYPE_I8 || tensor.type == ACCEL_TYPE_U8);
}

/// No blocks, and scales that are floats.
bool is_plain_byte(const Tensor &tensor)
{
    return is_byte(tensor) && tensor.quantization->plain();
}

bool is_per_tensor_byte(const Tensor &tensor)
{
    return is_byte(tensor) && tensor.quantization->per_tensor();
}

bool all_are(const std::vector<int32_t> &values, int32_t wanted)
{
    return std::all_of(values.begin(), values.end(), [wanted](int32_t value) { return value == wanted; });
}

bool is_dot(const Node &node)
{
    return node.operation == ACCEL_OPERATION_CONV || node.operation == ACCEL_OPERATION_GEMM || node.operation == ACCEL_OPERATION_MATMUL;
}

/// What an attribute says, or what it means when absent.
std::string_view text_of(const Node &node, uint32_t key, std::string_view otherwise)
{
    const Attribute *found = node.find(key);
    return found ? found->text() : otherwise;
}

bool is_move(const Node &node)
{
    switch (node.operation) {
    case ACCEL_OPERATION_MAX_POOL:
    case ACCEL_OPERATION_REDUCE_MAX:
    case ACCEL_OPERATION_REDUCE_MIN:
    case ACCEL_OPERATION_RELU:
    case ACCEL_OPERATION_CLIP:
    case ACCEL_OPERATION_RESHAPE:
    case ACCEL_OPERATION_TRANSPOSE:
    case ACCEL_OPERATION_CONCAT:
    case ACCEL_OPERATION_SLICE:
    case ACCEL_OPERATION_PAD:
    case ACCEL_OPERATION_SPLIT:
    case ACCEL_OPERATION_GATHER:
    case ACCEL_OPERATION_TILE:
    case ACCEL_OPERATION_GATHER_ELEMENTS:
    case ACCEL_OPERATION_GATHER_ND:
    case ACCEL_OPERATION_TRILU:
    case ACCEL_OPERATION_IDENTITY: return true;
    case ACCEL_OPERATION_SCATTER_ELEMENTS:
    case ACCEL_OPERATION_SCATTER_ND: return text_of(node, ACCEL_ATTRIBUTE_REDUCTION, "none") == "none";
    case ACCEL_OPERATION_RESIZE: return text_of(node, ACCEL_ATTRIBUTE_MODE, "nearest") == "nearest" && text_of(node, ACCEL_ATTRIBUTE_COORDINATES, "") != "tf_crop_and_resize";
    default: return false;
    }
}

/// Does the operand hold indices, which are no stored values?
bool holds_indices(const Node &node, size_t position)
{
    switch (node.operation) {
    case ACCEL_OPERATION_GATHER:
    case ACCEL_OPERATION_GATHER_ELEMENTS:
    case ACCEL_OPERATION_GATHER_ND:
    case ACCEL_OPERATION_SCATTER_ELEMENTS:
    case ACCEL_OPERATION_SCATTER_ND: return position == 1;
    default: return false;
    }
}

bool is_arithmetic(const Node &node)
{
    switch (node.operation) {
    case ACCEL_OPERATION_ADD:
    case ACCEL_OPERATION_SUB:
    case ACCEL_OPERATION_MUL:
    case ACCEL_OPERATION_AVERAGE_POOL:
    case ACCEL_OPERATION_GLOBAL_AVERAGE_POOL:
    case ACCEL_OPERATION_REDUCE_MEAN: return true;
    default: return false;
    }
}

class Fuser {
public:
    explicit Fuser(Graph &graph) : graph_(graph),
                                   uses_(graph),
                                   dead_(graph.nodes.size()) {}

    void run()
    {
        for (uint32_t i = 0; i < graph_.nodes.size(); ++i) {
            pace();
            visit(i);
        }
        sweep(graph_, dead_);
    }

private:
    const Tensor &tensor(uint32_t index) const { return graph_.tensors[index]; }

    /// The stored tensor behind a DEQUANTIZE.
    uint32_t stored(uint32_t real) const
    {
        if (real == ACCEL_TENSOR_NONE || uses_.maker[real] == UINT32_MAX) return ACCEL_TENSOR_NONE;
        const Node &maker = graph_.nodes[uses_.maker[real]];
        return maker.operation == ACCEL_OPERATION_DEQUANTIZE ? maker.inputs[0] : ACCEL_TENSOR_NONE;
    }

    /// The QUANTIZE that alone reads a tensor.
    uint32_t quantizer(uint32_t real) const
    {
        const uint32_t reader = uses_.only_reader(real);
        return reader != UINT32_MAX && graph_.nodes[reader].operation == ACCEL_OPERATION_QUANTIZE ? reader : UINT32_MAX;
    }

    void visit(uint32_t index)
    {
        const Node &node = graph_.nodes[index];
        if (node.operation == ACCEL_OPERATION_QUANTIZE) return requantise(index);
        if (node.operation == ACCEL_OPERATION_CUSTOM || node.inputs.empty() || node.outputs.empty()) return;
        std::vector<uint32_t> quantizers;
        for (const uint32_t output : node.outputs) {
            quantizers.push_back(quantizer(output));
            if (quantizers.back() == UINT32_MAX) return;
            if (!is_per_tensor_byte(tensor(graph_.nodes[quantizers.back()].outputs[0]))) return;
        }
        std::optional<std::vector<uint32_t>> operands;
        if (is_dot(node))
            operands = dot_operands(node);
        else if (is_arithmetic(node))
            operands = arithmetic_operands(node, tensor(graph_.nodes[quantizers[0]].outputs[0]).type);
        else if (is_move(node))
            operands = move_operands(node, quantizers);
        if (operands) replace(index, std::move(*operands), quantizers);
    }

    void replace(uint32_t index, std::vector<uint32_t> operands, const std::vector<uint32_t> &quantizers)
    {
        Node &node = graph_.nodes[index];
        for (const uint32_t input : node.inputs) {
            if (stored(input) != ACCEL_TENSOR_NONE) graph_.take_origins(node, graph_.nodes[uses_.maker[input]]);
        }
        node.inputs = std::move(operands);
        for (size_t i = 0; i < quantizers.size(); ++i) {
            const Node &quantizer = graph_.nodes[quantizers[i]];
            node.outputs[i] = quantizer.outputs[0];
            graph_.take_origins(node, quantizer);
            if (quantizer.rounding != ACCEL_ROUNDING_NONE) node.rounding = quantizer.rounding;
            dead_[quantizers[i]] = true;
        }
    }

    /// DEQUANTIZE -> QUANTIZE: nothing at equal scales, else a requantisation.
    void requantise(uint32_t index)
    {
        Node &node = graph_.nodes[index];
        const uint32_t source = stored(node.inputs[0]);
        if (dead_[index] || source == ACCEL_TENSOR_NONE || !is_per_tensor_byte(tensor(source)) || !is_per_tensor_byte(tensor(node.outputs[0]))) return;
        if (tensor(source).type == tensor(node.outputs[0]).type && tensor(source).quantization == tensor(node.outputs[0]).quantization)
            node.operation = ACCEL_OPERATION_IDENTITY, node.rounding = ACCEL_ROUNDING_NONE;
        graph_.take_origins(node, graph_.nodes[uses_.maker[node.inputs[0]]]);
        node.inputs[0] = source;
    }

    /// Operands and result have one type.
    std::optional<std::vector<uint32_t>> arithmetic_operands(const Node &node, uint32_t type) const
    {
        std::vector<uint32_t> operands = node.inputs;
        for (size_t i = 0; i < node.tensor_count(); ++i) {
            operands[i] = stored(operands[i]);
            if (operands[i] == ACCEL_TENSOR_NONE || !is_per_tensor_byte(tensor(operands[i]))) return std::nullopt;
            if (tensor(operands[i]).type != type) return std::nullopt;
        }
        return operands;
    }

    bool pads_with_zero(const Node &node) const
    {
        return !is_given(node, ACCEL_OPERAND_PAD_VALUE) || real_at(graph_, node, ACCEL_OPERAND_PAD_VALUE) == 0.0f;
    }

    std::optional<std::vector<uint32_t>> move_operands(const Node &node, const std::vector<uint32_t> &quantizers) const
    {
        const Tensor &wanted = tensor(graph_.nodes[quantizers[0]].outputs[0]);
        const auto fits = [&](uint32_t index) {
            return index != ACCEL_TENSOR_NONE && tensor(index).type == wanted.type && tensor(index).quantization == wanted.quantization;
        };
        for (const uint32_t quantizer : quantizers) {
            if (!fits(graph_.nodes[quantizer].outputs[0])) return std::nullopt;
        }
        // A pad value is real: only the stored 0 that means 0 needs no conversion.
        if (node.operation == ACCEL_OPERATION_PAD && (wanted.quantization->zero_points[0] != 0 || !pads_with_zero(node))) return std::nullopt;
        std::vector<uint32_t> operands = node.inputs;
        for (size_t i = 0; i < node.tensor_count(); ++i) {
            if (holds_indices(node, i)) continue;
            operands[i] = stored(operands[i]);
            if (!fits(operands[i])) return std::nullopt;
        }
        return operands;
    }

    std::optional<std::vector<uint32_t>> dot_operands(const Node &node)
    {
        const uint32_t x = stored(node.inputs[0]);
        uint32_t w = stored(node.inputs[1]);
        if (x == ACCEL_TENSOR_NONE || !is_per_tensor_byte(tensor(x)) || w == ACCEL_TENSOR_NONE || !is_plain_byte(tensor(w))) return std::nullopt;
        if (node.operation == ACCEL_OPERATION_GEMM && (node.real(ACCEL_ATTRIBUTE_ALPHA, 1.0f) != 1.0f || node.real(ACCEL_ATTRIBUTE_BETA, 1.0f) != 1.0f))
            return std::nullopt;
        const Quantization &scales = *tensor(w).quantization;
        if (!scales.per_tensor() && scales.axis != channel_axis(node)) return std::nullopt;
        if (!has_integer_form(node, tensor(w))) return std::nullopt;
        const bool centred = tensor(w).type == ACCEL_TYPE_I8 && all_are(scales.zero_points, 0);
        const bool shifted = tensor(w).type == ACCEL_TYPE_U8 && all_are(scales.zero_points, 128) && tensor(w).constant();
        if (!centred && !shifted) return std::nullopt;
        std::vector<uint32_t> operands{x, w};
        if (node.input(2) != ACCEL_TENSOR_NONE) {
            const uint32_t bias = bias_operand(node, x, w);
            if (bias == ACCEL_TENSOR_NONE) return std::nullopt;
            operands.push_back(bias);
        }
        if (!sums_fit(node, operands)) return std::nullopt;
        if (shifted) operands[1] = centre(w);
        return operands;
    }

    /// Products of two variables (attention), of stacks and of vectors, and transposed activations, have no output channels that weights could be
    /// stored by. As integers no device takes them, so they stay real between their conversions.
    bool has_integer_form(const Node &node, const Tensor &w) const
    {
        if (!w.constant()) return false;
        return node.operation == ACCEL_OPERATION_CONV || (w.shape.size() == 2 && !node.integer(ACCEL_ATTRIBUTE_TRANS_A, 0));
    }

    /// The exact sums of the integer form have 32 bits, whatever the activations are.
    bool sums_fit(const Node &node, const std::vector<uint32_t> &operands) const
    {
        constexpr uint64_t kMost = std::numeric_limits<int32_t>::max(), kMostProduct = 255 * 255;
        const Tensor &w = tensor(operands[1]);
        const auto channels = static_cast<uint64_t>(w.shape[channel_axis(node)].size);
        const uint64_t depth = channels ? element_count(w.shape).value_or(UINT64_MAX) / channels : 0;
        uint64_t bias = 0;
        if (operands.size() > 2) {
            for (const int32_t value : values_of<int32_t>(tensor(operands[2]))) bias = std::max(bias, static_cast<uint64_t>(std::abs(int64_t{value})));
        }
        return depth <= kMost / kMostProduct && depth * kMostProduct + bias <= kMost;
    }

    uint32_t channel_axis(const Node &node) const
    {
        if (node.operation == ACCEL_OPERATION_CONV) return 0;
        if (node.operation == ACCEL_OPERATION_GEMM) return node.integer(ACCEL_ATTRIBUTE_TRANS_B, 0) ? 0 : 1;
        return static_cast<uint32_t>(tensor(node.inputs[1]).shape.size() - 1);
    }

    /// U8 weights around 128 are I8 weights around 0.
    uint32_t centre(uint32_t w)
    {
        Tensor centred = tensor(w);
        const auto charge = graph_.grant(centred.data_bytes, "tensor '" + centred.name + "', whose weights are stored around 128,");
        pace_piece();
        std::vector<uint8_t> bytes = values_of<uint8_t>(centred);
        for (uint8_t &byte : bytes) byte ^= 0x80;
        own_data(centred, std::move(bytes), std::move(charge));
        centred.type = ACCEL_TYPE_I8;
        std::fill(centred.quantization->zero_points.begin(), centred.quantization->zero_points.end(), 0);
        return graph_.add_tensor(std::move(centred));
    }

    /// The stored bias, one value per output channel at scale s_x * s_w.
    uint32_t bias_operand(const Node &node, uint32_t x, uint32_t w)
    {
        const uint32_t bias = tensor(node.inputs[2]).type == ACCEL_TYPE_F32 && tensor(node.inputs[2]).constant() ? store_bias(node, x, w) : stored(node.inputs[2]);
        if (bias == ACCEL_TENSOR_NONE || !tensor(bias).constant() || tensor(bias).type != ACCEL_TYPE_I32) return ACCEL_TENSOR_NONE;
        const uint64_t channels = element_count(Shape{tensor(node.inputs[1]).shape[channel_axis(node)]}).value_or(0);
        const Quantization &given = *tensor(bias).quantization;
        const Quantization &weights = *tensor(w).quantization;
        if (!given.plain() || element_count(tensor(bias).shape) != channels || !all_are(given.zero_points, 0)) return ACCEL_TENSOR_NONE;
        // [n, 1] is a value per row, not per channel.
        if (channels != 1 && tensor(bias).shape.back().size != static_cast<int64_t>(channels)) return ACCEL_TENSOR_NONE;
        for (size_t c = 0; c < channels; ++c) {
            const double scale = given.per_tensor() ? given.scales[0] : given.scales[c % given.scales.size()];
            const double weight_scale = weights.per_tensor() ? weights.scales[0] : weights.scales[c];
            const double wanted = static_cast<double>(tensor(x).quantization->scales[0]) * weight_scale;
            if (std::abs(scale - wanted) > kScaleTolerance * wanted) return ACCEL_TENSOR_NONE;
        }
        if (tensor(bias).shape.size() == 1) return bias;
        Tensor flat = tensor(bias);
        flat.shape = {Dim{static_cast<int64_t>(channels)}};
        if (!flat.quantization->per_tensor()) flat.quantization->axis = 0;
        return graph_.add_tensor(std::move(flat));
    }

    /// A bias of reals, one for each output channel, in steps of s_x * s_w; none where one leaves 32 bits.
    uint32_t store_bias(const Node &node, uint32_t x, uint32_t w)
    {
        Tensor bias = tensor(node.inputs[2]);
        const std::vector<float> reals = values_of<float>(bias), &weight_scales = tensor(w).quantization->scales;
        if (bias.shape.size() != 1 || static_cast<size_t>(tensor(node.inputs[1]).shape[channel_axis(node)].size) != reals.size()) return ACCEL_TENSOR_NONE;
        Quantization steps{{}, {}, 0};
        std::vector<int32_t> integers;
        for (size_t c = 0; c < reals.size(); ++c) {
            steps.scales.push_back(tensor(x).quantization->scales[0] * weight_scales[weight_scales.size() == 1 ? 0 : c]);
            const double value = std::nearbyint(reals[c] / static_cast<double>(steps.scales[c]));
            if (!(std::abs(value) <= std::numeric_limits<int32_t>::max())) return ACCEL_TENSOR_NONE;
            integers.push_back(static_cast<int32_t>(value));
        }
        steps.zero_points.assign(reals.size(), 0);
        bias.type = ACCEL_TYPE_I32;
        bias.quantization = std::move(steps);
        own_values(bias, integers, graph_.grant(bias.data_bytes, "tensor '" + bias.name + "', a bias that is stored,"));
        return graph_.add_tensor(std::move(bias));
    }

    Graph &graph_;
    const Uses uses_;
    std::vector<bool> dead_;
};

/// Does the result depend on how it is rounded?
bool rounds(const Graph &graph, const Node &node)
{
    const OperationRow *row = node.operation == ACCEL_OPERATION_CUSTOM ? nullptr : find_operation(node.operation);
    if (!row || !row->quantised || node.operation == ACCEL_OPERATION_DEQUANTIZE || !is_byte(graph.tensors[node.inputs[0]])) return false;
    const bool clips = node.operation == ACCEL_OPERATION_CLIP && node.inputs.size() > node.tensor_count();
    const bool clamped = clips || node.find(ACCEL_ATTRIBUTE_CLAMP_MIN) || node.find(ACCEL_ATTRIBUTE_CLAMP_MAX);
    return !is_move(node) || clamped;
}

}  // namespace

void settle_scales(Graph &graph)
{
    for (Tensor &tensor : graph.tensors) {
        if (!tensor.quantization || tensor.quantization->plain()) continue;
        pace();
        const graph::QuantizationDesc desc(*tensor.quantization, static_cast<uint32_t>(tensor.shape.size()));
        if (auto plain = graph::plain_form(desc.get(), sizes_of(tensor.shape))) tensor.quantization = std::move(*plain);
    }
}

void quantise(Graph &graph, uint32_t forced_rounding)
{
    Fuser(graph).run();
    for (Node &node : graph.nodes) {
        if (!rounds(graph, node)) {
            if (is_move(node)) node.rounding = ACCEL_ROUNDING_NONE;
            continue;
        }
        if (forced_rounding != ACCEL_ROUNDING_NONE)
            node.rounding = forced_rounding;
        else if (node.rounding == ACCEL_ROUNDING_NONE)
            node.rounding = ACCEL_ROUNDING_HALF_EVEN;
    }
}

}  // namespace accel::runtime
