// SPDX-License-Identifier: MIT
// Entry points of scratch: check, call, return.
#include "base/check.h"
#include "memory/scratch.h"

using namespace accel::runtime;

namespace {

constexpr uint32_t kCountMax = 1 << 16;

accel_status check_program(accel_program *program, const char *name)
{
    ACCEL_TRY(check_handle(program, name));
    if (!program->loaded())
        return fail(ACCEL_STATUS_UNSUPPORTED, "P-8", program, "the program was built for a bare target; save it and load it where the device is");
    return ACCEL_STATUS_OK;
}

accel_status check(const accel_scratch_desc &desc)
{
    if (desc.reserved)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-3", nullptr, "desc.reserved is not 0");
    if (desc.program_count == 0 || desc.program_count > kCountMax || desc.memory_count > kCountMax)
        return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", nullptr, "desc.program_count is %u and desc.memory_count %u, expected at least one program and at most %u of each", desc.program_count,
                    desc.memory_count, kCountMax);
    if (!desc.programs || (desc.memory_count && !desc.memory))
        return fail_null(desc.programs ? "desc.memory" : "desc.programs");
    if (desc.memory_count)
        ACCEL_TRY(check_element_size<accel_memory_binding>(desc.memory_size, "desc.memory"));
    for (uint32_t i = 0; i < desc.program_count; ++i) {
        ACCEL_TRY(check_program(desc.programs[i], "desc.programs[]"));
        if (desc.programs[i]->instance != desc.programs[0]->instance)
            return fail(ACCEL_STATUS_INVALID_ARGUMENT, "A-6", desc.programs[i], "desc.programs[%u] is of another instance than the first", i);
        for (uint32_t before = 0; before < i; ++before)
            if (desc.programs[before] == desc.programs[i])
                return fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-13", desc.programs[i], "desc.programs[%u] and desc.programs[%u] are the same", before, i);
    }
    return ACCEL_STATUS_OK;
}

accel_status create(const accel_scratch_desc &desc, accel_scratch **out_scratch)
{
    ACCEL_TRY(check(desc));
    std::vector<accel_memory_binding> supplied;
    for (uint32_t i = 0; i < desc.memory_count; ++i) {
        const char *bytes = reinterpret_cast<const char *>(desc.memory) + static_cast<size_t>(i) * desc.memory_size;
        if (desc.memory_size > sizeof(accel_memory_binding) && !is_zero(bytes + sizeof(accel_memory_binding), desc.memory_size - sizeof(accel_memory_binding)))
            return fail_struct_tail(desc.memory_size, sizeof(accel_memory_binding), "desc.memory[]");
        supplied.push_back(element(desc.memory, i, desc.memory_size));
    }
    auto scratch = Ref<accel_scratch>::adopt(new accel_scratch);
    ACCEL_TRY(scratch->prepare({desc.programs, desc.program_count}, supplied));
    *out_scratch = scratch.release();
    return ACCEL_STATUS_OK;
}

}  // namespace

extern "C" {

enum accel_status accel_program_scratch(struct accel_program *program, uint32_t entry, uint32_t index, struct accel_scratch_info *info)
{
    ACCEL_TRY(check_program(program, "program"));
    ACCEL_TRY(check_out(info, "info"));
    return guarded([&] {
        if (entry >= program->entries.size())
            return fail(ACCEL_STATUS_NOT_FOUND, "P-4", program, "entry point %u was asked for, the program has %zu", entry, program->entries.size());
        std::vector<ScratchPiece> pieces;
        ACCEL_TRY(list_pieces(*program, program->entries[entry], &pieces));
        if (index >= pieces.size())
            return fail(ACCEL_STATUS_NOT_FOUND, "R-13", program, "piece %u of the scratch was asked for, the entry point has %zu", index, pieces.size());
        accel_scratch_info facts{};
        facts.device = program->devices[pieces[index].place].get();
        facts.size_bytes = pieces[index].size_bytes;
        facts.align_bytes = pieces[index].align_bytes;
        facts.can_supply = pieces[index].can_supply;
        facts.usage = pieces[index].usage;
        copy_out(facts, info);
        return ACCEL_STATUS_OK;
    });
}

enum accel_status accel_scratch_create(const struct accel_scratch_desc *desc, struct accel_scratch **out_scratch)
{
    if (!out_scratch)
        return fail_null("out_scratch");
    *out_scratch = nullptr;
    accel_scratch_desc given;
    ACCEL_TRY(copy_in(desc, &given, "desc"));
    return guarded([&] { return create(given, out_scratch); });
}

struct accel_scratch *accel_scratch_ref(struct accel_scratch *scratch) { return ref_handle(scratch); }
void accel_scratch_unref(struct accel_scratch *scratch) { unref_handle(scratch); }

}  // extern "C"
