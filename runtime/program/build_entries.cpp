// SPDX-License-Identifier: MIT
// Finds the entry points that a build names, and hands each value to those that it is for.
#include "build_entries.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace accel::runtime {

namespace {

constexpr accel_status kBad = ACCEL_STATUS_INVALID_ARGUMENT;

std::string names_of(const accel_model &model)
{
    std::string names;
    for (const ModelEntry &entry : model.entries()) names += (names.empty() ? "'" : ", '") + entry.name + "'";
    return names;
}

accel_status find(const accel_model &model, const char *name, const ModelEntry **out)
{
    for (const ModelEntry &entry : model.entries()) {
        if (entry.name == name) return *out = &entry, ACCEL_STATUS_OK;
    }
    return fail(ACCEL_STATUS_NOT_FOUND, "P-4", &model, "the model has no entry point '%s'; it has: %s", name, names_of(model).c_str());
}

accel_status take_names(const accel_program_desc &desc, std::vector<ChosenEntry> *out)
{
    const accel_model &model = *desc.model;
    if (!desc.entries != !desc.entry_count)
        return fail(kBad, "A-3", &model, "desc.entries is %s, and desc.entry_count %u; expected both or none", desc.entries ? "given" : "NULL", desc.entry_count);
    if (!desc.entries)
        for (const ModelEntry &entry : model.entries()) out->emplace_back().entry = &entry;
    for (uint32_t i = 0; i < desc.entry_count; ++i) {
        if (!desc.entries[i]) return fail_null("desc.entries[]");
        const ModelEntry *found = nullptr;
        ACCEL_TRY(find(model, desc.entries[i], &found));
        if (std::any_of(out->begin(), out->end(), [&](const ChosenEntry &chosen) { return chosen.entry == found; }))
            return fail(kBad, "P-19", &model, "desc.entries names '%s' twice", desc.entries[i]);
        out->emplace_back().entry = found;
    }
    return ACCEL_STATUS_OK;
}

bool has(const ChosenEntry &chosen, const accel_symbol_value &value)
{
    const auto &symbols = chosen.entry->graph.symbols;
    return std::any_of(symbols.begin(), symbols.end(), [&](const Symbol &symbol) { return symbol.kind == ACCEL_SYMBOL_KIND_FREE && symbol.name == value.name; });
}

bool has(const ChosenEntry &chosen, const accel_known_value &value)
{
    const Graph &graph = chosen.entry->graph;
    return std::any_of(graph.inputs.begin(), graph.inputs.end(), [&](uint32_t input) { return graph.tensors[input].name == value.input; });
}

bool has(const ChosenEntry &chosen, const accel_state_pair &pair)
{
    const Graph &graph = chosen.entry->graph;
    const auto named = [&](const std::vector<uint32_t> &ports, const char *name) {
        return std::any_of(ports.begin(), ports.end(), [&](uint32_t port) { return graph.tensors[port].name == name; });
    };
    return named(graph.inputs, pair.input) || named(graph.outputs, pair.output);
}

bool has(const ChosenEntry &chosen, const accel_port_choice &choice)
{
    const Graph &graph = chosen.entry->graph;
    const auto named = [&](uint32_t port) { return graph.tensors[port].name == choice.port; };
    return std::any_of(graph.inputs.begin(), graph.inputs.end(), named) || std::any_of(graph.outputs.begin(), graph.outputs.end(), named);
}

/// Hand each value to the entry points that it is for.
template <class Value> accel_status deal(const accel_model &model, const std::vector<Value> &values, const char *what, const char *Value::*name, std::vector<Value> ChosenEntry::*list,
                                         std::vector<ChosenEntry> *chosen)
{
    for (const Value &value : values) {
        if (!value.entry) continue;
        const ModelEntry *found = nullptr;
        ACCEL_TRY(find(model, value.entry, &found));
        const auto at = std::find_if(chosen->begin(), chosen->end(), [&](const ChosenEntry &one) { return one.entry == found; });
        if (at == chosen->end()) return fail(ACCEL_STATUS_NOT_FOUND, "P-4", &model, "%s is for entry point '%s', which desc.entries does not name", what, value.entry);
        ((*at).*list).push_back(value);
    }
    for (const Value &value : values) {
        if (value.entry) continue;
        const bool nobody = !(value.*name) || std::none_of(chosen->begin(), chosen->end(), [&](const ChosenEntry &one) { return has(one, value); });
        for (ChosenEntry &one : *chosen) {
            const bool its_own = (value.*name) && std::any_of((one.*list).begin(), (one.*list).end(),
                                                              [&](const Value &given) { return given.entry && (given.*name) && std::strcmp(given.*name, value.*name) == 0; });
            if (nobody || (has(one, value) && !its_own)) (one.*list).push_back(value);
        }
    }
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status choose_entries(const accel_program_desc &desc, std::vector<ChosenEntry> *out)
{
    ACCEL_TRY(take_names(desc, out));
    std::vector<accel_symbol_value> symbols;
    ACCEL_TRY(copy_in_array(desc.symbols, desc.symbol_count, desc.symbol_size, "desc.symbols", &symbols));
    ACCEL_TRY(deal(*desc.model, symbols, "a value in desc.symbols", &accel_symbol_value::name, &ChosenEntry::symbols, out));
    std::vector<accel_known_value> known;
    ACCEL_TRY(copy_in_array(desc.known, desc.known_count, desc.known_size, "desc.known", &known));
    ACCEL_TRY(deal(*desc.model, known, "a value in desc.known", &accel_known_value::input, &ChosenEntry::known, out));
    std::vector<accel_state_pair> states;
    ACCEL_TRY(copy_in_array(desc.states, desc.state_count, desc.state_size, "desc.states", &states));
    for (const accel_state_pair &pair : states)
        if (!pair.input || !pair.output) return fail_null("desc.states[].input or output");
    ACCEL_TRY(deal(*desc.model, states, "a pair in desc.states", &accel_state_pair::input, &ChosenEntry::states, out));
    std::vector<accel_port_choice> ports;
    ACCEL_TRY(copy_in_array(desc.ports, desc.port_count, desc.port_size, "desc.ports", &ports));
    return deal(*desc.model, ports, "a choice in desc.ports", &accel_port_choice::port, &ChosenEntry::ports, out);
}

}  // namespace accel::runtime
