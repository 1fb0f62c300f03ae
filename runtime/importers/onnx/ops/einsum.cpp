// SPDX-License-Identifier: MIT
// Einsum: an equation over named axes, as diagonals, sums, products and a transposition.
//
// Operands are joined one after the other. What no later operand and no result names is summed up as soon as it can be: of one operand before the join, of both by the join itself, which is a
// MATMUL of F32 and a MUL with a REDUCE_SUM of other types. 16-bit reals are computed in F32.
#include "onnx/schema.h"
#include "ops.h"
#include "steps.h"

#include <algorithm>

namespace accel::onnx::ops {
namespace {

/// Names of axes: letters, and below them those that "..." stands for, counted from the last one.
using Labels = std::vector<int>;

constexpr int kEllipsis = 0;

bool has(const Labels &labels, int label) { return std::find(labels.begin(), labels.end(), label) != labels.end(); }

/// A value with names of its axes.
struct Term {
    ValueId value;
    Labels labels;
};

struct Equation {
    std::vector<std::string> terms;
    std::optional<std::string> result;
};

Equation read_equation(Node &node)
{
    std::string text = node.string("equation").value_or("");
    std::erase(text, ' ');
    Equation equation;
    if (const size_t arrow = text.find("->"); arrow != std::string::npos) {
        equation.result = text.substr(arrow + 2);
        text.resize(arrow);
    }
    for (size_t begin = 0; begin <= text.size();) {
        const size_t end = std::min(text.find(',', begin), text.size());
        equation.terms.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    if (equation.terms.size() != node.input_count()) {
        node.fail_corrupt("the equation names ", equation.terms.size(), " operands, and there are ", node.input_count());
    }
    return equation;
}

/// hidden_axes: how many axes "..." stands for.
Labels read_labels(const Node &node, const std::string &term, size_t hidden_axes)
{
    Labels labels;
    bool seen = false;
    for (size_t i = 0; i < term.size(); ++i) {
        const bool letter = (term[i] >= 'a' && term[i] <= 'z') || (term[i] >= 'A' && term[i] <= 'Z');
        if (letter) {
            labels.push_back(term[i]);
        } else if (!seen && term.compare(i, 3, "...") == 0) {
            seen = true;
            i += 2;
            for (size_t axis = hidden_axes; axis-- > 0;) {
                labels.push_back(kEllipsis - static_cast<int>(axis));
            }
        } else {
            node.fail_corrupt("'", term, "' of the equation has '", term[i], "', expected are letters, and '...' once");
        }
    }
    return labels;
}

Labels operand_labels(const Node &node, size_t operand, const std::string &term)
{
    const size_t rank = node.input(operand).dims.size(), letters = static_cast<size_t>(std::count_if(term.begin(), term.end(), [](char each) { return each != '.'; }));
    const bool hides = term.find('.') != std::string::npos;
    if (letters > rank || (!hides && letters != rank)) {
        node.fail_corrupt("'", term, "' of the equation names ", letters, " axes of an operand of ", to_text(node.input(operand).dims));
    }
    return read_labels(node, term, rank - letters);
}

/// Where nothing is said: what "..." stands for, then the letters that occur once, in their order.
Labels implied(const std::vector<Term> &terms)
{
    Labels all, result;
    for (const Term &term : terms) {
        all.insert(all.end(), term.labels.begin(), term.labels.end());
    }
    std::sort(all.begin(), all.end());
    for (const int label : all) {
        if (!has(result, label) && (label <= kEllipsis || std::count(all.begin(), all.end(), label) == 1)) {
            result.push_back(label);
        }
    }
    return result;
}

Labels result_labels(const Node &node, const Equation &equation, const std::vector<Term> &terms)
{
    if (!equation.result) {
        return implied(terms);
    }
    size_t hidden_axes = 0;
    for (const Term &term : terms) {
        hidden_axes = std::max(hidden_axes, static_cast<size_t>(std::count_if(term.labels.begin(), term.labels.end(), [](int label) { return label <= kEllipsis; })));
    }
    const Labels labels = read_labels(node, *equation.result, hidden_axes);
    for (const int label : labels) {
        const bool known = std::any_of(terms.begin(), terms.end(), [&](const Term &term) { return has(term.labels, label); });
        if (!known || std::count(labels.begin(), labels.end(), label) != 1) {
            node.fail_corrupt("'", *equation.result, "' of the equation has an axis twice, or one that no operand has");
        }
    }
    if (hidden_axes > 0 && !has(labels, kEllipsis)) {
        node.fail_corrupt("the result '", *equation.result, "' of the equation leaves out what '...' stands for");
    }
    return labels;
}

class Join {
public:
    explicit Join(Node &node) : steps_{node} {}

    /// An axis that is named twice: only places with the same index on both are taken.
    void take_diagonals(Term &term)
    {
        for (size_t second = 1; second < term.labels.size(); ++second) {
            const auto found = std::find(term.labels.begin(), term.labels.begin() + static_cast<std::ptrdiff_t>(second), term.labels[second]);
            const auto first = static_cast<size_t>(found - term.labels.begin());
            if (first == second) {
                continue;
            }
            take_diagonal(term, first, second);
            second = 0;
        }
    }

    /// Sums up what is not needed.
    void reduce(Term &term, const Labels &needed)
    {
        std::vector<int64_t> axes;
        Labels left;
        for (size_t axis = 0; axis < term.labels.size(); ++axis) {
            if (has(needed, term.labels[axis])) {
                left.push_back(term.labels[axis]);
            } else {
                axes.push_back(static_cast<int64_t>(axis));
            }
        }
        if (!axes.empty()) {
            term = {sum_of(steps_, term.value, axes, false), std::move(left)};
        }
    }

    Term product(const Term &a, const Term &b, const Labels &needed)
    {
        Labels outer, left, inner, right;
        for (const int label : a.labels) {
            (!has(b.labels, label) ? left : has(needed, label) ? outer
                                                               : inner)
                .push_back(label);
        }
        std::copy_if(b.labels.begin(), b.labels.end(), std::back_inserter(right), [&](int label) { return !has(a.labels, label); });
        check_inner(a, b, inner);
        return inner.empty() || steps_.type(a.value) != ACCEL_TYPE_F32 ? by_elements(a, b, outer, left, inner, right) : by_matrices(a, b, outer, left, inner, right);
    }

    void give(const Term &term, const Labels &order, uint32_t type) { steps_.give(steps_.convert(arranged(term, order), type)); }
    ValueId cast(ValueId value, uint32_t type) { return steps_.convert(value, type); }

private:
    static Labels together(Labels a, const Labels &b, const Labels &c = {})
    {
        a.insert(a.end(), b.begin(), b.end());
        a.insert(a.end(), c.begin(), c.end());
        return a;
    }

    const accel_dim &dim_of(const Term &term, int label) const
    {
        return steps_.dims(term.value)[static_cast<size_t>(std::find(term.labels.begin(), term.labels.end(), label) - term.labels.begin())];
    }

    Dims dims_of(const Term &term, const Labels &labels) const
    {
        Dims dims;
        for (const int label : labels) {
            dims.push_back(dim_of(term, label));
        }
        return dims;
    }

    void take_diagonal(Term &term, size_t first, size_t second)
    {
        const int64_t size = known_size(steps_.node, steps_.dims(term.value), first);
        if (known_size(steps_.node, steps_.dims(term.value), second) != size) {
            steps_.node.fail_corrupt("axes ", first, " and ", second, " of ", to_text(steps_.dims(term.value)), " have one name");
        }
        Labels rest = term.labels;
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(second));
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(first));
        std::vector<int64_t> perm;
        Dims dims;
        for (size_t axis = 0; axis < term.labels.size(); ++axis) {
            if (axis != first && axis != second) {
                perm.push_back(static_cast<int64_t>(axis));
                dims.push_back(steps_.dims(term.value)[axis]);
            }
        }
        perm.push_back(static_cast<int64_t>(first));
        perm.push_back(static_cast<int64_t>(second));
        dims.push_back(fixed_dim(size * size));
        const ValueId square = steps_.shaped(steps_.permute(term.value, perm), dims);
        rest.push_back(term.labels[first]);
        term = {steps_.part(square, dims.size() - 1, 0, size, size + 1), std::move(rest)};
    }

