// SPDX-License-Identifier: MIT
// A graph of several operations. Each of its members is a question as the judge asks it of one operation (operations/form.h), whose operands may be what earlier members answer.
//
//   drawn question ──► its operand x ◄── adapters (CAST, RESHAPE, SLICE, TILE, MUL, DEQUANTIZE, QUANTIZE) ◄── a result of an earlier member
//
// It is run twice. Apart: every result is an output, so each member is judged by the reference on what the device itself gave it, as exactly as alone. Together: only what no member reads is an
// output, so that whatever a compiler fuses is fused; results that are fixed to the bit have the same bits, others are as near as rounding lets them be (steadiness.h).
//
// Not chosen: the reference over the whole graph. Its distance from a device would grow with every member, and say less and less.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "operations/subject.h"
#include "reference/question.h"
#include "support/graph.h"

namespace accel::conformance {

class Network {
public:
    static constexpr size_t kNone = SIZE_MAX;

    struct Value {
        Tensor tensor;          ///< with the elements that the reference finds
        bool constant = false;  ///< else an input, where no member makes it
        size_t maker = kNone;   ///< member
        bool read = false;
    };
    struct Member {
        Question question;             ///< its operands are tensors of values
        std::vector<size_t> operands;  ///< values; kNone: absent
        std::vector<size_t> results;
        std::vector<Answer> answers;
    };

    Network() = default;
    // Questions point into values.
    Network(Network &&) = default;
    Network &operator=(Network &&) = default;
    Network(const Network &) = delete;
    Network &operator=(const Network &) = delete;

    const std::deque<Value> &values() const { return values_; }
    const std::deque<Member> &members() const { return members_; }

    size_t add_input(Tensor tensor);
    size_t add_constant(Tensor tensor);
    /// Adds a member if the reference has an answer of numbers that are far from the ends of their type, where it matters what comes first, and says whether it did. `question.operands` are set here.
    bool add(Question question, const std::vector<size_t> &operands);

    /// Inputs of the graph, and its outputs: every result, or those that nothing reads.
    std::vector<size_t> inputs() const;
    std::vector<size_t> results(bool apart) const;
    GraphBuilder graph(bool apart) const;
    std::vector<std::vector<char>> input_bytes() const;

    /// The members that a value depends on, but for what makes the values that `given` has elements for: those become inputs. Nothing where the reference has no answer for these.
    std::optional<Network> ancestors(size_t value, const std::vector<std::vector<char>> &given) const;

    /// A line for each member.
    std::string text() const;

private:
    std::deque<Value> values_;
    std::deque<Member> members_;
};

}  // namespace accel::conformance
