// SPDX-License-Identifier: MIT
// accel devices: what is there, without opening anything.
#include <iostream>
#include <memory>

#include "commands.h"
#include "facts.h"

namespace accel::tool {

void add_devices(CLI::App &app)
{
    struct Options {
        InstanceOptions instance;
        bool json = false, report = false;
    };
    auto options = std::make_shared<Options>();
    auto *command = app.add_subcommand("devices", "list devices; opens none");
    options->instance.add_to(*command);
    command->add_flag("--json", options->json, "machine-readable output");
    command->add_flag("--report", options->report, "also say for every manifest and node what was done and why not");
    command->callback([options] {
        const Instance instance = options->instance.create();
        if (options->json) {
            nlohmann::json out{{"devices", nlohmann::json::array()}};
            for (const Device &device : instance.devices()) out["devices"].push_back(device_json(device.info()));
            if (options->report) out["report"] = report_json(instance);
            print_json(out);
            return;
        }
        Table table({"id", "kind", "name", "backend", "driver", "node", "state"});
        for (const Device &device : instance.devices()) {
            const auto info = device.info();
            const bool simulated = info.flags & ACCEL_DEVICE_FLAG_SIMULATED;
            table.row({info.id, kind_name(info.kind), info.name, info.backend, *info.driver ? info.driver : "-", *info.node ? info.node : "-", simulated ? "simulated" : "real"});
        }
        table.print();
        if (options->report) print_report(instance);
    });
}

}  // namespace accel::tool
