// SPDX-License-Identifier: MIT
// accel devices: what is there, and which of it is used when no device is named.
#include <algorithm>
#include <iostream>
#include <memory>

#include "commands.h"
#include "device_choice.h"
#include "facts.h"
#include "table.h"

namespace accel::tool {
namespace {

struct DevicesOptions {
    InstanceOptions instance;
    bool json = false, report = false, closed = false;
};

/// A row as the listing has it, before any device is opened.
struct Row {
    accel_device *handle;
    nlohmann::json facts;
    std::string state;
    bool is_default = false;
};

std::vector<Row> list_rows(const Instance &instance)
{
    std::vector<Row> rows;
    for (const Device &device : instance.devices()) {
        const auto info = device.info();
        const char *state = info.flags & ACCEL_DEVICE_FLAG_SIMULATED ? "simulated" : info.flags & ACCEL_DEVICE_FLAG_BY_NAME ? "by name"
                                                                                                                            : "real";
        rows.push_back({device.get(), device_json(info), state, false});
    }
    return rows;
}

/// Opens what may be in the default set. That there is none is an answer too: each device has its reason then.
void mark_defaults(const Instance &instance, std::vector<Row> &rows)
{
    std::vector<Device> devices;
    try {
        devices = instance.default_devices();
    } catch (const Error &error) {
        if (error.status() != ACCEL_STATUS_NOT_FOUND) throw;
    }
    for (Row &row : rows) row.is_default = std::any_of(devices.begin(), devices.end(), [&](const Device &device) { return device.get() == row.handle; });
}

void print_table(const std::vector<Row> &rows, bool closed)
{
    Table table({"id", "kind", "name", "backend", "driver", "node", "state", "default"});
    const auto text = [](const nlohmann::json &value) { return value.get<std::string>().empty() ? std::string("-") : value.get<std::string>(); };
    for (const Row &row : rows)
        table.row({row.facts["id"], row.facts["kind"], row.facts["name"], row.facts["backend"], text(row.facts["driver"]), text(row.facts["node"]), row.state,
                   closed ? "?" : row.is_default ? "yes"
                                                 : "no"});
    table.print();
}

void tell_devices(const DevicesOptions &options)
{
    const Instance instance = options.instance.create();
    std::vector<Row> rows = list_rows(instance);
    if (!options.closed) mark_defaults(instance, rows);
    const nlohmann::json unusable = unusable_json(instance);
    if (!options.json) {
        print_table(rows, options.closed);
        for (const auto &one : unusable) std::cout << left_out_sentence(one) << "\n";
        if (options.report) print_report(instance);
        return;
    }
    nlohmann::json out{{"devices", nlohmann::json::array()}, {"left_out", unusable}};
    for (Row &row : rows) {
        if (!options.closed) row.facts["default"] = row.is_default;
        out["devices"].push_back(std::move(row.facts));
    }
    if (options.report) out["report"] = report_json(instance);
    print_json(out);
}

}  // namespace

void add_devices(CLI::App &app)
{
    auto options = std::make_shared<DevicesOptions>();
    auto *command = app.add_subcommand("devices", "list devices, and which of them are used when none is named; opens those once");
    options->instance.add_to(*command);
    command->add_flag("--closed", options->closed, "only list, and open no device");
    command->add_flag("--json", options->json, "machine-readable output");
    command->add_flag("--report", options->report, "also say for every manifest and node what was done and why not");
    command->callback([options] { tell_devices(*options); });
}

}  // namespace accel::tool
