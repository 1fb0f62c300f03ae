// SPDX-License-Identifier: MIT
// accel info: every fact about one device, and what it takes.
#include <iostream>
#include <memory>

#include "claims.h"
#include "commands.h"
#include "device_choice.h"
#include "facts.h"
#include "table.h"

namespace accel::tool {
namespace {

struct InfoOptions {
    InstanceOptions instance;
    std::string device;
    bool json = false, facts_only = false;
};

/// As people read it; "-" of what there is none.
std::string fact_text(const std::string &key, const nlohmann::json &value)
{
    if (value.is_array()) {
        std::string text;
        for (const auto &one : value) text += (text.empty() ? "" : ", ") + one.get<std::string>();
        return text.empty() ? "none" : text;
    }
    if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
    if (value.is_string()) return value.get<std::string>().empty() ? "-" : value.get<std::string>();
    const auto number = value.get<uint64_t>();
    if (key == "job_timeout_ns") return number ? text_of_ns(static_cast<double>(number)) : "nothing ends a job";
    if (key == "memory_bytes") return number ? text_of_bytes(number) : "the machine's limits only";
    if (key == "context_count" && number == 0) return "not limited";
    return std::to_string(number);
}

/// "job_timeout_ns" as "job timeout": the value has its unit.
std::string fact_name(std::string key)
{
    for (const char *unit : {"_ns", "_bytes"})
        if (key.ends_with(unit)) key.erase(key.size() - std::string_view(unit).size());
    for (char &byte : key)
        if (byte == '_') byte = ' ';
    return key;
}

void print_facts(const nlohmann::json &facts)
{
    Table table({"fact", "value"});
    for (const auto &[key, value] : facts.items()) table.row({fact_name(key), fact_text(key, value)});
    table.print();
}

void tell(const InfoOptions &options)
{
    const Instance instance = options.instance.create();
    const Device device = find_device(instance, options.device);
    advised("`accel doctor` checks this machine, and `accel devices --report` shows what was tried", [&] { device.open(); });
    nlohmann::json facts = device_json(device.info());
    const auto claims = options.facts_only ? std::vector<Claim>{} : claims_of(instance, device);
    if (options.json) {
        if (!options.facts_only) facts["operations"] = claims_json(claims);
        return print_json(facts);
    }
    print_facts(facts);
    if (options.facts_only) return;
    std::cout << "\n";
    print_claims(claims);
}

}  // namespace

void add_info(CLI::App &app)
{
    auto options = std::make_shared<InfoOptions>();
    auto *command = app.add_subcommand("info", "every fact and limit of one device, and which operations it takes in which types; opens it");
    command->add_option("DEVICE", options->device, "as `accel devices` lists it")->required();
    options->instance.add_to(*command);
    command->add_flag("--facts", options->facts_only, "do not ask about operations");
    command->add_flag("--json", options->json, "machine-readable output");
    command->footer("Exit codes: 0 told; 1 it failed, with one sentence why; 2 the arguments are wrong.");
    command->callback([options] { tell(*options); });
}

}  // namespace accel::tool
