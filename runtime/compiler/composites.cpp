// SPDX-License-Identifier: MIT
// Computes the steps of a composite for one node.
#include "composites.h"

#include <algorithm>

#include "composite_expressions.h"

namespace accel::runtime {

namespace {

/// Rows first .. first + count of one of the arrays.
struct Rows {
    uint16_t first;
    uint16_t count;
};

using Source = PlacedOperand::Source;

struct StepOperand {
    Source source;
    uint16_t value;
    Rows expression;  ///< of a constant
};

struct StepAttribute {
    uint32_t key;
    int operand;
    Rows expression;
};

struct StepRow {
    accel_operation operation;
    accel_rounding rounding;
    Rows results, operands, attributes;
    Rows when;  ///< no tokens: always
};

}  // namespace

struct Composite {
    accel_operation operation;
    std::string_view domain, onnx_name;
    uint32_t operand_count, value_count;
    Rows results, steps, defaults;
};

namespace {

#include "composite_tables.inc"

template <class Row, size_t N> std::span<const Row> of(const Row (&rows)[N], Rows wanted)
{
    return std::span(rows).subspan(wanted.first, wanted.count);
}

/// The node's facts, with what absent attributes stand for.
class Expansion {
public:
    Expansion(const Composite &composite, const NodeFacts &facts, std::string *why) : composite_(composite),
                                                                                      node_(facts),
                                                                                      why_(why)
    {
        facts_ = facts;
        facts_.attribute = [this](uint32_t key) { return attribute(key); };
        facts_.operand_value = [this](uint32_t position) { return operand_value(position); };
    }

    std::optional<Decomposition> run()
    {
        Decomposition made{.value_count = composite_.value_count};
        for (const uint16_t value : of(kValues, composite_.results)) made.results.push_back(value);
        std::vector<bool> known(composite_.value_count);
        for (const StepRow &step : of(kSteps, composite_.steps)) {
            const auto results = of(kValues, step.results);
            if (known[results.front()]) continue;
            if (step.when.count > 0) {
                const auto holds = evaluate(of(kTokens, step.when), facts_, why_);
                if (!holds) return std::nullopt;
                if (!std::get<bool>(*holds)) continue;
            }
            auto placed = place(step);
            if (!placed) return std::nullopt;
            for (const uint16_t value : results) known[value] = true;
            made.steps.push_back(std::move(*placed));
        }
        return made;
    }

private:
    /// Real attributes are binary32, and so is what an absent one stands for.
    static std::optional<Datum> as_given(std::optional<Datum> value)
    {
        if (auto *real = value ? std::get_if<double>(&*value) : nullptr) *real = static_cast<double>(static_cast<float>(*real));
        return value;
    }

    std::optional<Datum> attribute(uint32_t key) const
    {
        if (auto value = node_.attribute(key)) return value;
        for (const StepAttribute &row : of(kStepAttributes, composite_.defaults))
            if (row.key == key && key != ACCEL_ATTRIBUTE_CUSTOM) return as_given(evaluate(of(kTokens, row.expression), facts_, why_));
        return std::nullopt;
    }

    std::optional<Datum> operand_value(uint32_t position) const
    {
        if (auto value = node_.operand_value(position)) return value;
        for (const StepAttribute &row : of(kStepAttributes, composite_.defaults))
            if (row.operand == static_cast<int>(position)) return evaluate(of(kTokens, row.expression), facts_, why_);
        return std::nullopt;
    }

    std::optional<PlacedStep> place(const StepRow &step)
    {
        PlacedStep placed{step.operation, step.rounding, {}, {}, {}};
        for (const uint16_t value : of(kValues, step.results)) placed.results.push_back(value);
        for (const StepOperand &row : of(kStepOperands, step.operands)) {
            PlacedOperand operand{row.source, row.value, {}};
            if (row.source == Source::kConstant) {
                auto constant = evaluate(of(kTokens, row.expression), facts_, why_);
                if (!constant) return std::nullopt;
                operand.constant = std::move(*constant);
            } else if (row.source == Source::kValue && row.value < composite_.operand_count && !facts_.shape(row.value)) {
                operand.source = Source::kAbsent;
            }
            placed.operands.push_back(std::move(operand));
        }
        for (const StepAttribute &row : of(kStepAttributes, step.attributes)) {
            auto value = evaluate(of(kTokens, row.expression), facts_, why_);
            if (!value) return std::nullopt;
            placed.attributes.push_back({row.key, row.operand, std::move(*value)});
        }
        return placed;
    }

    const Composite &composite_;
    const NodeFacts &node_;
    NodeFacts facts_;
    std::string *why_;
};

}  // namespace

const Composite *find_composite(accel_operation operation)
{
    const auto row = std::ranges::find(kComposites, operation, &Composite::operation);
    return operation == ACCEL_OPERATION_CUSTOM || row == std::end(kComposites) ? nullptr : row;
}

const Composite *find_composite(std::string_view domain, std::string_view onnx_name)
{
    const auto row = std::ranges::find_if(kComposites, [&](const Composite &composite) { return composite.domain == domain && composite.onnx_name == onnx_name; });
    return row == std::end(kComposites) ? nullptr : row;
}

std::optional<Decomposition> decompose(const Composite &composite, const NodeFacts &facts, std::string *why) { return Expansion(composite, facts, why).run(); }

}  // namespace accel::runtime
