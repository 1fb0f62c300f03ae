// SPDX-License-Identifier: MIT
// What `accel doctor` finds, and the checks that need nothing but facts.
#pragma once

#include <accel/accel.h>

#include <string>
#include <vector>

namespace accel::tool {

struct Finding {
    std::string level;  ///< "ok", "note", "problem"
    std::string what, remedy;
};

struct Findings {
    std::vector<Finding> list;
    void ok(std::string what) { list.push_back({"ok", std::move(what), ""}); }
    void note(std::string what, std::string remedy) { list.push_back({"note", std::move(what), std::move(remedy)}); }
    void problem(std::string what, std::string remedy) { list.push_back({"problem", std::move(what), std::move(remedy)}); }
};

/// Facts of a device that is open.
void check_open_device(Findings &findings, const accel_device_info &info);

/// The version of the module contract that a manifest names.
void check_contract(Findings &findings, const std::string &manifest_path);

}  // namespace accel::tool
