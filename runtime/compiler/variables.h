// SPDX-License-Identifier: MIT
// Which ports of the entry points are variables, and where those lie.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "parts/entry.h"
#include "parts/variable.h"
#include "plan.h"

namespace accel::runtime {

/// A variable of one entry point, by the names of its ports, which passes keep.
struct VariableUse {
    std::string name;
    std::string input, output;         ///< "": it is not read, or not written
    const Tensor *declared = nullptr;  ///< by the model, with its largest sizes in a shape of its own; null: it is as large as the largest port
    Shape largest;
};

/// What a model's graph says, which outlives the uses, and pairs that a program description adds. Errors: INVALID_ARGUMENT (G-12).
accel_status take_variables(const Graph &graph, std::span<const accel_state_pair> pairs, std::vector<VariableUse> *out);

/// To passes and modules they are inputs and outputs like others.
void forget_variables(Graph &graph);

struct EntryVariables {
    ProgramEntry *entry;
    std::span<const VariableUse> uses;
};

/// The entry points are planned. The first port that has all of a variable decides how it lies; ports that lie otherwise, or that cannot be in the variable's memory, are copied. So is what a device
/// does not write in place. Says of other outputs, too, whose memory they may have. Errors: INVALID_ARGUMENT (G-12).
accel_status settle_variables(std::span<const EntryVariables> entries, const Sharing &sharing, std::vector<Variable> *out);

/// All devices whose segments name the variable's ports directly, the first user first.
void list_variable_devices(std::span<const ProgramEntry *const> entries, std::vector<Variable> &variables);

}  // namespace accel::runtime
