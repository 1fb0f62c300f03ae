// SPDX-License-Identifier: MIT
// Asks each place what it takes in each rounding, and chooses.
#include "rounding_choice.h"

#include <algorithm>

namespace accel::tool {
namespace {

struct Answer {
    uint32_t taker;  ///< position in the set
    uint32_t reason;
};

std::vector<Answer> ask(const accel_program_desc &desc)
{
    std::vector<Answer> answers;
    Program::support(desc, [&](const accel_support &row) { answers.push_back({row.device, row.reason}); });
    return answers;
}

/// As desc, for one place of its set alone.
accel_program_desc alone(const accel_program_desc &desc, NamedPlace &place, uint32_t rounding)
{
    accel_program_desc one = desc;
    one.flags = 0;
    one.target = place.device ? nullptr : desc.target;
    one.devices = place.device ? &place.device : nullptr;
    one.device_count = place.device ? 1 : 0;
    one.rounding = rounding;
    return one;
}

size_t refused_for_rounding(const std::vector<Answer> &answers)
{
    return static_cast<size_t>(std::count_if(answers.begin(), answers.end(), [](const Answer &answer) { return answer.reason == ACCEL_REASON_ROUNDING; }));
}

/// Would the place take something if only the rounding were its own?
bool wants_another(const std::vector<Answer> &whole, const std::vector<Answer> &own, uint32_t position)
{
    for (size_t i = 0; i < whole.size() && i < own.size(); ++i)
        if (own[i].reason == ACCEL_REASON_ROUNDING && whole[i].taker > position) return true;
    return false;
}

bool requantises(const accel_graph_desc &graph)
{
    for (uint32_t index = 0; index < graph.node_count; ++index)
        if (accel_graph_node(&graph, index)->rounding != ACCEL_ROUNDING_NONE) return true;
    return false;
}

bool requantises(accel_model *model)
{
    auto entry = sized<accel_model_entry_info>();
    for (uint32_t index = 0; accel_model_entry(model, index, &entry) == ACCEL_STATUS_OK; ++index)
        if (requantises(*entry.graph)) return true;
    return false;
}

}  // namespace

const char *rounding_name(uint32_t rounding)
{
    switch (rounding) {
    case ACCEL_ROUNDING_HALF_EVEN: return "half_even";
    case ACCEL_ROUNDING_TFLITE: return "tflite";
    case ACCEL_ROUNDING_NATURAL: return "natural";
    default: return "model";
    }
}

RoundingChoice choose_rounding(const accel_program_desc &desc, const std::vector<NamedPlace> &places)
{
    if (places.empty() || !requantises(desc.model)) return {};
    const auto whole = ask(desc);
    for (NamedPlace place : places) {
        const auto own = ask(alone(desc, place, ACCEL_ROUNDING_NONE));
        if (!wants_another(whole, own, place.position)) continue;
        RoundingChoice best;
        size_t fewest = refused_for_rounding(own);
        for (const uint32_t rounding : {ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL, ACCEL_ROUNDING_HALF_EVEN}) {
            const size_t refused = refused_for_rounding(ask(alone(desc, place, rounding)));
            if (refused >= fewest) continue;
            fewest = refused;
            best = {rounding, place.id};
        }
        if (best.rounding != ACCEL_ROUNDING_NONE) return best;
    }
    return {};
}

}  // namespace accel::tool