    /// With exactly these axes, in this order.
    ValueId arranged(const Term &term, const Labels &order)
    {
        std::vector<int64_t> perm;
        for (const int label : order) {
            perm.push_back(std::find(term.labels.begin(), term.labels.end(), label) - term.labels.begin());
        }
        return steps_.permute(term.value, perm);
    }

    void check_inner(const Term &a, const Term &b, const Labels &inner) const
    {
        for (const int label : inner) {
            if (!may_equal(dim_of(a, label), dim_of(b, label))) {
                steps_.node.fail_corrupt("axes of ", to_text(steps_.dims(a.value)), " and ", to_text(steps_.dims(b.value)), " have one name, and differ");
            }
        }
    }

    Term by_elements(const Term &a, const Term &b, const Labels &outer, const Labels &left, const Labels &inner, const Labels &right)
    {
        const auto spread = [&](const Term &term, const Labels &own, bool is_left) {
            const Dims given = dims_of(term, together(outer, own, inner));
            Dims dims(given.begin(), given.begin() + static_cast<std::ptrdiff_t>(outer.size()));
            const auto own_begin = given.begin() + static_cast<std::ptrdiff_t>(outer.size()), own_end = own_begin + static_cast<std::ptrdiff_t>(own.size());
            dims.insert(dims.end(), is_left ? 0 : left.size(), fixed_dim(1));
            dims.insert(dims.end(), own_begin, own_end);
            dims.insert(dims.end(), is_left ? right.size() : 0, fixed_dim(1));
            dims.insert(dims.end(), own_end, given.end());
            return steps_.shaped(arranged(term, together(outer, own, inner)), std::move(dims));
        };
        Term made{steps_.both(ACCEL_OPERATION_MUL, spread(a, left, true), spread(b, right, false)), together(together(outer, left, right), inner)};
        reduce(made, together(outer, left, right));
        return made;
    }

