// SPDX-License-Identifier: MIT
// The transport's slots as questions over a socket.
#include "transport.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>
#include <system_error>

#include "flat.h"

namespace accel::carried {
namespace {

constexpr uint32_t kLinesAtStart = 2;

CarryingTransport &self(void *context) { return *static_cast<CarryingTransport *>(context); }

int64_t now_ns()
{
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace

class CarryingTransport::Line {
public:
    /// An idle one, else a new one, else, where descriptors are used up, the next that comes back.
    explicit Line(CarryingTransport &owner) : owner_(owner)
    {
        {
            const std::lock_guard lock(owner_.lock_);
            if (take_idle()) return;
        }
        error_ = owner_.connect(socket_);
        std::unique_lock lock(owner_.lock_);
        if (error_ == 0) ++owner_.line_count_;
        if (error_ == 0 || owner_.line_count_ == 0) return;
        owner_.returned_.wait(lock, [&] { return take_idle(); });
        error_ = 0;
    }
    ~Line()
    {
        if (socket_.get() < 0) return;
        const std::lock_guard lock(owner_.lock_);
        if (broken_ || owner_.idle_.size() == owner_.idle_.capacity())
            --owner_.line_count_;
        else
            owner_.idle_.push_back(std::move(socket_));
        owner_.returned_.notify_one();
    }
    Line(const Line &) = delete;
    Line &operator=(const Line &) = delete;

    int exchange(const Frame &question, Frame &answer)
    {
        if (error_ != 0) return error_;
        const int error = carried::exchange(socket_.get(), question, answer);
        broken_ = error != 0;
        return error;
    }

private:
    bool take_idle()
    {
        if (owner_.idle_.empty()) return false;
        socket_ = std::move(owner_.idle_.back());
        owner_.idle_.pop_back();
        return true;
    }

    CarryingTransport &owner_;
    Fd socket_;
    int error_ = 0;
    bool broken_ = false;
};

CarryingTransport::CarryingTransport(Fd control) : control_(std::move(control))
{
    idle_.reserve(64);
    for (; line_count_ < kLinesAtStart; ++line_count_) {
        Fd line;
        if (const int error = connect(line)) throw std::system_error(-error, std::generic_category(), "carried: no connection");
        idle_.push_back(std::move(line));
    }
    compare_clocks();
    table_.struct_size = sizeof table_;
    table_.context = this;
    table_.flags = ACCEL_BK_TRANSPORT_FLAG_SIMULATED | ACCEL_BK_TRANSPORT_FLAG_COPYING;
    table_.node_fd = -1;
    table_.request = [](void *context, const accel_bk_request *request) { return border::guarded([&] { return self(context).request(*request); }, error_of_thrown); };
    table_.map = [](void *context, const accel_bk_map *map, void **out) { return border::guarded([&] { return self(context).map(*map, out); }, error_of_thrown); };
    table_.unmap = [](void *context, void *pointer, uint64_t size_bytes) { return border::guarded([&] { return self(context).unmap(pointer, size_bytes); }, error_of_thrown); };
    table_.sync = [](void *context, void *pointer, uint64_t size_bytes, uint32_t access) {
        return border::guarded([&] { return self(context).sync(pointer, size_bytes, access); }, error_of_thrown);
    };
}

/// Never less than it is, or waits would end early; and more by the shortest of some ways there.
void CarryingTransport::compare_clocks()
{
    constexpr int kTries = 5;
    clock_ahead_ns_ = INT64_MAX;
    for (int tried = 0; tried < kTries; ++tried) {
        Frame question, answer;
        question.verb = Verb::Clock;
        const int64_t before_ns = now_ns();
        if (const int error = ask(question, answer)) throw std::system_error(-error, std::generic_category(), "carried: no clock");
        clock_ahead_ns_ = std::min(clock_ahead_ns_, static_cast<int64_t>(answer.place) - before_ns);
    }
}

int CarryingTransport::connect(Fd &line)
{
    Fd theirs;
    if (const int error = make_pair(line, theirs)) return error;
    Frame question;
    question.verb = Verb::Connect;
    question.fds.push_back(std::move(theirs));
    const std::lock_guard lock(control_lock_);
    return send_frame(control_.get(), question);
}

int CarryingTransport::ask(const Frame &question, Frame &answer)
{
    Line line(*this);
    const int error = line.exchange(question, answer);
    return error ? error : answer.result;
}

int CarryingTransport::request(const accel_bk_request &request)
{
    int error = 0;
    if (const std::string fault = find_fault(request, error); !fault.empty()) {
        std::fprintf(stderr, "[M-14] request 0x%llx: %s\n", static_cast<unsigned long long>(request.request), fault.c_str());
        return error;
    }
    Frame answer;
    Line line(*this);
    if (const int broken = line.exchange(pack(request, clock_ahead_ns_), answer)) return broken;
    return answer.result == -EPROTO ? -EPROTO : take_back(request, answer);
}

/// Neighbours in one piece of address space are not offered: of the modules that are judged here none wishes for them.
int CarryingTransport::map(const accel_bk_map &map, void **out_pointer)
{
    if (map.pointer || map.reserve_bytes != 0) return -EOPNOTSUPP;
    Frame question, answer;
    question.verb = Verb::Map;
    question.place = map.offset;
    question.size_bytes = map.size_bytes;
    if (const int error = ask(question, answer)) return error;
    const auto shadow = std::make_shared<Shadow>(answer.place, map.size_bytes, map.align_bytes);
    if (!shadow->memory()) {
        question.verb = Verb::Unmap;
        question.place = answer.place;
        ask(question, answer);
        return -ENOMEM;
    }
    const std::lock_guard lock(lock_);
    shadows_[reinterpret_cast<uintptr_t>(shadow->memory())] = shadow;
    *out_pointer = shadow->memory();
    return 0;
}

std::shared_ptr<Shadow> CarryingTransport::find(const void *pointer, uint64_t size_bytes)
{
    const std::lock_guard lock(lock_);
    auto behind = shadows_.upper_bound(reinterpret_cast<uintptr_t>(pointer));
    if (behind == shadows_.begin()) return nullptr;
    const auto &shadow = std::prev(behind)->second;
    return shadow->holds(pointer, size_bytes) ? shadow : nullptr;
}

int CarryingTransport::unmap(void *pointer, uint64_t size_bytes)
{
    const auto shadow = find(pointer, size_bytes);
    if (!shadow || shadow->memory() != pointer || shadow->size_bytes() != size_bytes) return -EINVAL;
    {
        const std::lock_guard lock(lock_);
        shadows_.erase(reinterpret_cast<uintptr_t>(pointer));
    }
    Frame question, answer;
    question.verb = Verb::Unmap;
    question.place = shadow->place();
    return ask(question, answer);
}

int CarryingTransport::sync(void *pointer, uint64_t size_bytes, uint32_t access)
{
    const auto shadow = find(pointer, size_bytes);
    if (!shadow || (access != ACCEL_ACCESS_READ && access != ACCEL_ACCESS_WRITE)) return -EINVAL;
    const uint64_t offset = static_cast<uint64_t>(static_cast<uint8_t *>(pointer) - shadow->memory());
    return access == ACCEL_ACCESS_READ ? bring(*shadow, offset, size_bytes) : take(*shadow, offset, size_bytes);
}

int CarryingTransport::bring(Shadow &shadow, uint64_t offset, uint64_t size_bytes)
{
    Frame question, answer;
    question.verb = Verb::Bring;
    question.place = shadow.place();
    question.offset = offset;
    question.size_bytes = size_bytes;
    if (const int error = ask(question, answer)) return error;
    if (answer.body.size() != size_bytes) return -EPROTO;
    shadow.brought(offset, answer.body);
    return 0;
}

int CarryingTransport::take(Shadow &shadow, uint64_t offset, uint64_t size_bytes)
{
    for (const auto &change : shadow.changes(offset, size_bytes)) {
        Frame question, answer;
        question.verb = Verb::Take;
        question.place = shadow.place();
        question.offset = change.offset;
        question.body.assign(shadow.memory() + change.offset, shadow.memory() + change.offset + change.size_bytes);
        if (const int error = ask(question, answer)) return error;
        shadow.took(change, question.body.data());
    }
    return 0;
}

}  // namespace accel::carried
