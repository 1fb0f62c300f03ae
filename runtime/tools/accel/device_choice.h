// SPDX-License-Identifier: MIT
// Which devices a subcommand uses.
#pragma once

#include "common.h"

namespace accel::tool {

/// By its id; throws Failure with the remedy where there is none.
Device find_device(const Instance &instance, const std::string &name);

/// No device is named: the default set, or what a saved program was built for.
bool uses_default_devices(const ModelOptions &options);

/// Does --device itself name the device? Those that "auto" stands for are not named.
bool is_named(const Device &device, const Instance &instance, const ModelOptions &options);

/// In order: the devices that --device names, where "auto" stands for the default set; without --device the default set. For a saved program without a named device: where it
/// runs here.
std::vector<Device> choose_devices(const Instance &instance, const ModelOptions &options);

/// Behind a target without hardware: what --device names, and nothing where it names none.
std::vector<Device> choose_devices_behind(const Instance &instance, const ModelOptions &options);

/// Takes what a target without hardware refuses, where no device is named. Empty where none is listed.
std::vector<Device> cpu_devices(const Instance &instance);

/// A device that a default set has not, and why.
struct LeftOut {
    std::string id, reason, remedy;
    bool usable;  ///< who names it can use it
};
/// Of the default set that was asked for last.
std::vector<LeftOut> left_out_devices(const Instance &instance);
/// Of these the ones that cannot be used: {"id", "reason", "remedy"} each.
nlohmann::json unusable_json(const Instance &instance);
std::string left_out_sentence(const nlohmann::json &one);

}  // namespace accel::tool
