// SPDX-License-Identifier: MIT
// Evaluates tokens on a stack, and stops at the first that goes wrong.
#include "composite_expressions.h"

#include <algorithm>
#include <cmath>

namespace accel::runtime {

namespace {

/// More than any list of axes, sizes or pads has.
constexpr int64_t kMaxListLength = 64;

using Ints = std::vector<int64_t>;
using Reals = std::vector<double>;

/// One evaluation: a stack of values, and the first thing that went wrong.
class Machine {
public:
    Machine(const NodeFacts &facts, std::string *why) : facts_(facts),
                                                        why_(why) {}

    std::optional<Datum> run(std::span<const Token> tokens)
    {
        for (const Token &token : tokens)
            if (!step(token)) return std::nullopt;
        if (stack_.size() != 1) return fail("an expression that leaves " + std::to_string(stack_.size()) + " values, expected one"), std::nullopt;
        return std::move(stack_.back());
    }

private:
    bool fail(std::string why)
    {
        if (why_) *why_ = std::move(why);
        return false;
    }
    bool push(Datum value) { return stack_.push_back(std::move(value)), true; }

    /// The topmost value, as a T; whole numbers are real ones, too.
    template <class T> std::optional<T> pop()
    {
        if (stack_.empty()) return fail("an expression without enough values"), std::nullopt;
        Datum top = std::move(stack_.back());
        stack_.pop_back();
        if constexpr (std::is_same_v<T, double>)
            if (const auto *whole = std::get_if<int64_t>(&top)) return static_cast<double>(*whole);
        if (auto *value = std::get_if<T>(&top)) return std::move(*value);
        return fail("an expression with a value of the wrong kind"), std::nullopt;
    }

    bool step(const Token &token)
    {
        switch (token.code) {
        case Code::kInteger: return push(token.number);
        case Code::kReal: return push(token.real);
        case Code::kText: return push(std::string(token.text));
        case Code::kType: return push(ElementType{static_cast<uint32_t>(token.number)});
        case Code::kAttribute:
        case Code::kAttributeList: return attribute(token);
        case Code::kOperandValue: return operand_value(token);
        case Code::kAdd:
        case Code::kSub:
        case Code::kMul: return arithmetic(token.code);
        case Code::kDiv: return divide();
        case Code::kFloorDiv:
        case Code::kCeilDiv:
        case Code::kMod: return divide_whole(token.code);
        case Code::kNegate: return negate();
        case Code::kList: return list(token.number);
        case Code::kRank:
        case Code::kDim:
        case Code::kShape:
        case Code::kTypeOf:
        case Code::kGiven: return of_operand(token);
        case Code::kMax:
        case Code::kMin: return choose(token.code);
        case Code::kSqrt: return root();
        case Code::kEqual: return equal();
        case Code::kAll: return all();
        case Code::kNot: return negate_truth();
        default: return of_list(token.code);
        }
    }

    bool attribute(const Token &token)
    {
        auto value = facts_.attribute(static_cast<uint32_t>(token.number));
        if (!value) return fail("attribute " + std::to_string(token.number) + " is absent");
        if (token.code == Code::kAttributeList) return push(std::move(*value));
        // Lists of one number are numbers.
        if (const auto *whole = std::get_if<Ints>(&*value); whole && whole->size() == 1) return push(whole->front());
        if (const auto *reals = std::get_if<Reals>(&*value); reals && reals->size() == 1) return push(reals->front());
        if (std::holds_alternative<Ints>(*value) || std::holds_alternative<Reals>(*value)) return fail("attribute " + std::to_string(token.number) + " is a list, expected one value");
        return push(std::move(*value));
    }

    bool operand_value(const Token &token)
    {
        auto value = facts_.operand_value(static_cast<uint32_t>(token.number));
        return value ? push(std::move(*value)) : fail("the values of operand " + std::to_string(token.number) + " are not known");
    }

