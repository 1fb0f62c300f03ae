// SPDX-License-Identifier: MIT
// Cells that go along a sequence: weights that keep states near 1, functions of every name.
#include <algorithm>
#include <cmath>

#include "form.h"

namespace accel::conformance {
namespace {

struct Curve {
    const char *name;
    double alpha, beta;  ///< what it is given where it takes one; 0: it takes none
    bool has_defaults = true;
};
constexpr Curve kCurves[] = {
    {"Sigmoid", 0, 0},
    {"Tanh", 0, 0},
    {"Relu", 0, 0},
    {"Affine", 0.375, -0.25, false},
    {"LeakyRelu", 0.125, 0},
    {"ThresholdedRelu", 0.25, 0},
    {"ScaledTanh", 1.25, 0.5, false},
    {"HardSigmoid", 0.3, 0.4},
    {"Elu", 0.75, 0},
    {"Softsign", 0, 0},
    {"Softplus", 0, 0},
};

struct Extents {
    int64_t gates, functions, directions, steps, batch, inputs, hidden;
};

int64_t some(Form &form, int64_t most) { return std::min(form.draw.size(form.sizes()), most); }

Extents drawn_sizes(Form &form)
{
    const bool plain = form.sizes() == kEvenSizes;
    Extents sizes{};
    sizes.gates = form.row.operation == ACCEL_OPERATION_LSTM ? 4 : form.row.operation == ACCEL_OPERATION_GRU ? 3
                                                                                                             : 1;
    sizes.functions = sizes.gates == 4 ? 3 : sizes.gates == 3 ? 2
                                                              : 1;
    sizes.steps = plain ? 4 : form.draw.size(1, 5);
    sizes.batch = plain ? 1 : some(form, 7);
    sizes.inputs = some(form, 33), sizes.hidden = some(form, 33);
    return sizes;
}

/// The direction, and how many there are: said forward, unsaid, reverse, both.
int64_t drawn_direction(Form &form)
{
    constexpr const char *kNames[] = {"forward", "", "reverse", "bidirectional"};
    const size_t which = form.choice(ACCEL_ATTRIBUTE_DIRECTION);
    if (which != 1) form.set_text(ACCEL_ATTRIBUTE_DIRECTION, kNames[which]);
    return which == 3 ? 2 : 1;
}

/// Names of functions, with the numbers that they take: all, none of those that have a default, or the first few.
void name_functions(Form &form, const Extents &sizes)
{
    const size_t which = form.choice(ACCEL_ATTRIBUTE_ACTIVATIONS);
    if (which == 1) return;
    std::vector<std::string> names;
    std::vector<float> alphas, betas;
    size_t alphas_needed = 0, betas_needed = 0;
    for (int64_t index = 0; index < sizes.directions * sizes.functions; ++index) {
        const bool first = index % sizes.functions == 0 && sizes.functions > 1;
        const Curve &curve = which == 0 ? kCurves[first ? 0 : 1] : kCurves[form.draw.random.next() % std::size(kCurves)];
        names.emplace_back(curve.name);
        if (curve.alpha != 0) alphas.push_back(static_cast<float>(curve.alpha));
        if (curve.beta != 0) betas.push_back(static_cast<float>(curve.beta));
        if (!curve.has_defaults) alphas_needed = alphas.size(), betas_needed = betas.size();
    }
    form.set_texts(ACCEL_ATTRIBUTE_ACTIVATIONS, std::move(names));
    const auto give = [&](accel_attribute_key key, std::vector<float> numbers, size_t needed) {
        const size_t choice = form.choice(key), kept = choice == 0 ? numbers.size() : choice == 1 ? needed
                                                                                                  : std::max(needed, numbers.size() / 2);
        numbers.resize(kept);
        if (!numbers.empty()) form.set_reals(key, std::move(numbers));
    };
    give(ACCEL_ATTRIBUTE_ACTIVATION_ALPHA, std::move(alphas), alphas_needed);
    give(ACCEL_ATTRIBUTE_ACTIVATION_BETA, std::move(betas), betas_needed);
}

/// 0 or 1: said to be 0, unsaid, said to be 1.
void draw_switch(Form &form, accel_attribute_key key)
{
    if (const size_t which = form.choice(key); form.row.has(key) && which != 1) form.set(key, {which == 2});
}

void add_weights_of_state(Form &form, const Dims &dims, int64_t terms, bool constant)
{
    const double most = form.values() == kZeroValues ? 0 : 1.5 / std::sqrt(static_cast<double>(terms));
    form.operand(form.subject.type, dims, form.draw.elements(form.subject.type, element_count(dims), kPlainValues, {-most, most}), constant);
}

/// Lengths of sequences, the longest and the shortest among them.
void add_lengths(Form &form, const Extents &sizes)
{
    std::vector<char> bytes;
    for (int64_t row = 0; row < sizes.batch; ++row) append_whole(ACCEL_TYPE_I32, bytes, row == 0 ? sizes.steps : row == 1 ? 0
                                                                                                                          : form.draw.size(0, sizes.steps));
    form.operand(ACCEL_TYPE_I32, {sizes.batch}, std::move(bytes), form.choice("lengths") == 2);
}

/// Absent, an input, or as the weights are.
void add_optional(Form &form, std::string_view name, const Dims &dims, bool constant)
{
    const size_t which = form.choice(name);
    if (which == 0) return form.absent();
    form.operand(form.subject.type, dims, form.draw.elements(form.subject.type, element_count(dims), kPlainValues, {-1, 1}), which == 2 && constant);
}

}  // namespace

void form_recurrent(Form &form)
{
    Extents sizes = drawn_sizes(form);
    sizes.directions = drawn_direction(form);
    name_functions(form, sizes);
    const bool batch_first = form.choice(ACCEL_ATTRIBUTE_LAYOUT) == 2, constant = form.second_is_constant(true);
    draw_switch(form, ACCEL_ATTRIBUTE_LAYOUT);
    draw_switch(form, ACCEL_ATTRIBUTE_INPUT_FORGET);
    draw_switch(form, ACCEL_ATTRIBUTE_LINEAR_BEFORE_RESET);
    if (form.choice(ACCEL_ATTRIBUTE_HIDDEN_SIZE) != 1) form.set(ACCEL_ATTRIBUTE_HIDDEN_SIZE, {sizes.hidden});
    if (const size_t clip = form.choice(ACCEL_ATTRIBUTE_CELL_CLIP)) form.set_real(ACCEL_ATTRIBUTE_CELL_CLIP, clip == 1 ? 0.5 : 1.25);
    const Dims state = batch_first ? Dims{sizes.batch, sizes.directions, sizes.hidden} : Dims{sizes.directions, sizes.batch, sizes.hidden};
    const int64_t lines = sizes.gates * sizes.hidden;
    form.x(batch_first ? Dims{sizes.batch, sizes.steps, sizes.inputs} : Dims{sizes.steps, sizes.batch, sizes.inputs});
    add_weights_of_state(form, {sizes.directions, lines, sizes.inputs}, sizes.inputs, constant);
    add_weights_of_state(form, {sizes.directions, lines, sizes.hidden}, sizes.hidden, constant);
    if (form.choice("b") == 1)
        form.absent();
    else
        add_weights_of_state(form, {sizes.directions, 2 * lines}, 4, constant == (form.choice("b") == 0));
    form.choice("lengths") == 0 ? form.absent() : add_lengths(form, sizes);
    add_optional(form, "initial_h", state, constant);
    if (sizes.gates == 4) {
        add_optional(form, "initial_c", state, constant);
        add_optional(form, "p", {sizes.directions, 3 * sizes.hidden}, constant);
    }
    while (!form.question.operands.back()) form.question.operands.pop_back();
    const size_t most = sizes.gates == 4 ? 3 : 2;
    for (size_t result = 0; result < most - std::min(form.choice("results"), most - 1); ++result) form.same_result();
}

}  // namespace accel::conformance
