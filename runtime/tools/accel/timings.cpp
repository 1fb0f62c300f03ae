// SPDX-License-Identifier: MIT
// Runs with timings, gathers rows by operation, and prints them.
#include "timings.h"

#include <absl/strings/str_format.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "facts.h"
#include "table.h"

namespace accel::tool {
namespace {

constexpr size_t kShown = 20;
constexpr int kBarCells = 24;

/// The clock of accel_timing.
uint64_t now_ns()
{
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<uint64_t>(now.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(now.tv_nsec);
}

/// In eighths of a cell.
std::string bar(double share)
{
    static constexpr const char *kParts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto eighths = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kBarCells * 8));
    std::string text;
    for (int cell = 0; cell < eighths / 8; ++cell) text += "█";
    return text + kParts[eighths % 8];
}

std::string percent(double share) { return absl::StrFormat("%5.1f %%", share * 100); }

const char *timing_kind_name(uint32_t kind)
{
    switch (kind) {
    case ACCEL_TIMING_KIND_SEGMENT: return "segment";
    case ACCEL_TIMING_KIND_OPERATION: return "operation";
    case ACCEL_TIMING_KIND_PART: return "part";
    default: return "transfer";
    }
}

}  // namespace

void Timings::run(Session &session)
{
    const uint64_t begin_ns = now_ns();
    session.run();
    whole_ns_ += static_cast<double>(now_ns() - begin_ns);
    ++count_;
    std::map<Key, size_t> seen;
    for (const accel_timing &timing : session.timings()) take(timing, seen[{timing.kind, timing.segment, timing.row, timing.lane, timing.name, 0}]++, begin_ns);
}

void Timings::take(const accel_timing &timing, size_t occurrence, uint64_t begin_ns)
{
    const Key key{timing.kind, timing.segment, timing.row, timing.lane, timing.name, occurrence};
    const auto [place, fresh] = places_.try_emplace(key, rows_.size());
    if (fresh) {
        rows_.push_back({key, "", "", timing.counted_in});
        name_operation(rows_.back(), timing.device);
    }
    Row &row = rows_[place->second];
    if (timing.begin_ns) row.begin_ns += static_cast<double>(timing.begin_ns) - static_cast<double>(begin_ns);
    row.duration_ns += static_cast<double>(timing.duration_ns);
    row.cycles += static_cast<double>(timing.cycles);
}

void Timings::name_operation(Row &row, accel_device *device) const
{
    row.device = worker_id(device);
    if (row.key.kind == ACCEL_TIMING_KIND_SEGMENT) {
        row.operation = "segment " + std::to_string(row.key.segment);
    } else if (row.key.kind == ACCEL_TIMING_KIND_TRANSFER) {
        row.operation = "copy";
    } else if (row.key.row != ACCEL_NONE) {
        auto placement = sized<accel_placement>();
        check(accel_program_placement(program_.get(), entry_, row.key.row, &placement));
        row.operation = placement.operation;
    }
}

bool Timings::measures_operations(uint32_t segment) const
{
    return std::any_of(rows_.begin(), rows_.end(), [&](const Row &row) { return row.key.kind == ACCEL_TIMING_KIND_OPERATION && row.key.segment == segment; });
}

/// Is its time in no other row's? Those add up.
bool Timings::stands_alone(const Row &row) const
{
    switch (row.key.kind) {
    case ACCEL_TIMING_KIND_SEGMENT: return !measures_operations(row.key.segment);
    case ACCEL_TIMING_KIND_OPERATION: return row.counted_in == ACCEL_NONE;
    case ACCEL_TIMING_KIND_PART: return row.key.row == ACCEL_NONE;
    default: return true;
    }
}

/// "Conv", or "Conv + Add" where the device does the second in the pass of the first.
std::string Timings::label(const Row &row) const
{
    std::string text = row.operation;
    if (row.key.kind != ACCEL_TIMING_KIND_OPERATION) return text;
    for (const Row &other : rows_)
        if (other.key.kind == ACCEL_TIMING_KIND_OPERATION && other.counted_in == row.key.row) text += " + " + other.operation;
    return text;
}

nlohmann::json Timings::row_json(const Row &row) const
{
    nlohmann::json out{{"kind", timing_kind_name(row.key.kind)}, {"name", row.key.name}, {"device", row.device}, {"segment", row.key.segment}, {"lane", row.key.lane}, {"begin_ns", row.begin_ns / count_}, {"duration_ns", row.duration_ns / count_}, {"share", row.duration_ns / whole_ns_}};
    if (!row.operation.empty()) out["operation"] = row.operation;
    if (row.key.row != ACCEL_NONE) out["row"] = row.key.row;
    if (row.counted_in != ACCEL_NONE) out["counted_in"] = row.counted_in;
    if (row.cycles != 0) out["cycles"] = row.cycles / count_;
    return out;
}

nlohmann::json Timings::json() const
{
    nlohmann::json out{{"runs", count_}, {"whole_ns", whole_ns_ / count_}, {"rows", nlohmann::json::array()}};
    for (const Row &row : rows_) out["rows"].push_back(row_json(row));
    return out;
}

/// With that of the operations that are done in its pass.
uint64_t Timings::work_macs(const Row &row) const
{
    uint64_t macs = 0;
    const auto add = [&](uint32_t index) {
        auto placement = sized<accel_placement>();
        check(accel_program_placement(program_.get(), entry_, index, &placement));
        macs += placement.work_macs;
    };
    if (row.key.kind != ACCEL_TIMING_KIND_OPERATION || row.key.row == ACCEL_NONE) return 0;
    add(row.key.row);
    for (const Row &other : rows_)
        if (other.key.kind == ACCEL_TIMING_KIND_OPERATION && other.counted_in == row.key.row) add(other.key.row);
    return macs;
}

std::vector<Timings::Alone> Timings::alone() const
{
    std::vector<Alone> list;
    for (const Row &row : rows_)
        if (stands_alone(row)) list.push_back({label(row), row.key.name, row.device, row.key.kind == ACCEL_TIMING_KIND_OPERATION ? row.key.row : ACCEL_NONE, row.duration_ns / count_, work_macs(row)});
    std::stable_sort(list.begin(), list.end(), [](const Alone &a, const Alone &b) { return a.duration_ns > b.duration_ns; });
    return list;
}

void Timings::print() const
{
    const auto shown = alone();
    double rest_ns = whole_ns(), hidden_ns = 0;
    Table table({"time", "share", "operation", "node", "device", ""});
    table.draws_last();
    const auto line = [&](double duration_ns, const std::string &operation, const std::string &node, const std::string &device) {
        const double share = duration_ns / whole_ns();
        table.row({text_of_ns(duration_ns), percent(share), operation, node, device, bar(share)});
    };
    for (size_t index = 0; index < shown.size(); ++index) {
        rest_ns -= shown[index].duration_ns;
        if (index < kShown)
            line(shown[index].duration_ns, shown[index].operation, shown[index].node, shown[index].device);
        else
            hidden_ns += shown[index].duration_ns;
    }
    if (shown.size() > kShown) line(hidden_ns, std::to_string(shown.size() - kShown) + " others", "", "");
    line(std::max(rest_ns, 0.0), "between", "", "");
    std::cout << "one measured run: " << text_of_ns(whole_ns()) << (count_ > 1 ? ", the mean of " + std::to_string(count_) : "") << "\n";
    table.print();
}

}  // namespace accel::tool
