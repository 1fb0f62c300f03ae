// SPDX-License-Identifier: MIT
// Shape rule of LSTM, GRU and RNN, and what their attributes say.
#include <accel/graph/catalog.h>
#include <accel/graph/recurrent.h>

#include <algorithm>
#include <cctype>
#include <span>

#include "attributes.h"
#include "rules.h"

namespace accel::graph {

namespace {

using shapes::of_attribute;
using shapes::refuse;

constexpr CurveRow kCurves[] = {
    {"Affine", Curve::kAffine, true, true, {}, {}},
    {"Elu", Curve::kElu, true, false, 1.0f, {}},
    {"HardSigmoid", Curve::kHardSigmoid, true, true, 0.2f, 0.5f},
    {"LeakyRelu", Curve::kLeakyRelu, true, false, 0.01f, {}},
    {"Relu", Curve::kRelu, false, false, {}, {}},
    {"ScaledTanh", Curve::kScaledTanh, true, true, {}, {}},
    {"Sigmoid", Curve::kSigmoid, false, false, {}, {}},
    {"Softplus", Curve::kSoftplus, false, false, {}, {}},
    {"Softsign", Curve::kSoftsign, false, false, {}, {}},
    {"Tanh", Curve::kTanh, false, false, {}, {}},
    {"ThresholdedRelu", Curve::kThresholdedRelu, true, false, 1.0f, {}},
};

std::vector<std::string_view> strings_of(const Applied &node, uint32_t key)
{
    std::vector<std::string_view> list;
    if (const accel_attribute *found = node.find(key)) {
        const std::span values(static_cast<const accel_bytes *>(found->values), found->count);
        for (const accel_bytes &text : values) list.emplace_back(static_cast<const char *>(text.data), text.byte_count);
    }
    return list;
}

/// Numbers that functions take one after the other.
class Numbers {
public:
    Numbers(const Applied &node, uint32_t key) : key_(key)
    {
        if (const accel_attribute *found = node.find(key)) left_ = {static_cast<const float *>(found->values), found->count};
    }

    bool take(const CurveRow &row, bool takes, std::optional<float> otherwise, float *out, Contradiction *why)
    {
        if (!takes) return true;
        if (left_.empty() && !otherwise) return refuse(why, of_attribute(key_, name() + " has no number for " + std::string(row.name) + ", which has no default")), false;
        *out = left_.empty() ? *otherwise : left_.front();
        if (!left_.empty()) left_ = left_.subspan(1);
        return true;
    }
    bool used_up(Contradiction *why) const
    {
        if (left_.empty()) return true;
        const auto more = static_cast<int64_t>(left_.size());
        return refuse(why, of_attribute(key_, name() + " has " + std::to_string(more) + " more values than there are functions that take one", more, 0)), false;
    }

private:
    std::string name() const { return find_attribute(key_)->name; }

    uint32_t key_;
    std::span<const float> left_;
};

/// What the functions are where none is named.
std::vector<std::string_view> usual_curves(uint32_t operation)
{
    switch (operation) {
    case ACCEL_OPERATION_LSTM: return {"Sigmoid", "Tanh", "Tanh"};
    case ACCEL_OPERATION_GRU: return {"Sigmoid", "Tanh"};
    default: return {"Tanh"};
    }
}

bool read_activations(const Applied &node, Recurrence &made, Contradiction *why)
{
    const auto usual = usual_curves(node.operation());
    auto names = strings_of(node, ACCEL_ATTRIBUTE_ACTIVATIONS);
    made.per_direction = usual.size();
    const size_t wanted = usual.size() * static_cast<size_t>(made.directions);
    const bool named = node.find(ACCEL_ATTRIBUTE_ACTIVATIONS) != nullptr;
    for (size_t i = 0; !named && i < wanted; ++i) names.push_back(usual[i % usual.size()]);
    if (names.size() != wanted) {
        refuse(why, of_attribute(ACCEL_ATTRIBUTE_ACTIVATIONS, "activations has " + std::to_string(names.size()) + " values, expected " + std::to_string(wanted),
                                 static_cast<int64_t>(names.size()), static_cast<int64_t>(wanted)));
        return false;
    }
    Numbers alphas(node, ACCEL_ATTRIBUTE_ACTIVATION_ALPHA), betas(node, ACCEL_ATTRIBUTE_ACTIVATION_BETA);
    for (const std::string_view name : names) {
        const CurveRow *row = find_curve(name);
        if (!row) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_ACTIVATIONS, "activations names '" + std::string(name) + "', which is no function of ONNX's recurrent operators")), false;
        Activation &activation = made.activations.emplace_back();
        activation.curve = row->curve;
        if (!alphas.take(*row, row->takes_alpha, row->alpha, &activation.alpha, why) || !betas.take(*row, row->takes_beta, row->beta, &activation.beta, why)) return false;
    }
    return alphas.used_up(why) && betas.used_up(why);
}

bool clips_well(const Applied &node, Contradiction *why)
{
    const accel_attribute *clip = node.find(ACCEL_ATTRIBUTE_CELL_CLIP);
    if (!clip || (clip->count == 1 && *static_cast<const float *>(clip->values) >= 0)) return true;
    return refuse(why, of_attribute(ACCEL_ATTRIBUTE_CELL_CLIP, "cell_clip is no number of at least 0")), false;
}

}  // namespace

