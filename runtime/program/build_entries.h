// SPDX-License-Identifier: MIT
// Which entry points of a model a build is about, and what its description says about each.
#pragma once

#include <accel/accel.h>

#include <vector>

#include "model/model.h"

namespace accel::runtime {

/// One of them. Points into the model and into what the description points to.
struct ChosenEntry {
    const ModelEntry *entry = nullptr;
    std::vector<accel_symbol_value> symbols;  ///< that have a size in it
    std::vector<accel_known_value> known;     ///< that it has as inputs
    std::vector<accel_state_pair> states;     ///< of which it has an input or an output
    std::vector<accel_port_choice> ports;     ///< that it has
};

/// In the order in which the program numbers them. What is given for an entry point goes before what is given for all; what no entry point has goes to every one,
/// which refuses it. Errors: NOT_FOUND an entry point that the model does not have, or that is not built; INVALID_ARGUMENT one named twice, broken arrays.
accel_status choose_entries(const accel_program_desc &desc, std::vector<ChosenEntry> *out);

}  // namespace accel::runtime
