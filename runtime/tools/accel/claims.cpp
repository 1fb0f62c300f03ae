// SPDX-License-Identifier: MIT
// Asks about samples, and lists the answers.
#include "claims.h"

#include <absl/strings/str_join.h>
#include <accel/graph/description.h>
#include <accel/graph/typing.h>

#include <algorithm>
#include <iostream>
#include <optional>

#include "progress.h"
#include "samples.h"
#include "table.h"
#include "terminal.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

constexpr size_t kSamples = 64;

bool has_8_bits(uint32_t type) { return type == ACCEL_TYPE_I8 || type == ACCEL_TYPE_U8; }

/// A device may requantise with one rounding only; without any that it tells of, ONNX's.
uint32_t rounding_of(const Device &device)
{
    const uint32_t roundings = device.info().roundings;
    for (const uint32_t rounding : {ACCEL_ROUNDING_HALF_EVEN, ACCEL_ROUNDING_TFLITE, ACCEL_ROUNDING_NATURAL})
        if (roundings >> rounding & 1) return rounding;
    return ACCEL_ROUNDING_HALF_EVEN;
}

/// Nothing where the graph keeps no rule of graphs that only the library knows.
std::optional<Claim::Answer> ask(const Instance &instance, const Device &device, const graph::Graph &graph, std::string &why)
{
    try {
        const graph::GraphDesc described(graph);
        const Model model = Model::create(instance, described.get());
        accel_device *handle = device.get();
        auto desc = sized<accel_program_desc>();
        desc.model = model.get();
        desc.devices = &handle;
        desc.device_count = 1;
        bool taken = true;
        std::string reason;
        Program::support(desc, [&](const accel_support &row) {
            if (row.device == 0) return;
            if (taken) reason = row.reason_text;
            taken = false;
        });
        if (why.empty()) why = reason;
        return taken ? Claim::Answer::Taken : Claim::Answer::Refused;
    } catch (const Error &error) {
        if (error.status() == ACCEL_STATUS_INVALID_ARGUMENT || error.status() == ACCEL_STATUS_UNSUPPORTED) return std::nullopt;
        throw;
    }
}

Claim claim_of(const Instance &instance, const Device &device, const graph::OperationRow &row, const SampleForm &form)
{
    Claim claim{row.name, type_name(form.type), form.rounding != 0, Claim::Answer::NotAsked, ""};
    for (const graph::Graph &graph : sample_graphs(row, form, kSamples)) {
        const auto answer = ask(instance, device, graph, claim.why);
        if (!answer) continue;
        claim.answer = *answer;
        if (*answer == Claim::Answer::Taken) break;
    }
    if (claim.answer != Claim::Answer::Refused) claim.why.clear();
    return claim;
}

const char *answer_name(Claim::Answer answer) { return answer == Claim::Answer::Taken ? "taken" : answer == Claim::Answer::Refused ? "refused"
                                                                                                                                   : "not asked"; }

std::string type_text(const Claim &claim) { return claim.type + (claim.quantised ? "*" : ""); }

}  // namespace

std::vector<Claim> claims_of(const Instance &instance, const Device &device)
{
    Progress progress("asking " + std::string(device.info().id));
    device.open();
    const uint32_t rounding = rounding_of(device);
    std::vector<Claim> claims;
    const auto operations = graph::operations();
    for (size_t index = 0; index < operations.size(); ++index) {
        const graph::OperationRow &row = operations[index];
        const graph::Typing *typing = graph::find_typing(row.operation);
        progress.update(static_cast<double>(index) / static_cast<double>(operations.size()), row.name);
        for (const graph::TypeRow &type : graph::types()) {
            if (typing && typing->plain_types >> type.type & 1) claims.push_back(claim_of(instance, device, row, {type.type, 0}));
            if (row.quantised && has_8_bits(type.type) && row.types >> type.type & 1) claims.push_back(claim_of(instance, device, row, {type.type, rounding}));
        }
    }
    return claims;
}

nlohmann::json claims_json(const std::vector<Claim> &claims)
{
    auto list = nlohmann::json::array();
    for (const Claim &claim : claims) {
        nlohmann::json row{{"operation", claim.operation}, {"type", claim.type}, {"quantised", claim.quantised}, {"answer", answer_name(claim.answer)}};
        if (!claim.why.empty()) row["why"] = claim.why;
        list.push_back(std::move(row));
    }
    return list;
}

void print_claims(const std::vector<Claim> &claims)
{
    Table table({"operation", "takes", "refuses", "not asked"});
    std::vector<std::string> without;
    for (size_t index = 0; index < claims.size();) {
        const std::string operation = claims[index].operation;
        std::vector<std::string> types[3];
        for (; index < claims.size() && claims[index].operation == operation; ++index) types[static_cast<size_t>(claims[index].answer)].push_back(type_text(claims[index]));
        if (types[0].empty() && types[2].empty())
            without.push_back(operation);
        else
            table.row({operation, absl::StrJoin(types[0], " "), absl::StrJoin(types[1], " "), absl::StrJoin(types[2], " ")});
    }
    table.print();
    std::cout << "\n";
    print_wrapped("* quantised. Asked with small graphs: a type is taken where the device takes one of them; it may refuse other shapes and attributes, and take some where it refused these. `accel inspect MODEL --support` asks about a model");
    if (!without.empty()) print_wrapped("refused in every type: " + absl::StrJoin(without, ", "));
}

}  // namespace accel::tool