    bool of_operand(const Token &token)
    {
        const auto operand = static_cast<uint32_t>(token.number);
        const auto shape = facts_.shape(operand);
        if (token.code == Code::kGiven) return push(shape.has_value());
        if (!shape) return fail("operand " + std::to_string(operand) + " is absent");
        if (token.code == Code::kTypeOf) return push(ElementType{facts_.type(operand)});
        if (token.code == Code::kRank) return push(static_cast<int64_t>(shape->size()));
        if (token.code == Code::kShape) return push(Ints(shape->begin(), shape->end()));
        const auto axis = pop<int64_t>();
        if (!axis) return false;
        const auto rank = static_cast<int64_t>(shape->size());
        const int64_t resolved = *axis < 0 ? *axis + rank : *axis;
        if (resolved < 0 || resolved >= rank) return fail("axis " + std::to_string(*axis) + " of an operand of rank " + std::to_string(rank));
        return push((*shape)[static_cast<size_t>(resolved)]);
    }

    bool arithmetic(Code code)
    {
        if (code == Code::kAdd && !stack_.empty() && std::holds_alternative<Ints>(stack_.back())) return join();
        const bool whole = stack_.size() >= 2 && std::holds_alternative<int64_t>(stack_.back()) && std::holds_alternative<int64_t>(stack_[stack_.size() - 2]);
        if (!whole) {
            const auto b = pop<double>(), a = b ? pop<double>() : std::nullopt;
            return a && push(code == Code::kAdd ? *a + *b : code == Code::kSub ? *a - *b
                                                                               : *a * *b);
        }
        const int64_t b = *pop<int64_t>(), a = *pop<int64_t>();
        int64_t result = 0;
        const bool overflow = code == Code::kAdd   ? __builtin_add_overflow(a, b, &result)
                              : code == Code::kSub ? __builtin_sub_overflow(a, b, &result)
                                                   : __builtin_mul_overflow(a, b, &result);
        return overflow ? fail("a size beyond 63 bits") : push(result);
    }

    bool join()
    {
        auto b = pop<Ints>();
        auto a = b ? pop<Ints>() : std::nullopt;
        if (!a) return false;
        a->insert(a->end(), b->begin(), b->end());
        return push_list(std::move(*a));
    }

    bool divide()
    {
        const auto b = pop<double>(), a = b ? pop<double>() : std::nullopt;
        return a && push(*a / *b);
    }

    bool divide_whole(Code code)
    {
        const auto b = pop<int64_t>(), a = b ? pop<int64_t>() : std::nullopt;
        if (!a) return false;
        if (*b == 0 || (*a == INT64_MIN && *b == -1)) return fail("a division of " + std::to_string(*a) + " by " + std::to_string(*b));
        const int64_t quotient = *a / *b, rest = *a % *b;
        const int64_t below = rest != 0 && (rest < 0) != (*b < 0) ? 1 : 0;  // what truncation cut off toward zero
        if (code == Code::kMod) return push(rest + below * *b);
        return push(code == Code::kFloorDiv ? quotient - below : quotient + (rest != 0 && below == 0 ? 1 : 0));
    }

    bool negate()
    {
        if (!stack_.empty() && std::holds_alternative<int64_t>(stack_.back())) {
            const int64_t value = *pop<int64_t>();
            return value == INT64_MIN ? fail("a size beyond 63 bits") : push(-value);
        }
        const auto value = pop<double>();
        return value && push(-*value);
    }

    bool choose(Code code)
    {
        const auto b = pop<int64_t>(), a = b ? pop<int64_t>() : std::nullopt;
        return a && push(code == Code::kMax ? std::max(*a, *b) : std::min(*a, *b));
    }

    bool root()
    {
        const auto value = pop<double>();
        return value && push(std::sqrt(*value));
    }

    bool equal()
    {
        if (stack_.size() < 2) return fail("an expression without enough values");
        const bool same = stack_.back() == stack_[stack_.size() - 2];
        stack_.resize(stack_.size() - 2);
        return push(same);
    }

    bool all()
    {
        const auto b = pop<bool>(), a = b ? pop<bool>() : std::nullopt;
        return a && push(*a && *b);
    }

    bool negate_truth()
    {
        const auto value = pop<bool>();
        return value && push(!*value);
    }

    // ---- lists

    bool push_list(Ints values)
    {
        if (static_cast<int64_t>(values.size()) > kMaxListLength) return fail("a list of " + std::to_string(values.size()) + " values, at most " + std::to_string(kMaxListLength));
        return push(std::move(values));
    }

