// SPDX-License-Identifier: MIT
// Prints rows of expressions with as few brackets as they need, and not without end.
#include <accel/graph/expressions.h>

namespace accel::graph {

namespace {

/// A table may be deep, and one row may stand in many places of a text.
constexpr int kDepthMax = 16;
constexpr int kRowsMax = 48;

/// How tightly an operator binds.
enum Binding { kLoose,
               kSum,
               kProduct,
               kTight };

class Printer {
public:
    Printer(Rows rows, const std::function<std::string(uint32_t)> &name) : rows_(rows),
                                                                           name_(name) {}

    std::string print(uint32_t index, Binding around, int depth)
    {
        if (depth > kDepthMax || ++printed_ > kRowsMax) return "...";
        const accel_expression &row = rows_[index];
        switch (row.op) {
        case ACCEL_EXPRESSION_CONSTANT: return row.value < 0 && around > kLoose ? "(" + std::to_string(row.value) + ")" : std::to_string(row.value);
        case ACCEL_EXPRESSION_SYMBOL: return name_(row.left);
        case ACCEL_EXPRESSION_ADD: return sum(row, around, depth);
        case ACCEL_EXPRESSION_SUB: return infix(row, " - ", kSum, kProduct, around, depth);
        case ACCEL_EXPRESSION_MUL: return infix(row, " * ", kProduct, kProduct, around, depth);
        case ACCEL_EXPRESSION_FLOOR_DIV: return "floor(" + infix(row, " / ", kProduct, kTight, kLoose, depth) + ")";
        case ACCEL_EXPRESSION_CEIL_DIV: return "ceil(" + infix(row, " / ", kProduct, kTight, kLoose, depth) + ")";
        case ACCEL_EXPRESSION_MOD: return infix(row, " % ", kTight, kTight, around == kLoose ? kLoose : kTight, depth);
        case ACCEL_EXPRESSION_MAX: return call(row, "max", depth);
        default: return call(row, "min", depth);
        }
    }

private:
    /// With a number below 0 behind it a sum is a difference.
    std::string sum(const accel_expression &row, Binding around, int depth)
    {
        const accel_expression &right = rows_[row.right];
        if (right.op != ACCEL_EXPRESSION_CONSTANT || right.value >= 0 || right.value == INT64_MIN) return infix(row, " + ", kSum, kSum, around, depth);
        return enclosed(print(row.left, kSum, depth + 1) + " - " + std::to_string(-right.value), kSum, around);
    }

    std::string infix(const accel_expression &row, const char *sign, Binding left, Binding right, Binding around, int depth)
    {
        const std::string first = print(row.left, left, depth + 1);
        return enclosed(first + sign + print(row.right, right, depth + 1), left, around);
    }

    std::string call(const accel_expression &row, const std::string &what, int depth)
    {
        const std::string first = print(row.left, kLoose, depth + 1);
        return what + "(" + first + ", " + print(row.right, kLoose, depth + 1) + ")";
    }

    static std::string enclosed(const std::string &inside, Binding binding, Binding around) { return around > binding || around == kTight ? "(" + inside + ")" : inside; }

    Rows rows_;
    const std::function<std::string(uint32_t)> &name_;
    int printed_ = 0;
};

}  // namespace

std::string text(Rows rows, uint32_t row, const std::function<std::string(uint32_t symbol)> &name) { return Printer(rows, name).print(row, kLoose, 0); }

}  // namespace accel::graph
