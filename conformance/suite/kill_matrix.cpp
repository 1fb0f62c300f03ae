// SPDX-License-Identifier: MIT
#include "kill_matrix.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "executor.h"
#include "file.h"

namespace accel::conformance {
namespace {

struct Row {
    FaultInfo fault;
    Result correct;
    Result broken;
    bool caught() const { return correct.verdict == Verdict::Pass && is_bad(broken.verdict); }
};

CaseInfo find_case(std::string_view id)
{
    for (const auto &info : all_cases())
        if (info.id == id) return info;
    throw std::runtime_error("faults name the case '" + std::string(id) + "', which does not exist");
}

/// A broken module that is not there would fail its case as well, and would look caught.
void require_module(Target target, const FaultInfo &fault)
{
    target.fault = fault.name;
    for (const auto &library : {target.suite_module_folder(std::string(fault.folder)) + "/libaccel-faulty.so", target.fault_library()})
        if (!std::filesystem::exists(library)) throw std::runtime_error(library + " is not there; give --fault-module-path and --fault-of, or install the suite again");
}

Result run_one(const CaseInfo &info, Target target, std::string_view fault)
{
    target.fault = fault;
    Result answer;
    run_group({info}, target, "/dev/null", [&](const Result &result) { answer = result; });
    return answer;
}

nlohmann::json to_json(const Result &result)
{
    return {{"verdict", name(result.verdict)}, {"message", result.message}};
}

void write_json(const std::vector<Row> &rows, const std::string &path)
{
    nlohmann::json list = nlohmann::json::array();
    for (const auto &row : rows)
        list.push_back({{"fault", row.fault.name}, {"rule", row.fault.rule}, {"what", row.fault.what}, {"case", row.fault.caught_by},
                        {"correct", to_json(row.correct)}, {"broken", to_json(row.broken)}, {"caught", row.caught()}});
    write_file(path, nlohmann::json{{"format", 1}, {"faults", list}}.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

void write_page(const std::vector<Row> &rows, const std::string &path)
{
    std::ostringstream page;
    page << "<!-- Written by accel-conformance kill-matrix. Do not edit. -->\n# Kill matrix\n\n"
            "Every row is a module that breaks one rule, and the case that was named for it before the run. In one run, the case passes on the correct module\n"
            "and does not pass on the broken one.\n\n| rule | fault | what it does | case | correct | broken |\n|---|---|---|---|---|---|\n";
    for (const auto &row : rows)
        page << "| " << row.fault.rule << " | " << row.fault.name << " | " << row.fault.what << " | " << row.fault.caught_by << " | " << name(row.correct.verdict) << " | "
             << name(row.broken.verdict) << (row.caught() ? "" : " **not caught**") << " |\n";
    write_file(path, page.str());
}

}  // namespace

const FaultInfo &find_fault(std::string_view name)
{
    for (const auto &fault : all_faults())
        if (fault.name == name) return fault;
    throw std::runtime_error("no fault is called '" + std::string(name) + "'");
}

bool run_kill_matrix(const Target &target, const std::vector<std::string> &names, const std::string &out, const std::string &page)
{
    for (const auto &name : names) find_fault(name);
    for (const auto &fault : all_faults()) require_module(target, fault);
    std::vector<Row> rows;
    std::map<std::string, Result> correct;
    for (const auto &fault : all_faults()) {
        if (!names.empty() && std::find(names.begin(), names.end(), fault.name) == names.end()) continue;
        const auto info = find_case(fault.caught_by);
        const std::string id(info.id);
        if (!correct.count(id)) correct[id] = run_one(info, target, "");
        rows.push_back({fault, correct[id], run_one(info, target, fault.name)});
        const auto &row = rows.back();
        std::cout << (row.caught() ? "caught      " : "NOT CAUGHT  ") << row.fault.name << " [" << row.fault.rule << "] by " << row.fault.caught_by << ": correct "
                  << name(row.correct.verdict) << ", broken " << name(row.broken.verdict) << std::endl;
        if (row.correct.verdict != Verdict::Pass) std::cout << "            correct module: " << row.correct.message << std::endl;
    }
    write_json(rows, out);
    if (!page.empty()) write_page(rows, page);
    const auto caught = static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [](const Row &row) { return row.caught(); }));
    std::cout << caught << " of " << rows.size() << " faults caught\n";
    return !rows.empty() && caught == rows.size();
}

}  // namespace accel::conformance