    bool list(int64_t count)
    {
        if (count < 0 || count > kMaxListLength || static_cast<size_t>(count) > stack_.size()) return fail("an expression without enough values");
        const auto begin = stack_.end() - count;
        if (std::all_of(begin, stack_.end(), [](const Datum &value) { return std::holds_alternative<int64_t>(value); })) {
            Ints values(static_cast<size_t>(count));
            for (auto at = values.rbegin(); at != values.rend(); ++at) *at = *pop<int64_t>();
            return push(std::move(values));
        }
        Reals values(static_cast<size_t>(count));
        for (auto at = values.rbegin(); at != values.rend(); ++at) {
            const auto value = pop<double>();
            if (!value) return false;
            *at = *value;
        }
        return push(std::move(values));
    }

    bool of_list(Code code)
    {
        switch (code) {
        case Code::kRange: return range();
        case Code::kRepeat: return repeat();
        case Code::kPart: return part();
        case Code::kRemove: return remove();
        case Code::kInsert: return insert();
        case Code::kFind: return find();
        case Code::kProduct: return product();
        default: break;
        }
        auto values = pop<Ints>();
        if (!values) return false;
        if (code == Code::kCount) return push(static_cast<int64_t>(values->size()));
        std::reverse(values->begin(), values->end());
        return push(std::move(*values));
    }

    bool range()
    {
        const auto high = pop<int64_t>(), low = high ? pop<int64_t>() : std::nullopt;
        if (!low) return false;
        int64_t count = 0;
        if (__builtin_sub_overflow(*high, *low, &count) || count > kMaxListLength) return fail("a range of " + std::to_string(*low) + " to " + std::to_string(*high));
        Ints values;
        for (int64_t i = 0; i < count; ++i) values.push_back(*low + i);
        return push(std::move(values));
    }

    bool repeat()
    {
        const auto count = pop<int64_t>(), value = count ? pop<int64_t>() : std::nullopt;
        if (!value) return false;
        if (*count < 0 || *count > kMaxListLength) return fail("a list of " + std::to_string(*count) + " values, at most " + std::to_string(kMaxListLength));
        return push(Ints(static_cast<size_t>(*count), *value));
    }

    bool part()
    {
        const auto high = pop<int64_t>(), low = high ? pop<int64_t>() : std::nullopt;
        auto values = low ? pop<Ints>() : std::nullopt;
        if (!values) return false;
        if (*low < 0 || *high < *low || *high > static_cast<int64_t>(values->size()))
            return fail("positions " + std::to_string(*low) + " to " + std::to_string(*high) + " of a list of " + std::to_string(values->size()));
        return push(Ints(values->begin() + *low, values->begin() + *high));
    }

    bool product()
    {
        const auto values = pop<Ints>();
        if (!values) return false;
        int64_t result = 1;
        for (const int64_t value : *values)
            if (__builtin_mul_overflow(result, value, &result)) return fail("a size beyond 63 bits");
        return push(result);
    }

    bool remove()
    {
        const auto places = pop<Ints>(), values = places ? pop<Ints>() : std::nullopt;
        if (!values) return false;
        Ints rest;
        for (size_t i = 0; i < values->size(); ++i)
            if (std::find(places->begin(), places->end(), static_cast<int64_t>(i)) == places->end()) rest.push_back((*values)[i]);
        return push(std::move(rest));
    }

    bool insert()
    {
        const auto added = pop<int64_t>();
        auto places = added ? pop<Ints>() : std::nullopt;
        auto values = places ? pop<Ints>() : std::nullopt;
        if (!values) return false;
        std::sort(places->begin(), places->end());
        for (const int64_t place : *places) {
            if (place < 0 || place > static_cast<int64_t>(values->size())) return fail("place " + std::to_string(place) + " in a list of " + std::to_string(values->size()));
            values->insert(values->begin() + place, *added);
        }
        return push_list(std::move(*values));
    }

    bool find()
    {
        const auto wanted = pop<int64_t>();
        const auto values = wanted ? pop<Ints>() : std::nullopt;
        if (!values) return false;
        Ints places;
        for (size_t i = 0; i < values->size(); ++i)
            if ((*values)[i] == *wanted) places.push_back(static_cast<int64_t>(i));
        return push(std::move(places));
    }

    const NodeFacts &facts_;
    std::string *why_;
    std::vector<Datum> stack_;
};

}  // namespace

std::optional<Datum> evaluate(std::span<const Token> tokens, const NodeFacts &facts, std::string *why) { return Machine(facts, why).run(tokens); }

}  // namespace accel::runtime
