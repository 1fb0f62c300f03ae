// SPDX-License-Identifier: MIT
// Finds the port that a choice names, and checks the layout that is asked for.
#include "choices.h"

#include <algorithm>

#include "base/check.h"

namespace accel::runtime {

namespace {

/// The input or output of that name; ACCEL_TENSOR_NONE where there is none.
uint32_t find_port(const Graph &graph, const char *name)
{
    for (const auto *ports : {&graph.inputs, &graph.outputs})
        for (const uint32_t tensor : *ports)
            if (graph.tensors[tensor].name == name) return tensor;
    return ACCEL_TENSOR_NONE;
}

accel_status fail_no_port(const Graph &graph, const char *name)
{
    std::string known;
    for (const auto *ports : {&graph.inputs, &graph.outputs})
        for (const uint32_t tensor : *ports) known += (known.empty() ? "" : ", ") + graph.tensors[tensor].name;
    return fail(ACCEL_STATUS_NOT_FOUND, "P-4", nullptr, "desc.ports names '%s', which is no port; inputs and outputs are: %s", name, known.c_str());
}

accel_status take_choice(const Graph &graph, std::span<const VariableUse> variables, const accel_port_choice &choice, PortChoices *out)
{
    if (!choice.port) return fail_null("desc.ports[].port");
    if (choice.reserved) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.ports[] for '%s' has reserved = %u, expected 0", choice.port, choice.reserved);
    if (choice.layout > ACCEL_PORT_LAYOUT_GIVEN)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-6", nullptr, "desc.ports[] for '%s' has layout %u, expected one of enum accel_port_layout", choice.port, choice.layout);
    if ((choice.layout == ACCEL_PORT_LAYOUT_GIVEN) != (choice.given != nullptr))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-6", nullptr, "desc.ports[] for '%s' %s", choice.port,
                    choice.given ? "has a layout in given, which only GIVEN reads" : "is GIVEN, and given is NULL");
    const uint32_t tensor = find_port(graph, choice.port);
    if (tensor == ACCEL_TENSOR_NONE) return fail_no_port(graph, choice.port);
    if (std::any_of(variables.begin(), variables.end(), [&](const VariableUse &use) { return use.input == choice.port || use.output == choice.port; }))
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-6", nullptr, "desc.ports[] names '%s', which is a variable and no port of a run; its layout is that of accel_program_variable", choice.port);
    PortChoice taken;
    taken.layout = choice.layout;
    if (choice.layout == ACCEL_PORT_LAYOUT_DENSE) taken.given = dense_layout(graph.tensors[tensor]);
    if (choice.given) ACCEL_TRY(take_layout(choice.given, graph.tensors[tensor], true, &taken.given));
    if (!out->emplace(tensor, std::move(taken)).second)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "L-6", nullptr, "desc.ports names '%s' twice", choice.port);
    return ACCEL_STATUS_OK;
}

}  // namespace

accel_status take_choices(const Graph &graph, std::span<const VariableUse> variables, std::span<const accel_port_choice> choices, PortChoices *out)
{
    for (const accel_port_choice &choice : choices) ACCEL_TRY(take_choice(graph, variables, choice, out));
    return ACCEL_STATUS_OK;
}

}  // namespace accel::runtime
