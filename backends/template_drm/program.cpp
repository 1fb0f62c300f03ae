// SPDX-License-Identifier: MIT
// Uploads programs, and makes the list of jobs of a run.
#include "program.h"

#include <module/host.h>

#include <cinttypes>
#include <cstring>

using namespace accel;
using namespace accel::template_drm;

accel_status accel_bk_device::load(const accel_bk_load_desc &desc, std::unique_ptr<accel_bk_program> &out)
{
    // >>> program_load
    if (const accel_status fault = module::fault_point("template_drm.load")) return fault;
    out = std::make_unique<accel_bk_program>();
    out->device = this;
    const char *why = nullptr;
    const module::SealState state = read_blob({static_cast<const uint8_t *>(desc.bytes), desc.byte_count}, out->blob, why);
    if (state != module::SealState::kGood) return module::fail(state == module::SealState::kCorrupt ? ACCEL_STATUS_CORRUPT : ACCEL_STATUS_INCOMPATIBLE, "M-8", "%s", why);
    const std::vector<uint8_t> constants = std::move(out->blob.constants);
    if (constants.empty()) return ACCEL_STATUS_OK;
    if (const accel_status status = accel_bk_buffer::create(*this, constants.size(), out->constants)) return status;
    std::memcpy(out->constants->memory, constants.data(), constants.size());
    return out->constants->sync(0, constants.size(), ACCEL_ACCESS_WRITE);
    // <<<
}

accel_status accel_bk_program::create_run(const accel_bk_run_desc &desc, std::unique_ptr<accel_bk_run> &out)
{
    if (const accel_status fault = module::fault_point("template_drm.run_create")) return fault;
    if (desc.entry != 0) return ACCEL_STATUS_INVALID_ARGUMENT;  // a blob here has one graph
    out.reset(new accel_bk_run{*this, nullptr, {}});
    return blob.scratch_bytes != 0 ? accel_bk_buffer::create(*device, blob.scratch_bytes, out->scratch) : ACCEL_STATUS_OK;
}

accel_status accel_bk_run::bind(const accel_bk_bind_desc &desc)
{
    // >>> run_bind
    const Blob &blob = program.blob;
    if (desc.port_count != blob.port_bytes.size()) return ACCEL_STATUS_INVALID_ARGUMENT;
    for (uint32_t port = 0; port < desc.port_count; ++port)
        if (desc.ports[port].size_bytes < blob.port_bytes[port])
            return module::fail(ACCEL_STATUS_INVALID_ARGUMENT, "R-3", "port %u needs %" PRIu64 " bytes, %" PRIu64 " are given", port, blob.port_bytes[port], desc.ports[port].size_bytes);
    const auto at = [&](const Place &place) -> uapi::Operand {
        if (place.space == kConstants) return {program.constants->handle, 0, place.offset_bytes};
        if (place.space == kScratch) return {scratch->handle, 0, place.offset_bytes};
        const accel_bk_memory &port = desc.ports[place.port];
        return {port.buffer->handle, 0, port.offset_bytes + place.offset_bytes};
    };
    jobs.clear();
    for (const BlobJob &job : blob.jobs) jobs.push_back({job.operation, 0, job.element_count, at(job.a), at(job.b), at(job.y), job.clamp_min, job.clamp_max});
    return ACCEL_STATUS_OK;
    // <<<
}
