// SPDX-License-Identifier: MIT
// Command streams and jobs: what runs, and what the kernel refuses.
#include <cerrno>

#include "device.h"
#include "harness.h"
#include "stream.h"

namespace accel::uapi {
namespace {

constexpr size_t kPage = 4096;
constexpr int64_t kPatience_ns = 5000 * kMillisecond_ns;

uint32_t create(const Device &device, const std::vector<uint32_t> &words)
{
    uint32_t handle = 0;
    require_errno(device.create_stream(words, handle), 0, "CMDSTREAM_BO_CREATE");
    return handle;
}

UAPI_CASE(stream_refused, "stream-refusals")
{
    const Device device = Device::open_first();
    uint32_t handle = 0;
    require_errno(device.create_stream({}, handle), EINVAL, "empty stream");
    require_errno(device.create_stream(Stream().cmd0(Stream::kDmaWait).words(), handle), EINVAL, "no STOP");
    require_errno(device.create_stream(Stream().stop().cmd0(Stream::kDmaWait).stop().words(), handle), EINVAL,
                  "STOP before the end");
    require_errno(device.create_stream({0x4030}, handle), EINVAL, "a two-word command cut in the middle");
    require_errno(device.create_stream(Stream().cmd0(0x002).stop().words(), handle), EINVAL,
                  "convolution without its registers");
    const std::vector<uint32_t> good = Stream().stop().words();
    const uint64_t data = reinterpret_cast<uintptr_t>(good.data());
    EthosuCmdstreamBoCreate flagged{4, 1, data, 0, 0}, padded{4, 0, data, 0, 1}, nowhere{4, 0, 8, 0, 0};
    require_errno(call(device.fd(), kEthosuCmdstreamBoCreate, &flagged), EINVAL, "unknown flag");
    require_errno(call(device.fd(), kEthosuCmdstreamBoCreate, &padded), EINVAL, "pad that is not zero");
    require_errno(call(device.fd(), kEthosuCmdstreamBoCreate, &nowhere), EFAULT, "unmapped words");
}

UAPI_CASE(copy, "submit-copy")
{
    const Device device = Device::open_first();
    Buffer from(device, kPage), to(device, kPage);
    from.fill(0x5a);
    const uint32_t stream = create(device, copy_stream(kPage));
    require_errno(device.submit({make_job(stream, {{0, from.handle()}, {1, to.handle()}})}), 0, "SUBMIT");
    require_errno(device.wait(to.handle(), kPatience_ns), 0, "BO_WAIT");
    require(to.holds(0x5a, kPage), "the copy is wrong");
}

UAPI_CASE(order, "submit-jobs-in-order")
{
    const Device device = Device::open_first();
    Buffer first(device, kPage), second(device, kPage), third(device, kPage);
    first.fill(0x11);
    const uint32_t stream = create(device, copy_stream(kPage));
    require_errno(device.submit({make_job(stream, {{0, first.handle()}, {1, second.handle()}}),
                                 make_job(stream, {{0, second.handle()}, {1, third.handle()}})}),
                  0, "SUBMIT of two jobs");
    require_errno(device.wait(third.handle(), kPatience_ns), 0, "BO_WAIT");
    require(third.holds(0x11, kPage), "the second job did not see the first one's output");
}

UAPI_CASE(sram, "submit-through-sram")
{
    const Device device = Device::open_first();
    const uint32_t sram_size_bytes = device.info().sram_size;
    if (sram_size_bytes < kPage) throw Skip("the device has no SRAM");
    Buffer from(device, kPage), to(device, kPage);
    from.fill(0x77);
    const auto words = Stream().copy(0, 0, kSramRegion, 0, kPage).copy(kSramRegion, 0, 1, 0, kPage).stop().words();
    const auto job = make_job(create(device, words), {{0, from.handle()}, {1, to.handle()}}, sram_size_bytes);
    require_errno(device.submit({job}), 0, "SUBMIT");
    require_errno(device.wait(to.handle(), kPatience_ns), 0, "BO_WAIT");
    require(to.holds(0x77, kPage), "the copy through SRAM is wrong");
}

UAPI_CASE(refused, "submit-refusals")
{
    const Device device = Device::open_first();
    const Buffer from(device, kPage), to(device, kPage);
    const uint32_t stream = create(device, copy_stream(kPage));
    const uint32_t larger = create(device, copy_stream(kPage + 16));
    const uint32_t a = from.handle(), b = to.handle(), unknown = 4711;
    const auto refuse = [&](EthosuJob job, int error, const char *what) {
        require_errno(device.submit({job}), error, what);
    };
    refuse(make_job(unknown, {{0, a}, {1, b}}), ENOENT, "unknown stream");
    refuse(make_job(a, {{0, a}, {1, b}}), EINVAL, "a buffer as stream");
    refuse(make_job(stream, {{0, a}}), ENOENT, "a region without its buffer");
    refuse(make_job(stream, {{0, a}, {1, unknown}}), ENOENT, "an unknown buffer");
    refuse(make_job(stream, {{0, a}, {1, b}, {5, b}}), EINVAL, "a buffer for an unused region");
    refuse(make_job(stream, {{0, stream}, {1, b}}), EINVAL, "a stream as buffer");
    refuse(make_job(larger, {{0, a}, {1, b}}), EOVERFLOW, "a stream that reaches past its buffers");
    refuse(make_job(stream, {{0, a}, {1, a}}), EALREADY, "one buffer for two regions");
    refuse(make_job(stream, {{0, a}, {1, b}}, 1u << 30), EINVAL, "more SRAM than there is");
    refuse(make_job(stream, {{0, a}, {1, b}, {2, b}}, 16), EINVAL, "SRAM and a buffer for its region");
    EthosuSubmit nowhere{8, 1, 0};
    require_errno(call(device.fd(), kEthosuSubmit, &nowhere), EFAULT, "unmapped jobs");
    require_errno(device.submit({make_job(stream, {{0, a}, {1, b}})}), 0, "a right job after the refusals");
    require_errno(device.wait(b, kPatience_ns), 0, "BO_WAIT");
}

}  // namespace
}  // namespace accel::uapi
