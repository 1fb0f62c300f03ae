// SPDX-License-Identifier: MIT
// Answers requests as uapi.h says, and works lists off on a thread.
#include "driver.h"

#include <module/signals.h>

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>
#include <string_view>

namespace accel::template_drm {
namespace {

constexpr uint64_t kPageBytes = 4096;
constexpr uint64_t kLargestBytes = uint64_t{1} << 40;
constexpr uint64_t kOffsetUnit = uint64_t{1} << 32;  // fake offsets for mmap: the handle in the high word

void execute(const uapi::Job &job, const float *a, const float *b, float *y)
{
    for (uint64_t i = 0; i < job.element_count; ++i) {
        const float value = job.operation == uapi::kAdd ? a[i] + b[i] : job.operation == uapi::kMultiply ? a[i] * b[i]
                                                                                                         : a[i];
        y[i] = std::clamp(value, job.clamp_min, job.clamp_max);
    }
}

/// CLOCK_MONOTONIC, as far off as the arithmetic of a wait can take.
std::chrono::steady_clock::time_point instant(int64_t ns)
{
    return std::min(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(ns)), std::chrono::steady_clock::now() + std::chrono::hours(24));
}

}  // namespace

Driver::Memory::Memory(uint64_t size) : size_bytes(size)
{
    void *mapped = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    bytes = static_cast<unsigned char *>(mapped);
}

Driver::Memory::~Memory() { munmap(bytes, size_bytes); }

float *Driver::Ready::operand(int index) const
{
    const uapi::Operand *operands[] = {&job.a, &job.b, &job.y};
    return memory[index] ? reinterpret_cast<float *>(memory[index]->bytes + operands[index]->offset_bytes) : nullptr;
}

Driver::Driver(std::function<Mishap()> before_list) : before_list_(std::move(before_list))
{
    const accel::module::SignalsBlocked blocked;
    thread_ = std::thread([this] { work(); });
}

Driver::~Driver()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

int Driver::ioctl(unsigned long request, void *argument)
{
    try {
        return answer(request, argument);
    } catch (const std::bad_alloc &) {
        return -ENOMEM;
    }
}

int Driver::answer(unsigned long request, void *argument)
{
    std::unique_lock lock(mutex_);
    if (request == DRM_IOCTL_GEM_CLOSE) return close_handle(static_cast<drm_gem_close *>(argument)->handle);
    if (gone_) return -ENODEV;
    switch (request) {
    case DRM_IOCTL_VERSION: return version(argument);
    case uapi::kBoCreate: return create(*static_cast<uapi::BoCreate *>(argument));
    case uapi::kBoMap: return map_offset(*static_cast<uapi::BoMap *>(argument));
    case uapi::kContextCreate: return create_context(*static_cast<uapi::Context *>(argument));
    case uapi::kContextDestroy: return contexts_.erase(static_cast<uapi::Context *>(argument)->context) ? 0 : -ENOENT;
    case uapi::kSubmit: return submit(*static_cast<uapi::Submit *>(argument));
    case uapi::kWait: return wait(*static_cast<const uapi::Wait *>(argument), lock);
    case uapi::kReset: return reset(*static_cast<const uapi::Reset *>(argument));
    default: return -ENOTTY;
    }
}

int Driver::version(void *argument)
{
    auto &version = *static_cast<drm_version *>(argument);
    constexpr std::string_view kName = uapi::kDriverName;
    if (version.name) std::memcpy(version.name, kName.data(), std::min<size_t>(version.name_len, kName.size()));
    version.name_len = kName.size();
    version.version_major = uapi::kMajor;
    version.version_minor = version.version_patchlevel = 0;
    version.date_len = version.desc_len = 0;
    return 0;
}

int Driver::create(uapi::BoCreate &request)
{
    if (request.size_bytes == 0 || request.pad != 0) return -EINVAL;
    if (lost_) return -EIO;
    if (request.size_bytes > kLargestBytes) return -ENOMEM;
    request.size_bytes = (request.size_bytes + kPageBytes - 1) / kPageBytes * kPageBytes;
    memory_[next_handle_] = std::make_shared<Memory>(request.size_bytes);
    request.handle = next_handle_++;
    return 0;
}

int Driver::map_offset(uapi::BoMap &request)
{
    if (!memory_.contains(request.handle)) return -ENOENT;
    request.offset = request.handle * kOffsetUnit;
    return 0;
}

int Driver::map(uint64_t offset, uint64_t size_bytes, void **out)
{
    const std::lock_guard lock(mutex_);
    const auto found = memory_.find(static_cast<uint32_t>(offset / kOffsetUnit));
    if (found == memory_.end() || offset % kOffsetUnit != 0 || size_bytes > found->second->size_bytes) return -EINVAL;
    *out = found->second->bytes;
    return 0;
}

