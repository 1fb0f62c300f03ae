// SPDX-License-Identifier: MIT
// Lays a bundle out in modelled memory and runs it.
#include "execute.h"

#include <algorithm>
#include <stdexcept>

#include "array_bus.h"

namespace accel::devices::ethosu {
namespace {

constexpr uint64_t kStreamAddress = 0x0100'0000'0000;
constexpr uint64_t kRegionSpacing = 0x0001'0000'0000;
constexpr uint8_t kScratchPattern = 0xa5;

uint64_t region_address(uint32_t region)
{
    return (uint64_t{region} + 1) * kRegionSpacing;
}

uint8_t *tensor_bytes(const BundleTensor &tensor, const Bundle &bundle, std::vector<uint8_t> &scratch,
                      std::vector<uint8_t> &fast)
{
    std::vector<uint8_t> &region = tensor.region == bundle.scratch.region ? scratch : fast;
    if (tensor.region != bundle.scratch.region && tensor.region != bundle.fast.region) {
        throw std::runtime_error("a tensor is in a region that the bundle does not have");
    }
    if (tensor.offset > region.size() || tensor.size_bytes > region.size() - tensor.offset) {
        throw std::runtime_error("a tensor exceeds its region");
    }
    return region.data() + tensor.offset;
}

}  // namespace

Execution execute(const Bundle &bundle, const std::vector<uint8_t> &input_bytes)
{
    if (input_bytes.size() != total_size_bytes(bundle.inputs)) {
        throw std::runtime_error("the input has " + std::to_string(input_bytes.size()) + " bytes, the program reads " +
                                 std::to_string(total_size_bytes(bundle.inputs)));
    }
    std::vector<uint8_t> stream = bundle.stream;
    std::vector<uint8_t> constants = bundle.constants;
    std::vector<uint8_t> scratch(bundle.scratch.size_bytes, kScratchPattern);
    std::vector<uint8_t> fast(bundle.fast.size_bytes, kScratchPattern);

    ArrayBus bus;
    bus.map(kStreamAddress, stream, false);
    bus.map(region_address(bundle.constants_region), constants, false);
    bus.map(region_address(bundle.scratch.region), scratch, true);
    if (bundle.fast.region != bundle.scratch.region) bus.map(region_address(bundle.fast.region), fast, true);

    const uint8_t *from = input_bytes.data();
    for (const BundleTensor &tensor : bundle.inputs) {
        std::copy_n(from, tensor.size_bytes, tensor_bytes(tensor, bundle, scratch, fast));
        from += tensor.size_bytes;
    }

    Job job;
    job.stream_address = kStreamAddress;
    job.stream_size_bytes = static_cast<uint32_t>(stream.size());
    for (uint32_t region = 0; region < 8; ++region) job.region_base[region] = region_address(region);
    Npu npu(bus);
    Execution execution{npu.run(job), {}};
    if (execution.result.stop != Stop::End) return execution;
    for (const BundleTensor &tensor : bundle.outputs) {
        const uint8_t *bytes = tensor_bytes(tensor, bundle, scratch, fast);
        execution.output_bytes.insert(execution.output_bytes.end(), bytes, bytes + tensor.size_bytes);
    }
    return execution;
}

}  // namespace accel::devices::ethosu
