// SPDX-License-Identifier: MIT
// What translators ask of an operator: operands, constants, activations, results, messages.
#include "node.h"

#include "types.h"

#include <algorithm>

namespace accel::tflite {

using namespace importer;

/// Offset of the root, then its table of fields: 4 bytes of it, 4 of a table without any; then the table, which leads back to it.
alignas(8) const uint8_t Node::kNoOptions[] = {8, 0, 0, 0, 4, 0, 4, 0, 4, 0, 0, 0};

Node::Node(const schema::Operator &op, const File::Code &code, size_t position, Tensors &tensors, Emitter &emitter) : op_(op),
                                                                                                                      code_(code),
                                                                                                                      position_(position),
                                                                                                                      tensors_(tensors),
                                                                                                                      emitter_(emitter)
{
    for (const int32_t index : list_of(op.inputs())) {
        if (index < -1 || index >= static_cast<int64_t>(tensors.count())) {
            fail_corrupt("reads tensor ", index, " of ", tensors.count());
        }
        inputs_.push_back(static_cast<uint32_t>(index));
    }
    for (const int32_t index : list_of(op.outputs())) {
        if (index < 0 || index >= static_cast<int64_t>(tensors.count())) {
            fail_corrupt("makes tensor ", index, " of ", tensors.count());
        }
        outputs_.push_back(static_cast<uint32_t>(index));
    }
}

std::string Node::label() const
{
    return text("operator ", position_, " '", emitter_.name(), "' (", code_.name, ", version ", code_.version, ")");
}

uint32_t Node::input_index(size_t index) const
{
    if (!has_input(index)) {
        fail_corrupt("input ", index, " is missing");
    }
    return inputs_[index];
}

void Node::expect_operands(size_t inputs_min, size_t inputs_max, size_t outputs_min, size_t outputs_max) const
{
    if (inputs_.size() < inputs_min || inputs_.size() > inputs_max) {
        fail_corrupt("has ", inputs_.size(), " inputs, expected are ", inputs_min, " to ", inputs_max);
    }
    if (outputs_.size() < outputs_min || outputs_.size() > outputs_max) {
        fail_corrupt("has ", outputs_.size(), " outputs, expected are ", outputs_min, " to ", outputs_max);
    }
    for (size_t i = 0; i < inputs_min; ++i) {
        if (const Tensor &tensor = input(i); !tensor.refusal.empty()) {
            fail_unsupported("operand '", tensor.name, "': ", tensor.refusal);
        }
    }
}

void Node::expect_rank(size_t index, size_t rank_min, size_t rank_max) const
{
    const size_t rank = sizes(index).size();
    if (rank < rank_min || rank > rank_max) {
        fail_corrupt("input '", input(index).name, "' has rank ", rank, ", expected is ", rank_min, rank_max == rank_min ? "" : " or more");
    }
}

Order Node::order() const
{
    for (size_t i = 0; i < inputs_.size(); ++i) {
        if (has_input(i) && input(i).sizes.size() == 4 && input(i).home == Order::kChannelsFirst) {
            return Order::kChannelsFirst;
        }
    }
    return Order::kFile;
}

ValueId Node::value(size_t index, Order order)
{
    return input(index).is_quantised() ? tensors_.real(input_index(index), order) : stored(index, order);
}

ValueId Node::moved(size_t index, Order order)
{
    const Tensor &from = input(index);
    const Tensor &to = output();
    const bool bytes = is_byte(from.type) && (!from.is_quantised() || !from.quantization->per_axis());
    if (!from.is_quantised() || (from.type == to.type && from.quantization == to.quantization && (bytes || !is_byte(from.type)))) {
        return stored(index, order);
    }
    return value(index, order);
}

ValueId Node::spread(size_t index, Order order, size_t rank)
{
    if (order == Order::kFile || rank != 4 || count_of(sizes(index)) == 1) {
        return value(index, sizes(index).size() == 4 ? order : Order::kFile);
    }
    if (sizes(index).size() == 4) {
        return value(index, order);
    }
    Sizes widened(4 - sizes(index).size(), 1);
    widened.insert(widened.end(), sizes(index).begin(), sizes(index).end());
    return emitter_.transposed(emitter_.reshaped(value(index), widened), perm_to(order));
}

uint32_t Node::axis(int64_t given, size_t rank) const
{
    const auto limit = static_cast<int64_t>(rank);
    const int64_t resolved = given < 0 ? given + limit : given;
    if (resolved < 0 || resolved >= limit) {
        fail_corrupt("axis ", given, " of a tensor of rank ", rank);
    }
    return static_cast<uint32_t>(resolved);
}

std::optional<Sizes> Node::known_integers(size_t index) const
{
    const Tensor &tensor = input(index);
    const bool made_here = tensor.is_made() && emitter_.graph().value(tensor.stored[0] != kNoValue ? tensor.stored[0] : tensor.stored[1]).is_constant();
    if ((!tensor.is_constant && !made_here) || (tensor.type != ACCEL_TYPE_I32 && tensor.type != ACCEL_TYPE_I64)) {
        return std::nullopt;
    }
    return integers_of(emitter_.graph().value(tensors_.stored(input_index(index), Order::kFile)));
}

Sizes Node::integers(size_t index, const char *what) const
{
    const std::optional<Sizes> known = known_integers(index);
    if (!known) {
        fail_unsupported(what, " '", input(index).name, "' is no small constant of integers");
    }
    return *known;
}

int64_t Node::integer(size_t index, const char *what) const
{
    const Sizes known = integers(index, what);
    if (known.size() != 1) {
        fail_corrupt(what, " '", input(index).name, "' has ", known.size(), " values, expected is one");
    }
    return known[0];
}

ValueId Node::clipped(ValueId x, std::optional<float> least, std::optional<float> most)
{
    std::vector<ValueId> operands{x, least ? emitter_.real(*least) : kNoValue};
    if (most) {
        operands.push_back(emitter_.real(*most));
    }
    return emit(ACCEL_OPERATION_CLIP, std::move(operands), ACCEL_TYPE_F32, emitter_.sizes(x));
}

ValueId Node::activated(ValueId x, schema::ActivationFunctionType activation)
{
    using schema::ActivationFunctionType;
    if (activation == ActivationFunctionType::NONE) {
        return x;
    }
    if (emitter_.value(x).type != ACCEL_TYPE_F32) {
        fail_unsupported("an activation of values that are not real");
    }
    switch (activation) {
    case ActivationFunctionType::RELU: return emit(ACCEL_OPERATION_RELU, {x}, ACCEL_TYPE_F32, emitter_.sizes(x));
    case ActivationFunctionType::RELU6: return clipped(x, 0.0f, 6.0f);
    case ActivationFunctionType::RELU_N1_TO_1: return clipped(x, -1.0f, 1.0f);
    case ActivationFunctionType::TANH: return emit(ACCEL_OPERATION_TANH, {x}, ACCEL_TYPE_F32, emitter_.sizes(x));
    default: fail_unsupported("activation ", static_cast<int>(activation));
    }
}

void Node::define_reshaped(ValueId id, const Sizes &sizes)
{
    const Tensor &to = output();
    if (to.is_quantised() && emitter_.value(id).type == ACCEL_TYPE_F32) {
        id = emitter_.quantised(id, to.type, *to.quantization);
    }
    define(0, Order::kFile, emitter_.reshaped(id, sizes));
}

void Node::define(size_t index, Order order, ValueId id)
{
    const Tensor &to = tensors_.at(outputs_[index]);
    if (to.is_quantised() && emitter_.value(id).type == ACCEL_TYPE_F32) {
        id = emitter_.quantised(id, to.type, *to.quantization);
    }
    if (to.is_quantised() && is_byte(to.type) && emitter_.value(id).quantization != to.quantization) {
        fail_unsupported("result '", to.name, "' has another quantisation than what it is made of");
    }
    if (emitter_.value(id).type != to.type) {
        fail_corrupt("result '", to.name, "' is declared as ", name_of(to.file_type), ", which is not what the operation makes");
    }
    tensors_.define(outputs_[index], order, id);
}

}  // namespace accel::tflite
