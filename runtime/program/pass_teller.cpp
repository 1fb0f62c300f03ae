// SPDX-License-Identifier: MIT
// From what passes did to the rows that are told, and who asks for them.
#include "pass_teller.h"

#include <vector>

#include "base/check.h"
#include "make.h"

namespace accel::runtime {

namespace {

accel_status tell(const struct accel_program_desc *desc, PassReceiver pass, void *user)
{
    if (!pass) return fail_null("pass");
    accel_program_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return report_passes(given, pass, user); });
}

/// Operations of which there is another number than before.
std::vector<PassChange> changes_of(const PassTold &told)
{
    std::vector<PassChange> changes;
    for (const auto &[label, count] : told.before.labels) {
        const auto now = told.after.labels.find(label);
        const uint32_t after = now == told.after.labels.end() ? 0 : now->second;
        if (after != count) changes.push_back({label.c_str(), count, after});
    }
    for (const auto &[label, count] : told.after.labels)
        if (!told.before.labels.count(label)) changes.push_back({label.c_str(), 0, count});
    return changes;
}

}  // namespace

accel_status PassTeller::operator()(const PassTold &told)
{
    // Rows of the table rise within a graph.
    graph_ += told.pass <= latest_;
    latest_ = told.pass;
    const std::vector<PassChange> changes = changes_of(told);
    PassRow row{told.pass->name, told.pass->why};
    row.entry = entry_;
    row.graph = graph_;
    row.nodes_before = told.before.nodes;
    row.nodes_after = told.after.nodes;
    row.tensors_before = told.before.tensors;
    row.tensors_after = told.after.tensors;
    row.constant_bytes_before = told.before.constant_bytes;
    row.constant_bytes_after = told.after.constant_bytes;
    row.duration_ns = told.duration_ns;
    row.changes = changes.data();
    row.change_count = changes.size();
    return check_receiver(pass_(user_, &row), "pass");
}

const PassesInterface kPassesInterface = {tell};

}  // namespace accel::runtime
