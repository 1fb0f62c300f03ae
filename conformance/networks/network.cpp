// SPDX-License-Identifier: MIT
// Values and members, and the graph that they are.
#include "network.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "operations/probe.h"
#include "reference/rows.h"

namespace accel::conformance {
namespace {

constexpr int kFromTheEnd = 6;  ///< powers of two between a number and the largest of its type

/// The elements that an answer stands for; none where one of them is too large, or no number.
std::vector<char> elements_of(const Answer &answer, accel_type type)
{
    std::vector<char> bytes = answer.bits;
    if (bytes.empty())
        for (const double value : answer.values) append_real(type, bytes, value);
    const double most = std::ldexp(1.0, real_format(type).largest - kFromTheEnd);
    for (size_t index = 0; is_real(type) && index < element_count(answer.dims); ++index)
        if (!(std::abs(real_at(type, bytes, index)) < most)) return {};
    return bytes;
}

std::string value_text(size_t index, const Tensor &tensor)
{
    return std::string("v").append(std::to_string(index)).append(":").append(type_name(tensor.type)).append("[").append(shape_text(tensor.dims)).append("]");
}

}  // namespace

size_t Network::add_input(Tensor tensor)
{
    values_.push_back({std::move(tensor)});
    return values_.size() - 1;
}

size_t Network::add_constant(Tensor tensor)
{
    const size_t index = add_input(std::move(tensor));
    values_[index].constant = true;
    return index;
}

bool Network::add(Question question, const std::vector<size_t> &operands)
{
    question.operands.clear();
    for (const size_t operand : operands) question.operands.push_back(operand == kNone ? nullptr : &values_[operand].tensor);
    Member member{std::move(question), operands, {}, {}};
    try {
        member.answers = answers_to(member.question);
    } catch (const std::exception &) {
        return false;  // such as a division by 0 of whole numbers
    }
    std::vector<Value> made;
    for (size_t index = 0; index < member.answers.size(); ++index) {
        const Tensor &declared = member.question.results.at(index);
        Tensor tensor{declared.type, member.answers[index].dims, declared.quantization, elements_of(member.answers[index], declared.type)};
        if (tensor.bytes.empty()) return false;
        made.push_back({std::move(tensor), false, members_.size()});
    }
    for (const size_t operand : operands)
        if (operand != kNone) values_[operand].read = true;
    for (Value &value : made) {
        member.results.push_back(values_.size());
        values_.push_back(std::move(value));
    }
    members_.push_back(std::move(member));
    return true;
}

std::vector<size_t> Network::inputs() const
{
    std::vector<size_t> list;
    for (size_t index = 0; index < values_.size(); ++index)
        if (!values_[index].constant && values_[index].maker == kNone) list.push_back(index);
    return list;
}

std::vector<size_t> Network::results(bool apart) const
{
    std::vector<size_t> list;
    for (size_t index = 0; index < values_.size(); ++index)
        if (values_[index].maker != kNone && (apart || !values_[index].read)) list.push_back(index);
    return list;
}

std::vector<std::vector<char>> Network::input_bytes() const
{
    std::vector<std::vector<char>> bytes;
    for (const size_t input : inputs()) bytes.push_back(values_[input].tensor.bytes);
    return bytes;
}

GraphBuilder Network::graph(bool apart) const
{
    GraphBuilder graph;
    for (size_t index = 0; index < values_.size(); ++index) {
        const auto &[tensor, constant, maker, read] = values_[index];
        const std::string name = std::string("v").append(std::to_string(index));
        if (constant)
            graph.constant<char>(name.c_str(), tensor.type, tensor.dims, tensor.bytes, tensor.quantization);
        else if (maker == kNone)
            graph.input(name.c_str(), tensor.type, tensor.dims, tensor.quantization);
        else
            graph.tensor(name.c_str(), tensor.type, tensor.dims, tensor.quantization);
    }
    // A value has the number of its tensor.
    const auto tensors = [](const std::vector<size_t> &list) {
        std::vector<uint32_t> numbers;
        for (const size_t value : list) numbers.push_back(value == kNone ? ACCEL_TENSOR_NONE : static_cast<uint32_t>(value));
        return numbers;
    };
    for (const Member &member : members_) graph.node(member.question.operation, tensors(member.operands), tensors(member.results), attributes_of(member.question), member.question.rounding);
    for (const uint32_t result : tensors(results(apart))) graph.output(result);
    return graph;
}

std::optional<Network> Network::ancestors(size_t value, const std::vector<std::vector<char>> &given) const
{
    std::vector<bool> needed(values_.size());
    needed[value] = true;
    const auto cut = [&](size_t index) { return index != value && index < given.size() && !given[index].empty(); };
    for (size_t index = members_.size(); index-- > 0;) {
        const Member &member = members_[index];
        if (std::none_of(member.results.begin(), member.results.end(), [&](size_t result) { return needed[result] && !cut(result); })) continue;
        for (const size_t operand : member.operands)
            if (operand != kNone) needed[operand] = true;
        for (const size_t result : member.results) needed[result] = true;
    }
    Network part;
    std::vector<size_t> places(values_.size(), kNone);
    for (size_t index = 0; index < values_.size(); ++index) {
        if (!needed[index] || (values_[index].maker != kNone && !cut(index))) continue;
        Tensor tensor = values_[index].tensor;
        if (cut(index)) tensor.bytes = given[index];
        places[index] = values_[index].constant ? part.add_constant(std::move(tensor)) : part.add_input(std::move(tensor));
    }
    for (const Member &member : members_) {
        if (std::none_of(member.results.begin(), member.results.end(), [&](size_t result) { return needed[result] && places[result] == kNone; })) continue;
        std::vector<size_t> operands;
        for (const size_t operand : member.operands) operands.push_back(operand == kNone ? kNone : places[operand]);
        if (!part.add(member.question, operands)) return std::nullopt;
        for (size_t result = 0; result < member.results.size(); ++result)
            if (places[member.results[result]] == kNone) places[member.results[result]] = part.members_.back().results[result];
    }
    return part;
}

std::string Network::text() const
{
    std::string text;
    for (const Member &member : members_) {
        text.append("\n  ");
        for (const size_t result : member.results) text.append(value_text(result, values_[result].tensor)).append(" ");
        text.append("= ").append(row_of(member.question.operation).name).append("(");
        for (const size_t operand : member.operands) text.append(operand == kNone ? "-" : value_text(operand, values_[operand].tensor)).append(operand == member.operands.back() ? "" : ", ");
        text.append(")");
    }
    return text;
}

}  // namespace accel::conformance
