// SPDX-License-Identifier: MIT
// Writes lists of jobs, and reads them back without trusting a byte.
#include "blob.h"

#include <module/bytes.h>

#include "uapi.h"

namespace accel::template_drm {
namespace {

constexpr module::Format kFormat{{'T', 'E', 'M', 'P', 'L', 'D', 'R', 'M'}, 1};

struct Header {
    uint32_t port_count;
    uint32_t input_count;
    uint64_t job_count;
    uint64_t constants_bytes;
    uint64_t scratch_bytes;
};

/// Bytes of the memory in which a place is; 0 where there is none.
uint64_t space_bytes(const Blob &blob, const Place &place)
{
    switch (place.space) {
    case kPort: return place.port < blob.port_bytes.size() ? blob.port_bytes[place.port] : 0;
    case kConstants: return blob.constants.size();
    case kScratch: return blob.scratch_bytes;
    default: return 0;
    }
}

bool lies_within(const Blob &blob, const Place &place, uint64_t byte_count)
{
    const uint64_t size = space_bytes(blob, place);
    return place.offset_bytes % sizeof(float) == 0 && place.offset_bytes <= size && byte_count <= size - place.offset_bytes;
}

const char *check_job(const Blob &blob, const BlobJob &job)
{
    if (job.operation < uapi::kAdd || job.operation > uapi::kClamp) return "a job is none that the device does";
    if (job.element_count == 0 || job.element_count > UINT64_MAX / sizeof(float)) return "a job has too many elements, or none";
    const uint64_t byte_count = job.element_count * sizeof(float);
    if (!lies_within(blob, job.a, byte_count) || !lies_within(blob, job.b, byte_count) || !lies_within(blob, job.y, byte_count)) return "a job reaches beyond its memory";
    if (!(job.clamp_min <= job.clamp_max)) return "a clamp has no values";
    if (job.y.space == kConstants || (job.y.space == kPort && job.y.port < blob.input_count)) return "a job writes what it may only read";
    return nullptr;
}

const char *read_contents(module::Reader reader, Blob &blob)
{
    Header header;
    std::span<const uint8_t> constants;
    if (!reader.get(header) || !reader.get(blob.port_bytes, header.port_count) || !reader.get(blob.jobs, header.job_count) || !reader.view(header.constants_bytes, constants) || !reader.at_end())
        return "the parts do not add up to the size";
    if (blob.jobs.empty() || blob.jobs.size() > uapi::kJobsMax) return "a count is beyond its bound";
    blob.constants.assign(constants.begin(), constants.end());
    blob.scratch_bytes = header.scratch_bytes;
    blob.input_count = header.input_count;
    for (const BlobJob &job : blob.jobs)
        if (const char *why = check_job(blob, job)) return why;
    return nullptr;
}

}  // namespace

std::vector<uint8_t> write_blob(const Blob &blob)
{
    std::vector<uint8_t> bytes = module::begin_sealed();
    module::Writer writer(bytes);
    writer.put(Header{static_cast<uint32_t>(blob.port_bytes.size()), blob.input_count, blob.jobs.size(), blob.constants.size(), blob.scratch_bytes});
    writer.put(blob.port_bytes);
    writer.put(blob.jobs);
    writer.put(blob.constants);
    module::seal(kFormat, bytes);
    return bytes;
}

module::SealState read_blob(std::span<const uint8_t> bytes, Blob &blob, const char *&why)
{
    const module::SealState state = module::check_seal(kFormat, bytes, why);
    if (state == module::SealState::kGood) why = read_contents(module::Reader(bytes, module::kSealBytes), blob);
    return why && state == module::SealState::kGood ? module::SealState::kCorrupt : state;
}

}  // namespace accel::template_drm
