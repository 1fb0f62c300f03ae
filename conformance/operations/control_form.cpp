// SPDX-License-Identifier: MIT
// Regions: a few nodes that move what is taken from around, so that every element type is told by its bits.
#include <algorithm>
#include <numeric>

#include "form.h"
#include "reference/rows.h"
#include "reference/small.h"

namespace accel::conformance {
namespace {

/// A tensor of a graph, and what it holds.
struct Held {
    uint32_t tensor = 0;
    Tensor value;
};

/// Writes one region, and computes what it holds.
class Writer {
public:
    Writer(GraphBuilder::Branch &branch, Draw &draw) : branch_(branch),
                                                       draw_(draw) {}

    Held take(const Held &outer)
    {
        const Held inner{tensor("taken", outer.value), outer.value};
        branch_.captures.push_back({outer.tensor, inner.tensor});
        return inner;
    }

    Held constant(const Tensor &value) { return {branch_.graph.constant<char>(name("constant").c_str(), value.type, value.dims, packed(value.type, value.bytes)), value}; }

    Held identity(const Held &x) { return node(ACCEL_OPERATION_IDENTITY, {&x}); }

    /// What lies along the first axis in another order.
    Held shuffled(const Held &x)
    {
        Dims order(static_cast<size_t>(x.value.dims[0]));
        std::iota(order.begin(), order.end(), 0);
        std::rotate(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(order.size() / 2), order.end());
        if (!draw_.plain() && draw_.coin()) std::reverse(order.begin(), order.end());
        Tensor indices{ACCEL_TYPE_I64, {x.value.dims[0]}, {}, {}};
        for (const int64_t index : order) append_whole(ACCEL_TYPE_I64, indices.bytes, index);
        const Held at = constant(indices);
        return node(ACCEL_OPERATION_GATHER, {&x, &at});
    }

    template <class Then, class Else> Held choose(const Held &condition, const Held &like, Then write_then, Else write_else)
    {
        GraphBuilder::Branch branches[2];
        Writer then_writer(branches[0], draw_), else_writer(branches[1], draw_);
        const Held if_true = write_then(then_writer), if_false = write_else(else_writer);
        then_writer.result(if_true), else_writer.result(if_false);
        Held made{tensor("chosen", like.value), condition.value.whole(0) ? if_true.value : if_false.value};
        branch_.graph.branches(condition.tensor, {made.tensor}, std::move(branches[0]), std::move(branches[1]));
        return made;
    }

    void result(const Held &made) { branch_.graph.output(made.tensor); }

private:
    std::string name(const char *what) { return std::string(what).append(std::to_string(count_++)); }
    uint32_t tensor(const char *what, const Tensor &like) { return branch_.graph.tensor(name(what).c_str(), like.type, like.dims); }

    Held node(accel_operation operation, const std::vector<const Held *> &operands)
    {
        Question question;
        question.operation = operation;
        std::vector<uint32_t> numbers;
        for (const Held *operand : operands) question.operands.push_back(&operand->value), numbers.push_back(operand->tensor);
        question.results.push_back({operands[0]->value.type, operands[0]->value.dims, {}, {}});
        Held made{tensor("made", operands[0]->value), question.results[0]};
        made.value.bytes = answers_to(question).at(0).bits;
        branch_.graph.node(operation, numbers, {made.tensor});
        return made;
    }

    GraphBuilder::Branch &branch_;
    Draw &draw_;
    size_t count_ = 0;
};

Answer answer_of(const Tensor &value)
{
    Answer answer;
    answer.dims = value.dims;
    answer.bits = value.bytes;
    return answer;
}

/// What the regions take: two tensors of one shape, and a second condition.
std::vector<Held> drawn_around(Form &form)
{
    const accel_type type = form.type_among(form.row.result_types, form.choice("type"));
    const Dims dims = form.draw.dims(form.sizes(), 1, 5);
    for (int i = 0; i < 2; ++i) form.around.push_back({type, dims, {}, form.draw.elements(type, element_count(dims), form.values(), {})});
    form.around.push_back({ACCEL_TYPE_BOOL, {}, {}, form.draw.elements(ACCEL_TYPE_BOOL, 1, kPlainValues, {})});
    std::vector<Held> held;
    for (const Tensor &tensor : form.around) held.push_back({static_cast<uint32_t>(held.size()), tensor});
    return held;
}

/// Both branches of one form. The results of both have one shape.
std::vector<Held> write_then(Form &form, Writer &writer, const std::vector<Held> &around)
{
    const Held a = writer.take(around[0]);
    switch (form.choice("inside")) {
    case 1: return {a};
    case 2: return {writer.shuffled(a), writer.identity(writer.take(around[1]))};
    default: return {writer.shuffled(a)};
    }
}

std::vector<Held> write_else(Form &form, Writer &writer, const std::vector<Held> &around)
{
    if (form.choice("inside") == 3) return {writer.constant(around[1].value)};
    const Held b = writer.take(around[1]);
    switch (form.choice("inside")) {
    case 2: return {writer.identity(b), writer.shuffled(writer.take(around[0]))};
    case 4: {
        const Held condition = writer.take(around[2]);
        return {writer.choose(
            condition, b, [&](Writer &inner) { return inner.shuffled(inner.take(b)); }, [&](Writer &inner) { return inner.identity(inner.take(b)); })};
    }
    default: return {writer.shuffled(writer.identity(b))};
    }
}

}  // namespace

void form_region(Form &form)
{
    form.x(form.draw.coin() ? Dims{} : Dims{1});
    const std::vector<Held> around = drawn_around(form);
    form.branches.resize(2);
    std::vector<Answer> answers[2];  // by condition
    for (const bool condition : {true, false}) {
        Writer writer(form.branches[condition ? 0 : 1], form.draw);
        for (Held &made : condition ? write_then(form, writer, around) : write_else(form, writer, around)) {
            // An output of a graph comes out of a node or from around it.
            if (form.choice("inside") == 3 && !condition) made = writer.identity(made);
            writer.result(made);
            answers[condition].push_back(answer_of(made.value));
            if (condition) form.question.results.push_back({made.value.type, made.value.dims, {}, {}});
        }
    }
    form.question.branches = [when_true = answers[1], when_false = answers[0]](bool condition) { return condition ? when_true : when_false; };
}

}  // namespace accel::conformance