const CurveRow *find_curve(std::string_view name)
{
    const auto row = std::ranges::find(kCurves, name, &CurveRow::name);
    return row == std::end(kCurves) ? nullptr : row;
}

const CurveRow *find_curve_like(std::string_view name)
{
    const auto lower = [](char letter) { return std::tolower(static_cast<unsigned char>(letter)); };
    const auto row = std::ranges::find_if(kCurves, [&](const CurveRow &each) { return std::ranges::equal(each.name, name, {}, lower, lower); });
    return row == std::end(kCurves) ? nullptr : row;
}

std::optional<Recurrence> read_recurrence(const Applied &node, Contradiction *why)
{
    Recurrence made;
    made.gates = node.operation() == ACCEL_OPERATION_LSTM ? 4 : node.operation() == ACCEL_OPERATION_GRU ? 3
                                                                                                        : 1;
    const std::string_view direction = node.find(ACCEL_ATTRIBUTE_DIRECTION) ? node.string(ACCEL_ATTRIBUTE_DIRECTION) : "forward";
    if (direction != "forward" && direction != "reverse" && direction != "bidirectional")
        return refuse(why, of_attribute(ACCEL_ATTRIBUTE_DIRECTION, "direction is '" + std::string(direction) + "', expected forward, reverse or bidirectional"));
    made.directions = direction == "bidirectional" ? 2 : 1;
    made.reverse = direction == "reverse";
    const int64_t layout = node.integer(ACCEL_ATTRIBUTE_LAYOUT, 0);
    if (layout != 0 && layout != 1) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_LAYOUT, "layout is " + std::to_string(layout) + ", expected 0 or 1", layout, 1));
    made.batch_first = layout == 1;
    if (!read_activations(node, made, why) || !clips_well(node, why)) return std::nullopt;
    return made;
}

namespace shapes {

namespace {

bool fits(const Applied &node, size_t position, const Shape &expected, Contradiction *why)
{
    if (!node.operand(position)) return true;
    const Shape given = node.shape(position);
    if (given.size() != expected.size()) {
        refuse(why, of_rank(position, node.shown(position) + ", expected rank " + std::to_string(expected.size()), given.size(), expected.size()));
        return false;
    }
    for (size_t axis = 0; axis < expected.size(); ++axis) {
        if (shapes_agree(node.symbols, Shape{given[axis]}, Shape{expected[axis]})) continue;
        refuse(why, of_operand(position, node.shown(position) + ", expected " + text(node.symbols, expected), given[axis].size, expected[axis].size));
        return false;
    }
    return true;
}

Dim times(int64_t factor, const Dim &dim) { return dim.fixed() ? Dim{factor * dim.size} : kUnknownDim; }

/// HIDDEN_SIZE, or what the weights say.
std::optional<Dim> hidden_size(const Applied &node, Contradiction *why)
{
    const Shape r = node.shape(2);
    if (r.size() != 3) return refuse(why, of_rank(2, node.shown(2) + ", expected rank 3", r.size(), 3));
    Dim hidden = r[2];
    if (node.find(ACCEL_ATTRIBUTE_HIDDEN_SIZE)) {
        const int64_t told = node.integer(ACCEL_ATTRIBUTE_HIDDEN_SIZE, 0);
        if (told < 1 || told > kMaxExtent) return refuse(why, of_attribute(ACCEL_ATTRIBUTE_HIDDEN_SIZE, "hidden_size is " + std::to_string(told) + ", expected at least 1", told, 1));
        hidden = Dim{told};
    }
    if (hidden.fixed() && (hidden.size < 1 || hidden.size > kMaxExtent)) return refuse(why, of_operand(2, node.shown(2) + ", expected a hidden size of at least 1", hidden.size, 1));
    return hidden;
}

}  // namespace

std::optional<ResultShapes> recurrent(const Applied &node, Contradiction *why)
{
    const auto read = read_recurrence(node, why);
    if (!read) return std::nullopt;
    const Shape x = node.shape(0);
    if (x.size() != 3) return refuse(why, of_rank(0, node.shown(0) + ", expected rank 3", x.size(), 3));
    const auto hidden = hidden_size(node, why);
    if (!hidden) return std::nullopt;
    const Dim directions{read->directions}, steps = x[read->batch_first ? 1 : 0], batch = x[read->batch_first ? 0 : 1], rows = times(read->gates, *hidden);
    const Shape state = read->batch_first ? Shape{batch, directions, *hidden} : Shape{directions, batch, *hidden};
    const bool fit = fits(node, 1, {directions, rows, x[2]}, why) && fits(node, 2, {directions, rows, *hidden}, why) && fits(node, 3, {directions, times(2, rows)}, why) &&
                     fits(node, 4, {batch}, why) && fits(node, 5, state, why) && fits(node, 6, state, why) && fits(node, 7, {directions, times(3, *hidden)}, why);
    if (!fit) return std::nullopt;
    ResultShapes results(node.results.size(), state);
    if (!results.empty()) results[0] = read->batch_first ? Shape{batch, steps, directions, *hidden} : Shape{steps, directions, batch, *hidden};
    return results;
}

}  // namespace shapes

}  // namespace accel::graph
