// SPDX-License-Identifier: MIT
// Makes a recorded program's buffers, fills them, and submits it.
#include "program.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "harness.h"

namespace accel::uapi {
namespace {

using devices::ethosu::Bundle;
using devices::ethosu::BundleTensor;

constexpr uint8_t kScratchPattern = 0xa5;
constexpr size_t kNoOperations_bytes = 8;
constexpr int kPatience_ms = 10000;

std::unique_ptr<Buffer> make_buffer(const Device &device, size_t size_bytes)
{
    return size_bytes ? std::make_unique<Buffer>(device, size_bytes) : nullptr;
}

}  // namespace

Program::Program(const Device &device, const Bundle &bundle) : device_(device),
                                                               bundle_(bundle)
{
    if (bundle.fast.size_bytes > device.info().sram_size)
        throw Skip("it needs " + std::to_string(bundle.fast.size_bytes) + " bytes of SRAM");
    require(bundle.fast.size_bytes == 0 || bundle.fast.region == kSramRegion, "its fast memory is not region 2");
    constants_ = make_buffer(device, bundle.constants.size());
    scratch_ = make_buffer(device, bundle.scratch.size_bytes);
    if (constants_) std::copy(bundle.constants.begin(), bundle.constants.end(), constants_->bytes());
}

int Program::load(const std::vector<uint32_t> &prefix)
{
    std::vector<uint32_t> words(prefix.size() + bundle_.stream.size() / 4);
    std::copy(prefix.begin(), prefix.end(), words.begin());
    std::memcpy(words.data() + prefix.size(), bundle_.stream.data(), bundle_.stream.size() / 4 * 4);
    return device_.create_stream(words, stream_);
}

std::vector<uint32_t> Program::unused_scales() const
{
    constexpr uint32_t kScaleRegion = 0x129, kScaleBase = 0x4022, kScaleLength = 0x4023;
    return {kScaleRegion | bundle_.scratch.region << 16, kScaleBase, 0, kScaleLength, 16};
}

uint8_t *Program::tensor(const BundleTensor &which)
{
    require(which.region == bundle_.scratch.region && scratch_, "a tensor is not in the scratch region");
    require(which.offset <= scratch_->size_bytes() && which.size_bytes <= scratch_->size_bytes() - which.offset,
            "a tensor exceeds its region");
    return scratch_->bytes() + which.offset;
}

void Program::submit()
{
    EthosuJob job = make_job(stream_, {}, bundle_.fast.size_bytes);
    if (constants_) job.region_bo_handles[bundle_.constants_region] = constants_->handle();
    if (scratch_) job.region_bo_handles[bundle_.scratch.region] = scratch_->handle();
    const int error = device_.submit({job});
    // A program that only renames memory has a stream without operations, and the driver refuses buffers that no
    // operation uses.
    if (error == EINVAL && bundle_.stream.size() <= kNoOperations_bytes) {
        require_errno(device_.submit({make_job(stream_, {})}), 0, "SUBMIT without buffers");
        return;
    }
    require_errno(error, 0, "SUBMIT");
}

std::vector<uint8_t> Program::run(const std::vector<uint8_t> &input_bytes)
{
    require(scratch_ != nullptr, "it has no scratch region");
    scratch_->fill(kScratchPattern);
    const uint8_t *from = input_bytes.data();
    for (const BundleTensor &input : bundle_.inputs) {
        std::copy_n(from, input.size_bytes, tensor(input));
        from += input.size_bytes;
    }
    submit();
    const File fence = export_sync_file(scratch_->dma_buf(), kDmaBufSyncRead);
    require(poll_sync_file(fence.fd(), kPatience_ms), "the job did not end");
    require_equal(sync_file_status(fence.fd()), 1, "status of its fence");
    std::vector<uint8_t> output_bytes;
    for (const BundleTensor &output : bundle_.outputs) {
        const uint8_t *bytes = tensor(output);
        output_bytes.insert(output_bytes.end(), bytes, bytes + output.size_bytes);
    }
    return output_bytes;
}

}  // namespace accel::uapi
