// SPDX-License-Identifier: MIT
// One graph of one operation: what a device is asked, and what it must answer. Everything follows from the catalog's record, the reference's row and a seed.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "aspect.h"
#include "reference/question.h"
#include "subject.h"
#include "suite/target.h"
#include "support/expected.h"
#include "support/graph.h"

namespace accel::conformance {

struct Probe {
    std::string about;  ///< sizes and attributes, for messages
    GraphBuilder graph;
    std::vector<std::vector<char>> inputs;
    std::vector<Expected> expected;
};

/// A question alone. It points to its tensors.
struct Drawn {
    Question question;
    std::deque<Tensor> tensors;
    std::vector<bool> constant;  ///< by operand
};

/// A question with choices drawn for every aspect, and finite elements. The same arguments give the same one.
Drawn draw_question(const Subject &subject, uint64_t seed, size_t round);

/// The attributes of the node that asks it.
GraphBuilder::Attributes attributes_of(const Question &question);

/// At most so many probes of one row of the catalog are asked for in a normal run, or four of each kind where that is more: every choice of an aspect with every choice of every
/// other, and where kinds take turns (cover.h) of each kind sizes with a tail.
constexpr size_t kMostOfRow = 64;
size_t most_of(const std::vector<Aspect> &aspects);

/// What is asked for whatever else is: the plain form of each type and rounding, and with nothing else about it far ends, NaN and infinity; where kinds take turns, far ends in sizes with a
/// tail.
std::vector<Configuration> first_configurations(const OperationRow &row, const std::vector<Aspect> &aspects);

/// How many probes of a subject a run asks for. Of all combinations at most 4,096 of a row.
size_t probe_count(const Subject &subject, Depth depth = Depth::Pairs);

/// The same subject, seed and round give the same probe. Round 0 has a shape that hardware likes. Rounds beyond the count draw the same choices anew.
Probe make_probe(const Subject &subject, uint64_t seed, size_t round, Depth depth = Depth::Pairs);

}  // namespace accel::conformance
