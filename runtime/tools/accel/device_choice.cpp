// SPDX-License-Identifier: MIT
// Finds named devices, or takes the default ones.
#include "device_choice.h"

#include <algorithm>

#include "facts.h"
#include "text/printable.h"

namespace accel::tool {
namespace {

constexpr const char *kDefault = "auto";

bool has(const std::vector<Device> &devices, const Device &device)
{
    return std::any_of(devices.begin(), devices.end(), [&](const Device &other) { return other.get() == device.get(); });
}

std::vector<Device> default_devices(const Instance &instance)
{
    return advised("`accel devices` lists what there is, and `accel doctor` what is missing", [&] { return instance.default_devices(); });
}

std::vector<Device> named_devices(const Instance &instance, const std::vector<std::string> &names)
{
    std::vector<Device> devices, named;
    for (const auto &name : names) {
        if (name != kDefault) {
            Device device = find_device(instance, name);
            if (has(named, device)) throw Failure("device '" + name + "' is named twice; name it once");
            named.push_back(device);
            if (!has(devices, device)) devices.push_back(std::move(device));
            continue;
        }
        for (Device &device : default_devices(instance))
            if (!has(devices, device)) devices.push_back(std::move(device));
    }
    return devices;
}

}  // namespace

Device find_device(const Instance &instance, const std::string &name)
{
    return advised("`accel devices` lists them, with --simulated the simulated ones too", [&] { return instance.device(name.c_str()); });
}

bool uses_default_devices(const ModelOptions &options)
{
    return std::all_of(options.devices.begin(), options.devices.end(), [](const std::string &name) { return name == kDefault; });
}

bool is_named(const Device &device, const Instance &instance, const ModelOptions &options)
{
    return std::any_of(options.devices.begin(), options.devices.end(),
                       [&](const std::string &name) { return name != kDefault && find_device(instance, name).get() == device.get(); });
}

std::vector<Device> choose_devices(const Instance &instance, const ModelOptions &options)
{
    if (!uses_default_devices(options)) return named_devices(instance, options.devices);
    if (!is_saved_program(options.model)) return default_devices(instance);
    auto desc = sized<accel_program_load_desc>();
    desc.path = options.model.c_str();
    desc.flags = options.copy ? static_cast<uint32_t>(ACCEL_LOAD_FLAG_COPY) : 0u;
    return advised("`accel devices` lists what is here, with --simulated the simulated ones too; name devices with -d, or compile the model again",
                   [&] { return instance.devices_for(desc); });
}

std::vector<Device> choose_devices_behind(const Instance &instance, const ModelOptions &options) { return named_devices(instance, options.devices); }

std::vector<Device> cpu_devices(const Instance &instance)
{
    std::vector<Device> devices;
    for (const Device &device : instance.devices())
        if (device.info().kind == ACCEL_DEVICE_KIND_CPU) devices.push_back(device);
    return devices;
}

std::vector<LeftOut> left_out_devices(const Instance &instance)
{
    std::vector<LeftOut> list;
    for (const auto &line : report_lines(instance))
        if (line.action == "left out of the default set") list.push_back({line.subject, line.reason, line.remedy, line.status == ACCEL_STATUS_OK});
    return list;
}

nlohmann::json unusable_json(const Instance &instance)
{
    auto list = nlohmann::json::array();
    for (const LeftOut &one : left_out_devices(instance))
        if (!one.usable) list.push_back({{"id", one.id}, {"reason", one.reason}, {"remedy", one.remedy}});
    return list;
}

std::string left_out_sentence(const nlohmann::json &one)
{
    return text::printable("left out of the default set: " + one["id"].get<std::string>() + ": " + one["reason"].get<std::string>() + "; " + one["remedy"].get<std::string>());
}

}  // namespace accel::tool
