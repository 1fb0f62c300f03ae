// SPDX-License-Identifier: MIT
// Asks the library for its passes, and lists them.
#include "passes.h"

#include <algorithm>
#include <iostream>
#include <span>
#include <utility>

#include "compiler/passes_interface.h"
#include "table.h"

namespace accel::tool {
namespace {

accel_status take_pass(void *user, const runtime::PassRow *pass)
{
    auto changes = nlohmann::json::array();
    for (const runtime::PassChange &change : std::span(pass->changes, pass->change_count)) changes.push_back({{"operation", change.operation}, {"before", change.before}, {"after", change.after}});
    static_cast<nlohmann::json *>(user)->push_back({{"entry", pass->entry},
                                                    {"graph", pass->graph},
                                                    {"name", pass->name},
                                                    {"why", pass->why},
                                                    {"nodes_before", pass->nodes_before},
                                                    {"nodes_after", pass->nodes_after},
                                                    {"tensors_before", pass->tensors_before},
                                                    {"tensors_after", pass->tensors_after},
                                                    {"constant_bytes_before", pass->constant_bytes_before},
                                                    {"constant_bytes_after", pass->constant_bytes_after},
                                                    {"duration_ns", pass->duration_ns},
                                                    {"changes", changes}});
    return ACCEL_STATUS_OK;
}

/// "12 -> 9", or "9" where nothing has changed.
std::string step_text(const std::string &before, const std::string &after) { return before == after ? after : before + " -> " + after; }

std::string count_text(const nlohmann::json &of, const std::string &what) { return step_text(of[what + "before"].dump(), of[what + "after"].dump()); }

std::string changes_text(const nlohmann::json &pass)
{
    std::string out;
    for (const auto &change : pass["changes"]) out += (out.empty() ? "" : ", ") + change["operation"].get<std::string>() + " " + count_text(change, "");
    return out;
}

}  // namespace

nlohmann::json passes_of(const Instance &instance, const accel_program_desc &desc)
{
    const void *found = accel_interface(instance.get(), runtime::kPassesName, runtime::kPassesVersion);
    if (!found) throw Failure("the loaded libaccel does not tell of its passes as this command asks; install the tool and the library of one release");
    auto rows = nlohmann::json::array();
    check(static_cast<const runtime::PassesInterface *>(found)->tell(&desc, take_pass, &rows));
    return {{"passes", std::move(rows)}};
}

void print_passes(const nlohmann::json &told)
{
    const auto &passes = told["passes"];
    const bool several = !passes.empty() && passes.back()["entry"] != 0, parts = std::any_of(passes.begin(), passes.end(), [](const auto &pass) { return pass["graph"] != 0; });
    for (size_t i = 0; i < passes.size();) {
        const auto entry = passes[i]["entry"], graph = passes[i]["graph"];
        if (several) std::cout << (i ? "\n" : "") << "Entry point number " << entry << "\n";
        if (parts) std::cout << (i && !several ? "\n" : "") << (graph == 0 ? "With open sizes, as its first device is shown it" : "What is built for one set of sizes") << "\n";
        Table table({"pass", "nodes", "tensors", "constants", "time", "operations", "why"});
        for (; i < passes.size() && passes[i]["entry"] == entry && passes[i]["graph"] == graph; ++i) {
            const auto &pass = passes[i];
            table.row({pass["name"], count_text(pass, "nodes_"), count_text(pass, "tensors_"),
                       step_text(text_of_bytes(pass["constant_bytes_before"].get<uint64_t>()), text_of_bytes(pass["constant_bytes_after"].get<uint64_t>())),
                       text_of_ns(static_cast<double>(pass["duration_ns"].get<uint64_t>())), changes_text(pass), pass["why"]});
        }
        table.print();
    }
}

}  // namespace accel::tool
