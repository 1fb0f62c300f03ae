// SPDX-License-Identifier: MIT
// Entry points with open sizes: how they are made, and what they tell.
#include "open_program.h"

#include <algorithm>

#include "base/check.h"
#include "open_sizes.h"

namespace accel::runtime {

namespace {

/// What is told of a port that has open sizes.
void set_bounds(ProgramPort &port, const OpenPlan &plan)
{
    const auto found = std::find_if(plan.ports.begin(), plan.ports.end(), [&](const OpenPlan::Port &open) { return open.name == port.name; });
    if (found == plan.ports.end() || found->dims.size() != port.layout.dims.size()) return;
    port.knowledge = found->dims == port.layout.dims ? ACCEL_SIZE_KNOWLEDGE_BOUND : ACCEL_SIZE_KNOWLEDGE_OPEN;
    port.bounds = found->dims;
}

}  // namespace

void open_entry(ProgramEntry &entry, const OpenPlan &plan, std::unique_ptr<const BuildRecipe> recipe, uint32_t variant_max)
{
    for (ProgramPort &port : entry.ports) set_bounds(port, plan);
    entry.open_sizes = std::make_shared<OpenSizes>(plan.symbols, std::move(recipe), variant_max, entry.has_fixed_parts());
}

}  // namespace accel::runtime

using namespace accel::runtime;

namespace {

accel_status prepare_sizes(accel_program &program, const accel_prepare_desc &desc)
{
    std::vector<accel_symbol_value> given;
    ACCEL_TRY(copy_in_array(desc.symbols, desc.symbol_count, desc.symbol_size, "desc.symbols", &given));
    if (desc.entry >= program.entries.size()) return fail(ACCEL_STATUS_NOT_FOUND, "P-4", &program, "desc.entry is %u, the program has %zu entry points", desc.entry, program.entries.size());
    const ProgramEntry &entry = program.entries[desc.entry];
    if (!entry.open_sizes)
        return given.empty() ? ACCEL_STATUS_OK
                             : fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-7", &program, "desc.symbols: symbol '%s' is not open in this program; no size is", given[0].name);
    OpenSizes &open = *entry.open_sizes;
    std::vector<int64_t> sizes(open.symbols().size(), OpenSizes::kNone);
    ACCEL_TRY(open.take(given, &program, &sizes));
    if (const std::string missing = open.missing(sizes); !missing.empty())
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "P-7", &program, "desc.symbols gives no size to %s", missing.c_str());
    std::shared_ptr<const SizeVariant> unused;
    return open.get(sizes, desc.progress, desc.progress_user, &unused);
}

}  // namespace

extern "C" {

enum accel_status accel_program_prepare(struct accel_program *program, const struct accel_prepare_desc *desc)
{
    ACCEL_TRY(check_handle(program, "program"));
    accel_prepare_desc given{};
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    if (given.reserved) return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", program, "desc.reserved is not 0");
    return guarded([&] { return prepare_sizes(*program, given); });
}

enum accel_status accel_program_symbol(struct accel_program *program, uint32_t entry, uint32_t symbol, struct accel_symbol_info *info)
{
    ACCEL_TRY(check_handle(program, "program"));
    ACCEL_TRY(check_out(info, "info"));
    if (entry >= program->entries.size()) return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "entry point %u was asked for, there are %zu", entry, program->entries.size());
    const OpenSizes *sizes = program->entries[entry].open_sizes.get();
    const size_t count = sizes ? sizes->symbols().size() : 0;
    if (symbol >= count) return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "open size %u was asked for, there are %zu", symbol, count);
    const OpenSymbol &open = sizes->symbols()[symbol];
    accel_symbol_info facts{};
    facts.name = open.name.c_str();
    facts.min_size = open.min_size;
    facts.max_size = open.max_size;
    facts.multiple = open.multiple;
    facts.planned_size = open.planned_size;
    copy_out(facts, info);
    return ACCEL_STATUS_OK;
}

}  // extern "C"