int Driver::close_handle(uint32_t handle) { return memory_.erase(handle) ? 0 : -EINVAL; }

int Driver::create_context(uapi::Context &request)
{
    if (lost_) return -EIO;
    contexts_[next_context_] = {};
    request.context = next_context_++;
    return 0;
}

int Driver::prepare(const uapi::Job &job, Ready &out) const
{
    const uapi::Operand *operands[] = {&job.a, &job.b, &job.y};
    if (job.operation < uapi::kAdd || job.operation > uapi::kClamp || job.element_count == 0 || job.element_count > kLargestBytes || !(job.clamp_min <= job.clamp_max)) return -EINVAL;
    out.job = job;
    for (int index = 0; index < 3; ++index) {
        if (index == 1 && job.operation == uapi::kClamp) continue;
        const uapi::Operand &operand = *operands[index];
        const auto found = memory_.find(operand.handle);
        if (found == memory_.end()) return -ENOENT;
        const uint64_t size = found->second->size_bytes;
        if (operand.offset_bytes % sizeof(float) != 0 || operand.offset_bytes > size || job.element_count * sizeof(float) > size - operand.offset_bytes) return -EINVAL;
        out.memory[index] = found->second;
    }
    return 0;
}

int Driver::submit(uapi::Submit &request)
{
    const auto found = contexts_.find(request.context);
    if (lost_) return -EIO;
    if (found == contexts_.end()) return -ENOENT;
    if (request.job_count == 0 || request.job_count > uapi::kJobsMax) return -EINVAL;
    Context &context = found->second;
    if (context.lost) return -ECANCELED;
    if (context.submitted - context.finished == uapi::kDepth) return -EAGAIN;
    List list{request.context, context.submitted + 1, std::vector<Ready>(request.job_count)};
    const auto *jobs = reinterpret_cast<const uapi::Job *>(request.jobs);
    for (uint32_t index = 0; index < request.job_count; ++index)
        if (const int error = prepare(jobs[index], list.jobs[index])) return error;
    lists_.push_back(std::move(list));
    request.number = ++context.submitted;
    changed_.notify_all();
    return 0;
}

int Driver::wait(const uapi::Wait &request, std::unique_lock<std::mutex> &lock)
{
    const auto context = [&] {
        const auto found = contexts_.find(request.context);
        return found == contexts_.end() ? nullptr : &found->second;
    };
    if (request.number == 0 || (context() && request.number > context()->submitted)) return -EINVAL;
    const auto over = [&] { return gone_ || !context() || context()->finished >= request.number; };
    if (!over() && request.deadline_ns > 0) changed_.wait_until(lock, instant(request.deadline_ns), over);
    if (gone_) return -ENODEV;
    if (!context()) return lost_ ? -EIO : -ENOENT;
    if (!over()) return -ETIME;
    const Context &known = *context();
    return request.number + known.results.size() > known.submitted ? known.results[request.number % known.results.size()] : 0;
}

int Driver::reset(const uapi::Reset &request)
{
    if (request.flags != 0) return -EINVAL;
    if (lost_) contexts_.clear();
    lost_ = false;
    changed_.notify_all();
    return 0;
}

void Driver::work()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return stopping_ || !lists_.empty(); });
        if (stopping_) return;
        const List list = std::move(lists_.front());
        lists_.pop_front();
        end(list, run(list, lock));
    }
}

/// How the list ended. Holds the lock, and lets go of it while the device works.
int Driver::run(const List &list, std::unique_lock<std::mutex> &lock)
{
    const auto context = contexts_.find(list.context);
    if (context == contexts_.end() || context->second.lost) return -ECANCELED;
    if (lost_) return -EIO;
    lock.unlock();
    const Mishap mishap = before_list_();
    if (mishap == Mishap::kNone)
        for (const Ready &ready : list.jobs) execute(ready.job, ready.operand(0), ready.operand(1), ready.operand(2));
    lock.lock();
    switch (mishap) {
    case Mishap::kNone: return 0;
    case Mishap::kFault: return -EFAULT;
    case Mishap::kHang:
        // Nobody but the driver's watchdog ends it.
        changed_.wait_for(lock, std::chrono::nanoseconds(uapi::kJobTimeoutNs), [&] { return stopping_; });
        if (const auto hung = contexts_.find(list.context); hung != contexts_.end()) hung->second.lost = true;
        return -ETIMEDOUT;
    case Mishap::kLoss: lost_ = true; return -EIO;
    case Mishap::kGone: gone_ = true; return -ENODEV;
    }
    return -EFAULT;
}

void Driver::end(const List &list, int result)
{
    if (const auto found = contexts_.find(list.context); found != contexts_.end()) {
        found->second.finished = list.number;
        found->second.results[list.number % found->second.results.size()] = result;
    }
    changed_.notify_all();
}

}  // namespace accel::template_drm
