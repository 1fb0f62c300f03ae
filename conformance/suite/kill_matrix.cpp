// SPDX-License-Identifier: MIT
// Runs each fault's case on the module with the fault and without it, and writes the matrix.
#include "kill_matrix.h"

#include <absl/strings/str_split.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <utility>

#include "executor.h"
#include "file.h"

namespace accel::conformance {
namespace {

struct Row {
    FaultInfo fault;
    Result correct;
    Result control;
    Result broken;
    bool caught() const { return correct.verdict == Verdict::Pass && control.verdict == Verdict::Pass && is_bad(broken.verdict); }
};

/// Of the module whose very linking is the fault there is none without it.
constexpr FaultInfo kControls[] = {{"none", "", "breaks nothing", ""},
                                   {"none-meddling", "", "breaks nothing, in front of the witness", "", "meddling"},
                                   {"core-only", "", "breaks nothing, and takes composites only as their steps", ""},
                                   {"none-carried", "", "breaks nothing, behind a transport that copies", "", "forgetful"}};

/// Of patterns with spaces between them.
std::vector<CaseInfo> find_cases(std::string_view patterns)
{
    const std::vector<std::string> wanted = absl::StrSplit(std::string(patterns), ' ', absl::SkipEmpty());
    std::vector<CaseInfo> cases;
    for (const auto &info : all_cases())
        if (std::any_of(wanted.begin(), wanted.end(), [&](const std::string &pattern) { return names(info.id, pattern); })) cases.push_back(info);
    if (cases.empty()) throw std::runtime_error("faults name the case '" + std::string(patterns) + "', which does not exist");
    return cases;
}

/// Runs each case once for each module that it is to pass on.
class Passes {
public:
    const Result &result(const FaultInfo &fault, const Target &target, std::string_view planted);

private:
    std::map<std::pair<std::string, std::string>, Result> known_;
};

/// A broken module that is not there would fail its case as well, and would look caught.
void require_module(Target target, const FaultInfo &fault)
{
    target.fault = fault.name;
    for (const auto &library : {target.suite_module_folder(std::string(fault.folder)) + "/libaccel-faulty.so", target.fault_library()})
        if (!std::filesystem::exists(library)) throw std::runtime_error(library + " is not there; give --fault-module-path and --fault-of, or install the suite again");
}

/// All pass, or the first that does not.
Result passed(const std::vector<Result> &results)
{
    for (const auto &result : results)
        if (result.verdict != Verdict::Pass) return result;
    return results.at(0);
}

/// The first that fails; where each should and one does not, that one.
Result failed(const std::vector<Result> &results, bool by_each)
{
    for (const auto &result : results)
        if (is_bad(result.verdict) != by_each) return result;
    return results.at(0);
}

std::vector<Result> run_cases(const std::vector<CaseInfo> &cases, Target target, std::string_view fault)
{
    target.fault = fault;
    std::vector<Result> results;
    run_group(cases, target, "/dev/null", {[&](const Result &result) { results.push_back(result); }});
    return results;
}

const Result &Passes::result(const FaultInfo &fault, const Target &target, std::string_view planted)
{
    const auto [place, is_new] = known_.try_emplace({std::string(fault.caught_by), std::string(planted)});
    if (is_new) place->second = passed(run_cases(find_cases(fault.caught_by), target, planted));
    return place->second;
}

nlohmann::json to_json(const Result &result)
{
    return {{"verdict", name(result.verdict)}, {"message", result.message}};
}

nlohmann::json to_json(const std::vector<Row> &rows)
{
    nlohmann::json list = nlohmann::json::array();
    for (const auto &row : rows)
        list.push_back({{"fault", row.fault.name}, {"rule", row.fault.rule}, {"what", row.fault.what}, {"case", row.fault.caught_by}, {"correct", to_json(row.correct)}, {"control", to_json(row.control)}, {"broken", to_json(row.broken)}, {"caught", row.caught()}});
    return {{"format", 2}, {"faults", list}};
}

/// Messages name lines of source, and how a module crashes may vary; what is promised does not.
nlohmann::json promised_part(const nlohmann::json &matrix)
{
    nlohmann::json rows = nlohmann::json::array();
    for (const auto &row : matrix.at("faults"))
        if (!is_left_out(row.at("fault").get<std::string>())) rows.push_back({row.at("fault"), row.at("rule"), row.at("what"), row.at("case"), row.at("caught")});
    return rows;
}

bool repeats(const nlohmann::json &matrix, const std::string &expected_path)
{
    const auto expected = nlohmann::json::parse(std::ifstream(expected_path), nullptr, false);
    if (!expected.is_discarded() && expected.contains("faults") && promised_part(expected) == promised_part(matrix)) return true;
    std::cout << expected_path << " tells other faults, cases or ends; write it again with kill-matrix --out and --page\n";
    return false;
}

void tell(const Row &row)
{
    std::cout << (row.caught() ? "caught      " : "NOT CAUGHT  ") << row.fault.name << " [" << row.fault.rule << "] by " << row.fault.caught_by << ": correct "
              << name(row.correct.verdict) << ", without the fault " << name(row.control.verdict) << ", broken " << name(row.broken.verdict) << std::endl;
    for (const auto *pass : {&row.correct, &row.control})
        if (pass->verdict != Verdict::Pass) std::cout << "            should pass: " << pass->id << ": " << pass->message << std::endl;
    if (!is_bad(row.broken.verdict)) std::cout << "            should fail: " << row.broken.id << std::endl;
}

void write_page(const std::vector<Row> &rows, const std::string &path)
{
    std::ostringstream page;
    page << "<!-- Written by accel-conformance kill-matrix. Do not edit. -->\n# Kill matrix\n\n"
            "Every row is a module that breaks one rule, and the case that was named for it before the run. In one run, the case passes on the correct module\n"
            "and on the broken one while its fault is out, and does not pass with the fault.\n\n"
            "| rule | fault | what it does | case | correct | without the fault | broken |\n|---|---|---|---|---|---|---|\n";
    for (const auto &row : rows)
        page << "| " << row.fault.rule << " | " << row.fault.name << " | " << row.fault.what << " | " << row.fault.caught_by << " | " << name(row.correct.verdict) << " | "
             << name(row.control.verdict) << " | " << name(row.broken.verdict) << (row.caught() ? "" : " **not caught**") << " |\n";
    write_file(path, page.str());
}

}  // namespace

const FaultInfo &control_of(const FaultInfo &fault)
{
    const auto *found = std::find_if(std::begin(kControls), std::end(kControls), [&](const FaultInfo &control) { return control.folder == fault.folder; });
    return found == std::end(kControls) ? kControls[0] : *found;
}

const FaultInfo &find_fault(std::string_view name)
{
    for (const auto &control : kControls)
        if (control.name == name) return control;
    for (const auto &fault : all_faults())
        if (fault.name == name) return fault;
    throw std::runtime_error("no fault is called '" + std::string(name) + "'");
}

bool run_kill_matrix(const Target &target, const KillMatrixOptions &options)
{
    const auto &names = options.names;
    for (const auto &name : names) find_fault(name);
    for (const auto &fault : all_faults()) require_module(target, fault);
    for (const auto &path : {options.out, options.page})
        if (!path.empty()) require_place(path);
    std::vector<Row> rows;
    Passes passes;
    for (const auto &fault : all_faults()) {
        if (!names.empty() && std::find(names.begin(), names.end(), fault.name) == names.end()) continue;
        const Target seen = target.where_seen(fault.folder);
        rows.push_back({fault, passes.result(fault, seen, ""), passes.result(fault, seen, control_of(fault).name), failed(run_cases(find_cases(fault.caught_by), seen, fault.name), fault.by_each)});
        tell(rows.back());
    }
    const auto matrix = to_json(rows);
    write_file(options.out, matrix.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    if (!options.page.empty()) write_page(rows, options.page);
    const auto caught = static_cast<size_t>(std::count_if(rows.begin(), rows.end(), [](const Row &row) { return row.caught(); }));
    // Once more at the end, where people and cut logs look.
    if (rows.size() > 1)
        for (const auto &row : rows)
            if (!row.caught()) tell(row);
    std::cout << caught << " of " << rows.size() << " faults caught\n";
    return !rows.empty() && caught == rows.size() && (options.expected.empty() || repeats(matrix, options.expected));
}

}  // namespace accel::conformance