    Term by_matrices(const Term &a, const Term &b, const Labels &outer, const Labels &left, const Labels &inner, const Labels &right)
    {
        const auto matrix = [&](const Term &term, const Labels &rows, const Labels &columns) {
            Sizes &sizes = steps_.node.graph.sizes;
            Dims dims = dims_of(term, outer);
            dims.push_back(sizes.dim(sizes.product(dims_of(term, rows))));
            dims.push_back(sizes.dim(sizes.product(dims_of(term, columns))));
            return steps_.shaped(arranged(term, together(outer, rows, columns)), std::move(dims));
        };
        const ValueId x = matrix(a, left, inner), y = matrix(b, inner, right);
        Dims dims = matmul_shape(steps_.node, steps_.dims(x), steps_.dims(y));
        const ValueId made = steps_.make(ACCEL_OPERATION_MATMUL, {x, y}, steps_.type(x), dims);
        dims.resize(outer.size());
        for (const Dims &more : {dims_of(a, left), dims_of(b, right)}) {
            dims.insert(dims.end(), more.begin(), more.end());
        }
        return {steps_.shaped(made, std::move(dims)), together(outer, left, right)};
    }

    Steps steps_;
};

}  // namespace

void einsum(Node &node)
{
    node.expect_operands(1, SIZE_MAX, 1, 1);
    const Equation equation = read_equation(node);
    std::vector<Term> terms;
    for (size_t i = 0; i < node.input_count(); ++i) {
        node.expect_type(i, node.types_of(0));
        node.expect_same_type(0, i);
        terms.push_back({node.input_id(i), operand_labels(node, i, equation.terms[i])});
    }
    const Labels result = result_labels(node, equation, terms);
    const uint32_t type = node.input(0).type;
    Join join(node);
    Term made{kNoValue, {}};
    for (size_t i = 0; i < terms.size(); ++i) {
        terms[i].value = join.cast(terms[i].value, computed_in(type));
        join.take_diagonals(terms[i]);
        Labels needed = result;
        for (size_t later = i + 1; later < terms.size(); ++later) {
            needed.insert(needed.end(), terms[later].labels.begin(), terms[later].labels.end());
        }
        Labels here = needed;
        here.insert(here.end(), made.labels.begin(), made.labels.end());
        join.reduce(terms[i], here);
        made = i == 0 ? terms[i] : join.product(made, terms[i], needed);
        join.reduce(made, needed);
    }
    join.give(made, result, type);
}

}  // namespace accel::onnx::ops
